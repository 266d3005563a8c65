"""What is offered for a gap, in which order, and what counts as built twice."""

import numpy as np
import pandas as pd
import pytest
import shapely
import slow
import worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString
from worlds import at, record, square

from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.rules.sharing import read_sharing
from coverage_map.sharing import find_duplicates, find_opportunities
from coverage_map.verdicts import DUPLICATE, OPPORTUNITY

QUARTER = "2023Q4"
CODE, TOWN = "990001100200", "990001100001"


def country(settlements=()):
    return worlds.register_of(
        [
            {"code": CODE, "kind": "village", "geometry": square(0, 0), "office": at(700, 700)},
            {"code": TOWN, "kind": "community", "geometry": square(9, 9)},
        ],
        settlements,
    )


def gaps_with(records, rules, register=None):
    register = register or country()
    verdicts, evidence = judge(register, records, rules, quarter=QUARTER)
    return find_gaps(verdicts, evidence, register, records, rules, quarter=QUARTER)


def tower(number, point, structure="tower", **values):
    return record("tower", "tower", point, source_id=number, structure=structure, **values)


def test_opportunities_of_a_village_without_4g_best_first(rules):
    far = record(
        "site", "cmcc", at(9000, 9000), source_id="1", unit_code=CODE, technologies=("4G",)
    )
    records = worlds.records(
        site=[far],
        tower=[
            tower("near", at(700, 900), platforms_free=0),
            tower("free", at(700, 1700), platforms_free=2),
            tower("silent", at(700, 800), "rooftop"),
            tower("mine", at(700, 2500), platforms_free=1, tenants=("cmcc",)),
            tower("far", at(700, 5700), platforms_free=3),
            tower("pole", at(700, 1600), "pole", platforms_free=1),
            tower("far pole", at(700, 1900), "pole", platforms_free=1),
            tower("gone", at(700, 710), state="out_of_service"),
        ],
        fibre_node=[record("fibre_node", "unicom", at(700, 700), source_id="n")],
    )
    gaps = gaps_with(records, rules)
    found = find_opportunities(gaps, records)
    assert list(found.columns) == list(OPPORTUNITY)
    found = found[found["gap_id"] == f"mobile_4g/distance/cmcc/{CODE}"]
    assert found["record_id"].str.removeprefix("tower-tower-").tolist() == [
        "pole", "free", "mine", "silent",
    ]  # fmt: skip
    assert found["rank"].tolist() == [1, 2, 3, 4]
    reasons = dict(
        zip(found["record_id"].str.removeprefix("tower-tower-"), found["reason"], strict=True)
    )
    assert reasons == {
        "pole": "has_room", "free": "has_room", "mine": "already_tenant",
        "silent": "room_not_reported",
    }  # fmt: skip


def test_a_duct_is_offered_with_its_nearest_point(rules):
    line = LineString([at(-3000, 1700), at(3000, 1700)])
    claims = [
        record("fibre_route", "unicom", line, source_id="d", laying="duct", unit_code=CODE),
        record("fibre_route", "unicom", line, source_id="p", laying="pole", unit_code=CODE),
        record("fibre_route", "unicom", None, source_id="x", laying="duct", unit_code=CODE),
    ]
    records = worlds.records(fibre_route=claims)
    found = find_opportunities(gaps_with(records, rules), records)
    found = found[found["gap_id"] == f"village_fibre/reach/unicom/{CODE}"]
    assert found["record_id"].tolist() == ["fibre_route-unicom-d"]
    row = found.iloc[0]
    expected = slow.metres(*[(p.x, p.y) for p in (at(700, 700), at(700, 1700))])
    assert abs(row["distance_m"] - expected) <= 1
    assert abs(row["lon"] - at(700, 0).x) < 1e-4
    assert row["reason"] == "own_asset"


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32 - 1))
def test_opportunities_are_those_of_the_slow_version(seed, rules):
    rng = np.random.default_rng(seed)
    register = worlds.random_register(rng, 12)
    records = worlds.random_records(rng, register, sites=25, nodes=25)
    records["fibre_route"] = records["fibre_route"].iloc[:0]
    gaps = gaps_with(records, rules, register)
    found = find_opportunities(gaps, records)
    rule = read_sharing()
    for _, gap in gaps.drop_duplicates(["indicator", "subject_code"]).iterrows():
        expected = []
        for place, (name, one) in enumerate(rule.classes.items()):
            if gap["indicator"] not in one.indicators:
                continue
            near = []
            for _, row in records[one.kind].iterrows():
                structure = row["structure"] if one.kind == "tower" else ""
                structure = "" if pd.isna(structure) else structure
                if one.structures and structure not in one.structures:
                    continue
                if not slow.alive(row, "built" if one.kind == "tower" else ""):
                    continue
                far = slow.metres((gap["lon"], gap["lat"]), (row.geometry.x, row.geometry.y))
                if far > one.limit_m.value:
                    continue
                free = row[one.free] if one.free else None
                if pd.isna(free) and one.kind == "fibre_node":
                    both = row["ports_installed"], row["ports_used"]
                    free = None if any(map(pd.isna, both)) else max(both[0] - both[1], 0)
                room = 1 if pd.isna(free) else (0 if free > 0 else 2)
                near.append((room, far, place, row["record_id"], name))
            expected += sorted(near)[: rule.at_most]
        got = found[found["gap_id"] == gap["gap_id"]]
        assert got["record_id"].tolist() == [one[3] for one in sorted(expected)]
        assert got["rank"].tolist() == list(range(1, len(expected) + 1))


def built(number, point, date, **values):
    return tower(number, point, built=date, unit_code=CODE, **values)


OLD = {"source_id": "old", "tower_owner": "cmcc", "opened": "2015-03-01", "unit_code": CODE}


@pytest.mark.parametrize(
    ("apart_m", "settlement_m", "listed"),
    [(400, 100, True), (700, 100, False), (700, 2000, True), (3100, 2000, False)],
)
def test_same_place_is_500_m_in_settlements_and_3_km_outside(apart_m, settlement_m, listed):
    register = country(
        [
            {
                "settlement_id": "S1", "name": "前庄", "unit_code": CODE,
                "geometry": at(0, -settlement_m),
            }
        ]
    )  # fmt: skip
    records = worlds.records(
        tower=[built("new", at(0, 0), "2023-08-01")],
        site=[record("site", "cmcc", at(apart_m * 1.08, 0), **OLD)],
    )
    found = find_duplicates(records, register, quarter=QUARTER)
    assert list(found.columns) == [*DUPLICATE, "geometry"]
    assert (len(found) == 1) == listed
    if listed:
        row = found.iloc[0]
        assert (row["new_owner"], row["old_owner"]) == ("tower", "cmcc")
        assert (row["new_date"], row["old_date"]) == ("2023-08-01", "2015-03-01")
        assert row["setting"] == ("settlement" if settlement_m == 100 else "outside")
        assert row["limit_m"] == (500 if settlement_m == 100 else 3000)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"structure": "rooftop"}, {}),
        ({"structure": "room"}, {}),
        ({"structure": None}, {}),
        ({"built": "2020-01-01"}, {}),
        ({"built": "2024-01-01"}, {}),
        ({"built": None}, {}),
        ({"state": "out_of_service"}, {}),
        ({}, {"opened": "2023-08-01"}),
        ({}, {"opened": None}),
        ({}, {"tower_owner": "tower"}),
        ({}, {"tower_owner": None}),
        ({}, {"state": "out_of_service"}),
    ],
)
def test_not_every_close_pair_is_a_duplicate(new, old):
    def pair(new, old):
        given = {"structure": "tower", "built": "2023-08-01", "unit_code": CODE, **new}
        return worlds.records(
            tower=[record("tower", "tower", at(0, 0), source_id="new", **given)],
            site=[record("site", "cmcc", at(100, 0), **{**OLD, **old})],
        )

    assert len(find_duplicates(pair({}, {}), country(), quarter=QUARTER)) == 1
    assert find_duplicates(pair(new, old), country(), quarter=QUARTER).empty


def test_a_site_on_its_owners_tower_is_that_tower_with_that_towers_date():
    own = record(
        "tower", "cmcc", at(110, 0), source_id="own", structure="tower", built="2010-01-01",
        unit_code=CODE,
    )  # fmt: skip
    later = record("site", "cmcc", at(100, 0), **{**OLD, "opened": "2023-09-01"})
    again = record("site", "cmcc", at(100, 5), **{**OLD, "source_id": "5G", "opened": "2023-10-01"})
    new = built("new", at(0, 0), "2023-08-01")
    records = worlds.records(tower=[new, own], site=[later, again])
    found = find_duplicates(records, country(), quarter=QUARTER)
    assert found[["new_id", "old_id"]].to_numpy().tolist() == [
        ["tower-tower-new", "tower-cmcc-own"]
    ]


def test_each_other_owner_is_named_once_with_its_nearest_older_tower():
    sites = [
        record("site", owner, at(far, 0), **{**OLD, "source_id": f"{far}", "tower_owner": owner})
        for owner, far in (("cmcc", 900), ("cmcc", 300), ("unicom", 1200))
    ]
    records = worlds.records(tower=[built("new", at(0, 0), "2023-08-01")], site=sites)
    found = find_duplicates(records, country(), quarter=QUARTER)
    assert found["old_id"].tolist() == ["site-cmcc-300", "site-unicom-1200"]


def test_one_tower_reported_twice_is_no_duplicate():
    records = worlds.records(
        tower=[built("new", at(0, 0), "2023-08-01")],
        site=[record("site", "cmcc", at(100, 0), **OLD)],
    )
    pair = find_duplicates(records, country(), quarter=QUARTER).iloc[0]
    ids = (pair["new_id"], pair["old_id"])
    for same, left in (
        (dict.fromkeys(ids, "x"), 0),
        (dict(zip(ids, "xy", strict=True)), 1),
        ({}, 1),
    ):
        found = find_duplicates(records, country(), quarter=QUARTER, same=same)
        assert len(found) == left


def test_an_urban_unit_is_a_settlement_throughout():
    site = record("site", "cmcc", at(1000, 0), **OLD)
    new = {"structure": "tower", "built": "2023-08-01", "source_id": "new"}
    for unit, count in ((CODE, 1), (TOWN, 0)):
        records = worlds.records(
            site=[site], tower=[record("tower", "tower", at(0, 0), unit_code=unit, **new)]
        )
        assert len(find_duplicates(records, country(), quarter=QUARTER)) == count


def test_no_records_no_duplicates_and_no_opportunities(rules):
    assert find_duplicates({}, country(), quarter=QUARTER).empty
    assert find_opportunities(gaps_with({}, rules), {}).empty


def test_geometry_is_that_of_the_new_tower():
    records = worlds.records(
        tower=[built("new", at(50, 60), "2023-08-01")],
        site=[record("site", "cmcc", at(100, 0), **OLD)],
    )
    found = find_duplicates(records, country(), quarter=QUARTER)
    assert shapely.distance(found.geometry.iloc[0], at(50, 60)) == 0
