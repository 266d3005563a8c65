"""Rows are called the same only where nothing in the table tells them apart."""

from collections.abc import Sequence

import numpy as np
import pytest

from geodata.ingest.check import check_table
from geodata.ingest.columns import map_columns
from geodata.ingest.raw import RawTable
from geodata.ingest.report import CheckedTable, TableAnswer
from geodata.ingest.values.choices import value_of
from geodata.match_words import unit_index
from geodata.register import empty_register

ROWS = 24
PLACE = {
    "经度": [round(106.4 + i * 0.003, 6) for i in range(ROWS)],
    "纬度": [round(23.1 + i * 0.002, 6) for i in range(ROWS)],
}


def checked(
    columns: dict[str, Sequence[object]], answer: TableAnswer | None = None
) -> CheckedTable:
    """Check a table of the given columns as one of a place without a register."""
    cells = tuple(np.array(list(column), dtype=object) for column in columns.values())
    table = RawTable("表", 1, tuple(columns), cells, np.arange(2, 2 + ROWS))
    answer = answer or TableAnswer()
    register = empty_register()
    mapped = map_columns(table, answer, "表.xlsx")
    index = unit_index(register)
    return check_table(table, mapped, register, index, "cmcc", answer, "表.xlsx", {})


def codes(report: CheckedTable) -> list[str]:
    return [fault.code for fault in report.faults]


def test_villages_under_their_other_name_tell_groups_apart():
    report = checked(
        {
            "县": ["靖西市"] * ROWS,
            "乡镇": ["新靖镇"] * ROWS,
            "建制村": [f"{'甲乙丙丁戊己'[i % 6]}屯村" for i in range(ROWS)],
            "自然村(组)": [f"{i // 6 + 1}组" for i in range(ROWS)],
            "是否通宽带": ["是"] * ROWS,
        }
    )
    assert {match.field for match in report.columns} >= {"village_name", "settlement_name"}
    assert "key_twice" not in codes(report)


def test_codes_tell_villages_of_one_name_apart():
    columns = {
        "县(市、区)": ["靖西市"] * ROWS,
        "乡镇": ["新靖镇"] * ROWS,
        "行政村名称": [f"{'甲乙丙丁'[i % 4]}屯村" for i in range(ROWS)],
        "行政区划代码": [f"4510811{i:05d}" for i in range(ROWS)],
        "是否通光纤": ["是"] * ROWS,
    }
    report = checked(columns)
    assert report.kind == "village_coverage"
    assert len(report.records) == ROWS
    columns["行政区划代码"] = ["451081100200"] * ROWS
    again = checked(columns, TableAnswer(kind="village_coverage"))
    assert codes(again).count("key_twice") == ROWS - 4


@pytest.mark.parametrize("node", ["站号", "gNodeB ID"])
def test_station_and_number_name_a_cell(node):
    report = checked(
        {
            node: [100200 + i // 3 for i in range(ROWS)],
            "小区号": [i % 3 + 1 for i in range(ROWS)],
            "小区名": [f"靖西村_{i % 3}" for i in range(ROWS)],
            "制式": ["TDD-LTE"] * ROWS,
            "方向角": [i % 3 * 120 for i in range(ROWS)],
            **PLACE,
        }
    )
    assert report.kind == "cell"
    assert report.records["source_id"].tolist()[:2] == ["100200-1", "100200-2"]
    assert "identity_composed" in codes(report)
    assert not {"key_twice", "column_from_other"} & set(codes(report))


def test_a_column_that_may_be_the_key_is_asked_about_first():
    columns = {
        "乡镇": ["新靖镇"] * ROWS,
        "行政村": [f"{'甲乙丙丁'[i % 4]}屯村" for i in range(ROWS)],
        "归口": [f"{'赵钱孙李周吴'[i // 4]}家县" for i in range(ROWS)],
        "是否通光纤": ["是"] * ROWS,
    }
    asked = checked(columns, TableAnswer(kind="village_coverage"))
    assert [(q.params["field"], q.options) for q in asked.questions] == [("county_name", ("归口",))]
    assert "key_twice" not in codes(asked)
    denied = TableAnswer(kind="village_coverage", columns={"county_name": ""})
    assert codes(checked(columns, denied)).count("key_twice") == ROWS - 4


def test_how_built_up_a_place_is_names_no_county():
    columns = {
        "基站编号": [f"JZ{i:04d}" for i in range(ROWS)],
        "基站名称": [f"甲{i}" for i in range(ROWS)],
        "制式": ["4G"] * ROWS,
        "区域": ["农村", "城区", "县城"] * (ROWS // 3),
        **PLACE,
    }
    fields = {match.header: match.field for match in checked(columns).columns}
    assert fields["区域"] == "area_class"
    columns["区域"] = ["靖西市", "德保县"] * (ROWS // 2)
    fields = {match.header: match.field for match in checked(columns).columns}
    assert fields["区域"] == "county_name"


@pytest.mark.parametrize(
    ("technology", "cells"),
    [
        ("4G", ["TDD-LTE", "LTE TDD", "FDD LTE", "LTE-FDD 1800M", "LTE网络", "4G(TD-LTE)"]),
        ("5G", ["NR TDD", "5G SA", "NR(SA) 2.6G", "5G网络", "TDD NR", "5G NR n78"]),
        (None, ["6G", "4G/5G", "宏站", "不是5G", "2.6G", "网络"]),
    ],
)
def test_technologies_are_told_by_their_parts(technology, cells):
    assert [value_of(cell, "technology") for cell in cells] == [technology] * len(cells)
