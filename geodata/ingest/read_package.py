"""Look into an .xlsx for what its reader does not tell: hidden rows, errors, how far cells reach.

The sheets' XML is scanned as bytes, a piece at a time, and never parsed: a sheet of 200,000 rows
has 200 MB of it. What is not found this way is simply not told.
"""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from geodata.errors import Fault, Place
from geodata.ingest.archive import ZIP_ERRORS

_PIECE = 1 << 22
_ROW_END = b"</row>"
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d+)"([^>]*)>(.*?)</c>', re.DOTALL)
_VALUE = re.compile(rb"<v[^>]*>([^<]*)</v>")
_NUMBER = re.compile(rb' r="(\d{1,9})"')
_LAST = re.compile(rb'<c r="([A-Z]{1,3})\d+"')
_UNCOMPUTED = (b"</f></c>", b"</f><v></v>", b"</f><v/>", b"</f><v />")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class SheetNotes:
    """What was seen in one sheet; ``errors`` are row, column (from 1) and what the cell shows."""

    rows_hidden: int = 0
    filtered: bool = False
    uncomputed: int = 0
    first_uncomputed: tuple[int, int] = (0, 0)  # row, column
    last_column: int = 0
    last_row: int = 0
    errors: list[tuple[int, int, str]] = field(default_factory=list)

    def faults(self, file: str, sheet: str) -> tuple[Fault, ...]:
        """Return what was seen as notes."""
        place = Place(file=file, sheet=sheet)
        found: list[Fault] = []
        if self.rows_hidden:
            code = "rows_filtered" if self.filtered else "rows_hidden"
            found.append(Fault(code, place, {"count": self.rows_hidden}, "note"))
        if self.uncomputed:
            row, column = self.first_uncomputed
            where = Place(file, sheet, row, number=column)
            found.append(Fault("formulas_uncomputed", where, {"count": self.uncomputed}, "warning"))
        return tuple(found)


def column_letters(column: int) -> str:
    """Return the letters a spreadsheet gives to a column counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: bytes) -> int:
    """Return the number, from 1, of the column with these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def scan_package(content: bytes) -> dict[str, SheetNotes]:
    """Return notes by sheet name; nothing for what is no .xlsx or cannot be looked into."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return {
                sheet: _scan_sheet(package, path) for sheet, path in _sheet_paths(package).items()
            }
    except (*ZIP_ERRORS, KeyError, ET.ParseError):
        return {}


def _sheet_paths(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the parts that hold the sheets, by the sheets' names."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return {}
    book = package.read("xl/workbook.xml")
    relations = package.read("xl/_rels/workbook.xml.rels")
    if b"<!ENTITY" in book or b"<!ENTITY" in relations:
        return {}
    targets = {node.get("Id"): node.get("Target", "") for node in ET.fromstring(relations)}  # noqa: S314 - no entity is left in it
    paths = {}
    for node in ET.fromstring(book).iter():  # noqa: S314 - no entity is left in it
        target = targets.get(node.get(_RELATION))
        if node.tag.endswith("}sheet") and target:
            path = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
            if path in names:
                paths[node.get("name", "")] = path
    return paths


def _scan_sheet(package: zipfile.ZipFile, path: str) -> SheetNotes:
    notes = SheetNotes()
    rest = b""
    with package.open(path) as part:
        while piece := part.read(_PIECE):
            rest += piece
            whole = rest.rfind(_ROW_END)
            if whole >= 0:
                _scan_rows(rest[:whole].split(_ROW_END), notes)
                rest = rest[whole + len(_ROW_END) :]
    notes.filtered = b"<autoFilter" in rest
    return notes


def _scan_rows(rows: list[bytes], notes: SheetNotes) -> None:
    latest = b""
    for row in rows:
        start = row.find(b"<row")
        opening = row[start : row.find(b">", start)] if start >= 0 else b""
        if b' hidden="1"' in opening or b' hidden="true"' in opening:
            notes.rows_hidden += 1
        filled = max(row.rfind(b"</v>"), row.rfind(b"</is>"))
        if filled < 0:
            continue
        latest = opening
        at = row.rfind(b'<c r="', 0, filled)
        if at >= 0 and (last := _LAST.match(row, at)):
            notes.last_column = max(notes.last_column, column_number(last[1]))
        if b't="e"' in row or any(mark in row for mark in _UNCOMPUTED):
            _scan_cells(row, notes)
    if number := _NUMBER.search(latest):
        notes.last_row = max(notes.last_row, int(number[1]))


def _scan_cells(row: bytes, notes: SheetNotes) -> None:
    for letters, number, attributes, inside in _CELL.findall(row):
        value = _VALUE.search(inside)
        if b't="e"' in attributes and value:
            shown = value[1].decode("ascii", errors="replace")
            notes.errors.append((int(number), column_number(letters), shown))
        elif b"<f" in inside and (value is None or not value[1]) and b't="str"' not in attributes:
            notes.uncomputed += 1
            if notes.uncomputed == 1:
                notes.first_uncomputed = int(number), column_number(letters)
