"""Building entry loss (ITU-R P.2109-1, to which P.1812 §4.8 refers)."""

from math import log10

from coverage_map.propagation.environment import Building
from coverage_map.propagation.inverse_normal import inverse_normal
from coverage_map.propagation.refusals import check_ranges

# Table 1 of P.2109: r, s, t, u, v, w, x, y, z.
_COEFFICIENTS = {
    "traditional": (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0),
    "thermally_efficient": (28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1),
}
_ONE_DEVIATION_PERCENT = 84.134  # of a normal variable lie below the mean plus one deviation


def building_entry_loss_db(
    frequency_ghz: float, building: Building, probability_percent: float = 50.0
) -> float:
    """Return the loss not exceeded with a probability over all places inside, eq. (1)-(10).

    Raises:
        OutOfRangeError: frequency, probability or elevation outside ``ranges.toml``.
    """
    check_ranges(
        "p2109",
        frequency_ghz=frequency_ghz,
        probability_percent=probability_percent,
        elevation_deg=building.elevation_deg,
    )
    r, s, t, u, v, w, x, y, z = _COEFFICIENTS[building.construction]
    log_f = log10(frequency_ghz)
    horizontal_db = r + s * log_f + t * log_f**2  # (9)
    elevation_db = 0.212 * abs(building.elevation_deg)  # (10)
    mu1 = horizontal_db + elevation_db  # (5)
    mu2 = w + x * log_f  # (6)
    sigma1 = u + v * log_f  # (7)
    sigma2 = y + z * log_f  # (8)
    normal = -inverse_normal(probability_percent / 100)
    a = normal * sigma1 + mu1  # (2)
    b = normal * sigma2 + mu2  # (3)
    c = -3.0  # (4)
    return 10 * log10(10 ** (0.1 * a) + 10 ** (0.1 * b) + 10 ** (0.1 * c))  # (1)


def building_deviation_db(frequency_ghz: float, building: Building) -> float:
    """Return half of the width that holds the middle 68 % of places, as a deviation.

    P.2109 gives a distribution that is not quite normal; P.1812 §4.9 adds a normal one.
    """
    above_db = building_entry_loss_db(frequency_ghz, building, _ONE_DEVIATION_PERCENT)
    below_db = building_entry_loss_db(frequency_ghz, building, 100 - _ONE_DEVIATION_PERCENT)
    return (above_db - below_db) / 2
