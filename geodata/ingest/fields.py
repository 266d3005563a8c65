"""Parse a table's columns into the fields of its kind, and say what is empty or does not fit."""

from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import Severity
from geodata.ingest.raw import Cells
from geodata.ingest.report import TableAnswer
from geodata.ingest.settings import settings, word
from geodata.ingest.values import ParsedColumn, empty_column, parse_column
from geodata.ingest.values.coordinates import read_pair, split_pairs
from geodata.ingest.values.numbers import field_units
from geodata.ingest.work import Work
from geodata.records import LINE_ENDS, Field, Kind

# So many filled cells are looked at before a whole column is taken for pairs.
_SAMPLE = 200


def parse_fields(work: Work, kind: Kind, answer: TableAnswer) -> dict[str, set[int]]:
    """Parse every column of the kind into ``work.frame``; bad cells of required fields are errors.

    Returns:
        By field the rows whose cell was blamed: they are not blamed again for being empty.
    """
    count = len(work.table.rows)
    parts: dict[str, Any] = {}
    told: dict[str, set[int]] = {}
    pairs = _pair_cells(work)
    for name, entry in kind.all_fields.items():
        column = work.columns.column_of(name)
        if column < 0 and name not in pairs:
            parts.setdefault(name, empty_column(entry, count))
            continue
        cells = pairs.get(name)
        if cells is None:
            cells = work.table.columns[column]
        header = work.table.headers[column] if column >= 0 else ""
        unit = _answered_unit(work, entry, column, answer)
        parsed = parse_column(cells, entry, header, unit)
        parts[name] = parsed.array
        told[name] = {row for row, _ in parsed.faults}
        _tell(work, entry, column, parsed)
        if entry.each and parsed.several and work.columns.column_of(entry.each) < 0:
            parts[entry.each] = parse_column(cells, kind.fields[entry.each], header, unit).array
    work.frame = pd.DataFrame(parts, columns=list(kind.all_fields))
    return told


def _tell(work: Work, entry: Field, column: int, parsed: ParsedColumn) -> None:
    """Write down a column's faults and notes, and keep the cells it could not take whole."""
    severity: Severity = "error" if entry.required else "warning"
    work.keep([*(row for row, _ in parsed.faults), *parsed.several], column)
    for row, fault in parsed.faults:
        if entry.type == "coordinate":
            # One word about a row's position is enough, whichever of its cells is bad.
            if row in work.unread:
                continue
            work.unread.add(row)
        work.blame(row, fault.code, column, fault.params, severity)
    for note in parsed.notes:
        work.note(note.code, column, note.params, _severity(note.code))


def _severity(code: str) -> Severity:
    return "warning" if code == "unit_unclear" else "note"


def _answered_unit(work: Work, entry: Field, column: int, answer: TableAnswer) -> str:
    """Return the unit that a person said a field's bare numbers are in, if it can be that."""
    unit = answer.units.get(entry.name, "")
    if not unit:
        return ""
    known = settings()["power"]["units"] if entry.unit == "dBm" else field_units(entry)
    if word(unit) not in known:
        params = {"unit": unit, "units": " ".join(known)}
        work.note("unit_unusable", column, params, "warning")
        return ""
    return unit


def _pair_cells(work: Work) -> dict[str, Cells]:
    """Return the coordinates of columns that hold both of a pair each; nothing where none does."""
    found: dict[str, Cells] = {}
    for axes in (("x", "y"), *LINE_ENDS):
        found |= _halves(work, axes)
    return found


def _halves(work: Work, axes: tuple[str, str]) -> dict[str, Cells]:
    """Return both coordinates of a position where one column holds them."""
    x, y = (work.columns.column_of(name) for name in axes)
    column = x if x >= 0 else y
    if column < 0 or not _looks_paired(work.table.columns[column]):
        return {}
    if x >= 0 and y >= 0 and x != y and not _looks_paired(work.table.columns[y]):
        return {}
    halves = split_pairs(work.table.columns[column])
    if halves is None:
        return {}
    filled = int(np.count_nonzero(work.table.columns[column] != ""))
    work.note("coordinates_paired", column, {"rows": filled})
    for name in axes:
        work.settle(name)
    return dict(zip(axes, halves, strict=True))


def _looks_paired(cells: Cells) -> bool:
    filled = [cell for cell in cells[: _SAMPLE * 5] if isinstance(cell, str) and cell][:_SAMPLE]
    return bool(filled) and 2 * sum(read_pair(cell) is not None for cell in filled) >= len(filled)


def check_required(work: Work, kind: Kind, told: dict[str, set[int]]) -> None:
    """Take required fields from where their kind says, then find rows in which one is empty."""
    empty = {
        name: empty_rows(work.frame, entry)
        for name, entry in kind.fields.items()
        if entry.required or entry.fallback
    }
    for name, entry in kind.fields.items():
        column = work.columns.column_of(name)
        if entry.fallback and column < 0 and empty[name].all():
            _take_from_other(work, kind, name)
        if not entry.required or column < 0:
            continue
        for row in np.flatnonzero(empty[name]).tolist():
            if row not in told.get(name, ()):
                work.blame(row, "value_missing", column, {"field": name})


def _take_from_other(work: Work, kind: Kind, name: str) -> None:
    """Fill a field without a column from the first of those that serve for it that holds any."""
    for other in kind.stand_ins(name):
        if not empty_rows(work.frame, kind.fields[other]).all():
            work.frame[name] = work.frame[other]
            return


def empty_rows(frame: pd.DataFrame, entry: Field) -> np.ndarray:
    """Return a mask of the rows in which a field holds nothing."""
    column = frame[entry.name]
    if entry.type in {"list", "numbers"}:
        return np.array([not value for value in column], dtype=bool)
    if entry.type in {"text", "code", "date"}:
        return np.asarray(column == "", dtype=bool)
    return column.isna().to_numpy(dtype=bool)
