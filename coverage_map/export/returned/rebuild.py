"""A workbook of another format as .xlsx: values and their looks, as far as they can be read.

An ``.xls`` keeps most of its looks (``xls``); what is read through calamine only (.xlsb, .ods)
keeps its values.
"""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from coverage_map.export.returned.xls import REFUSALS, from_xls
from geodata.errors import ExportError, Place
from geodata.ingest.raw import Grid


def rebuild_workbook(content: bytes, name: str) -> bytes:
    """Return an .xls, .xlsb or .ods as .xlsx.

    Raises:
        ExportError: the bytes are no workbook.
    """
    try:
        return from_xls(content)
    except REFUSALS:
        return _from_values(content, name)


_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


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
