"""Ducting and layer reflection (P.1812 §4.5)."""

from dataclasses import dataclass
from math import exp, log10, sqrt, tanh

from coverage_map.propagation.path import Link
from coverage_map.propagation.profile_geometry import PathGeometry
from coverage_map.propagation.radio_climate import RadioClimate, inland_saturation


@dataclass(frozen=True)
class Ducting:
    """Loss by anomalous propagation; symbols of the Recommendation in brackets."""

    low_frequency_db: float  # [Alf]
    tx_shielding_db: float  # [Ast]
    rx_shielding_db: float  # [Asr]
    tx_sea_coupling_db: float  # [Act]
    rx_sea_coupling_db: float  # [Acr]
    fixed_db: float  # [Af]
    specific_db_mrad: float  # [γd]
    angle_mrad: float  # [θ']
    time_percent: float  # [β]
    exponent: float  # [Γ]
    time_db: float  # [A(p)]
    angle_and_time_db: float  # [Ad(p)]
    loss_db: float  # [Lba]


def low_frequency_loss_db(frequency_ghz: float) -> float:
    """Return Alf: long waves do not fit into ducts, eq. (47a)."""
    if frequency_ghz >= 0.5:
        return 0.0
    return 45.375 - 137.0 * frequency_ghz + 92.5 * frequency_ghz**2


def site_shielding_loss_db(angle_mrad: float, horizon_km: float, frequency_ghz: float) -> float:
    """Return Ast or Asr, what hills around an antenna take, eq. (48), (48a)."""
    excess_mrad = angle_mrad - 0.1 * horizon_km  # (48a)
    if excess_mrad <= 0:
        return 0.0
    edge_db = 20 * log10(1 + 0.361 * excess_mrad * sqrt(frequency_ghz * horizon_km))
    return edge_db + 0.264 * excess_mrad * float(frequency_ghz ** (1 / 3))  # (48)


def sea_coupling_db(
    coast_km: float, horizon_km: float, altitude_m: float, sea_share: float
) -> float:
    """Return Act or Acr, the gain of a low antenna near the sea, eq. (49), (49a)."""
    if sea_share < 0.75 or coast_km > horizon_km or coast_km > 5:
        return 0.0
    return -3 * exp(-0.25 * coast_km**2) * (1 + tanh(0.07 * (50 - altitude_m)))


def ducting_time_percent(geometry: PathGeometry, climate: RadioClimate) -> float:
    """Return β, the share of the time corrected for geometry and rough ground, eq. (54)-(56a)."""
    horizons, d = geometry.horizons, geometry.length_km
    tau = inland_saturation(climate.longest_inland_km)  # (3)
    alpha = max(-0.6 - 3.5e-9 * d**3.1 * tau, -3.4)  # (55a)
    heights = (sqrt(geometry.tx_ducting_height_m) + sqrt(geometry.rx_ducting_height_m)) ** 2
    mu2 = min((500 / climate.median_radius_km * d**2 / heights) ** alpha, 1.0)  # (55)
    mu3 = 1.0
    if geometry.roughness_m > 10:
        between_km = min(d - horizons.tx_distance_km - horizons.rx_distance_km, 40.0)  # (56a)
        mu3 = exp(-4.6e-5 * (geometry.roughness_m - 10) * (43 + 6 * between_km))  # (56)
    return climate.ducting_percent * float(mu2) * mu3  # (54)


def ducting_exponent(beta_percent: float, distance_km: float) -> float:
    """Return Γ, eq. (53a)."""
    log_beta = log10(beta_percent)
    decline = (9.51 - 4.8 * log_beta + 0.198 * log_beta**2) * 1e-6 * distance_km**1.13
    return 1.076 / float((2.0058 - log_beta) ** 1.012) * exp(-decline)


def ducting_loss(geometry: PathGeometry, link: Link, climate: RadioClimate) -> Ducting:
    """Return Lba, the loss during ducting and layer reflection, eq. (46)-(56a)."""
    f, d, horizons = link.frequency_ghz, geometry.length_km, geometry.horizons
    tx_km, rx_km = horizons.tx_distance_km, horizons.rx_distance_km
    alf = low_frequency_loss_db(f)
    ast = site_shielding_loss_db(horizons.tx_angle_mrad, tx_km, f)
    asr = site_shielding_loss_db(horizons.rx_angle_mrad, rx_km, f)
    act = sea_coupling_db(climate.coast_tx_km, tx_km, geometry.tx_altitude_m, climate.sea_share)
    acr = sea_coupling_db(climate.coast_rx_km, rx_km, geometry.rx_altitude_m, climate.sea_share)
    fixed_db = (
        102.45 + 20 * log10(f) + 20 * log10(tx_km + rx_km) + alf + ast + asr + act + acr
    )  # (47)
    gamma_d = 5e-5 * climate.median_radius_km * f ** (1 / 3)  # (51)
    tx_mrad = min(horizons.tx_angle_mrad, 0.1 * tx_km)  # (52a)
    rx_mrad = min(horizons.rx_angle_mrad, 0.1 * rx_km)  # (52a)
    angle_mrad = 1e3 * d / climate.median_radius_km + tx_mrad + rx_mrad  # (52)
    beta = ducting_time_percent(geometry, climate)
    gamma = ducting_exponent(beta, d)
    ratio = link.time_percent / beta
    time_db = -12 + (1.2 + 3.7e-3 * d) * log10(ratio) + 12 * ratio**gamma  # (53)
    angle_and_time_db = gamma_d * angle_mrad + time_db  # (50)
    return Ducting(
        low_frequency_db=alf,
        tx_shielding_db=ast,
        rx_shielding_db=asr,
        tx_sea_coupling_db=act,
        rx_sea_coupling_db=acr,
        fixed_db=fixed_db,
        specific_db_mrad=gamma_d,
        angle_mrad=angle_mrad,
        time_percent=beta,
        exponent=gamma,
        time_db=time_db,
        angle_and_time_db=angle_and_time_db,
        loss_db=fixed_db + angle_and_time_db,  # (46)
    )
