"""Read spreadsheets through calamine and text tables by evidence of encoding and delimiter."""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.compound import is_sound
from geodata.ingest.raw import Grid, Part, Span
from geodata.ingest.read_package import SheetNotes, scan_package
from geodata.ingest.reading import reading

_OLE = b"\xd0\xcf"


def read_workbook(part: Part, name: str) -> list[Grid]:
    """Read every sheet of a workbook: .xlsx, .xlsm, .xlsb, .xls, .ods.

    Raises:
        FileRefusedError: protected by a password, or damaged.
    """
    place = Place(file=name)
    if part.content[:2] == _OLE and not is_sound(part.content):
        raise FileRefusedError("file_damaged", place)
    notes = scan_package(part.content) if part.content[:2] == b"PK" else {}
    limits = reading()["limits"]
    for sheet, seen in notes.items():
        # calamine keeps the whole rectangle that cells span.
        if seen.last_row * seen.last_column > limits["cells"]:
            params = {"rows": seen.last_row, "columns": seen.last_column}
            raise FileRefusedError("sheet_too_wide", Place(name, sheet), **params)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(part.content)) as book:
            return [
                _read_sheet(book.get_sheet_by_name(sheet.name), name, notes, sheet.visible)
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError as error:
        raise FileRefusedError("file_protected", place) from error
    except (CalamineError, ValueError, OverflowError) as error:
        # Dates and times that no calendar has come as ValueError.
        raise FileRefusedError("file_damaged", place) from error
    except BaseException as error:
        # A panic in Rust is no Exception, and its class can be imported from nowhere.
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefusedError("file_damaged", place) from error


def _read_sheet(
    table: CalamineSheet, file: str, notes: dict[str, SheetNotes], visible: SheetVisibleEnum
) -> Grid:
    """Read a sheet from its first filled cell; texts that repeat in a column are kept once."""
    hidden = visible != SheetVisibleEnum.Visible
    if table.start is None or table.end is None:
        return Grid(table.name, 1, [], hidden=hidden)
    limits = reading()["limits"]
    top, left = table.start
    width = min(table.end[1] + 1, left + limits["columns"]) - left
    cells = list(islice(_rows(table, top, width), limits["rows"]))
    seen = notes.get(table.name)
    faults = list(seen.faults(file, table.name)) if seen else []
    # calamine leaves cells empty in which a formula failed; what they show is told of them.
    for row, column, shown in seen.errors if seen else ():
        i, j = row - 1 - top, column - 1 - left
        if 0 <= i < len(cells) and 0 <= j < len(cells[i]) and cells[i][j] == "":
            cells[i][j] = shown
    place = Place(file=file, sheet=table.name)
    if hidden:
        faults.append(Fault("sheet_hidden", place, {}, "note"))
    if table.end[1] + 1 - left > width:
        params = {"columns": table.end[1] + 1, "limit": limits["columns"]}
        faults.append(Fault("columns_beyond", place, params, "warning"))
    spans = tuple(
        Span(one[0] - top, one[1] - left, two[0] - top, two[1] - left)
        for one, two in sorted(table.merged_cell_ranges or ())
        if one[0] >= top and one[1] >= left and two[1] - left < width
    )
    return Grid(table.name, top + 1, cells, left + 1, spans, hidden, tuple(faults))


def _rows(table: CalamineSheet, top: int, width: int) -> Iterator[list[Any]]:
    """Return the rows from the first filled one; calamine begins at row 1, but at its column."""
    known: list[dict[str, str]] = [{} for _ in range(width)]
    for row in islice(table.iter_rows(), top, None):
        yield [
            _keep(memory, cell) if cell.__class__ is str else cell
            for memory, cell in zip(known, row, strict=False)
        ]


def _keep(memory: dict[str, str], text: str) -> str:
    """Return the first copy of a text; one of spaces only is an empty cell."""
    kept = memory.get(text)
    if kept is None:
        kept = memory[text] = text if text.strip() else ""
    return kept
