"""A returned workbook is the one that was sent, with colours, comments and a sheet in front."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from coverage_map.export.returned.cells import colour_cells, deselect
from coverage_map.export.returned.marks import (
    COMMENTS,
    Mark,
    find_marks,
    with_first_rows,
    worst_comments,
)
from coverage_map.export.returned.rebuild import rebuild_workbook
from coverage_map.export.returned.workbook import mark_workbook
from coverage_map.palette import mark_colour
from coverage_map.text import Text
from geodata.errors import ExportError, Fault, Place, Severity
from geodata.ingest.read_package import scan_package

TEXT = Text("zh_CN")
FILE = "基站.xlsx"


def _fault(sheet: str, row: int, number: int, severity: Severity = "error") -> Fault:
    place = Place(FILE, sheet, row, "挂高", "三十", number)
    return Fault("not_a_number", place, {"field": "height_m"}, severity)


@pytest.fixture(scope="module")
def sent() -> bytes:
    """Return a workbook with much that a careless writer would lose."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("基站级")
    title = book.add_format({"bold": True, "align": "center", "bg_color": "#ddeeff"})
    date = book.add_format({"num_format": "yyyy年m月d日", "border": 1})
    page.merge_range(0, 0, 0, 3, "许昌移动基站台账", title)
    page.write_row(1, 0, ["站名", "挂高", "开通日期", "备注"], title)
    for row in range(2, 40):
        page.write_string(row, 0, f"庙沟{row}<站>&")
        page.write_number(row, 1, 30 + row)
        page.write_number(row, 2, 44000 + row, date)
    page.write_formula(40, 1, "=SUM(B3:B40)", None, 1959)
    page.write_comment(3, 1, "原有批注")
    page.freeze_panes(2, 1)
    page.autofilter(1, 0, 39, 3)
    page.conditional_format(2, 1, 39, 1, {"type": "3_color_scale"})
    page.data_validation(2, 3, 39, 3, {"validate": "list", "source": ["是", "否"]})
    page.set_column(0, 0, 24)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=基站级!$B$3:$B$40"})
    page.insert_chart("H2", chart)
    listed = book.add_worksheet("小区级")
    listed.add_table(0, 0, 5, 2, {"columns": [{"header": h} for h in ("小区名", "频段", "状态")]})
    for row in range(1, 6):
        listed.write_row(row, 0, [f"庙沟-{row}", "1.8G", "开通"])
    listed.activate()
    hidden = book.add_worksheet("内部")
    hidden.write(0, 0, "勿动")
    hidden.hide()
    book.define_name("小区级!范围", "=小区级!$A$1:$C$6")
    page.print_area(0, 0, 39, 3)
    book.close()
    return out.getvalue()


def _marked(sent: bytes, *faults: Fault) -> tuple[bytes, openpyxl.Workbook]:
    out = mark_workbook(sent, FILE, list(faults), ["核对", "说明"], TEXT)
    return out, openpyxl.load_workbook(io.BytesIO(out))


def test_faulty_cells_are_coloured_and_commented(sent: bytes) -> None:
    _, book = _marked(
        sent,
        _fault("基站级", 5, 2),
        _fault("基站级", 6, 3, "warning"),
        _fault("基站级", 7, 2, "note"),
    )
    page = book["基站级"]
    assert page["B5"].fill.fgColor.rgb == f"FF{mark_colour('error')[1:].upper()}"
    assert page["C6"].fill.fgColor.rgb == f"FF{mark_colour('warning')[1:].upper()}"
    assert page["C6"].number_format == "yyyy年m月d日"
    assert page["C6"].border.left.style == "thin"
    assert page["B7"].fill.fill_type is None
    assert "不是数" in page["B5"].comment.text
    assert page["B4"].comment.text.strip() == "原有批注"


def test_the_rest_is_as_it_was(sent: bytes) -> None:
    out, book = _marked(sent, _fault("基站级", 5, 2), _fault("小区级", 3, 2))
    before = openpyxl.load_workbook(io.BytesIO(sent))
    assert book.sheetnames == ["核对结果", *before.sheetnames]
    for name in before.sheetnames:
        one, other = before[name], book[name]
        assert [[c.value for c in row] for row in one] == [[c.value for c in row] for row in other]
        assert one.merged_cells.ranges == other.merged_cells.ranges
        assert one.freeze_panes == other.freeze_panes
        assert one.auto_filter.ref == other.auto_filter.ref
        assert one.sheet_state == other.sheet_state
        assert one.print_area.split("!")[-1:] == other.print_area.split("!")[-1:]
        assert {k: d.width for k, d in one.column_dimensions.items()} == {
            k: d.width for k, d in other.column_dimensions.items()
        }
    assert book["小区级"].defined_names["范围"].attr_text == "小区级!$A$1:$C$6"
    assert book["小区级"].tables.keys() == before["小区级"].tables.keys()
    with zipfile.ZipFile(io.BytesIO(sent)) as old, zipfile.ZipFile(io.BytesIO(out)) as new:
        kept = [name for name in old.namelist() if "chart" in name or "table" in name]
        assert kept
        assert all(old.read(name) == new.read(name) for name in kept)
        for name in new.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                etree.fromstring(new.read(name))


def test_only_the_summary_is_selected(sent: bytes) -> None:
    out, book = _marked(sent, _fault("小区级", 3, 2))
    assert book.active.title == "核对结果"
    assert [page.sheet_view.tabSelected for page in book].count(True) == 1
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        relations = archive.read("xl/worksheets/_rels/sheet2.xml.rels")
    assert b"vmlDrawing" in relations
    assert b"comments" in relations


def test_parts_of_a_worksheet_stand_in_the_order_of_the_standard(sent: bytes) -> None:
    out, _ = _marked(sent, _fault("小区级", 3, 2))
    with zipfile.ZipFile(io.BytesIO(out)) as archive:
        tree = etree.fromstring(archive.read("xl/worksheets/sheet2.xml"))
    names = [etree.QName(child).localname for child in tree]
    assert names.index("legacyDrawing") < names.index("tableParts")


def test_the_summary_groups_faults_by_cause(sent: bytes) -> None:
    faults = [_fault("基站级", row, 2) for row in range(3, 40)]
    _, book = _marked(sent, *faults, _fault("小区级", 3, 2, "warning"))
    rows = [[cell.value for cell in row] for row in book["核对结果"].iter_rows()]
    assert rows[0][0] == "核对"
    assert rows[5][:3] == ["基站级", TEXT("severity.error"), 37]
    assert rows[5][6] == "B3"
    assert rows[6][:3] == ["小区级", TEXT("severity.warning"), 1]


def test_the_worst_thousand_get_a_comment() -> None:
    many = [_fault("s", row, 1, "warning") for row in range(1, COMMENTS + 50)]
    marks = find_marks([*many, _fault("s", 9000, 2), _fault("s", 9000, 2, "warning")])
    chosen = worst_comments(marks, TEXT)["s"]
    assert len(chosen) == COMMENTS
    assert chosen[-1].row == 9000
    assert chosen[-1].severity == "error"


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(ExportError):
        mark_workbook(b"a,b\n1,2\n", "a.xlsx", [], [], TEXT)


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        (
            b'<worksheet><sheetData><row r="2"><c r="A2" s="3"><v>1</v></c></row></sheetData>',
            b'<row r="2"><c r="A2" s="13"><v>1</v></c><c r="C2" s="10"/></row>',
        ),
        (
            b"<x:worksheet><x:sheetData><x:row><x:c/></x:row><x:row><x:c><x:v>1</x:v></x:c></x:row>",
            b'<x:row><x:c s="10"><x:v>1</x:v></x:c><x:c r="C2" s="10"/></x:row>',
        ),
        (
            b"<worksheet><sheetData><row r='1'/><row r='2' spans='1:3'/></sheetData>",
            b'<row r=\'2\' spans=\'1:3\'><c r="A2" s="10"/><c r="C2" s="10"/></row>',
        ),
        (
            b'<worksheet><sheetData><row r="2"><c r="B2"/><c r="D2"/></row></sheetData>',
            b'<row r="2"><c r="A2" s="10"/><c r="B2"/><c r="C2" s="10"/><c r="D2"/></row>',
        ),
    ],
)
def test_cells_however_they_are_written(sheet: bytes, expected: bytes) -> None:
    marks = [Mark(2, 1, "error", ""), Mark(2, 3, "error", "")]
    assert expected in b"".join(colour_cells(sheet, marks, lambda style, _severity: style + 10))


def test_a_mark_of_a_whole_row_colours_its_first_cell() -> None:
    sheet = b'<worksheet><sheetData><row r="2"><c r="B2"/></row></sheetData></worksheet>'
    marked = colour_cells(sheet, [Mark(2, 0, "error", "")], lambda _style, _severity: 9)
    assert b'<c r="B2" s="9"/>' in b"".join(marked)


def test_a_sheet_that_was_not_selected_keeps_its_bytes() -> None:
    sheet = b'<worksheet><sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetData/>'
    assert deselect(sheet) is sheet


def test_an_old_workbook_comes_back_as_a_new_one() -> None:
    import xlwt

    book = xlwt.Workbook()
    page = book.add_sheet("站址")
    page.write_merge(0, 0, 0, 2, "铁塔站址台账", xlwt.easyxf("font: bold on"))
    page.write(1, 0, "站名")
    page.write(2, 0, "庙沟")
    page.write(2, 1, 36.5, xlwt.easyxf("pattern: pattern solid, fore_colour yellow"))
    page.col(0).width = 256 * 30
    page.set_panes_frozen(True)
    page.set_horz_split_pos(2)
    page.set_vert_split_pos(1)
    page.show_grid = False
    out = io.BytesIO()
    book.save(out)
    again = openpyxl.load_workbook(io.BytesIO(rebuild_workbook(out.getvalue(), "站址.xls")))
    sheet = again["站址"]
    assert sheet["A1"].value == "铁塔站址台账"
    assert sheet["A1"].font.bold
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:C1"]
    assert sheet["B3"].value == 36.5
    assert sheet["B3"].fill.fgColor.rgb == "FFFFFF00"
    assert sheet.column_dimensions["A"].width == pytest.approx(30, abs=0.1)
    assert sheet.freeze_panes == "B3"
    assert not sheet.sheet_view.showGridLines


def test_rows_of_one_identifier_name_each_other(sent: bytes) -> None:
    again = [
        Fault("key_twice", Place(FILE, "基站级", row, "站名", "庙沟", 1), {"first": 4})
        for row in (6, 9)
    ]
    _, book = _marked(sent, *again)
    page = book["基站级"]
    assert "第 4 行" in page["A6"].comment.text
    assert "第 6, 9 行" in page["A4"].comment.text
    assert page["A4"].fill.fgColor.rgb == f"FF{mark_colour('warning')[1:].upper()}"
    causes = [row[2].value for row in book["核对结果"].iter_rows() if row[0].value == "基站级"]
    assert causes == [2]


def test_of_many_rows_of_one_identifier_a_few_are_named() -> None:
    again = [
        Fault("key_twice", Place(FILE, "s", row, "", "", 1), {"first": 2}) for row in range(3, 40)
    ]
    marks = worst_comments(find_marks(with_first_rows(again)), TEXT)["s"]
    assert "第 3, 4, 5, 6, 7, 8, 9, 10, … 行" in marks[0].comment


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        (0, TEXT("returned.legend_none")),
        (3, TEXT("returned.legend", cells="3", comments="3")),
        (1010, TEXT("returned.legend_worst", cells="1,010", comments="1,000")),
    ],
)
def test_the_legend_tells_how_many_cells_are_marked(sent: bytes, faulty: int, said: str) -> None:
    _, book = _marked(sent, *(_fault("基站级", row, 2) for row in range(3, 3 + faulty)))
    assert book["核对结果"]["A3"].value == said


def test_a_formula_without_result_is_marked_where_it_stands() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "基站"
    page.append(["站址编码", "站名", "经度", "纬度", "挂高"])
    page.append(["A1", "庙沟", 113.5, 34.1, 30])
    page.append(["A2", "李岗", 113.6, 34.1, "=E2+1"])
    out = io.BytesIO()
    book.save(out)
    faults = scan_package(out.getvalue())["基站"].faults(FILE, "基站")
    _, marked = _marked(out.getvalue(), *faults)
    commented = [cell.coordinate for row in marked["基站"] for cell in row if cell.comment]
    assert commented == ["E3"]


def test_an_old_workbook_keeps_how_it_is_laid_out() -> None:
    # Saved by LibreOffice from a workbook with a filter, a note, a link and hidden parts.
    sent = (Path(__file__).parent / "sent.xls").read_bytes()
    again = openpyxl.load_workbook(io.BytesIO(rebuild_workbook(sent, "站址.xls")))
    page = again["站址"]
    assert page.auto_filter.ref == "A2:E12"
    assert page["B4"].comment.text.strip() == "原有批注：请核实"
    assert page["D4"].hyperlink.target == "https://example.com/"
    assert page["B4"].value == 33
    assert page["C3"].number_format.startswith("yyyy")
    assert page["A13"].font.strike
    assert page["A2"].border.left.color.rgb == "FF808080"
    assert page.column_dimensions["E"].hidden
    assert page.row_dimensions[6].hidden
    assert page.row_dimensions[1].height == pytest.approx(28, abs=1)
    assert page.column_dimensions["A"].width == pytest.approx(24.71, abs=0.1)
    assert again["内部"].sheet_state == "hidden"
    _, marked = _marked(rebuild_workbook(sent, "站址.xls"), _fault("站址", 4, 2))
    said = marked["站址"]["B4"].comment.text
    assert "原有批注" in said
    assert "不是数" in said


def test_sentences_of_the_summary_run_over_all_columns_and_break(sent: bytes) -> None:
    lead = ["核对", "说明" * 120]
    returned = mark_workbook(sent, FILE, [_fault("基站级", 3, 2)], lead, TEXT)
    page = openpyxl.load_workbook(io.BytesIO(returned)).worksheets[0]
    assert "A2:G2" in {str(merged) for merged in page.merged_cells.ranges}
    assert page["A2"].alignment.wrap_text
    assert page.row_dimensions[2].height == 45  # 480 wide, 184 go on a line
    assert page["C6"].value == 1
    assert page["C6"].alignment.horizontal == "left"
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (int(page.page_setup.paperSize), page.page_setup.fitToWidth) == (9, 1)
    assert page.page_setup.fitToHeight == 0
