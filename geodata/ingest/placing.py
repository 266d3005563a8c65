"""Bring a table's positions to EPSG:4490, and say which rows lie outside or nowhere."""

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import CGCS2000, metric_crs, to_cgcs2000
from geodata.crs_zones import china_bounds
from geodata.errors import Fault, Place
from geodata.ingest.aliases import find_hit
from geodata.ingest.claims import claim_of_table, claiming_column, claims_of_rows
from geodata.ingest.columns import pair_stem
from geodata.ingest.crs_choice import Group, Located
from geodata.ingest.crs_parts import find_labels
from geodata.ingest.hypotheses import Positions, area_bounds, area_outlines, named_areas
from geodata.ingest.known import known_places
from geodata.ingest.locate import locate
from geodata.ingest.marks import find_marks
from geodata.ingest.report import CrsChoice, Question, TableAnswer
from geodata.ingest.route_ends import lines_between_ends
from geodata.ingest.settings import settings
from geodata.ingest.values import parse_column
from geodata.ingest.work import Work
from geodata.match_words import UnitIndex
from geodata.matching import middle_points
from geodata.records import Kind, read_kinds
from geodata.register import Register

Objects = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
# Shapely's numbers of geometry types.
_POINT, _LINES = 0, (1, 2, 5)
# Faults that speak of what a file claims of its system.
_CLAIMS = frozenset(("crs_doubted", "crs_contradicted", "crs_by_claim"))


def place_rows(
    work: Work,
    kind: Kind,
    register: Register,
    index: UnitIndex,
    answer: TableAnswer,
    known: pd.DataFrame | None = None,
) -> tuple[CrsChoice, tuple[Question, ...], Objects]:
    """Choose the coordinate system and bring every position to EPSG:4490.

    ``known`` is where records are known to stand; see ``check_file``.

    Returns:
        The choice, what is to be asked about it, and a geometry for each row, None where it has
        none or the system is not known. The system of each row is left in ``work.located``.
    """
    shapes = _features(work)
    drawn = shapes is not None
    if shapes is None:
        shapes = lines_between_ends(work, kind)
    points = middle_points(gpd.GeoSeries(shapes)) if shapes is not None else None
    if points is not None:
        work.frame["x"], work.frame["y"] = shapely.get_x(points), shapely.get_y(points)
    positions = _positions(work, kind, register, index, known, shapes, sheet=not drawn)
    place = Place(work.file, work.table.sheet)
    groups = _groups(work, positions, sheet=not drawn)
    located = locate(positions, groups, lambda: find_labels(work.table), answer, place)
    _blame(work, positions, located, place, index)
    placed = np.full(len(work.table.rows), None, dtype=object)
    fitted: Objects | None = None
    if shapes is not None and points is not None:
        fitted = _fit_shapes(work, kind, shapes, points)
    for crs in sorted(set(located.systems) - {""}):
        for swapped in (False, True):
            rows = np.flatnonzero((located.systems == crs) & (located.swapped == swapped))
            if len(rows):
                move = _mover(crs, swapped=swapped)
                placed[rows] = _move(work, rows, None if fitted is None else fitted[rows], move)
    work.located = located.systems
    return located.choice, located.questions, placed


def _move(
    work: Work, rows: Ints, shapes: Objects | None, move: Callable[[np.ndarray], np.ndarray]
) -> Objects:
    """Bring rows to EPSG:4490: their shapes, or the points that their numbers say."""
    if shapes is not None:
        moved = shapes.copy()
        present = ~shapely.is_missing(moved)
        moved[present] = shapely.transform(shapely.force_2d(moved[present]), move)
        return moved
    lonlat = move(work.frame[["x", "y"]].to_numpy(dtype=float)[rows])
    fine = np.isfinite(lonlat).all(axis=1)
    points = np.full(len(rows), None, dtype=object)
    points[fine] = shapely.points(lonlat[fine])
    return points


def _groups(work: Work, positions: Positions, *, sheet: bool) -> list[Group]:
    """Return the rows with a position by what the file claims of their system."""
    rows = np.flatnonzero(np.isfinite(positions.x) & np.isfinite(positions.y))
    if not sheet:
        return [Group("", rows, work.table.claimed)] if len(rows) else []
    claim, spoken = claim_of_table(work)
    by_row = claims_of_rows(work) if len(rows) else None
    if by_row is None:
        return [Group("", rows, claim, spoken)] if len(rows) else []
    header, claims, codes = by_row
    groups = [Group(f"{header} =", rows[codes[rows] < 0], claim, spoken)]
    groups += [
        Group(f"{header} = {said}", rows[codes[rows] == number], said)
        for number, said in enumerate(claims)
    ]
    return [group for group in groups if len(group.rows)]


def _blame(
    work: Work, positions: Positions, located: Located, place: Place, index: UnitIndex
) -> None:
    """Write down what was found of the systems, and keep rows out that have none."""
    work.faults.extend(_of_header(work, fault) for fault in located.faults)
    if any(fault.severity == "error" for fault in located.faults):
        work.bad[:] = True
    if located.far:
        work.faults.append(_elsewhere(work, positions, place, index))
    column = work.columns.column_of("x")
    for rows, fault in located.barred:
        for row in rows.tolist():
            at: dict[str, str | int | float] = {"x": positions.x[row], "y": positions.y[row]}
            work.blame(row, fault.code, column, {**at, **fault.params})


def _of_header(work: Work, fault: Fault) -> Fault:
    """Name the column whose header claims, where a fault speaks of a claim made there."""
    column = claiming_column(work) if work.table.geometry is None else -1
    if fault.code not in _CLAIMS or column < 0:
        return fault
    return replace(fault, place=replace(fault.place, column=work.table.headers[column]))


def _elsewhere(work: Work, positions: Positions, place: Place, index: UnitIndex) -> Fault:
    """Say that all positions lie far away, and which unknown places the rows name."""
    if strange := _strange_names(work, index):
        shown = "、".join(strange[: settings()["crs"]["rule"]["shown_names"]])
        return Fault("other_place", place, {"names": shown}, "warning")
    first = int(np.flatnonzero(np.isfinite(positions.x) & np.isfinite(positions.y))[0])
    params = {"x": float(positions.x[first]), "y": float(positions.y[first])}
    return Fault("crs_far", place, params, "warning")


def _strange_names(work: Work, index: UnitIndex) -> list[str]:
    """Return the counties that rows name and nobody knows here, if most do; the usual first."""
    names = work.frame["county_name"].fillna("").astype("str")
    counts = names[names != ""].value_counts()
    places = index.places
    strange = [name for name in counts.index if not (places.county(name) or places.area(name))]
    return strange if 2 * counts[strange].sum() > counts.sum() else []


def _features(work: Work) -> Objects | None:
    """Return the geometry that a vector file has, None for tables without any."""
    shapes = work.table.geometry
    if shapes is None or all(shape is None for shape in shapes):
        return None
    return np.array(shapes, dtype=object)


def _positions(
    work: Work,
    kind: Kind,
    register: Register,
    index: UnitIndex,
    known: pd.DataFrame | None,
    shapes: Objects | None,
    *,
    sheet: bool,
) -> Positions:
    """Collect what the choice of a system goes by; kinds without geometry have no positions."""
    area, outlines = named_areas(work.frame, register, index)
    x, y = (work.frame[name].to_numpy(dtype=float) for name in ("x", "y"))
    if kind.geometry == "none":
        x, y = np.full(len(x), np.nan), np.full(len(y), np.nan)
    return Positions(
        x,
        y,
        area,
        outlines,
        area_bounds(register),
        strange=bool(_strange_names(work, index)),
        other=_other_pair(work) if sheet else None,
        known=known_places(work.frame, kind, known) if known is not None else None,
        ends=_line_ends(shapes) if shapes is not None and kind.geometry == "line" else None,
        marks=find_marks(kind, known) if known is not None else None,
    )


def _line_ends(shapes: Objects) -> np.ndarray:
    """Return x and y of the first and of the last vertex of lines, NaN for what is no one line."""
    lines = shapely.line_merge(shapes)
    return np.column_stack(
        [
            axis(shapely.get_point(lines, vertex))
            for vertex in (0, -1)
            for axis in (shapely.get_x, shapely.get_y)
        ]
    )


def _fit_shapes(work: Work, kind: Kind, shapes: Objects, points: Objects) -> Objects:
    """Return points for point kinds; a geometry of another family than its kind's is a fault."""
    types = shapely.get_type_id(shapes)
    fitted = shapes.copy()
    if kind.geometry == "line":
        for row in np.flatnonzero((types >= 0) & ~np.isin(types, _LINES)).tolist():
            work.blame(row, "geometry_not_line", value=shapes[row].geom_type)
            fitted[row] = None
        return fitted
    drawn = np.isin(types, _LINES)
    for row in np.flatnonzero(drawn).tolist():
        work.blame(row, "geometry_is_line", value=shapes[row].geom_type)
        fitted[row] = None
    others = (types >= 0) & (types != _POINT) & ~drawn
    for row in np.flatnonzero(others).tolist():
        params: dict[str, str | int | float] = {"type": shapes[row].geom_type}
        work.blame(row, "geometry_not_point", params=params, severity="note")
    fitted[others] = points[others]
    return fitted


def _other_pair(work: Work) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a second pair of coordinate columns, where a sheet has one."""
    used = {match.column for match in work.columns.matches}
    kind = read_kinds()[work.columns.kind]
    spare: dict[str, dict[str, int]] = {"x": {}, "y": {}}
    for j, header in enumerate(work.table.headers):
        hit = find_hit(kind.name, header)
        if j not in used and hit and hit.field in spare:
            spare[hit.field].setdefault(pair_stem(header), j)
    found = [(j, spare["y"][stem]) for stem, j in spare["x"].items() if stem in spare["y"]]
    # The pair that proves the first goes before one that only has the headers of one.
    pair = work.columns.paired or next(iter(found), None)
    if pair is None:
        return None
    x, y = (
        parse_column(work.table.columns[column], kind.all_fields[name]).array
        for name, column in zip("xy", pair, strict=True)
    )
    return x, y


def _mover(crs: str, *, swapped: bool) -> Callable[[np.ndarray], np.ndarray]:
    def move(positions: np.ndarray) -> np.ndarray:
        x, y = positions[:, 0], positions[:, 1]
        return np.column_stack(to_cgcs2000(y, x, crs) if swapped else to_cgcs2000(x, y, crs))

    return move


def check_positions(work: Work, kind: Kind, frame: gpd.GeoDataFrame, register: Register) -> None:
    """Find rows outside the area of interest, and numbers that their system has no place for.

    Where no register says what is of interest, China is.
    """
    missing = shapely.is_missing(frame.geometry.to_numpy())
    work.placed = ~missing
    if kind.geometry == "none":
        return
    given = frame[["x", "y"]].to_numpy(dtype=float)
    lost = missing & np.isfinite(given).all(axis=1) & (work.located != "") & ~work.bad
    for row in np.flatnonzero(lost).tolist():
        params: dict[str, str | int | float] = {"position": f"{given[row, 0]}, {given[row, 1]}"}
        work.blame(row, "outside_area", work.columns.column_of("x"), {**params, "km": "∞"})
    points = middle_points(frame.geometry)
    bounds = area_bounds(register)
    if bounds is None:
        _check_in_china(work, points)
        return
    whole = shapely.union_all(area_outlines(register).to_numpy())
    shapely.prepare(whole)
    outside = np.flatnonzero(~missing & ~work.bad & ~shapely.intersects(whole, points))
    if not len(outside):
        return
    metric = metric_crs(bounds)
    border = gpd.GeoSeries([whole], crs=CGCS2000).to_crs(metric).iloc[0]
    # Beyond the projection's reach a distance is infinite, which is far enough.
    own = gpd.GeoSeries(points[outside], crs=CGCS2000).to_crs(metric)
    with np.errstate(invalid="ignore"):
        away = shapely.distance(own.to_numpy(), border)
    far = ~(away <= settings()["area"]["outside_m"])
    outside, away = outside[far], away[far]
    if len(outside) >= settings()["area"]["whole_rows"] and len(outside) == (~missing).sum():
        _bar_all(work, outside, float(away.min()))
        return
    for row, metres in zip(outside.tolist(), away.tolist(), strict=True):
        at = f"{points[row].x:.6f}, {points[row].y:.6f}"
        column = work.columns.column_of(_axis_outside(points[row], whole.bounds))
        work.blame(row, "outside_area", column, {"position": at, "km": _km(metres)})


def _km(metres: float) -> int | str:
    return round(metres / 1000) if np.isfinite(metres) else "∞"


def _bar_all(work: Work, rows: Ints, nearest_m: float) -> None:
    """Keep out the rows of a table that lies elsewhere as a whole; one word says so."""
    work.bad[rows] = True
    place = Place(work.file, work.table.sheet)
    params: dict[str, str | int | float] = {"rows": len(rows), "km": _km(nearest_m)}
    work.faults.append(Fault("table_elsewhere", place, params))


def _check_in_china(work: Work, points: Objects) -> None:
    """Keep out rows that lie outside China."""
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    west, south, east, north = china_bounds()
    strange = work.placed & ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    for row in np.flatnonzero(strange & ~work.bad).tolist():
        at = f"{lon[row]:.6f}, {lat[row]:.6f}"
        work.blame(row, "outside_china", work.columns.column_of("x"), {"position": at})


def _axis_outside(point: shapely.Point, bounds: tuple[float, float, float, float]) -> str:
    """Return the field that puts a point outside: y where only the latitude is out of bounds."""
    west, south, east, north = bounds
    return "y" if west <= point.x <= east and not south <= point.y <= north else "x"


def waiting_rows(work: Work, kind: Kind, frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return a mask of the rows whose position was read but cannot be placed before an answer."""
    if kind.geometry == "none":
        return np.zeros(len(frame), dtype=bool)
    read = np.isfinite(frame[["x", "y"]].to_numpy(dtype=float))
    waiting = read.any(axis=1) if _axis_asked(work) else read.all(axis=1)
    return np.asarray(waiting & (work.located == ""))


def _axis_asked(work: Work) -> bool:
    """Say whether one column of the coordinate pair is still asked for."""
    return any(question.params.get("field") in {"x", "y"} for question in work.columns.questions)


def check_placeless(work: Work, kind: Kind, waiting: np.ndarray) -> None:
    """Warn of rows without a position that their words have placed.

    Nothing is said of rows that wait for an answer, nor twice of cells that could not be read.
    """
    if kind.geometry == "none":
        return
    column = work.columns.column_of("x")
    lacking = ~work.placed & ~waiting
    lacking[list(work.unread)] = False
    whole = bool(lacking.all())
    lacking &= ~work.bad
    if whole and lacking.any() and not _axis_asked(work):
        place = Place(work.file, work.table.sheet)
        work.faults.append(Fault("positions_missing", place, {}, "warning"))
        return
    for row in np.flatnonzero(lacking).tolist():
        work.blame(row, "position_missing", column, {}, "warning")
