"""Turn a mapped table into records: values by field, positions, faults row by row, provenance."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import CGCS2000
from geodata.errors import Severity
from geodata.ingest.columns import Columns
from geodata.ingest.placing import check_placeless, check_positions, place_rows, waiting_rows
from geodata.ingest.raw import RawTable
from geodata.ingest.report import CheckedTable, TableAnswer
from geodata.ingest.settings import settings
from geodata.ingest.values import cell_text, empty_column, parse_column
from geodata.ingest.work import Work
from geodata.match_words import UnitIndex
from geodata.matching import match_records
from geodata.records import Field, Kind, read_kinds
from geodata.register import Register


def check_table(
    table: RawTable,
    columns: Columns,
    register: Register,
    index: UnitIndex,
    owner: str,
    answer: TableAnswer,
    file: str,
    decisions: Mapping[str, str],
    known: pd.DataFrame | None = None,
) -> CheckedTable:
    """Check a mapped table against its kind; return it with its good rows, placed and matched."""
    kind = read_kinds()[columns.kind]
    count = len(table.rows)
    faults = [*table.faults, *columns.faults]
    work = Work(table, file, columns, pd.DataFrame(), faults, np.zeros(count, dtype=bool), {})
    if any(fault.code == "column_missing" for fault in columns.faults):
        work.bad[:] = True
    _parse_fields(work, kind)
    used = {match.column for match in columns.matches}
    spare = [j for j in range(len(table.headers)) if j not in used]
    choice, asked, geometry = place_rows(work, kind, register, index, answer, known)
    frame = gpd.GeoDataFrame(work.frame, geometry=gpd.GeoSeries(geometry, crs=CGCS2000))
    check_positions(work, kind, frame, register)
    waiting = waiting_rows(work, kind, frame)
    matched = match_records(frame, register, kind.subject, index, decisions)
    _check_matches(work, kind, matched, waiting)
    check_placeless(work, kind, waiting)
    _check_keys(work, kind)
    records = _finish(work, frame, matched, owner, spare)
    return CheckedTable(
        file=file,
        sheet=table.sheet,
        kind=kind.name,
        reason="",
        header_row=table.header_row,
        rows=count,
        columns=columns.matches,
        unmapped=tuple(table.headers[j] for j in spare),
        crs=choice,
        records=records,
        faults=tuple(work.faults),
        questions=(*columns.questions, *asked),
    )


def _parse_fields(work: Work, kind: Kind) -> None:
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
        parsed = parse_column(work.table.columns[column], entry, work.table.headers[column])
        parts[name], empty[name] = parsed.array, parsed.empty
        for row, fault in parsed.faults:
            _keep(work, row, column)
            if entry.type == "coordinate":
                # One word about a row's position is enough, whichever of its cells is bad.
                if row in work.unread:
                    continue
                work.unread.add(row)
            severity: Severity = "error" if entry.required else "warning"
            work.blame(row, fault.code, column, fault.params, severity)
        for row in parsed.several:
            _keep(work, row, column)
        if entry.required:
            _check_filled(work, entry, column, empty[name], parsed.faults)
    for name, entry in kind.fields.items():
        if entry.fallback and work.columns.column_of(name) < 0 and not empty[entry.fallback].all():
            parts[name] = parts[entry.fallback]
    work.frame = pd.DataFrame(parts)


def _keep(work: Work, row: int, column: int) -> None:
    """Keep what stood in a cell that its field could not take whole."""
    text = cell_text(work.table.columns[column][row])
    work.extra.setdefault(row, {})[work.table.headers[column]] = text


def _check_filled(
    work: Work, entry: Field, column: int, empty: np.ndarray, faults: list[tuple[int, Any]]
) -> None:
    told = {row for row, _ in faults}
    for row in np.flatnonzero(empty).tolist():
        if row not in told:
            work.blame(row, "value_missing", column, {"field": entry.name})


def _check_keys(work: Work, kind: Kind) -> None:
    """Find rows whose key an earlier good row has; an empty key is nobody's."""
    whole = pd.Series("", index=work.frame.index, dtype="str")
    for name in kind.key:
        whole = whole + work.frame[name].astype("str") + "\x1f"
    nameless = work.frame[kind.key[0]].fillna("").astype("str") == ""
    whole = whole.mask(nameless | pd.Series(work.bad))
    again = whole.duplicated() & whole.notna()
    first = {key: row for row, key in reversed(list(enumerate(whole))) if isinstance(key, str)}
    entry = kind.all_fields[kind.key[0]]
    names = (*kind.key, entry.fallback) if entry.fallback else kind.key
    column = next((c for name in names if (c := work.columns.column_of(name)) >= 0), -1)
    for row in np.flatnonzero(again).tolist():
        number = int(work.table.rows[first[whole.iloc[row]]])
        work.blame(row, "key_twice", column, {"first": number, "field": kind.key[0]})


def _check_matches(work: Work, kind: Kind, matched: pd.DataFrame, waiting: np.ndarray) -> None:
    """Find rows without a unit and rows that lie elsewhere than they say.

    A row with neither unit nor position belongs nowhere and is kept out. Of rows whose position
    waits for an answer nothing is said yet.
    """
    if kind.subject == "area":
        for row in np.flatnonzero((matched["subject_id"] == "") & ~work.bad).tolist():
            work.blame(row, "area_not_found", work.columns.column_of("county_name"))
        return
    notes = matched["match_note"].to_numpy(dtype=object)
    none = (matched["match_method"] == "none").to_numpy(dtype=bool)
    placed = work.placed
    for row in np.flatnonzero(((notes != "") | none) & ~work.bad & ~waiting).tolist():
        note = json.loads(notes[row]) if notes[row] else {}
        unit = matched["unit_code"].iloc[row]
        code, params = _doubt(note, unit)
        if code:
            named = "county_name" if code == "county_disagrees" else _named_by(work, row)
            severity: Severity = "warning" if unit or placed[row] else "error"
            if not named and code == "unit_unknown":
                code, named = ("unit_unnamed", "x") if placed[row] else ("no_place", "x")
            work.blame(row, code, work.columns.column_of(named), params, severity)
        if "unknown_settlement" in note or "settlements" in note:
            column = work.columns.column_of("settlement_name")
            work.blame(row, "settlement_unknown", column, {}, "warning")


def _named_by(work: Work, row: int) -> str:
    """Return the field by which a row names its unit, nothing where it names none."""
    fields = ("village_name", "settlement_name", "given_code")
    return next((name for name in fields if work.frame[name].iloc[row]), "")


def _doubt(note: dict[str, Any], unit: str) -> tuple[str, dict[str, str | int | float]]:
    """Return the fault that a match is worth and its parameters."""
    if not unit and "candidates" in note:
        return "unit_ambiguous", {"candidates": " ".join(note["candidates"])}
    if not unit:
        return "unit_unknown", {}
    if "unknown_name" in note:
        return "unit_by_position", {"unit": unit}
    if note.get("away_m", 0) > settings()["area"]["disagrees_m"]:
        km = round(note["away_m"] / 1000, 1)
        return "place_disagrees", {"km": km, "unit": note["position"]}
    if "county_named" in note:
        return "county_disagrees", {"unit": unit}
    return "", {}


def _finish(
    work: Work,
    frame: gpd.GeoDataFrame,
    matched: pd.DataFrame,
    owner: str,
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
        "crs": np.where(held, "", work.located[good]),
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


def _extra(work: Work, spare: list[int], good: np.ndarray) -> list[str]:
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
