"""How sure a match is: the rate at which matches of its way were right where the truth was known.

A way is how the unit was found and how the row's position agrees. ``calibration.toml`` holds, for
each way, how many cases there were and how many were right; it is written by
``benchmarks/calibrate_matching.py`` and says from what, when and with which seed. Few cases lean on
a prior of ``matching.toml``: rate = (right + weight · prior) / (cases + weight).

A register's polygons count as they are: where they are modelled, a confidence is about the model,
and every map says so.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from geodata.place_names import matching_settings

AGREEMENTS = ("none", "inside", "edge", "near", "far", "against")
NONE, INSIDE, EDGE, NEAR, FAR, AGAINST = range(len(AGREEMENTS))


def smoothed_rate(right: int, cases: int, prior: float) -> float:
    """Return the rate of right cases, leaning on a prior where there are few."""
    weight = float(matching_settings()["calibration"]["weight"])
    return (right + weight * prior) / (cases + weight)


def prior(how: str, agreement: str) -> float:
    """Return the first value, by judgement, of a way of finding a unit."""
    settings = matching_settings()
    return float(settings["prior"][how]) * float(settings["agreement"][agreement])


@cache
def match_confidence() -> Mapping[tuple[str, str], float]:
    """Return the confidence of every way: (how, agreement) → 0 to 1."""
    text = (files("geodata") / "calibration.toml").read_text(encoding="utf-8")
    counted = {
        (entry["how"], entry["agreement"]): (entry["right"], entry["cases"])
        for entry in tomllib.loads(text)["rate"]
    }
    return {
        (how, agreement): 1.0
        if how == "decision"
        else smoothed_rate(*counted.get((how, agreement), (0, 0)), prior(how, agreement))
        for how in matching_settings()["prior"]
        for agreement in AGREEMENTS
    }
