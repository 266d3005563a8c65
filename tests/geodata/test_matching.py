import json
import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point
from small_city import COUNTIES, TOWNSHIPS, build_small_city, unit_box, unit_codes

from geodata.matching import match_records, middle_points

CITY = build_small_city()
CODES = unit_codes()


def row(geometry=None, **words):
    frame = pd.DataFrame({name: [value] for name, value in words.items()}, dtype="str")
    return gpd.GeoDataFrame(frame, geometry=[geometry], crs="EPSG:4490", index=frame.index)


def match(geometry=None, subject="unit", **words):
    if not words:
        words = {"given_code": ""}
    return match_records(row(geometry, **words), CITY, subject).iloc[0]


def within(code):
    return unit_box(code).centroid


@pytest.mark.parametrize(
    ("code", "unit", "confidence"),
    [
        ("419901100202", "419901100202", 1.0),
        (" ４１９９０１１００２０２ ", "419901100202", 1.0),
        ("419921200203", "419901200203", 0.97),
    ],
)
def test_a_code_of_twelve_digits_is_the_unit(code, unit, confidence):
    found = match(given_code=code, village_name="不相干")
    assert (found.unit_code, found.match_method) == (unit, "code")
    assert found.match_confidence == confidence


@pytest.mark.parametrize("code", ["419902100", "419902100000", "4199021002010000000"])
def test_a_township_code_narrows_the_name(code):
    assert match(given_code=code, village_name="王庄").unit_code == "419902100201"


@pytest.mark.parametrize(
    ("county", "township", "village", "unit"),
    [
        ("东山县", "赵镇", "颍河村", "419901100203"),
        ("东山", "赵镇", "颍河", "419901100203"),
        ("旧东县", "赵", "颍河村村民委员会", "419901100203"),
        ("419921", "赵镇", "颍河村委会", ""),
        ("东山县", "钱庄镇", "吴楼村", "419901200004"),
        ("东山县", "钱庄乡", "吴楼社区", "419901200004"),
        ("东山县", "钱庄乡", "孙村", "419901200202"),
        ("东山县", "钱庄乡", "孙村村", "419901200202"),
        ("河南省中原市西河市", "孙桥办事处", "东街", "419902001001"),
        ("中原市西河市", "孙桥镇", "东街居委会", "419902001001"),
        ("", "孙桥街道", "郑岗", "419902001204"),
        ("", "", "冯桥村", "419902100202"),
        ("西河市", "", "楚家营", "419902100204"),
        ("西河市", "赵镇", "王庄", "419902100201"),
    ],
)
def test_names_as_people_write_them(county, township, village, unit):
    found = match(county_name=county, township_name=township, village_name=village)
    if unit:
        assert (found.unit_code, found.match_method) == (unit, "name")
        assert found.county_code == unit[:6]


def test_the_written_kind_tells_village_and_community_apart():
    words = {"county_name": "东山县", "township_name": "赵镇"}
    assert match(**words, village_name="王庄村").unit_code == "419901100202"
    assert match(**words, village_name="王庄社区").unit_code == "419901100001"


def test_several_of_a_name_are_no_match_but_candidates():
    found = match(county_name="东山县", township_name="赵镇", village_name="王庄")
    assert (found.unit_code, found.match_method, found.match_confidence) == ("", "none", 0.0)
    assert found.county_code == "419901"
    assert json.loads(found.match_note)["candidates"] == ["419901100001", "419901100202"]


def test_position_tells_several_of_a_name_apart_but_never_adds_another():
    words = {"county_name": "东山县", "township_name": "赵镇", "village_name": "王庄"}
    found = match(within("419901100202"), **words)
    assert (found.unit_code, found.match_method) == ("419901100202", "name")
    elsewhere = match(within("419902100204"), **words)
    assert (elsewhere.unit_code, elsewhere.match_method) == ("", "none")
    assert json.loads(elsewhere.match_note)["position"] == "419902100204"


def test_a_settlement_tells_several_of_a_name_apart():
    found = match(township_name="", village_name="王庄村", settlement_name="后王")
    assert found.unit_code == "419901100202"


def test_without_words_the_position_decides():
    found = match(within("419901200203"))
    assert (found.unit_code, found.match_method) == ("419901200203", "position")
    assert found.match_confidence == 0.8
    assert found.match_note == ""
    outside = match(Point(113.0, 33.0))
    assert (outside.unit_code, outside.match_method) == ("", "none")


def test_an_unknown_name_falls_back_to_the_position_and_says_so():
    found = match(within("419901200203"), county_name="东山县", village_name="样板新村")
    assert (found.unit_code, found.match_method) == ("419901200203", "position")
    assert json.loads(found.match_note) == {"unknown_name": "样板新村"}
    assert match(county_name="东山县", village_name="样板新村").match_method == "none"


def test_a_village_of_another_township_is_not_taken_for_the_one_named():
    found = match(county_name="东山县", township_name="赵镇", village_name="周庄")
    assert (found.unit_code, found.match_method) == ("", "none")


def test_disagreement_of_name_and_position_is_noted_with_its_distance():
    # From the middle of 419901100201's neighbour to the south border: half a unit, 0.025 degrees.
    point = Point(unit_box("419901200202").centroid.x, unit_box("419901200202").bounds[1] - 0.01)
    found = match(point, county_name="东山县", township_name="钱庄乡", village_name="孙村")
    note = json.loads(found.match_note)
    assert (found.unit_code, note["position"]) == ("419901200202", "419901200201")
    assert note["away_m"] == pytest.approx(1109, abs=2)
    assert found.match_confidence == round(0.98 * 0.7, 4)


def test_position_against_a_named_county_is_noted():
    found = match(within("419902100202"), county_name="东山县")
    assert found.unit_code == "419902100202"
    assert json.loads(found.match_note) == {"county_named": "419901"}


@given(
    st.sampled_from(sorted(CODES)),
    st.sampled_from(["", "村", "村委会", "村民委员会", "社区", "居委会", "居民委员会", " "]),
    st.booleans(),
)
def test_whatever_the_suffix_a_match_is_right_or_none(code, suffix, with_county):
    """A name that is the unit's own, with any suffix, never leads to a unit of another name."""
    core = CODES[code]
    for end in ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"):
        core = core.removesuffix(end)
    found = match(
        county_name=COUNTIES[code[:6]] if with_county else "",
        township_name=TOWNSHIPS[code[:9]],
        village_name=core + suffix,
    )
    if found.unit_code:
        assert CODES[found.unit_code].startswith(core)
        assert TOWNSHIPS[found.unit_code[:9]] == TOWNSHIPS[code[:9]]
        if with_county:
            assert found.unit_code[:9] == code[:9]
    else:
        assert json.loads(found.match_note)


def test_lines_are_placed_by_their_middle():
    lines = gpd.GeoSeries(
        [
            LineString([(113.6, 34.0), (113.8, 34.0)]),
            MultiLineString([[(0, 0), (1, 0)], [(1, 0), (2, 0)]]),
            MultiLineString([[(0, 0), (1, 0)], [(5, 5), (9, 5)]]),
            None,
            Point(1, 2),
        ]
    )
    found = middle_points(lines)
    assert shapely.to_wkt(found[0]) == "POINT (113.7 34)"
    assert shapely.to_wkt(found[1]) == "POINT (1 0)"
    assert shapely.to_wkt(found[2]) == "POINT (7 5)"
    assert found[3] is None
    assert found[4] == Point(1, 2)
    across = LineString([within("419901100203"), within("419901200203")])
    assert match(across).unit_code in {"419901100203", "419901200203"}


def test_a_line_that_passes_the_unit_it_names_does_not_disagree():
    across = LineString([within("419901100203"), within("419901200204")])
    found = match(across, county_name="东山县", village_name="颍河村")
    assert (found.unit_code, found.match_note) == ("419901100203", "")


def test_settlements_are_found_within_their_unit():
    words = {"county_name": "东山县", "township_name": "赵镇", "village_name": "王庄村"}
    assert match(subject="settlement", **words, settlement_name="前王村").subject_id == "S1"
    wrong = match(subject="settlement", **words, settlement_name="柳林")
    assert wrong.subject_id == ""
    assert json.loads(wrong.match_note)["unknown_settlement"] == "柳林"


def test_a_settlement_without_its_village_is_found_where_it_is_the_only_one():
    only = {"county_name": "东山县", "township_name": "赵镇", "village_name": ""}
    found = match(subject="settlement", **only, settlement_name="后王")
    assert (found.unit_code, found.subject_id) == ("419901100202", "S2")
    twice = {"county_name": "西河市", "township_name": "赵镇", "village_name": ""}
    found = match(subject="settlement", **twice, settlement_name="柳林")
    assert (found.unit_code, found.subject_id) == ("", "")


def test_public_places_by_name_then_by_nearness():
    point = within("419902001001")
    assert match(point, subject="place", place_name="人民广场").subject_id == "P1"
    in_county = match(subject="place", county_name="西河市", place_name="人民广场")
    assert (in_county.subject_id, in_county.unit_code) == ("P1", "419902001001")
    assert match(subject="place", place_name="人民广场").subject_id == ""
    near = match(Point(point.x + 0.001, point.y), subject="place", place_name="广场东侧")
    assert near.subject_id == "P1"
    assert json.loads(near.match_note)["place_by"] == "position"
    assert match(Point(point.x + 0.01, point.y), subject="place").subject_id == ""


def test_areas_by_name():
    found = match(subject="area", county_name="东山")
    assert (found.subject_id, found.county_code) == ("419901", "419901")
    assert match(subject="area", county_name="外县").subject_id == ""


def test_twelve_thousand_rows_take_less_than_a_second_or_so(city):
    random = np.random.default_rng(7)
    codes = random.choice(sorted(CODES), 12_000)
    west, south, east, north = shapely.bounds([unit_box(code) for code in codes]).T
    points = shapely.points(random.uniform(west, east), random.uniform(south, north))
    frame = gpd.GeoDataFrame(
        {
            "county_name": [COUNTIES[code[:6]] for code in codes],
            "township_name": [TOWNSHIPS[code[:9]] for code in codes],
            "village_name": [CODES[code] for code in codes],
        },
        geometry=points,
        crs="EPSG:4490",
    )
    start = time.perf_counter()
    found = match_records(frame, city)
    assert time.perf_counter() - start < 3
    assert (found["unit_code"].to_numpy() == codes).all()
    assert (found.index == frame.index).all()
