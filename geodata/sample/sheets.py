"""Spreadsheets and delimited text as carriers send them: titles, sub-headers, totals and all."""

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt

Row = list[Any]
# The same bytes at every build: a workbook carries the time it was made.
_MADE = datetime(2023, 12, 31, tzinfo=UTC)


@dataclass
class Sheet:
    """One table as it stands in a file; rows are mutable so that single cells can be spoilt."""

    name: str
    headers: list[str]
    rows: list[Row]
    titles: list[str] = field(default_factory=list)
    sub_header: list[str] = field(default_factory=list)
    totals: Row = field(default_factory=list)

    @property
    def first_row(self) -> int:
        """Return the spreadsheet row (from 1) of the first record."""
        return len(self.titles) + 1 + bool(self.sub_header) + 1

    def lines(self) -> list[Row]:
        """Return every line of the sheet from the top."""
        top: list[Row] = [[title] for title in self.titles]
        below: list[Row] = [list(self.sub_header)] if self.sub_header else []
        last = [self.totals] if self.totals else []
        return [*top, list(self.headers), *below, *self.rows, *last]


def write_xlsx(path: Path, sheets: list[Sheet]) -> None:
    """Write a workbook; a title is merged over the width of its table."""
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": _MADE.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "align": "center"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for number, line in enumerate(sheet.lines()):
                if number < len(sheet.titles):
                    page.merge_range(number, 0, number, len(sheet.headers) - 1, line[0], bold)
                    continue
                for column, value in enumerate(line):
                    if value is None or value == "":
                        continue
                    if isinstance(value, str):
                        page.write_string(number, column, value)
                    else:
                        page.write_number(number, column, float(value))


def write_xls(path: Path, sheets: list[Sheet]) -> None:
    """Write a workbook of the old binary format; titles are merged."""
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for number, line in enumerate(sheet.lines()):
            if number < len(sheet.titles):
                page.write_merge(number, number, 0, len(sheet.headers) - 1, line[0])
                continue
            for column, value in enumerate(line):
                if value is not None and value != "":
                    page.write(number, column, value if isinstance(value, str) else float(value))
    book.save(str(path))


def write_text(path: Path, sheet: Sheet, encoding: str, delimiter: str = ",") -> None:
    """Write delimited text in an encoding of Python's (``utf-8-sig`` and ``utf-16`` have a BOM)."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows(sheet.lines())
    path.write_bytes(lines.getvalue().encode(encoding))
