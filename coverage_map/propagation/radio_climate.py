"""Zones, incidence of ducting and effective Earth radius (P.1812 §3.3, §3.6, §3.7, §4.1)."""

from dataclasses import dataclass
from math import exp, inf

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.great_circle import EARTH_RADIUS_KM, find_latitude_deg
from coverage_map.propagation.path import Floats, Path, Zone


@dataclass(frozen=True)
class RadioClimate:
    """What zones and refractivity make of a path; symbols of the Recommendation in brackets."""

    delta_n: float  # [ΔN] N-units/km, positive
    n0: float  # [N0] N-units
    centre_latitude_deg: float  # [φ]
    longest_land_km: float  # [dtm] inland and coastal
    longest_inland_km: float  # [dlm]
    sea_share: float  # [ω]
    coast_tx_km: float  # [dct]
    coast_rx_km: float  # [dcr]
    ducting_percent: float  # [β0]
    median_radius_km: float  # [ae]
    ducting_radius_km: float  # [aβ]


def section_lengths_km(distance_km: Floats) -> Floats:
    """Return the length each profile point stands for: half of the way to both neighbours."""
    middles = (distance_km[1:] + distance_km[:-1]) / 2
    return np.diff(np.concatenate([distance_km[:1], middles, distance_km[-1:]]))


def longest_section_km(sections_km: Floats, inside: NDArray[np.bool_]) -> float:
    """Return the longest unbroken section whose points are all inside."""
    longest = current = 0.0
    for length_km, counts in zip(sections_km, inside, strict=True):
        current = current + float(length_km) if counts else 0.0
        longest = max(longest, current)
    return longest


def coast_distance_km(distance_km: Floats, at_sea: NDArray[np.bool_]) -> float:
    """Return how far the first point's land reaches: 0 at sea, infinite where the path has none."""
    sea = np.flatnonzero(at_sea)
    if len(sea) == 0:
        return inf
    first = int(sea[0])
    return float(distance_km[first] + distance_km[first - 1]) / 2 if first else 0.0


def inland_saturation(longest_inland_km: float) -> float:
    """Return τ, eq. (3): 0 without inland, 1 far inland."""
    return 1 - exp(-4.12e-4 * longest_inland_km**2.41)


def ducting_incidence_percent(
    centre_latitude_deg: float, longest_land_km: float, longest_inland_km: float
) -> float:
    """Return β0: how often the lapse rate exceeds 100 N-units/km in the lowest 100 m, eq. (2)-(5).

    Percent of the time.
    """
    latitude = abs(centre_latitude_deg)
    tau = inland_saturation(longest_inland_km)
    mu1 = (
        10 ** (-longest_land_km / (16 - 6.6 * tau)) + 10 ** (-5 * (0.496 + 0.354 * tau))
    ) ** 0.2  # (2)
    mu1 = min(mu1, 1.0)
    if latitude <= 70:
        mu4 = mu1 ** (-0.935 + 0.0176 * latitude)  # (4)
        return float(10 ** (-0.015 * latitude + 1.67) * mu1 * mu4)  # (5)
    mu4 = mu1**0.3  # (4)
    return float(4.17 * mu1 * mu4)  # (5)


def median_effective_radius_km(delta_n: float) -> float:
    """Return ae, the Earth radius that holds half of the time, eq. (6) and (7a)."""
    k50 = 157 / (157 - delta_n)  # (6)
    return EARTH_RADIUS_KM * k50  # (7a)


def ducting_effective_radius_km() -> float:
    """Return aβ, the Earth radius exceeded for β0 of the time, eq. (7b)."""
    k_beta = 3.0
    return EARTH_RADIUS_KM * k_beta  # (7b)


def find_climate(path: Path, delta_n: float, n0: float) -> RadioClimate:
    """Derive the radio climate of a path from its zones and the path centre's refractivity."""
    distance_km, sea = path.distance_km, path.zone == Zone.SEA
    sections_km = section_lengths_km(distance_km)
    latitude_deg = find_latitude_deg(path.tx_latitude_deg, path.azimuth_deg, path.length_km / 2)
    longest_land_km = longest_section_km(sections_km, ~sea)
    longest_inland_km = longest_section_km(sections_km, path.zone == Zone.INLAND)
    coast_tx_km, coast_rx_km = path.coast_tx_km, path.coast_rx_km
    if coast_tx_km is None:
        coast_tx_km = coast_distance_km(distance_km, sea)
    if coast_rx_km is None:
        coast_rx_km = coast_distance_km((path.length_km - distance_km)[::-1], sea[::-1])
    return RadioClimate(
        delta_n=delta_n,
        n0=n0,
        centre_latitude_deg=latitude_deg,
        longest_land_km=longest_land_km,
        longest_inland_km=longest_inland_km,
        sea_share=float(sections_km[sea].sum()) / path.length_km,
        coast_tx_km=coast_tx_km,
        coast_rx_km=coast_rx_km,
        ducting_percent=ducting_incidence_percent(latitude_deg, longest_land_km, longest_inland_km),
        median_radius_km=median_effective_radius_km(delta_n),
        ducting_radius_km=ducting_effective_radius_km(),
    )
