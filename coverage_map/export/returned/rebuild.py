"""A workbook of another format as .xlsx: values and their looks, as far as they can be read.

``.xls`` keeps fonts, fills, borders, number formats, widths, merged cells and hidden rows; what is
read through calamine only (.xlsb, .ods) keeps its values.
"""

import io
from collections.abc import Sequence
from typing import Any

import xlrd
import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from geodata.errors import ExportError, Place
from geodata.ingest.raw import Grid

_CHARACTER = 256  # a width in .xls is counted in 1/256 of a character
_TWIP = 20  # a height in 1/20 of a point
_ALIGN = {1: "left", 2: "center", 3: "right", 4: "fill", 5: "justify"}
_VERTICAL = {0: "top", 1: "vcenter", 2: "bottom"}


def rebuild_workbook(content: bytes, name: str) -> bytes:
    """Return an .xls, .xlsb or .ods as .xlsx.

    Raises:
        ExportError: the bytes are no workbook.
    """
    try:
        return _from_xls(content)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError):
        return _from_values(content, name)


def _from_xls(content: bytes) -> bytes:
    book = xlrd.open_workbook(file_contents=content, formatting_info=True)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as target:
        formats: dict[int, Any] = {}
        for sheet in book.sheets():
            page = target.add_worksheet(sheet.name)
            if sheet.visibility:
                page.hide()
            for column, info in sheet.colinfo_map.items():
                page.set_column(
                    column, column, info.width / _CHARACTER, None, {"hidden": bool(info.hidden)}
                )
            for row, info in sheet.rowinfo_map.items():
                height = info.height / _TWIP if info.has_default_height == 0 else None
                page.set_row(row, height, None, {"hidden": bool(info.hidden)})
            merged = {(area[0], area[2]): area for area in sheet.merged_cells}
            for row in range(sheet.nrows):
                for column in range(sheet.row_len(row)):
                    _copy(book, sheet, page, (row, column), formats, target, merged)
    return out.getvalue()


_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def _copy(
    book: Any,
    sheet: Any,
    page: Any,
    at: tuple[int, int],
    formats: dict[int, Any],
    target: Any,
    merged: dict[tuple[int, int], tuple[int, int, int, int]],
) -> None:
    """Write one cell of an .xls with its look; a merged area when it begins here."""
    cell = sheet.cell(*at)
    if cell.xf_index not in formats:
        formats[cell.xf_index] = target.add_format(_look(book, cell.xf_index))
    look = formats[cell.xf_index]
    if at in merged:
        top, bottom, left, right = merged[at]
        page.merge_range(top, left, bottom - 1, right - 1, "", look)
    if cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        page.write_number(*at, cell.value, look)
    elif cell.ctype == xlrd.XL_CELL_TEXT:
        page.write_string(*at, cell.value, look)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        page.write_boolean(*at, bool(cell.value), look)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        page.write_string(*at, xlrd.error_text_from_code.get(cell.value, "#N/A"), look)
    elif cell.ctype == xlrd.XL_CELL_BLANK:
        page.write_blank(*at, None, look)


def _look(book: Any, number: int) -> dict[str, Any]:
    """Return a cell's look in the words of the writer."""
    style = book.xf_list[number]
    font = book.font_list[style.font_index]
    look: dict[str, Any] = {
        "font_name": font.name,
        "font_size": font.height / _TWIP,
        "bold": bool(font.bold),
        "italic": bool(font.italic),
        "text_wrap": bool(style.alignment.text_wrapped),
        "num_format": book.format_map[style.format_key].format_str,
        "align": _ALIGN.get(style.alignment.hor_align, ""),
        "valign": _VERTICAL.get(style.alignment.vert_align, "bottom"),
    }
    colours = {"font_color": font.colour_index}
    if style.background.fill_pattern:
        look["pattern"] = style.background.fill_pattern
        colours["fg_color"] = style.background.pattern_colour_index
        colours["bg_color"] = style.background.background_colour_index
    for side in ("left", "right", "top", "bottom"):
        look[side] = getattr(style.border, f"{side}_line_style")
    for name, index in colours.items():
        if rgb := book.colour_map.get(index):
            look[name] = "#{:02x}{:02x}{:02x}".format(*rgb)
    return look


def _from_values(content: bytes, name: str) -> bytes:
    out = io.BytesIO()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except CalamineError as error:
        raise ExportError("return_not_workbook", Place(file=name)) from error
    with xlsxwriter.Workbook(out, _OPTIONS) as target:
        moment = target.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for sheet in book.sheet_names:
            page = target.add_worksheet(sheet)
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    _write(page, row, column, value, moment)
    return out.getvalue()


def workbook_of_grids(grids: Sequence[Grid]) -> bytes:
    """Return a workbook that holds the cells of grids where they stand in their sheets."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as target:
        moment = target.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, grid in enumerate(grids, start=1):
            page = target.add_worksheet(grid.sheet or f"Sheet{number}")
            for row, cells in enumerate(grid.cells, start=grid.first_row - 1):
                for column, value in enumerate(cells, start=grid.first_column - 1):
                    _write(page, row, column, value, moment)
    return out.getvalue()


def _write(page: Any, row: int, column: int, value: Any, moment: Any) -> None:
    if value == "" or value is None:
        return
    if isinstance(value, (bool, int, float, str)):
        page.write(row, column, value)
    elif hasattr(value, "isoformat") and hasattr(value, "year"):
        page.write_datetime(row, column, value, moment)
    else:
        page.write_string(row, column, str(value))
