"""What stands and could be shared: towers, poles, rooms, ducts and fibre nodes in service."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage_map.indicators.claims import in_service, positions, records_of, text
from coverage_map.indicators.fibre import free_ports
from coverage_map.rules.sharing import AssetClass, SharingSettings, read_sharing

COLUMNS = (
    "asset_class",
    "record_id",
    "name",
    "owner",
    "tenants",
    "free",
    "lon",
    "lat",
    "geometry",
)
_SINCE = {"tower": "built", "fibre_route": "built"}


def _of_class(
    asset_class: AssetClass, records: Mapping[str, gpd.GeoDataFrame], quarter: str
) -> pd.DataFrame:
    frame = records_of(records, asset_class.kind)
    frame = frame[in_service(frame, quarter, since=_SINCE.get(asset_class.kind, ""))]
    for column, wanted in (
        ("structure", asset_class.structures),
        ("laying", asset_class.laying),
    ):
        if wanted:
            frame = frame[text(frame[column]).isin(wanted)]
    if "tenants" not in frame:
        frame = frame.assign(tenants=None)
    free = pd.Series(pd.array([pd.NA] * len(frame), dtype="Int64"), index=frame.index)
    if asset_class.free == "ports_free":
        free = free_ports(frame)
    elif asset_class.free:
        free = pd.to_numeric(frame[asset_class.free]).astype("Int64")
    points = positions(frame["geometry"])
    frame = frame.assign(
        asset_class=asset_class.name,
        name=text(frame["name"]),
        free=free,
        lon=points[:, 0],
        lat=points[:, 1],
    )
    return frame[list(COLUMNS)]


def read_assets(
    records: Mapping[str, gpd.GeoDataFrame],
    quarter: str,
    settings: SharingSettings | None = None,
) -> pd.DataFrame:
    """List the assets of all classes in service in the quarter: ``COLUMNS``.

    free is <NA> where nobody reported it; lon and lat are NaN for lines.
    """
    classes = (settings or read_sharing()).classes.values()
    parts = [_of_class(asset_class, records, quarter) for asset_class in classes]
    assets = pd.concat(parts, ignore_index=True)
    return assets.assign(free=assets["free"].astype("Int64"), lon=assets["lon"].astype(np.float64))
