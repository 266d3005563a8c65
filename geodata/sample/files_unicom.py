"""The files of China Unicom: sites and cells in one workbook, fibre, broadband, estates."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.crs import wgs84_to_gcj02
from geodata.sample.delivery import Delivery, place_columns, positions, table, texts
from geodata.sample.files_cmcc import short_names, total_sheets
from geodata.sample.radio import site_technologies
from geodata.sample.sheets import Sheet, write_text, write_xls, write_xlsx
from geodata.sample.vectors import lines_in, write_geopackage, write_shapefile

OWNER = "unicom"


def _former_codes(delivery: Delivery, unit: pd.Series) -> list[str]:
    codes = delivery.ground.labels["code"].iloc[unit]
    return list(codes.str.replace("^411003", "411023", regex=True))


def send_network(delivery: Delivery, sites: pd.DataFrame, cells: pd.DataFrame) -> None:
    """Sites and cells in one workbook: an English second header, 维度 for 纬度, former codes."""
    path = delivery.path(OWNER, "联通基站及小区数据.xlsx")
    site_sheet, cell_sheet = _site_sheet(delivery, sites, cells), _cell_sheet(delivery, cells)
    delivery.spoil(site_sheet, 40, "维度", 30.113208, "outside")
    delivery.spoil(cell_sheet, 77, "方位角", 725, "too_large")
    write_xlsx(path, [site_sheet, cell_sheet])
    cgi = _cgi(cells)
    for kind, sheet, frame in (
        ("site", site_sheet, sites),
        ("cell", cell_sheet, cells.assign(source_id=cgi)),
    ):
        delivery.note(kind, "EPSG:4490", frame, sheet=sheet.name, first_row=sheet.first_row)


def _site_sheet(delivery: Delivery, sites: pd.DataFrame, cells: pd.DataFrame) -> Sheet:
    short = short_names()
    lon, lat = positions(sites["lon"], sites["lat"], "EPSG:4490")
    places = place_columns(delivery.ground, sites["unit"], "stem")
    headers, rows = table(
        {
            "eNodeBID": sites["source_id"],
            "eNodeBName": sites["name"],
            "区县 ": places["区县"],
            "乡镇 ": places["乡镇"],
            "行政村 ": places["行政村"],
            "行政村编码": _former_codes(delivery, sites["unit"]),
            "经度 ": lon,
            "维度": lat,
            "网络制式": site_technologies(sites, cells),
            "天线挂高 ": sites["height_m"],
            "产权方": np.where(sites["own"], "联通", "铁塔"),
            "共享方": ["/".join(short[n] for n in names) or "-" for names in sites["shared_with"]],
            "开通状态": np.where(sites["in_service"], "开通", "未开通"),
            "入网时间": texts(sites["opened"], "%Y-%m-%d"),
        }
    )
    english = [
        "enodeb_id",
        "enodeb_name",
        "county",
        "town",
        "village",
        "village_code",
        "longitude",
        "latitude",
        "rat",
        "antenna_height",
        "tower_owner",
        "shared_with",
        "status",
        "on_air_date",
    ]
    return Sheet("基站级", headers, rows, sub_header=english)


def _cgi(cells: pd.DataFrame) -> list[str]:
    pairs = zip(cells["node"], cells["cell"], strict=True)
    return [f"460-01-{node}-{cell}" for node, cell in pairs]


def _cell_sheet(delivery: Delivery, cells: pd.DataFrame) -> Sheet:
    short = short_names()
    lon, lat = positions(cells["lon"], cells["lat"], "EPSG:4490")
    places = place_columns(delivery.ground, cells["unit"], "stem")
    headers, rows = table(
        {
            "CELL_NAME": cells["label"],
            "CGI": _cgi(cells),
            "eNodeBID": cells["node"],
            "区县": places["区县"],
            "乡镇": places["乡镇"],
            "行政村": places["行政村"],
            "经度": lon,
            "纬度": lat,
            "网络制式": cells["technology"],
            "频段": cells["band"],
            "挂高": cells["height_m"],
            "方位角": cells["azimuth_deg"],
            "总下倾角": cells["tilt_deg"],
            "室内/室外": np.where(cells["indoor"], "室内", "室外"),
            "共享运营商": ["、".join(short[n] for n in names) for names in cells["networks"]],
            "状态": np.where(cells["in_service"], "在网", "未开通"),
        }
    )
    return Sheet("小区级", headers, rows)


def send_broadband(delivery: Delivery, rows: pd.DataFrame) -> None:
    """Broadband of natural villages: an old binary workbook with a title."""
    path = delivery.path(OWNER, "联通自然村宽带统计.xls")
    sheet = broadband_sheet(delivery, rows, "stem")
    sheet.titles = ["许昌联通自然村宽带覆盖统计表"]
    write_xls(path, [sheet])
    note_broadband(delivery, rows, sheet)


def broadband_sheet(delivery: Delivery, rows: pd.DataFrame, style: str) -> Sheet:
    """Return the sheet of broadband by natural village."""
    headers, lines = table(
        {
            **place_columns(delivery.ground, rows["unit"], style),
            "自然村": rows["settlement"],
            "户数": rows["households"],
            "是否通宽带": np.where(rows["available"], "是", "否"),
            "接入方式": rows["access"],
            "最高速率": np.where(rows["available"], rows["speed_mbps"].astype(str) + "M", "-"),
            "宽带用户数": rows["subscribers"],
        }
    )
    return Sheet("自然村宽带", headers, lines)


def note_broadband(delivery: Delivery, rows: pd.DataFrame, sheet: Sheet, name: str = "") -> None:
    """Note the truth of a table of settlements."""
    truth = rows.assign(subject_id=rows["settlement_id"])
    delivery.note(
        "settlement_broadband", "", truth, sheet=name or sheet.name, first_row=sheet.first_row
    )


def send_nodes(delivery: Delivery, nodes: pd.DataFrame) -> None:
    """Cabinets and boxes as a GeoPackage in CGCS2000."""
    frame = gpd.GeoDataFrame(
        {
            "分纤箱编码": nodes["source_id"].to_numpy(),
            "分纤箱名称": nodes["name"].to_numpy(),
            "箱体类型": nodes["node_class"].to_numpy(),
            **place_columns(delivery.ground, nodes["unit"], "plain"),
            "上联光交箱名称": nodes["upstream"].to_numpy(),
            "端口总数": nodes["installed"].to_numpy(),
            "占用端口数": nodes["used"].to_numpy(),
            "空闲端口数": nodes["free"].to_numpy(),
            "设备状态": "在用",
        },
        geometry=gpd.points_from_xy(nodes["lon"], nodes["lat"]),
        crs="EPSG:4490",
    )
    path = delivery.path(OWNER, "联通光交箱分纤箱.gpkg")
    write_geopackage(path, frame, "分纤箱")
    delivery.note("fibre_node", "EPSG:4490", nodes, sheet="分纤箱")


def send_routes(delivery: Delivery, routes: pd.DataFrame) -> None:
    """Routes as a Shapefile whose .prj says WGS 84 over GCJ-02 data; a person knows better."""
    lines = lines_in(routes["geometry"].to_numpy(), wgs84_to_gcj02)
    places = place_columns(delivery.ground, routes["unit"], "full")
    frame = gpd.GeoDataFrame(
        {
            "光缆段编码": routes["source_id"].to_numpy(),
            "光缆段名称": routes["name"].to_numpy(),
            **places,
            "敷设方式": routes["laying"].to_numpy(),
            "纤芯数": routes["cores"].to_numpy(),
            "占用芯数": routes["cores_used"].to_numpy(),
            "皮长": routes["length_m"].to_numpy(),
            "竣工日期": texts(routes["built"], "%Y-%m-%d"),
        },
        geometry=lines,
        crs="EPSG:4326",
    )
    path = delivery.path(OWNER, "联通光缆路由.zip", {"联通光缆段": {"crs": "GCJ-02"}})
    write_shapefile(path, frame, "联通光缆段", keep=(".shp", ".shx", ".dbf", ".prj"))
    delivery.note("fibre_route", "GCJ-02", routes, sheet="联通光缆段")


def send_estates(delivery: Delivery, estates: pd.DataFrame) -> None:
    """Estates on fibre: UTF-8 text without a BOM, Baidu's coordinates."""
    lon, lat = positions(estates["lon"], estates["lat"], "BD-09")
    headers, rows = table(
        {
            "住宅小区": estates["name"],
            **place_columns(delivery.ground, estates["unit"], "full"),
            "百度地图经度": lon,
            "百度地图纬度": lat,
            "总户数": estates["households"],
            "光纤覆盖户数": estates["fibre"],
            "交付日期": texts(estates["built"], "%Y年%m月%d日"),
        }
    )
    sheet = Sheet("", headers, rows)
    path = delivery.path(OWNER, "联通FTTH小区.csv")
    delivery.spoil(sheet, 30, "光纤覆盖户数", -5, "too_small")
    write_text(path, sheet, "utf-8")
    delivery.note("ftth_community", "BD-09", estates, first_row=sheet.first_row)


def send_hotspots(delivery: Delivery, hotspots: pd.DataFrame) -> None:
    """A handful of hotspots; too few to show their CRS, so a person is asked."""
    lon, lat = positions(hotspots["lon"], hotspots["lat"], "GCJ-02")
    headers, rows = table(
        {
            "热点编号": hotspots["source_id"],
            "热点名称": hotspots["name"],
            "覆盖场所": hotspots["place"],
            "经度": lon,
            "纬度": lat,
            "WLAN总AP数": hotspots["access_points"],
        }
    )
    sheet = Sheet("WLAN热点", headers, rows)
    path = delivery.path(OWNER, "联通WLAN热点补充.xlsx", {"WLAN热点": {"crs": "GCJ-02"}})
    write_xlsx(path, [sheet])
    truth = hotspots.assign(subject_id=hotspots["place_id"])
    delivery.note("wlan_hotspot", "GCJ-02", truth, sheet=sheet.name, first_row=sheet.first_row)


def send_report(delivery: Delivery, totals: pd.DataFrame) -> None:
    """A quarterly report of totals by county."""
    sheet = total_sheets(totals)
    path = delivery.path(OWNER, "联通统计报表2023Q4.xlsx")
    write_xlsx(path, [sheet])
    truth = totals.assign(subject_id=totals["county_code"])
    delivery.note("reported_total", "", truth, sheet=sheet.name, first_row=sheet.first_row)
