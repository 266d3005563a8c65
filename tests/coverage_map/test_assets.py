"""Reports of one structure are joined, neighbours are not, and a person has the last word."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.assets import report_towers, score
from coverage_map.asset_names import compare_names, name_core
from coverage_map.assets import ASSET, REPORT, Decision, resolve_assets, surely_one
from coverage_map.rules.assets import read_asset_settings
from geodata.records import read_kinds, record_columns
from geodata.register import empty_register
from geodata.store.merging import check_records

METRE = 1 / 110_926  # of latitude at 34° N, in degrees


def _frame(name: str, *rows: dict[str, Any]) -> gpd.GeoDataFrame:
    kind = read_kinds()[name]
    texts = {column: "" for column, dtype in record_columns(kind).items() if dtype == "str"}
    whole = [{**texts, "row": 1, "match_confidence": 1.0, **row} for row in rows]
    metres = [row.pop("north_m") for row in whole]
    points = gpd.points_from_xy([113.5] * len(rows), [34.1 + METRE * north for north in metres])
    frame = gpd.GeoDataFrame(pd.DataFrame(whole), geometry=points, crs="EPSG:4490")
    return check_records(frame.drop(columns=["x", "y"], errors="ignore"), kind)


def _tower(north_m: float, **more: Any) -> dict[str, Any]:
    given = {"record_id": "t1", "owner": "tower", "source_id": "T-1", "name": "方山庙沟铁塔"}
    return {**given, "north_m": north_m, **more}


def _site(owner: str, north_m: float, name: str, **more: Any) -> dict[str, Any]:
    given = {"record_id": f"s_{owner}", "owner": owner, "source_id": f"{owner}-9", "name": name}
    return {**given, "north_m": north_m, **more}


def _groups(reports: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(rows["record_id"]) for _, rows in reports.groupby("asset_id")}


def test_one_tower_under_three_names_and_ids() -> None:
    records = {
        "tower": _frame("tower", _tower(0, tenants=["cmcc", "unicom"])),
        "site": _frame(
            "site",
            _site("cmcc", 12, "移动方山庙沟基站"),
            _site("unicom", -25, "方山庙沟村FDD"),
            _site("telecom", 180, "方山赵庄基站", tower_owner="telecom"),
        ),
    }
    assets, reports = resolve_assets(records, empty_register())
    assert _groups(reports) == {frozenset({"t1", "s_cmcc", "s_unicom"}), frozenset({"s_telecom"})}
    assert list(assets.columns) == list(ASSET)
    assert list(reports.columns) == list(REPORT)
    tower = assets[assets["reports"] == 3].iloc[0]
    assert tower["owners"] == ("cmcc", "tower", "unicom")
    assert tower["name"] == "方山庙沟铁塔"
    assert tower["spread_m"] == 25
    linked = reports.set_index("record_id").loc["s_cmcc"]
    assert (linked["linked_to"], linked["by"], linked["tenancy"]) == ("t1", "evidence", "told")
    assert linked["distance_m"] == 12


def test_a_site_and_its_cells_190_m_apart_are_one() -> None:
    cells = [
        {"record_id": f"c{n}", "owner": "cmcc", "source_id": f"c{n}", "name": f"庙沟-{n}"}
        for n in (1, 2, 3)
    ]
    records = {
        "site": _frame("site", _site("cmcc", 0, "庙沟基站", source_id="483331")),
        "cell": _frame("cell", *({**c, "site_id": "483331", "north_m": 190} for c in cells)),
    }
    assets, reports = resolve_assets(records, empty_register())
    assert len(assets) == 1
    assert assets["spread_m"].tolist() == [190]
    assert reports.loc[reports["kind"] == "cell", "by"].tolist() == ["id"]


def test_a_tower_that_lists_its_tenants_is_not_anothers() -> None:
    records = {
        "tower": _frame("tower", _tower(0, tenants=["cmcc"])),
        "site": _frame("site", _site("unicom", 10, "方山庙沟基站")),
    }
    assert len(resolve_assets(records, empty_register())[0]) == 2


def test_towers_of_one_owner_stay_apart() -> None:
    records = {
        "tower": _frame("tower", _tower(0), _tower(5, record_id="t2", source_id="T-2")),
        "site": _frame("site", _site("cmcc", 2, "方山庙沟基站")),
    }
    _, reports = resolve_assets(records, empty_register())
    groups = _groups(reports)
    assert len(groups) == 2
    assert not any({"t1", "t2"} <= group for group in groups)


def test_a_person_takes_apart_puts_together_and_takes_back() -> None:
    records = {
        "tower": _frame("tower", _tower(0)),
        "site": _frame("site", _site("cmcc", 10, "方山庙沟基站"), _site("unicom", 280, "李岗基站")),
    }
    as_found = _groups(resolve_assets(records, empty_register())[1])
    assert as_found == {frozenset({"t1", "s_cmcc"}), frozenset({"s_unicom"})}
    said = [Decision("t1", "s_cmcc", together=False), Decision("s_unicom", "s_cmcc", together=True)]
    _, reports = resolve_assets(records, empty_register(), said)
    assert _groups(reports) == {frozenset({"t1"}), frozenset({"s_cmcc", "s_unicom"})}
    joined = reports[reports["by"] == "person"].iloc[0]
    assert joined["probability"] == 1.0
    assert _groups(resolve_assets(records, empty_register())[1]) == as_found


def test_a_weak_link_parts_what_is_one_beyond_doubt() -> None:
    links = [
        ("a", "", "", 1.0),
        ("b", "a", "evidence", 0.8),
        ("c", "b", "evidence", 0.99),
        ("d", "c", "id", 1.0),
        ("e", "b", "person", 1.0),
        ("f", "", "", 1.0),
    ]
    frame = pd.DataFrame(links, columns=["record_id", "linked_to", "by", "probability"])
    one = surely_one(frame)
    assert one == {"a": "a", "b": "b", "c": "b", "d": "b", "e": "b", "f": "f"}
    assert surely_one(frame.iloc[::-1]) == one


def test_nothing_reported_gives_nothing() -> None:
    assets, reports = resolve_assets({}, empty_register())
    assert (len(assets), len(reports)) == (0, 0)


@pytest.mark.parametrize(
    ("name", "core", "number"),
    [
        ("禹州方山镇庙沟2号基站", "庙沟", "2"),
        ("移动-方山庙沟-FDD", "庙沟", ""),
        ("方山镇庙沟村东", "庙沟", "东"),
        ("中国铁塔", "", ""),
        ("庙沟村西基站", "庙沟", "西"),
        ("方山庙沟二基站", "庙沟", "2"),
        ("方山庙沟第二基站", "庙沟", "2"),
        ("庙沟02站", "庙沟", "2"),
        ("庙沟村东2号", "庙沟", "东2"),
        ("许继集团2号楼", "许继集团2楼", ""),
        ("庙沟-FDD1800-2", "庙沟", "2"),
        ("庙沟_800M", "庙沟", ""),
        ("庙沟(NR2.6G)", "庙沟", ""),
        ("庙沟村-HLH", "庙沟", ""),
        ("二", "二", ""),
    ],
)
def test_cores_of_names(name: str, core: str, number: str) -> None:
    assert name_core(name, ("禹州市", "方山镇")) == (core, number)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("庙沟2号基站", "庙沟二站", "same"),
        ("庙沟村东", "庙沟西基站", "number"),
        ("庙沟一号站", "庙沟2", "number"),
        ("庙沟", "庙沟村东", "more"),
        ("东张庄", "西张庄", "number"),
        ("张庄", "东张庄", "more"),
        ("前李家洼子", "后李家洼子", "number"),
        ("许继集团2号楼铁塔", "许继集团3号楼铁塔", "number"),
        ("信息工程学院南校区西", "市区信息工程学院南校区西", "alike"),
        ("庙沟", "小庙沟里", "contains"),
        ("庙沟", "李岗", "different"),
        ("庙沟", "铁塔", "silent"),
    ],
)
def test_names_as_owners_write_them(one: str, other: str, said: str) -> None:
    left, right = (
        pd.DataFrame([name_core(name)], columns=["core", "number"]) for name in (one, other)
    )
    weights = read_asset_settings()
    assert compare_names(left, right, weights).tolist() == [said]
    assert compare_names(right, left, weights).tolist() == [said]


def test_far_apart_no_name_makes_sure() -> None:
    weights = read_asset_settings()
    far = weights.distance_to_m > 80
    best = max(weights.name_across.values()) + max(weights.tenancy.values())
    at_most = 1 / (1 + np.exp(-(weights.distance_across[far] + best)))
    assert far.sum() >= 3
    assert (at_most < weights.sure).all()


@pytest.mark.parametrize("metres", [210, 250, 290])
def test_the_same_name_far_apart_waits_for_a_look(metres: int) -> None:
    records = {
        "site": _frame(
            "site", _site("cmcc", 0, "移动庙沟基站"), _site("unicom", metres, "庙沟村FDD")
        )
    }
    assets, reports = resolve_assets(records, empty_register())
    assert (assets["probability"] < read_asset_settings().sure).any()
    assert len(set(surely_one(reports).values())) == 2
    near = {"site": _frame("site", _site("cmcc", 0, "庙沟"), _site("unicom", 30, "庙沟村"))}
    assets, reports = resolve_assets(near, empty_register())
    assert len(assets) == len(set(surely_one(reports).values())) == 1


def test_a_site_that_gives_its_towers_id_stands_on_it() -> None:
    records = {
        "tower": _frame("tower", _tower(0), _tower(150, record_id="t2", source_id="T-2")),
        "site": _frame("site", _site("cmcc", 140, "新城花园", tower_id="T-1")),
    }
    _, reports = resolve_assets(records, empty_register())
    assert _groups(reports) == {frozenset({"t1", "s_cmcc"}), frozenset({"t2"})}
    assert reports.set_index("record_id").loc["s_cmcc", "by"] == "id"


def test_sheets_of_one_owner_that_share_no_id_are_joined_by_name() -> None:
    cells = [
        {"record_id": f"c{n}", "owner": "cmcc", "source_id": f"c{n}", "name": f"{name}-{n}"}
        | {"site_name": name, "north_m": 190.0}
        for name in ("庙沟基站", "庙沟2基站")
        for n in (1, 2)
    ]
    for number, cell in enumerate(cells):
        cell["record_id"] = f"c{number}"
    records = {
        "site": _frame("site", _site("cmcc", 0, "庙沟基站", source_id="HN-0001")),
        "cell": _frame("cell", *cells),
    }
    assets, reports = resolve_assets(records, empty_register())
    assert sorted(assets["reports"]) == [1, 2]
    joined = reports[reports["by"] == "name"]
    assert joined["distance_m"].tolist() == [190]
    assert surely_one(reports)["s_cmcc"] in surely_one(reports).values()


def test_a_tower_built_beside_an_old_one_is_another() -> None:
    old = _tower(0, record_id="o", owner="cmcc", name="庙沟自有塔", built="2008-05-01")
    new = _tower(180, name="庙沟新建", built="2023-05-01", tenants=["cmcc"])
    records = {"tower": _frame("tower", old, new)}
    assert len(resolve_assets(records, empty_register())[0]) == 2
    # A carrier's list of what it rents names the same tower again.
    rented = _tower(10, record_id="o", owner="cmcc", name="庙沟铁塔", built="2023-06-01")
    records = {"tower": _frame("tower", rented, _tower(0, built="2023-05-01", name="庙沟"))}
    assert len(resolve_assets(records, empty_register())[0]) == 1


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_every_report_has_one_asset_and_order_does_not_matter(seed: int) -> None:
    reported = report_towers(seed, towers=25)
    assets, reports = resolve_assets(reported.records, reported.register)
    assert reports["record_id"].is_unique
    assert set(reports["asset_id"]) == set(assets["asset_id"])
    assert assets["reports"].sum() == len(reports)
    turned = {kind: frame.iloc[::-1] for kind, frame in reported.records.items()}
    assert _groups(resolve_assets(turned, reported.register)[1]) == _groups(reports)


def test_generated_reports_are_told_apart() -> None:
    assert score(report_towers(99, towers=200))["f1"] >= 0.95
