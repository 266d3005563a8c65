"""Covered shares of people, households, settlements and area, per unit and network.

Counts are of whole numbers (a pixel or a settlement counts with its people), added over tiles and
counties in any order. The interval is that of the covered share of what is known: its mean at
each node of the shared error (chances in ten-thousandths), and around that mean the scatter of
points that are independent of each other. Errors that neighbouring pixels share beyond the
model's make it rather too narrow; that the model's are counted as one for a whole unit, too wide.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from coverage_map.signal.chance import NODES, QUANTILES, WEIGHTS, any_at_nodes
from coverage_map.signal.points import COVERED, GAP, UNKNOWN, Samples, find_states
from coverage_map.signal.roster import Roster
from coverage_map.signal.settings import SignalSettings
from geodata.terrain.raster import Floats

Ints = NDArray[np.int64]
WHOLE = 10_000  # of chances
_HALVINGS = 20


@dataclass(frozen=True, eq=False)
class Counts:
    """Whole numbers by network and unit: (networks, units), the last two (…, nodes).

    ``likely``: sum of weight · chance of what is known, in ten-thousandths; ``scatter``: sum of
    weight² · chance · (1 - chance), in 10⁻⁸.
    """

    covered: Ints
    gap: Ints
    unknown: Ints
    likely: Ints
    scatter: Ints

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both parts."""
        return Counts(
            self.covered + other.covered,
            self.gap + other.gap,
            self.unknown + other.unknown,
            self.likely + other.likely,
            self.scatter + other.scatter,
        )


def count_shares(
    samples: Samples,
    unit: Ints,
    weight: Ints,
    units: int,
    roster: Roster,
    settings: SignalSettings,
) -> Counts:
    """Count the weight of points that is covered, not covered and unknown in each unit.

    ``unit`` is each point's unit, 0 to ``units`` - 1, -1: none; ``weight`` what it counts: 1 for
    settlements and pixels of area, else people or households. Weights up to 10⁵ keep the sums
    of squares of 10⁴ points within 64 bits.
    """
    inside = unit >= 0
    states = find_states(samples, roster, settings)[:, inside]
    place, weights = unit[inside], weight[inside]
    networks = len(states)

    def total(values: Ints) -> Ints:
        sums = np.zeros((networks, units), np.int64)
        for number in range(networks):
            np.add.at(sums[number], place, values[number])
        return sums

    likely = np.zeros((networks, units, len(NODES)), np.int64)
    scatter = np.zeros_like(likely)
    known = np.where(states != UNKNOWN, weights, 0)
    for node in range(len(NODES)):
        chance = any_at_nodes(samples.fails[:, node, inside])
        whole = np.rint(WHOLE * chance).astype(np.int64)
        likely[..., node] = total(known * whole)
        scatter[..., node] = total(known**2 * whole * (WHOLE - whole))
    covered, gap, unknown = (
        total(np.where(states == state, weights, 0)) for state in (COVERED, GAP, UNKNOWN)
    )
    return Counts(covered, gap, unknown, likely, scatter)


def list_shares(counts: Counts, codes: pd.Series, roster: Roster, measure: str) -> pd.DataFrame:
    """Return one row per unit and network with whole numbers, and the share's interval.

    ``covered``, ``gap``, ``unknown``; ``expected``, ``low``, ``middle`` and ``high`` are shares
    of what is known (mean, 10, 50 and 90 %), to four decimals, NaN where nothing is known.
    """
    known = counts.covered + counts.gap
    low, middle, high = _quantiles(counts, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = (counts.likely @ WEIGHTS) / WHOLE / known
    networks, units = known.shape
    return pd.DataFrame(
        {
            "unit_code": np.tile(codes.to_numpy(dtype=object), networks),
            "operator": np.repeat([each.operator for each in roster.networks], units),
            "technology": np.repeat([each.technology for each in roster.networks], units),
            "measure": measure,
            "covered": counts.covered.ravel(),
            "gap": counts.gap.ravel(),
            "unknown": counts.unknown.ravel(),
            "expected": expected.ravel().round(4),
            "low": low.ravel().round(4),
            "middle": middle.ravel().round(4),
            "high": high.ravel().round(4),
        }
    ).astype({"unit_code": "str", "operator": "str", "technology": "str", "measure": "str"})


def _quantiles(counts: Counts, known: Ints) -> list[Floats]:
    """Return quantiles of a mixture, over the nodes, of normal shares, by halving."""
    use = WEIGHTS > 0
    whole = np.maximum(known, 1)[..., None]
    mean = counts.likely[..., use] / WHOLE / whole
    spread = np.maximum(np.sqrt(counts.scatter[..., use]) / WHOLE / whole, 1e-9)
    found = []
    for share in QUANTILES:
        low, high = np.zeros(known.shape), np.ones(known.shape)
        for _ in range(_HALVINGS):
            half = (low + high) / 2
            below = ndtr((half[..., None] - mean) / spread) @ WEIGHTS[use]
            low, high = np.where(below < share, half, low), np.where(below < share, high, half)
        found.append(np.where(known > 0, (low + high) / 2, np.nan))
    return found
