"""A gap list as Excel workbook: gaps, summary and explanations, each on a sheet of its own.

All text is written as text, so that no name can become a formula.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from coverage_map import palette
from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.sheet_info import SheetInfo, margin
from coverage_map.text import Text

# Rows above the header: the title and the line under it.
HEADER_ROW = 2
# Widths in characters; what is not named is as wide as its heading.
WIDTHS = {"gap_id": 30, "reason_text": 40, "subject_name": 20, "source": 30, "data_label": 18}
# About a decimetre.
DEGREE_DECIMALS = 6
SUMMARY_COUNTS = tuple(
    f"{what}_{state}"
    for what in ("units", "households", "people")
    for state in ("covered", "gap", "unknown")
)


def make_styles(book: Any) -> dict[str, Any]:
    """Make the workbook's few styles."""
    colours = palette.base_colours()
    line = {"border": 1, "border_color": palette.state_style("none").outline, "valign": "top"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "under": book.add_format({"font_color": colours["muted"]}),
        "head": book.add_format(
            {
                "bold": True,
                "font_color": colours["paper"],
                "bg_color": colours["head"],
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
            }
        ),
        "text": book.add_format(line),
        "count": book.add_format({**line, "num_format": "#,##0"}),
        "degree": book.add_format({**line, "num_format": "0.000000"}),
        "rate": book.add_format({**line, "num_format": '0.0"%"'}),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _write_column(page: Any, index: int, values: pd.Series, style: Any) -> None:
    """Write a column below the header: text as text, numbers as numbers, missing as blank."""
    written = pd.api.types.is_string_dtype(values)
    put = page.write_string if written else page.write_number
    for row, value in enumerate(values, start=HEADER_ROW + 1):
        if pd.isna(value) or value == "":
            page.write_blank(row, index, None, style)
        else:
            put(row, index, value, style)


def add_page(sheet: SheetInfo, book: Any, styles: dict[str, Any], name: str) -> Any:
    """Add ``export.workbook.<name>``: title, the line under it, room for a frozen header."""
    text = Text(sheet.language)
    page = book.add_worksheet(text(f"export.workbook.{name}"))
    page.write_string(0, 0, sheet.title, styles["title"])
    notes = margin(sheet)
    under = [
        f"{text(f'export.margin.{code}')}: {notes[code]}"
        for code in ("area", "quarter", "data", "source", "classification", "date")
    ]
    page.write_string(1, 0, "    ".join(under), styles["under"])
    page.set_row(0, 26)
    page.freeze_panes(HEADER_ROW + 1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    page.set_footer(f"&L{notes['classification']}&C{sheet.made_by} {sheet.date}&R&P / &N")
    return page


def write_table(
    page: Any, styles: dict[str, Any], table: pd.DataFrame, headings: list[str], kinds: list[str]
) -> None:
    """Write a table under its title; kinds (text, count, degree, rate) style its columns."""
    page.set_row(HEADER_ROW, 32)
    for index, (name, head, kind) in enumerate(zip(table.columns, headings, kinds, strict=True)):
        page.write_string(HEADER_ROW, index, head, styles["head"])
        page.set_column(index, index, WIDTHS.get(str(name), max(10, 2 * len(head))))
        values = table[name].round(DEGREE_DECIMALS) if kind == "degree" else table[name]
        _write_column(page, index, values, styles[kind])
    page.autofilter(HEADER_ROW, 0, HEADER_ROW + max(len(table), 1), len(headings) - 1)


def _write_gaps(content: Content, book: Any, styles: dict[str, Any]) -> None:
    columns = [column for column in exported(content.gaps) if column.people]
    table = pd.DataFrame(content.gaps[[column.name for column in columns]])
    kinds = [
        "degree"
        if column.name in {"lon", "lat"}
        else "text"
        if pd.api.types.is_string_dtype(table[column.name])
        else "count"
        for column in columns
    ]
    page = add_page(content.sheet, book, styles, "gaps")
    write_table(page, styles, table, [heading(c, content.text) for c in columns], kinds)
    if table.empty:
        page.write_string(HEADER_ROW + 1, 0, content.text("export.no_gaps"))


def _write_summary(content: Content, book: Any, styles: dict[str, Any]) -> None:
    """Write the roll-up; a rate stands beside its numerator, denominator and unknown share."""
    figures, text = content.figures, content.text
    # The denominator never holds the unknown.
    asked = figures["denominator"] + figures["unknown"]
    table = figures[["name", "code", "indicator_name", "operator_name"]].assign(
        rate=100 * figures["numerator"] / figures["denominator"].where(lambda it: it > 0),
        unknown_share=100 * figures["unknown"] / asked.where(asked > 0),
        **{name: figures[name] for name in ("target", "numerator", "denominator", "unknown")},
        **{name: figures[name] for name in SUMMARY_COUNTS},
    )
    kinds = ["text"] * 4 + ["rate"] * 3 + ["count"] * (3 + len(SUMMARY_COUNTS))
    headings = [text(f"export.summary.{name}") for name in table.columns]
    write_table(add_page(content.sheet, book, styles, "summary"), styles, table, headings, kinds)


def _write_notes(content: Content, book: Any, styles: dict[str, Any]) -> None:
    """Write the margin in full, and what the columns and states mean."""
    text = content.text
    page = book.add_worksheet(text("export.workbook.notes"))
    page.set_column(0, 0, 24, styles["label"])
    page.set_column(1, 1, 90, styles["wrap"])
    lines = [
        (text(f"export.margin.{code}"), value) for code, value in margin(content.sheet).items()
    ]
    lines += [("", "")]
    lines += [
        (text(f"state.{state}"), text(f"export.state.{state}.meaning"))
        for state in ("covered", "gap", "unknown")
    ]
    lines += [("", ""), (text("export.summary.rate"), text("export.summary.rate.meaning"))]
    for row, (label, value) in enumerate(lines):
        page.write_string(row, 0, label, styles["label"])
        page.write_string(row, 1, value, styles["wrap"])


def write_workbook(content: Content, out: Path) -> None:
    """Write the three sheets; headers are frozen and filtered."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": content.sheet.title,
                "author": content.sheet.made_by,
                "comments": margin(content.sheet)["data"],
            }
        )
        styles = make_styles(book)
        _write_gaps(content, book, styles)
        _write_summary(content, book, styles)
        _write_notes(content, book, styles)
