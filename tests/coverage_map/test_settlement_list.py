"""Lists of natural villages: where they differ, what is decided, what the register becomes."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from coverage_map.settlement_list import (
    ACTIONS,
    DIFFERENCE,
    Decision,
    apply_decisions,
    find_differences,
    other_names,
    propose,
    settle,
)
from geodata.records import read_kinds, record_columns
from geodata.register import Register, empty_register
from geodata.store.merging import check_records

VILLAGE = "411081101201"


@pytest.fixture
def register() -> Register:
    """Return a register of one village with three natural villages."""
    bare = empty_register()
    settlements = gpd.GeoDataFrame(
        {
            "settlement_id": ["S1", "S2", "S3"],
            "name": ["大庙沟", "小辛庄", "后李岗"],
            "unit_code": VILLAGE,
            "households": [120, 45, 30],
            "people": [400, 150, 100],
            "modelled": False,
        },
        geometry=[Point(113.5, 34.1)] * 3,
        crs="EPSG:4490",
    )
    units = gpd.GeoDataFrame(
        {"code": [VILLAGE], "name": ["庙沟村"], "households": [200], "people": [700]},
        geometry=[Point(113.5, 34.1).buffer(0.01)],
        crs="EPSG:4490",
    )
    office = gpd.GeoDataFrame(
        {"place_id": ["P1"], "name": ["村委会"], "kind": ["office"], "unit_code": [VILLAGE]},
        geometry=[Point(113.51, 34.11)],
        crs="EPSG:4490",
    )
    return replace(bare, settlements=settlements, units=units, places=office)


def _records(name: str, *rows: dict[str, Any]) -> dict[str, gpd.GeoDataFrame]:
    kind = read_kinds()[name]
    texts = {column: "" for column, dtype in record_columns(kind).items() if dtype == "str"}
    base = {**texts, "row": 1, "match_confidence": 1.0, "unit_code": VILLAGE}
    frame = pd.DataFrame([{**base, "record_id": f"r{n}", **row} for n, row in enumerate(rows)])
    frame = frame.drop(columns=["x", "y"], errors="ignore")
    empty = gpd.GeoSeries([None] * len(rows), crs="EPSG:4490")
    return {name: check_records(gpd.GeoDataFrame(frame, geometry=empty), kind)}


def _report(owner: str, name: str, settlement: str = "", households: int = 40) -> dict[str, Any]:
    row = {"owner": owner, "settlement_name": name, "subject_id": settlement}
    return {**row, "households": households}


def test_a_name_no_list_has_is_shown_with_the_name_it_may_mean(register: Register) -> None:
    records = _records(
        "settlement_broadband",
        _report("telecom", "小新庄"),
        _report("unicom", "小新庄", households=60),
        _report("unicom", "大庙沟", "S1"),
        _report("unicom", "后李岗", "S3"),
    )
    found = find_differences(register, records)
    assert list(found.columns) == list(DIFFERENCE)
    assert found["difference"].tolist() == ["unlisted", "unreported"]
    unlisted = found[found["difference"] == "unlisted"].iloc[0]
    assert unlisted["owners"] == ("telecom", "unicom")
    assert (unlisted["alike"], unlisted["alike_name"]) == ("S2", "小辛庄")
    assert unlisted["told_households"] == 50
    assert found.loc[found["difference"] == "unreported", "settlement_id"].tolist() == ["S2"]


def test_a_handed_in_list_says_what_is_new_gone_and_counted_otherwise(register: Register) -> None:
    records = _records(
        "settlement_list",
        {"owner": "office", "settlement_name": "大庙沟", "households": 130},
        {"owner": "office", "settlement_name": "小辛庄", "households": 45},
        {"owner": "office", "settlement_name": "东洼", "households": 22},
    )
    found = find_differences(register, records).set_index("difference")
    assert found["name"].to_dict() == {"households": "大庙沟", "new": "东洼", "gone": "后李岗"}
    assert found.loc["households", ["households", "told_households"]].tolist() == [120, 130]


def test_only_confirmed_townships_change_the_register(register: Register) -> None:
    records = _records(
        "settlement_list",
        {"owner": "office", "settlement_name": "大庙沟", "households": 130},
        {"owner": "office", "settlement_name": "小新庄", "households": 45},
        {"owner": "office", "settlement_name": "东洼", "households": 22},
    )
    keys = find_differences(register, records).set_index(["difference", "name"])["key"]
    decisions = [
        Decision(keys["households", "大庙沟"], "add"),
        Decision(keys["new", "东洼"], "add"),
        Decision(keys["new", "小新庄"], "same", "S2"),
        Decision(keys["gone", "后李岗"], "drop"),
    ]
    found = find_differences(register, records, decisions)
    assert set(found.loc[found["action"] == "", "name"]) == {"小辛庄"}
    unchanged, aliases = settle(register, found, [])
    assert unchanged["settlement_id"].tolist() == ["S1", "S2", "S3"]
    assert aliases.empty
    settled, aliases = settle(register, found, [VILLAGE[:9]])
    assert settled["name"].tolist() == ["大庙沟", "小辛庄", "东洼"]
    assert settled["households"].tolist() == [130, 45, 22]
    assert settled["people"].tolist() == [400, 150, 77]
    assert settled.geometry.iloc[2].equals(Point(113.51, 34.11))
    assert settled["modelled"].tolist() == [False, False, True]
    assert aliases.to_dict("records") == [{"level": "settlement", "code": "S2", "alias": "小新庄"}]


def test_every_difference_has_its_answers() -> None:
    assert set(ACTIONS) == {"unlisted", "unreported", "new", "gone", "households"}


def test_nothing_handed_in_differs_in_nothing(register: Register) -> None:
    assert find_differences(register, {}).empty


def test_a_name_that_may_mean_a_village_is_proposed_for_it_which_is_then_kept(
    register: Register,
) -> None:
    listed = [_report("office", name) for name in ("大庙沟", "小新庄", "后李岗", "新坡")]
    found = propose(find_differences(register, _records("settlement_list", *listed)))
    said = found.set_index(["difference", "name"])[["proposal", "proposal_same_as"]]
    assert said.loc[("new", "小新庄")].tolist() == ["same", "S2"]
    assert said.loc[("gone", "小辛庄")].tolist() == ["keep", ""]
    assert said.loc[("new", "新坡")].tolist() == ["add", ""]
    assert set(found["proposal"]) <= {action for many in ACTIONS.values() for action in many}


def test_what_a_name_was_said_to_mean_is_not_dropped(register: Register) -> None:
    listed = [_report("office", name) for name in ("大庙沟", "小新庄", "后李岗")]
    found = find_differences(register, _records("settlement_list", *listed))
    said = [
        Decision(key, "same", "S2") if key.startswith("new") else Decision(key, "drop")
        for key in found.loc[found["difference"].isin(["new", "gone"]), "key"]
    ]
    assert [decision.action for decision in said] == ["same", "drop"]
    settlements, aliases = settle(register, apply_decisions(found, said), [VILLAGE[:9]])
    assert "S2" in set(settlements["settlement_id"])
    assert aliases[["level", "code", "alias"]].to_numpy().tolist() == [
        ["settlement", "S2", "小新庄"]
    ]


def test_an_agreed_alias_is_no_difference_any_more(register: Register) -> None:
    alias = pd.DataFrame(
        {"level": ["settlement"], "code": ["S2"], "alias": ["小新庄"]}, dtype="str"
    )
    told = replace(register, aliases=alias)
    listed = [_report("office", name, households=120) for name in ("大庙沟", "小新庄", "后李岗")]
    found = find_differences(told, _records("settlement_list", *listed))
    assert set(found["difference"]) == {"households"}
    reports = [_report("telecom", name) for name in ("大庙沟", "小新庄村", "后李岗")]
    assert find_differences(told, _records("settlement_broadband", *reports)).empty


def test_other_names_on_the_list_become_aliases_of_the_villages_it_names(
    register: Register,
) -> None:
    listed = [
        {**_report("office", "大庙沟"), "other_names": ("庙沟", "老庙")},
        {**_report("office", "不知道"), "other_names": ("无人村",)},
    ]
    records = _records("settlement_list", *listed)
    found = other_names(register, records, [VILLAGE[:9]])
    assert found.to_numpy().tolist() == [["settlement", "S1", "庙沟"], ["settlement", "S1", "老庙"]]
    assert other_names(register, records, ["411081999"]).empty


def test_what_is_gone_from_the_list_but_reported_is_proposed_to_be_kept(
    register: Register,
) -> None:
    records = {
        **_records("settlement_list", _report("office", "大庙沟", households=120)),
        **_records(
            "settlement_broadband",
            _report("unicom", "小辛庄", "S2"),
            _report("telecom", "小辛庄", "S2"),
        ),
    }
    found = propose(find_differences(register, records)).set_index("name")
    assert found["difference"].to_dict() == {"小辛庄": "gone", "后李岗": "gone"}
    assert found["proposal"].to_dict() == {"小辛庄": "keep", "后李岗": "drop"}
    assert found.loc["小辛庄", "owners"] == ("telecom", "unicom")


def test_who_reports_a_dropped_village_is_not_heard_again(register: Register) -> None:
    listed = _records("settlement_list", _report("office", "大庙沟", households=120))
    reported = _records("settlement_broadband", _report("unicom", "小辛庄", "S2"))
    records = {**listed, **reported}
    found = find_differences(register, records)
    key = found.loc[found["name"] == "小辛庄", "key"].iloc[0]
    said = [Decision(key, "drop")]
    settlements, _ = settle(register, apply_decisions(found, said), [VILLAGE[:9]])
    left = find_differences(replace(register, settlements=settlements), records, said)
    assert left.set_index("difference").loc["unlisted", "action"] == "ignore"
