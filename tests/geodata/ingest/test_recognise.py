"""Tables of ours are told from others that share their headers; every refusal says why."""

import numpy as np
import pytest

from coverage_map.text import LANGUAGES, Text
from geodata.ingest.columns import map_columns
from geodata.ingest.raw import RawTable
from geodata.ingest.report import TableAnswer
from geodata.ingest.strangers import strangers

ROWS = 12
CELLS = {
    "经度": lambda i: round(103.8 + i * 0.01, 6),
    "纬度": lambda i: round(30.0 + i * 0.01, 6),
    "longitude": lambda i: round(103.8 + i * 0.001, 6),
    "latitude": lambda i: round(30.0 + i * 0.001, 6),
    "方位角": lambda i: i % 3 * 120,
    "下倾角": lambda i: 3 + i % 4,
    "挂高": lambda i: 25 + i,
    "塔高": lambda i: 25 + i,
    "频段": lambda i: ["1.8G", "2.1G"][i % 2],
    "制式": lambda i: ["4G", "5G"][i % 2],
    "塔型": lambda i: ["单管塔", "角钢塔"][i % 2],
    "CGI": lambda i: f"460-11-6123{i:02d}-49",
    "源CGI": lambda i: f"460-11-6123{i:02d}-49",
    "区县": lambda i: ["仁寿县", "彭山区"][i % 2],
    "乡镇": lambda i: ["文林镇", "凤鸣镇"][i % 2],
    "行政村": lambda i: f"{'李王张赵'[i % 4]}家村",
    "自然村": lambda i: f"{'李王张赵'[i % 4]}家湾{i}",
    "是否通宽带": lambda i: ["是", "否"][i % 2],
    "纤芯数": lambda i: [12, 24][i % 2],
    "皮长": lambda i: 100.5 + i,
    "敷设方式": lambda i: ["管道", "架空"][i % 2],
    "端口总数": lambda _: 24,
    "占用端口数": lambda i: i,
    "户数": lambda i: 30 + i,
    "开通日期": lambda _: "2019-03-01",
    "指标": lambda i: ["接通率", "掉线率", "投诉率"][i % 3],
    "数值": lambda i: 90 + i,
}


def understood(headers: str, sheet: str = "Sheet1", file: str = "导出.xlsx", owner: str = ""):
    """Return what is understood of a table under headers that a blank parts."""
    names = headers.split()
    cells = [[CELLS.get(name, lambda i: f"甲{i}")(i) for i in range(ROWS)] for name in names]
    columns = tuple(np.array(column, dtype=object) for column in cells)
    table = RawTable(sheet, 1, tuple(names), columns, np.arange(2, 2 + ROWS))
    return map_columns(table, TableAnswer(), file, owner)


STRANGERS = [
    ("地市 CGI 小区名称 经度 纬度 MR覆盖率 MR总采样点数 弱覆盖采样点数", "measurement_table"),
    ("站址编码 站址名称 经度 纬度 日均流量(GB) 忙时利用率 高负荷小区占比", "kpi_table"),
    ("日期 小区名称 CGI 制式 频段 经度 纬度 RRC建立成功率 无线掉线率 切换成功率 流量", "kpi_table"),
    ("OLT名称 PON口 时间 上行流量 下行流量 带宽利用率", "kpi_table"),
    (
        "站址编码 站址名称 经度 纬度 塔型 挂高 产品单价 年租金 合同编号 付款周期 开票金额",
        "money_table",
    ),
    ("站址名称 站址编码 电表号 上期度数 本期度数 电量 电费 缴费日期", "money_table"),
    ("基站名称 区县 断站时间 恢复时间 断站历时 断站原因", "alarm_table"),
    ("告警名称 告警级别 网元名称 基站名称 经度 纬度 发生时间 清除时间", "alarm_table"),
    ("光缆名称 故障时间 故障原因 抢修历时 处理人", "alarm_table"),
    ("站址编码 站址名称 巡检时间 巡检人 巡检结果 隐患描述", "work_order_table"),
    ("工单号 用户地址 分纤箱名称 端口 派单时间 回单时间", "work_order_table"),
    ("源小区名称 源CGI 邻区名称 邻区CGI 切换次数 切换成功率", "neighbour_table"),
    ("Time Longitude Latitude RSRP SINR PCI EARFCN CellID", "measurement_table"),
    ("小区名称 CGI 参数名称 现网值 建议值 核查结果", "parameter_table"),
    ("姓名 部门 岗位 联系电话 包片区县", "contact_table"),
    ("投诉时间 用户号码 投诉内容 经度 纬度 小区名称 处理结果", "complaint_table"),
    ("物料编码 物料名称 规格型号 计量单位 库存 仓库 站址名称", "stock_table"),
    ("基站名称 eNodeBID 业务IP 业务VLAN 业务网关 掩码", "network_plan"),
    ("区县 基站数量 4G站点数 5G站点数 完成率 排名", "summary_table"),
    ("区县 指标 数值 排名 得分", "summary_table"),
    ("字段名称 字段类型 是否必填 填写说明 示例", "instruction_sheet"),
    ("门店名称 门店编码 经度 纬度 地址 营业时间 店长", "other_places"),
]


@pytest.mark.parametrize(("headers", "reason"), STRANGERS)
def test_tables_of_others_are_refused_with_the_reason(headers, reason):
    found = understood(headers)
    assert (found.kind, found.reason, found.questions) == ("", reason, ())


OURS = [
    ("CGI 小区名称 制式 频段 经度 纬度 方位角 下倾角 挂高 日均流量 忙时利用率 掉线率", "cell"),
    ("站址编码 站址名称 区县 经度 纬度 塔型 塔高 年租金 联系人 联系电话", "tower"),
    ("基站编号 基站名称 区县 经度 纬度 制式 开通日期 联系人 联系电话 告警状态", "site"),
    ("OLT名称 设备编码 经度 纬度 端口总数 占用端口数 端口利用率 IP地址", "fibre_node"),
    ("光缆段名称 光缆段编码 敷设方式 纤芯数 皮长 造价(万元) 维护人 联系电话", "fibre_route"),
    ("区县 乡镇 行政村 自然村 户数 是否通宽带 村支书姓名 联系电话", "settlement_broadband"),
    ("小区名称 CGI 经度 纬度 方位角 下倾角 挂高 PCI TAC 参数组 软件版本", "cell"),
]


@pytest.mark.parametrize(("headers", "kind"), OURS)
def test_a_few_columns_of_others_do_not_make_a_table_theirs(headers, kind):
    found = understood(headers)
    assert (found.kind, found.reason) == (kind, "")


def test_the_owner_decides_whose_masts_or_sites_they_are():
    headers = "站址编码 站址名称 区县 经度 纬度"
    assert understood(headers).reason == "kind_unclear"
    assert understood(headers, owner="tower").kind == "tower"


def test_what_a_sheet_is_called_speaks_against_it():
    headers = "小区名称 CGI 区县 经度 纬度 频段"
    assert understood(headers, sheet="工参").kind == "cell"
    found = understood(headers, sheet="高负荷小区", file="4G指标通报.xlsx")
    assert found.kind == ""
    assert found.reason == "kpi_table"
    assert understood("基站名称 基站编号 制式 说明", sheet="填写说明").reason == "instruction_sheet"


def test_things_that_come_again_and_again_are_a_log():
    names = ("数据1", "CGI", "小区名称", "经度", "纬度")
    columns = [
        np.array([f"{i}" for i in range(40)], dtype=object),
        np.array([f"460-11-612300-{i % 4}" for i in range(40)], dtype=object),
        np.array([f"小区{i % 4}" for i in range(40)], dtype=object),
        np.array([103.8 + i % 4 for i in range(40)], dtype=object),
        np.array([30.1 + i % 4 for i in range(40)], dtype=object),
    ]
    table = RawTable("Sheet1", 1, names, tuple(columns), np.arange(2, 42))
    found = map_columns(table, TableAnswer(), "导出.xlsx")
    assert (found.kind, found.reason) == ("", "log_table")


def test_a_person_can_say_that_a_table_is_none():
    columns = (np.array(["1"], dtype=object), np.array(["a"], dtype=object))
    table = RawTable("表", 1, ("站址编码", "基站名称"), columns, np.array([2]))
    assert map_columns(table, TableAnswer(kind="none"), "a.xlsx").reason == "said_none"


def test_every_reason_has_a_sentence():
    reasons = {entry["reason"] for entry in strangers()["strangers"]} | {"log_table", "said_none"}
    for language in LANGUAGES:
        text = Text(language)
        assert [reason for reason in reasons if not text.has(f"reason.{reason}")] == []
        assert text.has("kind.none")
        because = ("fuller", "pair", "preferred", "first")
        assert all(text.has(f"because.{why}") for why in because)


def test_a_full_plan_with_figures_of_load_added_is_asked_about():
    load = "日均流量(GB) 忙时PRB利用率 是否高负荷 RRC最大用户数"
    plan = "小区名称 CGI 经度 纬度 方位角 挂高 频段 PCI"
    asked = understood(f"{plan} {load}")
    assert (asked.reason, asked.questions[0].options[0]) == ("kpi_table", "cell")
    bare = understood(f"时间 小区名称 CGI 制式 经度 纬度 {load}")
    assert (bare.reason, bare.questions) == ("kpi_table", ())
    assert [fault.code for fault in bare.faults][-1] == "kind_nearest"


def test_rooms_of_equipment_are_no_masts():
    rooms = understood("机房名称 机房编码 机房类型 区县 经度 纬度")
    assert (rooms.kind, rooms.reason) == ("", "room_table")
    with_masts = understood("站址名称 站址编码 塔型 塔高 机房类型 区县 经度 纬度")
    assert with_masts.kind == "tower"


def test_a_kind_of_ownership_is_no_owner():
    masts = "铁塔编号 铁塔名称 经度 纬度 塔型 塔高 产权性质"
    assert "tower_owner" not in {match.field for match in understood(masts).matches}
