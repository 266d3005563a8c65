"""Layers of features: what a format makes of names and systems, and how it is written."""

import numpy as np
import pandas as pd
import shapely

from benchmarks.varied.files import pack, write_geojson, write_kml, write_vectors
from benchmarks.varied.listing import Table
from benchmarks.varied.positions import give


def shapes_in(frame: pd.DataFrame, kind: str, crs: str) -> np.ndarray:
    """Return the features of records in a system."""
    if kind != "fibre_route":
        return np.asarray(shapely.points(*give(frame["lon"], frame["lat"], crs)))

    def move(points: np.ndarray) -> np.ndarray:
        return np.column_stack(give(points[:, 0], points[:, 1], crs))

    return np.asarray(shapely.transform(frame["geometry"].to_numpy(), move))


def distinct_columns(table: Table, form: str) -> list[int]:
    """Return the columns whose names stay apart in a format."""

    def cut(header: str) -> str:
        if form == "shapefile":
            return header.encode("gbk", "ignore")[:10].decode("gbk", "ignore").upper()
        if form == "mapinfo":
            return header.encode("gbk", "ignore")[:31].decode("gbk", "ignore").upper()
        return header.upper()

    seen: set[str] = set()
    kept = []
    for j, header in enumerate(table.headers):
        name = cut(header.strip())
        if name and name not in seen:
            kept.append(j)
        seen.add(name)
    return kept


def claim_of(table: Table, form: str) -> tuple[str, str]:
    """Return the system a file of features declares, and whether that is right."""
    system = table.system
    assert system is not None
    if form in {"kml", "kmz"} or system.claim == "lie":
        claimed = "EPSG:4326"
    elif system.claim == "right" and system.crs.startswith("EPSG"):
        claimed = system.crs
    else:
        claimed = ""
    if form in {"geojson", "mapinfo"} and not claimed and system.degrees:
        claimed = "EPSG:4326"  # by the format's definition, or what stands there by default
    if form == "mapinfo" and not claimed:
        claimed = system.crs  # no table of metres is without
    if not claimed:
        return "", "none"
    same = {system.crs, claimed} <= {"EPSG:4490", "EPSG:4326"} or system.crs == claimed
    # WGS 84 is what tools write when nobody chose: right perhaps, but no evidence.
    right = "default" if claimed == "EPSG:4326" else "right"
    return claimed, right if same else "lie"


def write_features(
    form: str,
    attributes: pd.DataFrame,
    shapes: np.ndarray,
    claimed: str,
    stem: str,
    keep: tuple[str, ...],
    table: Table,
    rng: np.random.Generator,
) -> bytes:
    """Write features with their attributes in a format; what it took to choose is a quirk."""
    if form in {"kml", "kmz"}:
        name = next((h for f, h, _ in table.columns if f == "name"), table.headers[0]).strip()
        how = str(rng.choice(["data", "simple", "table"], p=[0.5, 0.25, 0.25]))
        table.quirks.append(f"attributes as {how}")
        document = write_kml(attributes, shapes, stem, name, how)
        return pack(("doc.kml", document)) if form == "kmz" else document
    if form == "geojson":
        return write_geojson(attributes, shapes, "" if claimed == "EPSG:4326" else claimed)
    return write_vectors(form, attributes, shapes, claimed, stem, keep)
