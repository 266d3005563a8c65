"""Layers of a vector file with two columns more: what is wrong with a feature, how to mend it."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS
from pyproj.exceptions import CRSError

from coverage_map.export.returned.marks import with_first_rows
from coverage_map.text import Text
from geodata.errors import Fault
from geodata.ingest.raw import RawTable
from geodata.ingest.values import cell_text


def mark_layers(tables: Sequence[RawTable], faults: Sequence[Fault], text: Text) -> bytes:
    """Return a GeoPackage with a layer for each table, its features in their order.

    Geometry and coordinate system are those of the file; attributes are given as text.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layers.gpkg"
        for table in tables:
            here = [fault for fault in faults if fault.place.sheet == table.sheet]
            frame = _frame(table, here, text)
            layer = table.sheet.replace("/", "_") or text("returned.title")
            mode = {"append": True} if path.exists() else {}
            pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", **mode)
        return path.read_bytes()


def _frame(table: RawTable, faults: Sequence[Fault], text: Text) -> gpd.GeoDataFrame:
    columns: dict[str, list[str]] = {}
    for header, cells in zip(table.headers, table.columns, strict=True):
        columns[free_name(header, columns)] = [
            "" if cell is None else cell_text(cell) for cell in cells
        ]
    sentences, remedies = words_by_row(faults, text)
    rows = table.rows.tolist()
    columns[free_name(text("returned.fault"), columns)] = [sentences.get(row, "") for row in rows]
    columns[free_name(text("returned.remedy"), columns)] = [remedies.get(row, "") for row in rows]
    shapes = [None] * len(rows) if table.geometry is None else list(table.geometry)
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=_crs(table.claimed))


def _crs(claimed: str) -> CRS | None:
    try:
        return CRS.from_user_input(claimed) if claimed else None
    except CRSError:
        return None


def free_name(name: str, taken: dict[str, list[str]]) -> str:
    """Return a column's name that is not taken; GeoPackage tells no upper from lower case."""
    known = {other.casefold() for other in (*taken, "geometry", "geom", "fid")}
    free, number = name, 2
    while free.casefold() in known:
        free, number = f"{name} ({number})", number + 1
    return free


def words_by_row(faults: Sequence[Fault], text: Text) -> tuple[dict[int, str], dict[int, str]]:
    """Return for each row with faults their sentences and their remedies."""
    found: dict[int, list[tuple[str, str]]] = {}
    for fault in with_first_rows(faults):
        if fault.place.row is not None:
            found.setdefault(fault.place.row, []).append(text.fault(fault))
    sentences, remedies = (
        {row: " ".join(dict.fromkeys(pair[part] for pair in pairs)) for row, pairs in found.items()}
        for part in (0, 1)
    )
    return sentences, remedies
