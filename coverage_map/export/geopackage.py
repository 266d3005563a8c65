"""A gap list as GeoPackage: its fields titled, the margin as metadata of the file.

The layer is ``gaps`` in EPSG:4490. Where the list holds polygons and points, the points stand in a
layer of their own, ``gaps_points``: programs style and label a layer of one kind better. Titles of
the fields follow the Schema extension (OGC 12-128r18, annex F.9), which QGIS and GDAL show as
aliases.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio

from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.sheet_info import margin

LAYER = "gaps"
POINTS = "gaps_points"
SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"
SCHEMA_TABLES = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
    mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
    min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
"""


def _layers(gaps: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers to write: one, or polygons and points apart."""
    points = gaps.geom_type == "Point"
    if points.all() or not points.any():
        return {LAYER: gaps}
    return {LAYER: gaps.loc[~points], POINTS: gaps.loc[points]}


def write_geopackage(content: Content, out: Path) -> None:
    """Write the layers, the metadata of the file, then the titles of the fields."""
    notes = margin(content.sheet)
    if content.gaps.empty:
        notes["note"] = content.text("export.no_gaps")
    layers = _layers(content.gaps)
    for name, gaps in layers.items():
        points = name == POINTS
        apart = f" ({content.text('export.legend.point')})" if points else ""
        pyogrio.write_dataframe(
            gaps,
            out,
            layer=name,
            driver="GPKG",
            geometry_type="Point" if points else "Unknown",
            append=points,
            # Of the whole file: said once.
            dataset_metadata=None if points else notes,
            layer_options={
                "IDENTIFIER": content.sheet.title + apart,
                "DESCRIPTION": "; ".join(
                    f"{content.text(f'export.margin.{code}')}: {value}"
                    for code, value in notes.items()
                ),
            },
        )
    _title_fields(content, out, list(layers))


def _title_fields(content: Content, out: Path, layers: list[str]) -> None:
    titles = [
        (layer, column.name, heading(column, content.text), heading(column, content.text))
        for layer in layers
        for column in exported(content.gaps)
    ]
    tables = ("gpkg_data_columns", "gpkg_data_column_constraints")
    with closing(sqlite3.connect(out)) as database, database:
        database.executescript(SCHEMA_TABLES)
        database.executemany(
            "INSERT INTO gpkg_data_columns (table_name, column_name, name, title)"
            " VALUES (?, ?, ?, ?)",
            titles,
        )
        database.executemany(
            "INSERT INTO gpkg_extensions (table_name, extension_name, definition, scope)"
            " VALUES (?, 'gpkg_schema', ?, 'read-write')",
            [(table, SCHEMA_EXTENSION) for table in tables],
        )
