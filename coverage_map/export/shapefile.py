"""A gap list as Shapefile, in UTF-8 or GBK, alone or zipped, with a legend of its short names.

A Shapefile holds one type of geometry. A list of polygons only, or of points only, is written as
it is. A mixed list is written as points, so that one file holds every gap, and its polygons once
more in a second file. Field names fit ten bytes; what a value loses is told in
``<name>.legend.csv``.
"""

import csv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
import pyogrio

from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.legible import encodable, shortened
from coverage_map.export.sheet_info import margin

# dBASE text fields hold at most 254 bytes.
TEXT_BYTES = 254
POLYGONS = ("Polygon", "MultiPolygon")
LOSS_HEADINGS = ("gap", "field", "loss", "original")


def write_shapefile(content: Content, out: Path) -> None:
    """Write ``out`` and what belongs to it; polygons of a mixed list go to ``<name>_polygons``."""
    _write_set(content, out, out.with_stem(f"{out.stem}_polygons"))


def _write_set(content: Content, out: Path, polygons: Path) -> None:
    table, losses = _fit(content)
    flat = table.geom_type.isin(POLYGONS)
    if flat.any() and not flat.all():
        _write(table.set_geometry(_points(table)), out, content.encoding, "Point")
        polygons.parent.mkdir(exist_ok=True)
        _write(table.loc[flat], polygons, content.encoding, "Polygon")
    else:
        _write(table, out, content.encoding, "Polygon" if flat.all() else "Point")
    _write_legend(content, losses, out.with_suffix(".legend.csv"))


def write_shapefile_zip(content: Content, out: Path) -> None:
    """Write a zip archive that holds ``gaps.shp`` and its companions.

    Polygons of a mixed list go to a folder of their own: readers that open the archive as one
    data source then meet the one file that holds every gap.
    """
    with TemporaryDirectory(dir=out.parent) as name:
        folder = Path(name)
        _write_set(content, folder / "gaps.shp", folder / "polygons" / "gaps.shp")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(file for file in folder.rglob("*") if file.is_file()):
                archive.write(file, file.relative_to(folder))


def _points(table: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the point a gap was measured from, or one inside its polygon where none is given."""
    inside = table.geometry.representative_point()
    if "lon" not in table:
        return inside
    given = gpd.GeoSeries(
        gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs=table.crs
    )
    return given.where(table["lon"].notna() & table["lat"].notna(), inside)


def _fit(content: Content) -> tuple[gpd.GeoDataFrame, list[tuple[str, str, str, str]]]:
    """Fit names and values to the format; return what was lost: gap, field, how, the original."""
    table = content.gaps.copy()
    ids = table["gap_id"]
    losses: list[tuple[str, str, str, str]] = []
    for column in exported(table):
        values = table[column.name]
        if not pd.api.types.is_string_dtype(values):
            continue
        spelt, replaced = encodable(values, content.encoding)
        fitting, cut = shortened(spelt, content.encoding, TEXT_BYTES)
        table[column.name] = fitting
        for loss, changed in (("replaced", replaced), ("cut", cut)):
            how = content.text(f"export.loss.{loss}")
            losses += [
                (gap, column.short, how, original)
                for gap, original in zip(ids[changed], values[changed], strict=True)
            ]
    table["modelled"] = table["modelled"].astype("int32")
    return table.rename(columns={c.name: c.short for c in exported(table)}), losses


def _write(table: gpd.GeoDataFrame, out: Path, encoding: str, geometry_type: str) -> None:
    pyogrio.write_dataframe(
        table, out, driver="ESRI Shapefile", encoding=encoding, geometry_type=geometry_type
    )
    out.with_suffix(".cpg").write_text(encoding, encoding="ascii")


def _write_legend(content: Content, losses: list[tuple[str, str, str, str]], out: Path) -> None:
    """Write what the short names mean, the margin, and what values lost."""
    text = content.text
    notes = [text("export.no_gaps")] if content.gaps.empty else []
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([text("export.legend.field"), text("export.legend.meaning")])
        writer.writerows([column.short, heading(column, text)] for column in exported(content.gaps))
        writer.writerows([])
        writer.writerows([note, ""] for note in notes)
        writer.writerows(
            [text(f"export.margin.{code}"), value] for code, value in margin(content.sheet).items()
        )
        writer.writerow([text("export.margin.encoding"), content.encoding])
        if losses:
            writer.writerow([])
            writer.writerow([text(f"export.legend.{word}") for word in LOSS_HEADINGS])
            writer.writerows(losses)
