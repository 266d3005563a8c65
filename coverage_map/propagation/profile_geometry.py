"""Horizons, smooth Earth and effective heights of a profile (P.1812 Attachment 1 to Annex 1).

All of it looks at the bare ground (h), not at what stands on it, and at the median Earth radius.
Points between the antennas are the *inner* points, 2 to n-1 of the Recommendation.
"""

from dataclasses import dataclass
from math import atan

import numpy as np

from coverage_map.propagation.bullington import diffraction_parameters
from coverage_map.propagation.path import Floats, Link, Path


@dataclass(frozen=True)
class Horizons:
    """Where each antenna's view of the ground ends; symbols of the Recommendation in brackets."""

    trans_horizon: bool
    tx_angle_mrad: float  # [θt]
    rx_angle_mrad: float  # [θr]
    path_angle_mrad: float  # [θ]
    tx_distance_km: float  # [dlt]
    rx_distance_km: float  # [dlr]
    tx_point: int  # index of the profile point at dlt
    rx_point: int


@dataclass(frozen=True)
class SmoothEarth:
    """The smooth surface fitted to a profile, above sea level at both ends."""

    tx_m: float  # [hst], eq. (85)
    rx_m: float  # [hsr], eq. (86)
    tx_diffraction_m: float  # [hstd], eq. (89)
    rx_diffraction_m: float  # [hsrd], eq. (89)
    tx_ducting_m: float  # [hst], eq. (90a)
    rx_ducting_m: float  # [hsr], eq. (90b)


@dataclass(frozen=True)
class PathGeometry:
    """A profile analysed: antennas, horizons, smooth surface, heights for ducting."""

    length_km: float  # [d]
    tx_altitude_m: float  # [hts] antenna above sea level
    rx_altitude_m: float  # [hrs]
    horizons: Horizons
    smooth: SmoothEarth
    tx_ducting_height_m: float  # [hte], eq. (92a)
    rx_ducting_height_m: float  # [hre], eq. (92b)
    roughness_m: float  # [hm], eq. (93)


def elevation_angle_mrad(
    from_m: float, to_m: float | Floats, distance_km: float | Floats, radius_km: float
) -> Floats:
    """Return the elevation of points seen from an antenna above the local horizontal, eq. (75).

    Also (76), (79) and (80a), which differ in who looks where.
    """
    slope = (np.asarray(to_m) - from_m) / (1e3 * np.asarray(distance_km))
    return np.asarray(1e3 * np.arctan(slope - np.asarray(distance_km) / (2 * radius_km)))


def find_horizons(
    path: Path, tx_m: float, rx_m: float, radius_km: float, frequency_ghz: float
) -> Horizons:
    """Find both horizons and say whether the path goes beyond them (Attachment 1 §4, §5.1-5.5).

    Args:
        path: the profile.
        tx_m: the transmitter's height above sea level, m.
        rx_m: the receiver's height above sea level, m.
        radius_km: the median effective Earth radius.
        frequency_ghz: for the Bullington point of a path with line of sight.
    """
    length_km, inner_km, inner_m = path.length_km, path.distance_km[1:-1], path.terrain_m[1:-1]
    to_ground = elevation_angle_mrad(tx_m, inner_m, inner_km, radius_km)  # (75)
    highest = float(to_ground.max())  # (74)
    to_receiver = 1e3 * atan(
        (rx_m - tx_m) / (1e3 * length_km) - length_km / (2 * radius_km)
    )  # (76)
    tx_angle = max(highest, to_receiver)  # (77)
    trans_horizon = highest > to_receiver
    if trans_horizon:
        tx_point = int(np.argmax(to_ground)) + 1  # (78): of equal ones the first
        back = elevation_angle_mrad(rx_m, inner_m, length_km - inner_km, radius_km)  # (80a)
        rx_angle = float(back.max())  # (80)
        rx_point = len(inner_km) - int(np.argmax(back[::-1]))  # of equal ones the receiver's next
    else:
        rx_angle = 1e3 * atan(
            (tx_m - rx_m) / (1e3 * length_km) - length_km / (2 * radius_km)
        )  # (79)
        nu = diffraction_parameters(
            inner_km, inner_m, length_km, tx_m, rx_m, radius_km, frequency_ghz
        )
        tx_point = rx_point = len(nu) - int(np.argmax(nu[::-1]))  # (79): of equal ones the last
    return Horizons(
        trans_horizon=trans_horizon,
        tx_angle_mrad=tx_angle,
        rx_angle_mrad=rx_angle,
        path_angle_mrad=1e3 * length_km / radius_km + tx_angle + rx_angle,  # (82)
        tx_distance_km=float(path.distance_km[tx_point]),  # (78)
        rx_distance_km=length_km - float(path.distance_km[rx_point]),  # (81), (81a)
        tx_point=tx_point,
        rx_point=rx_point,
    )


def fit_smooth_earth(path: Path, tx_m: float, rx_m: float) -> SmoothEarth:
    """Fit the smooth surface and lower it under obstructions (Attachment 1 §5.6.1, §5.6.2)."""
    d, h, length_km = path.distance_km, path.terrain_m, path.length_km
    steps = np.diff(d)
    v1 = float(np.sum(steps * (h[1:] + h[:-1])))  # (83)
    v2 = float(
        np.sum(steps * (h[1:] * (2 * d[1:] + d[:-1]) + h[:-1] * (d[1:] + 2 * d[:-1])))
    )  # (84)
    hst = (2 * v1 * length_km - v2) / length_km**2  # (85)
    hsr = (v2 - v1 * length_km) / length_km**2  # (86)
    hstp, hsrp = _provisional_heights(path, tx_m, rx_m, hst, hsr)
    tx_ground_m, rx_ground_m = float(h[0]), float(h[-1])
    return SmoothEarth(
        tx_m=hst,
        rx_m=hsr,
        tx_diffraction_m=min(hstp, tx_ground_m),  # (89a), (89b)
        rx_diffraction_m=min(hsrp, rx_ground_m),  # (89c), (89d)
        tx_ducting_m=min(hst, tx_ground_m),  # (90a)
        rx_ducting_m=min(hsr, rx_ground_m),  # (90b)
    )


def _provisional_heights(
    path: Path, tx_m: float, rx_m: float, hst: float, hsr: float
) -> tuple[float, float]:
    inner_km, length_km = path.distance_km[1:-1], path.length_km
    straight = (tx_m * (length_km - inner_km) + rx_m * inner_km) / length_km
    above = path.terrain_m[1:-1] - straight  # (87d)
    highest = float(above.max())  # (87a)
    if highest <= 0:
        return hst, hsr  # (88a), (88b)
    from_tx = float((above / inner_km).max())  # (87b)
    from_rx = float((above / (length_km - inner_km)).max())  # (87c)
    tx_part = from_tx / (from_tx + from_rx)  # (88e)
    rx_part = from_rx / (from_tx + from_rx)  # (88f)
    return hst - highest * tx_part, hsr - highest * rx_part  # (88c), (88d)


def analyse_profile(path: Path, link: Link, radius_km: float) -> PathGeometry:
    """Derive everything that P.1812 takes from a profile (Attachment 1 to Annex 1).

    Args:
        path: the profile, with at least one point between the antennas.
        link: antenna heights and frequency.
        radius_km: the median effective Earth radius, eq. (7a).
    """
    tx_m = float(path.terrain_m[0]) + link.tx_height_m
    rx_m = float(path.terrain_m[-1]) + link.rx_height_m
    horizons = find_horizons(path, tx_m, rx_m, radius_km, link.frequency_ghz)
    smooth = fit_smooth_earth(path, tx_m, rx_m)
    slope = (smooth.rx_ducting_m - smooth.tx_ducting_m) / path.length_km  # (91)
    between = slice(horizons.tx_point, horizons.rx_point + 1)
    above = path.terrain_m[between] - (smooth.tx_ducting_m + slope * path.distance_km[between])
    return PathGeometry(
        length_km=path.length_km,
        tx_altitude_m=tx_m,
        rx_altitude_m=rx_m,
        horizons=horizons,
        smooth=smooth,
        tx_ducting_height_m=tx_m - smooth.tx_ducting_m,  # (92a)
        rx_ducting_height_m=rx_m - smooth.rx_ducting_m,  # (92b)
        roughness_m=float(above.max()),  # (93)
    )
