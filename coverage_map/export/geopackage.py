"""A gap list as GeoPackage: one layer, its fields titled, the margin as metadata of the file.

The layer is ``gaps`` in EPSG:4490, of polygons and points alike. Titles of the fields follow the
Schema extension (OGC 12-128r18, annex F.9), which QGIS and GDAL show as aliases.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyogrio

from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.sheet_info import margin

LAYER = "gaps"
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


def write_geopackage(content: Content, out: Path) -> None:
    """Write the layer with its metadata, then the titles of its fields."""
    notes = margin(content.sheet)
    if content.gaps.empty:
        notes["note"] = content.text("export.no_gaps")
    pyogrio.write_dataframe(
        content.gaps,
        out,
        layer=LAYER,
        driver="GPKG",
        geometry_type="Unknown",
        dataset_metadata=notes,
        layer_metadata=notes,
        layer_options={
            "IDENTIFIER": content.sheet.title,
            "DESCRIPTION": "; ".join(
                f"{content.text(f'export.margin.{code}')}: {value}" for code, value in notes.items()
            ),
        },
    )
    _title_fields(content, out)


def _title_fields(content: Content, out: Path) -> None:
    titles = [
        (LAYER, column.name, heading(column, content.text), heading(column, content.text))
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
