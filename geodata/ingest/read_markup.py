"""Read tables that network-management systems write as mark-up and call .xls.

HTML tables (also in a web archive) and SpreadsheetML 2003. Nothing in them is followed or run:
links, pictures, styles and scripts are left out, and XML with entities of its own is refused.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.raw import Grid, Part, Span
from geodata.ingest.reading import reading
from geodata.ingest.text_encoding import decode_text

_LEFT_OUT = re.compile(r"<!--.*?-->|<(script|style|head)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?)(table|tr|td|th|caption)\b([^>]*)>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div)\b[^>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^>]*>")
_ACROSS = re.compile(r"colspan\s*=\s*[\"']?(\d{1,5})", re.IGNORECASE)
_DOWN = re.compile(r"rowspan\s*=\s*[\"']?(\d{1,7})", re.IGNORECASE)
_NAMES = re.compile(r"<x:Name>(.*?)</x:Name>", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_html(part: Part, name: str) -> list[Grid]:
    """Read every table of an HTML page that is not within another one.

    Raises:
        FileRefusedError: it holds no table, or its encoding cannot be told.
    """
    text = _page(part, name)
    sheets = [unescape(found).strip() for found in _NAMES.findall(text)]
    tables = list(_tables(_LEFT_OUT.sub("", text)))
    grids = [_fill(cells) for cells in tables if cells]
    if not grids:
        raise FileRefusedError("format_unread", Place(file=name), format="HTML")
    if len(grids) == 1:
        return [Grid(sheets[0] if len(sheets) == 1 else "", 1, grids[0][0], spans=grids[0][1])]
    named = sheets if len(sheets) == len(grids) else [str(n + 1) for n in range(len(grids))]
    return [
        Grid(sheet, 1, cells, spans=spans)
        for sheet, (cells, spans) in zip(named, grids, strict=True)
    ]


def _page(part: Part, name: str) -> str:
    """Return the text of a page; of a web archive, of all its pages with tables."""
    if part.format != "mhtml":
        return decode_text(part.content, name)[0]
    message = email.message_from_bytes(part.content, policy=email.policy.default)
    pages = [
        decode_text(page, name)[0]
        for node in message.walk()
        if node.get_content_type() == "text/html"
        and isinstance(page := node.get_payload(decode=True), bytes)
        and page.strip()
    ]
    return "\n".join(pages)


# A cell as it is written: its text, how many columns and rows it takes.
_Cell = tuple[str, int, int]


def _tables(text: str) -> Iterator[list[list[_Cell]]]:
    """Cut a page into tables, rows and cells; tables within a cell are part of its text."""
    depth, start, cell = 0, -1, ""
    rows: list[list[_Cell]] = []
    for tag in _TAG.finditer(text):
        closing, kind, attributes = tag[1], tag[2].lower(), tag[3]
        if kind == "table":
            if depth == 1 and closing:
                _end_cell(rows, text, start, tag.start(), cell)
                yield rows
                rows, start = [], -1
            depth = max(depth - 1, 0) if closing else depth + 1
        elif depth <= 1:
            _end_cell(rows, text, start, tag.start(), cell)
            start = -1
            if kind == "tr" and not closing:
                rows.append([])
            elif kind in {"td", "th"} and not closing:
                start, cell = tag.end(), attributes
    if rows:
        _end_cell(rows, text, start, len(text), cell)
        yield rows


def _end_cell(rows: list[list[_Cell]], text: str, start: int, end: int, attributes: str) -> None:
    """Close a cell that is open, whether or not the page closes it."""
    if start < 0:
        return
    if not rows:
        rows.append([])
    inside = _BREAK.sub("\n", text[start:end]) if "<" in text[start:end] else text[start:end]
    content = unescape(_ANY_TAG.sub("", inside)).replace("\xa0", " ").strip()
    across, down = _ACROSS.search(attributes), _DOWN.search(attributes)
    rows[-1].append((content, int(across[1]) if across else 1, int(down[1]) if down else 1))


def _fill(rows: list[list[_Cell]]) -> tuple[list[list[Any]], tuple[Span, ...]]:
    """Lay cells out on a grid: what spans columns and rows takes their places."""
    limits = reading()["limits"]
    cells: list[list[Any]] = []
    spans: list[Span] = []
    taken: dict[int, int] = {}  # column → the last row that a cell from above takes
    for i, row in enumerate(rows[: limits["rows"]]):
        line: list[Any] = []
        for text, across, down in row:
            while taken.get(len(line), -1) >= i:
                line.append("")
            if len(line) >= limits["columns"]:
                break
            left, wide = len(line), min(max(across, 1), limits["columns"] - len(line))
            tall = min(max(down, 1), len(rows) - i)
            line += [text, *[""] * (wide - 1)]
            if wide > 1 or tall > 1:
                spans.append(Span(i, left, i + tall - 1, left + wide - 1))
            if tall > 1:
                taken |= dict.fromkeys(range(left, left + wide), i + tall - 1)
        cells.append(line)
    return cells, tuple(spans)


def read_spreadsheetml(part: Part, name: str) -> list[Grid]:
    """Read the sheets of a workbook in XML, as Excel 2003 wrote it.

    Raises:
        FileRefusedError: it is not well formed.
    """
    text, _ = decode_text(part.content, name)
    if "<!ENTITY" in text:
        raise FileRefusedError("file_damaged", Place(file=name))
    try:
        root = ET.fromstring(_DECLARATION.sub("", text))  # noqa: S314 - no entity is left in it
        return [_xml_sheet(node, name) for node in root if _local(node) == "Worksheet"]
    except (ET.ParseError, ValueError) as error:
        raise FileRefusedError("file_damaged", Place(file=name)) from error


def _local(node: ET.Element) -> str:
    return node.tag.rsplit("}", 1)[-1]


def _attribute(node: ET.Element, name: str) -> str:
    return next((value for key, value in node.items() if key.rsplit("}", 1)[-1] == name), "")


def _xml_sheet(sheet: ET.Element, file: str) -> Grid:
    limits = reading()["limits"]
    title = _attribute(sheet, "Name")
    cells: list[list[Any]] = []
    spans: list[Span] = []
    hidden_rows = 0
    for row in (node for node in sheet.iter() if _local(node) == "Row"):
        at = int(_attribute(row, "Index") or len(cells) + 1) - 1
        if at >= limits["rows"]:
            break
        cells += [[] for _ in range(at - len(cells))]
        cells.append(_xml_row(row, at, spans, limits["columns"]))
        hidden_rows += _attribute(row, "Hidden") == "1"
    place = Place(file=file, sheet=title)
    faults = []
    hidden = any(_local(n) == "Visible" and "Hidden" in (n.text or "") for n in sheet.iter())
    if hidden:
        faults.append(Fault("sheet_hidden", place, {}, "note"))
    if hidden_rows:
        faults.append(Fault("rows_hidden", place, {"count": hidden_rows}, "note"))
    return Grid(title, 1, cells, 1, tuple(spans), hidden, tuple(faults))


def _xml_row(row: ET.Element, at: int, spans: list[Span], most: int) -> list[Any]:
    line: list[Any] = []
    for cell in (node for node in row if _local(node) == "Cell"):
        column = int(_attribute(cell, "Index") or len(line) + 1) - 1
        if column >= most:
            break
        line += [""] * (column - len(line))
        data = next((node for node in cell if _local(node) == "Data"), None)
        value: Any = "".join(data.itertext()).strip() if data is not None else ""
        if data is not None and _attribute(data, "Type") == "Number" and value:
            value = float(value)
        elif data is not None and _attribute(data, "Type") == "Error":
            value = ""
        line.append(value)
        across = min(int(_attribute(cell, "MergeAcross") or 0), most - column - 1)
        down = int(_attribute(cell, "MergeDown") or 0)
        line += [""] * across
        if across or down:
            spans.append(Span(at, column, at + down, column + across))
    return line
