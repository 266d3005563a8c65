"""The formats a gap list can be taken away in, by file ending."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd

from coverage_map.export.content import Content, prepare
from coverage_map.export.geojson import write_geojson
from coverage_map.export.geopackage import write_geopackage
from coverage_map.export.kmz import write_kmz
from coverage_map.export.map_sheet import write_map_sheet
from coverage_map.export.shapefile import write_shapefile, write_shapefile_zip
from coverage_map.export.sheet_info import SheetInfo
from coverage_map.export.table import write_csv
from coverage_map.export.web_page import write_web_page
from coverage_map.export.workbook import write_workbook
from geodata.errors import ExportError, Place
from geodata.register import Register

# A writer lays a content out in the file it is given; what it puts beside that file goes along.
Writer = Callable[[Content, Path], None]

# To add a format: write one file with a Writer and name it here.
FORMATS: Mapping[str, Writer] = {
    ".gpkg": write_geopackage,
    ".shp": write_shapefile,
    ".zip": write_shapefile_zip,
    ".geojson": write_geojson,
    ".kmz": write_kmz,
    ".xlsx": write_workbook,
    ".csv": write_csv,
    ".html": write_web_page,
    ".png": write_map_sheet,
    ".pdf": write_map_sheet,
}

# Encodings a format offers, the first being what it is written in when nobody asks. Formats not
# named here have one encoding by definition.
ENCODINGS: Mapping[str, tuple[str, ...]] = {
    ".shp": ("UTF-8", "GBK"),
    ".zip": ("UTF-8", "GBK"),
    ".csv": ("UTF-8", "GBK"),
}


def _encoding(ending: str, wanted: str | None) -> str:
    """Return the encoding to write in; refuse one that the format does not have."""
    offered = ENCODINGS.get(ending, ("UTF-8",))
    if not wanted:
        return offered[0]
    spelt = wanted.upper().replace("_", "-").replace("UTF8", "UTF-8")
    if spelt not in offered:
        raise ExportError(
            "export_encoding", ending=ending, encoding=wanted, offered=", ".join(offered)
        )
    return spelt


def write_gaps(
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    out: Path,
    *,
    sheet: SheetInfo,
    encoding: str | None = None,
) -> Path:
    """Write a gap list in the format that the ending of ``out`` names, and return ``out``.

    ``gaps`` are ``verdicts.GAP`` rows with geometry in EPSG:4490. ``figures`` are
    ``verdicts.FIGURE`` rows of each indicator's headline test and of the operator shown, no
    others; those of level "unit" colour the map. An empty list makes a valid file that says so.
    A file appears whole or not at all.

    Raises ExportError where ending, encoding, area or folder will not do.
    """
    ending = out.suffix.lower()
    if ending not in FORMATS:
        raise ExportError("export_format", Place(file=out.name), offered=" ".join(FORMATS))
    content = prepare(gaps, figures, register, sheet, _encoding(ending, encoding))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".export-", dir=out.parent) as folder:
            FORMATS[ending](content, Path(folder) / out.name)
            for made in sorted(Path(folder).iterdir()):
                made.replace(out.parent / made.name)
    except OSError as error:
        raise ExportError(
            "export_folder", Place(file=out.name), folder=str(out.parent), what=str(error.strerror)
        ) from error
    return out
