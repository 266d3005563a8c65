"""The first sheet of a returned workbook: what was understood, and the faults by cause."""

from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from coverage_map.export.legible import printable
from coverage_map.export.returned.marks import Cause
from coverage_map.export.returned.package import (
    Package,
    add_relation,
    add_type,
    namespace,
    office,
    sheet_parts,
    workbook_part,
)
from coverage_map.export.returned.styles import Styles
from coverage_map.text import Text
from geodata.ingest.read_package import column_letters

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WIDTHS: Final = (22, 10, 10, 18, 60, 60, 14)  # characters
A4: Final = 9  # ST_PaperSize of SpreadsheetML
WIDE: Final = 0x2E7F  # from the next letter on Chinese ones, as wide as two Latin
LINE_POINTS: Final = 15
MARGIN: Final = 10  # characters kept free: fonts differ
HEADINGS: Final = ("sheet", "severity", "count", "column", "fault", "remedy", "first")


def summary_rows(lead: list[str], causes: list[Cause], text: Text) -> list[list[str | int]]:
    """Return the summary's rows: a few sentences, a heading, a row a cause."""
    rows: list[list[str | int]] = [[line] for line in lead]
    rows += [[], [text(f"returned.{name}") for name in HEADINGS]]
    rows += [
        [
            cause.sheet,
            text(f"severity.{cause.severity}"),
            cause.count,
            cause.column,
            cause.sentence,
            cause.remedy,
            cause.first,
        ]
        for cause in causes
    ]
    return rows


def add_summary(
    package: Package, styles: Styles, title: str, rows: list[list[str | int]], heading: int
) -> None:
    """Put a sheet before all others and show it; ``heading`` is its bold row, from 0."""
    part = package.free_name("xl/worksheets/sheetMarks{}.xml")
    package.changed[part] = _sheet(rows, heading, styles)
    add_type(package, part, _SHEET)
    book = workbook_part(package)
    relation = add_relation(package, book, "worksheet", part)
    tree = package.tree(book)
    ns = namespace(tree)
    sheets = tree.find(f"{ns}sheets")
    if sheets is None:
        return
    number = max((int(sheet.get("sheetId", "0")) for sheet in sheets), default=0) + 1
    entry = etree.Element(f"{ns}sheet", name=_free_title(title, package), sheetId=str(number))
    entry.set(f"{{{office(tree)}}}id", relation)
    sheets.insert(0, entry)
    for name in tree.iterfind(f"{ns}definedNames/{ns}definedName"):
        if name.get("localSheetId") is not None:  # counts sheets by their place
            name.set("localSheetId", str(int(name.get("localSheetId", "0")) + 1))
    for view in tree.iterfind(f"{ns}bookViews/{ns}workbookView"):
        view.set("activeTab", "0")
        view.set("firstSheet", "0")
    package.put(book, tree)


def _free_title(title: str, package: Package) -> str:
    taken = {name.casefold() for name in sheet_parts(package)}
    name, number = title, 2
    while name.casefold() in taken:
        name, number = f"{title} {number}", number + 1
    return name


def _sheet(rows: list[list[str | int]], heading: int, styles: Styles) -> bytes:
    bold, wrapped = styles.bold(), styles.wrapped()
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{width}" customWidth="1"/>'
        for i, width in enumerate(WIDTHS, start=1)
    )
    body = "".join(
        f'<row r="{number}"{_height(row, number, heading)}>'
        f"{_cells(row, number, _style(number, heading, bold, wrapped))}</row>"
        for number, row in enumerate(rows, start=1)
    )
    # The sentences run over all columns, so that they break instead of being cut.
    last = column_letters(len(WIDTHS) - 1)
    merged = "".join(f'<mergeCell ref="A{n}:{last}{n}"/>' for n in range(1, heading + 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{_MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{body}</sheetData>"
        f'<mergeCells count="{heading}">{merged}</mergeCells>'
        f'<pageSetup paperSize="{A4}" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "</worksheet>"
    ).encode()


def _height(row: list[str | int], number: int, heading: int) -> str:
    """Return how high a sentence over all columns is: programs measure no merged cells."""
    if number > heading or not row:
        return ""
    width = sum(2 if ord(letter) > WIDE else 1 for letter in str(row[0]))
    lines = -(-width // (sum(WIDTHS) - MARGIN))
    return f' ht="{LINE_POINTS * lines}" customHeight="1"' if lines > 1 else ""


def _cells(row: list[str | int], number: int, style: int) -> str:
    return "".join(
        _cell(value, f"{column_letters(column)}{number}", style)
        for column, value in enumerate(row)
        if value != ""
    )


def _style(number: int, heading: int, bold: int, wrapped: int) -> int:
    """Return the style of a row: bold for the first and the heading, broken everywhere else."""
    return bold if number in {1, heading + 1} else wrapped


def _cell(value: str | int, reference: str, style: int) -> str:
    if isinstance(value, int):
        return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'
    words = f'<is><t xml:space="preserve">{escape(printable(value))}</t></is>'
    return f'<c r="{reference}" s="{style}" t="inlineStr">{words}</c>'
