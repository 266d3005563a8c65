"""The files of China Telecom: sites as a Shapefile, cells as UTF-16 text, fibre, estates."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.sample.delivery import Delivery, place_columns, positions, serials, table, texts
from geodata.sample.files_cmcc import penetration_sheet, short_names, total_sheets
from geodata.sample.files_unicom import broadband_sheet, note_broadband
from geodata.sample.radio import site_technologies
from geodata.sample.sheets import Sheet, write_text, write_xlsx
from geodata.sample.vectors import write_mapinfo, write_shapefile

OWNER = "telecom"
_FULL_WIDTH = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}


def send_sites(delivery: Delivery, sites: pd.DataFrame, cells: pd.DataFrame) -> None:
    """Sites as a Shapefile without .prj and .cpg, GCJ-02 points, GBK names cut at ten bytes."""
    lon, lat = positions(sites["lon"], sites["lat"], "GCJ-02")
    places = place_columns(delivery.ground, sites["unit"], "plain")
    frame = gpd.GeoDataFrame(
        {
            "站址编码": sites["source_id"].to_numpy(),
            "站址名称": sites["name"].to_numpy(),
            **places,
            "网络制式": site_technologies(sites, cells).to_numpy(),
            "站高": sites["height_m"].to_numpy(),
            "塔桅产权方": np.where(sites["own"], "电信", "铁塔"),
            "开通状态": np.where(sites["in_service"], "开通", "断连"),
            "开通日期": texts(sites["opened"], "%Y%m%d"),
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4490",  # what the numbers are not; the .prj that would say so is not sent
    )
    path = delivery.path(OWNER, "电信基站.zip")
    write_shapefile(path, frame, "电信基站", keep=(".shp", ".shx", ".dbf"))
    delivery.note("site", "GCJ-02", sites, sheet="电信基站")


def send_cells(delivery: Delivery, cells: pd.DataFrame) -> None:
    """Cells as UTF-16 text with tabs, Baidu's coordinates, 天线维度 for 天线纬度."""
    short = short_names()
    lon, lat = positions(cells["lon"], cells["lat"], "BD-09")
    cgi = [f"460-11-{n}-{c}" for n, c in zip(cells["node"], cells["cell"], strict=True)]
    headers, rows = table(
        {
            "小区中文名": cells["label"],
            "CGI": cgi,
            "eNodeB ID": cells["node"],
            **place_columns(delivery.ground, cells["unit"], "plain"),
            "天线经度": lon,
            "天线维度": lat,
            "技术制式": cells["technology"],
            "频段号": cells["band"],
            "天线挂高": cells["height_m"],
            "方向角": cells["azimuth_deg"],
            "下倾角": np.where(cells["indoor"], "-", cells["tilt_deg"].astype(str)),
            "是否室分": np.where(cells["indoor"], "是", "否"),
            "承载网络": ["/".join(short[n] for n in names) for names in cells["networks"]],
            "小区状态": np.where(cells["in_service"], "正常", "未开通"),
        }
    )
    sheet = Sheet("", headers, rows)
    path = delivery.path(OWNER, "电信小区.txt")
    delivery.spoil(sheet, 500, "方向角", 999, "too_large")
    write_text(path, sheet, "utf-16", "\t")
    truth = cells.assign(source_id=cgi)
    delivery.note("cell", "BD-09", truth, first_row=sheet.first_row)


def send_nodes(delivery: Delivery, nodes: pd.DataFrame) -> None:
    """Boxes with two pairs of coordinates and OLTs in Gauss-Krüger metres, in one workbook."""
    olt = nodes["node_class"] == "OLT"
    boxes, olts = nodes[~olt].reset_index(drop=True), nodes[olt].reset_index(drop=True)
    box_sheet, olt_sheet = _box_sheet(delivery, boxes), _olt_sheet(delivery, olts)
    path = delivery.path(OWNER, "电信分纤箱及OLT.xlsx")
    delivery.spoil(box_sheet, 15, "端子数", "约32", "not_a_number")
    write_xlsx(path, [box_sheet, olt_sheet])
    for crs, sheet, frame in (
        ("EPSG:4490", box_sheet, boxes),
        ("EPSG:4526", olt_sheet, olts),
    ):
        delivery.note("fibre_node", crs, frame, sheet=sheet.name, first_row=sheet.first_row)


def _box_sheet(delivery: Delivery, boxes: pd.DataFrame) -> Sheet:
    lon, lat = positions(boxes["lon"], boxes["lat"], "EPSG:4490")
    baidu_lon, baidu_lat = positions(boxes["lon"], boxes["lat"], "BD-09")
    headers, rows = table(
        {
            "分纤箱编码": boxes["source_id"],
            "分纤箱名称": boxes["name"],
            "箱体类型": boxes["node_class"],
            **place_columns(delivery.ground, boxes["unit"], "full"),
            "gps经度": lon,
            "gps纬度": lat,
            "百度地图经度": baidu_lon,
            "百度地图纬度": baidu_lat,
            "上联光交箱名称": [name or "-" for name in boxes["upstream"]],
            "端子数": [f" {count}" for count in boxes["installed"]],
            "占用端口数": [str(count).translate(_FULL_WIDTH) for count in boxes["used"]],
            "空闲端口数": boxes["free"],
            "状态": ["正常"] * len(boxes),
        }
    )
    return Sheet("分纤箱", headers, rows)


def _olt_sheet(delivery: Delivery, olts: pd.DataFrame) -> Sheet:
    east, north = positions(olts["lon"], olts["lat"], "EPSG:4526")
    headers, rows = table(
        {
            "OLT编码": olts["source_id"],
            "OLT名称": olts["name"],
            "设备类型": olts["node_class"],
            **place_columns(delivery.ground, olts["unit"], "full"),
            "横坐标": east,
            "纵坐标": north,
            "PON口总数": olts["installed"],
            "已用PON口数": olts["used"],
            "空闲PON口数": olts["free"],
        }
    )
    return Sheet("OLT", headers, rows, titles=["坐标系:CGCS2000 3度带 38带"])


def send_routes(delivery: Delivery, routes: pd.DataFrame) -> None:
    """Routes as a MapInfo table in geographic degrees."""
    frame = gpd.GeoDataFrame(
        {
            "光缆编码": routes["source_id"].to_numpy(),
            "光缆名称": routes["name"].to_numpy(),
            **place_columns(delivery.ground, routes["unit"], "full"),
            "敷设方式": routes["laying"].to_numpy(),
            "芯数": routes["cores"].to_numpy(),
            "已用芯数": routes["cores_used"].to_numpy(),
            "光缆长度": routes["length_m"].to_numpy(),
            "竣工日期": texts(routes["built"], "%Y-%m-%d"),
        },
        geometry=routes["geometry"].to_numpy(),
        crs="EPSG:4326",
    )
    path = delivery.path(OWNER, "电信光缆.zip")
    write_mapinfo(path, frame, "电信光缆")
    delivery.note("fibre_route", "EPSG:4490", routes, sheet="电信光缆")


def send_broadband(delivery: Delivery, rows: pd.DataFrame) -> None:
    """Broadband of natural villages as GB18030 text; one village is in no register."""
    sheet = broadband_sheet(delivery, rows, "plain")
    path = delivery.path(OWNER, "电信自然村宽带.csv")
    sheet.name = ""
    delivery.spoil(sheet, 210, "行政村", "样板新村", "no_such_unit")
    delivery.spoil(sheet, 640, "是否通宽带", "在谈", "not_yes_or_no")
    write_text(path, sheet, "gb18030")
    note_broadband(delivery, rows, sheet)


def send_estates(delivery: Delivery, estates: pd.DataFrame) -> None:
    """Estates on fibre: GCJ-02 under a plain header, Excel serials, a totals row at the bottom."""
    lon, lat = positions(estates["lon"], estates["lat"], "GCJ-02")
    headers, rows = table(
        {
            "序号": range(1, len(estates) + 1),
            "楼盘名称": estates["name"],
            **place_columns(delivery.ground, estates["unit"], "full"),
            "经度": lon,
            "纬度": lat,
            "住户数": estates["households"],
            "FTTH覆盖户数": estates["fibre"],
            "建成日期": serials(estates["built"]),
        }
    )
    totals = ["合计", *[""] * 6, int(estates["households"].sum()), int(estates["fibre"].sum())]
    sheet = Sheet("FTTH小区", headers, rows, titles=["电信光纤到户小区清单"], totals=totals)
    path = delivery.path(OWNER, "电信FTTH小区.xlsx")
    write_xlsx(path, [sheet])
    delivery.note("ftth_community", "GCJ-02", estates, sheet=sheet.name, first_row=sheet.first_row)


def send_hotspots(delivery: Delivery, hotspots: pd.DataFrame) -> None:
    """WLAN hotspots as GB18030 text in Baidu's coordinates, the header not saying so."""
    lon, lat = positions(hotspots["lon"], hotspots["lat"], "BD-09")
    headers, rows = table(
        {
            "热点编码": hotspots["source_id"],
            "WLAN热点": hotspots["name"],
            "WLAN覆盖范围描述": hotspots["place"],
            **place_columns(delivery.ground, hotspots["unit"], "full"),
            "经度": lon,
            "纬度": lat,
            "AP数": hotspots["access_points"],
            "热点状态": ["正常"] * len(hotspots),
        }
    )
    sheet = Sheet("", headers, rows)
    path = delivery.path(OWNER, "电信WLAN热点.csv")
    write_text(path, sheet, "gb18030")
    truth = hotspots.assign(subject_id=hotspots["place_id"])
    delivery.note("wlan_hotspot", "BD-09", truth, first_row=sheet.first_row)


def send_report(delivery: Delivery, totals: pd.DataFrame, penetration: pd.DataFrame) -> None:
    """A quarterly report: totals by county, and a survey of internet users."""
    sheets = [total_sheets(totals), penetration_sheet(penetration)]
    path = delivery.path(OWNER, "电信统计报表2023Q4.xlsx")
    write_xlsx(path, sheets)
    for kind, sheet, frame in zip(
        ("reported_total", "internet_penetration"), sheets, (totals, penetration), strict=True
    ):
        truth = frame.assign(subject_id=frame["county_code"])
        delivery.note(kind, "", truth, sheet=sheet.name, first_row=sheet.first_row)
