"""Rural lists of coverage: each header names an operator and a generation."""

import io

import openpyxl
import pytest
from made_files import workbook

from geodata.ingest import CheckedTable, check_file
from geodata.ingest.aliases import find_hit
from geodata.records import read_kinds
from geodata.register import empty_register

PLACE = ["区县", "乡镇", "行政村"]
ROWS = [
    ["丹棱县", "双桥镇", "石马村"],
    ["丹棱县", "双桥镇", "白鹤村"],
    ["丹棱县", "杨场镇", "团结村"],
]


def check(headers: list[str], *cells: list[object]) -> CheckedTable:
    rows = [[*place, *values] for place, values in zip(ROWS, cells, strict=True)]
    content = workbook(("Sheet1", [[*PLACE, *headers], *rows]))
    return check_file(content, "导出.xlsx", empty_register(), "")[0]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("电信EVDO网络覆盖率", "rate_telecom_3g"),
        ("电信CDMA1X 2000网络覆盖率", "rate_telecom_2g"),
        ("移动GSM网络覆盖率(%)", "rate_cmcc_2g"),
        ("联通GSM覆盖率", "rate_unicom_2g"),
        ("移动TD网络覆盖率", "rate_cmcc_3g"),
        ("移动TD-SCDMA覆盖率", "rate_cmcc_3g"),
        ("联通WCDMA覆盖率", "rate_unicom_3g"),
        ("WCDMA网络覆盖率", "rate_unicom_3g"),
        ("中国电信LTE信号覆盖率", "rate_telecom_4g"),
        ("电信4G覆盖率（%）", "rate_telecom_4g"),
        ("4G覆盖率", "rate_4g"),
        ("5G网络覆盖率", "rate_5g"),
        ("移动4G是否覆盖", "covered_cmcc_4g"),
        ("中国联通5G信号", "covered_unicom_5g"),
        ("是否覆盖4G", "coverage_4g"),
        ("是否盲点", "blind"),
        ("是否LTE盲点", "blind_4g"),
        ("是否通光缆", "fibre"),
        ("是否通宽带", "broadband"),
    ],
)
def test_operator_and_generation_stand_in_the_header(header, field):
    hit = find_hit("village_coverage", header)
    assert hit is not None
    assert hit.field == field


def test_another_generation_is_no_slip_of_the_pen():
    assert find_hit("village_coverage", "6G覆盖率") is None
    assert find_hit("village_coverage", "电信与移动网络覆盖差值网络覆盖率") is None


def test_a_wide_sheet_becomes_a_field_a_network():
    headers = [
        "电信EVDO网络覆盖率",
        "移动TD网络覆盖率",
        "联通WCDMA覆盖率",
        "是否盲点",
        "是否通光纤",
    ]
    checked = check(
        headers, [95.5, "88%", 70, "否", "是"], [60, 0, "", "是", "否"], [101, 20, 30, "否", "有"]
    )
    assert checked.kind == "village_coverage"
    records = checked.records
    assert records["rate_telecom_3g"].tolist()[:2] == [95.5, 60]
    assert records["rate_cmcc_3g"].tolist() == [88, 0, 20]
    assert records["rate_unicom_3g"].isna().tolist() == [False, True, False]
    assert records["blind"].tolist() == [False, True, False]
    assert records["fibre"].tolist() == [True, False, True]
    beyond = [(f.place.row, f.place.column) for f in checked.faults if f.code == "out_of_range"]
    assert beyond == [(4, "电信EVDO网络覆盖率")]
    assert checked.questions == ()


def test_shares_become_percent_all_together():
    checked = check(["移动4G覆盖率", "电信4G覆盖率"], [0.95, 1], [0.5, 0], [1, 0.333])
    assert checked.records["rate_cmcc_4g"].tolist() == [95, 50, 100]
    assert checked.records["rate_telecom_4g"].round(1).tolist() == [100, 0, 33.3]
    assert [f.params["columns"] for f in checked.faults if f.code == "rates_as_shares"] == [2]


@pytest.mark.parametrize("cells", [[[1, 0], [0, 1], [1, 1]], [[0.5, 80], [1, 1], [0, 99]]])
def test_percent_stays_percent(cells):
    checked = check(["移动4G覆盖率", "电信4G覆盖率"], *cells)
    assert checked.records[["rate_cmcc_4g", "rate_telecom_4g"]].to_numpy().tolist() == cells


def test_operators_under_a_common_heading():
    rows = [
        ["区县", "乡镇", "行政村", "4G网络覆盖情况", "", ""],
        ["", "", "", "移动", "联通", "电信"],
        ["丹棱县", "双桥镇", "石马村", "是", "否", "是"],
        ["丹棱县", "双桥镇", "白鹤村", "是", "是", "否"],
        ["丹棱县", "杨场镇", "团结村", "否", "是", "否"],
    ]
    book = openpyxl.load_workbook(io.BytesIO(workbook(("Sheet1", rows))))
    for cells in ("A1:A2", "B1:B2", "C1:C2", "D1:F1"):
        book.active.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    (checked,) = check_file(out.getvalue(), "导出.xlsx", empty_register(), "")
    assert checked.kind == "village_coverage"
    assert checked.records["covered_cmcc_4g"].tolist() == [True, True, False]
    assert checked.records["covered_unicom_4g"].tolist() == [False, True, True]
    assert checked.records["covered_telecom_4g"].tolist() == [True, False, False]


def test_every_network_has_both_fields():
    fields = read_kinds()["village_coverage"].fields
    rated = {
        name.removeprefix("rate_") for name in fields if name.count("_") == 2 and "rate" in name
    }
    covered = {name.removeprefix("covered_") for name in fields if name.startswith("covered_")}
    assert rated - covered == {"cmcc_2g", "unicom_2g", "telecom_2g"}
    assert covered <= rated


@pytest.mark.parametrize("name", ["名称", "网格名称", "场景名称", "小区名称"])
def test_rates_of_anything_else_are_no_villages(name):
    rows = [[f"{name}{i}", 95 - i, 88 - i, 1000] for i in range(4)]
    content = workbook(("Sheet1", [[name, "4G覆盖率", "5G覆盖率", "采样点数"], *rows]))
    (checked,) = check_file(content, "导出.xlsx", empty_register(), "")
    assert checked.kind == ""
