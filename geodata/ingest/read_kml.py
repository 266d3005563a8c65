"""Read the placemarks of KML and KMZ with their extended data, which GDAL's plain driver drops.

KML is WGS 84 by definition (OGC 12-007r2), whatever the tool behind it really wrote.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

import numpy as np
from shapely import LineString, MultiLineString, Point
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.guess import spoken_of
from geodata.ingest.kml_balloon import read_balloon
from geodata.ingest.raw import Part, RawTable
from geodata.ingest.read_vectors import check_shapes
from geodata.ingest.text_encoding import decode_text

# A placemark: its number in the file, what is said of it, its shape.
Placed = tuple[int, dict[str, str], BaseGeometry | None]
# Points or lines, and the kinds that their folders speak of; None where they lie in none.
Group = tuple[str, frozenset[str] | None]

_NAME = "name"
_FOLDER = "文件夹"
_ENTITY = "<!ENTITY"


def read_kml(part: Part, name: str) -> Iterator[RawTable]:
    """Read a KML file: a table of points and one of lines for each kind that its folders speak of.

    Raises:
        FileRefusedError: it is not well formed.
    """
    text, _ = decode_text(part.content, name)
    # Entities are never needed here and are how XML is made to explode or to read other files.
    if _ENTITY in text:
        raise FileRefusedError("file_damaged", Place(file=name))
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = ET.fromstring(text)  # noqa: S314 - no entity is left in it
    except ET.ParseError as error:
        raise FileRefusedError("file_damaged", Place(file=name)) from error
    groups: dict[Group, list[Placed]] = {}
    sheet = PurePosixPath(part.name).stem
    faults: list[Fault] = []
    placemarks = list(_placemarks(root, ()))
    several = len({folders for _, folders in placemarks}) > 1
    for number, (placemark, folders) in enumerate(placemarks, start=1):
        geometry, whole = _geometry(placemark)
        if not whole:
            where = Place(name, sheet, number)
            faults.append(Fault("geometry_damaged", where, {}, "warning"))
        family = "line" if geometry is not None and "Line" in geometry.geom_type else "point"
        attributes = _attributes(placemark)
        if several:
            attributes.setdefault(_FOLDER, "/".join(folders))
        # Folders that speak of different kinds of record hold different tables.
        # What lies in none goes with the rest.
        group = (family, spoken_of(tuple(reversed(folders))) if folders else None)
        groups.setdefault(group, []).append((number, attributes, geometry))
    groups = _join_loose(groups)
    if not groups:
        yield RawTable(sheet, None, (), (), np.empty(0, dtype=np.int64), reason="empty")
    families = [family for family, _ in groups]
    outer = [
        name for name in dict.fromkeys(_folders(root)) if not any(name in f for _, f in placemarks)
    ]
    for (family, _), rows in groups.items():
        numbers = {number for number, _, _ in rows}
        held = [placemarks[number - 1][1] for number in sorted(numbers)]
        title = sheet if len(groups) == 1 else f"{sheet}/{family}"
        if families.count(family) > 1 and held[0]:
            title = f"{sheet}/{held[0][-1]}"
        titles = (*dict.fromkeys(name for one in held for name in reversed(one)), *outer)
        told = [
            replace(fault, place=replace(fault.place, sheet=title))
            for fault in faults
            if fault.place.row in numbers
        ]
        yield replace(_table(title, rows, told, name), titles=titles)


def _join_loose(groups: Mapping[Group, list[Placed]]) -> dict[Group, list[Placed]]:
    """Put the placemarks that lie in no folder to the largest group of their family."""
    joined = {group: rows for group, rows in groups.items() if group[1] is not None}
    for group, rows in groups.items():
        if group[1] is None:
            mates = [other for other in joined if other[0] == group[0]]
            to = max(mates, key=lambda other: len(joined[other]), default=group)
            joined[to] = sorted([*joined.get(to, ()), *rows], key=lambda placed: placed[0])
    return joined


def _placemarks(
    node: ET.Element, folders: tuple[str, ...]
) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    """Return placemarks with the names of the folders they lie in, from the outside in."""
    waiting = [(node, folders)]
    while waiting:
        node, folders = waiting.pop()
        if _local(node) == "Placemark":
            yield node, folders
            continue
        name = _first_text(node, "name") if _local(node) == "Folder" else ""
        inner = (*folders, name) if name else folders
        waiting += [(child, inner) for child in reversed(node)]


def _local(node: ET.Element) -> str:
    return node.tag.rsplit("}", 1)[-1]


def _children(node: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in node.iter() if _local(child) == name)


def _folders(root: ET.Element) -> Iterator[str]:
    """Return the names of the document and of the folders that hold placemarks themselves."""
    for node in root.iter():
        held = any(_local(child) == "Placemark" for child in node)
        if held and (name := _first_text(node, "name")):
            yield name


def _first_text(node: ET.Element, name: str) -> str:
    for child in node:
        if _local(child) == name:
            return (child.text or "").strip()
    return ""


def _attributes(placemark: ET.Element) -> dict[str, str]:
    """Return a placemark's extended data, else the pairs in its description's table."""
    found = {_NAME: _first_text(placemark, "name")}
    for data in _children(placemark, "Data"):
        found[data.get("name", "")] = _first_text(data, "value")
    for data in _children(placemark, "SimpleData"):
        found[data.get("name", "")] = (data.text or "").strip()
    description = _first_text(placemark, "description")
    pairs = read_balloon(description) if len(found) == 1 else {}
    if pairs:
        found |= pairs
    elif description:
        found["description"] = description
    found.pop("", None)
    return found


def _positions(node: ET.Element) -> list[tuple[float, float]]:
    positions = []
    for coordinates in _children(node, "coordinates"):
        for triple in (coordinates.text or "").split():
            lon, lat, *_ = triple.split(",")
            positions.append((float(lon), float(lat)))
    return positions


def _geometry(placemark: ET.Element) -> tuple[BaseGeometry | None, bool]:
    """Return a placemark's points or lines as one geometry, and whether it could be read."""
    try:
        lines = [_positions(line) for line in _children(placemark, "LineString")]
        if lines:
            if len(lines) == 1:
                return LineString(lines[0]), True
            return MultiLineString(lines), True
        for shape_name in ("Point", "Polygon"):
            for node in _children(placemark, shape_name):
                positions = _positions(node)
                x = sum(lon for lon, _ in positions) / len(positions)
                return Point(x, sum(lat for _, lat in positions) / len(positions)), True
    except (ValueError, ZeroDivisionError, GEOSException):
        return None, False
    return None, True


def _table(
    sheet: str,
    rows: list[Placed],
    faults: list[Fault],
    file: str,
) -> RawTable:
    headers = list(dict.fromkeys(key for _, attributes, _ in rows for key in attributes))
    if not any(attributes.get(_NAME) for _, attributes, _ in rows):
        headers.remove(_NAME)
    columns = []
    for header in headers:
        column = np.empty(len(rows), dtype=object)
        column[:] = [attributes.get(header, "") for _, attributes, _ in rows]
        columns.append(column)
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = [shape for _, _, shape in rows]
    numbers = np.array([number for number, _, _ in rows], dtype=np.int64)
    faults = [*faults, *check_shapes(geometry, numbers, Place(file, sheet))]
    return RawTable(
        sheet=sheet,
        header_row=None,
        headers=tuple(headers),
        columns=tuple(columns),
        rows=numbers,
        geometry=geometry,
        claimed="EPSG:4326",
        faults=tuple(faults),
        groups=("",) * len(headers),
        numbers=tuple(range(1, len(headers) + 1)),
    )
