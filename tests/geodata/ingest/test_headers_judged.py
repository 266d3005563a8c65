"""Tables whose headers say little or nothing are judged by values, and what is taken is asked."""

import json

import numpy as np
import pytest
from made_files import table, workbook
from typer.testing import CliRunner

from coverage_map.cli import app
from coverage_map.export.returned import return_file
from coverage_map.text import Text
from geodata.crs import gcj02_to_bd09, wgs84_to_gcj02
from geodata.ingest import Answers, Profile, TableAnswer, check_file, read_file, table_shape
from geodata.ingest.header_says import is_mute, says_of, speaks_against, speaks_for
from geodata.records import read_kinds
from geodata.register import empty_register

NOWHERE = empty_register()
COUNT = 12
TOWNS = ("青龙镇", "兴隆镇", "白鹿乡", "永安街道")
LON = [round(104.0613 + 0.0131 * i, 6) for i in range(COUNT)]
LAT = [round(30.6617 + 0.0117 * (i % 7) + 0.0011 * i, 6) for i in range(COUNT)]


def judged(headers, columns, answers=None, name="导出.xlsx", profiles=()):
    """Return the report of a workbook of one sheet, where no register is."""
    rows = [list(row) for row in zip(*columns, strict=True)]
    content = workbook(("Sheet1", [headers, *rows] if headers else rows))
    return check_file(content, name, NOWHERE, "", answers, profiles)[0]


def used(report):
    return {match.field: (match.header, match.how) for match in report.columns}


def asked(report):
    return {q.params.get("field", q.code): q.options for q in report.questions}


NAMES = [f"{TOWNS[i % 4]}双桥基站{i}" for i in range(COUNT)]
CODES = [f"51012{1000 + i}" for i in range(COUNT)]
SITES = [NAMES, [15 + 3 * (i % 9) for i in range(COUNT)], ["4G", "5G", "4G/5G"] * 4, LON, LAT]
CELLS = [
    [f"{TOWNS[i % 4]}小区{i}" for i in range(COUNT)],
    ["4G", "5G", "4G"] * 4,
    [120 * (i % 3) for i in range(COUNT)],
    [i % 7 for i in range(COUNT)],
    [20 + i for i in range(COUNT)],
    [LON[i // 3] for i in range(COUNT)],
    [LAT[i // 3] for i in range(COUNT)],
]


def test_headers_of_one_character_are_hints_that_values_bear_out():
    report = judged(["站", "高", "网", "经", "纬"], SITES)
    assert report.kind == "site"
    assert asked(report)["kind"][0] == "site"
    assert used(report) == {
        "name": ("站", "values"),
        "x": ("经", "values"),
        "y": ("纬", "values"),
    }
    suggested = {match.field: match.header for match in report.suggested}
    assert suggested == {"technologies": "网", "height_m": "高"}
    assert not report.ready
    said = TableAnswer("site", "EPSG:4490", {"name": "站", "technologies": "网", "height_m": "高"})
    answered = judged(["站", "高", "网", "经", "纬"], SITES, Answers({"*": said}))
    assert answered.questions == ()
    assert len(answered.records) == COUNT
    assert answered.records["height_m"].tolist() == SITES[1]


def test_cells_are_told_from_sites_by_azimuths_and_by_the_masts_they_share():
    report = judged(["名", "网", "向", "倾", "高", "经", "纬"], CELLS)
    assert report.kind == "cell"
    assert {match.field: match.header for match in report.suggested} == {
        "azimuth_deg": "向",
        "tilt_deg": "倾",
        "height_m": "高",
    }


def test_headers_of_one_character_over_values_of_something_else_are_not_believed():
    """高 over names and 站 over numbers: the hint counts only where the values agree."""
    columns = [SITES[1], SITES[0], SITES[2], SITES[3], SITES[4]]
    report = judged(["站", "高", "网", "经", "纬"], columns)
    assert "name" not in used(report)
    assert "height_m" not in {match.field for match in report.suggested}


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ([CODES, *SITES], "site"),
        ([[f"460-00-{570000 + i // 3}-{i % 3 + 1}" for i in range(COUNT)], *CELLS], "cell"),
        ([CODES, NAMES, ["角钢塔", "单管塔"] * 6, SITES[1], LON, LAT], "tower"),
        ([CODES, NAMES, ["分纤箱", "光交箱"] * 6, [24, 48] * 6, LON, LAT], "fibre_node"),
        (
            [CODES, NAMES, ["架空", "管道"] * 6, [24, 48] * 6, [1200 + i for i in LON]],
            "fibre_route",
        ),
    ],
)
def test_records_without_a_header_are_recognised_by_their_values(columns, kind):
    report = judged(None, columns)
    assert (report.kind, report.header_row, report.rows) == (kind, None, COUNT)
    assert asked(report)["kind"][0] == kind
    assert {how for _, how in used(report).values()} == {"values"}
    missing = next(fault for fault in report.faults if fault.code == "header_missing")
    assert (missing.severity, missing.place.row) == ("warning", 1)


def test_the_first_record_is_never_taken_for_a_header_below_a_title_either():
    rows = [["金堂县基站明细"], *map(list, zip(CODES, *SITES, strict=True))]
    read = read_file(workbook(("a", rows)), "a.xlsx")[0]
    assert (read.header_row, read.rows.tolist()) == (None, list(range(2, COUNT + 2)))
    assert read.titles == ("金堂县基站明细",)
    assert read.columns[0].tolist() == CODES
    text = read_file(table(rows[1:]), "a.csv")[0]
    assert (text.headers[:2], len(text.rows)) == (("$A", "$B"), COUNT)


def test_what_values_alone_do_not_tell_is_asked_or_left():
    bare = judged(None, [NAMES, LON, LAT])
    assert (bare.kind, bare.reason) == ("", "kind_unclear")
    assert {"site", "tower", "none"} <= set(asked(bare)["kind"])
    prices = [
        ["甲", "乙", "丙"] * 4,
        [1.5 + i for i in range(COUNT)],
        [3 * i for i in range(COUNT)],
    ]
    nothing = judged(None, prices)
    assert (nothing.kind, nothing.reason) == ("", "no_header")
    assert "header_missing" in [fault.code for fault in nothing.faults]


def test_a_table_without_a_header_is_remembered_by_the_make_of_its_columns():
    columns = [CODES, *SITES]
    rows = list(map(list, zip(*columns, strict=True)))
    shape = table_shape(read_file(workbook(("a", rows)), "a.xlsx")[0])
    said = TableAnswer("site", "EPSG:4490", {"source_id": "$A", "name": "$B"})
    kept = Profile("没有表头的站", shape, said)
    again = judged(None, columns, profiles=[kept])
    assert (again.profile, again.questions) == ("没有表头的站", ())
    other = judged(None, [NAMES, CODES, *SITES[1:]], profiles=[kept])
    assert other.profile == ""


def test_ways_of_sending_are_no_technology():
    cells = [CELLS[0], [f"460-00-{570000 + i}-1" for i in range(COUNT)], ["TDD", "FDD"] * 6]
    headers = ["小区名称", "CGI", "双工模式", "方位角", "经度", "纬度"]
    report = judged(headers, [*cells, CELLS[2], *CELLS[5:]])
    assert report.kind == "cell"
    assert "technology" not in used(report)
    assert "technology" in asked(report)
    assert "双工模式" in report.unmapped


def test_headers_that_sound_alike_are_not_taken_for_what_they_hold():
    """Each of these has cells that are spellings of a field's values."""
    headers = ["站名", "设备型号", "软件版本", "双工方式", "载频数", "扇区半径", "经度", "纬度"]
    cells = [["4G", "5G"] * 6, ["4G", "5G"] * 6, ["FDD", "TDD"] * 6, [3, 6] * 6, [20, 45] * 6]
    report = judged(headers, [NAMES, *cells, LON, LAT], name="基站.xlsx")
    assert report.kind == "site"
    taken = {match.header for match in (*report.columns, *report.suggested)}
    assert taken == {"站名", "经度", "纬度"}


def test_the_words_of_a_header_are_evidence():
    fields = read_kinds()["cell"].all_fields
    assert speaks_for("楼宇经度", fields["x"])
    assert speaks_against("起点经度", fields["source_id"])
    assert speaks_against("小区双工模式", fields["technology"])
    assert not speaks_against("制式类别", fields["technology"])
    assert not speaks_against("数据二", fields["y"])
    assert says_of("数据二") is None
    assert [is_mute(header) for header in ("$A", "F3", "字段2", "站", "站名", "X坐标")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_code_is_never_suggested_from_a_coordinate():
    headers = ["光缆名称", "芯数", "起始处经度", "起始处纬度"]
    report = judged(headers, [NAMES, [24, 48] * 6, LON, LAT])
    assert report.kind == "fibre_route"
    assert {"source_id", "name"}.isdisjoint({match.field for match in report.suggested})


def shifted(lon, lat):
    """Return positions in GCJ-02 and in BD-09, as columns."""
    gcj = wgs84_to_gcj02(np.array(lon), np.array(lat))
    return [[np.round(axis, 6).tolist() for axis in pair] for pair in (gcj, gcj02_to_bd09(*gcj))]


PAIRS = ["站址编码", "基站名称", "百度地图经度", "百度地图纬度", "gps经度", "gps纬度"]
GCJ, BD = shifted(LON, LAT)


@pytest.mark.parametrize("count", [4, COUNT])
def test_two_pairs_that_differ_by_the_shift_say_which_is_which(count):
    columns = [column[:count] for column in (CODES, NAMES, *BD, LON, LAT)]
    report = judged(PAIRS, columns)
    assert used(report)["x"] == ("gps经度", "alias")
    assert (report.crs.chosen, report.crs.decided_by, report.crs.ground) == (
        "EPSG:4490",
        "evidence",
        "pair",
    )
    assert "crs" not in asked(report)
    told = {fault.code: fault for fault in report.faults}
    assert told["pair_offset"].params == {
        "others": "百度地图经度、百度地图纬度",
        "chosen": "EPSG:4490",
        "crs": "BD-09",
    }
    assert told["column_chosen"].params["because"] == "offset"


def test_what_the_shift_says_goes_before_what_headers_say():
    report = judged(PAIRS, [CODES, NAMES, LON, LAT, *GCJ])
    assert used(report)["x"] == ("百度地图经度", "alias")
    assert report.crs.chosen == "EPSG:4490"
    assert "crs_contradicted" in [fault.code for fault in report.faults]
    np.testing.assert_allclose(report.records.geometry.x, LON, atol=1e-6)


@pytest.mark.parametrize("other", [(LON, LAT), (LON[2:] + LON[:2], LAT[2:] + LAT[:2])])
def test_pairs_that_no_shift_leads_to_leave_the_system_to_be_asked(other):
    report = judged(PAIRS, [CODES, NAMES, *other, LON, LAT])
    assert "crs" in asked(report)
    assert "pair_offset" not in [fault.code for fault in report.faults]


def test_both_pairs_shifted_are_told_too():
    report = judged(PAIRS, [CODES, NAMES, *BD, *GCJ])
    assert (used(report)["x"][0], report.crs.chosen) == ("gps经度", "GCJ-02")
    np.testing.assert_allclose(report.records.geometry.x, LON, atol=1e-6)


@pytest.mark.parametrize("headless", [False, True])
def test_the_command_says_so_too(tmp_path, headless):
    headers = [] if headless else [["站", "高", "网", "经", "纬"]]
    path = tmp_path / "站点导出.xlsx"
    path.write_bytes(workbook(("Sheet1", [*headers, *map(list, zip(*SITES, strict=True))])))
    result = CliRunner().invoke(app, ["check", str(path), "--json"])
    assert result.exit_code in {0, 1}, result.output
    found = json.loads(result.output)
    sheet = (found[0] if isinstance(found, list) else found)["tables"][0]
    assert (sheet["kind"], sheet["header_row"]) == ("site", None if headless else 1)
    assert "columns" in sheet


@pytest.mark.parametrize(
    ("more", "technology", "code"),
    [
        ({"gNodeB ID": [870000 + i for i in range(COUNT)]}, "5G", "technology_by_title"),
        ({"频点": [504990] * COUNT}, "5G", "technology_inferred"),
        ({"频点": [38400] * COUNT}, "4G", "technology_inferred"),
        ({}, "4G", "technology_by_duplex"),
    ],
)
def test_tdd_in_a_column_of_technologies_tells_no_generation_by_itself(more, technology, code):
    headers = ["小区名称", "CGI", "制式", "方位角", *more, "经度", "纬度"]
    codes = [f"460-00-{570000 + i}-1" for i in range(COUNT)]
    columns = [CELLS[0], codes, ["TDD"] * COUNT, CELLS[2], *more.values(), *CELLS[5:]]
    report = judged(headers, columns)
    assert set(report.records["technology"]) == {technology}
    assert code in [fault.code for fault in report.faults]


def test_what_names_records_is_taken_from_a_column_that_tells_them_apart():
    """Splitters hang on one OLT: its name stands in every row."""
    headers = ["OLT名称", "分光器名称", "分光器编码", "分光比", "端口总数", "经度", "纬度"]
    same = ["青龙镇OLT01"] * COUNT
    report = judged(headers, [same, NAMES, CODES, ["1:8"] * COUNT, [8] * COUNT, LON, LAT])
    assert (report.kind, used(report)["name"][0]) == ("fibre_node", "分光器名称")
    chosen = next(fault for fault in report.faults if fault.code == "column_chosen")
    assert (chosen.params["others"], chosen.params["because"]) == ("OLT名称", "distinct")


def test_a_unit_in_latin_letters_needs_no_brackets():
    headers = ["光缆名称", "光缆皮长km", "纤芯数"]
    report = judged(headers, [NAMES, [1.5 + i for i in range(COUNT)], [24, 48] * 6])
    assert used(report)["length_m"] == ("光缆皮长km", "alias")
    assert report.records["length_m"].tolist()[:2] == [1500.0, 2500.0]


def test_decimal_numbers_are_no_codes():
    headers = ["光缆名称", "纤芯数", "甲乙"]
    report = judged(headers, [NAMES, [24, 48] * 6, [10.37 + i for i in range(COUNT)]])
    assert report.kind == "fibre_route"
    assert "source_id" not in {match.field for match in (*report.columns, *report.suggested)}


def test_values_that_are_headers_elsewhere_make_no_header():
    rows = [
        [f"Z{i:03}", f"双桥站{i}", "Y", ("Indoor", "室内外")[i % 2], LON[i], LAT[i]]
        for i in range(COUNT)
    ]
    read = read_file(workbook(("a", rows)), "a.xlsx")[0]
    assert (read.header_row, len(read.rows)) == (None, COUNT)


def test_names_that_programs_give_to_columns_are_a_header_that_says_nothing():
    headers = [f"F{j}" for j in range(1, 7)]
    report = judged(headers, [CODES, *SITES])
    assert (report.kind, report.header_row, report.rows) == ("site", 1, COUNT)
    assert {how for _, how in used(report).values()} == {"values"}


def test_rates_are_no_coordinates():
    """Rates of 97 to 99 and of 20 to 50 per cent, side by side, without a header."""
    rates = [[97.25 + i / 10 for i in range(COUNT)], [20.35 + i for i in range(COUNT)]]
    report = judged(None, [NAMES, *rates])
    assert (report.kind, report.reason, asked(report)) == ("", "no_header", {})


def test_a_text_without_a_header_comes_back_with_its_first_record_marked():
    rows = [*map(list, zip(CODES, *SITES, strict=True))]
    content = table(rows)
    faults = judged_text(content).faults
    _, marked = return_file(content, "站.csv", faults, [], 0, Text("zh_CN"))
    first = marked.decode().splitlines()[0]
    assert first.startswith(CODES[0])
    assert "没有表头" in first


def judged_text(content):
    return check_file(content, "站.csv", NOWHERE, "")[0]


def test_of_three_pairs_each_is_told():
    headers = [
        "站址编码",
        "基站名称",
        "经度",
        "纬度",
        "百度经度",
        "百度纬度",
        "高德经度",
        "高德纬度",
    ]
    report = judged(headers, [CODES, NAMES, LON, LAT, *BD, *GCJ])
    assert (used(report)["x"][0], report.crs.chosen) == ("经度", "EPSG:4490")
    told = [fault.params for fault in report.faults if fault.code == "pair_offset"]
    assert {(params["others"], params["crs"]) for params in told} == {
        ("百度经度、百度纬度", "BD-09"),
        ("高德经度、高德纬度", "GCJ-02"),
    }


def test_pairs_under_headers_that_nobody_knows_are_told_by_the_shift_too():
    headers = ["站址编码", "基站名称", "位一", "位二", "位三", "位四"]
    report = judged(headers, [CODES, NAMES, *GCJ, LON, LAT])
    assert used(report)["x"] == ("位三", "values")
    assert (report.crs.chosen, report.crs.ground, asked(report)) == ("EPSG:4490", "pair", {})


def test_a_name_that_another_kind_has_names_records_of_this_one():
    """站点名称 is a site's name; in a list of towers it is asked about as theirs."""
    headers = ["塔站编码", "站点名称", "杆塔类型", "杆塔高度(m)", "经度", "纬度"]
    report = judged(headers, [CODES, NAMES, ["角钢塔", "单管塔"] * 6, SITES[1], LON, LAT])
    assert report.kind == "tower"
    assert used(report)["name"] == ("站点名称", "values")
    assert asked(report)["name"][0] == "站点名称"


def test_inspections_of_placed_masts_are_no_masts():
    headers = ["站址名称", "站址编码", "经度", "纬度", "本次巡检时间", "巡检结果", "隐患描述"]
    headers += ["整改情况", "塔型"]
    said = [["2024-01-01"] * COUNT, ["正常"] * COUNT, ["无"] * COUNT, ["无"] * COUNT]
    report = judged(headers, [NAMES, CODES, LON, LAT, *said, ["角钢塔"] * COUNT])
    assert (report.kind, report.reason) == ("", "work_order_table")
