"""Routes listed by the coordinates of their ends become straight lines, and are told so."""

import pytest
import shapely
from made_files import workbook

from coverage_map.text import LANGUAGES, Text
from geodata.crs import geodesic_m
from geodata.ingest import Answers, CheckedTable, TableAnswer, check_file
from geodata.records import read_kinds
from geodata.register import empty_register

HEADERS = ["光缆段编号", "光缆段名称", "起点", "起点经度", "起点纬度", "终点", "终点经度"]
HEADERS += ["终点纬度", "纤芯数", "长度(米)"]
WGS = Answers({"*": TableAnswer(crs="EPSG:4490")})
WEST, EAST = (103.80, 30.05), (103.81, 30.05)


def check(*rows: list[object], headers: list[str] | None = None) -> CheckedTable:
    content = workbook(("Sheet1", [headers or HEADERS, *rows]))
    return check_file(content, "导出.xlsx", empty_register(), "", WGS)[0]


def row(number: int, start: object, end: object, length: object = 2000) -> list[object]:
    (ax, ay), (zx, zy) = start, end
    return [f"GL{number}", f"光缆{number}", "甲机房", ax, ay, "乙机房", zx, zy, 24, length]


def codes(checked: CheckedTable, line: int | None = None) -> set[str]:
    return {fault.code for fault in checked.faults if line is None or fault.place.row == line}


def test_both_ends_make_a_straight_line_marked_as_such():
    checked = check(row(1, WEST, EAST), row(2, EAST, (103.82, 30.06)))
    assert checked.kind == "fibre_route"
    assert checked.records.geom_type.tolist() == ["LineString"] * 2
    line = checked.records.geometry.iloc[0]
    assert shapely.get_coordinates(line).tolist() == [list(WEST), list(EAST)]
    assert checked.records["geometry_from"].tolist() == ["ends", "ends"]
    assert checked.records["crs"].tolist() == ["EPSG:4490"] * 2
    assert "lines_straight" in codes(checked)
    assert not codes(checked) & {"end_missing", "length_short", "positions_missing"}


def test_one_end_alone_is_said_once_and_the_record_kept():
    checked = check(row(1, WEST, EAST), row(2, WEST, ("", "")), row(3, ("", ""), EAST))
    assert len(checked.records) == 3
    assert checked.records.geometry.notna().tolist() == [True, False, False]
    assert checked.records["geometry_from"].tolist() == ["ends", "", ""]
    assert codes(checked, 3) == codes(checked, 4) == {"end_missing"}
    told = {f.place.row: f.place.column for f in checked.faults if f.code == "end_missing"}
    assert told == {3: "终点经度", 4: "起点经度"}


def test_the_same_place_twice_makes_no_line():
    checked = check(row(1, WEST, EAST), row(2, WEST, WEST))
    assert codes(checked, 3) == {"ends_equal"}
    assert checked.records.geometry.notna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("length", "short"), [(963, False), (1500, False), (940, False), (900, True), (0.97, True)]
)
def test_a_length_below_the_straight_way_is_a_fault(length, short):
    straight = float(geodesic_m(*WEST, *EAST)[()])
    assert 960 < straight < 970
    checked = check(row(1, WEST, EAST, length), row(2, WEST, EAST))
    assert ("length_short" in codes(checked, 2)) == short
    fault = next((f for f in checked.faults if f.code == "length_short"), None)
    if fault:
        assert fault.params["straight"] == round(straight)
        assert fault.place.column == "长度(米)"


def test_a_length_in_kilometres_is_compared_in_metres():
    headers = [*HEADERS[:-1], "长度(公里)"]
    checked = check(row(1, WEST, EAST, 0.98), row(2, WEST, EAST, 0.5), headers=headers)
    assert "length_short" not in codes(checked, 2)
    assert "length_short" in codes(checked, 3)


@pytest.mark.parametrize(
    "headers",
    [
        ["A端经度", "A端纬度", "Z端经度", "Z端纬度"],
        ["A端站点经度", "A端站点纬度", "Z端站点经度", "Z端站点纬度"],
        ["起始站点经度", "起始站点纬度", "终止站点经度", "终止站点纬度"],
        ["起点人手井经度", "起点人手井纬度", "终点人手井经度", "终点人手井纬度"],
        ["始端经度", "始端维度", "末端经度", "末端维度"],
    ],
)
def test_ends_in_other_words(headers):
    names = ["光缆名称", "A端", "Z端", "芯数", *headers]
    checked = check(["光缆1", "甲", "乙", 24, *WEST, *EAST], headers=names)
    assert checked.kind == "fibre_route"
    assert {"from_x", "from_y", "to_x", "to_y"} <= {match.field for match in checked.columns}
    assert checked.records.geom_type.tolist() == ["LineString"]


def test_pairs_in_one_cell_and_rows_the_wrong_way_round():
    pairs = check(["光缆1", 24, "103.80,30.05", "103.81,30.05"],
                  headers=["光缆名称", "芯数", "起点坐标", "终点坐标"])  # fmt: skip
    assert pairs.records.geometry.iloc[0].wkt == "LINESTRING (103.8 30.05, 103.81 30.05)"
    turned = check(*(row(n, WEST, EAST) for n in range(4)), row(5, WEST, EAST[::-1]))
    assert "lonlat_swapped" in codes(turned, 6)
    assert turned.records.geometry.iloc[-1].wkt == "LINESTRING (103.8 30.05, 103.81 30.05)"


def test_ends_wait_for_an_answer_about_their_system():
    content = workbook(("Sheet1", [HEADERS, row(1, WEST, EAST)]))
    (checked,) = check_file(content, "导出.xlsx", empty_register(), "")
    assert [question.code for question in checked.questions] == ["crs"]
    assert checked.records.geometry.isna().all()
    assert not {"position_missing", "positions_missing"} & codes(checked)


def test_the_schema_has_ends_and_words_in_both_languages():
    assert [kind.name for kind in read_kinds().values() if kind.has_ends] == ["fibre_route"]
    for language in LANGUAGES:
        text = Text(language)
        for code in ("lines_straight", "end_missing", "ends_equal", "length_short"):
            assert text.has(f"fault.{code}")
            assert text.has(f"fault.{code}.remedy")


@pytest.mark.parametrize(
    "headers",
    [
        ["线路名称", "电压等级", "起点经度", "起点纬度", "终点经度", "终点纬度", "长度(km)"],
        ["微波链路名称", "频率", "A端经度", "A端纬度", "Z端经度", "Z端纬度", "距离"],
        ["路段名称", "平均RSRP", "起点经度", "起点纬度", "终点经度", "终点纬度", "平均SINR"],
        ["河流名称", "等级", "起点经度", "起点纬度", "终点经度", "终点纬度", "长度(km)"],
        ["燃气管线", "管径", "起点经度", "起点纬度", "终点经度", "终点纬度", "长度(m)"],
    ],
)
def test_other_lines_with_ends_are_none_of_ours(headers):
    rows = [[f"线{n}", "10", *WEST, EAST[0] + n / 100, EAST[1], 12] for n in range(4)]
    assert check(*rows, headers=headers).kind == ""
