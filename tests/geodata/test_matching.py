import json
import time
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point
from small_city import COUNTIES, TOWNSHIPS, build_small_city, unit_box, unit_codes

from geodata.match_confidence import match_confidence
from geodata.match_subjects import match_again
from geodata.matching import decision_keys, match_records, middle_points
from geodata.register import empty_register

CITY = build_small_city()
CODES = unit_codes()


def row(geometry=None, **words):
    frame = pd.DataFrame({name: [value] for name, value in words.items()}, dtype="str")
    return gpd.GeoDataFrame(frame, geometry=[geometry], crs="EPSG:4490", index=frame.index)


def match(geometry=None, subject="unit", **words):
    if not words:
        words = {"given_code": ""}
    return match_records(row(geometry, **words), CITY, subject).iloc[0]


def note_of(found):
    return json.loads(found.match_note or "{}")


def how_of(found):
    return note_of(found).get("how", found.match_method)


def within(code):
    return unit_box(code).centroid


@pytest.mark.parametrize(
    ("code", "unit", "how"),
    [
        ("419901100202", "419901100202", "code"),
        (" ４１９９０１１００２０２ ", "419901100202", "code"),
        ("'419901100202", "419901100202", "code"),
        ("419901 100 202", "419901100202", "code"),
        ("419901100202.0", "419901100202", "code"),
        ("4199011002020000000", "419901100202", "long_code"),
        ("419901100202001", "419901100202", "long_code"),
        ("419921200203", "419901200203", "former_code"),
        ("4199212002030000000", "419901200203", "former_code"),
        ("419921100202", "419901100202", "former_code"),  # its county's former code in front
    ],
)
def test_a_code_is_the_unit_whatever_stands_around_it(code, unit, how):
    found = match(given_code=code)
    assert (found.unit_code, found.match_method) == (unit, "code")
    assert how_of(found) == how
    assert found.match_confidence == round(match_confidence()[how, "none"], 4)


def test_a_code_is_trusted_less_beside_a_name_that_is_not_its_units():
    found = match(given_code="419901100202", village_name="不相干")
    assert (found.unit_code, how_of(found)) == ("419901100202", "code_against_name")
    assert found.match_confidence < match(given_code="419901100202").match_confidence


def test_a_code_and_the_name_of_another_unit_need_the_position():
    words = {"given_code": "419901100203", "village_name": "大李庄村"}
    found = match(**words)
    assert (found.unit_code, found.match_method) == ("", "none")
    assert note_of(found)["candidates"] == ["419901100203", "419901100204"]
    assert note_of(found)["review"] == "code_disagrees"
    for unit in ("419901100203", "419901100204"):
        assert match(within(unit), **words).unit_code == unit


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
    assert found.match_confidence == round(match_confidence()["position", "inside"], 4)
    assert found.match_note == ""
    west, _, east, north = unit_box("419901200203").bounds
    edge = match(Point((west + east) / 2, north - 0.0003))  # 33 m
    assert edge.match_confidence == round(match_confidence()["position", "edge"], 4)
    assert edge.match_confidence < found.match_confidence
    outside = match(Point(113.0, 33.0))
    assert (outside.unit_code, outside.match_method) == ("", "none")


def test_an_unknown_name_falls_back_to_the_position_and_says_so():
    found = match(within("419901200203"), county_name="东山县", village_name="样板新村")
    assert (found.unit_code, found.match_method) == ("419901200203", "position")
    assert note_of(found) == {"unknown_name": "样板新村", "review": "name_unknown"}
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
    assert found.match_confidence == round(match_confidence()["name", "far"], 4)


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


@pytest.mark.parametrize(
    ("village", "unit", "how"),
    [
        ("冯橋村", "419902100202", "name"),  # a traditional form
        ("冯侨村", "419902100202", "name_sound"),
        ("陈砦村委会", "419902100203", "name"),
        ("程寨村委会", "", ""),  # chéng is not chén
        ("晨寨", "419902100203", "name_sound"),
        ("楚家营村", "419902100204", "name"),  # its other name
        ("楚家营子村", "419902100204", "name_misprint"),
        ("西河市赵镇冯桥村委会", "419902100202", "name"),
        ("赵镇冯桥", "419902100202", "name"),
        ("冯桥村(原冯家)", "419902100202", "name"),
        ("老冯家(冯桥村)", "419902100202", "name"),
        ("冯桥村3组", "419902100202", "name"),
    ],
)
def test_slips_within_the_township(village, unit, how):
    found = match(county_name="西河市", township_name="赵镇", village_name=village)
    assert (found.unit_code, how_of(found) if unit else "") == (unit, how)


def test_directions_and_numerals_are_never_edited():
    words = {"county_name": "西河市", "township_name": "孙桥街道"}
    assert match(**words, village_name="东街社区").unit_code == "419902001001"
    for name in ("冬街社区", "溪街社区", "南街社区"):
        assert match(**words, village_name=name).unit_code == ""


@pytest.mark.parametrize(
    ("county", "township", "unit"),
    [
        ("西河市", "孙乔街道", "419902001204"),  # the township misspelt
        ("西禾市", "孙桥街道", "419902001204"),  # the county misspelt
        ("西河市孙桥街道", "", "419902001204"),  # both in one cell
        ("西河市", "西河市孙桥街道办事处", "419902001204"),
        ("西河市", "孙桥街道人民政府", "419902001204"),
        ("中原市", "孙桥街道", "419902001204"),  # the city where the county should stand
        ("西河市", "无名镇", "419902001204"),  # a township nobody has
        ("外县", "孙桥街道", ""),  # another city's county
    ],
)
def test_places_misspelt_or_missing(county, township, unit):
    found = match(county_name=county, township_name=township, village_name="郑岗村")
    assert found.unit_code == unit


def test_a_name_one_unlike_character_off_needs_the_position():
    words = {"county_name": "东山县", "township_name": "赵镇", "village_name": "大孙庄"}
    alone = match(**words)
    assert alone.unit_code == ""
    assert note_of(alone) == {
        "like": ["419901100204"],
        "unknown_name": "大孙庄",
        "review": "only_like",
    }
    there = match(within("419901100204"), **words)
    assert (there.unit_code, how_of(there)) == ("419901100204", "name_near")
    assert "review" not in note_of(there)


def test_a_settlement_in_the_villages_place():
    found = match(county_name="西河市", township_name="赵镇", village_name="后王")
    assert found.unit_code == ""
    found = match(county_name="东山县", township_name="赵镇", village_name="后王自然村")
    assert (found.unit_code, how_of(found)) == ("419901100202", "name_by_settlement")


@pytest.mark.parametrize(
    ("address", "unit"),
    [
        ("中原市西河市赵镇冯桥村3组", "419902100202"),
        ("河南省中原市西河市赵镇冯桥村12号", "419902100202"),
        ("西河市冯桥村村部", "419902100202"),
        ("东山县赵镇王庄村5号", "419901100202"),
        ("东山县赵镇王庄社区", "419901100001"),
        ("西河市赵镇冯桥庄园", ""),
        ("冯桥村", ""),
        ("昆山市玉山镇冯桥村", ""),
    ],
)
def test_an_address_names_the_unit(address, unit):
    found = match(address=address)
    assert (found.unit_code, found.match_method) == (unit, "address" if unit else "none")


def test_what_a_site_is_called_counts_only_where_the_position_agrees():
    found = match(name="移动西河赵镇冯桥基站-1")
    assert (found.unit_code, note_of(found)["like"]) == ("", ["419902100202"])
    words = {"name": "移动西河赵镇冯桥基站-1"}
    there = match(within("419902100202"), **words)
    assert (there.unit_code, there.match_method) == ("419902100202", "record_name")
    elsewhere = match(within("419901100203"), **words)
    assert (elsewhere.unit_code, elsewhere.match_method) == ("419901100203", "position")


def several(**columns):
    frame = pd.DataFrame(columns, dtype="str")
    return gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs="EPSG:4490")


def test_nothing_is_taken_by_name_from_a_table_of_another_city():
    home = several(village_name=["冯桥村", "郑岗村", "陈寨村"])
    assert (match_records(home, CITY)["unit_code"] != "").all()
    abroad = several(village_name=["冯桥村", "玉山村", "金浦村", "南星渎村"])
    assert (match_records(abroad, CITY)["unit_code"] == "").all()
    counties = several(county_name=["昆山市"] * 3, village_name=["冯桥村", "郑岗村", "陈寨村"])
    found = match_records(counties, CITY)
    assert (found["unit_code"] == "").all()
    assert not found["match_note"].str.contains("review").any()


def test_an_empty_register_matches_nothing_and_asks_nothing():
    frame = several(county_name=["西河市"], village_name=["冯桥村"], given_code=["419902100202"])
    found = match_records(frame, empty_register(), "settlement").iloc[0]
    assert (found.unit_code, found.match_method) == ("", "none")
    assert "review" not in found.match_note


def test_decisions_go_before_all_evidence():
    frame = several(
        county_name=["东山县", "东山县"], village_name=["王庄村", "颍河村"], source_id=["a", "b"]
    )
    keys = decision_keys(frame)
    assert keys.tolist() == ["东山县||王庄村|||", "东山县||颍河村|||"]
    decisions = {keys[0]: "419901100001", keys[1]: "", "@x": "419901100202"}
    found = match_records(frame, CITY, decisions=decisions)
    assert found["unit_code"].tolist() == ["419901100001", ""]
    assert found["match_method"].tolist() == ["decision", "decision"]
    assert found["match_confidence"].tolist() == [1.0, 1.0]
    # A unit that is no more decides nothing.
    gone = match_records(frame, CITY, decisions={keys[1]: "999999999999"})
    assert gone["unit_code"].iloc[1] == "419901100203"


def test_rows_that_say_nothing_are_decided_one_by_one():
    frame = several(village_name=["", " "], source_id=["甲1", ""])
    assert decision_keys(frame, ("source_id",)).tolist() == ["@甲1", ""]
    found = match_records(frame, CITY, decisions={"@甲1": "419901100202"}, key=("source_id",))
    assert found["unit_code"].tolist() == ["419901100202", ""]


def test_spaces_and_widths_make_no_other_decision():
    frame = several(
        village_name=[" 王庄 村", "王庄村"], given_code=["419901100202.0", "419901100202"]
    )
    first, second = decision_keys(frame)
    assert first == second


def test_settlements_with_a_slip_are_found_within_their_unit():
    words = {"county_name": "东山县", "township_name": "赵镇", "village_name": "王庄村"}
    found = match(subject="settlement", **words, settlement_name="前汪")
    assert (found.subject_id, note_of(found)["settlement_like"]) == ("S1", "前汪")
    assert match(subject="settlement", **words, settlement_name="后汪村").subject_id == "S2"


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
    assert (found.unit_code, note_of(found)) == ("419901100203", {"how": "name_in_county"})


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


def test_an_agreed_alias_of_a_settlement_is_its_name():
    alias = pd.DataFrame(
        {"level": ["settlement"], "code": ["S1"], "alias": ["老槐树"]}, dtype="str"
    )
    told = replace(CITY, aliases=pd.concat([CITY.aliases, alias], ignore_index=True))
    unit = CITY.settlements.set_index("settlement_id").loc["S1", "unit_code"]
    frame = row(given_code=unit, settlement_name="老槐树村")
    assert match_records(frame, CITY, "settlement").iloc[0].subject_id == ""
    found = match_records(frame, told, "settlement").iloc[0]
    assert found.subject_id == "S1"
    assert "settlement_like" not in note_of(found)


def test_records_find_their_settlements_again_when_the_register_changes():
    held = CITY.settlements
    one, other = held.iloc[0], held.iloc[1]
    records = pd.concat(
        [
            row(unit_code=one.unit_code, settlement_name=one["name"], subject_id=one.settlement_id),
            row(unit_code=one.unit_code, settlement_name="全新庄", subject_id=""),
            row(unit_code="", settlement_name="全新庄", subject_id=""),
            row(unit_code=other.unit_code, settlement_name="不再有", subject_id="S-gone"),
        ],
        ignore_index=True,
    )
    assert match_again(records, CITY)["subject_id"].tolist() == [one.settlement_id, "", "", ""]
    fresh = held.iloc[[0]].assign(settlement_id="S-new", name="全新庄")
    new = replace(CITY, settlements=pd.concat([held, fresh], ignore_index=True))
    found = match_again(records, new)["subject_id"].tolist()
    assert found == [one.settlement_id, "S-new", "", ""]
