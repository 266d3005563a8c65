"""Find the tables in a sheet: headers below titles, rows above totals and footers.

A sheet may hold several tables one below the other, each with its own header. The same header once
more (of a further printed page) starts no new table.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from geodata.errors import Fault, Place
from geodata.ingest.header_rows import Block, cell_text, find_block, is_label, names_known
from geodata.ingest.headless import find_headless, letter_of
from geodata.ingest.raw import Cells, Grid, Ints, RawTable, nth_table
from geodata.ingest.reading import header_words, reading
from geodata.ingest.settings import word
from geodata.ingest.under_header import count_rows_under

_EMPTY = np.empty(0, dtype=np.int64)
_MOST_TITLES = 10
_DIGIT = re.compile(r"\d")


def find_tables(grid: Grid, file: str) -> list[RawTable]:
    """Return the tables of a sheet, at least one; its ``reason`` says so where there is none."""
    cells = _square(grid.cells)
    filled = cells != ""
    rows = np.flatnonzero(filled.any(axis=1))
    bare = RawTable(
        grid.sheet, None, (), (), _EMPTY, faults=grid.faults, hidden=grid.hidden, reason="empty"
    )
    if not len(rows):
        return [replace(bare, faults=())]
    scanned = rows[: reading()["header"]["scan_rows"]].tolist()
    block = find_block(cells, scanned, grid.spans)
    if block is None:
        headless = _headless(grid, cells, rows, file)
        return [headless or replace(bare, reason="no_header")]
    blocks = [block, *_later_blocks(cells, filled, rows, block, grid)]
    ends = [_titles_above(filled, later) for later in blocks[1:]] + [len(cells)]
    tops = [0, *ends[:-1]]
    tables = [
        _table(grid, cells, one, (top, end), number, file)
        for number, (one, top, end) in enumerate(zip(blocks, tops, ends, strict=True), start=1)
    ]
    tables[0] = replace(tables[0], faults=(*grid.faults, *tables[0].faults))
    return tables


def _square(rows: list[list[object]]) -> Cells:
    """Return rows of unequal length as one array, filled up with empty cells."""
    width = max(map(len, rows), default=0)
    cells = np.empty((len(rows), width), dtype=object)
    if not rows or not width:
        return cells
    if any(len(row) != width for row in rows):
        rows = [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]
    cells[:] = rows
    return cells


def _later_blocks(
    cells: Cells, filled: np.ndarray, rows: Ints, first: Block, grid: Grid
) -> Iterator[Block]:
    """Return headers of further tables: below a blank row, or of known names among the records."""
    rules = reading()["header"]
    after = rows[rows > first.bottom]
    gaps = after[~np.isin(after - 1, rows)]
    hinted = [
        row
        for row, line, mask in zip(after.tolist(), cells[after], filled[after], strict=True)
        if _may_be_header(line[mask])
    ][: rules["gaps"]]
    latest, end = first, _end_of(cells, first)
    for row in sorted({*gaps[: rules["gaps"]].tolist(), *hinted}):
        if row <= end:
            continue
        found = _later_block(cells, rows, row, latest, grid)
        if found is not None:
            yield found
            latest, end = found, _end_of(cells, found)


def _end_of(cells: Cells, block: Block) -> int:
    """Return the last row of a header, with the rows below it that are no records."""
    under = _rows_under(cells, block)
    return under[-1][0] if under else block.bottom


def _rows_under(cells: Cells, block: Block) -> list[tuple[int, str]]:
    """Return the rows below a header that belong to it; none where there is no header."""
    return count_rows_under(cells, block) if block.bottom >= block.top else []


def _headless(grid: Grid, cells: Cells, rows: Ints, file: str) -> RawTable | None:
    """Return the table of a sheet whose records have no header, None where there are none."""
    block = find_headless(cells, rows, grid.first_column)
    if block is None:
        return None
    table = _table(grid, cells, block, (0, len(cells)), 1, file)
    if block.bottom >= block.top:
        return table
    place = Place(file, grid.sheet, grid.first_row + block.top)
    fault = Fault("header_missing", place, {"columns": len(table.headers)}, "warning")
    return replace(table, header_row=None, faults=(*grid.faults, fault, *table.faults))


def _may_be_header(line: Cells) -> bool:
    """Say whether a row among records has labels only, the first of them known."""
    if len(line) < reading()["header"]["least_names"]:
        return False
    for cell in line:
        if cell.__class__ is not str or _DIGIT.search(cell):
            return False
    return is_label(line[0]) and names_known(cell_text(line[0]))


def _later_block(cells: Cells, rows: Ints, row: int, latest: Block, grid: Grid) -> Block | None:
    """Return the header of a further table at a row, below its titles; None for the same again."""
    at = int(np.searchsorted(rows, row))
    near = [
        other
        for k, other in enumerate(rows[at : at + 4].tolist())
        if other == row + k and all(is_label(cell) for cell in cells[other][cells[other] != ""])
    ]
    if not near or near[0] != row:
        return None
    found = find_block(cells, near, grid.spans, strict=True)
    if found is None or found.top < row:
        return None
    named = {word(name) for name in found.names if name}
    before = {word(name) for name in latest.names if name}
    if len(named) < reading()["header"]["least_names"] or len(named & before) * 2 > len(named):
        return None
    return found


def _titles_above(filled: np.ndarray, block: Block) -> int:
    """Return where the titles right above a later header begin."""
    top = block.top
    while top > 0 and filled[top - 1].sum() == 1:
        top -= 1
    return top


def _table(
    grid: Grid, cells: Cells, block: Block, reach: tuple[int, int], number: int, file: str
) -> RawTable:
    """Return the table below a header, to the end of its reach."""
    start, end = reach
    cells = cells[:end]
    under = _rows_under(cells, block)
    begin = _end_of(cells, block) + 1
    body, merged = _fill_down(cells[begin:], begin, grid)
    rows = np.arange(len(body), dtype=np.int64) + grid.first_row + begin
    sheet = nth_table(grid.sheet, number)
    place = Place(file=file, sheet=sheet)
    titles = [
        cell_text(cell) for line in cells[start : block.top] for cell in line if cell_text(cell)
    ]
    again = _lines_of(cells, [*range(block.top, begin)], 2) | _lines_of(
        cells, [*range(start, block.top)], 1
    )
    keep, faults = _record_rows(body, rows, again, place)
    body, rows = body[keep], rows[keep]
    notes = [
        Fault("row_under_header", replace(place, row=grid.first_row + row), {"what": what}, "note")
        for row, what in under
        if what in {"sample", "advice"}
    ]
    if merged:
        notes.append(Fault("cells_merged", place, {"count": merged}, "note"))
    if number > 1:
        notes.append(
            Fault("table_below", replace(place, row=grid.first_row + block.top), {}, "note")
        )
    used = [j for j, name in enumerate(block.names) if name or (body[:, j] != "").any()]
    return RawTable(
        sheet=sheet,
        header_row=grid.first_row + block.main,
        headers=tuple(_short(block.names[j]) or letter_of(grid.first_column - 1 + j) for j in used),
        columns=tuple(np.ascontiguousarray(body[:, j]) for j in used),
        rows=rows,
        faults=(*notes, *faults),
        reason="" if len(body) else "no_rows",
        titles=tuple(dict.fromkeys(titles))[:_MOST_TITLES],
        groups=tuple(block.groups[j] for j in used),
        header_rows=tuple(range(grid.first_row + block.top, grid.first_row + begin)),
        numbers=tuple(grid.first_column + j for j in used),
        hidden=grid.hidden,
    )


def _short(name: str) -> str:
    """Cut a header that is a whole explanation."""
    most = reading()["header"]["name_length"]
    return name if len(name) <= most else name[: most - 1] + "…"


def _fill_down(body: Cells, begin: int, grid: Grid) -> tuple[Cells, int]:
    """Return the rows with what is merged over several of them in each, and how many ranges.

    So do carriers write a township or a site beside the rows that belong to it.
    """
    tall = [
        span
        for span in grid.spans
        if span.bottom > span.top >= begin
        and span.top - begin < len(body)
        and body[span.top - begin, span.left] != ""
    ]
    if tall:
        body = body.copy()
    for span in tall:
        top = span.top - begin
        body[top : span.bottom - begin + 1, span.left] = body[top, span.left]
    return body, len(tall)


def _lines_of(cells: Cells, rows: list[int], least: int) -> set[tuple[str, ...]]:
    """Return the texts of rows that may come again on a further page."""
    lines = {tuple(word(text) for cell in cells[row] if (text := cell_text(cell))) for row in rows}
    return {line for line in lines if len(line) >= least}


@cache
def _closing() -> tuple[re.Pattern[str], frozenset[str], tuple[str, ...]]:
    """Return what finds totals and footers, the words of totals and the starts of footers."""
    totals, footers = header_words("totals"), tuple(header_words("footers"))
    parts = sorted({*totals, *footers}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, parts)), re.IGNORECASE), totals, footers


def _record_rows(
    cells: Cells, rows: Ints, again: set[tuple[str, ...]], place: Place
) -> tuple[np.ndarray, list[Fault]]:
    """Return a mask of the rows that hold records, and notes on those left out."""
    filled = cells != ""
    count = filled.sum(axis=1)
    keep = count > 0
    faults: list[Fault] = []
    pattern, totals, footers = _closing()
    first = filled.argmax(axis=1) if cells.shape[1] else np.zeros(len(cells), dtype=int)
    starts = {line[0] for line in again}
    for i in np.flatnonzero(keep).tolist():
        cell = cells[i, first[i]]
        if not isinstance(cell, str) or len(cell) >= 80:
            continue
        text = word(cell) if pattern.search(cell) or not cell.isascii() or again else cell
        why = ""
        bare = text.rstrip(":")
        if bare in totals or _is_subtotal(bare, totals, int(count[i]), cells.shape[1]):
            why = "row_total"
        elif count[i] <= 2 and text.startswith(footers):
            why = "row_footer"
        elif text in starts and tuple(word(cell_text(c)) for c in cells[i][filled[i]]) in again:
            why = "row_header_again"
        if why:
            keep[i] = False
            where = Place(place.file, place.sheet, int(rows[i]), "", cell[:80])
            faults.append(Fault(why, where, {}, "note"))
    return keep, faults


def _is_subtotal(text: str, totals: frozenset[str], count: int, width: int) -> bool:
    """Say whether a text such as 许昌县小计 begins a row of sums: the row has gaps."""
    return (
        count < width
        and len(text) <= 12
        and any(text.endswith(total) and not total.isascii() for total in totals)
    )
