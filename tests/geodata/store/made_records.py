"""Small made-up records as matching hands them to the store."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
from shapely import LineString, Point

from geodata.store.opening import Store
from geodata.store.tables import Accepted, accept_tables

PLACED = {
    "record_id": "",
    "sheet": "Sheet1",
    "unit_code": "411081001001",
    "subject_id": "",
    "match_method": "code",
    "match_confidence": 1.0,
    "match_note": "",
    "crs": "EPSG:4490",
    "extra": "{}",
    "valid_from": "",
    "valid_to": "",
}


def towers(
    ids: Sequence[str], name: str = "塔", counties: Sequence[str] | str = "411081"
) -> gpd.GeoDataFrame:
    """Return one tower per id; its name tells one version of it from another."""
    n = len(ids)
    return gpd.GeoDataFrame(
        {
            **PLACED,
            "row": np.arange(2, n + 2),
            "county_code": [counties] * n if isinstance(counties, str) else list(counties),
            "source_id": list(ids),
            "name": [f"{name}{i}" for i in ids],
            "height_m": [35.0] * n,
            "tenants": [["cmcc", "unicom"]] * n,
        },
        geometry=[Point(113.5 + i / 1000, 34.1) for i in range(n)],
        crs="EPSG:4490",
        index=range(n),
    )


def totals(values: dict[str, int]) -> gpd.GeoDataFrame:
    """Return reported totals of one county, a kind without geometry."""
    n = len(values)
    return gpd.GeoDataFrame(
        {
            **PLACED,
            "row": np.arange(2, n + 2),
            "county_code": ["411081"] * n,
            "county_name": ["禹州市"] * n,
            "measure": list(values),
            "value": list(values.values()),
        },
        index=range(n),
    )


def routes(ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Return one fibre route per id."""
    n = len(ids)
    return gpd.GeoDataFrame(
        {
            **PLACED,
            "row": np.arange(2, n + 2),
            "county_code": ["411081"] * n,
            "source_id": list(ids),
            "name": list(ids),
        },
        geometry=[LineString([(113.5, 34.1), (113.6, 34.2 + i / 100)]) for i in range(n)],
        crs="EPSG:4490",
        index=range(n),
    )


def accept_records(
    store: Store,
    upload_id: str,
    kind: str,
    owner: str,
    frame: gpd.GeoDataFrame,
    accepted_at: str,
    *,
    replace: bool = False,
) -> Accepted:
    """Accept an upload that holds records of one kind."""
    return accept_tables(store, upload_id, owner, {kind: frame}, accepted_at, replace=replace)[0]
