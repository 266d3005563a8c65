"""Find the table in a sheet: its header below titles, its rows above totals and footers."""

import re
from typing import Any

import numpy as np

from geodata.errors import Fault, Place
from geodata.ingest.aliases import is_known
from geodata.ingest.raw import Cells, Grid, RawTable
from geodata.ingest.settings import settings, word, words

_ENGLISH = re.compile(r"[A-Za-z_][A-Za-z_ /().%-]+")
_EMPTY = np.empty(0, dtype=np.int64)


def find_table(grid: Grid, file: str) -> RawTable:
    """Return the table of a sheet; ``reason`` says so where there is none."""
    if not grid.cells:
        return RawTable(grid.sheet, None, (), (), _EMPTY, reason="empty")
    at = _header_at(grid.cells)
    if at is None:
        return RawTable(grid.sheet, None, (), (), _EMPTY, reason="no_header")
    width = max(len(row) for row in grid.cells)
    header = [_text(cell) for cell in grid.cells[at]]
    header += [""] * (width - len(header))
    body = grid.cells[at + 1 :]
    start = 1 if body and _is_sub_header(body[0], header) else 0
    cells = _square(body[start:], width)
    rows = np.arange(len(cells), dtype=np.int64) + grid.first_row + at + 1 + start
    keep, faults = _record_rows(cells, rows, header, Place(file=file, sheet=grid.sheet))
    cells, rows = cells[keep], rows[keep]
    used = [j for j in range(width) if header[j] or (len(cells) and (cells[:, j] != "").any())]
    return RawTable(
        sheet=grid.sheet,
        header_row=grid.first_row + at,
        headers=tuple(header[j] or column_letters(j) for j in used),
        columns=tuple(np.ascontiguousarray(cells[:, j]) for j in used),
        rows=rows,
        faults=tuple(faults),
        reason="" if len(cells) else "no_rows",
    )


def column_letters(column: int) -> str:
    """Return the letters a spreadsheet gives to a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _text(cell: Any) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _header_at(cells: list[list[Any]]) -> int | None:
    """Return the row that names most known columns, the first of equals."""
    rules = settings()["header"]
    best, most = None, rules["least_hits"] - 1
    filled = [i for i, row in enumerate(cells) if any(cell != "" for cell in row)]
    for i in filled[: rules["scan_rows"]]:
        names = {_text(cell) for cell in cells[i] if isinstance(cell, str)}
        hits = sum(is_known(name) for name in names if name)
        if hits > most:
            best, most = i, hits
    return best


def _is_number(cell: Any) -> bool:
    if not isinstance(cell, str):
        return cell is not None
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _is_sub_header(row: list[Any], header: list[str]) -> bool:
    """Say whether a line repeats the header above it in English: words, one of them known.

    It fills at least half of what the header fills.
    """
    filled = [_text(cell) for cell in row if cell != ""]
    if len(filled) * 2 < sum(bool(name) for name in header):
        return False
    if any(_is_number(cell) for cell in row if cell != "") or not any(map(is_known, filled)):
        return False
    english = sum(bool(_ENGLISH.fullmatch(text)) for text in filled)
    return bool(english >= settings()["header"]["sub_header_share"] * len(filled))


def _square(rows: list[list[Any]], width: int) -> Cells:
    """Return rows of unequal length as one array, filled up with empty cells."""
    if not rows:
        return np.empty((0, width), dtype=object)
    if any(len(row) != width for row in rows):
        rows = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]
    cells = np.empty((len(rows), width), dtype=object)
    cells[:] = rows
    return cells


def _record_rows(
    cells: Cells, rows: np.ndarray, header: list[str], place: Place
) -> tuple[np.ndarray, list[Fault]]:
    """Return a mask of the rows that hold records, and notes on those left out."""
    filled = cells != ""
    count = filled.sum(axis=1) if len(cells) else np.zeros(0, dtype=int)
    keep = count > 0
    faults: list[Fault] = []
    totals, footers = words("header", "totals"), words("header", "footers")
    first = filled.argmax(axis=1) if len(cells) else np.zeros(0, dtype=int)
    names = [word(name) for name in header]
    for i in np.flatnonzero(keep):
        cell = cells[i, first[i]]
        if not isinstance(cell, str):
            continue
        text = word(cell) if len(cell) < 80 else ""
        why = ""
        if text in totals:
            why = "row_total"
        elif count[i] <= 2 and text.startswith(tuple(footers)):
            why = "row_footer"
        elif text == names[first[i]] and [word(_text(c)) for c in cells[i]] == names:
            why = "row_header_again"
        elif not text and all(not _text(c) for c in cells[i]):
            keep[i] = False
        if why:
            keep[i] = False
            where = Place(place.file, place.sheet, int(rows[i]), "", cell[:80])
            faults.append(Fault(why, where, {}, "note"))
    return keep, faults
