import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from small_city import build_small_city, unit_box

from coverage_map.text import read_catalogue
from geodata import match_evidence
from geodata.match_queue import review_queue
from geodata.matching import QUEUE, match_records, middle_points
from geodata.place_names import matching_settings
from geodata.register import empty_register

CITY = build_small_city()
EAST = {"county_name": "东山县", "township_name": "赵镇"}


def queue_of(rows, geometry=None, register=CITY, subject="unit", **more):
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows).fillna("").astype("str"),
        geometry=geometry or [None] * len(rows),
        crs="EPSG:4490",
    )
    matched = match_records(frame, register, subject)
    return review_queue(frame, matched, middle_points(frame.geometry), register, **more)


def offered(queue, row=0):
    return json.loads(queue["candidates"].iloc[row])


def test_rows_that_are_surely_matched_are_not_asked():
    queue = queue_of([{**EAST, "village_name": "颍河村"}, {"given_code": "419901100202"}])
    assert queue.empty
    assert tuple(queue.columns) == QUEUE


def test_rows_of_the_same_words_are_one_entry_and_the_worst_comes_first():
    rows = [
        {**EAST, "village_name": "王庄", "name": "甲"},
        {**EAST, "village_name": "颍河村", "name": "乙"},
        {**EAST, "village_name": " 王庄", "name": "丙"},
        {**EAST, "village_name": "新样板", "name": "丁"},
    ]
    here = unit_box("419901100203").centroid
    queue = queue_of(rows, [None, None, None, here], numbers=np.array([5, 6, 7, 8]))
    assert queue["reason"].tolist() == ["several", "name_unknown"]
    first, second = queue.iloc[0], queue.iloc[1]
    assert (first["key"], first["row"], first["rows"]) == ("东山县|赵镇|王庄|||", 5, 2)
    assert (first["name"], first["said"]) == ("甲", "东山县 赵镇 王庄")
    assert np.isnan(first["lon"])
    assert first["confidence"] == 0.0
    assert [unit["unit"] for unit in offered(queue)] == ["419901100001", "419901100202"]
    assert {unit["why"] for unit in offered(queue)} == {"name"}
    assert offered(queue)[0]["confidence"] == pytest.approx(0.5, abs=0.01)
    assert (second["unit_code"], second["lon"]) == ("419901100203", pytest.approx(here.x))


def test_candidates_tell_why_and_how_far():
    point = unit_box("419901100203").centroid
    queue = queue_of([{**EAST, "village_name": "大孙庄"}], [point])
    units = {unit["unit"]: unit for unit in offered(queue)}
    assert queue["reason"].iloc[0] == "only_like"
    assert (units["419901100203"]["why"], units["419901100203"]["away_m"]) == ("position", 0)
    assert units["419901100204"]["why"] == "name_near"
    # Half a unit of 0.05 degrees.
    assert units["419901100204"]["away_m"] == pytest.approx(2773, abs=5)
    assert units["419901100202"]["why"] == "nearby"
    chances = [unit["confidence"] for unit in offered(queue)]
    assert chances == sorted(chances, reverse=True)


def test_rows_left_out_are_not_asked():
    rows = [{**EAST, "village_name": "王庄"}, {**EAST, "village_name": "新样板"}]
    queue = queue_of(rows, left_out=np.array([True, False]))
    assert queue["row"].tolist() == [1]


def test_a_row_without_words_is_asked_by_its_own_key():
    frame = [{"name": "西河赵镇冯桥基站", "source_id": "a1"}]
    assert queue_of(frame, key=("source_id",))["key"].tolist() == ["@a1"]
    assert queue_of(frame).empty  # nothing to remember a decision by


def test_a_settlement_of_the_neighbour_is_asked():
    row = {**EAST, "village_name": "颍河村", "settlement_name": "后王"}
    queue = queue_of([row], subject="settlement")
    assert queue["reason"].tolist() == ["settlement_unknown"]
    assert queue["unit_code"].tolist() == ["419901100203"]
    assert {unit["unit"]: unit["why"] for unit in offered(queue)} == {
        "419901100203": "name",
        "419901100202": "name_by_settlement",
    }


def test_nobody_is_asked_about_places_of_another_register():
    rows = [{"county_name": "昆山市", "township_name": "玉山镇", "village_name": "新样板村"}]
    assert queue_of(rows).empty
    assert queue_of([{**EAST, "village_name": "王庄"}], register=empty_register()).empty


def test_a_decision_empties_the_queue():
    rows = [{**EAST, "village_name": "王庄"}]
    frame = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=[None], crs="EPSG:4490")
    key = queue_of(rows)["key"].iloc[0]
    for unit in ("419901100202", ""):
        matched = match_records(frame, CITY, decisions={key: unit})
        assert matched["unit_code"].tolist() == [unit]
        assert review_queue(frame, matched, middle_points(frame.geometry), CITY).empty


def test_every_reason_and_way_has_words():
    catalogue = read_catalogue("zh_CN")
    ways = {*matching_settings()["prior"], "nearby"}
    assert sorted(way for way in ways if f"how.{way}" not in catalogue) == []
    methods = {*matching_settings()["method"].values(), "name", "none"}
    assert sorted(name for name in methods if f"method.{name}" not in catalogue) == []
    source = Path(match_evidence.__file__).read_text(encoding="utf-8")
    told = set(re.findall(r'(?:return|else) "([a-z_]+)"', source[source.index("def _reason") :]))
    assert {"several", "name_unknown", "unsure"} <= told
    assert sorted(reason for reason in told if f"queue.{reason}" not in catalogue) == []
