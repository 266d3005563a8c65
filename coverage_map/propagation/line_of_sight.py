"""Line of sight with multipath and focusing (P.1812 §4.2)."""

from dataclasses import dataclass
from math import exp, log10

from coverage_map.propagation.free_space import free_space_loss_db


@dataclass(frozen=True)
class LineOfSight:
    """Losses of a path with line of sight; symbols of the Recommendation in brackets."""

    free_space_db: float  # [Lbfs]
    time_percent_db: float  # [Lb0p] not exceeded for p % of the time
    ducting_percent_db: float  # [Lb0β] not exceeded for β0 % of the time


def focusing_db(horizon_sum_km: float, time_percent: float) -> float:
    """Return Es, what multipath and focusing change for a share of the time, eq. (9a), (9b).

    ``horizon_sum_km`` is dlt + dlr. Negative below half of the time: the loss is smaller.
    """
    return 2.6 * (1 - exp(-0.1 * horizon_sum_km)) * log10(time_percent / 50)


def line_of_sight_loss(
    frequency_ghz: float,
    distance_km: float,
    height_difference_m: float,
    horizon_sum_km: float,
    time_percent: float,
    ducting_percent: float,
) -> LineOfSight:
    """Return the losses due to line-of-sight propagation, eq. (8)-(11)."""
    slant_km = (distance_km**2 + (height_difference_m / 1e3) ** 2) ** 0.5  # (8a)
    free_db = free_space_loss_db(frequency_ghz, slant_km)  # (8)
    return LineOfSight(
        free_space_db=free_db,
        time_percent_db=free_db + focusing_db(horizon_sum_km, time_percent),  # (10)
        ducting_percent_db=free_db + focusing_db(horizon_sum_km, ducting_percent),  # (11)
    )
