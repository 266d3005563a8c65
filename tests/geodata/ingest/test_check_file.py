"""A file from bytes to records: what goes in, what is kept out, and what is said about it."""

import ast
import json
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from made_files import SITE, archive, layer_files, site_rows, table, workbook
from shapely.geometry import LineString, Point, Polygon

import geodata.ingest
from coverage_map.text import LANGUAGES, Text
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.records import PROVENANCE, read_kinds

CGCS = Answers({"*": TableAnswer(crs="EPSG:4490")})


def check(rows, city, headers=SITE, owner="cmcc", answers=CGCS):
    return check_file(table([headers, *rows]), "站.csv", city, owner, answers)[0]


def faults(report, severity="error"):
    return [
        (fault.code, fault.place.row, fault.place.column)
        for fault in report.faults
        if fault.severity == severity
    ]


def test_good_rows_have_all_columns_of_their_kind_and_provenance(city):
    report = check(site_rows(3), city)
    assert report.ready
    assert (report.rows, report.bad_rows, report.header_row) == (3, 0, 1)
    records = report.records
    kind = read_kinds()["site"]
    assert set(records.columns) == {*kind.all_fields, *PROVENANCE, "geometry"}
    assert records.crs.to_epsg() == 4490
    assert records["record_id"].str.fullmatch("[0-9a-f]{32}").all()
    assert records["record_id"].is_unique
    assert set(records["owner"]) == {"cmcc"}
    assert records["row"].tolist() == [2, 3, 4]
    assert set(records["unit_code"]) == {"419901100203"}
    assert set(records["county_code"]) == {"419901"}
    assert records["technologies"].iloc[0] == ["4G", "5G"]
    assert records["height_m"].tolist() == [35, 35, 35]
    assert records["geometry"].iloc[1] == Point(113.6501, 34.12)
    assert (records["upload_id"] == "").all()
    assert records["row"].dtype == np.int64
    assert records["match_confidence"].dtype == np.float64


def test_what_maps_to_no_field_and_what_does_not_fit_is_kept(city):
    headers = [*SITE, "备注", "频段", "频段"]
    rows = [[*row, "新建", "1.8G", "FDD1800"] for row in site_rows(2)]
    rows[1][3] = "35/35/32"
    rows[1][2] = "6G"
    report = check(rows, city, headers)
    assert report.unmapped == ("备注", "频段", "频段")
    extra = [json.loads(text) for text in report.records["extra"]]
    assert extra[0] == {"备注": "新建", "频段": "1.8G", "频段 (2)": "FDD1800"}
    assert extra[1]["挂高"] == "35/35/32"
    assert extra[1]["制式"] == "6G"
    assert report.records["height_m"].iloc[1] == 35
    assert faults(report, "warning") == [("value_unknown", 3, "制式")]


def test_errors_keep_their_row_out_and_warnings_do_not(city):
    rows = site_rows(6)
    rows[0][0] = "-"
    rows[1][3] = "450"
    rows[2][1] = "#REF!"
    rows[3][7], rows[3][8] = "115.9", "34.1"
    rows[4][0] = rows[5][0]
    report = check(rows, city)
    assert sorted(faults(report)) == [
        ("cell_error", 4, "基站名称"),
        ("key_twice", 7, "站址编码"),
        ("outside_area", 5, "经度"),
        ("value_missing", 2, "站址编码"),
    ]
    assert report.records["row"].tolist() == [3, 6]
    assert report.bad_rows == 4
    twice = next(fault for fault in report.faults if fault.code == "key_twice")
    assert twice.params["first"] == 6
    assert np.isnan(report.records["height_m"].iloc[0])


def test_without_coordinates_the_name_places_a_row_and_without_a_name_nothing(city):
    rows = site_rows(3)
    rows[1][7] = rows[1][8] = "-"
    rows[2][6] = rows[2][7] = rows[2][8] = ""
    report = check(rows, city)
    assert faults(report) == [("no_place", 4, "经度")]
    assert ("position_missing", 3, "经度") in faults(report, "warning")
    named = report.records.iloc[1]
    assert named.geometry is None
    assert (named.unit_code, named.match_method, named.crs) == ("419901100203", "name", "")


def test_a_table_without_coordinate_columns_needs_no_system(city):
    report = check([row[:7] for row in site_rows(3)], city, SITE[:7], answers=None)
    assert report.ready
    assert (report.crs.chosen, report.crs.decided_by) == ("", "none")
    assert report.records.geometry.isna().all()
    assert [fault.code for fault in report.faults] == ["positions_missing"]


def test_rows_that_lie_elsewhere_than_they_say(city):
    rows = site_rows(3)
    rows[0][6] = "样板新村"
    rows[1][7], rows[1][8] = 113.95, 34.02
    rows[2][4:7] = ["西河市", "", ""]
    report = check(rows, city)
    assert faults(report) == []
    assert sorted(faults(report, "warning")) == [
        ("county_disagrees", 4, "区县"),
        ("place_far", 3, "行政村"),
        ("unit_by_position", 2, "行政村"),
    ]


def test_ambiguous_and_unknown_villages_are_said(city):
    rows = [row[:7] for row in site_rows(2)]
    rows[0][6] = "王庄"
    rows[1][6] = "没有村"
    report = check(rows, city, SITE[:7], answers=None)
    warned = [fault for fault in report.faults if fault.code.startswith("unit_")]
    assert [(fault.code, fault.place.row) for fault in warned] == [
        ("unit_ambiguous", 2),
        ("unit_unknown", 3),
    ]
    assert {fault.severity for fault in warned} == {"error"}
    assert warned[0].params["candidates"] == (
        "赵镇 王庄社区居委会 419901100001 / 赵镇 王庄村委会 419901100202"
    )


def test_rows_that_belong_nowhere_are_kept_out(city):
    """No unit and no usable position: an error, also where a kind has no geometry."""
    rows = site_rows(50)
    for row in rows:
        row[6:] = ["没有村", "abc", "xyz"]
    report = check(rows, city, answers=None)
    assert report.records.empty
    assert report.questions == ()
    assert {code for code, _, _ in faults(report)} == {"unit_unknown"}
    assert len(faults(report)) == 50
    # One word about each row's position.
    assert [code for code, _, _ in faults(report, "warning")] == ["coordinate_unread"] * 50
    headers = ["区县", "乡镇", "行政村", "自然村", "是否通宽带"]
    villages = [
        ["东山县", "赵镇", "没有村", "前王", "是"],
        ["东山县", "赵镇", "王庄村", "前王", "是"],
    ]
    broadband = check(villages, city, headers, "telecom", None)
    assert faults(broadband) == [("unit_unknown", 2, "行政村")]
    assert broadband.records["row"].tolist() == [3]


def test_an_unread_coordinate_is_said_once_and_keeps_a_row_that_names_its_village(city):
    rows = site_rows(3)
    rows[1][8] = "34,25x"
    report = check(rows, city)
    told = [(fault.code, fault.severity, fault.place.column) for fault in report.faults]
    assert told == [("coordinate_unread", "warning", "纬度")]
    assert len(report.records) == 3
    assert report.records["match_method"].iloc[1] == "name"


def test_while_the_system_is_asked_nothing_is_said_that_its_answer_may_settle(city):
    rows = site_rows(3)
    rows[0][6] = "没有村"
    rows[1][4:7] = ["", "", ""]
    rows[2][5:7] = ["", "王庄"]
    report = check(rows, city, answers=None)
    assert [question.code for question in report.questions] == ["crs"]
    assert report.faults == ()
    settled = check(rows, city)
    assert settled.ready
    assert faults(settled) == []


def test_no_message_has_empty_brackets(city):
    rows = site_rows(4)
    rows[0][4:7] = ["", "", ""]
    # In the area but beyond every unit.
    rows[0][7], rows[0][8] = 113.58, 34.1
    rows[1][6:9] = ["", "", ""]
    rows[2][6:9] = ["没有村", "", ""]
    report = check(rows, city)
    assert {"unit_unnamed", "no_place", "unit_unknown"} <= {f.code for f in report.faults}
    for fault in report.faults:
        for language in LANGUAGES:
            said = Text(language).fault(fault)[0]
            assert not any(empty in said for empty in ("（）", "()", "“”")), said


def test_empty_keys_are_no_duplicates(city):
    asked = check(
        [row[2:] for row in site_rows(3)],
        city,
        SITE[2:],
        answers=Answers({"*": TableAnswer(kind="site", crs="EPSG:4490")}),
    )
    assert [question.code for question in asked.questions] == ["column", "column"]
    assert "key_twice" not in {fault.code for fault in asked.faults}
    rows = site_rows(2)
    rows[0][0] = rows[1][0] = ""
    assert {fault.code for fault in check(rows, city).faults} == {"value_missing"}
    # Where the name serves as the key, the doubled name is what is shown.
    named = site_rows(2)
    named[1][1] = named[0][1]
    report = check([row[1:] for row in named], city, SITE[1:])
    twice = next(fault for fault in report.faults if fault.code == "key_twice")
    assert (twice.place.column, twice.place.value) == ("基站名称", "站0")


def test_kinds_without_geometry_and_what_they_are_about(city):
    headers = ["区县", "乡镇", "行政村", "自然村", "是否通宽带", "接入方式", "最高速率"]
    rows = [
        ["东山县", "赵镇", "王庄村", "前王", "是", "FTTH", "100M"],
        ["东山县", "赵镇", "王庄村", "后王", "无", "-", ""],
        ["东山县", "赵镇", "王庄村", "新王", "否", "-", "0"],
    ]
    report = check(rows, city, headers, "telecom", None)
    assert report.kind == "settlement_broadband"
    assert report.records["subject_id"].tolist() == ["S1", "S2", ""]
    assert report.records["available"].tolist() == [True, False, False]
    assert faults(report, "warning") == [("settlement_unknown", 4, "自然村")]
    totals = check([["东山", "基站数", 12], ["外县", "基站数", 3]], city, ["区县", "指标", "数值"])
    assert totals.kind == "reported_total"
    assert totals.records["county_code"].tolist() == ["419901"]
    assert totals.records["measure"].tolist() == ["sites"]
    assert faults(totals) == [("area_not_found", 3, "区县")]


def test_routes_keep_their_lines_and_are_placed_by_the_middle(city):
    frame = gpd.GeoDataFrame(
        {"光缆编码": ["G1", "G2"], "光缆名称": ["甲", "乙"], "皮长公里": [1.2, 2.0]},
        geometry=[
            LineString([(113.62, 34.02), (113.66, 34.02), (113.72, 34.02)]),
            Point(113.62, 34.02),
        ],
        crs="EPSG:4490",
    )
    content = layer_files(frame, "路由.gpkg")["路由.gpkg"]
    report = check_file(content, "路由.gpkg", city, "unicom", CGCS)[0]
    assert report.kind == "fibre_route"
    assert report.records.geometry.iloc[0].geom_type == "LineString"
    assert report.records["unit_code"].tolist() == ["419901100001"]
    assert report.records["length_m"].tolist() == [1200]
    assert faults(report) == [("geometry_not_line", 2, "")]


def test_areas_where_points_are_expected_give_a_point_and_a_note(city):
    frame = gpd.GeoDataFrame(
        {"站址编码": ["Z1"], "基站名称": ["甲"], "制式": ["4G"]},
        geometry=[Polygon([(113.62, 34.02), (113.63, 34.02), (113.63, 34.03)])],
        crs="EPSG:4490",
    )
    content = layer_files(frame, "a.gpkg")["a.gpkg"]
    report = check_file(content, "a.gpkg", city, "cmcc", CGCS)[0]
    assert report.records.geometry.geom_type.tolist() == ["Point"]
    assert faults(report, "note") == [("geometry_not_point", 1, "")]


def test_ten_thousand_faults_are_complete_and_fast(city):
    rows = site_rows(10_000)
    for row in rows:
        row[0], row[3], row[7] = "-", "高", "东经"
    content = workbook(("站", [SITE, *rows]))
    start = time.perf_counter()
    report = check_file(content, "站.xlsx", city, "cmcc", CGCS)[0]
    assert time.perf_counter() - start < 8
    assert len(faults(report)) == 10_000
    # The height, the longitude; that the coordinates are missing is said once a row by the latter.
    assert sum(code == "not_a_number" for code, _, _ in faults(report, "warning")) == 10_000
    assert sum(code == "coordinate_unread" for code, _, _ in faults(report, "warning")) == 10_000
    assert report.records.empty
    assert set(report.records.columns) >= set(PROVENANCE)


def test_two_thousand_rows_in_a_second_or_so(city):
    content = workbook(("站", [SITE, *site_rows(2000)]))
    check_file(workbook(("站", [SITE, *site_rows(2)])), "站.xlsx", city, "cmcc", CGCS)
    start = time.perf_counter()
    report = check_file(content, "站.xlsx", city, "cmcc", CGCS)[0]
    assert time.perf_counter() - start < 3
    assert len(report.records) == 2000


def test_every_fault_and_question_reads_well_in_both_languages(city):
    rows = site_rows(12)
    rows[0][0], rows[1][3], rows[2][2], rows[3][1] = "", "450", "6G", "#REF!"
    rows[4][7], rows[5][7] = "115.9", "东经"
    rows[6][0] = rows[7][0]
    rows[8][6], rows[9][4] = "样板新村", "西河市"
    report = check([*rows, ["合计"], SITE], city)
    produced = {fault.code for fault in report.faults}
    assert len(produced) >= 10
    for language in LANGUAGES:
        for fault in report.faults:
            message, remedy = Text(language).fault(fault)
            assert "fault." not in message + remedy
            assert "{" not in message + remedy


def test_every_code_that_reading_can_say_has_a_sentence_and_a_remedy():
    """Codes are the literals given to blame, Parsed and Fault, and what _doubt returns."""
    found = set()
    for path in Path(geodata.ingest.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            given = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                position = {"blame": 1, "Parsed": 1, "Fault": 0, "FileRefusedError": 0}.get(name)
                given = node.args[position : position + 1] if position is not None else []
            if isinstance(node, ast.FunctionDef) and node.name == "_doubt":
                returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
                given = [value.elts[0] for value in returned]
            found |= {arg.value for arg in given if isinstance(arg, ast.Constant) and arg.value}
    assert len(found) > 40
    for language in LANGUAGES:
        text = Text(language)
        assert [code for code in found if not text.has(f"fault.{code}")] == []
        assert [code for code in found if not text.has(f"fault.{code}.remedy")] == []
        reasons = ("empty", "no_header", "no_rows", "none_of_ours", "kind_unclear")
        assert all(text.has(f"reason.{reason}") for reason in reasons)


def test_names_with_formulas_and_markup_are_only_text(city):
    rows = site_rows(2)
    rows[0][1] = '=HYPERLINK("http://x")'
    rows[1][1] = "<script>alert(1)</script>"
    report = check(rows, city)
    assert report.records["name"].tolist() == [row[1] for row in rows]


def test_numbers_that_are_no_numbers(city):
    rows = site_rows(4)
    rows[0][7], rows[1][7], rows[2][8] = "nan", "inf", "1e400"
    report = check(rows, city)
    assert len(report.records) == 4
    assert report.records.geometry.notna().sum() == 1


def test_a_layer_without_geometry_is_a_table(city):
    frame = gpd.GeoDataFrame(
        {
            "站址编码": ["Z1"],
            "基站名称": ["甲"],
            "行政村": ["颍河村"],
            "经度": [113.65],
            "纬度": [34.12],
        },
        geometry=[None],
        crs="EPSG:4490",
    )
    content = layer_files(frame, "a.gpkg")["a.gpkg"]
    report = check_file(content, "a.gpkg", city, "cmcc", CGCS)[0]
    assert report.records.geometry.iloc[0] == Point(113.65, 34.12)


@pytest.mark.parametrize("ending", ["xlsx", "csv", "zip"])
def test_the_same_rows_in_any_format_are_the_same_records(ending, city):
    rows = [SITE, *site_rows(5)]
    content = {
        "xlsx": lambda: workbook(("站", rows)),
        "csv": lambda: table(rows, "gb18030", "\t"),
        "zip": lambda: archive({"站.csv": table(rows, "utf-16")}),
    }[ending]()
    records = check_file(content, f"站.{ending}", city, "cmcc", CGCS)[0].records
    expected = check(site_rows(5), city).records
    unlike = {"record_id", "sheet"}
    for column in set(records.columns) - unlike:
        assert records[column].tolist() == expected[column].tolist(), column
