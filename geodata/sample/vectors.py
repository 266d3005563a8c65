"""Vector files as carriers send them: Shapefile and MapInfo in GBK, KMZ, GeoPackage, GeoJSON."""

import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

# The same bytes at every build.
_MADE = (2023, 12, 31, 0, 0, 0)
_NAMESPACE = "http://www.opengis.net/kml/2.2"
_GEOJSON_CRS = "urn:ogc:def:crs:EPSG::{}"


def _pack(path: Path, members: list[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, _MADE), content, zipfile.ZIP_DEFLATED)


def write_shapefile(
    path: Path, frame: gpd.GeoDataFrame, stem: str, *, keep: tuple[str, ...]
) -> None:
    """Write a zipped Shapefile with GBK attributes; ``keep`` names the endings that are sent."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"{stem}.shp"
        pyogrio.write_dataframe(frame, target, driver="ESRI Shapefile", encoding="GBK")
        _pack(path, [(f"{stem}{end}", target.with_suffix(end).read_bytes()) for end in keep])


def _clear_names(table: Path, fields: int) -> None:
    """Blank what GDAL leaves behind a field's name in a MapInfo table: bytes of its memory.

    The header is dBASE's: 32 bytes, then 32 for each field, the first 11 of them its name.
    """
    content = bytearray(table.read_bytes())
    for start in range(32, 32 * (fields + 1), 32):
        name = bytes(content[start : start + 11]).split(b"\0")[0]
        content[start : start + 11] = name.ljust(11, b"\0")
    table.write_bytes(content)


def write_mapinfo(path: Path, frame: gpd.GeoDataFrame, stem: str) -> None:
    """Write a zipped MapInfo table in GBK with Chinese field names.

    GDAL replaces Chinese letters in field names and calls the character set neutral, MapInfo itself
    does not: both are put right in the table's text file afterwards.
    """
    names = [name for name in frame.columns if name != frame.geometry.name]
    plain = {name: f"Field{number:02d}" for number, name in enumerate(names)}
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"{stem}.tab"
        pyogrio.write_dataframe(
            frame.rename(columns=plain), target, driver="MapInfo File", encoding="CP936"
        )
        head = target.read_bytes().replace(b"Neutral", b"WindowsSimpChinese")
        for name, field in plain.items():
            head = head.replace(field.encode(), name.encode("gbk"))
        target.write_bytes(head)
        _clear_names(target.with_suffix(".dat"), len(names))
        files = sorted(Path(folder).iterdir())
        _pack(path, [(file.name, file.read_bytes()) for file in files])


def write_geopackage(path: Path, frame: gpd.GeoDataFrame, layer: str) -> None:
    """Write a GeoPackage of one layer."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2023-12-31T00:00:00.000Z"})
    pyogrio.write_dataframe(frame, path, driver="GPKG", layer=layer)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_geojson(path: Path, table: pd.DataFrame, x: np.ndarray, y: np.ndarray, epsg: int) -> None:
    """Write GeoJSON of 2008 with a ``crs`` member, in projected metres."""
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": {"type": "Point", "coordinates": [east, north]},
        }
        for row, east, north in zip(table.to_dict("records"), x.tolist(), y.tolist(), strict=True)
    ]
    crs = {"type": "name", "properties": {"name": _GEOJSON_CRS.format(epsg)}}
    whole = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def write_kmz(path: Path, table: pd.DataFrame, points: np.ndarray, title: str) -> None:
    """Write placemarks with extended data as a KMZ."""
    ET.register_namespace("", _NAMESPACE)
    root = ET.Element(f"{{{_NAMESPACE}}}kml")
    document = ET.SubElement(root, f"{{{_NAMESPACE}}}Document")
    ET.SubElement(document, f"{{{_NAMESPACE}}}name").text = title
    columns = list(table.columns)
    for values, point in zip(table.itertuples(index=False), points, strict=True):
        mark = ET.SubElement(document, f"{{{_NAMESPACE}}}Placemark")
        ET.SubElement(mark, f"{{{_NAMESPACE}}}name").text = str(values[columns.index("热点名称")])
        data = ET.SubElement(mark, f"{{{_NAMESPACE}}}ExtendedData")
        for column, value in zip(columns, values, strict=True):
            entry = ET.SubElement(data, f"{{{_NAMESPACE}}}Data", {"name": column})
            ET.SubElement(entry, f"{{{_NAMESPACE}}}value").text = str(value)
        place = ET.SubElement(mark, f"{{{_NAMESPACE}}}Point")
        ET.SubElement(place, f"{{{_NAMESPACE}}}coordinates").text = f"{point[0]},{point[1]},0"
    _pack(path, [("doc.kml", ET.tostring(root, encoding="utf-8", xml_declaration=True))])


def lines_in(lines: np.ndarray, shift: object) -> np.ndarray:
    """Move the points of lines by a function of (lon, lat) arrays, rounded to 0.1 m."""

    def move(points: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(shift(points[:, 0], points[:, 1])), 6)  # type: ignore[operator]

    return np.asarray(shapely.transform(lines, move))
