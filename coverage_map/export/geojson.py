"""A gap list as GeoJSON (RFC 7946), the margin and the field titles as members of the collection.

RFC 7946 knows one CRS, WGS 84 longitude and latitude. Positions are CGCS2000 unchanged: the two
agree within a metre, and no parameters between them are published; the file says so.
"""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.sheet_info import margin

# Seven decimals of a degree are about a centimetre (RFC 7946, section 11.2, asks for restraint).
DECIMALS = 7


def _rounded(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(coordinates, DECIMALS)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _properties(gaps: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Return rows as mappings; missing values are null."""
    plain = gaps.astype("object").where(gaps.notna(), None)
    return plain.to_dict("records")


def write_geojson(content: Content, out: Path) -> None:
    """Write a FeatureCollection: counter-clockwise rings, ids, bbox, margin, fields."""
    text = content.text
    geometry = shapely.orient_polygons(content.gaps.geometry.to_numpy())
    shapes = shapely.to_geojson(shapely.transform(geometry, _rounded))
    table = pd.DataFrame(content.gaps.drop(columns="geometry"))
    members: dict[str, object] = {
        "name": "gaps",
        **margin(content.sheet),
        "crs_note": text("export.crs84_note"),
        "fields": {column.name: heading(column, text) for column in exported(content.gaps)},
    }
    if len(table):
        members["bbox"] = [round(float(edge), DECIMALS) for edge in content.gaps.total_bounds]
    else:
        members["note"] = text("export.no_gaps")
    # A "crs" member is what RFC 7946 took out; readers would take it for the old, other meaning.
    del members["crs"]
    head = ",\n".join(f"{_dump(name)}: {_dump(value)}" for name, value in members.items())
    features = ",\n".join(
        f'{{"type": "Feature", "id": {_dump(row["gap_id"])}, '
        f'"geometry": {shape}, "properties": {_dump(row)}}}'
        for row, shape in zip(_properties(table), shapes, strict=True)
    )
    out.write_text(
        f'{{"type": "FeatureCollection",\n{head},\n"features": [\n{features}\n]}}\n',
        encoding="utf-8",
    )
