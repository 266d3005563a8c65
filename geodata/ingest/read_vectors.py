"""Read vector files row by row through fiona: Shapefile, MapInfo, GeoPackage, GeoJSON, FileGDB.

Shapefile and MapInfo attributes are read as bytes (through ISO 8859-1, which loses none) and
decoded here, because their headers lie about the encoding and cut names within a character.
GDAL is given files in a folder of our own, under names of our own, and opens nothing else.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import fiona
import numpy as np
import shapely
from fiona._err import CPLE_BaseError
from fiona.errors import FionaError
from shapely.errors import ShapelyError
from shapely.geometry import shape

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.raw import Cells, Part, RawTable
from geodata.ingest.text_encoding import decode_text, guess_encoding

_BYTES = "iso-8859-1"
_ENDINGS = {"geopackage": ".gpkg", "geojson": ".geojson", "shapefile": ".shp", "filegdb": ".gdb"}
_NAMED_BY_LAYER = frozenset({"geopackage", "filegdb"})
_CHARSET = re.compile(rb'charset\s+"?[A-Za-z0-9]+"?', re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_LINES = frozenset({"LineString", "MultiLineString", "LinearRing"})
# dBASE III, as Shapefiles use it: a field name has at most ten bytes.
_DBF_NAME_BYTES = 10
# What fiona raises on files that are not what they seem: GDAL's own errors are no FionaError, and a
# text that is no UTF-8 comes as SystemError.
READ_ERRORS = (
    FionaError,
    CPLE_BaseError,
    ValueError,
    KeyError,
    AttributeError,
    NameError,
    OSError,
    RuntimeError,
    SystemError,
)


@dataclass(frozen=True)
class Features:
    """The features of a layer: a row of values by name and a geometry, or None, for each."""

    names: list[str]
    rows: list[list[Any]]
    geometry: Cells
    claimed: str
    faults: list[Fault]
    spatial: bool


def read_vectors(part: Part, name: str) -> Iterator[RawTable]:
    """Read every layer of a vector file; lines and points of one layer become two tables.

    Raises:
        FileRefusedError: the file is damaged.
    """
    with TemporaryDirectory(prefix="upload-") as folder:
        path = _write(part, Path(folder), name)
        if part.format == "geopackage" and not _is_sound(path):
            raise FileRefusedError("file_damaged", Place(file=name))
        try:
            # A Shapefile whose index was not sent is still whole.
            with fiona.Env(SHAPE_RESTORE_SHX="YES", OGR_SKIP="VRT"):
                layers = fiona.listlayers(path)
                for layer in layers:
                    table = _read_layer(path, layer, part, name, alone=len(layers) == 1)
                    yield from split_families(table) if _differ(table) else [table]
        except READ_ERRORS as error:
            raise FileRefusedError("file_damaged", Place(file=name)) from error


def _write(part: Part, folder: Path, name: str) -> Path:
    """Write a part and its siblings where GDAL can open them; return the path to open."""
    if part.format == "mapinfo":
        return _write_mapinfo(part, folder)
    path = folder / f"layer{_ENDINGS[part.format]}"
    if part.format == "filegdb":
        path.mkdir()
        for inside, data in part.siblings.items():
            if _PLAIN_NAME.fullmatch(inside):
                (path / inside).write_bytes(data)
        return path
    if part.name.lower().endswith(".dbf"):
        path = path.with_suffix(".dbf")
    content = part.content
    if part.format == "geojson":
        text, _ = decode_text(content, name)
        content = text.encode("utf-8")
    path.write_bytes(content)
    for ending, data in part.siblings.items():
        path.with_suffix(ending).write_bytes(data)
    if part.format == "shapefile":
        path.with_suffix(".cpg").write_bytes(b"ISO-8859-1")
    return path


def _is_sound(path: Path) -> bool:
    """Say whether SQLite finds a GeoPackage whole: GDAL's messages on damaged ones crash fiona."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("SELECT name, sql FROM sqlite_master").fetchall()
            return bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _write_mapinfo(part: Part, folder: Path) -> Path:
    suffix = PurePosixPath(part.name).suffix.lower()
    path = folder / f"layer{suffix}"
    # A neutral character set is passed on byte by byte.
    neutral = b'Charset "Neutral"' if suffix == ".mif" else b"charset Neutral"
    head, rest = part.content[:4096], part.content[4096:]
    head = _CHARSET.sub(
        lambda found: neutral if b'"' not in found[0] else b'Charset "Neutral"', head
    )
    path.write_bytes(head + rest)
    for ending, data in part.siblings.items():
        path.with_suffix(ending).write_bytes(data)
    return path


def _read_layer(path: Path, layer: str, part: Part, name: str, *, alone: bool) -> RawTable:
    raw_bytes = part.format in {"shapefile", "mapinfo"}
    named_by_file = alone and part.format not in _NAMED_BY_LAYER
    sheet = PurePosixPath(part.name).stem if named_by_file else layer
    place = Place(file=name, sheet=sheet)
    found = read_features(path, layer, place, encoding=_BYTES if raw_bytes else None)
    columns = to_columns(found)
    headers, cut = found.names, frozenset[int]()
    if raw_bytes:
        headers, cut = _decode(found.names, columns, part.format)
    faults = found.faults
    if part.format == "shapefile" and ".dbf" not in part.siblings and path.suffix == ".shp":
        headers, columns = [], []
        faults = [Fault("attributes_missing", place, {}, "warning"), *faults]
    count = len(found.rows)
    return RawTable(
        sheet=sheet,
        header_row=None,
        headers=tuple(headers),
        columns=tuple(columns),
        rows=np.arange(1, count + 1, dtype=np.int64),
        geometry=found.geometry if found.spatial else None,
        claimed=found.claimed,
        cut=cut,
        faults=tuple(faults),
        reason=_why_nothing(count, headers),
        numbers=tuple(range(1, len(headers) + 1)),
        groups=("",) * len(headers),
    )


def _why_nothing(count: int, headers: list[str]) -> str:
    """Return why a layer holds no records: without a column its features can be anything."""
    if not count:
        return "no_rows"
    return "" if headers else "no_attributes"


def to_columns(found: Features) -> list[Cells]:
    """Return the values of features by column."""
    columns = [np.empty(len(found.rows), dtype=object) for _ in found.names]
    for j, column in enumerate(columns):
        column[:] = [row[j] for row in found.rows]
    return columns


def read_features(path: Path, layer: str, place: Place, *, encoding: str | None) -> Features:
    """Read features one by one; a geometry that is none is a fault and left out."""
    rows: list[list[Any]] = []
    geometries: list[Any] = []
    faults: list[Fault] = []
    with fiona.open(path, layer=layer, encoding=encoding) as source:
        names = list(source.schema["properties"])
        spatial = source.schema["geometry"] != "None"
        claimed, doubt = _claimed(source, place)
        expected = _expected(source)
        for number, feature in enumerate(source, start=1):
            properties = feature["properties"]
            rows.append([_value(properties.get(name)) for name in names])
            geometry = None
            if feature["geometry"] is not None:
                try:
                    geometry = shape(feature["geometry"])
                except (ShapelyError, ValueError, TypeError, IndexError):
                    where = replace(place, row=number)
                    faults.append(Fault("geometry_damaged", where, {}, "warning"))
            geometries.append(None if geometry is None or geometry.is_empty else geometry)
    faults += doubt
    if expected > len(rows):
        params = {"expected": expected, "read": len(rows)}
        faults.append(Fault("features_lost", place, params, "error"))
    array = np.empty(len(rows), dtype=object)
    array[:] = geometries
    faults += check_shapes(array, np.arange(1, len(rows) + 1), place)
    return Features(names, rows, array, claimed, faults, spatial)


def _claimed(source: fiona.Collection, place: Place) -> tuple[str, list[Fault]]:
    """Return the system that a layer declares; one that cannot be read counts as none."""
    try:
        return source.crs_wkt or "", []
    except READ_ERRORS:
        return "", [Fault("crs_unreadable", place, {}, "warning")]


def _expected(source: fiona.Collection) -> int:
    """Return how many features a layer says it has; 0 where its format does not say."""
    try:
        return 0 if source.driver == "DXF" else len(source)
    except TypeError:
        return 0


def _value(value: Any) -> Any:
    """Return an attribute as a cell; a list's items stand on lines of their own."""
    if value is None or isinstance(value, bytes | bytearray | memoryview):
        return ""
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value


def check_shapes(geometry: Cells, rows: np.ndarray, place: Place) -> list[Fault]:
    """Leave out geometries without finite coordinates, in place; mend areas that cross themselves.

    Returns:
        What was left out or mended.
    """
    faults: list[Fault] = []
    coordinates, owners = shapely.get_coordinates(geometry, return_index=True)
    for i in np.unique(owners[~np.isfinite(coordinates).all(axis=1)]).tolist():
        geometry[i] = None
        where = replace(place, row=int(rows[i]))
        faults.append(Fault("geometry_not_finite", where, {}, "warning"))
    areas = np.isin(shapely.get_type_id(geometry), (3, 6, 7))
    for i in np.flatnonzero(areas & ~shapely.is_valid(geometry)).tolist():
        geometry[i] = shapely.make_valid(geometry[i])
        where = replace(place, row=int(rows[i]))
        faults.append(Fault("geometry_mended", where, {}, "note"))
    return faults


def _differ(table: RawTable) -> bool:
    """Say whether lines and other features of a layer are different things.

    Those that fill the same columns are records of one kind, some of which have a wrong shape.
    """
    if table.geometry is None:
        return False
    lines = np.array([g is not None and g.geom_type in _LINES for g in table.geometry], dtype=bool)
    one, two = (
        {j for j, column in enumerate(table.columns) if (column[mask] != "").any()}
        for mask in (lines, ~lines)
    )
    return len(one & two) * 2 < len(one | two)


def split_families(table: RawTable) -> Iterator[RawTable]:
    """Return a layer's lines and its other features as tables of their own."""
    if table.geometry is None:
        yield table
        return
    types = [None if shape is None else shape.geom_type for shape in table.geometry]
    lines = np.array([kind in _LINES for kind in types], dtype=bool)
    others = np.array([kind is not None and kind not in _LINES for kind in types], dtype=bool)
    if not (lines.any() and others.any()):
        yield table
        return
    for family, mask in (("point", ~lines), ("line", lines)):
        sheet = f"{table.sheet}/{family}"
        held = {None, *table.rows[mask].tolist()} if family == "point" else {*table.rows[mask]}
        yield replace(
            table,
            sheet=sheet,
            columns=tuple(column[mask] for column in table.columns),
            rows=table.rows[mask],
            geometry=table.geometry[mask],
            faults=tuple(
                replace(fault, place=replace(fault.place, sheet=sheet))
                for fault in table.faults
                if fault.place.row in held
            ),
        )


def _decode(
    names: list[str], columns: list[np.ndarray], format_name: str
) -> tuple[list[str], frozenset[int]]:
    """Decode names and text values, in place, in the encoding that fits them."""
    name_bytes = [name.encode(_BYTES, errors="replace") for name in names]
    samples = [
        value.encode(_BYTES, errors="replace")
        for column in columns
        for value in column[:200]
        if isinstance(value, str) and not value.isascii()
    ]
    encoding = guess_encoding([*name_bytes, *samples])
    for column in columns:
        known: dict[str, str] = {}
        for i, value in enumerate(column):
            if isinstance(value, str) and not value.isascii():
                if value not in known:
                    written = value.encode(_BYTES, errors="replace")
                    # What remains of a character cut at the end of a field is dropped.
                    known[value] = written.decode(encoding, errors="ignore")
                column[i] = known[value]
    cut = frozenset(
        j
        for j, written in enumerate(name_bytes)
        if format_name == "shapefile" and len(written) >= _DBF_NAME_BYTES - 1
    )
    return [written.decode(encoding, errors="ignore") for written in name_bytes], cut
