"""The gap list: which verdicts, whose people, what is near."""

import numpy as np
import pytest
import slow
import worlds
from worlds import at, record, square

from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.rollup import roll_up
from coverage_map.verdicts import GAP

QUARTER = "2023Q4"


def gaps_of(register, records, rules):
    verdicts, evidence = judge(register, records, rules, quarter=QUARTER)
    return find_gaps(verdicts, evidence, register, records, rules, quarter=QUARTER), verdicts


@pytest.mark.parametrize("seed", [1, 2])
def test_gaps_are_the_headline_gaps_and_figures_count_the_same(rules, seed):
    rng = np.random.default_rng(seed)
    register = worlds.random_register(rng, 40)
    records = worlds.random_records(rng, register, sites=20, nodes=25)
    gaps, verdicts = gaps_of(register, records, rules)
    assert list(gaps.columns) == [*GAP, "geometry"]
    assert gaps["gap_id"].is_unique
    figures = roll_up(verdicts, register, rules)
    city = figures[figures["level"] == "city"].set_index(["indicator", "test", "operator"])
    counted = gaps.groupby(["indicator", "test", "operator"])[["households", "people"]].sum()
    for key, row in counted.iterrows():
        assert row["people"] == city.loc[key, "people_gap"]
        assert row["households"] == city.loc[key, "households_gap"]
    headline = {n: i.headline for n, i in rules.indicators.items()}
    expected = verdicts[
        (verdicts["state"] == "gap") & (verdicts["test"] == verdicts["indicator"].map(headline))
    ]
    assert len(gaps) == len(expected)


def test_nearest_is_that_of_the_slow_version(rules):
    rng = np.random.default_rng(7)
    register = worlds.random_register(rng, 20)
    records = worlds.random_records(rng, register, sites=15, nodes=25)
    gaps, _ = gaps_of(register, records, rules)
    assert len(gaps) > 50
    nodes = [row for _, row in records["fibre_node"].iterrows() if slow.alive(row)]
    towers = [
        row
        for _, row in records["tower"].iterrows()
        if slow.alive(row, "built") and row["structure"] != "room"
    ]
    for _, gap in gaps.iterrows():
        for prefix, assets in (("node", nodes), ("tower", towers)):
            far = {
                asset["record_id"]: slow.metres(
                    (gap["lon"], gap["lat"]), (asset.geometry.x, asset.geometry.y)
                )
                for asset in assets
            }
            assert gap[f"{prefix}_distance_m"] == min(far.values())
            assert far[gap[f"{prefix}_id"]] == gap[f"{prefix}_distance_m"]


def test_a_gap_says_where_who_and_what_is_near(rules):
    code = "990001100200"
    register = worlds.register_of(
        [{"code": code, "kind": "village", "geometry": square(0, 0), "office": at(700, 700)}],
        [{"settlement_id": "S1", "name": "前庄", "unit_code": code, "geometry": at(300, 300)}],
    )
    records = worlds.records(
        settlement_broadband=[
            record(
                "settlement_broadband", "unicom", unit_code=code, subject_id="S1", available=False
            )
        ],
        tower=[
            record("tower", "tower", at(300, 800), source_id="1", name="塔一", structure="pole"),
            record("tower", "tower", at(300, 310), source_id="2", structure="room"),
            record("tower", "tower", at(300, 320), source_id="3", state="out_of_service"),
            record("tower", "tower", at(300, 330), source_id="4", built="2024-05-01"),
        ],
        internet_penetration=[
            record(
                "internet_penetration", "cmcc", county_name="县990001", population=1000, users=10,
                method="survey",
            )
        ],
    )  # fmt: skip
    gaps, _ = gaps_of(register, records, rules)
    gap = gaps.set_index("gap_id").loc["settlement_broadband/reported/any/S1"]
    assert (gap["subject_name"], gap["unit_name"], gap["area_name"]) == (
        "前庄", "村200", "县990001",
    )  # fmt: skip
    assert (gap["households"], gap["people"], gap["grade"]) == (50, 150, "claimed")
    assert gap["geometry"].equals(at(300, 300))
    assert (gap["tower_name"], gap["tower_owner"]) == ("塔一", "tower")
    expected = slow.metres(*[(p.x, p.y) for p in (at(300, 300), at(300, 800))])
    assert gap["tower_distance_m"] == expected
    assert gap["node_id"] == ""
    assert gaps["node_distance_m"].isna().all()
    area = gaps.set_index("gap_id").loc["internet_penetration/reported//990001"]
    assert (area["subject_kind"], area["unit_code"], area["area_code"]) == ("area", "", "990001")
    assert area["people"] == 300


def test_no_gaps_is_an_empty_table_of_the_same_columns(rules):
    register = worlds.random_register(np.random.default_rng(0), 3)
    gaps, _ = gaps_of(register, {}, rules)
    assert list(gaps.columns) == [*GAP, "geometry"]
    assert gaps.empty
