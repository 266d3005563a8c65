"""The files of the tower company and of the cable broadcaster."""

import numpy as np
import pandas as pd

from geodata.sample.delivery import Delivery, place_columns, positions, serials, table, texts
from geodata.sample.files_cmcc import short_names
from geodata.sample.networks import OPERATORS
from geodata.sample.sheets import Sheet, write_text, write_xlsx


def _tenants(towers: pd.DataFrame, separator: str) -> list[str]:
    short = short_names()
    return [
        separator.join(short[name] for name in OPERATORS if row[name])
        for row in towers[list(OPERATORS)].to_dict("records")
    ]


def send_towers(delivery: Delivery, towers: pd.DataFrame) -> None:
    """The book of towers: Excel serials, tenants in one cell, a totals row, an empty sheet."""
    lon, lat = positions(towers["lon"], towers["lat"], "EPSG:4490")
    count = towers[list(OPERATORS)].sum(axis=1)
    headers, rows = table(
        {
            "序号": range(1, len(towers) + 1),
            "铁塔站址编码": towers["source_id"],
            "铁塔站址名称": towers["name"],
            **place_columns(delivery.ground, towers["unit"], "full"),
            "经度": lon,
            "纬度": lat,
            "塔型": towers["structure"],
            "塔高": towers["height_m"],
            "交付日期": serials(towers["built"]),
            "铁塔共享运营商": [names or "无" for names in _tenants(towers, "、")],
            "期末铁塔共享用户数": count,
            "可用平台数": towers["platforms_free"],
            "站址状态": ["在用"] * len(towers),
        }
    )
    totals = ["合计", f"共{len(towers)}座", *[""] * 10, int(count.sum())]
    sheet = Sheet("站址台账", headers, rows, titles=["许昌铁塔站址台账"], totals=totals)
    path = delivery.path("tower", "铁塔站址台账.xlsx")
    delivery.spoil(sheet, 9, "塔高", 450, "too_large")
    write_xlsx(path, [sheet, Sheet("Sheet2", [], [])])
    delivery.note("tower", "EPSG:4490", towers, sheet=sheet.name, first_row=sheet.first_row)


def send_new_towers(delivery: Delivery, towers: pd.DataFrame) -> None:
    """This year's deliveries: UTF-8 with a BOM, GCJ-02; few rows, so a person is asked."""
    lon, lat = positions(towers["lon"], towers["lat"], "GCJ-02")
    headers, rows = table(
        {
            "铁塔编号": towers["source_id"],
            "铁塔站名": towers["name"],
            **place_columns(delivery.ground, towers["unit"], "full"),
            "选址经度": lon,
            "选址纬度": lat,
            "铁塔类型": towers["structure"],
            "铁塔高度": towers["height_m"],
            "竣工时间": texts(towers["built"], "%Y-%m-%d"),
            "租户": _tenants(towers, ";"),
            "剩余平台数": towers["platforms_free"],
            "状态": ["在用"] * len(towers),
        }
    )
    sheet = Sheet("", headers, rows)
    path = delivery.path("tower", "2023年新建铁塔交付清单.csv", {"": {"crs": "GCJ-02"}})
    write_text(path, sheet, "utf-8-sig")
    truth = towers.assign(subject_id=towers["duplicate_of"])
    delivery.note("tower", "GCJ-02", truth, first_row=sheet.first_row)


def send_cable(delivery: Delivery, cable: pd.DataFrame) -> None:
    """Cable television by village: a title and a line on units above the header."""
    labels = delivery.ground.labels.iloc[cable["unit"]]
    headers, rows = table(
        {
            "县(市、区)": labels["county"],
            "乡镇": labels["township"],
            "村(社区)": labels["village"],
            "有线电视用户数": cable["households"],
            "数字电视用户数": cable["digital"],
            "双向网络覆盖户数": cable["two_way"],
            "双向化率": np.round(cable["two_way"] / np.maximum(cable["households"], 1), 3),
        }
    )
    titles = ["许昌广电网络有线电视用户统计", "单位:户"]
    sheet = Sheet("村级统计", headers, rows, titles=titles)
    path = delivery.path("cbn", "有线电视村级统计.xlsx")
    write_xlsx(path, [sheet])
    delivery.note("cable_tv", "", cable, sheet=sheet.name, first_row=sheet.first_row)
