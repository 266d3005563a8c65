"""Diffraction over the smooth, round Earth (P.1812 §4.3.2 and §4.3.3)."""

from dataclasses import dataclass, replace
from math import acos, cos, log10, pi, sqrt

from coverage_map.propagation.bullington import WAVELENGTH_M_GHZ
from coverage_map.propagation.path import Polarisation


@dataclass(frozen=True)
class SphericalPath:
    """A path over a smooth Earth: heights are those over its surface, eq. (38a), (38b)."""

    distance_km: float
    tx_height_m: float
    rx_height_m: float
    radius_km: float  # effective Earth radius
    frequency_ghz: float
    polarisation: Polarisation
    sea_share: float  # [ω]


@dataclass(frozen=True)
class _Surface:
    permittivity: float
    conductivity_s_m: float


# P.1812 §4.3.3.
_LAND = _Surface(22.0, 0.003)
_SEA = _Surface(80.0, 5.0)


def spherical_earth_loss_db(path: SphericalPath) -> float:
    """Return Ldsph, the loss by diffraction over a smooth Earth, eq. (22)-(27)."""
    d, tx_m, rx_m = path.distance_km, path.tx_height_m, path.rx_height_m
    marginal_km = sqrt(2 * path.radius_km) * (sqrt(0.001 * tx_m) + sqrt(0.001 * rx_m))  # (22)
    if d >= marginal_km:
        return first_term_loss_db(path)
    dse1, clearance_m = smallest_clearance(path)
    wavelength_m = WAVELENGTH_M_GHZ / path.frequency_ghz
    needed_m = 17.456 * sqrt(dse1 * (d - dse1) * wavelength_m / d)  # (25)
    if clearance_m > needed_m:
        return 0.0
    marginal_radius_km = 500 * (d / (sqrt(tx_m) + sqrt(rx_m))) ** 2  # (26)
    first_term_db = first_term_loss_db(replace(path, radius_km=marginal_radius_km))
    if first_term_db < 0:
        return 0.0
    return (1 - clearance_m / needed_m) * first_term_db  # (27)


def smallest_clearance(path: SphericalPath) -> tuple[float, float]:
    """Return where the ray comes nearest to the round Earth (km) and its height there (m).

    Eq. (23)-(24e); for a path within the marginal distance of eq. (22).
    """
    d, tx_m, rx_m, radius_km = (
        path.distance_km,
        path.tx_height_m,
        path.rx_height_m,
        path.radius_km,
    )
    c = (tx_m - rx_m) / (tx_m + rx_m)  # (24d)
    m = 250 * d**2 / (radius_km * (tx_m + rx_m))  # (24e)
    angle = acos(3 * c / 2 * sqrt(3 * m / (m + 1) ** 3))
    b = 2 * sqrt((m + 1) / (3 * m)) * cos(pi / 3 + angle / 3)  # (24c)
    dse1 = d / 2 * (1 + b)  # (24a)
    dse2 = d - dse1  # (24b)
    height_m = (
        (tx_m - 500 * dse1**2 / radius_km) * dse2 + (rx_m - 500 * dse2**2 / radius_km) * dse1
    ) / d  # (23)
    return dse1, height_m


def first_term_loss_db(path: SphericalPath) -> float:
    """Return Ldft, the first term of the diffraction series, land and sea mixed, eq. (28)."""
    land_db, sea_db = _first_term_over_db(_LAND, path), _first_term_over_db(_SEA, path)
    return path.sea_share * sea_db + (1 - path.sea_share) * land_db  # (28)


def _first_term_over_db(surface: _Surface, path: SphericalPath) -> float:
    """Return the first term over one kind of surface, eq. (30)-(36)."""
    f, radius_km = path.frequency_ghz, path.radius_km
    k = _admittance(surface, path)
    beta = (1 + 1.6 * k**2 + 0.67 * k**4) / (1 + 4.5 * k**2 + 1.53 * k**4)  # (30)
    x = 21.88 * beta * float((f / radius_km**2) ** (1 / 3)) * path.distance_km  # (31)
    height_factor = 0.9575 * beta * float((f**2 / radius_km) ** (1 / 3))
    y_tx = height_factor * path.tx_height_m  # (32a)
    y_rx = height_factor * path.rx_height_m  # (32b)
    if x >= 1.6:
        distance_db = 11 + 10 * log10(x) - 17.6 * x  # (33)
    else:
        distance_db = -20 * log10(x) - 5.6488 * float(x**1.425)  # (33)
    return -distance_db - _height_gain_db(beta * y_tx, k) - _height_gain_db(beta * y_rx, k)  # (36)


def _admittance(surface: _Surface, path: SphericalPath) -> float:
    """Return K, the normalised surface admittance, eq. (29a), (29b)."""
    permittivity = surface.permittivity
    loss = 18 * surface.conductivity_s_m / path.frequency_ghz
    horizontal = float(
        0.036
        * (path.radius_km * path.frequency_ghz) ** (-1 / 3)
        * ((permittivity - 1) ** 2 + loss**2) ** (-1 / 4)
    )  # (29a)
    if path.polarisation == "horizontal":
        return horizontal
    return horizontal * sqrt(permittivity**2 + loss**2)  # (29b)


def _height_gain_db(height: float, admittance: float) -> float:
    """Return G of a normalised height B = β·Y, eq. (34), (35), not less than 2 + 20 log K."""
    if height > 2:
        gain_db = 17.6 * sqrt(height - 1.1) - 5 * log10(height - 1.1) - 8
    else:
        gain_db = 20 * log10(height + 0.1 * height**3)
    return max(gain_db, 2 + 20 * log10(admittance))
