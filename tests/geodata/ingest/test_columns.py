"""Kinds are recognised and columns mapped by alias data; what is unclear is asked."""

import numpy as np
import pytest
from made_files import SITE, site_rows, table, workbook

from coverage_map.text import LANGUAGES, Text
from geodata.errors import UsageError
from geodata.ingest import Answers, TableAnswer, check_file, read_file
from geodata.ingest.aliases import find_hit, header_keys
from geodata.ingest.columns import map_columns
from geodata.ingest.guess import guess_kinds
from geodata.ingest.raw import RawTable
from geodata.ingest.report import Question
from geodata.records import read_kinds

KINDS = read_kinds()


def sheet(headers, *rows, **more):
    columns = [np.array([row[j] for row in rows], dtype=object) for j in range(len(headers))]
    return RawTable("表", 1, tuple(headers), tuple(columns), np.arange(2, 2 + len(rows)), **more)


def mapped(headers, *rows, answer=None, **more):
    found = map_columns(sheet(headers, *rows, **more), answer or TableAnswer(), "a.xlsx")
    return found, {match.field: match.header for match in found.matches}


CASES = [
    (kind.name, name, alias)
    for kind in KINDS.values()
    for name, entry in kind.fields.items()
    for alias in entry.aliases
]


@pytest.mark.parametrize(("kind", "field", "alias"), CASES)
def test_every_alias_is_recognised_among_a_kinds_usual_headers(kind, field, alias):
    headers = [
        alias if name == field else entry.aliases[0] for name, entry in KINDS[kind].fields.items()
    ]
    place = {"x": "经度", "y": "纬度", "county_name": "区县", "village_name": "行政村"}
    headers += [header for name, header in place.items() if name not in KINDS[kind].fields]
    found, fields = mapped(list(dict.fromkeys(headers)))
    assert found.kind == kind
    assert found.questions == ()
    assert fields[field] == alias


@pytest.mark.parametrize(
    "header",
    [" 站址 编码", "站址编码（必填）", "站址编码\n", "站址编码(16位)", "ＳＩＴＥ_ＩＤ", "Site_Id"],
)
def test_headers_are_compared_without_what_does_not_matter(header):
    hit = find_hit("site", header)
    assert hit is not None
    assert hit.field == "source_id"


def test_brackets_that_are_part_of_a_header_count():
    assert header_keys("县(市、区)")[0] == "县(市、区)"
    assert find_hit("reported_total", "县(市、区)").field == "county_name"


def test_cut_headers_of_shapefiles():
    headers = ["站址编码", "站址塔桅产", "基站名称"]
    _, fields = mapped(headers, ("1", "铁塔", "a"), cut=frozenset({1}))
    assert fields["tower_owner"] == "站址塔桅产"
    assert "tower_owner" not in mapped(headers, ("1", "铁塔", "a"))[1]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (
            "时间 小区名称 CGI RRC建立成功率 掉话率 切换成功率 上行PRB利用率 流量GB  干扰",
            "kpi_table",
        ),
        ("工单号 工单状态 故障描述 处理人 派单时间 完成时间 站址名称 备注", "work_order_table"),
        ("姓名 电话 部门", "contact_table"),
        ("品名 颜色 大小", "none_of_ours"),
    ],
)
def test_sheets_that_hold_no_record_of_ours_say_why(headers, reason):
    """Nothing is asked about them: what speaks against them is plain."""
    found, _ = mapped(headers.split(), tuple("x" * len(headers.split())))
    assert (found.kind, found.reason, found.questions) == ("", reason, ())


def test_a_stranger_is_not_asked_about_alone_or_beside_records_of_ours(city):
    headers = ["时间", "小区名称", "CGI", "接通率", "掉话率", "切换率", "流量", "干扰"]
    content = workbook(("站", [SITE, *site_rows(2)]), ("指标", [headers, ["x"] * 8]))
    ours, other = check_file(content, "a.xlsx", city, "cmcc")
    assert (ours.kind, other.reason, other.questions) == ("site", "kpi_table", ())
    alone = check_file(workbook(("指标", [headers, ["x"] * 8])), "a.xlsx", city, "cmcc")[0]
    assert (alone.reason, alone.questions) == ("kpi_table", ())
    assert [fault.code for fault in alone.faults] == ["headers_of_others"]
    assert "掉话率" in alone.faults[0].params["headers"]


@pytest.mark.parametrize("stem", ["", "GPS", "gps", "规划", "天线", "站址", "RRU", "选址", "基站"])
def test_a_latitude_is_often_misspelt(stem):
    headers = ["站址编码", "基站名称", f"{stem}经度", f"{stem}维度"]
    found, fields = mapped(headers, ("1", "a", 113.6, 34.1))
    assert found.questions == ()
    assert (fields["x"], fields["y"]) == (f"{stem}经度", f"{stem}维度")


def test_the_other_half_of_a_pair_of_coordinates_is_told_by_its_values_or_asked(city):
    headers = [*SITE[:8], "数据二"]
    report = check_file(table([headers, *site_rows(3)]), "a.csv", city, "cmcc")[0]
    assert [(m.header, m.how) for m in report.columns if m.field == "y"] == [("数据二", "values")]
    assert "column_by_values" in [fault.code for fault in report.faults]
    rows = [[*row[:8], "东边"] for row in site_rows(3)]
    report = check_file(table([headers, *rows]), "a.csv", city, "cmcc")[0]
    assert report.questions == (Question("column", ("数据二",), {"field": "y", "kind": "site"}),)
    answers = Answers({"*": TableAnswer(columns={"y": "数据二"}, crs="EPSG:4490")})
    content = table([headers, *site_rows(3)])
    answered = check_file(content, "a.csv", city, "cmcc", answers)[0]
    assert answered.ready
    assert answered.records.geometry.notna().all()
    none = Answers({"*": TableAnswer(columns={"y": ""})})
    without = check_file(content, "a.csv", city, "cmcc", none)[0]
    assert without.ready
    assert [fault.code for fault in without.faults] == ["positions_missing"]


def test_lists_of_operators_with_few_known_headers_are_recognised():
    site = ["序号", "站名", "规划编号", "GPS经度", "GPS维度", "制式"]
    site += ["建设方式", "批次", "责任人", "备注"]
    found, fields = mapped(site, ("1", "甲", "P1", 113.6, 34.1, "4G", "新建", "一", "李", ""))
    assert (found.kind, found.questions) == ("site", ())
    assert (fields["source_id"], fields["y"]) == ("规划编号", "GPS维度")
    tower = ["序号", "铁塔站名", "选址经度", "选址纬度", "制式", "挂高", "批次", "责任人"]
    found, fields = mapped(tower, ("1", "甲", 113.6, 34.1, "4G", 35, "一", "李"))
    options = {found.kind, *(option for q in found.questions for option in q.options)}
    assert "site" in options


def test_what_the_rows_are_is_told_by_what_there_is_one_of_in_each():
    headers = ["基站名称", "RRU经度", "RRU纬度", "频段", "频段", "小区名称", "批次", "责任人"]
    rows = [(f"站{i // 3}", 113.6, 34.1, "1.8G", "FDD", f"小区{i}", "一", "李") for i in range(9)]
    found, fields = mapped(headers, *rows)
    assert found.kind == "cell"
    assert fields["name"] == "小区名称"
    assert [question.params["field"] for question in found.questions] == ["technology"]


@pytest.mark.parametrize(("folder", "named"), [("基站", True), ("基站", False), ("图层", False)])
def test_placemarks_with_a_code_and_a_technology_are_sites_or_asked_about(city, folder, named):
    mark = (
        "<Placemark>{1}<ExtendedData><Data name='站址编码'><value>Z{0}</value></Data>"
        "<Data name='制式'><value>4G</value></Data></ExtendedData>"
        "<Point><coordinates>113.65{0},34.12</coordinates></Point></Placemark>"
    )
    marks = "".join(mark.format(i, f"<name>站{i}</name>" if named else "") for i in range(3))
    content = f"<kml><Document><Folder><name>{folder}</name>{marks}</Folder></Document></kml>"
    report = check_file(content.encode(), "a.kml", city, "cmcc")[0]
    assert report.kind == "site"
    asked = [question.params["field"] for question in report.questions if question.code == "column"]
    assert asked == ([] if named else ["name"])


def test_the_folders_of_a_kml_are_among_its_titles():
    point = "<Point><coordinates>113.6,34.1</coordinates></Point>"
    folder = f"<Folder><name>铁塔</name><Placemark><name>a</name>{point}</Placemark></Folder>"
    content = f"<kml><Document><name>全市</name>{folder}</Document></kml>"
    table_of = read_file(content.encode(), "a.kml")[0]
    assert table_of.titles == ("铁塔",)
    assert guess_kinds(table_of, *table_of.titles)[0].kind == "tower"


def test_an_answer_that_is_no_kind_is_refused_with_the_list():
    with pytest.raises(UsageError) as refused:
        mapped(["站名"], ("a",), answer=TableAnswer(kind="station"))
    for language in LANGUAGES:
        said, remedy = Text(language).fault(refused.value.fault)
        assert "station" in said
        assert all(kind in remedy for kind in KINDS)


def test_a_list_that_could_be_of_two_kinds_is_asked():
    found, _ = mapped(["站名", "经度", "纬度"], ("a", 113.6, 34.1))
    assert (found.kind, found.reason) == ("", "kind_unclear")
    assert [question.code for question in found.questions] == ["kind"]
    assert set(found.questions[0].options) == {"site", "tower", "none"}
    answered, fields = mapped(
        ["站名", "经度", "纬度"], ("a", 113.6, 34.1), answer=TableAnswer(kind="site")
    )
    assert (answered.kind, answered.questions) == ("site", ())
    assert fields == {"name": "站名", "x": "经度", "y": "纬度"}
    assert [fault.code for fault in answered.faults] == ["column_from_other"]


def test_the_name_of_a_file_tells_kinds_apart_that_headers_do_not():
    table_of = sheet(["站名", "经度", "纬度"], ("a", 113.6, 34.1))
    for name, kind in (("我县基站.xlsx", "site"), ("铁塔清单.csv", "tower")):
        assert map_columns(table_of, TableAnswer(), name).kind == kind
    assert map_columns(table_of, TableAnswer(), "铁塔上的基站.csv").kind == ""


def test_a_required_column_that_is_missing_is_asked_for():
    headers = ["CGI", "小区名称", "方位角", "下倾角", "eNodeB ID", "RAT类别"]
    found, _ = mapped(headers, ("1", "a", 0, 3, "9", "4G"))
    assert found.kind == "cell"
    assert found.questions == (
        Question("column", ("RAT类别",), {"field": "technology", "kind": "cell"}),
    )
    told, fields = mapped(
        headers,
        ("1", "a", 0, 3, "9", "4G"),
        answer=TableAnswer(columns={"technology": "RAT类别"}),
    )
    assert told.questions == ()
    assert fields["technology"] == "RAT类别"
    without, _ = mapped(
        headers, ("1", "a", 0, 3, "9", "4G"), answer=TableAnswer(columns={"technology": ""})
    )
    assert [fault.code for fault in without.faults] == ["column_missing"]


def test_of_equal_headers_the_fuller_counts_and_of_aliases_the_preferred():
    headers = ["站址编码", "基站名称", "挂高", "挂高", "eNodeB ID"]
    found, _ = mapped(headers, ("1", "a", "", 30, "9"), ("2", "b", 33, 35, "8"))
    assert {m.field: m.column for m in found.matches} == {"source_id": 0, "name": 1, "height_m": 3}
    assert [(fault.code, fault.place.column) for fault in found.faults] == [
        ("column_chosen", "站址编码"),
        ("column_twice", "挂高"),
    ]
    assert found.faults[0].params["others"] == "eNodeB ID"
    _, fields = mapped(["站址编码", "基站名称", "eNodeB ID"], ("", "a", "9"), ("", "b", "8"))
    assert fields["source_id"] == "eNodeB ID"


def test_of_two_pairs_of_coordinates_one_is_taken_whole():
    headers = ["站址编码", "基站名称", "百度地图经度", "百度地图纬度", "gps经度", "gps纬度"]
    _, fields = mapped(headers, ("1", "a", 113.61, 34.01, 113.6, 34.0))
    assert (fields["x"], fields["y"]) == ("gps经度", "gps纬度")


def test_lines_are_never_taken_for_points():
    from shapely.geometry import LineString, Point

    lines = np.empty(1, dtype=object)
    lines[0] = LineString([(0, 0), (1, 1)])
    points = np.empty(1, dtype=object)
    points[0] = Point(0, 0)
    headers = ["资源编码", "name"]
    assert guess_kinds(sheet(headers, ("1", "a"), geometry=lines))[0].kind == "fibre_route"
    assert "fibre_route" not in {
        guess.kind for guess in guess_kinds(sheet(headers, ("1", "a"), geometry=points))
    }


def test_sheets_of_different_kinds_in_one_workbook(city):
    content = workbook(
        ("基站级", [SITE, ["Z1", "站1", "4G", 30, "东山县", "赵镇", "颍河村", 113.65, 34.12]]),
        ("小区级", [["CGI", "小区名称", "制式", "方位角"], ["1-1", "c", "4G", 120]]),
        ("通讯录", [["姓名", "电话"], ["张三", "1"]]),
        ("Sheet2", []),
    )
    answers = Answers({"基站级": TableAnswer(crs="EPSG:4490")})
    reports = check_file(content, "a.xlsx", city, "cmcc", answers)
    assert [report.kind for report in reports] == ["site", "cell", "", ""]
    assert [report.reason for report in reports] == ["", "", "no_header", "empty"]
    assert reports[0].ready


def test_answers_go_through_json():
    answers = Answers({"表": TableAnswer("site", "GCJ-02", {"name": "站"}), "*": TableAnswer()})
    assert Answers.from_json(answers.to_json()) == answers
    assert answers.for_sheet("表").crs == "GCJ-02"
    assert answers.for_sheet("别的") == TableAnswer()


def test_an_answer_under_a_star_holds_for_every_sheet(city):
    content = table([["站名", "经度", "纬度"], ["a", 113.65, 34.12]])
    answers = Answers({"*": TableAnswer("site", "EPSG:4490")})
    assert check_file(content, "a.csv", city, "cmcc", answers)[0].ready


def test_a_profile_is_applied_and_said():
    headers = ["站址编码", "基站名称", "台账编号", "经度", "纬度"]
    rows = [(f"Z{i}", f"站{i}", f"T{i}", 113.6 + i, 34.1) for i in range(4)]
    answer = TableAnswer(kind="site", columns={"source_id": "台账编号"})
    found = map_columns(sheet(headers, *rows), answer, "a.xlsx", remembered=True)
    how = {match.field: (match.header, match.how) for match in found.matches}
    assert how["source_id"] == ("台账编号", "profile")
    assert how["name"] == ("基站名称", "alias")


def test_a_profile_of_columns_that_a_table_lacks_is_not_applied():
    headers = ["站址编码", "基站名称", "经度", "纬度"]
    answer = TableAnswer(kind="tower", columns={"source_id": "台账编号"})
    rows = [(f"Z{i}", f"站{i}", 113.6 + i, 34.1) for i in range(4)]
    found = map_columns(sheet(headers, *rows), answer, "a.xlsx", remembered=True)
    assert found.kind == "site"
    assert next(fault.code for fault in found.faults) == "profile_misfit"


def test_what_stands_under_a_heading_of_neighbours_is_not_the_cells():
    headers = ["CGI", "小区名称", "制式", "方位角", "小区名称", "CGI"]
    groups = ("本小区", "本小区", "", "", "邻区", "邻区")
    rows = [(f"460-11-1-{i}", f"甲{i}", "4G", 10 * i, f"乙{i}", f"460-11-2-{i}") for i in range(4)]
    found, _ = mapped(headers, *rows, groups=groups)
    assert {m.field: m.column for m in found.matches if m.field in {"name", "source_id"}} in (
        {"source_id": 0, "name": 1},
        {},
    )


def test_of_two_pairs_the_fuller_counts_and_the_choice_is_said():
    headers = ["站址编码", "基站名称", "gps经度", "gps纬度", "百度地图经度", "百度地图纬度"]
    rows = [(f"Z{i}", f"站{i}", 113.6 if i < 2 else "", 34.1, 113.61, 34.11) for i in range(6)]
    found, fields = mapped(headers, *rows)
    assert (fields["x"], fields["y"]) == ("百度地图经度", "百度地图纬度")
    told = {f.place.column: dict(f.params) for f in found.faults if f.code == "column_chosen"}
    assert told["百度地图经度"] == {"field": "x", "others": "gps经度", "because": "fuller"}


def test_a_pair_under_unknown_headers_is_told_by_its_values():
    headers = ["站址编码", "基站名称", "数据一", "数据二"]
    rows = [(f"Z{i}", f"站{i}", 103.61 + i / 100, 30.11 + i / 100) for i in range(6)]
    found, fields = mapped(headers, *rows)
    assert (fields["x"], fields["y"], found.questions) == ("数据一", "数据二", ())
    both = [*headers, "备注", "数据三", "数据四"]
    found, _ = mapped(both, *[(*row, "", row[2] + 1e-3, row[3]) for row in rows])
    asked = {question.params["field"]: question.options[:2] for question in found.questions}
    assert asked == {"x": ("数据一", "数据三"), "y": ("数据二", "数据四")}


def test_optional_fields_are_suggested_and_not_used():
    headers = ["站址编码", "基站名称", "经度", "纬度", "甲", "乙"]
    rows = [
        (f"Z{i}", f"站{i}", 103.6 + i, 30.1, ["在网", "退网"][i % 2], ["文林镇", "禾加镇"][i % 2])
        for i in range(6)
    ]
    found, fields = mapped(headers, *rows)
    assert {match.field: match.header for match in found.suggested} == {
        "state": "甲",
        "township_name": "乙",
    }
    assert not {"state", "township_name"} & set(fields)
