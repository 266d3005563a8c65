"""An old workbook (.xls) as .xlsx, as far as it can be read.

Kept are values and results of formulas, fonts, fills, borders, number formats, widths, merged
cells, hidden rows, columns and sheets, frozen panes, filters, notes and links. Charts, pictures,
conditional formats and page setup cannot be read and are lost.
"""

import io
from typing import Any

import xlrd
import xlsxwriter

_CHARACTER = 256  # a width in .xls is counted in 1/256 of a character
_PADDING = 0.71  # of a character, which .xls counts as part of a width and the writer adds
_WIDTH = 10.7  # characters, as LibreOffice shows columns of a file that says no width
_TWIP = 20  # a height in 1/20 of a point
_ALIGN = {1: "left", 2: "center", 3: "right", 4: "fill", 5: "justify"}
_VERTICAL = {0: "top", 1: "vcenter", 2: "bottom"}
_UNDERLINE = {1: 1, 2: 2, 0x21: 33, 0x22: 34}  # single, double, both for accounting
_PLAIN = 15  # the format of columns that have none
_STACKED, _CLOCKWISE_FROM = 255, 90  # rotation: upright letters; more than this turns clockwise
_FILTER = "_FilterDatabase"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
REFUSALS = (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError)


def from_xls(content: bytes) -> bytes:
    """Return an .xls as .xlsx; one of ``REFUSALS`` where the bytes are none."""
    book = xlrd.open_workbook(file_contents=content, formatting_info=True)
    font = book.font_list[0]  # widths are counted in its letters
    plain = {"font_name": font.name, "font_size": font.height / _TWIP}
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**_OPTIONS, "default_format_properties": plain}) as target:
        formats: dict[int, Any] = {}
        for sheet in book.sheets():
            page = target.add_worksheet(sheet.name)
            _lay_out(book, sheet, page, formats, target)
            merged = {(area[0], area[2]): area for area in sheet.merged_cells}
            for row in range(sheet.nrows):
                for column in range(sheet.row_len(row)):
                    look = _format(book, sheet.cell_xf_index(row, column), formats, target)
                    _copy(sheet, page, (row, column), look, merged)
            _add_notes(sheet, page)
    return out.getvalue()


def _lay_out(book: Any, sheet: Any, page: Any, formats: dict[int, Any], target: Any) -> None:
    """Copy what belongs to the whole sheet: columns, rows, panes, filter, whether it is shown."""
    if sheet.visibility:
        (page.very_hidden if sheet.visibility > 1 else page.hide)()
    usual = sheet.standardwidth / _CHARACTER - _PADDING if sheet.standardwidth else _WIDTH
    page.set_column(0, max(sheet.ncols - 1, 0), sheet.defcolwidth or usual)
    for column, info in sheet.colinfo_map.items():
        plain = info.xf_index == _PLAIN
        look = None if plain else _format(book, info.xf_index, formats, target)
        width = max(info.width / _CHARACTER - _PADDING, 0.0)
        page.set_column(column, column, width, look, {"hidden": bool(info.hidden)})
    for row, info in sheet.rowinfo_map.items():
        height = info.height / _TWIP if info.has_default_height == 0 else None
        page.set_row(row, height, None, {"hidden": bool(info.hidden)})
    if sheet.has_pane_record and sheet.panes_are_frozen:
        page.freeze_panes(sheet.horz_split_pos, sheet.vert_split_pos)
    if not sheet.show_grid_lines:
        page.hide_gridlines(2)
    for name in book.name_obj_list:
        if name.builtin and name.name == _FILTER and name.scope == sheet.number:
            _, top, bottom, left, right = name.area2d()
            page.autofilter(top, left, bottom - 1, right - 1)


def _add_notes(sheet: Any, page: Any) -> None:
    for (row, column), note in sheet.cell_note_map.items():
        options = {"author": note.author.strip(), "visible": bool(note.show)}
        page.write_comment(row, column, note.text, options)


def _copy(
    sheet: Any,
    page: Any,
    at: tuple[int, int],
    look: Any,
    merged: dict[tuple[int, int], tuple[int, int, int, int]],
) -> None:
    """Write one cell of an .xls with its look; a merged area when it begins here."""
    cell = sheet.cell(*at)
    if at in merged:
        top, bottom, left, right = merged[at]
        page.merge_range(top, left, bottom - 1, right - 1, "", look)
    link = sheet.hyperlink_map.get(at)
    if link is not None and link.url_or_path and cell.ctype == xlrd.XL_CELL_TEXT:
        page.write_url(*at, str(link.url_or_path), look, cell.value)
    elif cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        page.write_number(*at, cell.value, look)
    elif cell.ctype == xlrd.XL_CELL_TEXT:
        page.write_string(*at, cell.value, look)
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        page.write_boolean(*at, bool(cell.value), look)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        page.write_string(*at, xlrd.error_text_from_code.get(cell.value, "#N/A"), look)
    elif cell.ctype == xlrd.XL_CELL_BLANK:
        page.write_blank(*at, None, look)


def _format(book: Any, number: int, formats: dict[int, Any], target: Any) -> Any:
    if number not in formats:
        formats[number] = target.add_format(_look(book, number))
    return formats[number]


def _look(book: Any, number: int) -> dict[str, Any]:
    """Return a cell's look in the words of the writer."""
    style = book.xf_list[number]
    font, place = book.font_list[style.font_index], style.alignment
    look: dict[str, Any] = {
        "font_name": font.name,
        "font_size": font.height / _TWIP,
        "bold": bool(font.bold),
        "italic": bool(font.italic),
        "underline": _UNDERLINE.get(font.underline_type, 0),
        "font_strikeout": bool(font.struck_out),
        "text_wrap": bool(place.text_wrapped),
        "shrink": bool(place.shrink_to_fit),
        "indent": place.indent_level,
        "rotation": _rotation(place.rotation),
        "num_format": book.format_map[style.format_key].format_str,
        "align": _ALIGN.get(place.hor_align, ""),
        "valign": _VERTICAL.get(place.vert_align, "bottom"),
    }
    colours = {"font_color": font.colour_index}
    if style.background.fill_pattern:
        look["pattern"] = style.background.fill_pattern
        colours["fg_color"] = style.background.pattern_colour_index
        colours["bg_color"] = style.background.background_colour_index
    for side in ("left", "right", "top", "bottom"):
        if line := getattr(style.border, f"{side}_line_style"):
            look[side] = line
            colours[f"{side}_color"] = getattr(style.border, f"{side}_colour_index")
    for name, index in colours.items():
        if rgb := book.colour_map.get(index):
            look[name] = "#{:02x}{:02x}{:02x}".format(*rgb)
    return look


def _rotation(turned: int) -> int:
    """Return the writer's angle: up to 90 degrees either way, 270 for letters one below another."""
    if turned == _STACKED:
        return 270
    return turned if turned <= _CLOCKWISE_FROM else _CLOCKWISE_FROM - turned
