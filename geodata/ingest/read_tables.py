"""Read spreadsheets through calamine and text tables by evidence of encoding and delimiter."""

import csv
import io
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from geodata.errors import FileRefusedError, Place
from geodata.ingest.raw import Grid, Part
from geodata.ingest.settings import settings
from geodata.ingest.text_encoding import decode_text

_DELIMITERS = "\t,;|"


def read_workbook(part: Part, name: str) -> list[Grid]:
    """Read every sheet of a workbook: .xlsx, .xlsm, .xlsb, .xls, .ods.

    Raises:
        FileRefusedError: protected by a password, or damaged.
    """
    place = Place(file=name)
    limits = settings()["limits"]
    grids: list[Grid] = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(part.content)) as book:
            sheets = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
            for sheet in sheets:
                table = book.get_sheet_by_name(sheet)
                if table.start is None:
                    grids.append(Grid(sheet, 1, []))
                    continue
                cells = table.to_python(skip_empty_area=True, nrows=limits["rows"])
                first = table.start[0] + 1
                grids.append(Grid(sheet, first, [row[: limits["columns"]] for row in cells]))
    except PasswordError as error:
        raise FileRefusedError("file_protected", place) from error
    except CalamineError as error:
        raise FileRefusedError("file_damaged", place) from error
    return grids


def read_text(part: Part, name: str) -> Grid:
    """Read a table of text: commas, tabs, semicolons or bars between its cells.

    Raises:
        FileRefusedError: the encoding cannot be told, or it is no table.
    """
    text, _ = decode_text(part.content, name)
    limits = settings()["limits"]
    delimiter = find_delimiter(text)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        cells = [row[: limits["columns"]] for row in islice(reader, limits["rows"])]
    except csv.Error as error:
        raise FileRefusedError("file_damaged", Place(file=name)) from error
    return Grid("", 1, cells)


def find_delimiter(text: str) -> str:
    """Return the delimiter that cuts most of the first lines into the same number of cells."""
    lines = [line for line in islice(io.StringIO(text), 50) if line.strip()]
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda width: (wide.count(width), width))
        score = wide.count(usual) * usual
        if score > best_score:
            best, best_score = delimiter, score
    return best
