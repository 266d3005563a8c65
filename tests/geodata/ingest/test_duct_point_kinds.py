"""Manholes, handholes and poles are records of their own, with their sort and owner."""

import pytest
from made_files import workbook

from geodata.ingest import Answers, CheckedTable, TableAnswer, check_file
from geodata.register import empty_register

WGS = Answers({"*": TableAnswer(crs="EPSG:4490")})


def check(headers: list[str], *rows: list[object], sheet: str = "Sheet1") -> CheckedTable:
    content = workbook((sheet, [headers, *rows]))
    return check_file(content, "导出.xlsx", empty_register(), "", WGS)[0]


def test_a_list_of_manholes():
    headers = ["井号", "井型", "经度", "纬度", "所属管道段", "产权"]
    checked = check(
        headers,
        ["R001", "小号直通", 103.51, 30.01, "人民路管道段1", "移动"],
        ["R002", "中号三通", 103.52, 30.02, "人民路管道段1", "电信"],
        ["S003", "手孔", 103.53, 30.03, "人民路管道段2", "移动"],
    )
    assert checked.kind == "duct_point"
    found = {match.field: match.header for match in checked.columns}
    assert found["source_id"] == "井号"
    assert found["make"] == "井型"
    assert found["route"] == "所属管道段"
    assert found["owned_by"] == "产权"
    records = checked.records
    assert records.geom_type.tolist() == ["Point"] * 3
    assert records["name"].tolist() == ["R001", "R002", "S003"]
    assert records["owned_by"].tolist() == ["cmcc", "telecom", "cmcc"]
    assert records["point_class"].tolist() == ["manhole", "manhole", "handhole"]


@pytest.mark.parametrize(
    ("header", "sort"),
    [
        ("电杆编号", "pole"),
        ("人井编号", "manhole"),
        ("手孔编号", "handhole"),
        ("标石编号", "marker"),
        ("杆号", "pole"),
        ("人手井名称", "manhole"),
    ],
)
def test_the_header_of_the_number_tells_the_sort(header, sort):
    headers = [header, "经度", "纬度", "产权单位", "所属杆路"]
    checked = check(headers, *([f"A{n}", 103.5 + n / 100, 30.0, "联通", "一线"] for n in range(3)))
    assert checked.kind == "duct_point"
    assert checked.records["point_class"].tolist() == [sort] * 3
    assert [f.code for f in checked.faults if f.code == "point_class_inferred"]


def test_the_sheets_name_tells_where_headers_do_not():
    headers = ["编号", "名称", "经度", "纬度", "所属管道", "产权单位"]
    rows = [[f"A{n}", f"点{n}", 103.5 + n / 100, 30.0, "一线", "联通"] for n in range(4)]
    checked = check(headers, *rows, sheet="人手井")
    assert checked.kind == "duct_point"
    assert set(checked.records["point_class"]) == {"manhole"}


def test_a_sort_that_is_given_stays():
    headers = ["电杆编号", "设施类型", "经度", "纬度", "产权单位"]
    checked = check(headers, ["P1", "标石", 103.5, 30.0, "联通"], ["P2", "", 103.6, 30.0, "联通"])
    assert checked.records["point_class"].tolist() == ["marker", "pole"]


def test_manholes_of_drains_and_poles_of_power_lines_are_none_of_ours():
    drains = check(
        ["检查井编号", "井类型", "X坐标", "Y坐标", "地面高程", "井底高程", "管径", "排水类型"],
        ["YS1", "雨水", 103.5, 30.0, 480.1, 478.0, 300, "雨水"],
        ["WS2", "污水", 103.6, 30.1, 480.2, 477.5, 400, "污水"],
    )
    power = check(
        ["线路名称", "电压等级", "杆号", "杆型", "导线型号", "档距", "经度", "纬度"],
        ["10kV石马线", "10kV", "1", "直线杆", "JKLYJ-120", 50, 103.5, 30.0],
        ["10kV石马线", "10kV", "2", "耐张杆", "JKLYJ-120", 48, 103.6, 30.1],
    )
    assert (drains.kind, drains.reason) == ("", "other_lines")
    assert (power.kind, power.reason) == ("", "other_lines")
