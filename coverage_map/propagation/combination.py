"""How the mechanisms are joined into one loss (P.1812 §4.6)."""

from dataclasses import dataclass
from math import log10, tanh

import numpy as np

from coverage_map.propagation.diffraction import Diffraction
from coverage_map.propagation.line_of_sight import LineOfSight


@dataclass(frozen=True)
class Combination:
    """Losses on the way to Lbc; symbols of the Recommendation in brackets."""

    angle_factor: float  # [Fj]
    distance_factor: float  # [Fk]
    median_diffraction_db: float  # [Lbd50]
    diffraction_db: float  # [Lbd]
    sight_minimum_db: float  # [Lminb0p]
    ducting_minimum_db: float  # [Lminbap]
    enhanced_diffraction_db: float  # [Lbda]
    modified_db: float  # [Lbam]
    loss_db: float  # [Lbc] for p % of the time and half of the locations


def angle_factor(path_angle_mrad: float) -> float:
    """Return Fj, from 1 with line of sight to 0 beyond the horizon, eq. (57)."""
    limit_mrad, slope = 0.3, 0.8
    return 1 - 0.5 * (1 + tanh(3 * slope * (path_angle_mrad - limit_mrad) / limit_mrad))


def distance_factor(distance_km: float) -> float:
    """Return Fk, from 1 on short paths to 0 on long ones, eq. (58)."""
    limit_km, slope = 20.0, 0.5
    return 1 - 0.5 * (1 + tanh(3 * slope * (distance_km - limit_km) / limit_km))


def add_powers_db(first_db: float, second_db: float) -> float:
    """Return the soft maximum of two losses, eq. (60): η·ln(exp(a/η) + exp(b/η))."""
    eta = 2.5
    return eta * float(np.logaddexp(first_db / eta, second_db / eta))


def combine(
    sight: LineOfSight,
    diffraction: Diffraction,
    ducting_db: float,
    troposcatter_db: float,
    path_angle_mrad: float,
    distance_km: float,
    time_percent: float,
    ducting_percent: float,
    sea_share: float,
) -> Combination:
    """Join line of sight, diffraction, ducting and troposcatter, eq. (42), (43), (57)-(63)."""
    fj, fk = angle_factor(path_angle_mrad), distance_factor(distance_km)
    lbd50 = sight.free_space_db + diffraction.median.loss_db  # (42)
    lbd = sight.time_percent_db + diffraction.loss_db  # (43)
    over_land_db = (1 - sea_share) * diffraction.loss_db
    if time_percent < ducting_percent:
        lminb0p = sight.time_percent_db + over_land_db  # (59)
    else:
        lminb0p = (
            lbd50 + (sight.ducting_percent_db + over_land_db - lbd50) * diffraction.time_factor
        )  # (59)
    lminbap = add_powers_db(ducting_db, sight.time_percent_db)  # (60)
    lbda = lbd if lminbap > lbd else lminbap + (lbd - lminbap) * fk  # (61)
    lbam = lbda + (lminb0p - lbda) * fj  # (62)
    lbc = -5 * log10(10 ** (-0.2 * troposcatter_db) + 10 ** (-0.2 * lbam))  # (63)
    return Combination(fj, fk, lbd50, lbd, lminb0p, lminbap, lbda, lbam, lbc)
