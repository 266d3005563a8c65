"""The engine against its slow twin, and a county part against the whole city."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
import slow
import worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from coverage_map.indicators import judge
from coverage_map.parts import cut_records, cut_register
from coverage_map.rules import halo_m, read_rules

KEYS = ["indicator", "test", "operator", "subject_code"]


def world(seed: int, units: int = 14, sites: int = 10, nodes: int = 18):
    rng = np.random.default_rng(seed)
    register = worlds.random_register(rng, units)
    return register, worlds.random_records(rng, register, sites=sites, nodes=nodes, silent=0.3)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_states_are_those_of_the_slow_version(seed, rules):
    register, records = world(seed)
    verdicts, _ = judge(register, records, rules, quarter="2023Q4")
    fast = verdicts.set_index(KEYS)["state"].to_dict()
    expected = slow.all_states(register, records, rules)
    assert {key: fast[key] for key in expected} == expected


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_what_holds_of_every_verdict(seed, rules):
    register, records = world(seed, units=9)
    verdicts, evidence = judge(register, records, rules, quarter="2023Q4")
    assert not verdicts.duplicated(KEYS).any()
    yes_or_no = verdicts[verdicts["test"] != "operators"]
    subjects = [n for n, i in rules.indicators.items() if i.account == "subjects"]
    yes_or_no = yes_or_no[yes_or_no["indicator"].isin(subjects)]
    counted = yes_or_no[["numerator", "denominator", "unknown"]].apply(tuple, axis=1)
    wanted = {"covered": (1, 1, 0), "gap": (0, 1, 0), "unknown": (0, 0, 1)}
    assert (counted == yes_or_no["state"].map(wanted)).all()
    assert (verdicts["numerator"] <= verdicts["denominator"]).all()
    assert (
        not verdicts.loc[verdicts["state"] == "unknown", "numerator"]
        .where(verdicts["test"] != "operators", 0)
        .any()
    )
    keys = ["subject_kind", "subject_code", "indicator", "test", "operator"]
    cited = pd.MultiIndex.from_frame(evidence[keys])
    assert cited.isin(pd.MultiIndex.from_frame(verdicts[keys])).all()
    assert not evidence.duplicated([*keys, "record_id"]).any()
    covered = verdicts[(verdicts["state"] == "covered") & (verdicts["test"] != "operators")]
    assert pd.MultiIndex.from_frame(covered[keys]).isin(cited).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_county_part_with_its_halo_gives_what_the_whole_gives(seed, tmp_path):
    # Short reaches, so that a halo cuts something off in a city of 30 km.
    rules = read_rules((own_pack(tmp_path),))
    register, records = world(seed, units=400, sites=150, nodes=150)
    halo = halo_m(rules)
    assert halo == 4000
    whole, cited = judge(register, records, rules, quarter="2023Q4")
    keys = ["subject_kind", "subject_code", "indicator", "test", "operator"]
    left_out = 0
    for county in sorted(set(register.units["county_code"])):
        part = cut_register(register, county)
        given = cut_records(part, records, county, halo)
        left_out += len(records["site"]) - len(given["site"])
        verdicts, evidence = judge(part, given, rules, quarter="2023Q4")
        codes = [*part.units["code"], *part.settlements["settlement_id"], *part.places["place_id"]]
        for got, all_of_it in ((verdicts, whole), (evidence, cited)):
            kept = all_of_it[all_of_it["subject_code"].isin(codes)]
            order = [*keys, *(["record_id"] if "record_id" in got else [])]
            assert_frame_equal(
                got[got["subject_kind"] != "area"].sort_values(order).reset_index(drop=True),
                kept.sort_values(order).reset_index(drop=True),
            )
    assert left_out > 0


def own_pack(folder):
    """Write a city's own pack: ours with shorter reaches."""
    text = (files("coverage_map") / "rules" / "policy-2013.toml").read_text(encoding="utf-8")
    for far in ("10000", "20000"):
        text = text.replace(f"search_m = {{ value = {far}", "search_m = { value = 4000")
    text = text.replace("limit_m = { value = 5000", "limit_m = { value = 2000")
    path = folder / "short.toml"
    path.write_text(text, encoding="utf-8")
    return path
