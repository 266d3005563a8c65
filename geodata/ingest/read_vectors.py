"""Read vector files row by row through fiona: Shapefile, MapInfo, GeoPackage, GeoJSON.

Shapefile and MapInfo attributes are read as bytes (through ISO 8859-1, which loses none) and
decoded here, because their headers lie about the encoding and cut names within a character.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

import fiona
import numpy as np
from fiona.errors import FionaError, FionaValueError
from shapely.errors import ShapelyError
from shapely.geometry import shape

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.raw import Part, RawTable
from geodata.ingest.text_encoding import decode_text, guess_encoding

_BYTES = "iso-8859-1"
_ENDINGS = {"geopackage": ".gpkg", "geojson": ".geojson", "shapefile": ".shp"}
_CHARSET = re.compile(rb'charset\s+"?[A-Za-z0-9]+"?', re.IGNORECASE)
# dBASE III, as Shapefiles use it: a field name has at most ten bytes.
_DBF_NAME_BYTES = 10


def read_vectors(part: Part, name: str) -> Iterator[RawTable]:
    """Read every layer of a vector file.

    Raises:
        FileRefusedError: the file is damaged.
    """
    with TemporaryDirectory(prefix="upload-") as folder:
        path = _write(part, Path(folder), name)
        try:
            # A Shapefile whose index was not sent is still whole.
            with fiona.Env(SHAPE_RESTORE_SHX="YES"):
                layers = fiona.listlayers(path)
                for layer in layers:
                    yield _read_layer(path, layer, part, name, alone=len(layers) == 1)
        except (FionaError, FionaValueError) as error:
            raise FileRefusedError("file_damaged", Place(file=name)) from error


def _write(part: Part, folder: Path, name: str) -> Path:
    """Write a part and its siblings where GDAL can open them; return the path to open."""
    if part.format == "mapinfo":
        return _write_mapinfo(part, folder)
    path = folder / f"layer{_ENDINGS[part.format]}"
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
    named_by_file = alone and part.format != "geopackage"
    sheet = PurePosixPath(part.name).stem if named_by_file else layer
    with fiona.open(path, layer=layer, encoding=_BYTES if raw_bytes else None) as source:
        names = list(source.schema["properties"])
        claimed = source.crs_wkt or ""
        rows, geometries, faults = _read_features(source, names, Place(file=name, sheet=sheet))
    columns = [np.empty(len(rows), dtype=object) for _ in names]
    for j, column in enumerate(columns):
        column[:] = [row[j] for row in rows]
    headers, cut = names, frozenset[int]()
    if raw_bytes:
        headers, cut = _decode(names, columns, part.format)
    geometry = np.empty(len(rows), dtype=object)
    geometry[:] = geometries
    return RawTable(
        sheet=sheet,
        header_row=None,
        headers=tuple(headers),
        columns=tuple(columns),
        rows=np.arange(1, len(rows) + 1, dtype=np.int64),
        geometry=geometry,
        claimed=claimed,
        cut=cut,
        faults=tuple(faults),
        reason="" if rows else "no_rows",
    )


def _read_features(
    source: fiona.Collection, names: list[str], place: Place
) -> tuple[list[list[Any]], list[Any], list[Fault]]:
    """Read features one by one; a geometry that cannot be built is a fault and left out."""
    rows: list[list[Any]] = []
    geometries: list[Any] = []
    faults: list[Fault] = []
    for number, feature in enumerate(source, start=1):
        properties = feature["properties"]
        rows.append(["" if properties[name] is None else properties[name] for name in names])
        geometry = None
        if feature["geometry"] is not None:
            try:
                geometry = shape(feature["geometry"])
            except (ShapelyError, ValueError):
                where = Place(place.file, place.sheet, number)
                faults.append(Fault("geometry_damaged", where, {}, "warning"))
        geometries.append(None if geometry is None or geometry.is_empty else geometry)
    return rows, geometries, faults


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
