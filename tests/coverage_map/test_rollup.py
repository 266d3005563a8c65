"""Sums against sums written out, and the state of a share that is partly unknown."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage_map.indicators import judge
from coverage_map.rollup import MEASURES, bound_states, roll_up
from coverage_map.verdicts import STATES, VERDICT, empty


@pytest.mark.parametrize(
    ("numerator", "denominator", "unknown", "per_cent", "state"),
    [
        (45, 100, 0, 45, "covered"),
        (44, 100, 0, 45, "gap"),
        (45, 50, 50, 45, "covered"),
        (44, 50, 50, 45, "unknown"),
        (0, 50, 44, 47, "gap"),
        (3, 3, 1, 100, "unknown"),
        (2, 3, 1, 100, "gap"),
        (0, 0, 5, 45, "unknown"),
        (0, 0, 0, 45, "unknown"),
        (1, 3, 0, "33.3", "covered"),
        (333, 1000, 0, "33.4", "gap"),
    ],
)
def test_state_of_a_partly_unknown_share(numerator, denominator, unknown, per_cent, state):
    counts = (np.array([value], dtype=np.int64) for value in (numerator, denominator, unknown))
    assert bound_states(*counts, Fraction(per_cent) / 100).tolist() == [state]


def plain_sums(verdicts, register, level):
    """Add up one verdict after the other."""
    units = register.units.set_index("code")
    people = {}
    for _, row in register.units.iterrows():
        people["unit", row["code"]] = (row["households"], row["people"])
        households, heads = people.get(("area", row["area_code"]), (0, 0))
        people["area", row["area_code"]] = (
            households + row["households"], heads + row["people"],
        )  # fmt: skip
    for _, row in register.settlements.iterrows():
        people["settlement", row["settlement_id"]] = (row["households"], row["people"])
    columns = {"unit": None, "township": "township_code", "area": "area_code", "city": ""}
    sums = {}
    for _, row in verdicts.iterrows():
        if level == "city":
            code = register.city_code
        elif row["subject_kind"] == "area":
            code = row["subject_code"] if level == "area" else None
        else:
            code = row["unit_code"]
            if level != "unit":
                code = units.loc[code, columns[level]]
        if code is None:
            continue
        key = (code, row["indicator"], row["test"], row["operator"])
        total = sums.setdefault(key, dict.fromkeys(
            [f"{m}_{s}" for m in MEASURES for s in STATES]
            + ["numerator", "denominator", "unknown"], 0
        ))  # fmt: skip
        weight = (1, *people.get((row["subject_kind"], row["subject_code"]), (0, 0)))
        for measure, value in zip(MEASURES, weight, strict=True):
            total[f"{measure}_{row['state']}"] += int(value)
        for name in ("numerator", "denominator", "unknown"):
            total[name] += int(row[name])
    return sums


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_figures_are_plain_sums(seed, rules):
    rng = np.random.default_rng(seed)
    register = worlds.random_register(rng, 9)
    records = worlds.random_records(rng, register, sites=6, nodes=9)
    verdicts, _ = judge(register, records, rules, quarter="2023Q4")
    figures = roll_up(verdicts, register, rules)
    for level in ("unit", "township", "area", "city"):
        rows = figures[figures["level"] == level]
        keys = list(zip(*(rows[n] for n in ("code", "indicator", "test", "operator")), strict=True))
        expected = plain_sums(verdicts, register, level)
        assert len(keys) == len(set(keys))
        names = next(iter(expected.values())).keys()
        found = dict(zip(keys, rows[list(names)].to_dict("records"), strict=True))
        assert found == expected


def test_levels_agree_and_a_unit_keeps_its_verdict(rules):
    rng = np.random.default_rng(4)
    register = worlds.random_register(rng, 40, counties=3)
    records = worlds.random_records(rng, register, sites=20, nodes=25)
    verdicts, _ = judge(register, records, rules, quarter="2023Q4")
    figures = roll_up(verdicts, register, rules)
    adds = [name for name in figures if name.rpartition("_")[2] in STATES] + ["numerator"]
    by_level = figures[figures["indicator"] != "internet_penetration"]
    sums = by_level.groupby(["level", "indicator", "test", "operator"])[adds].sum()
    for level in ("unit", "township", "area"):
        pd.testing.assert_frame_equal(sums.loc[level], sums.loc["city"])
    units = figures[(figures["level"] == "unit") & (figures["indicator"] == "village_fibre")]
    keys = ["indicator", "test", "operator"]
    own = verdicts.rename(columns={"subject_code": "code"}).set_index([*keys, "code"])
    for column in ("state", "condition"):
        found = units.set_index([*keys, "code"])[column]
        assert (found == own[column].reindex(found.index)).all()
    rates = figures[(figures["level"] != "unit") & (figures["indicator"] == "digital_tv")]
    assert set(rates["state"]) == {""}
    assert rates["target"].isna().all()
    headline = figures[(figures["indicator"] == "village_fibre") & (figures["test"] == "reach")]
    assert set(headline["target"]) == {100.0}


def test_nothing_adds_up_to_nothing(rules):
    register = worlds.random_register(np.random.default_rng(0), 2)
    assert roll_up(empty(VERDICT), register, rules).empty
