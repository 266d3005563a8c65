"""Comments on marked cells: the part with their words, and the drawing that older readers need.

ECMA-376 part 1, 18.7 (comments) and part 4, 19 (VML, which every spreadsheet program still reads).
"""

import re
from typing import Final

from lxml import etree

from coverage_map.export.legible import printable
from coverage_map.export.returned.marks import Mark
from coverage_map.export.returned.package import (
    Package,
    add_relation,
    add_type,
    namespace,
    office,
    parse,
    read_relations,
)
from geodata.ingest.read_package import column_letters

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMENTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
AUTHOR: Final = "coverage-map"
# What may stand behind the drawing of comments in a worksheet (18.3.1.99, in this order).
_BEHIND: Final = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls"),
    *("webPublishItems", "tableParts", "extLst"),
)
_VML: Final = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)
_SHAPE: Final = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_m{id}" type="#_x0000_t202"'
    ' style="position:absolute;width:260pt;height:110pt;visibility:hidden" fillcolor="#ffffe1"'
    ' o:insetmode="auto"><v:fill color2="#ffffe1"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note">'
    "<x:MoveWithCells/><x:SizeWithCells/>"
    "<x:Anchor>{column}, 12, {row}, 4, {right}, 24, {bottom}, 8</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)
_WIDE, _HIGH = 5, 7  # cells that a comment's box covers


def add_comments(package: Package, part: str, sheet: bytes, marks: list[Mark]) -> bytes:
    """Add comments to a worksheet's cells and return the worksheet; its own comments stay."""
    placed = [mark for mark in marks if mark.comment]
    if not placed:
        return sheet
    relations = read_relations(package, part)
    notes = next((target for kind, target in relations.values() if kind == "comments"), "")
    taken = _add_words(package, part, notes, placed)
    drawing = next((target for kind, target in relations.values() if kind == "vmlDrawing"), "")
    fresh = [mark for mark in placed if _reference(mark) not in taken]
    if drawing and notes:
        _add_shapes(package, drawing, fresh)
        return sheet
    target = package.free_name("xl/drawings/vmlDrawingMarks{}.vml")
    package.changed[target] = _VML.encode()
    add_type(package, target, _DRAWING)
    _add_shapes(package, target, fresh)
    return _link(sheet, add_relation(package, part, "vmlDrawing", target))


def _reference(mark: Mark) -> str:
    return f"{column_letters((mark.column or 1) - 1)}{mark.row}"


def _add_words(package: Package, part: str, notes: str, marks: list[Mark]) -> set[str]:
    """Write the comments' words; return the cells that had a comment, to which ours is added."""
    if notes:
        tree = package.tree(notes)
    else:
        notes = package.free_name("xl/commentsMarks{}.xml")
        add_relation(package, part, "comments", notes)
        add_type(package, notes, _COMMENTS)
        tree = parse(f'<comments xmlns="{_MAIN}"/>'.encode())
        etree.SubElement(tree, f"{{{_MAIN}}}authors")
        etree.SubElement(tree, f"{{{_MAIN}}}commentList")
    ns = namespace(tree)
    authors, listed = tree.find(f"{ns}authors"), tree.find(f"{ns}commentList")
    if authors is None or listed is None:
        return set()
    etree.SubElement(authors, f"{ns}author").text = AUTHOR
    author = str(len(authors) - 1)
    known = {entry.get("ref", ""): entry for entry in listed}
    for mark in marks:
        reference = _reference(mark)
        entry = known.get(reference)
        if entry is None:
            entry = etree.SubElement(listed, f"{ns}comment", ref=reference, authorId=author)
            body = etree.SubElement(entry, f"{ns}text")
            words = mark.comment
        else:
            found = entry.find(f"{ns}text")
            body = found if found is not None else etree.SubElement(entry, f"{ns}text")
            words = f"\n{mark.comment}"
        run = etree.SubElement(etree.SubElement(body, f"{ns}r"), f"{ns}t")
        run.text = printable(words)
        run.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    package.put(notes, tree)
    return set(known)


def _add_shapes(package: Package, drawing: str, marks: list[Mark]) -> None:
    """Add a box for each comment to the drawing, which may not be well-formed: then it stays."""
    try:
        tree = package.tree(drawing)
    except etree.XMLSyntaxError:
        return
    for number, mark in enumerate(marks, start=1):
        column, row = (mark.column or 1) - 1, mark.row - 1
        shape = _SHAPE.format(
            id=number, column=column, row=row, right=column + _WIDE, bottom=row + _HIGH
        )
        tree.append(parse(shape.encode()))
    package.changed[drawing] = etree.tostring(tree, encoding="UTF-8")


def _link(sheet: bytes, relation: str) -> bytes:
    """Name the drawing in the worksheet, at the place where the standard wants it."""
    opening = re.search(rb"<(?:\w+:)?worksheet\b[^>]*>", sheet)
    # The last tag of that name; what follows it is short, the sheet before it may be huge.
    ending = sheet.find(b">", sheet.rfind(b"sheetData")) + 1
    if opening is None or not ending:
        return sheet
    root = parse(opening[0] + sheet[ending:])
    ns = namespace(root)
    drawing = etree.Element(f"{ns}legacyDrawing")
    drawing.set(f"{{{office(root)}}}id", relation)
    behind = [child for child in root if etree.QName(child).localname in _BEHIND]
    if behind:
        behind[0].addprevious(drawing)
    else:
        root.append(drawing)
    tail = etree.tostring(root, encoding="UTF-8")
    return b"".join([memoryview(sheet)[:ending], tail[tail.index(b">") + 1 :]])
