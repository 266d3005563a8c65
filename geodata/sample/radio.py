"""Cells of sites: layers by technology and band, three sectors each, the networks they serve."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

SECTORS = 3
_SECTOR_LIMIT = 256  # cells of one eNodeB: 3GPP TS 36.413, cell id of 8 bits


def model_cells(
    sites: pd.DataFrame, layers: list[Mapping[str, Any]], first_node: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the cells of one operator's sites.

    Columns: site (row of ``sites``), node, cell, technology, band, mhz, networks, height_m,
    azimuth_deg, tilt_deg, indoor, in_service and what belongs to the site. A site with no layer
    gets the first one.
    """
    has = np.column_stack(
        [
            rng.random(len(sites)) < np.where(sites["urban"], layer["share"], layer["rural"])
            for layer in layers
        ]
    )
    has[~has.any(axis=1), 0] = True
    site, layer = np.nonzero(has)
    sectors = np.where(sites["indoor"].to_numpy()[site], 1, SECTORS)
    rows = np.repeat(np.arange(len(site)), sectors)
    sector = np.concatenate([np.arange(count) for count in sectors])
    site, layer = site[rows], layer[rows]
    start = rng.integers(0, 12, len(sites)) * 10
    indoor = sites["indoor"].to_numpy()[site]
    azimuth = np.where(indoor, rng.choice([0, 360], len(site)), (start[site] + 120 * sector) % 360)
    cell = layer * SECTORS + sector + 1
    frame = sites.iloc[site][["owner", "number", "name", "unit", "lon", "lat", "urban"]]
    frame = frame.reset_index(drop=True)
    chosen = [layers[index] for index in layer]
    height = sites["height_m"].to_numpy()[site] - rng.integers(0, 4, len(site))
    # A list in each cell; assigning it as a plain column is what the type stubs do not know.
    frame["networks"] = pd.Series([list(entry["networks"]) for entry in chosen], dtype=object)
    return frame.assign(
        site=site,
        node=first_node + site,
        cell=cell % _SECTOR_LIMIT,
        technology=[entry["technology"] for entry in chosen],
        band=[entry["band"] for entry in chosen],
        mhz=[entry["mhz"] for entry in chosen],
        height_m=np.where(indoor, 0, height),
        azimuth_deg=azimuth,
        tilt_deg=np.where(indoor, 0, rng.integers(2, 11, len(site))),
        indoor=indoor,
        in_service=sites["in_service"].to_numpy()[site],
    )


def site_technologies(sites: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Return what a site's row says of its technologies, such as ``GSM/FDD-LTE``."""
    pairs = cells[["site", "technology"]].drop_duplicates()
    joined = pairs.groupby("site")["technology"].agg("/".join)
    return joined.reindex(range(len(sites))).fillna("")
