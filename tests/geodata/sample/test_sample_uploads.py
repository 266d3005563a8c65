import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import fiona
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from coordTransform import bd09_to_gcj02, gcj02_to_wgs84
from python_calamine import CalamineWorkbook

from geodata.records import read_kinds
from geodata.register import Register

Truth = dict[str, pd.DataFrame]
KML = "{http://www.opengis.net/kml/2.2}"


def _path(folder: Path, owner: str, file: str) -> Path:
    return folder / "uploads" / owner / file


def test_every_kind_of_record_is_sent_in_many_files(sample_folder: Path, truth: Truth) -> None:
    uploads = json.loads((sample_folder / "uploads.json").read_text(encoding="utf-8"))
    assert len(uploads) >= 14
    for upload in uploads:
        assert _path(sample_folder, upload["owner"], upload["file"]).is_file()
    on_disk = [path for path in (sample_folder / "uploads").rglob("*") if path.is_file()]
    assert len(on_disk) == len(uploads)
    # Nobody in the sample claims what villages have: it is derived from what is reported; nor are
    # its ducts broken down to manholes and poles.
    assert set(truth["files"]["kind"]) == set(read_kinds()) - {"village_coverage", "duct_point"}
    assert set(truth["files"]["owner"]) == {"cmcc", "unicom", "telecom", "cbn", "tower", "office"}


def test_counts_are_about_those_of_a_city(truth: Truth) -> None:
    counts = truth["records"]["kind"].value_counts()
    assert 1900 <= counts["site"] <= 2150
    assert 1050 <= counts["tower"] <= 1250
    assert 11500 <= counts["cell"] <= 13500
    assert 1500 <= counts["fibre_node"] + counts["fibre_route"] <= 2000
    assert 750 <= counts["wlan_hotspot"] <= 850


def test_every_record_lies_in_the_unit_it_belongs_to_or_close_by(
    register: Register, truth: Truth
) -> None:
    records = truth["records"].dropna(subset=["lon"])
    shapes = register.units.set_index("code").geometry.to_crs("EPSG:4547")
    points = gpd.GeoSeries(
        gpd.points_from_xy(records["lon"], records["lat"]), crs="EPSG:4490"
    ).to_crs("EPSG:4547")
    home = shapes.loc[records["unit_code"]].to_numpy()
    distance = shapely.distance(home, points.to_numpy())
    near = records["subject_id"].to_numpy() != ""  # hotspots near their place, twins near theirs
    assert distance[~near].max() < 15
    assert distance.max() < 400


@pytest.mark.parametrize(
    ("owner", "file", "encoding", "delimiter", "lon", "lat", "crs"),
    [
        ("cmcc", "移动小区工参.csv", "gb18030", ",", "小区经度", "小区纬度", "GCJ-02"),
        ("telecom", "电信小区.txt", "utf-16", "\t", "天线经度", "天线维度", "BD-09"),
        ("telecom", "电信WLAN热点.csv", "gb18030", ",", "经度", "纬度", "BD-09"),
        ("unicom", "联通FTTH小区.csv", "utf-8", ",", "百度地图经度", "百度地图纬度", "BD-09"),
        ("tower", "2023年新建铁塔交付清单.csv", "utf-8-sig", ",", "选址经度", "选址纬度", "GCJ-02"),
    ],
)
def test_text_positions_lead_back_to_the_truth(
    sample_folder: Path,
    truth: Truth,
    owner: str,
    file: str,
    encoding: str,
    delimiter: str,
    lon: str,
    lat: str,
    crs: str,
) -> None:
    path = _path(sample_folder, owner, file)
    frame = pd.read_csv(path, encoding=encoding, sep=delimiter, dtype=str, na_values=["-"])
    records = truth["records"]
    records = records[records["file"] == file].reset_index(drop=True)
    assert len(frame) == len(records)
    rows = np.linspace(0, len(frame) - 1, 40).astype(int)
    for row in rows:
        point = float(frame.loc[row, lon]), float(frame.loc[row, lat])
        point = bd09_to_gcj02(*point) if crs == "BD-09" else point
        back = gcj02_to_wgs84(*point)
        # The independent package undoes the shifts only to a few metres.
        assert back == pytest.approx((records.loc[row, "lon"], records.loc[row, "lat"]), abs=6e-5)


def test_workbooks_open_and_hold_the_rows_where_the_truth_says(
    sample_folder: Path, truth: Truth
) -> None:
    files = truth["files"]
    sheets = files[files["file"].str.endswith((".xlsx", ".xls"))]
    assert len(sheets) >= 12
    for entry in sheets.itertuples():
        path = _path(sample_folder, entry.owner, entry.file)
        book = CalamineWorkbook.from_path(path)
        lines = book.get_sheet_by_name(entry.sheet).to_python(skip_empty_area=False)
        records = truth["records"]
        mine = records[(records["file"] == entry.file) & (records["sheet"] == entry.sheet)]
        last = lines[int(mine["row"].max()) - 1]
        assert len(mine) == entry.rows
        if (mine["source_id"] != "").all():
            cells = {str(cell).removesuffix(".0") for cell in last}
            assert mine["source_id"].iloc[-1] in cells


def test_quirks_stand_in_the_site_books(sample_folder: Path) -> None:
    book = openpyxl.load_workbook(_path(sample_folder, "cmcc", "移动基站信息表2023.xlsx"))
    assert book.sheetnames == ["基站级", "Sheet2"]
    page = book["基站级"]
    assert page.merged_cells.ranges
    headers = [cell.value for cell in page[3]]
    assert "gps经度" in headers
    assert "百度地图经度" in headers
    heights = [row[headers.index("挂高")].value for row in page.iter_rows(min_row=4, max_row=60)]
    assert any("/" in str(height) for height in heights)
    book = openpyxl.load_workbook(_path(sample_folder, "unicom", "联通基站及小区数据.xlsx"))
    header = [cell.value for cell in book["基站级"][1]]
    assert "维度" in header
    assert any(name != name.strip() for name in header)
    assert book["基站级"]["A2"].value == "enodeb_id"
    codes = [
        book["基站级"].cell(row, header.index("行政村编码") + 1).value for row in range(3, 600)
    ]
    assert any(str(code).startswith("411023") for code in codes)
    towers = openpyxl.load_workbook(_path(sample_folder, "tower", "铁塔站址台账.xlsx"))["站址台账"]
    assert towers.cell(towers.max_row, 1).value == "合计"


def test_text_quirks(sample_folder: Path) -> None:
    raw = _path(sample_folder, "cmcc", "移动小区工参.csv").read_bytes()
    lines = raw.decode("gb18030").splitlines()
    header = lines[0].split(",")
    assert header.count("频段") == 2
    eci = lines[1].split(",")[header.index("ECI")]
    assert int(eci, 16) // 256 == int(lines[1].split(",")[header.index("eNodeB ID")])
    assert _path(sample_folder, "telecom", "电信小区.txt").read_bytes()[:2] in {
        b"\xff\xfe",
        b"\xfe\xff",
    }


def test_shapefile_without_projection_is_gbk(sample_folder: Path, truth: Truth) -> None:
    path = _path(sample_folder, "telecom", "电信基站.zip")
    names = zipfile.ZipFile(path).namelist()
    assert not [name for name in names if name.endswith((".prj", ".cpg"))]
    with fiona.open(f"zip://{path}", encoding="gbk") as layer:
        assert "站址名称" in layer.schema["properties"]
        assert len(layer) == (truth["records"]["file"] == "电信基站.zip").sum()
        assert not layer.crs


def test_routes_open_as_shapefile_and_mapinfo(sample_folder: Path, truth: Truth) -> None:
    for owner, file in (("unicom", "联通光缆路由.zip"), ("telecom", "电信光缆.zip")):
        path = _path(sample_folder, owner, file)
        with fiona.open(f"zip://{path}", encoding="gbk") as layer:
            rows = list(layer)
        expected = truth["records"][truth["records"]["file"] == file]
        assert len(rows) == len(expected)
        name = "光缆段编码" if owner == "unicom" else "光缆编码"
        assert [row["properties"][name] for row in rows] == expected["source_id"].tolist()


def test_geopackage_geojson_and_kmz_open(sample_folder: Path, truth: Truth) -> None:
    records = truth["records"]
    path = _path(sample_folder, "unicom", "联通光交箱分纤箱.gpkg")
    with fiona.open(path) as layer:
        assert layer.crs.to_epsg() == 4490
        assert len(layer) == (records["file"] == path.name).sum()
    path = _path(sample_folder, "cmcc", "移动光交箱分纤箱.geojson")
    with fiona.open(path) as layer:
        assert layer.crs.to_epsg() == 4526
        assert 38_000_000 < layer.bounds[0] < 39_000_000
    path = _path(sample_folder, "cmcc", "移动WLAN热点.kmz")
    root = ET.fromstring(zipfile.ZipFile(path).read("doc.kml"))
    marks = root.findall(f".//{KML}Placemark")
    assert len(marks) == (records["file"] == path.name).sum()
    assert marks[0].find(f".//{KML}Data[@name='公共场所']/{KML}value").text


def test_faults_stand_where_the_truth_says(sample_folder: Path, truth: Truth) -> None:
    faults = truth["faults"]
    assert 5 <= faults.groupby(["file", "sheet", "row"]).ngroups <= 14
    for fault in faults[faults["file"].str.endswith((".xlsx", ".xls"))].itertuples():
        path = _path(sample_folder, fault.owner, fault.file)
        lines = CalamineWorkbook.from_path(path).get_sheet_by_name(fault.sheet).to_python()
        row = lines[fault.row - 1]
        assert fault.value in {str(cell).removesuffix(".0") for cell in row}


def test_some_new_towers_stand_close_to_older_ones(truth: Truth) -> None:
    towers = truth["records"][truth["records"]["kind"] == "tower"]
    twins = towers[towers["subject_id"] != ""]
    assert len(twins) == 9
    older = towers.set_index("source_id").loc[twins["subject_id"]]
    assert set(older["owner"]) == {"cmcc"}
    east = (twins["lon"].to_numpy() - older["lon"].to_numpy()) * 92_000
    north = (twins["lat"].to_numpy() - older["lat"].to_numpy()) * 111_000
    assert (np.hypot(east, north) < 500).all()


def test_gaps_are_there_on_purpose(register: Register, truth: Truth) -> None:
    records = truth["records"]
    villages = register.units[register.units["kind"] == "village"]
    nodes = records[records["kind"] == "fibre_node"]
    assert 0.5 < villages["code"].isin(nodes["unit_code"]).mean() < 0.85
    telecom = records[(records["owner"] == "telecom") & (records["kind"] != "internet_penetration")]
    assert not telecom["unit_code"].str.startswith("411024").any()
    cable = records[records["kind"] == "cable_tv"]
    assert not cable["unit_code"].str.startswith("411025").any()
    offices = register.places[register.places["kind"] == "office"].to_crs("EPSG:4547")
    west = offices[offices["unit_code"].str.startswith("411081")]
    for owner in ("unicom", "telecom"):
        sites = records[(records["owner"] == owner) & (records["kind"] == "site")]
        points = gpd.GeoSeries(
            gpd.points_from_xy(sites["lon"], sites["lat"]), crs="EPSG:4490"
        ).to_crs("EPSG:4547")
        tree = shapely.STRtree(points.to_numpy())
        _, distance = tree.query_nearest(
            west.geometry.to_numpy(), return_distance=True, all_matches=False
        )
        assert (distance > 5000).sum() > 20
