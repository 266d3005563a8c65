"""The air over a mast's paths: refractivity, and the zones below it (P.1812 §3), for kernels."""

from math import cos, pi, sin, tan
from typing import NamedTuple

import numpy as np

from coverage_map.propagation.area.compiled import compiled
from coverage_map.propagation.area.radial import Radial

_SEA, _INLAND = 1, 4
_EARTH_KM = 6371.0


class Air(NamedTuple):
    """What holds for all paths of a mast."""

    median_km: float  # effective Earth radii
    ducting_km: float
    time_percent: float
    time_inverse: float  # I(p/100)
    ducting: bool  # whether the Earth of ducting is needed at all
    lowest_ghz: float  # of the bands
    latitude_deg: float


class Climate(NamedTuple):
    """Latitude and zones of one path."""

    latitude_deg: float
    sea_share: float
    longest_land_km: float
    longest_inland_km: float
    coast_tx_km: float
    coast_rx_km: float


@compiled
def centre_latitude_deg(length_km: float, air: Air, azimuth_rad: float) -> float:
    """Return the latitude half-way, to the second power of the distance."""
    half = length_km / 2 / _EARTH_KM
    aside = half * sin(azimuth_rad)
    bent = 0.5 * aside * aside * tan(air.latitude_deg * pi / 180)
    return air.latitude_deg + (half * cos(azimuth_rad) - bent) * 180 / pi


@compiled
def inland_climate(length_km: float, latitude_deg: float) -> Climate:
    """Return the climate of a path that is inland all the way."""
    return Climate(latitude_deg, 0.0, length_km, length_km, np.inf, np.inf)


@compiled
def mixed_climate(
    radial: Radial, last: int, length_km: float, zone: int, latitude_deg: float
) -> Climate:
    """Return the climate of a path over several zones; the receiver stands in ``zone``.

    Every point stands for half of the way to both neighbours, as in ``radio_climate``.
    """
    sea = land = inland = longest_land = longest_inland = end = 0.0
    coast_tx = coast_rx = np.inf
    for i in range(last + 2):
        here, start = zone if i > last else radial.zone[i], end
        end = length_km
        if i < last:
            end = (radial.distance_km[i] + radial.distance_km[i + 1]) / 2
        elif i == last:
            end = (radial.distance_km[i] + length_km) / 2
        land = 0.0 if here == _SEA else land + end - start
        inland = inland + end - start if here == _INLAND else 0.0
        longest_land, longest_inland = max(longest_land, land), max(longest_inland, inland)
        if here == _SEA:
            sea += end - start
            coast_tx = min(coast_tx, start)
            coast_rx = length_km - end
    return Climate(latitude_deg, sea / length_km, longest_land, longest_inland, coast_tx, coast_rx)
