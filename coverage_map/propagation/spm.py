"""The planners' standard propagation model: a straight line in logarithms, with tuned factors.

L = K1 + K2·log d + K3·log H + K4·J(ν) + K5·log d·log H + K6·h + K7·log h, with d in metres, H the
mast's effective height and h the phone's height in metres, and J the loss of the profile's
Bullington knife edge over bare ground (P.1812 eq. (12)). The sets of K are data (``spm.toml``).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log10

from coverage_map.propagation.environment import Environment
from coverage_map.propagation.near_field import with_inner_point
from coverage_map.propagation.path import Link, Path, Prediction
from coverage_map.propagation.refusals import OutOfRangeError, check_between, check_ranges
from coverage_map.propagation.sight import main_edge
from coverage_map.propagation.variability import predict_from_median

MODEL = "spm"


@dataclass(frozen=True)
class SpmSet:
    """Factors K1 to K7, where they hold, and where they come from."""

    k: tuple[float, float, float, float, float, float, float]
    frequency_ghz: tuple[float, float]
    distance_km: tuple[float, float]
    height: str  # "foot" or "spot": see effective_height_m
    source: str


@cache
def read_spm_sets() -> Mapping[str, SpmSet]:
    """Read the sets of factors by name."""
    text = (files("coverage_map.propagation") / "spm.toml").read_text("utf-8")
    return {
        name: SpmSet(
            k=tuple(float(entry[f"k{number}"]) for number in range(1, 8)),  # type: ignore[arg-type]
            frequency_ghz=tuple(entry["frequency_ghz"]),
            distance_km=tuple(entry["distance_km"]),
            height=str(entry["height"]),
            source=str(entry["source"]),
        )
        for name, entry in tomllib.loads(text).items()
    }


def effective_height_m(path: Path, link: Link, height: str) -> float:
    """Return the mast's height for the model.

    "foot": over its own ground. "spot": over the phone's ground, where that lies lower.
    """
    if height == "foot":
        return link.tx_height_m
    drop_m = float(path.terrain_m[0] - path.terrain_m[-1])
    return link.tx_height_m + max(drop_m, 0.0)


def predict_spm(path: Path, link: Link, environment: Environment) -> Prediction:
    """Predict the median loss with the factors of ``environment.spm``.

    Raises:
        OutOfRangeError: no such set, or something outside its ranges.
    """
    sets = read_spm_sets()
    if environment.spm not in sets:
        known = ", ".join(sorted(sets))
        raise OutOfRangeError("spm_set_unknown", value=environment.spm, known=known)
    chosen = sets[environment.spm]
    check_ranges(
        MODEL,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        time_percent=link.time_percent,
        location_percent=link.location_percent,
    )
    check_between(MODEL, "frequency_ghz", link.frequency_ghz, chosen.frequency_ghz)
    check_between(MODEL, "distance_km", path.length_km, chosen.distance_km)
    k1, k2, k3, k4, k5, k6, k7 = chosen.k
    log_d = log10(path.length_km * 1e3)
    log_h = log10(effective_height_m(path, link, chosen.height))
    path = with_inner_point(path)
    edge = main_edge(path, link, environment.delta_n, path.terrain_m)
    terms = {
        "constant": k1,
        "distance": k2 * log_d,
        "tx_height": k3 * log_h,
        "diffraction": k4 * edge.knife_edge_db,
        "distance_and_height": k5 * log_d * log_h,
        "rx_height": k6 * link.rx_height_m + k7 * log10(link.rx_height_m),
    }
    return predict_from_median(MODEL, terms, path, link, environment)
