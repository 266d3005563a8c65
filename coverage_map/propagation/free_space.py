"""Free space (ITU-R P.525), with the rounded constant that P.1812 eq. (8) writes."""

from math import hypot, log10

from coverage_map.propagation.environment import Environment
from coverage_map.propagation.path import Link, Path, Prediction
from coverage_map.propagation.refusals import check_ranges

MODEL = "free_space"


def free_space_loss_db(frequency_ghz: float, slant_km: float) -> float:
    """Return the basic transmission loss of free space: P.525-4 eq. (6), P.1812-6 eq. (8).

    Both round 92.45 dB to 92.4 dB.
    """
    return 92.4 + 20 * log10(frequency_ghz) + 20 * log10(slant_km)


def slant_distance_km(path: Path, link: Link) -> float:
    """Return the distance between the antennas themselves, P.1812-6 eq. (8a)."""
    rise_m = (path.terrain_m[-1] + link.rx_height_m) - (path.terrain_m[0] + link.tx_height_m)
    return hypot(path.length_km, float(rise_m) / 1e3)


def predict_free_space(path: Path, link: Link, environment: Environment) -> Prediction:  # noqa: ARG001
    """Predict the loss as if there were no ground: the least that any path can lose.

    Raises:
        OutOfRangeError: frequency or distance outside ``ranges.toml``.
    """
    slant_km = slant_distance_km(path, link)
    check_ranges(MODEL, frequency_ghz=link.frequency_ghz, distance_km=slant_km)
    loss_db = free_space_loss_db(link.frequency_ghz, slant_km)
    return Prediction(MODEL, loss_db, terms={"free_space": loss_db})
