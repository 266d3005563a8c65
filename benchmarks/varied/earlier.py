"""What a city's workspace knows besides a file: towers, the owner's list of the quarter before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.varied.world import build_world
from geodata.ingest import key_texts
from geodata.records import read_kinds
from geodata.register import Register

SEED = 2022
# Of the records of today so many were in the list of the quarter before; of these so many stood
# elsewhere by up to so far (the same station 190 m apart), the others within so little.
KEPT, MOVED, MOVED_M, REMEASURED_M = 0.9, 0.1, 190.0, 15.0
_METRE_DEG = 1 / 111_195


@dataclass(frozen=True)
class Situation:
    """What a file is read with: the register, and where things are known to stand."""

    register: Register
    known: pd.DataFrame | None = None


def situations(owner: str) -> Mapping[str, Situation]:
    """Return the situations a file of an owner may be read in, beside that nothing is known."""
    register = build_world().city.register
    towers = _known("tower", "")
    surveyed = replace(register, townships=register.townships.assign(modelled=False))
    return {
        "where towers are known": Situation(register, None if owner == "tower" else towers),
        "where the owner handed in before": Situation(register, _all_known(owner)),
        "where townships are surveyed": Situation(surveyed),
    }


@cache
def _all_known(owner: str) -> pd.DataFrame:
    points = [name for name in build_world().records if read_kinds()[name].geometry == "point"]
    own = [_known(name, owner) for name in points if name != "tower"]
    return pd.concat([_known("tower", ""), *own], ignore_index=True)


@cache
def _known(kind: str, owner: str) -> pd.DataFrame:
    """Return where an owner's records of a kind stood the quarter before, as readers take it."""
    frame = build_world().records[kind]
    if "owner" in frame:
        frame = frame[frame["owner"] == owner]
    rng = np.random.default_rng([SEED, len(frame)])
    frame = frame[rng.random(len(frame)) < KEPT]
    far = np.where(rng.random(len(frame)) < MOVED, MOVED_M, REMEASURED_M)
    far, way = far * rng.random(len(frame)), rng.uniform(0, 2 * np.pi, len(frame))
    texts = frame.assign(**{name: frame.get(name, "") for name in read_kinds()[kind].key})
    return pd.DataFrame(
        {
            "kind": kind,
            "key": key_texts(texts, read_kinds()[kind]),
            "lon": frame["lon"] + far * np.cos(way) * _METRE_DEG / np.cos(np.radians(frame["lat"])),
            "lat": frame["lat"] + far * np.sin(way) * _METRE_DEG,
        }
    )
