"""Bytes become tables: encodings, delimiters, headers below titles, layers with Chinese names."""

import io

import geopandas as gpd
import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_files import SITE, archive, layer_files, old_workbook, site_rows, table, workbook
from openpyxl.styles import PatternFill
from shapely.geometry import LineString, Point

from geodata.ingest import read_file
from geodata.ingest.read_package import column_letters
from geodata.ingest.reading import header_words
from geodata.ingest.text_encoding import decode_text

CHINESE = st.text(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=12
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"]


@given(
    st.lists(st.tuples(CHINESE, CHINESE, st.integers(0, 10**6)), min_size=5, max_size=30),
    st.sampled_from(ENCODINGS),
    st.sampled_from("\t,;|"),
)
@settings(deadline=None)  # the first call reads what headers are known
def test_text_tables_in_any_encoding_and_delimiter(cells, encoding, delimiter):
    assume(not header_words("totals") & {row[0] for row in cells})
    rows = [["站址编码", "基站名称", "挂高"], *[list(map(str, row)) for row in cells]]
    read = read_file(table(rows, encoding, delimiter), "a.csv")[0]
    assert read.headers == ("站址编码", "基站名称", "挂高")
    assert [list(row) for row in zip(*read.columns, strict=True)] == rows[1:]
    assert read.rows.tolist() == list(range(2, len(rows) + 1))


@given(CHINESE)
def test_what_an_encoding_is_taken_for_decodes_to_the_same_text(text):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode_text(text.encode(encoding), "a")[0] == text


def test_gb18030_with_characters_beyond_gbk():
    assert decode_text("㐱𠀀村委会，站址".encode("gb18030"), "a") == ("㐱𠀀村委会，站址", "gb18030")


def test_a_header_below_titles_above_totals_and_footers():
    content = workbook(
        (
            "站址台账",
            [
                ["移动公司基站信息表"],
                [None, "填报日期：2023年"],
                [],
                SITE,
                ["site_id", "name", "RAT", "height", "county", "town", "village", "lon", "lat"],
                *site_rows(3),
                SITE,
                [],
                ["合计", None, None, 105],
                ["制表人：张三"],
            ],
        )
    )
    read = read_file(content, "a.xlsx")[0]
    assert read.header_row == 4
    assert read.headers == tuple(SITE)
    assert read.rows.tolist() == [6, 7, 8]
    assert [fault.code for fault in read.faults] == ["row_header_again", "row_total", "row_footer"]
    assert [fault.place.row for fault in read.faults] == [9, 11, 12]


def test_sheets_that_start_elsewhere_and_have_unnamed_columns():
    rows = [[None, None, *SITE], *[[None, "备注文字", *row] for row in site_rows(2)]]
    read = read_file(workbook(("a", [[], [], *rows])), "a.xlsx")[0]
    assert read.header_row == 3
    assert read.rows.tolist() == [4, 5]
    assert len(read.headers) == len(SITE) + 1
    assert read.headers[1:] == tuple(SITE)
    assert read.columns[0].tolist() == ["备注文字", "备注文字"]


def test_a_first_row_in_latin_letters_is_no_sub_header():
    rows = [["站址编码", "基站名称", "制式"], ["ZA", "North gate", "NR"], ["ZB", "South", "NR"]]
    assert len(read_file(table(rows), "a.csv")[0].rows) == 2


def test_a_sheet_that_claims_a_million_rows():
    book = openpyxl.Workbook()
    for row in [["站址编码", "基站名称"], ["Z1", "站1"]]:
        book.active.append(row)
    book.active.cell(1_048_576, 10).fill = PatternFill("solid", fgColor="FFFF00")
    buffer = io.BytesIO()
    book.save(buffer)
    read = read_file(buffer.getvalue(), "a.xlsx")[0]
    assert (len(read.rows), len(read.headers)) == (1, 2)


def test_the_same_header_twice_keeps_both_columns():
    rows = [["站址编码", "基站名称", "频段", "频段"], ["Z1", "站1", "1.8G", "FDD1800"]]
    read = read_file(table(rows), "a.csv")[0]
    assert read.headers[2:] == ("频段", "频段")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([], "empty"), ([["随便"], ["什么"]], "no_header"), ([SITE], "no_rows")],
)
def test_a_sheet_without_a_table_says_why(rows, reason):
    assert (
        read_file(workbook(("a", rows), ("b", [SITE, *site_rows()])), "a.xlsx")[0].reason == reason
    )


def test_old_workbooks():
    read = read_file(old_workbook("站", [SITE, *site_rows(2)]), "a.xls")[0]
    assert (read.sheet, read.headers, len(read.rows)) == ("站", tuple(SITE), 2)


def test_column_letters():
    assert [column_letters(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def sites(crs="EPSG:4490", **columns):
    frame = {"站址编码": ["Z1", "Z2"], "基站名称": ["颍河站", "大李庄站"], **columns}
    return gpd.GeoDataFrame(frame, geometry=[Point(113.65, 34.12), Point(113.66, 34.13)], crs=crs)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("without", [".cpg", ".prj", ".shx"])
@pytest.mark.filterwarnings("ignore:Normalized/laundered:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Could not decode:RuntimeWarning")
def test_shapefiles_without_what_should_belong_to_them(encoding, without):
    frame = sites(所属行政村名称=["颍河村", "大李庄"])
    files = layer_files(frame, "站.shp", encoding=encoding)
    files = {f"图层/{name}": data for name, data in files.items() if not name.endswith(without)}
    read = read_file(archive(files), "a.zip")[0]
    assert read.sheet == "站"
    assert read.columns[1].tolist() == ["颍河站", "大李庄站"]
    assert read.columns[2].tolist() == ["颍河村", "大李庄"]
    assert bool(read.claimed) == (without != ".prj")
    assert 2 in read.cut
    assert "所属行政村名称".startswith(read.headers[2])


@pytest.mark.filterwarnings("ignore:Normalized/laundered:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:Could not decode:RuntimeWarning")
def test_a_shapefile_whose_cpg_lies():
    files = layer_files(sites(), "站.shp", encoding="gb18030")
    files["站.cpg"] = b"UTF-8"
    assert read_file(archive(files), "a.zip")[0].columns[1].tolist() == ["颍河站", "大李庄站"]


@pytest.mark.parametrize("ending", [".tab", ".mif"])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsSimpChinese", "WindowsLatin1"])
def test_mapinfo_with_any_character_set_in_its_header(ending, charset):
    frame = sites("EPSG:4526").rename(columns={"站址编码": "code", "基站名称": "name"})
    frame = frame.set_geometry([Point(38_467_000, 3_776_000), Point(38_468_000, 3_777_000)])
    files = layer_files(frame, f"a{ending}", driver="MapInfo File", encoding="gb18030")
    head = files[f"a{ending}"].replace(b"code", "站址编码".encode("gb18030"))
    files[f"a{ending}"] = head.replace(b"Neutral", charset.encode())
    read = read_file(archive(files), "a.zip")[0]
    assert read.headers == ("站址编码", "name")
    assert read.columns[1].tolist() == ["颍河站", "大李庄站"]
    assert [shape.x for shape in read.geometry] == pytest.approx([38_467_000, 38_468_000], abs=0.1)


def test_geopackage_layers_become_tables():
    files = layer_files(sites(), "a.gpkg", layer="站")
    read = read_file(files["a.gpkg"], "a.gpkg")
    assert [(one.sheet, one.rows.tolist()) for one in read] == [("站", [1, 2])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_geojson_in_any_encoding(encoding):
    text = layer_files(sites("EPSG:4326"), "a.geojson")["a.geojson"].decode()
    read = read_file(text.encode(encoding), "a.geojson")[0]
    assert read.columns[1].tolist() == ["颍河站", "大李庄站"]


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>颍河站</name><ExtendedData><Data name="站址编码"><value>Z1</value></Data>
</ExtendedData><Point><coordinates>113.65,34.12,0</coordinates></Point></Placemark>
<Placemark><name>大李庄站</name><ExtendedData><SchemaData schemaUrl="#s">
<SimpleData name="站址编码">Z2</SimpleData></SchemaData></ExtendedData>
<Point><coordinates>
 113.66,34.13 </coordinates></Point></Placemark>
<Placemark><name>表格站</name><description><![CDATA[<table><tr><td>站址编码</td><td>Z&amp;3</td></tr>
</table>]]></description><Point><coordinates>113.67,34.13</coordinates></Point></Placemark>
<Placemark><name>光缆</name><LineString><coordinates>113.6,34 113.7,34.1</coordinates></LineString>
</Placemark>
<Placemark><name>坏</name><Point><coordinates>x,y</coordinates></Point></Placemark>
</Document></kml>"""


@pytest.mark.parametrize("packed", [False, True])
def test_kml_with_extended_data_lines_and_tables(packed):
    content = archive({"doc.kml": KML.encode()}) if packed else KML.encode()
    name = "移动站.kmz" if packed else "移动站.kml"
    points, lines = read_file(content, name)
    assert points.sheet == "移动站/point"
    assert points.headers == ("name", "站址编码")
    assert points.columns[1].tolist() == ["Z1", "Z2", "Z&3", ""]
    assert points.rows.tolist() == [1, 2, 3, 5]
    assert points.geometry[3] is None
    assert [fault.code for fault in points.faults] == ["geometry_damaged"]
    assert lines.geometry[0] == LineString([(113.6, 34), (113.7, 34.1)])


def test_an_archive_of_several_files_tells_them_apart():
    content = archive(
        {
            "一/站.csv": table([SITE, *site_rows(2)]),
            "二/站.xlsx": workbook(("基站级", [SITE, *site_rows(2)])),
            "__MACOSX/站.csv": b"x",
            "说明.pdf": b"%PDF",
        }
    )
    assert [one.sheet for one in read_file(content, "a.zip")] == ["一/站.csv", "二/站.xlsx/基站级"]
