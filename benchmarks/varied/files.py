"""Write pages and features in the formats that are sent."""

import csv
import datetime as dt
import html
import io
import json
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xlsxwriter
import xlwt

from benchmarks.varied.sheets import Page
from geodata.sample.vectors import _pack, write_geopackage, write_mapinfo, write_shapefile

TEXTS = {
    "csv": [("gb18030", ","), ("utf-8", ","), ("utf-8-sig", ","), ("utf-8", ";"), ("gb18030", ",")],
    "tsv": [("utf-16", "\t"), ("gb18030", "\t"), ("utf-8", "\t")],
    "txt": [("gb18030", "|"), ("utf-16", "\t"), ("utf-8-sig", "\t")],
}
SHAPEFILES = (
    (".shp", ".shx", ".dbf"),
    (".shp", ".shx", ".dbf", ".prj"),
    (".shp", ".shx", ".dbf", ".cpg"),
    (".shp", ".shx", ".dbf", ".prj", ".cpg"),
)


def write_xlsx(pages: list[Page]) -> bytes:
    """Return a workbook; dates stand in it as dates."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "align": "center"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for page in pages:
            sheet = book.add_worksheet(page.name)
            if page.hidden:
                sheet.hide()
            if page.tall:
                sheet.write_blank(1_048_575, 0, None, bold)
            for r, line in enumerate(page.lines):
                for c, value in enumerate(line):
                    if isinstance(value, dt.datetime):
                        sheet.write_datetime(r, c, value, day)
                    elif isinstance(value, str):
                        if value:
                            sheet.write_string(r, c, value)
                    else:
                        sheet.write_number(r, c, float(value))
            for top, bottom, left, right in _merges(page):
                sheet.merge_range(top, left, bottom, right, page.lines[top][left], bold)
    return target.getvalue()


def _merges(page: Page) -> list[tuple[int, int, int, int]]:
    return [merge for merge in page.merges if merge[:1] + merge[2:3] != merge[1:2] + merge[3:]]


def write_xls(pages: list[Page]) -> bytes:
    """Return a workbook of the old binary format."""
    target = io.BytesIO()
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for page in pages:
        sheet = book.add_sheet(page.name, cell_overwrite_ok=True)
        sheet.visibility = int(page.hidden)
        if page.tall:
            sheet.write(65_535, 0, "", day)
        for r, line in enumerate(page.lines):
            for c, value in enumerate(line):
                if isinstance(value, dt.datetime):
                    sheet.write(r, c, value, day)
                elif value != "":
                    sheet.write(r, c, value if isinstance(value, str) else float(value))
        for top, bottom, left, right in _merges(page):
            sheet.write_merge(top, bottom, left, right, page.lines[top][left])
    book.save(target)
    return target.getvalue()


def as_text(value: Any) -> str:
    """Return a cell as an export writes it."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y/%m/%d")
    return str(value)


def write_text(page: Page, encoding: str, delimiter: str) -> bytes:
    """Return delimited text."""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([as_text(value) for value in line] for line in page.lines)
    return lines.getvalue().encode(encoding)


def write_html(page: Page, encoding: str) -> bytes:
    """Return the HTML table that web systems call a workbook."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(as_text(value))}</td>" for value in line) + "</tr>\n"
        for line in page.lines
    )
    head = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    return f"{head}</head><body><table border=1>\n{rows}</table></body></html>".encode(encoding)


def write_kml(frame: pd.DataFrame, shapes: np.ndarray, title: str, name: str, how: str) -> bytes:
    """Return placemarks with their attributes as data, as simple data or as a table of HTML."""
    marks = []
    for row, shape in zip(frame.to_dict("records"), shapes, strict=True):
        points = " ".join(f"{x},{y},0" for x, y in shapely.get_coordinates(shape).tolist())
        tag = "Point" if shape.geom_type == "Point" else "LineString"
        marks.append(
            f"<Placemark><name>{escape(str(row[name]))}</name>{_attributes(row, how)}"
            f"<{tag}><coordinates>{points}</coordinates></{tag}></Placemark>"
        )
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    body = f"<Document><name>{escape(title)}</name><Folder><name>{escape(title)}</name>"
    return f"{head}{body}{''.join(marks)}</Folder></Document></kml>".encode()


def _attributes(row: dict[str, Any], how: str) -> str:
    if how == "table":
        lines = "".join(
            f"<tr><td>{k}</td><td>{escape(as_text(v))}</td></tr>" for k, v in row.items()
        )
        return f"<description><![CDATA[<table>{lines}</table>]]></description>"
    if how == "simple":
        lines = "".join(
            f"<SimpleData name={quoteattr(k)}>{escape(as_text(v))}</SimpleData>"
            for k, v in row.items()
        )
        return f'<ExtendedData><SchemaData schemaUrl="#s">{lines}</SchemaData></ExtendedData>'
    lines = "".join(
        f"<Data name={quoteattr(k)}><value>{escape(as_text(v))}</value></Data>"
        for k, v in row.items()
    )
    return f"<ExtendedData>{lines}</ExtendedData>"


def write_geojson(frame: pd.DataFrame, shapes: np.ndarray, crs: str) -> bytes:
    """Return GeoJSON; a claim other than the format's own stands in a ``crs`` member."""
    features = [
        {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
        for row, shape in zip(_plain(frame).to_dict("records"), shapes, strict=True)
    ]
    whole: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if crs:
        name = f"urn:ogc:def:crs:EPSG::{crs.removeprefix('EPSG:')}"
        whole["crs"] = {"type": "name", "properties": {"name": name}}
    return json.dumps(whole, ensure_ascii=False).encode()


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.map(lambda value: as_text(value) if isinstance(value, dt.datetime) else value)


def write_vectors(
    kind: str, frame: pd.DataFrame, shapes: np.ndarray, crs: str, stem: str, keep: tuple[str, ...]
) -> bytes:
    """Return a Shapefile, a MapInfo table or a file geodatabase, zipped, or a GeoPackage."""
    whole = gpd.GeoDataFrame(_plain(frame), geometry=list(shapes), crs=crs or None)
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # That names are cut and no .prj is written is what these files are for.
        warnings.simplefilter("ignore")
        path = Path(folder) / "packed"
        if kind == "shapefile":
            write_shapefile(path, whole, stem, keep=keep)
        elif kind == "mapinfo":
            write_mapinfo(path, whole, stem)
        elif kind == "filegdb":
            whole.to_file(Path(folder) / "packed.gdb", driver="OpenFileGDB", layer=stem)
            found = sorted((Path(folder) / "packed.gdb").iterdir())
            members = [(f"{stem}.gdb/{file.name}", file.read_bytes()) for file in found]
            _pack(path, members)
        else:
            path = path.with_suffix(".gpkg")
            write_geopackage(path, whole, stem)
        return path.read_bytes()


def pack(*members: tuple[str, bytes]) -> bytes:
    """Return a zip archive of files."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "packed.zip"
        _pack(path, list(members))
        return path.read_bytes()
