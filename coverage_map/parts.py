"""Cut a city into county parts with a halo: what an engine step needs to see of its neighbours."""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage_map.indicators.claims import text
from geodata.crs import geodesic_m
from geodata.register import Register


def _box(register: Register, halo_m: int) -> tuple[float, float, float, float]:
    """Return bounds in degrees that hold everything within the halo of the units."""
    west, south, east, north = (float(value) for value in register.units.total_bounds)
    far = max(abs(south), abs(north))
    # A degree of longitude is shortest at the latitude farthest from the equator.
    up = halo_m / float(geodesic_m(west, south, west, north)) * (north - south)
    out = halo_m / float(geodesic_m(west, far, east, far)) * (east - west)
    return west - out, south - up, east + out, north + up


def _inside(frame: pd.DataFrame, box: tuple[float, float, float, float]) -> npt.NDArray[np.bool_]:
    west, south, east, north = shapely.bounds(frame["geometry"].to_numpy(dtype=object)).T
    inside: npt.NDArray[np.bool_] = (
        (east >= box[0]) & (north >= box[1]) & (west <= box[2]) & (south <= box[3])
    )
    return inside


def cut_register(register: Register, county_code: str) -> Register:
    """Return the register with the units, settlements and places of one county only."""
    units = register.units[register.units["county_code"] == county_code]
    return replace(
        register,
        units=units,
        settlements=register.settlements[register.settlements["unit_code"].isin(units["code"])],
        places=register.places[register.places["unit_code"].isin(units["code"])],
    )


def cut_records(
    register: Register, records: Mapping[str, gpd.GeoDataFrame], county_code: str, halo_m: int
) -> dict[str, gpd.GeoDataFrame]:
    """Return the records of a county and of what lies within ``halo_m`` metres around its units.

    ``register`` is that of the county (``cut_register``). Cells come with their site: a site's
    cells may stand apart from it or have no position.
    """
    box = _box(register, halo_m)
    chosen = {
        kind: (text(frame["county_code"]) == county_code).to_numpy(dtype=bool)
        | (_inside(frame, box) if len(frame) else np.zeros(0, dtype=bool))
        for kind, frame in records.items()
    }
    if "cell" in records and "site" in records:
        cells, sites = records["cell"], records["site"][chosen["site"]]
        with_site = pd.MultiIndex.from_arrays([text(cells["owner"]), text(cells["site_id"])]).isin(
            pd.MultiIndex.from_arrays([text(sites["owner"]), text(sites["source_id"])])
        )
        chosen["cell"] = chosen["cell"] | with_site
    return {kind: frame[chosen[kind]] for kind, frame in records.items()}
