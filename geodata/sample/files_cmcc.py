"""The files of China Mobile (cmcc): site book, cell parameters, own towers, WLAN, cabinets."""

from typing import Any

import numpy as np
import pandas as pd

from geodata.owners import read_owners
from geodata.sample.delivery import Delivery, place_columns, positions, serials, table, texts
from geodata.sample.radio import site_technologies
from geodata.sample.sheets import Sheet, write_text, write_xls, write_xlsx
from geodata.sample.vectors import write_geojson, write_kmz

OWNER = "cmcc"
_SEPARATOR = "/"
_ECI_CELLS = 256


def short_names() -> dict[str, str]:
    """Return the short Chinese names of owners (移动 for 中国移动)."""
    return {code: owner.name["zh_CN"].removeprefix("中国") for code, owner in read_owners().items()}


def send_sites(delivery: Delivery, sites: pd.DataFrame, cells: pd.DataFrame) -> None:
    """Site book: a title, sectors in one cell, two pairs of coordinates, an empty second sheet."""
    short = short_names()
    lon, lat = positions(sites["lon"], sites["lat"], "EPSG:4490")
    baidu_lon, baidu_lat = positions(sites["lon"], sites["lat"], "BD-09")
    first = cells.drop_duplicates(["site", "azimuth_deg"]).groupby("site")
    joined = {
        name: first[name].agg(lambda values: _SEPARATOR.join(map(str, values)))
        for name in ("height_m", "azimuth_deg", "tilt_deg")
    }
    sector_count = first.size()
    path = delivery.path(OWNER, "移动基站信息表2023.xlsx")
    shared = list(sites["shared_with"])
    headers, rows = table(
        {
            "序号": range(1, len(sites) + 1),
            "基站编号": sites["source_id"],
            "基站中文名": sites["name"],
            **place_columns(delivery.ground, sites["unit"], "stem"),
            "gps经度": lon,
            "gps纬度": lat,
            "百度地图经度": baidu_lon,
            "百度地图纬度": baidu_lat,
            "制式": site_technologies(sites, cells),
            "挂高": joined["height_m"],
            "方位角": joined["azimuth_deg"],
            "总下倾角": joined["tilt_deg"],
            "配置": ["S" + "1" * int(count) for count in sector_count],
            "是否共享": ["是" if others else "否" for others in shared],
            "共享方名称": ["、".join(short[name] for name in others) or "无" for others in shared],
            "站址塔桅产权方": np.where(sites["own"], "移动", "铁塔"),
            "基站状态": np.where(sites["in_service"], "开通", "断连"),
            "开通时间": serials(sites["opened"]),
        }
    )
    title = "中国移动许昌分公司基站信息表(2023年四季度)"
    sheet = Sheet("基站级", headers, rows, titles=[title, "单位:个、米、度"])
    delivery.spoil(sheet, 17, "gps经度", 115.906213, "outside")
    delivery.spoil(sheet, 17, "百度地图经度", "-", "outside")
    write_xlsx(path, [sheet, Sheet("Sheet2", [], [])])
    delivery.note("site", "EPSG:4490", sites, sheet=sheet.name, first_row=sheet.first_row)


def send_cells(delivery: Delivery, cells: pd.DataFrame) -> None:
    """Cell parameters: GB18030 text, GCJ-02, ECI in hex, the header 频段 twice, - for empty."""
    short = short_names()
    lon, lat = positions(cells["lon"], cells["lat"], "GCJ-02")
    eci = [
        f"{node * _ECI_CELLS + cell:X}"
        for node, cell in zip(cells["node"], cells["cell"], strict=True)
    ]
    path = delivery.path(OWNER, "移动小区工参.csv")
    places = place_columns(delivery.ground, cells["unit"], "full")
    headers, rows = table(
        {
            "小区名称": cells["label"],
            "ECI": eci,
            "eNodeB ID": cells["node"],
            **places,
            "小区经度": lon,
            "小区纬度": lat,
            "网络制式": cells["technology"],
            "频段": cells["band"],
            "频段#": cells["band"],
            "中心频率": cells["mhz"],
            "挂高": cells["height_m"],
            "方位角": cells["azimuth_deg"],
            "总下倾角": np.where(cells["indoor"], "-", cells["tilt_deg"].astype(str)),
            "天线增益": np.where(cells["indoor"], "室分", "15.5"),
            "是否接室分": np.where(cells["indoor"], "是", "否"),
            "服务网络": ["+".join(short[name] for name in names) for names in cells["networks"]],
            "小区状态": np.where(cells["in_service"], "正常", "断连"),
        }
    )
    sheet = Sheet("", headers, rows)
    delivery.spoil(sheet, 120, "方位角", 480, "too_large")
    delivery.spoil(sheet, 2048, "方位角", -90, "too_small")
    delivery.spoil(sheet, 3333, "小区经度", "-", "no_position")
    delivery.spoil(sheet, 3333, "小区纬度", "-", "no_position")
    sheet.headers = [name.removesuffix("#") for name in sheet.headers]
    write_text(path, sheet, "gb18030")
    delivery.note("cell", "GCJ-02", cells.assign(source_id=eci), first_row=sheet.first_row)


def send_own_towers(delivery: Delivery, towers: pd.DataFrame) -> None:
    """Towers of its own: an old binary workbook with a title, a former county name, text numbers.

    Few rows under a plain header: a person is asked for the CRS.
    """
    lon, lat = positions(towers["lon"], towers["lat"], "EPSG:4490")
    path = delivery.path(OWNER, "移动自有铁塔.xls", {"自有铁塔": {"crs": "EPSG:4490"}})
    places = place_columns(delivery.ground, towers["unit"], "plain")
    places["区县"] = ["许昌县" if name == "建安区" else name for name in places["区县"]]
    headers, rows = table(
        {
            "铁塔编号": towers["source_id"],
            "铁塔站名": towers["name"],
            **places,
            "经度": [f"{value:.6f} " for value in lon],
            "纬度": [f"{value:.6f} " for value in lat],
            "塔型": towers["structure"],
            "塔高": towers["height_m"],
            "建成日期": texts(towers["built"], "%Y/%m/%d"),
            "租户": ["移动"] * len(towers),
            "剩余平台数": towers["platforms_free"],
            "状态": ["在用"] * len(towers),
        }
    )
    sheet = Sheet("自有铁塔", headers, rows, titles=["许昌移动自有铁塔台账"])
    write_xls(path, [sheet])
    delivery.note("tower", "EPSG:4490", towers, sheet=sheet.name, first_row=sheet.first_row)


def send_hotspots(delivery: Delivery, hotspots: pd.DataFrame) -> None:
    """WLAN hotspots as placemarks with extended data (KMZ, WGS 84 as the format demands)."""
    places = place_columns(delivery.ground, hotspots["unit"], "full")
    frame = pd.DataFrame(
        {
            "热点编号": hotspots["source_id"],
            "热点名称": hotspots["name"],
            "公共场所": hotspots["place"],
            "AP数": hotspots["access_points"],
            "状态": "开通",
            **places,
        }
    )
    path = delivery.path(OWNER, "移动WLAN热点.kmz")
    write_kmz(path, frame, hotspots[["lon", "lat"]].to_numpy(), "移动WLAN热点")
    truth = hotspots.assign(subject_id=hotspots["place_id"])
    delivery.note("wlan_hotspot", "EPSG:4490", truth, sheet="移动WLAN热点")


def send_nodes(delivery: Delivery, nodes: pd.DataFrame) -> None:
    """Cabinets and boxes as GeoJSON in Gauss-Krüger metres of zone 38, named by a crs member."""
    east, north = positions(nodes["lon"], nodes["lat"], "EPSG:4526")
    frame = pd.DataFrame(
        {
            "设备编码": nodes["source_id"],
            "光交箱名称": nodes["name"],
            "设备类型": nodes["node_class"],
            **place_columns(delivery.ground, nodes["unit"], "full"),
            "上联设备": nodes["upstream"],
            "端子数": nodes["installed"],
            "占用端口数": nodes["used"],
            "空闲端口数": nodes["free"],
            "状态": "在用",
        }
    )
    path = delivery.path(OWNER, "移动光交箱分纤箱.geojson")
    write_geojson(path, frame, east, north, 4526)
    delivery.note("fibre_node", "EPSG:4526", nodes, sheet="移动光交箱分纤箱")


def total_sheets(totals: pd.DataFrame) -> Sheet:
    """Return the sheet of county totals that a carrier reports."""
    headers, rows = table(
        {"县(市、区)": totals["county"], "指标": totals["measure"], "数值": totals["value"]}
    )
    return Sheet("统计指标", headers, rows, titles=["2023年四季度统计指标"])


def penetration_sheet(rows: pd.DataFrame) -> Sheet:
    """Return the sheet of internet users by county."""
    columns: dict[str, Any] = {
        "县(市、区)": rows["county"],
        "常住人口": rows["population"],
        "网民数": rows["users"],
        "口径": rows["method"],
    }
    headers, lines = table(columns)
    return Sheet("互联网普及率", headers, lines)


def send_report(delivery: Delivery, totals: pd.DataFrame, penetration: pd.DataFrame) -> None:
    """A quarterly report: totals by county and internet users by subscribers, two sheets."""
    sheets = [total_sheets(totals), penetration_sheet(penetration)]
    path = delivery.path(OWNER, "移动统计报表2023Q4.xlsx")
    write_xlsx(path, sheets)
    for kind, sheet, frame in zip(
        ("reported_total", "internet_penetration"), sheets, (totals, penetration), strict=True
    ):
        truth = frame.assign(subject_id=frame["county_code"])
        delivery.note(kind, "", truth, sheet=sheet.name, first_row=sheet.first_row)
