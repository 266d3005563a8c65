"""Verdicts become figures of units, townships, reporting areas and the city: whole numbers only.

A subject weighs one unit of count, and its own households and people: a settlement its own, a
place none, an area those of its units. Numerator, denominator and unknown are the verdicts' own,
added; the denominator never holds the unknown.

**State of a figure.** A unit judged as a whole keeps its verdict's state. Else the headline test
is held against the indicator's target (for every operator by the same yardstick): covered when
the target is reached even if everything unknown turns out a gap; a gap when it would be missed
even if everything unknown turns out covered; unknown between them. Without a target, and for
other tests, the state is "": a rate, and no judgement. ``target`` is in per cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.rules import RulePack
from coverage_map.verdicts import FIGURE, STATES, empty, shape
from geodata.register import Register

LEVELS = ("unit", "township", "area", "city")
MEASURES = ("units", "households", "people")
ACCOUNT = ("numerator", "denominator", "unknown")
# A condition that a sum takes over from any of its parts.
CARRIED = "proxy"

Ints = npt.NDArray[np.int64]


def bound_states(
    numerator: Ints, denominator: Ints, unknown: Ints, target: Fraction
) -> npt.NDArray[np.object_]:
    """Return the states of shares that are partly unknown against a target, in whole numbers."""
    scale = target.denominator
    asked = target.numerator * (denominator + unknown)
    states = np.where(
        numerator * scale >= asked,
        "covered",
        np.where((numerator + unknown) * scale < asked, "gap", "unknown"),
    )
    return np.where(denominator > 0, states, "unknown").astype(object)


def _index_of(codes: pd.Series, values: pd.Series) -> Ints:
    """Return the position of each value among the codes, -1 where it is none of them."""
    known = pd.Index(codes.to_numpy(dtype=object))
    found: Ints = known.get_indexer(pd.Index(values.to_numpy(dtype=object))).astype(np.int64)
    return found


def _weights(verdicts: pd.DataFrame, register: Register) -> dict[str, Ints]:
    """Return units, households and people of each verdict's subject."""
    units = register.units
    by_area = units.groupby("area_code")[["households", "people"]].sum().reset_index()
    tables = {
        "unit": units.rename(columns={"code": "key"}),
        "settlement": register.settlements.rename(columns={"settlement_id": "key"}),
        "area": by_area.rename(columns={"area_code": "key"}),
    }
    weights = {name: np.zeros(len(verdicts), dtype=np.int64) for name in MEASURES}
    weights["units"][:] = 1
    for kind, table in tables.items():
        rows = np.flatnonzero((verdicts["subject_kind"] == kind).to_numpy(dtype=bool))
        found = _index_of(table["key"], verdicts["subject_code"].iloc[rows])
        rows, found = rows[found >= 0], found[found >= 0]
        for name in ("households", "people"):
            weights[name][rows] = table[name].to_numpy(dtype=np.int64)[found]
    return weights


def _groups(verdicts: pd.DataFrame, register: Register) -> dict[str, tuple[pd.Series, Ints]]:
    """Return by level the codes there are, and each verdict's position among them, -1 for none."""
    units, areas = register.units, register.areas
    areas = areas.loc[areas["level"] == "area", "code"]
    townships = pd.Series(pd.unique(units["township_code"].to_numpy(dtype=object)))
    unit = _index_of(units["code"], verdicts["unit_code"])

    def through(codes: pd.Series, column: str) -> Ints:
        of_unit = _index_of(codes, units[column])
        return np.where(unit >= 0, of_unit[unit], -1) if len(of_unit) else unit

    own = (verdicts["subject_kind"] == "area").to_numpy(dtype=bool)
    by_area = np.where(own, _index_of(areas, verdicts["subject_code"]), through(areas, "area_code"))
    return {
        "unit": (units["code"], unit),
        "township": (townships, through(townships, "township_code")),
        "area": (areas, by_area),
        "city": (pd.Series([register.city_code]), np.zeros(len(verdicts), dtype=np.int64)),
    }


@dataclass(frozen=True)
class _Keyed:
    """Verdicts as numbers: which (indicator, test, operator), which state, and what to add."""

    keys: pd.DataFrame
    key: Ints
    state: Ints
    adds: Mapping[str, Ints]
    whole_unit: npt.NDArray[np.bool_]
    condition: npt.NDArray[np.object_]


def _key(verdicts: pd.DataFrame, register: Register) -> _Keyed:
    names = ["indicator", "test", "operator"]
    parts = [pd.factorize(verdicts[name]) for name in names]
    sizes = [len(values) for _, values in parts]
    code = np.ravel_multi_index([codes for codes, _ in parts], sizes)
    found, first, key = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    state = _index_of(pd.Series(STATES), verdicts["state"])
    adds: dict[str, Ints] = {}
    for measure, weight in _weights(verdicts, register).items():
        for position, name in enumerate(STATES):
            adds[f"{measure}_{name}"] = np.where(state == position, weight, 0)
    adds |= {name: verdicts[name].to_numpy(dtype=np.int64) for name in ACCOUNT}
    return _Keyed(
        keys=verdicts[names].iloc[np.sort(first)].reset_index(drop=True),
        key=rank[key],
        state=state,
        adds=adds,
        whole_unit=(verdicts["subject_kind"] == "unit").to_numpy(dtype=bool),
        condition=verdicts["condition"].to_numpy(dtype=object),
    )


def _add_up(keyed: _Keyed, level: str, codes: pd.Series, group: Ints) -> pd.DataFrame:
    """Add the verdicts of every (area, key) of one level."""
    rows = np.flatnonzero(group >= 0)
    place = group[rows] * len(keyed.keys) + keyed.key[rows]
    found, first, inverse = np.unique(place, return_index=True, return_inverse=True)
    frame: pd.DataFrame = keyed.keys.iloc[found % len(keyed.keys)].reset_index(drop=True)
    frame.insert(0, "code", codes.to_numpy(dtype=object)[found // len(keyed.keys)])
    frame.insert(0, "level", level)
    for name, values in keyed.adds.items():
        # Exact: whole numbers below 2**53.
        sums = np.bincount(inverse, weights=values[rows], minlength=len(found))
        frame[name] = sums.astype(np.int64)
    only = rows[first]
    whole = keyed.whole_unit[only] & (level == "unit")
    frame["own_state"] = np.where(whole, np.array(STATES, dtype=object)[keyed.state[only]], "")
    carried = np.bincount(inverse, weights=keyed.condition[rows] == CARRIED, minlength=len(found))
    frame["condition"] = np.where(whole, keyed.condition[only], np.where(carried > 0, CARRIED, ""))
    return frame


def _judge(figures: pd.DataFrame, rules: RulePack) -> pd.DataFrame:
    """Add target and state to figures."""
    state = figures["own_state"].to_numpy(dtype=object).copy()
    target = np.full(len(figures), np.nan)
    open_still = state == ""
    for name, indicator in rules.indicators.items():
        share = indicator.target_fraction
        if share is None or indicator.target is None:
            continue
        asked = (figures["indicator"] == name) & (figures["test"] == indicator.headline)
        target[asked] = float(indicator.target.value)
        rows = np.flatnonzero(asked.to_numpy(dtype=bool) & open_still)
        numerator, denominator, unknown = (
            figures[column].to_numpy(dtype=np.int64)[rows] for column in ACCOUNT
        )
        state[rows] = bound_states(numerator, denominator, unknown, share)
    return figures.assign(state=state, target=target)


def roll_up(verdicts: pd.DataFrame, register: Register, rules: RulePack) -> pd.DataFrame:
    """Add verdicts up to units, townships, reporting areas and the city, as a frame of ``FIGURE``.

    Subjects that are areas appear at the levels area and city only. Where something is not known
    of any verdict there is no row.
    """
    if verdicts.empty:
        return empty(FIGURE)
    keyed = _key(verdicts, register)
    levels = [
        _add_up(keyed, level, codes, group)
        for level, (codes, group) in _groups(verdicts, register).items()
    ]
    figures = _judge(pd.concat(levels, ignore_index=True), rules)
    first = verdicts[["rule_hash", "quarter"]].iloc[0]
    return shape(figures.assign(rule_hash=first["rule_hash"], quarter=first["quarter"]), FIGURE)
