"""Every format holds the same gaps, says where they come from, and is read by others."""

import csv
import dataclasses
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import fiona
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely
from export_names import FORMULA, NASTY, RARE
from PIL import Image
from pypdf import PdfReader

from coverage_map.export import ENCODINGS, FORMATS, SheetInfo, write_gaps
from coverage_map.export.columns import COLUMNS
from coverage_map.text import Text
from coverage_map.verdicts import GAP
from geodata.errors import ExportError
from geodata.register import Register

KML = "{http://www.opengis.net/kml/2.2}"
HEADER_ROW = 3  # of a workbook's sheets, as the spreadsheet counts


class Page(HTMLParser):
    """Collects what an exported page would fetch, and its data."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.data = ""
        self._in_data = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_data = ("id", "gap-data") in attrs
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "url"}]

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data &= tag != "script"


@pytest.fixture(scope="module")
def files(
    tmp_path_factory: pytest.TempPathFactory,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    return {
        ending: write_gaps(
            gaps, figures, register, folder / ending[1:] / f"缺口{ending}", sheet=sheet
        )
        for ending in FORMATS
    }


def _csv_rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def _kmz(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("doc.kml"))


def _workbook(path: Path, sheet: str = "缺口") -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))
    return pd.DataFrame(rows[HEADER_ROW:], columns=rows[HEADER_ROW - 1])


def _ids(ending: str, path: Path) -> list[str]:
    """Read the gap ids of a file with a reader of its own."""
    if ending in {".gpkg", ".shp", ".geojson"}:
        found: list[str] = []
        for layer in fiona.listlayers(path):
            with fiona.open(path, layer=layer) as source:
                found += [feature["properties"]["gap_id"] for feature in source]
        return found
    if ending == ".zip":
        return pyogrio.read_dataframe(path)["gap_id"].tolist()
    if ending == ".kmz":
        data = _kmz(path).iter(f"{KML}Data")
        return [item[1].text or "" for item in data if item.get("name") == "gap_id"]
    if ending == ".xlsx":
        return _workbook(path)["缺口编号"].tolist()
    if ending == ".csv":
        return [row["缺口编号"] for row in _csv_rows(path)]
    assert ending == ".html"
    return [gap["gap_id"] for gap in json.loads(Page(path.read_text("utf-8")).data)["gaps"]]


@pytest.mark.parametrize("ending", [e for e in FORMATS if e not in {".png", ".pdf"}])
def test_the_same_gaps_are_in_every_file(
    ending: str, files: dict[str, Path], gaps: gpd.GeoDataFrame
) -> None:
    assert sorted(_ids(ending, files[ending])) == sorted(gaps["gap_id"])


def _everything(path: Path) -> str:
    """Return all text of a file, unpacked."""
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix == ".png":
        with Image.open(path) as image:
            return json.dumps(image.info, ensure_ascii=False, default=str)
    if path.suffix in {".xlsx", ".kmz", ".zip"}:
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())
    return "".join(
        part.read_bytes().decode("utf-8", "replace") for part in path.parent.glob(f"{path.stem}.*")
    )


@pytest.mark.parametrize("ending", list(FORMATS))
def test_every_file_says_what_it_is(ending: str, files: dict[str, Path], sheet: SheetInfo) -> None:
    written = _everything(files[ending])
    for words in ("样例数据", "模拟", sheet.quarter, sheet.source, "内部"):
        assert words in written, words


def test_names_are_ascii_stable_and_short() -> None:
    names = [column.name for column in COLUMNS]
    shorts = [column.short for column in COLUMNS]
    assert set(GAP) <= set(names)
    assert all(name.isascii() and name.isidentifier() for name in names + shorts)
    assert len(set(shorts)) == len(shorts)
    assert max(len(short) for short in shorts) <= 10


def test_geopackage_keeps_types_titles_and_crs(
    files: dict[str, Path], gaps: gpd.GeoDataFrame
) -> None:
    layers = [gpd.read_file(files[".gpkg"], layer=layer) for layer in ("gaps", "gaps_points")]
    assert [set(layer.geom_type) for layer in layers] == [{"Polygon"}, {"Point"}]
    back = pd.concat(layers, ignore_index=True)
    assert back.crs.to_epsg() == 4490
    assert back.loc[0, "unit_code"] == gaps.loc[0, "unit_code"]
    assert back["people"].tolist() == gaps["people"].tolist()
    assert shapely.equals(back.geometry.to_numpy(), gaps.geometry.to_numpy()).all()
    with sqlite3.connect(files[".gpkg"]) as database:
        titles = dict(
            database.execute(
                "SELECT table_name || '.' || column_name, title FROM gpkg_data_columns"
            )
        )
        metadata = database.execute("SELECT metadata FROM gpkg_metadata").fetchall()
    assert titles["gaps.people"] == titles["gaps_points.people"] == "人口（人）"
    assert len(metadata) == 1
    assert (
        pyogrio.read_info(files[".gpkg"], layer="gaps")["dataset_metadata"]["quarter"] == "2015Q2"
    )
    assert pyogrio.list_layers(files[".gpkg"])[:, 0].tolist() == ["gaps", "gaps_points"]


def test_geopackage_of_one_kind_of_geometry_has_one_layer(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    for name, kind in (("units", "unit"), ("points", "settlement")):
        some = gaps.loc[gaps["subject_kind"] == kind]
        out = write_gaps(some, figures, register, tmp_path / f"{name}.gpkg", sheet=sheet)
        assert pyogrio.list_layers(out)[:, 0].tolist() == ["gaps"]
        assert _ids(".gpkg", out) == some["gap_id"].tolist()


def test_geojson_keeps_to_rfc_7946(files: dict[str, Path], gaps: gpd.GeoDataFrame) -> None:
    data = json.loads(files[".geojson"].read_text("utf-8"))
    assert "crs" not in data
    assert "CGCS2000" in data["crs_note"]
    assert data["fields"]["people"] == "人口（人）"
    np.testing.assert_allclose(data["bbox"], gaps.total_bounds, atol=1e-7)
    for feature, gap in zip(data["features"], gaps.itertuples(), strict=True):
        shape = shapely.geometry.shape(feature["geometry"])
        assert feature["id"] == gap.gap_id
        assert shape.equals_exact(gap.geometry, 1e-7, normalize=True)
        assert shape.geom_type == "Point" or shape.exterior.is_ccw
    assert data["features"][0]["properties"]["tower_distance_m"] is None


def test_shapefile_of_a_mixed_list_holds_points_and_polygons_beside(
    files: dict[str, Path], gaps: gpd.GeoDataFrame
) -> None:
    points = gpd.read_file(files[".shp"])
    assert set(points.geom_type) == {"Point"}
    np.testing.assert_allclose(points.geometry.x, gaps["lon"])
    polygons = gpd.read_file(files[".shp"].with_stem("缺口_polygons"))
    assert (
        polygons["gap_id"].tolist() == gaps.loc[gaps["subject_kind"] == "unit", "gap_id"].tolist()
    )
    inside = gpd.read_file(f"zip://{files['.zip']}!polygons/gaps.shp")
    assert inside["gap_id"].tolist() == polygons["gap_id"].tolist()


def test_shapefile_of_polygons_stays_polygons(
    tmp_path: Path,
    unit_gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    out = write_gaps(unit_gaps, figures, register, tmp_path / "a.shp", sheet=sheet)
    back = gpd.read_file(out)
    assert shapely.equals(back.geometry.to_numpy(), unit_gaps.geometry.to_numpy()).all()
    assert back["people"].tolist() == unit_gaps["people"].tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"a.{ending}" for ending in ("cpg", "dbf", "legend.csv", "prj", "shp", "shx")
    ]


@pytest.mark.parametrize(("encoding", "codec"), [("utf-8", "utf-8"), ("gbk", "gbk")])
def test_shapefile_in_both_encodings(
    encoding: str,
    codec: str,
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    out = write_gaps(gaps, figures, register, tmp_path / "a.shp", sheet=sheet, encoding=encoding)
    assert out.with_suffix(".cpg").read_text() == encoding.upper()
    # The table's bytes themselves, whatever a reader makes of the code page.
    assert "第4村".encode(codec) in out.with_suffix(".dbf").read_bytes()
    names = [feature["properties"]["unit_name"] for feature in fiona.open(out)]
    legend = _csv_rows(out.with_suffix(".legend.csv"))
    assert {row["字段名"]: row["含义"] for row in legend}["node_d_m"] == "距光节点（米）"
    told = out.with_suffix(".legend.csv").read_text("utf-8-sig")
    if encoding == "gbk":
        assert names[2] == "〓〓村"
        assert RARE in told
        assert "〓" in told
    else:
        assert names[2] == RARE
        assert RARE not in told


def test_shapefile_cuts_long_text_between_characters_and_says_so(
    tmp_path: Path,
    unit_gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    long = "很长的名字" * 30  # 150 characters, 450 bytes in UTF-8, 300 in GBK
    named = unit_gaps.assign(subject_name=long)
    for encoding, room in (("UTF-8", 254 // 3), ("GBK", 127)):
        out = write_gaps(
            named, figures, register, tmp_path / f"{encoding}.shp", sheet=sheet, encoding=encoding
        )
        assert gpd.read_file(out)["subj_name"].tolist() == [long[:room]] * 5
        assert out.with_suffix(".legend.csv").read_text("utf-8-sig").count(long) == 5


def test_kmz_is_valid_styled_and_escaped(files: dict[str, Path]) -> None:
    root = _kmz(files[".kmz"])
    names = [node.findtext(f"{KML}name") for node in root.iter(f"{KML}Placemark")]
    assert NASTY in names
    assert len(list(root.iter(f"{KML}Folder"))) == 2
    styles = {f"#{style.get('id')}" for style in root.iter(f"{KML}Style")}
    assert {node.findtext(f"{KML}styleUrl") for node in root.iter(f"{KML}Placemark")} <= styles
    balloons = "".join(node.findtext(f"{KML}description") or "" for node in root.iter())
    assert "<img" not in balloons
    assert "&lt;img src=x" in balloons
    with zipfile.ZipFile(files[".kmz"]) as archive:
        for href in root.iter(f"{KML}href"):
            assert href.text in archive.namelist()
    shapes = [set(gpd.read_file(files[".kmz"], layer=layer).geom_type) for layer in (0, 1)]
    assert shapes == [{"Point"}, {"Polygon"}]


def test_workbook_is_styled_and_runs_nothing(files: dict[str, Path]) -> None:
    book = openpyxl.load_workbook(files[".xlsx"])
    assert book.sheetnames == ["缺口", "汇总", "说明"]
    page = book["缺口"]
    assert page["A1"].value == "许昌市行政村光纤缺口图"
    assert page["A1"].font.bold
    assert page.freeze_panes == "A4"
    assert page.auto_filter.ref.startswith("A3:")
    assert page.auto_filter.ref.endswith("10")
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    table = _workbook(files[".xlsx"])
    assert table["行政村（社区）"].tolist()[1] == FORMULA
    assert table["人口（人）"].tolist()[:2] == [400, 401]
    summary = _workbook(files[".xlsx"], "汇总")
    city = summary.loc[summary["区域代码"] == "411000"].iloc[0]
    assert city["覆盖率"] == pytest.approx(100 * 7 / 15)
    assert city["未知占比"] == pytest.approx(100 * 3 / 18)
    assert city["目标"] == 100


def test_csv_begins_with_a_mark_and_defuses_formulas(
    files: dict[str, Path], gaps: gpd.GeoDataFrame
) -> None:
    assert files[".csv"].read_bytes()[:3] == b"\xef\xbb\xbf"
    table = pd.read_csv(files[".csv"], dtype={"村级单位代码": "str"})
    assert table["人口（人）"].tolist() == gaps["people"].tolist()
    assert table["村级单位代码"].tolist() == gaps["unit_code"].tolist()
    assert table["行政村（社区）"].tolist()[1] == f"'{FORMULA}"
    assert set(table["最近光节点"]) == {"'@分纤箱"}
    starts = tuple("=+-@\t\r")
    assert not [v for row in _csv_rows(files[".csv"]) for v in row.values() if v.startswith(starts)]


def test_csv_in_gbk_says_beside_it_what_it_replaced(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    out = write_gaps(gaps, figures, register, tmp_path / "a.csv", sheet=sheet, encoding="GBK")
    assert "〓〓村" in out.read_text("gbk")
    assert (tmp_path / "a.note.txt").read_text("utf-8-sig").startswith("有 2 个值")
    assert len(pd.read_csv(out, encoding="gbk")) == len(gaps)


def test_page_asks_for_nothing_and_holds_names_as_data(files: dict[str, Path]) -> None:
    text = files[".html"].read_text("utf-8")
    page = Page(text)
    assert page.addresses == []
    assert "img" not in page.tags
    assert "link" not in page.tags
    assert not re.search(r"@import|url\(\s*['\"]?http", text)
    assert "default-src 'none'" in text
    data = json.loads(page.data)
    assert data["gaps"][0]["unit_name"] == NASTY
    states = [unit["properties"]["state"] for unit in data["units"]["features"]]
    # Unit 9 lacks broadband only: a gap, for the sheet asks about all indicators.
    assert states == ["gap"] * 5 + ["unknown"] * 3 + ["covered", "gap"] + ["covered"] * 5 + [""]
    assert [bool(gap["shape"]) for gap in data["gaps"]] == [False] * 5 + [True] * 2


def test_sheet_as_picture_has_the_page_and_the_colours(files: dict[str, Path]) -> None:
    with Image.open(files[".png"]) as image:
        assert image.size == (3307, 2338)
        assert image.info["Title"] == "许昌市行政村光纤缺口图"
        counted = image.convert("RGB").getcolors(maxcolors=image.width * image.height)
    colours = {colour for _, colour in counted}
    assert {(0x7F, 0xA8, 0xD1), (0xE4, 0x57, 0x2E), (0xDC, 0xDC, 0xDC)} <= colours


def test_sheet_as_pdf_can_be_searched(files: dict[str, Path]) -> None:
    reader = PdfReader(files[".pdf"])
    assert reader.metadata is not None
    assert reader.metadata.title == "许昌市行政村光纤缺口图"
    (page,) = reader.pages
    assert [round(float(v) / 72 * 25.4) for v in page.mediabox[2:]] == [420, 297]
    written = page.extract_text()
    for words in (
        "许昌市行政村光纤缺口图",
        "样例数据",
        "图例",
        "已覆盖",
        "未覆盖",
        "未知",
        "2015Q2",
        "比例尺",
        "CGCS2000",
        "数据来源",
        "市信息化办公室",
        "2015-07-10",
        "审图号: 内部使用",
        "魏都区",
        "北",
    ):
        assert words in written, words


@pytest.mark.parametrize("ending", list(FORMATS))
def test_empty_list_makes_a_valid_file_that_says_so(
    ending: str,
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    covered = figures.loc[figures["state"] != "gap"]
    out = write_gaps(gaps.iloc[:0], covered, register, tmp_path / f"a{ending}", sheet=sheet)
    if ending == ".csv":
        assert len(pd.read_csv(out)) == 0
        assert len(out.read_text("utf-8-sig").splitlines()) == 1
    elif ending == ".xlsx":
        assert _workbook(out)["缺口编号"].tolist() == ["所选范围内没有缺口。"]
    elif ending not in {".png", ".pdf"}:
        assert _ids(ending, out) == []
    if ending == ".geojson":
        assert "people" in json.loads(out.read_text("utf-8"))["fields"]
    if ending in {".gpkg", ".shp", ".zip"}:
        assert {"gap_id", "people"} <= set(gpd.read_file(out).columns)
    if ending not in {".png", ".csv"}:
        assert "没有缺口" in _everything(out)


@pytest.mark.parametrize("ending", list(FORMATS))
def test_public_files_are_coarse_and_hold_no_assets(
    ending: str,
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    public: SheetInfo,
) -> None:
    out = write_gaps(gaps, figures, register, tmp_path / f"a{ending}", sheet=public)
    written = _everything(out)
    assert "分纤箱" not in written
    assert "公开" in written
    assert "内部 ·" not in written
    if ending in {".gpkg", ".geojson", ".shp"}:
        back = gpd.read_file(out)
        assert not {"lon", "lat", "node_id", "node_name"} & set(back.columns)
        units = register.units.set_index("code").geometry
        assert all(
            shapely.equals_exact(shape, units[code], 1e-6, normalize=True)
            for code, shape in zip(back["unit_code"], back.geometry, strict=True)
        )


@pytest.fixture(scope="module")
def place_gaps(gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A library without WLAN, in the unit that also lacks broadband, where nothing is reported."""
    row = gaps.loc[gaps["subject_kind"] == "settlement"].iloc[[1]]
    library = row.assign(
        gap_id="wlan_public/reported/any/p0",
        subject_kind="place",
        subject_code="p0",
        subject_name="图书馆",
        indicator="wlan_public",
        households=0,
        people=0,
        reason="hotspot_none",
        reason_params="{}",
        grade="",
        lon=113.80000000000001,
    )
    both = pd.concat([row, library], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4490")


def _residents(ending: str, path: Path) -> list[tuple[object, object]]:
    """Read households and people of every gap as a file's own reader has them; None is blank."""
    if ending in {".gpkg", ".geojson", ".shp"}:
        with fiona.open(path) as source:
            rows = [feature["properties"] for feature in source]
        return [(row["households"], row["people"]) for row in rows]
    if ending == ".csv":
        rows = _csv_rows(path)
        return [(row["户数"] or None, row["人口（人）"] or None) for row in rows]
    if ending == ".xlsx":
        table = _workbook(path).astype("object")
        pairs = table[["户数", "人口（人）"]].to_numpy().tolist()
        return [tuple(None if pd.isna(value) else value for value in pair) for pair in pairs]
    if ending == ".kmz":
        found: list[tuple[object, object]] = []
        for mark in _kmz(path).iter(f"{KML}Placemark"):
            data = {item.get("name"): item[1].text for item in mark.iter(f"{KML}Data")}
            found.append((data.get("households"), data.get("people")))
        return found
    gaps = json.loads(Page(path.read_text("utf-8")).data)["gaps"]
    return [(gap["households"], gap["people"]) for gap in gaps]


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".csv", ".xlsx", ".kmz", ".html"])
def test_nobody_lives_in_a_place(
    ending: str,
    tmp_path: Path,
    place_gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    out = write_gaps(place_gaps, figures, register, tmp_path / f"a{ending}", sheet=sheet)
    told = [
        pair if pair[0] is None else (float(str(pair[0])), float(str(pair[1])))
        for pair in _residents(ending, out)
    ]
    assert told == [(10, 30), (None, None)]
    if ending == ".html":
        assert "人口" in json.loads(Page(out.read_text("utf-8")).data)["labels"]["shown"]
        write_gaps(place_gaps.iloc[1:], figures, register, out, sheet=sheet)
        assert "人口" not in json.loads(Page(out.read_text("utf-8")).data)["labels"]["shown"]


def test_sheet_of_places_counts_no_people(
    tmp_path: Path,
    place_gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    for gaps, told in ((place_gaps, True), (place_gaps.iloc[1:], False)):
        out = write_gaps(gaps, figures, register, tmp_path / "a.pdf", sheet=sheet)
        assert ("涉及人口" in _everything(out)) == told


def test_workbook_of_places_says_what_absence_proves(
    tmp_path: Path,
    place_gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    counted = figures.assign(people_gap=7, households_covered=2)
    nobody = figures.assign(indicator="wlan_public")
    both = pd.concat([counted, nobody], ignore_index=True)
    out = write_gaps(place_gaps, both, register, tmp_path / "a.xlsx", sheet=sheet)
    table = _workbook(out)
    assert table["依据"].tolist() == ["申报", "无申报记录"]
    assert table["原因"].tolist()[1] == "该运营商在本县已申报热点，此处没有申报"
    assert table["经度（CGCS2000）"].tolist()[1] == 113.8
    summary = _workbook(out, "汇总").set_index("指标")
    people = summary[[name for name in summary.columns if "人口" in name or "户数" in name]]
    assert people.shape[1] == 6
    assert people.loc["公共场所无线局域网"].isna().all()
    assert people.loc["光纤到村"].notna().all()


def test_headings_are_in_the_readers_language(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    english = dataclasses.replace(sheet, language="en", title="Gaps")
    out = write_gaps(gaps, figures, register, tmp_path / "a.csv", sheet=english)
    assert out.read_text("utf-8-sig").startswith("Gap id,Indicator,Operator,")
    book = write_gaps(gaps, figures, register, tmp_path / "a.xlsx", sheet=english)
    assert openpyxl.load_workbook(book).sheetnames == ["Gaps", "Summary", "Notes"]
    page = write_gaps(gaps, figures, register, tmp_path / "a.html", sheet=english)
    assert '<html lang="en">' in page.read_text("utf-8")
    paper = write_gaps(gaps, figures, register, tmp_path / "a.pdf", sheet=english)
    assert "Sample data" in _everything(paper)


def test_an_area_keeps_its_own_gaps(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    for code, expected in (("411002", 5), ("411002100", 4), (register.units["code"].iloc[0], 1)):
        inside = dataclasses.replace(sheet, area_code=code)
        out = write_gaps(gaps, figures, register, tmp_path / f"{code}.geojson", sheet=inside)
        assert len(_ids(".geojson", out)) == expected
        assert gaps["unit_code"].str.startswith(code).sum() == expected


def test_gap_of_a_whole_area_belongs_to_it(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    area = register.areas.set_index("code").geometry["411002"]
    whole = gaps.iloc[[0]].assign(
        gap_id="internet_penetration/reported//411002",
        subject_kind="area",
        subject_code="411002",
        unit_code="",
        unit_name="",
        unit_kind="",
        township_code="",
        township_name="",
        indicator="internet_penetration",
        operator="",
    )
    whole = whole.set_geometry(gpd.GeoSeries([area], index=whole.index, crs=4490))
    for code, expected in (("411000", 1), ("411002", 1), ("411081", 0)):
        inside = dataclasses.replace(sheet, area_code=code)
        for ending in (".geojson", ".html", ".kmz"):
            out = tmp_path / f"{code}{ending}"
            write_gaps(whole, figures.iloc[:0], register, out, sheet=inside)
            assert len(_ids(ending, out)) == expected
        write_gaps(whole, figures.iloc[:0], register, tmp_path / f"{code}.png", sheet=inside)
        with Image.open(tmp_path / f"{code}.png") as image:
            middle = image.convert("RGB").crop((400, 1000, 2000, 1400))
            gap_pixels = (np.asarray(middle) == (0xE4, 0x57, 0x2E)).all(axis=2).sum()
        assert (gap_pixels > 10_000) == bool(expected)


def _refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ExportError) as caught:
        call()
    fault = caught.value.fault
    for language in ("zh_CN", "en"):
        message, remedy = Text(language).fault(fault)
        assert not message.startswith("fault.")
        assert not remedy.startswith("fault.")
        assert "{" not in message + remedy
    return fault.code


def test_refusals_name_the_remedy_and_leave_nothing(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    def write(name: str, encoding: str | None = None, **changes: str) -> Callable[[], object]:
        changed = dataclasses.replace(sheet, **changes)  # type: ignore[arg-type]
        return lambda: write_gaps(
            gaps, figures, register, tmp_path / name, sheet=changed, encoding=encoding
        )

    assert _refusal(write("a.docx")) == "export_format"
    assert _refusal(write("a")) == "export_format"
    assert _refusal(write("a.gpkg", "GBK")) == "export_encoding"
    assert _refusal(write("a.csv", "UTF-16")) == "export_encoding"
    assert _refusal(write("a.csv", area_code="999999")) == "export_area_unknown"
    assert _refusal(write("a.csv", classification="绝密")) == "export_class"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    assert _refusal(write("file/a.csv")) == "export_folder"


def test_missing_front_end_files_are_named(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("coverage_map.export.assets.files", lambda _: tmp_path)
    assert (
        _refusal(lambda: write_gaps(gaps, figures, register, tmp_path / "a.html", sheet=sheet))
        == "export_asset"
    )


def test_a_failed_write_keeps_the_old_file(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "a.csv"
    out.write_text("old")

    def full(content: object, path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("coverage_map.export.formats.FORMATS", {".csv": full})
    assert (
        _refusal(lambda: write_gaps(gaps, figures, register, out, sheet=sheet)) == "export_folder"
    )
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_encodings_belong_to_formats() -> None:
    assert set(ENCODINGS) <= set(FORMATS)
