"""Turn a mapped table into records: values by field, positions, faults row by row, provenance."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import CGCS2000, metric_crs, to_cgcs2000
from geodata.errors import Fault, Place, Severity
from geodata.ingest.columns import Columns
from geodata.ingest.locate import (
    Positions,
    area_bounds,
    area_outlines,
    claimed_by_words,
    locate,
    named_areas,
)
from geodata.ingest.raw import RawTable
from geodata.ingest.report import CheckedTable, TableAnswer
from geodata.ingest.settings import settings
from geodata.ingest.values import cell_text, empty_column, parse_column
from geodata.matching import match_records, middle_points
from geodata.records import Field, Kind, read_kinds
from geodata.register import Register

_NAMES = ("given_code", "county_name", "township_name", "village_name", "settlement_name")


@dataclass
class _Work:
    """A table while it is being checked: its frame, its faults and the rows that are bad."""

    table: RawTable
    file: str
    columns: Columns
    frame: pd.DataFrame
    faults: list[Fault]
    bad: np.ndarray
    extra: dict[int, dict[str, str]]

    def blame(
        self,
        row: int,
        code: str,
        column: int = -1,
        params: dict[str, str | int | float] | None = None,
        severity: Severity = "error",
        value: str | None = None,
    ) -> None:
        """Write down a fault of a row; an error makes the row a bad one."""
        header = self.table.headers[column] if column >= 0 else ""
        if value is None:
            value = cell_text(self.table.columns[column][row]) if column >= 0 else ""
        number = int(self.table.rows[row])
        place = Place(self.file, self.table.sheet, number, header, value[:80])
        self.faults.append(Fault(code, place, params or {}, severity))
        if severity == "error":
            self.bad[row] = True


def check_table(
    table: RawTable,
    columns: Columns,
    register: Register,
    owner: str,
    answer: TableAnswer,
    file: str,
) -> CheckedTable:
    """Check a mapped table against its kind; return it with its good rows, placed and matched."""
    kind = read_kinds()[columns.kind]
    count = len(table.rows)
    faults = [*table.faults, *columns.faults]
    work = _Work(table, file, columns, pd.DataFrame(), faults, np.zeros(count, dtype=bool), {})
    if any(fault.code == "column_missing" for fault in columns.faults):
        work.bad[:] = True
    _parse_fields(work, kind)
    used = {match.column for match in columns.matches}
    spare = [j for j in range(len(table.headers)) if j not in used]
    located, geometry = _place_rows(work, kind, register, answer)
    frame = gpd.GeoDataFrame(work.frame, geometry=gpd.GeoSeries(geometry, crs=CGCS2000))
    _check_positions(work, kind, frame, register)
    _check_keys(work, kind)
    matched = match_records(frame, register, kind.subject)
    _check_matches(work, kind, matched)
    records = _finish(work, frame, matched, owner, located.choice.chosen, spare)
    return CheckedTable(
        file=file,
        sheet=table.sheet,
        kind=kind.name,
        reason="",
        header_row=table.header_row,
        rows=count,
        columns=columns.matches,
        unmapped=tuple(table.headers[j] for j in spare),
        crs=located.choice,
        records=records,
        faults=tuple(work.faults),
        questions=(*columns.questions, *located.questions),
    )


def _parse_fields(work: _Work, kind: Kind) -> None:
    """Parse every column of the kind; a bad cell is an error where the field is required."""
    count = len(work.table.rows)
    parts: dict[str, Any] = {}
    empty: dict[str, np.ndarray] = {}
    for name, entry in kind.all_fields.items():
        column = work.columns.column_of(name)
        if column < 0:
            parts[name] = empty_column(entry, count)
            empty[name] = np.ones(count, dtype=bool)
            continue
        parsed = parse_column(work.table.columns[column], entry)
        parts[name], empty[name] = parsed.array, parsed.empty
        for row, fault in parsed.faults:
            severity: Severity = "error" if entry.required else "warning"
            work.blame(row, fault.code, column, fault.params, severity)
            _keep(work, row, column)
        for row in parsed.several:
            _keep(work, row, column)
        if entry.required:
            _check_filled(work, entry, column, empty[name], parsed.faults)
    for name, entry in kind.fields.items():
        if entry.fallback and work.columns.column_of(name) < 0 and not empty[entry.fallback].all():
            parts[name] = parts[entry.fallback]
    work.frame = pd.DataFrame(parts)


def _keep(work: _Work, row: int, column: int) -> None:
    """Keep what stood in a cell that its field could not take whole."""
    text = cell_text(work.table.columns[column][row])
    work.extra.setdefault(row, {})[work.table.headers[column]] = text


def _check_filled(
    work: _Work, entry: Field, column: int, empty: np.ndarray, faults: list[tuple[int, Any]]
) -> None:
    told = {row for row, _ in faults}
    for row in np.flatnonzero(empty).tolist():
        if row not in told:
            work.blame(row, "value_missing", column, {"field": entry.name})


def _place_rows(work: _Work, kind: Kind, register: Register, answer: TableAnswer) -> Any:
    """Choose the coordinate system and bring every position to EPSG:4490."""
    table, frame = work.table, work.frame
    features = table.geometry if table.geometry is not None else None
    if features is not None and any(shape is not None for shape in features):
        shapes = np.array(features, dtype=object)
        points = middle_points(gpd.GeoSeries(shapes))
        x, y = shapely.get_x(points), shapely.get_y(points)
        ends = _ends(shapes, points)
        claim = table.claimed
    else:
        shapes = None
        x, y = frame["x"].to_numpy(dtype=float), frame["y"].to_numpy(dtype=float)
        header = [match.header for match in work.columns.matches if match.field in {"x", "y"}]
        claim = claimed_by_words(*header) or claimed_by_words(table.sheet)
        ends = np.column_stack([x, y])[:, None, :]
    if kind.geometry == "none":
        ends = np.full_like(ends, np.nan)
    area, outlines = named_areas(frame, register)
    positions = Positions(ends[..., 0], ends[..., 1], area, outlines, area_bounds(register))
    place = Place(work.file, table.sheet)
    located = locate(positions, claim, answer.crs, place)
    work.faults.extend(located.faults)
    if any(fault.severity == "error" for fault in located.faults):
        work.bad[:] = True
    empty = np.full(len(x), None, dtype=object)
    if shapes is not None:
        work.frame["x"], work.frame["y"] = x, y
    if not located.choice.chosen:
        return located, empty
    moved = _mover(located.choice.chosen, swapped=located.choice.swapped)
    if shapes is not None:
        _fit_shapes(work, kind, shapes, points)
        present = ~shapely.is_missing(shapes)
        shapes[present] = shapely.transform(shapely.force_2d(shapes[present]), moved)
        return located, shapes
    known = np.isfinite(x) & np.isfinite(y)
    lonlat = moved(np.column_stack([x[known], y[known]]))
    fine = np.isfinite(lonlat).all(axis=1)
    rows = np.flatnonzero(known)
    empty[rows[fine]] = shapely.points(lonlat[fine])
    return located, empty


def _fit_shapes(work: _Work, kind: Kind, shapes: np.ndarray, points: np.ndarray) -> None:
    """Give point kinds points; a geometry of another family than its kind's is a fault."""
    lines = np.isin(shapely.get_type_id(shapes), (1, 2, 5))
    present = ~shapely.is_missing(shapes)
    if kind.geometry == "line":
        for row in np.flatnonzero(present & ~lines).tolist():
            work.blame(row, "geometry_not_line", value=shapes[row].geom_type)
            shapes[row] = None
        return
    others = present & (shapely.get_type_id(shapes) != 0)
    for row in np.flatnonzero(others).tolist():
        params: dict[str, str | int | float] = {"type": shapes[row].geom_type}
        work.blame(row, "geometry_not_point", params=params, severity="note")
    shapes[others] = points[others]


def _ends(shapes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the middle of each geometry and, for lines, where they begin and end (n × 3 × 2)."""
    at = np.full((len(shapes), 3, 2), np.nan)
    at[:, 0] = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.flatnonzero(np.diff(owner, append=len(shapes)))
    at[owner[first], 1] = coordinates[first]
    at[owner[last], 2] = coordinates[last]
    return at


def _mover(crs: str, *, swapped: bool) -> Callable[[np.ndarray], np.ndarray]:
    def move(positions: np.ndarray) -> np.ndarray:
        x, y = positions[:, 0], positions[:, 1]
        return np.column_stack(to_cgcs2000(y, x, crs) if swapped else to_cgcs2000(x, y, crs))

    return move


def _check_positions(work: _Work, kind: Kind, frame: gpd.GeoDataFrame, register: Register) -> None:
    """Find rows outside the area of interest, and rows that say nowhere where they lie."""
    if kind.geometry == "none":
        return
    missing = shapely.is_missing(frame.geometry.to_numpy())
    _check_placeless(work, frame, missing)
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


def _check_placeless(work: _Work, frame: gpd.GeoDataFrame, missing: np.ndarray) -> None:
    """Find rows without a position: an error where they name no place either, else a warning.

    Nothing is said of rows whose numbers were read but whose system is still asked for.
    """
    column = work.columns.column_of("x")
    named = np.zeros(len(frame), dtype=bool)
    for name in ("given_code", "village_name", "settlement_name"):
        named |= (frame[name] != "").to_numpy(dtype=bool)
    read = np.isfinite(frame[["x", "y"]].to_numpy(dtype=float)).all(axis=1)
    lacking = missing & ~read
    for row in np.flatnonzero(lacking & ~named).tolist():
        work.blame(row, "no_place", column)
    lacking &= named
    if lacking.all() and len(lacking):
        place = Place(work.file, work.table.sheet)
        work.faults.append(Fault("positions_missing", place, {}, "warning"))
        return
    for row in np.flatnonzero(lacking).tolist():
        work.blame(row, "position_missing", column, {}, "warning")


def _check_keys(work: _Work, kind: Kind) -> None:
    """Find rows whose key an earlier good row has."""
    whole = pd.Series("", index=work.frame.index, dtype="str")
    for name in kind.key:
        whole = whole + work.frame[name].astype("str") + "\x1f"
    whole = whole.mask(pd.Series(work.bad))
    again = whole.duplicated() & whole.notna()
    first = {key: row for row, key in reversed(list(enumerate(whole))) if isinstance(key, str)}
    column = next((c for name in kind.key if (c := work.columns.column_of(name)) >= 0), -1)
    for row in np.flatnonzero(again).tolist():
        number = int(work.table.rows[first[whole.iloc[row]]])
        work.blame(row, "key_twice", column, {"first": number, "field": kind.key[0]})


def _check_matches(work: _Work, kind: Kind, matched: pd.DataFrame) -> None:
    """Warn of rows without a unit and of rows that lie elsewhere than they say."""
    if kind.subject == "area":
        for row in np.flatnonzero((matched["subject_id"] == "") & ~work.bad).tolist():
            work.blame(row, "area_not_found", work.columns.column_of("county_name"))
        return
    notes = matched["match_note"].to_numpy(dtype=object)
    none = (matched["match_method"] == "none").to_numpy(dtype=bool)
    for row in np.flatnonzero(((notes != "") | none) & ~work.bad).tolist():
        note = json.loads(notes[row]) if notes[row] else {}
        code, field_name, params = _doubt(note, matched["unit_code"].iloc[row])
        if code:
            work.blame(row, code, work.columns.column_of(field_name), params, "warning")
        if "unknown_settlement" in note or "settlements" in note:
            column = work.columns.column_of("settlement_name")
            work.blame(row, "settlement_unknown", column, {}, "warning")


def _doubt(note: dict[str, Any], unit: str) -> tuple[str, str, dict[str, str | int | float]]:
    """Return the fault that a match is worth, the field it stands in and its parameters."""
    if not unit and "candidates" in note:
        return "unit_ambiguous", "village_name", {"candidates": " ".join(note["candidates"])}
    if not unit:
        return "unit_unknown", "village_name", {}
    if "unknown_name" in note:
        return "unit_by_position", "village_name", {"unit": unit}
    if note.get("away_m", 0) > settings()["area"]["disagrees_m"]:
        km = round(note["away_m"] / 1000, 1)
        return "place_disagrees", "village_name", {"km": km, "unit": note["position"]}
    if "county_named" in note:
        return "county_disagrees", "county_name", {"unit": unit}
    return "", "", {}


def _finish(
    work: _Work,
    frame: gpd.GeoDataFrame,
    matched: pd.DataFrame,
    owner: str,
    crs: str,
    spare: list[int],
) -> gpd.GeoDataFrame:
    """Return the good rows with their provenance."""
    good = np.flatnonzero(~work.bad)
    records = frame.iloc[good].reset_index(drop=True)
    held = shapely.is_missing(records.geometry.to_numpy())
    columns: dict[str, Any] = {
        "record_id": [uuid.uuid4().hex for _ in good],
        "owner": owner,
        "upload_id": "",
        "sheet": work.table.sheet,
        "row": work.table.rows[good],
        **{name: matched[name].to_numpy()[good] for name in matched.columns},
        "crs": np.where(held, "", crs),
        "extra": _extra(work, spare, good),
        "valid_from": "",
        "valid_to": "",
        "accepted_at": "",
    }
    texts = set(columns) - {"row", "match_confidence"}
    for name, values in columns.items():
        whole = [values] * len(good) if isinstance(values, str) else list(values)
        records[name] = pd.array(whole, dtype="str") if name in texts else np.asarray(values)
    return records


def _extra(work: _Work, spare: list[int], good: np.ndarray) -> list[str]:
    """Write the cells that map to no field, and those that did not fit theirs, as JSON."""
    rows: list[dict[str, str]] = [{} for _ in work.table.rows]
    seen: dict[str, int] = {}
    for j in spare:
        header = work.table.headers[j]
        seen[header] = seen.get(header, 0) + 1
        name = header if seen[header] == 1 else f"{header} ({seen[header]})"
        for i, cell in enumerate(work.table.columns[j]):
            if cell is not None and cell != "":
                rows[i][name] = cell if cell.__class__ is str else cell_text(cell)
    for row, kept in work.extra.items():
        rows[row].update(kept)
    return [json.dumps(rows[row], ensure_ascii=False) if rows[row] else "" for row in good]
