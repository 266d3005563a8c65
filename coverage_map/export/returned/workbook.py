"""A carrier's own workbook, marked: faulty cells coloured and commented, a first sheet in front."""

from coverage_map.export.returned.cells import colour_cells, deselect
from coverage_map.export.returned.comments import add_comments
from coverage_map.export.returned.marks import (
    Mark,
    find_causes,
    find_marks,
    with_first_rows,
    worst_comments,
)
from coverage_map.export.returned.package import open_package, sheet_parts
from coverage_map.export.returned.styles import Styles
from coverage_map.export.returned.summary import add_summary, summary_rows
from coverage_map.text import Text
from geodata.errors import Fault


def mark_workbook(
    content: bytes, name: str, faults: list[Fault], lead: list[str], text: Text
) -> bytes:
    """Return an .xlsx or .xlsm with its faults marked; sheets, formats and order stay.

    ``lead`` are sentences for the top of the first sheet.

    Raises:
        ExportError: the bytes are no such workbook.
    """
    package = open_package(content, name)
    styles = Styles(package)
    sheets = sheet_parts(package)
    found = find_marks(with_first_rows(faults))
    marks = {sheet: here for sheet, here in found.items() if sheet in sheets}
    comments = worst_comments(marks, text)
    for sheet, part in sheets.items():
        content = package.read(part)  # may hold hundreds of megabytes: one copy at a time
        if sheet in marks:
            content = deselect(content)
            content = add_comments(package, part, content, comments.get(sheet, []))
            package.pieces[part] = colour_cells(content, marks[sheet], styles.marked)
        elif (plain := deselect(content)) is not content:
            package.changed[part] = plain
    said = [*lead, _legend(marks, comments, text)]
    rows = summary_rows(said, find_causes(faults, text), text)
    add_summary(package, styles, text("returned.title"), rows, heading=len(said) + 1)
    styles.save()
    return package.save()


def _legend(marks: dict[str, list[Mark]], comments: dict[str, list[Mark]], text: Text) -> str:
    """Say what the colours mean and how many cells carry a comment."""
    every, told = (sum(map(len, found.values())) for found in (marks, comments))
    if not every:
        return text("returned.legend_none")
    code = "returned.legend" if told == every else "returned.legend_worst"
    return text(code, cells=f"{every:,}", comments=f"{told:,}")
