"""Bring a table's positions to EPSG:4490, and say which rows lie outside or nowhere."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.crs import CGCS2000, metric_crs, to_cgcs2000
from geodata.errors import Fault, Place
from geodata.ingest.aliases import find_hit
from geodata.ingest.columns import pair_stem
from geodata.ingest.hypotheses import Positions, area_bounds, area_outlines, named_areas
from geodata.ingest.locate import claimed_by_words, locate
from geodata.ingest.report import CrsChoice, Question, TableAnswer
from geodata.ingest.settings import settings
from geodata.ingest.values import parse_column
from geodata.ingest.work import Work
from geodata.match_words import UnitIndex
from geodata.matching import middle_points
from geodata.records import Kind, read_kinds
from geodata.register import Register

Objects = npt.NDArray[np.object_]
# Shapely's numbers of geometry types.
_POINT, _LINES = 0, (1, 2, 5)


def place_rows(
    work: Work, kind: Kind, register: Register, index: UnitIndex, answer: TableAnswer
) -> tuple[CrsChoice, tuple[Question, ...], Objects]:
    """Choose the coordinate system and bring every position to EPSG:4490.

    Returns:
        The choice, what is to be asked about it, and a geometry for each row, None where it has
        none or the system is not known.
    """
    shapes = _features(work)
    points = middle_points(gpd.GeoSeries(shapes)) if shapes is not None else None
    if points is not None:
        work.frame["x"], work.frame["y"] = shapely.get_x(points), shapely.get_y(points)
    located = locate(
        _positions(work, kind, register, index, sheet=shapes is None),
        work.table.claimed if shapes is not None else _claim_of_headers(work),
        answer.crs,
        Place(work.file, work.table.sheet),
    )
    work.faults.extend(located.faults)
    if any(fault.severity == "error" for fault in located.faults):
        work.bad[:] = True
    choice = located.choice
    placed = np.full(len(work.table.rows), None, dtype=object)
    if choice.chosen:
        move = _mover(choice.chosen, swapped=choice.swapped)
        if shapes is not None and points is not None:
            placed = _fit_shapes(work, kind, shapes, points)
            present = ~shapely.is_missing(placed)
            placed[present] = shapely.transform(shapely.force_2d(placed[present]), move)
        else:
            given = work.frame[["x", "y"]].to_numpy(dtype=float)
            lonlat = move(given)
            fine = np.isfinite(lonlat).all(axis=1)
            placed[fine] = shapely.points(lonlat[fine])
    return choice, located.questions, placed


def _features(work: Work) -> Objects | None:
    """Return the geometry that a vector file has, None for tables without any."""
    shapes = work.table.geometry
    if shapes is None or all(shape is None for shape in shapes):
        return None
    return np.array(shapes, dtype=object)


def _claim_of_headers(work: Work) -> str:
    headers = [match.header for match in work.columns.matches if match.field in {"x", "y"}]
    return claimed_by_words(*headers) or claimed_by_words(work.table.sheet)


def _positions(
    work: Work, kind: Kind, register: Register, index: UnitIndex, *, sheet: bool
) -> Positions:
    """Collect what the choice of a system goes by; kinds without geometry have no positions."""
    area, outlines = named_areas(work.frame, register, index)
    x, y = (work.frame[name].to_numpy(dtype=float) for name in ("x", "y"))
    if kind.geometry == "none":
        x, y = np.full(len(x), np.nan), np.full(len(y), np.nan)
    other = _other_pair(work) if sheet else None
    return Positions(x, y, area, outlines, area_bounds(register), other)


def _fit_shapes(work: Work, kind: Kind, shapes: Objects, points: Objects) -> Objects:
    """Return points for point kinds; a geometry of another family than its kind's is a fault."""
    types = shapely.get_type_id(shapes)
    fitted = shapes.copy()
    if kind.geometry == "line":
        for row in np.flatnonzero((types >= 0) & ~np.isin(types, _LINES)).tolist():
            work.blame(row, "geometry_not_line", value=shapes[row].geom_type)
            fitted[row] = None
        return fitted
    others = (types >= 0) & (types != _POINT)
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
    for stem, j in spare["x"].items():
        if stem in spare["y"]:
            x, y = (
                parse_column(work.table.columns[column], kind.all_fields[name]).array
                for name, column in (("x", j), ("y", spare["y"][stem]))
            )
            return x, y
    return None


def _mover(crs: str, *, swapped: bool) -> Callable[[np.ndarray], np.ndarray]:
    def move(positions: np.ndarray) -> np.ndarray:
        x, y = positions[:, 0], positions[:, 1]
        return np.column_stack(to_cgcs2000(y, x, crs) if swapped else to_cgcs2000(x, y, crs))

    return move


def check_positions(
    work: Work, kind: Kind, frame: gpd.GeoDataFrame, register: Register, crs: str
) -> None:
    """Find rows outside the area of interest, and numbers that their system has no place for."""
    missing = shapely.is_missing(frame.geometry.to_numpy())
    work.placed = ~missing
    if kind.geometry == "none":
        return
    given = frame[["x", "y"]].to_numpy(dtype=float)
    lost = missing & np.isfinite(given).all(axis=1) & bool(crs) & ~work.bad
    for row in np.flatnonzero(lost).tolist():
        params: dict[str, str | int | float] = {"position": f"{given[row, 0]}, {given[row, 1]}"}
        work.blame(row, "outside_area", work.columns.column_of("x"), {**params, "km": "∞"})
    outlines = area_outlines(register)
    whole = shapely.union_all(outlines.to_numpy())
    points = middle_points(frame.geometry)
    shapely.prepare(whole)
    outside = np.flatnonzero(~missing & ~shapely.intersects(whole, points))
    if not len(outside):
        return
    metric = metric_crs(area_bounds(register))
    border = gpd.GeoSeries([whole], crs=CGCS2000).to_crs(metric).iloc[0]
    # Beyond the projection's reach a distance is infinite, which is far enough.
    own = gpd.GeoSeries(points[outside], crs=CGCS2000).to_crs(metric)
    with np.errstate(invalid="ignore"):
        away = shapely.distance(own.to_numpy(), border)
    for row, metres in zip(outside.tolist(), away.tolist(), strict=True):
        if not metres <= settings()["area"]["outside_m"]:
            at = f"{points[row].x:.6f}, {points[row].y:.6f}"
            km = round(metres / 1000) if np.isfinite(metres) else "∞"
            column = work.columns.column_of(_axis_outside(points[row], whole.bounds))
            work.blame(row, "outside_area", column, {"position": at, "km": km})


def _axis_outside(point: shapely.Point, bounds: tuple[float, float, float, float]) -> str:
    """Return the field that puts a point outside: y where only the latitude is out of bounds."""
    west, south, east, north = bounds
    return "y" if west <= point.x <= east and not south <= point.y <= north else "x"


def waiting_rows(work: Work, kind: Kind, frame: gpd.GeoDataFrame, crs: str) -> np.ndarray:
    """Return a mask of the rows whose position was read but cannot be placed before an answer."""
    if kind.geometry == "none" or crs:
        return np.zeros(len(frame), dtype=bool)
    read = np.isfinite(frame[["x", "y"]].to_numpy(dtype=float))
    return np.asarray(read.any(axis=1) if _axis_asked(work) else read.all(axis=1))


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
