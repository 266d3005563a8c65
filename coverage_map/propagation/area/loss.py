"""The median loss of one path in one band, from its geometry (P.1812 §4), for kernels.

The same equations as the reference beside it (``combination``, ``ducting``, ``diffraction``), but
what cannot change the result by 0.004 dB is not computed: each such place says why.
"""

from math import exp, log, sqrt, tanh
from typing import NamedTuple

import numpy as np

from coverage_map.propagation.area.air import Air, Climate
from coverage_map.propagation.area.compiled import compiled, decadic
from coverage_map.propagation.area.geometry import Edge, Geometry, roughness_m, sight_point
from coverage_map.propagation.area.radial import Radial
from coverage_map.propagation.area.sphere import sphere_loss_db

_NEVER = 1e-6  # a time factor below this changes nothing
_NOTHING_DB = 4e-3
# Places in ``Radial.kept``.
_TX_POINT, _RX_POINT, _LOG_HORIZONS, _ANGLE, _TIME = range(5)
_LN10 = log(10.0)


class Band(NamedTuple):
    """One frequency and polarisation, and what follows from them alone."""

    frequency_ghz: float
    log_frequency: float
    edge_scale: float  # ν = shape · √d · this
    land_admittance: float
    sea_admittance: float
    low_frequency_db: float  # [Alf]
    troposcatter_db: float  # eq. (44) without distance and angle
    cube_root: float  # of the frequency


@compiled
def inverse_normal_of(share: float) -> float:
    """Return I(x) for x ≤ 0.5 (P.1812 Attachment 2)."""
    t = sqrt(-2 * np.log(max(share, 1e-6)))
    above = (0.010328 * t + 0.802853) * t + 2.515516698
    return t - above / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1)


@compiled
def inland_saturation_of(longest_inland_km: float) -> float:
    """Return τ, eq. (3)."""
    if longest_inland_km <= 0:
        return 0.0
    return 1 - exp(-4.12e-4 * exp(2.41 * log(longest_inland_km)))


@compiled
def log_ducting_percent(climate: Climate, tau: float) -> float:
    """Return the natural logarithm of β0, eq. (2)-(5)."""
    latitude = abs(climate.latitude_deg)
    log_mu1 = 0.2 * log(
        exp(-_LN10 * climate.longest_land_km / (16 - 6.6 * tau))
        + exp(-_LN10 * 5 * (0.496 + 0.354 * tau))
    )  # (2)
    log_mu1 = min(log_mu1, 0.0)
    if latitude <= 70:
        return _LN10 * (1.67 - 0.015 * latitude) + log_mu1 * (0.065 + 0.0176 * latitude)
    return log(4.17) + 1.3 * log_mu1


@compiled
def knife_edge_db(parameter: float) -> float:
    """Return J(ν), eq. (12)."""
    if parameter <= -0.78:
        return 0.0
    return 6.9 + 20 * decadic(sqrt((parameter - 0.1) * (parameter - 0.1) + 1) + parameter - 0.1)


@compiled
def bullington_db(shape: float, band: Band, length_km: float) -> float:
    """Return the Bullington loss of an edge, eq. (12), (21)."""
    edge_db = knife_edge_db(shape * sqrt(length_km) * band.edge_scale)
    if edge_db == 0:
        return 0.0
    return edge_db + (1 - exp(-edge_db / 6)) * (10 + 0.02 * length_km)


@compiled
def diffraction_db(length_km: float, edge: Edge, band: Band, sea_share: float) -> float:
    """Return Ld, eq. (39); the smooth edge matters only where the round Earth costs anything."""
    actual_db = bullington_db(edge.shape, band, length_km)
    sphere_db = sphere_loss_db(
        edge.sphere,
        length_km,
        band.frequency_ghz,
        band.cube_root,
        band.land_admittance,
        band.sea_admittance,
        sea_share,
    )
    if sphere_db <= 0:
        return actual_db
    return actual_db + max(sphere_db - bullington_db(edge.smooth_shape, band, length_km), 0.0)


@compiled
def _shielding_db(angle_mrad: float, horizon_km: float, band: Band) -> float:
    excess = angle_mrad - 0.1 * horizon_km
    if excess <= 0:
        return 0.0
    edge_db = 20 * decadic(1 + 0.361 * excess * sqrt(band.frequency_ghz * horizon_km))
    return edge_db + 0.264 * excess * band.cube_root  # (48)


@compiled
def _coupling_db(coast_km: float, horizon_km: float, altitude_m: float) -> float:
    if coast_km > horizon_km or coast_km > 5:
        return 0.0
    return -3 * exp(-0.25 * coast_km * coast_km) * (1 + tanh(0.07 * (50 - altitude_m)))  # (49)


@compiled
def _keep_horizons(radial: Radial, geometry: Geometry, air: Air) -> None:
    """Find what all bands need of the horizons for ducting, eq. (52)."""
    kept, tx_point, rx_point = radial.kept, geometry.horizons.tx_point, geometry.horizons.rx_point
    if not geometry.horizons.beyond:
        tx_point = rx_point = sight_point(radial, geometry, air.median_km)
    tx_km = radial.distance_km[tx_point]
    rx_km = geometry.length_km - radial.distance_km[rx_point]
    kept[_TX_POINT], kept[_RX_POINT] = tx_point, rx_point
    kept[_LOG_HORIZONS] = decadic(tx_km + rx_km)
    kept[_ANGLE] = (
        1e3 * geometry.length_km / air.median_km
        + min(geometry.horizons.tx_mrad, 0.1 * tx_km)
        + min(geometry.horizons.rx_mrad, 0.1 * rx_km)
    )  # (52)


@compiled
def ducting_db(
    radial: Radial, geometry: Geometry, band: Band, climate: Climate, air: Air, enough_db: float
) -> float:
    """Return Lba, eq. (46)-(56), or, once it must exceed ``enough_db``, something that does.

    β lies between p/50 and 50 %: A(p) is positive for half of the time, and never below ``least``.
    """
    kept = radial.kept
    if np.isnan(kept[_TX_POINT]):
        _keep_horizons(radial, geometry, air)
    fixed_db = (
        102.45
        + 20 * (band.log_frequency + kept[_LOG_HORIZONS])
        + band.low_frequency_db
        + 5e-5 * air.median_km * band.cube_root * kept[_ANGLE]  # (51)
    )
    tx_point, rx_point = int(kept[_TX_POINT]), int(kept[_RX_POINT])
    tx_km = radial.distance_km[tx_point]
    rx_km = geometry.length_km - radial.distance_km[rx_point]
    if climate.sea_share >= 0.75:
        fixed_db += _coupling_db(climate.coast_tx_km, tx_km, geometry.mast_m)
        fixed_db += _coupling_db(climate.coast_rx_km, rx_km, geometry.receiver_m)
    least = 0.0
    if air.time_percent < 50:
        least = -12 - 1.7 * (1.2 + 3.7e-3 * geometry.length_km)
    if fixed_db + least > enough_db:
        return float(fixed_db + least)
    fixed_db += _shielding_db(geometry.horizons.tx_mrad, tx_km, band)
    fixed_db += _shielding_db(geometry.horizons.rx_mrad, rx_km, band)  # (47), (50)
    if fixed_db + least > enough_db:
        return float(fixed_db + least)
    if np.isnan(kept[_TIME]):
        kept[_TIME] = _time_db(radial, geometry, climate, air, tx_point, rx_point)
    return float(fixed_db + kept[_TIME])


@compiled
def _least_ducting_db(geometry: Geometry, band: Band, climate: Climate, air: Air) -> float:
    """Return what Lba cannot fall below where there is line of sight, for half of the time.

    Both horizon distances are one point then and add up to the path; A(p) is not negative, and an
    antenna's angle and its shielding together are only where it looks down.
    """
    d = geometry.length_km
    if geometry.horizons.beyond or climate.sea_share >= 0.75 or air.time_percent < 50:
        return -1e30
    down_mrad = min(geometry.horizons.tx_mrad, 0.0) + min(geometry.horizons.rx_mrad, 0.0)
    return (
        102.45
        + 20 * (band.log_frequency + geometry.log_length)
        + 5e-5 * air.median_km * band.cube_root * (1e3 * d / air.median_km + down_mrad)
    )


@compiled
def _time_db(
    radial: Radial, geometry: Geometry, climate: Climate, air: Air, tx_point: int, rx_point: int
) -> float:
    """Return A(p), eq. (53)-(56a); its factors are added as logarithms."""
    d = geometry.length_km
    log_d = log(d)
    slope = (geometry.rx_ground_m - geometry.tx_ground_m) / d  # (91)
    rough_m = roughness_m(radial, tx_point, rx_point, geometry.tx_ground_m, slope)
    tau = inland_saturation_of(climate.longest_inland_km)
    alpha = max(-0.6 - 3.5e-9 * exp(3.1 * log_d) * tau, -3.4)  # (55a)
    heights = sqrt(geometry.mast_m - geometry.tx_ground_m) + sqrt(
        geometry.receiver_m - geometry.rx_ground_m
    )
    log_mu2 = min(alpha * log(500 / air.median_km * d * d / (heights * heights)), 0.0)  # (55)
    log_mu3 = 0.0
    if rough_m > 10:
        between_km = min(radial.distance_km[rx_point] - radial.distance_km[tx_point], 40.0)
        log_mu3 = -4.6e-5 * (rough_m - 10) * (43 + 6 * between_km)  # (56)
    log_beta = (log_ducting_percent(climate, tau) + log_mu2 + log_mu3) / _LN10  # (54)
    decline = (9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta) * 1e-6 * exp(1.13 * log_d)
    gamma = 1.076 * exp(-1.012 * log(2.0058 - log_beta) - decline)  # (53a)
    log_ratio = decadic(air.time_percent) - log_beta
    return -12 + (1.2 + 3.7e-3 * d) * log_ratio + 12 * exp(_LN10 * gamma * log_ratio)  # (53)


@compiled
def median_loss_db(
    radial: Radial, geometry: Geometry, band: Band, climate: Climate, air: Air
) -> float:
    """Return the loss not exceeded for p % of the time at half of the places, eq. (69)."""
    free_db = 92.4 + 20 * (band.log_frequency + geometry.log_slant)  # (8)
    ld50 = diffraction_db(geometry.length_km, geometry.median, band, climate.sea_share)
    sight_db, ldp, lminb0p = free_db, ld50, free_db + ld50
    if air.time_inverse > _NEVER:  # not for half of the time: then Fi is zero
        sight_db, ldp, lminb0p = _for_less_time(radial, geometry, band, climate, air, free_db, ld50)
    lbd = sight_db + ldp  # (43)
    fj, fk = geometry.angle_factor, geometry.distance_factor
    lbda = lbd
    least_db = max(_least_ducting_db(geometry, band, climate, air), sight_db)
    if (lbd - least_db) * (1 - fj) * (1 - fk) > _NOTHING_DB:  # all that ducting can take off
        lba = ducting_db(radial, geometry, band, climate, air, lbd)
        lminbap = _soft_maximum(lba, sight_db)
        if lminbap <= lbd:
            lbda = lminbap + (lbd - lminbap) * fk  # (61)
    lbam = lbda + (lminb0p - lbda) * fj  # (62)
    scatter_db = band.troposcatter_db + 20 * geometry.log_length + 0.573 * geometry.path_mrad
    if scatter_db - lbam < 25:  # else it adds less than 0.0001 dB
        lbam = -5 * decadic(10 ** (-0.2 * scatter_db) + 10 ** (-0.2 * lbam))  # (63)
    return max(sight_db, lbam)  # (69)


@compiled
def _for_less_time(
    radial: Radial,
    geometry: Geometry,
    band: Band,
    climate: Climate,
    air: Air,
    free_db: float,
    ld50: float,
) -> tuple[float, float, float]:
    """Return Lb0p, Ldp, Lminb0p for less than half of the time, eq. (9)-(11), (40)-(42), (59)."""
    beta0 = exp(log_ducting_percent(climate, inland_saturation_of(climate.longest_inland_km)))
    factor = 1.0
    if air.time_percent > beta0:
        factor = air.time_inverse / inverse_normal_of(beta0 / 100)
    ldb = diffraction_db(geometry.length_km, geometry.ducting, band, climate.sea_share)
    ldp = ld50 + factor * (ldb - ld50)  # (41)
    horizon_km = geometry.length_km
    if geometry.horizons.beyond:
        horizon_km += radial.distance_km[geometry.horizons.tx_point]
        horizon_km -= radial.distance_km[geometry.horizons.rx_point]
    focus_db = 2.6 * (1 - exp(-0.1 * horizon_km))
    sight_db = free_db + focus_db * decadic(air.time_percent / 50)  # (10)
    over_land_db = (1 - climate.sea_share) * ldp
    if air.time_percent < beta0:
        return sight_db, ldp, sight_db + over_land_db
    sight_b0_db = free_db + focus_db * decadic(beta0 / 50)  # (11)
    lbd50 = free_db + ld50  # (42)
    return sight_db, ldp, lbd50 + (sight_b0_db + over_land_db - lbd50) * factor


@compiled
def _soft_maximum(first_db: float, second_db: float) -> float:
    """Return eq. (60) without overflow."""
    eta = 2.5
    high, low = max(first_db, second_db), min(first_db, second_db)
    return high + eta * log(1 + exp((low - high) / eta))
