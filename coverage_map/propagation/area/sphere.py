"""The smooth Earth's part of the loss for one receiver (P.1812 §4.3.2, §4.3.3), for kernels."""

from math import acos, cos, exp, log, pi, sqrt
from typing import NamedTuple

from coverage_map.propagation.area.compiled import PER_DECADE, compiled, cube_root, decadic


class Sphere(NamedTuple):
    """Geometry over the smooth Earth, the same for all bands."""

    tx_m: float  # effective heights, eq. (38a), (38b)
    rx_m: float
    beyond: bool  # the smooth horizon, eq. (22)
    clearance_m: float  # [hse], eq. (23)
    section_km: float  # dse1·dse2/d of eq. (25)
    radius_root: float  # cube root of the radius for the first term: the Earth's, or eq. (26)


@compiled
def find_sphere(length_km: float, tx_m: float, rx_m: float, radius_km: float) -> Sphere:
    """Return the geometry over a smooth Earth, eq. (22)-(26)."""
    d = length_km
    marginal_km = sqrt(2 * radius_km) * (sqrt(0.001 * tx_m) + sqrt(0.001 * rx_m))  # (22)
    if d >= marginal_km:
        return Sphere(tx_m, rx_m, True, 0.0, 0.0, cube_root(radius_km))
    c = (tx_m - rx_m) / (tx_m + rx_m)  # (24d)
    m = 250 * d * d / (radius_km * (tx_m + rx_m))  # (24e)
    angle = acos(1.5 * c * sqrt(3 * m / ((m + 1) * (m + 1) * (m + 1))))
    b = 2 * sqrt((m + 1) / (3 * m)) * cos(pi / 3 + angle / 3)  # (24c)
    dse1 = d / 2 * (1 + b)  # (24a)
    dse2 = d - dse1  # (24b)
    clearance_m = (
        (tx_m - 500 * dse1 * dse1 / radius_km) * dse2
        + (rx_m - 500 * dse2 * dse2 / radius_km) * dse1
    ) / d  # (23)
    ratio = d / (sqrt(tx_m) + sqrt(rx_m))
    root = cube_root(500 * ratio * ratio)  # (26)
    return Sphere(tx_m, rx_m, False, clearance_m, dse1 * dse2 / d, root)


@compiled
def needed_clearance_m(sphere: Sphere, frequency_ghz: float) -> float:
    """Return hreq, the clearance from which the round Earth costs nothing, eq. (25)."""
    return 17.456 * sqrt(sphere.section_km * 0.2998 / frequency_ghz)


@compiled
def sphere_loss_db(
    sphere: Sphere,
    length_km: float,
    frequency_ghz: float,
    frequency_root: float,
    land_admittance: float,
    sea_admittance: float,
    sea_share: float,
) -> float:
    """Return Ldsph, eq. (25)-(28); the admittances are K·(a·f)^(1/3) of both surfaces."""
    share = 1.0
    if not sphere.beyond:
        needed_m = needed_clearance_m(sphere, frequency_ghz)
        if sphere.clearance_m > needed_m:
            return 0.0
        share = 1 - sphere.clearance_m / needed_m
    loss_db = 0.0
    if sea_share < 1:
        loss_db += (1 - sea_share) * _first_term_db(
            sphere, length_km, frequency_root, land_admittance
        )
    if sea_share > 0:
        loss_db += sea_share * _first_term_db(sphere, length_km, frequency_root, sea_admittance)
    if not sphere.beyond and loss_db < 0:
        return 0.0
    return share * loss_db  # (27)


@compiled
def _first_term_db(
    sphere: Sphere, length_km: float, frequency_root: float, admittance: float
) -> float:
    radius_root = sphere.radius_root
    k = admittance / (radius_root * frequency_root)
    k2 = k * k
    beta = (1 + 1.6 * k2 + 0.67 * k2 * k2) / (1 + 4.5 * k2 + 1.53 * k2 * k2)  # (30)
    x = 21.88 * beta * frequency_root / (radius_root * radius_root) * length_km  # (31)
    scale = 0.9575 * beta * beta * frequency_root * frequency_root / radius_root  # (32), (35)
    log_x = log(x)
    if x >= 1.6:
        distance_db = 11 + 10 * PER_DECADE * log_x - 17.6 * x  # (33)
    else:
        distance_db = -20 * PER_DECADE * log_x - 5.6488 * exp(1.425 * log_x)  # (33)
    tx, rx = scale * sphere.tx_m, scale * sphere.rx_m
    lowest = 1.2589254117941673 * k  # 2 + 20 log K
    if tx <= 2 and rx <= 2:  # both gains in one logarithm
        product = max(tx + 0.1 * tx * tx * tx, lowest) * max(rx + 0.1 * rx * rx * rx, lowest)
        return -distance_db - 20 * decadic(product)  # (36)
    return -distance_db - _height_gain_db(tx, lowest) - _height_gain_db(rx, lowest)  # (36)


@compiled
def _height_gain_db(height: float, lowest: float) -> float:
    if height > 2:
        root = sqrt(height - 1.1)
        return max(17.6 * root - 5 * decadic(height - 1.1) - 8, 20 * decadic(lowest))
    return 20 * decadic(max(height + 0.1 * height * height * height, lowest))
