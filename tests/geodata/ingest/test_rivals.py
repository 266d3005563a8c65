"""What stands in the cells decides what a header of several meanings is."""

import pytest
from made_files import workbook

from geodata.ingest import CheckedTable, check_file
from geodata.ingest.values.choices import parse_list
from geodata.records import read_kinds
from geodata.register import empty_register


def checked(headers: list[str], rows: list[list[object]]) -> CheckedTable:
    content = workbook(("Sheet1", [headers, *rows]))
    return check_file(content, "a.xlsx", empty_register(), "")[0]


def fields(table: CheckedTable) -> dict[str, str]:
    return {match.field: match.header for match in table.columns}


CELLS = ["gNodeB标识", "小区标识", "小区名称", "物理小区识别码", "制式", "经度", "纬度"]


def cell_rows(identity: list[object]) -> list[list[object]]:
    return [
        [7001 + i // 3, identity[i], f"大桥{i}", i, "5G", 113.1 + i / 100, 24.2 + i / 100]
        for i in range(6)
    ]


def test_numbers_within_a_site_are_no_key():
    table = checked(CELLS, cell_rows([1, 2, 3, 1, 2, 3]))
    assert table.kind == "cell"
    assert fields(table)["local_id"] == "小区标识"
    assert not [fault for fault in table.faults if fault.code == "key_twice"]


def test_whole_identities_under_the_same_header_are_the_key():
    table = checked(CELLS, cell_rows([f"460-00-7001{i}-1" for i in range(6)]))
    assert fields(table)["source_id"] == "小区标识"


def test_an_eci_beside_a_cgi_is_kept_as_such():
    headers = ["小区CGI", "ECI", "小区名称", "制式", "频段", "经度", "纬度"]
    rows = [
        [f"460-00-50123{i}-1", 501230 * 256 + i * 256 + 1, f"大桥{i}", "4G", "FDD1800", 113.1, 24.2]
        for i in range(6)
    ]
    found = fields(checked(headers, rows))
    assert (found["source_id"], found["eci"]) == ("小区CGI", "ECI")


@pytest.mark.parametrize(
    ("cell", "field"), [("宏站", "site_class"), ("S1/1/1", "configuration"), ("4G", "technologies")]
)
def test_the_type_of_a_site_is_what_its_cells_are(cell, field):
    headers = ["基站编号", "基站名称", "站型", "经度", "纬度", "区县"]
    rows = [[f"LY{i:04d}", f"大桥{i}", cell, 113.1, 24.2, "英德市"] for i in range(6)]
    assert fields(checked(headers, rows))[field] == "站型"


def test_four_headers_of_measurements_outweigh_any_list():
    headers = ["CGI", "小区名称", "制式", "频段", "经度", "纬度", "方位角", "挂高", "PCI"]
    row = ["460-00-501-1", "大桥", "4G", "FDD1800", 113.1, 24.2, 120, 30, 7]
    rows = [[f"460-00-50{i}-1", f"大桥{i}", *row[2:]] for i in range(6)]
    assert checked(headers, rows).kind == "cell"
    measured = ["日流量(GB)", "PRB利用率", "无线接通率", "无线掉线率"]
    table = checked([*headers, *measured], [[*one, 1.5, 40.1, 99.2, 0.3] for one in rows])
    assert (table.kind, table.reason) == ("", "kpi_table")


def test_names_of_operators_one_behind_the_other_are_a_list():
    tenants = read_kinds()["tower"].fields["tenants"]
    assert parse_list("移动联通", "移动联通", tenants).value == ["cmcc", "unicom"]
    assert parse_list("移动某某", "移动某某", tenants).code == "value_unknown"
