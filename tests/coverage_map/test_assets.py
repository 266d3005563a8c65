"""Reports of one structure are joined, neighbours are not, and a person has the last word."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.assets import report_towers, score
from coverage_map.asset_names import name_core
from coverage_map.assets import ASSET, REPORT, Decision, resolve_assets, surely_one
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
    ],
)
def test_cores_of_names(name: str, core: str, number: str) -> None:
    assert name_core(name, ("禹州市", "方山镇")) == (core, number)


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
