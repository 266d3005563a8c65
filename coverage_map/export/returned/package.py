"""The parts of an Office Open XML workbook that change when it is marked.

ECMA-376 part 2 (packages) and part 1, 18 (SpreadsheetML). Small parts go through lxml, which keeps
prefixes; what is not touched keeps its bytes.
"""

import io
import posixpath
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

from geodata.errors import ExportError, Place

RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
# Transitional and strict documents name their relations otherwise.
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@dataclass
class Package:
    """A workbook's parts by name, in their order, with those that were changed or added."""

    archive: zipfile.ZipFile
    changed: dict[str, bytes] = field(default_factory=dict)
    # Large parts in pieces, as they are written; nothing reads them again.
    pieces: dict[str, Sequence[bytes | memoryview]] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        """Return a part's bytes as they are now."""
        if name in self.changed:
            return self.changed[name]
        return self.archive.read(name)

    def has(self, name: str) -> bool:
        """Say whether there is such a part."""
        return name in self.changed or name in self.archive.namelist()

    def tree(self, name: str) -> etree._Element:
        """Return a part parsed."""
        return parse(self.read(name))

    def put(self, name: str, tree: etree._Element) -> None:
        """Write a part anew."""
        self.changed[name] = etree.tostring(
            tree, xml_declaration=True, encoding="UTF-8", standalone=True
        )

    def free_name(self, pattern: str) -> str:
        """Return the first name of a pattern with ``{}`` that no part has."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def save(self) -> bytes:
        """Return the workbook: parts in their old order, new ones behind."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for entry in self.archive.infolist():
                new = zipfile.ZipInfo(entry.filename, entry.date_time)
                new.compress_type = zipfile.ZIP_DEFLATED
                if entry.filename in self.pieces:
                    with target.open(new, "w", force_zip64=True) as part:
                        for piece in self.pieces.pop(entry.filename):
                            part.write(piece)
                    continue
                content = self.changed.pop(entry.filename, None)
                target.writestr(new, self.archive.read(entry) if content is None else content)
            for name, content in self.changed.items():
                target.writestr(name, content)
        return out.getvalue()


def parse(content: bytes) -> etree._Element:
    """Parse XML without entities or network."""
    return etree.fromstring(content, _PARSER)


def open_package(content: bytes, name: str) -> Package:
    """Open a workbook's package; ExportError where it is none."""
    try:
        return Package(zipfile.ZipFile(io.BytesIO(content)))
    except zipfile.BadZipFile as error:
        raise ExportError("return_not_workbook", Place(file=name)) from error


def namespace(tree: etree._Element) -> str:
    """Return the namespace of a tree's root, in braces."""
    return f"{{{etree.QName(tree).namespace}}}"


def office(tree: etree._Element) -> str:
    """Return the namespace of relation attributes that a part uses."""
    return _STRICT if "purl.oclc.org" in namespace(tree) else _OFFICE


def relations_of(part: str) -> str:
    """Return the name of the part that holds a part's relations."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def read_relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return a part's relations: id → type's last word, name of the part it leads to."""
    name = relations_of(part)
    if not package.has(name):
        return {}
    return {
        entry.get("Id", ""): (
            entry.get("Type", "").rsplit("/", 1)[-1],
            posixpath.normpath(
                posixpath.join("/", posixpath.dirname(part), entry.get("Target", ""))
            ).lstrip("/"),
        )
        for entry in package.tree(name)
        if entry.get("TargetMode") != "External"
    }


def add_relation(package: Package, part: str, kind: str, target: str) -> str:
    """Add a relation from a part to another and return its id."""
    name = relations_of(part)
    if package.has(name):
        tree = package.tree(name)
    else:
        tree = parse(f'<Relationships xmlns="{RELATION}"/>'.encode())
    known = {entry.get("Id") for entry in tree}
    number = len(known) + 1
    while f"rId{number}" in known:
        number += 1
    base = _STRICT if any(_STRICT in str(entry.get("Type")) for entry in tree) else _OFFICE
    path = posixpath.relpath(target, posixpath.dirname(part))
    etree.SubElement(
        tree, f"{{{RELATION}}}Relationship", Id=f"rId{number}", Type=f"{base}/{kind}", Target=path
    )
    package.put(name, tree)
    return f"rId{number}"


def add_type(package: Package, part: str, content_type: str) -> None:
    """Say what a new part is."""
    name = "[Content_Types].xml"
    tree = package.tree(name)
    etree.SubElement(tree, f"{{{TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)
    package.put(name, tree)


def workbook_part(package: Package) -> str:
    """Return the name of the workbook's main part."""
    for kind, target in read_relations(package, "").values():
        if kind == "officeDocument":
            return target
    return "xl/workbook.xml"


def sheet_parts(package: Package) -> dict[str, str]:
    """Return the part of each worksheet by the sheet's name, in their order."""
    part = workbook_part(package)
    tree = package.tree(part)
    relations = read_relations(package, part)
    found: dict[str, str] = {}
    for sheet in tree.iterfind(f"{namespace(tree)}sheets/{namespace(tree)}sheet"):
        kind, target = relations.get(sheet.get(f"{{{office(tree)}}}id", ""), ("", ""))
        if kind == "worksheet":
            found[sheet.get("name", "")] = target
    return found
