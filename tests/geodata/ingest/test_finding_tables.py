"""Where the table stands in a sheet: headers of several lines, rows under them, several tables."""

import io

import openpyxl
import pytest
import xlsxwriter
from made_files import SITE, site_rows, table, workbook

from geodata.errors import FileRefusedError
from geodata.ingest import read_file
from geodata.ingest.raw import worksheet_of


def merged(rows, *ranges, hidden=(), state="visible"):
    """Return the bytes of an .xlsx with merged ranges and hidden rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    for row in rows:
        sheet.append(row)
    for cells in ranges:
        sheet.merge_cells(cells)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    if state != "visible":
        book.create_sheet("露")
        sheet.sheet_state = state
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


TWO_LINES = [
    ["移动站址表", None, None, None, None, None],
    ["序号", "基站名称", "位置", None, "天线参数", None],
    [None, None, "经度", "纬度", "挂高", "方位角"],
    [1, "甲站", 113.6, 34.1, 35, 120],
    [2, "乙站", 113.7, 34.2, 30, 240],
]
RANGES = ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")
LEAVES = ("序号", "基站名称", "经度", "纬度", "挂高", "方位角")
GROUPS = ("", "", "位置", "位置", "天线参数", "天线参数")


@pytest.mark.parametrize("written", ["merged", "unmerged", "text"])
def test_a_header_of_two_lines(written):
    if written == "text":
        rows = [["" if cell is None else cell for cell in row] for row in TWO_LINES]
        read = read_file(table(rows), "a.csv")[0]
    else:
        read = read_file(merged(TWO_LINES, *(RANGES if written == "merged" else ())), "a.xlsx")[0]
    assert read.headers == LEAVES
    assert read.groups == GROUPS
    assert (read.header_row, read.header_rows) == (3, (2, 3))
    assert read.rows.tolist() == [4, 5]
    assert read.numbers == (1, 2, 3, 4, 5, 6)
    assert read.titles == ("移动站址表",)


def test_a_header_of_three_lines_with_groups_of_groups():
    rows = [
        ["站点", None, None, None, "无线", None],
        ["基本信息", None, "位置", None, "覆盖", "其他"],
        ["基站名称", "站址编码", "经度", "纬度", "挂高", "备注"],
        *[[f"站{i}", f"Z{i:03d}", 113.6, 34.1, 35, "无"] for i in range(4)],
    ]
    read = read_file(merged(rows, "A1:D1", "E1:F1", "A2:B2", "C2:D2"), "a.xlsx")[0]
    assert read.headers == ("基站名称", "站址编码", "经度", "纬度", "挂高", "备注")
    assert read.groups[:4] == ("站点/基本信息", "站点/基本信息", "站点/位置", "站点/位置")
    assert read.groups[4:] == ("无线/覆盖", "无线/其他")
    assert (read.header_row, read.header_rows, len(read.rows)) == (3, (1, 2, 3), 4)


def test_a_header_of_two_lines_that_nobody_knows():
    rows = [
        ["指标甲", "忙时", None, "闲时", None],
        [None, "上行字节", "下行字节", "上行字节数", "下行字节数"],
        *[[f"节点{i}", i * 3.5, i * 7, i, i + 1] for i in range(6)],
    ]
    read = read_file(merged(rows, "A1:A2", "B1:C1", "D1:E1"), "a.xlsx")[0]
    assert read.headers == ("指标甲", "上行字节", "下行字节", "上行字节数", "下行字节数")
    assert read.groups == ("", "忙时", "忙时", "闲时", "闲时")
    assert read.header_rows == (1, 2)
    assert len(read.rows) == 6


ENGLISH = ["site_id", "name", "RAT", "height", "county", "town", "village", "lon", "lat"]
CODES = ["F_001", "F_002", "F_003", "F_004", "F_005", "F_006", "F_007", "F_008", "F_009"]
UNDER = {
    "english": ENGLISH,
    "codes": CODES,
    "units": ["", "", "", "m", "", "", "", "度", "度"],
    "units in brackets": ["", "", "", "（米）", "", "", "", "(°)", "(°)"],
    "marks": ["必填", "必填", "选填", "选填", "必填", "必填", "必填", "必填", "必填"],
    "types": ["文本", "文本", "文本", "数值", "文本", "文本", "文本", "数值", "数值"],
    "numbering": list(range(1, 10)),
    "numbering as text": [f"({n})" for n in range(1, 10)],
    "advice": ["填写编码", "", "如：4G/5G", "单位：米", *["下拉"] * 2, "写全称", *["保留6位"] * 2],
    "sample": ["示例", "样站", "4G", 35, "东山县", "赵镇", "颍河村", 113.65, 34.12],
}  # fmt: skip


@pytest.mark.parametrize("what", UNDER)
@pytest.mark.parametrize("count", [1, 5])
def test_rows_below_a_header_that_are_no_records(what, count):
    read = read_file(workbook(("a", [["标题"], SITE, UNDER[what], *site_rows(count)])), "a.xlsx")[0]
    assert read.headers == tuple(SITE)
    assert (read.header_row, read.header_rows) == (2, (2, 3))
    assert read.rows.tolist() == list(range(4, 4 + count))
    told = [fault.params["what"] for fault in read.faults if fault.code == "row_under_header"]
    assert told == ([what] if what in {"advice", "sample"} else [])


def test_english_codes_above_a_chinese_header():
    read = read_file(workbook(("a", [ENGLISH, SITE, *site_rows(3)])), "a.xlsx")[0]
    assert (read.headers, read.header_row, read.header_rows) == (tuple(SITE), 2, (1, 2))
    assert read.groups == ("",) * len(SITE)
    assert len(read.rows) == 3


def test_an_english_header_with_no_chinese_one():
    read = read_file(workbook(("a", [ENGLISH, *site_rows(3)])), "a.xlsx")[0]
    assert (read.headers, len(read.rows)) == (tuple(ENGLISH), 3)


WORK_ORDERS = [
    ["工单流水号", "派单时刻", "处理部门", "处理意见", "客户级别"],
    *[[f"GD2023{i:04d}", f"2023-05-{i:02d} 10:00", "网维", "已处理", "普通"] for i in range(1, 9)],
]
PERFORMANCE = [
    ["开始时刻", "粒度", "网元标识符", "接通率(%)", "掉线率(%)", "吞吐率"],
    *[[f"2023-05-01 {i:02d}:00", 60, f"E{i}", 99.1, 0.2, 35.6 + i] for i in range(10)],
]


@pytest.mark.parametrize("rows", [WORK_ORDERS, PERFORMANCE])
@pytest.mark.parametrize("titles", [[], [["某市日报"], ["制表：网管中心", None, "单位：%"]]])
def test_tables_of_others_keep_their_headers(rows, titles):
    read = read_file(workbook(("a", [*titles, *rows])), "a.xlsx")[0]
    assert read.headers == tuple(rows[0])
    assert (read.header_row, len(read.rows)) == (len(titles) + 1, len(rows) - 1)


@pytest.mark.parametrize(
    "rows",
    [
        [["通知"], ["各分公司："], ["请按要求填报。"], ["网络部"]],
        [["x"] * 3] * 5,
    ],
)
def test_what_is_no_table_says_so(rows):
    read = read_file(workbook(("a", rows)), "a.xlsx")[0]
    assert (read.reason, read.headers) == ("no_header", ())


@pytest.mark.parametrize(
    "rows",
    [
        [[113.1, 34.2, "甲"], [113.2, 34.3, "乙"], [113.3, 34.4, "丙"]],
        [["Z1", "甲站", "2023-01-01"], ["Z2", "乙站", "2023-01-02"], ["Z3", "丙站", "2023-01-03"]],
    ],
)
def test_records_without_a_header_keep_their_first_row(rows):
    read = read_file(workbook(("a", rows)), "a.xlsx")[0]
    assert (read.reason, read.header_row, read.headers) == ("", None, ("$A", "$B", "$C"))
    assert [list(row) for row in zip(*read.columns, strict=True)] == rows
    assert read.rows.tolist() == [1, 2, 3]
    assert [fault.code for fault in read.faults] == ["header_missing"]


OTHER = ["光缆名称", "纤芯数", "皮长公里", "起点", "终点"]


@pytest.mark.parametrize("title", [[], [["光缆"]]])
def test_a_second_table_below_the_first(title):
    rows = [
        SITE,
        *site_rows(3),
        [],
        *title,
        OTHER,
        ["甲缆", 24, 1.5, "一", "二"],
        ["乙缆", 48, 2, "三", "四"],
    ]
    first, second = read_file(workbook(("站", rows)), "a.xlsx")
    assert (first.sheet, second.sheet) == ("站", "站 #2")
    assert worksheet_of(second.sheet) == "站"
    assert (first.headers, first.rows.tolist()) == (tuple(SITE), [2, 3, 4])
    below = 6 + len(title)
    assert (second.header_row, second.headers) == (below, tuple(OTHER))
    assert second.rows.tolist() == [below + 1, below + 2]
    assert [fault.code for fault in second.faults] == ["table_below"]


def test_the_same_header_of_two_lines_again_is_no_second_table():
    head = TWO_LINES[:3]
    rows = [*head, TWO_LINES[3], *head, TWO_LINES[4], [], ["合计", None, None, None, 65, None]]
    read = read_file(merged(rows), "a.xlsx")
    assert len(read) == 1
    assert read[0].rows.tolist() == [4, 8]
    codes = [fault.code for fault in read[0].faults]
    assert codes == ["row_header_again"] * 3 + ["row_total"]


def test_records_that_blank_rows_part_stay_one_table():
    rows = [SITE, *site_rows(2), [], *site_rows(2, start=2), [], [], *site_rows(2, start=4)]
    read = read_file(workbook(("a", rows)), "a.xlsx")
    assert len(read) == 1
    assert len(read[0].rows) == 6


@pytest.mark.parametrize(
    "row",
    [
        ["总计：", None, None, 99],
        [None, "合计"],
        ["东山县小计", None, None, 40],
        ["Total", None, None, 3],
    ],
)
def test_totals_are_left_out_and_said(row):
    read = read_file(workbook(("a", [SITE, *site_rows(3), row])), "a.xlsx")[0]
    assert (len(read.rows), [f.code for f in read.faults]) == (3, ["row_total"])


def test_what_is_merged_over_rows_belongs_to_each():
    rows = [
        ["乡镇", "基站名称", "经度"],
        ["赵镇", "甲", 113.1],
        [None, "乙", 113.2],
        [None, "丙", 113.3],
    ]
    read = read_file(merged(rows, "A2:A4"), "a.xlsx")[0]
    assert read.columns[0].tolist() == ["赵镇"] * 3
    assert [(f.code, f.params) for f in read.faults] == [("cells_merged", {"count": 1})]
    assert read_file(merged(rows), "a.xlsx")[0].columns[0].tolist() == ["赵镇", "", ""]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_and_rows_are_read_and_said(state):
    rows = [SITE, *site_rows(5)]
    read = read_file(merged(rows, hidden=(3, 4), state=state), "a.xlsx")[0]
    assert (read.sheet, read.hidden, len(read.rows)) == ("表", True, 5)
    assert [(f.code, f.severity) for f in read.faults] == [
        ("rows_hidden", "note"),
        ("sheet_hidden", "note"),
    ]


def test_rows_out_of_a_filter_are_data():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("a")
        for i, row in enumerate([SITE, *site_rows(6)]):
            sheet.write_row(i, 0, row)
        sheet.autofilter(0, 0, 6, 8)
        sheet.filter_column(0, "x == Z00000")
        for i in range(2, 7):
            sheet.set_row(i, options={"hidden": True})
    read = read_file(buffer.getvalue(), "a.xlsx")[0]
    assert len(read.rows) == 6
    assert [(f.code, f.params) for f in read.faults] == [("rows_filtered", {"count": 5})]


def test_a_table_that_starts_at_column_c_in_row_7():
    book = openpyxl.Workbook()
    for i, row in enumerate([SITE, *site_rows(2)]):
        for j, cell in enumerate(row):
            book.active.cell(7 + i, 3 + j, cell)
    book.active.merge_cells("C5:K5")
    book.active["C5"] = "标题"
    buffer = io.BytesIO()
    book.save(buffer)
    read = read_file(buffer.getvalue(), "a.xlsx")[0]
    assert (read.header_row, read.rows.tolist(), read.titles) == (7, [8, 9], ("标题",))
    assert read.numbers == tuple(range(3, 12))
    assert read.headers == tuple(SITE)


def test_formulas_that_failed_are_shown_and_those_without_a_result_said():
    rows = [SITE, *site_rows(3)]
    rows[1][3], rows[2][1], rows[3][3] = "#N/A", "#REF!", "=1+1"
    read = read_file(workbook(("a", rows)), "a.xlsx")[0]
    assert (read.columns[3][0], read.columns[1][1]) == ("#N/A", "#REF!")
    told = [(f.code, f.place.row, f.params) for f in read.faults]
    assert told == [("formulas_uncomputed", 4, {"count": 1})]


def test_headers_with_spaces_line_breaks_and_full_width_letters():
    head = [" 站址编码 ", "基站\n名称", "Ｌｏｎ ", "纬度（°）", "挂高\u3000"]
    read = read_file(workbook(("a", [head, ["Z1", "甲", 113.5, 34.1, 30]])), "a.xlsx")[0]
    assert read.headers == ("站址编码", "基站 名称", "Ｌｏｎ", "纬度（°）", "挂高")


def test_a_cell_of_all_that_fits_into_one():
    rows = [SITE, *site_rows(2)]
    rows[1][1] = "长" * 32767
    read = read_file(workbook(("a", rows)), "a.xlsx")[0]
    assert len(read.columns[1][0]) == 32767


def test_more_columns_than_are_read_are_said():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("a")
        for i, row in enumerate([SITE, *site_rows(2)]):
            sheet.write_row(i, 0, row)
        sheet.write(1, 16383, "远")
    read = read_file(buffer.getvalue(), "a.xlsx")[0]
    assert read.headers == tuple(SITE)
    assert [(f.code, f.params["columns"]) for f in read.faults] == [("columns_beyond", 16384)]


def test_cells_strewn_over_the_whole_sheet_are_refused_before_they_fill_the_memory():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("a")
        sheet.write(0, 0, "站址编码")
        sheet.write(1048575, 16383, "远")
    with pytest.raises(FileRefusedError) as refusal:
        read_file(buffer.getvalue(), "a.xlsx")
    assert refusal.value.fault.code == "sheet_too_wide"
