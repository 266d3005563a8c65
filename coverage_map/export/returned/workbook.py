"""A carrier's own workbook, marked: faulty cells coloured and commented, a first sheet in front."""

from coverage_map.export.returned.cells import colour_cells, deselect
from coverage_map.export.returned.comments import add_comments
from coverage_map.export.returned.marks import find_causes, find_marks, worst_comments
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
    marks = find_marks(faults, text)
    comments = worst_comments(marks)
    for sheet, part in sheet_parts(package).items():
        before = package.read(part)
        after = deselect(before)
        if sheet in marks:
            after = colour_cells(after, marks[sheet], styles.marked)
            after = add_comments(package, part, after, comments.get(sheet, []))
        if after != before:
            package.changed[part] = after
    rows = summary_rows(lead, find_causes(faults, text), text)
    add_summary(package, styles, text("returned.title"), rows, heading=len(lead) + 1)
    styles.save()
    return package.save()
