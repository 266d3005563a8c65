"""Styles of marked cells: each style in use once more, with a fill that says what is wrong."""

from copy import deepcopy
from typing import Final

from lxml import etree

from coverage_map.export.returned.package import (
    Package,
    add_relation,
    add_type,
    namespace,
    read_relations,
    workbook_part,
)
from coverage_map.palette import mark_colour
from geodata.errors import Severity

_STYLES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_EMPTY: Final = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border/></borders>'
    b'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>'
)


class Styles:
    """The workbook's styles, to which marked ones are added as they are asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._part = _styles_part(package)
        self._tree = package.tree(self._part)
        self._ns = namespace(self._tree)
        self._formats = self._section("cellXfs")
        self._fills: dict[Severity, int] = {}
        self._marked: dict[tuple[int, Severity], int] = {}
        self._bold = -1

    def _section(self, name: str) -> etree._Element:
        found = self._tree.find(f"{self._ns}{name}")
        if found is None:
            found = etree.SubElement(self._tree, f"{self._ns}{name}")
        return found

    def marked(self, style: int, severity: Severity) -> int:
        """Return the number of the style that is like another, but filled."""
        key = (style, severity)
        if key not in self._marked:
            self._marked[key] = self._add(style, fillId=str(self._fill(severity)), applyFill="1")
        return self._marked[key]

    def bold(self) -> int:
        """Return the number of a bold style."""
        if self._bold < 0:
            fonts = self._section("fonts")
            font = deepcopy(fonts[0]) if len(fonts) else etree.Element(f"{self._ns}font")
            font.insert(0, etree.Element(f"{self._ns}b"))
            fonts.append(font)
            fonts.set("count", str(len(fonts)))
            self._bold = self._add(0, fontId=str(len(fonts) - 1), applyFont="1")
        return self._bold

    def wrapped(self) -> int:
        """Return the number of a style that breaks and begins at the top, numbers at the left too.

        So a count stands under the beginning of its heading.
        """
        number = self._add(0, applyAlignment="1")
        alignment = etree.Element(
            f"{self._ns}alignment", horizontal="left", vertical="top", wrapText="1"
        )
        self._formats[number].insert(0, alignment)
        return number

    def _add(self, style: int, **changes: str) -> int:
        count = len(self._formats)
        like = self._formats[style] if style < count else None
        entry = deepcopy(like) if like is not None else etree.Element(f"{self._ns}xf")
        for name, value in changes.items():
            entry.set(name, value)
        self._formats.append(entry)
        self._formats.set("count", str(count + 1))
        return count

    def _fill(self, severity: Severity) -> int:
        if severity not in self._fills:
            fills = self._section("fills")
            fill = etree.SubElement(fills, f"{self._ns}fill")
            pattern = etree.SubElement(fill, f"{self._ns}patternFill", patternType="solid")
            colour = mark_colour(severity).lstrip("#").upper()
            etree.SubElement(pattern, f"{self._ns}fgColor", rgb=f"FF{colour}")
            etree.SubElement(pattern, f"{self._ns}bgColor", indexed="64")
            fills.set("count", str(len(fills)))
            self._fills[severity] = len(fills) - 1
        return self._fills[severity]

    def save(self) -> None:
        """Write the styles back."""
        self._package.put(self._part, self._tree)


def _styles_part(package: Package) -> str:
    workbook = workbook_part(package)
    for kind, target in read_relations(package, workbook).values():
        if kind == "styles":
            return target
    part = package.free_name("xl/styles{}.xml")
    package.changed[part] = _EMPTY
    add_relation(package, workbook, "styles", part)
    add_type(package, part, _STYLES)
    return part
