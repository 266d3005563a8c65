"""Files by their bytes: mark-up called .xls, drawings, geodatabases, archives, odd delimiters."""

import csv
import io

import fiona
import geopandas as gpd
import pytest
from made_files import SITE, archive, layer_files, old_workbook, site_rows, table, workbook
from shapely.geometry import LineString, Point, Polygon

from geodata.errors import FileRefusedError
from geodata.ingest import check_file, read_file
from geodata.ingest.archive import bundle_files

HEADERS = tuple(SITE)


def html(rows, head="", cell="td"):
    """Return an HTML table as network-management systems call .xls."""
    lines = "".join(
        "<tr>" + "".join(f"<{cell} class=a>{value}</{cell}>" for value in row) + "</tr>\n"
        for row in rows
    )
    return (
        f"<html><head>{head}<style>td {{}}</style></head><body><table>{lines}</table></body></html>"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_html_called_xls(encoding):
    content = html([SITE, *site_rows(3)], "<meta charset=gb2312>").encode(encoding)
    read = read_file(content, "基站.xls")[0]
    assert (read.headers, len(read.rows)) == (HEADERS, 3)
    assert read.columns[1].tolist() == ["站0", "站1", "站2"]
    assert read.numbers == tuple(range(1, 10))


def test_html_with_spans_breaks_entities_and_cells_that_are_not_closed():
    page = """<table border=1><tr><td colspan="4">标题</td></tr>
<tr><th rowspan=2>基站<br>名称<th colspan=2>位置<th rowspan=2>挂高</tr><tr><th>经度<th>纬度</tr>
<tr><td>甲&amp;乙<td>113.5<td>34.1<td>&nbsp;</tr><tr><td>=1+1<td>113.6<td>34.2<td>30</tr></table>"""
    read = read_file(page.encode(), "a.xls")[0]
    assert read.headers == ("基站 名称", "经度", "纬度", "挂高")
    assert read.groups == ("", "位置", "位置", "")
    assert read.header_rows == (2, 3)
    assert [column.tolist() for column in read.columns] == [
        ["甲&乙", "=1+1"], ["113.5", "113.6"], ["34.1", "34.2"], ["", "30"],
    ]  # fmt: skip


def test_a_web_archive_called_xls():
    page = html([SITE, *site_rows(2)])
    content = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
        'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        f"{page}\r\n--b--\r\n"
    ).encode()
    assert read_file(content, "a.xls")[0].headers == HEADERS


def spreadsheetml(rows, options=""):
    cells = "".join(
        "<Row>"
        + "".join(
            f'<Cell><Data ss:Type="{"Number" if isinstance(v, (int, float)) else "String"}">{v}'
            "</Data></Cell>"
            for v in row
        )
        + "</Row>"
        for row in rows
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="小区"><Table>{cells}</Table>{options}</Worksheet></Workbook>'
    )


def test_spreadsheetml_called_xls():
    options = (
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">'
        "<Visible>SheetHidden</Visible></WorksheetOptions>"
    )
    read = read_file(spreadsheetml([SITE, *site_rows(2)], options).encode(), "a.xls")[0]
    assert (read.sheet, read.headers, read.hidden) == ("小区", HEADERS, True)
    assert read.columns[7].tolist() == [113.65, 113.6501]


def test_spreadsheetml_with_skipped_and_merged_cells():
    names = '<Cell ss:Index="2"><Data>基站名称</Data></Cell>'
    site = '<Cell ss:Index="2" ss:MergeDown="1"><Data>甲站</Data></Cell>'
    text = spreadsheetml([["挂高", "方位角"], [35, 0], [30, 120]])
    for row in (f'<Row ss:Index="3">{names}', f"<Row >{site}"):
        text = text.replace("<Row>", row, 1)
    text = text.replace("<Row>", '<Row><Cell ss:Index="2"/>', 1)
    read = read_file(text.encode(), "a.xls")[0]
    assert (read.header_row, read.headers) == (3, ("基站名称", "挂高", "方位角"))
    assert read.numbers == (2, 3, 4)
    assert read.columns[0].tolist() == ["甲站", "甲站"]


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.dat", "a"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_text_under_other_names(name, delimiter):
    read = read_file(table([SITE, *site_rows(3)], "gb18030", delimiter), name)[0]
    assert (read.headers, len(read.rows)) == (HEADERS, 3)


def test_workbooks_under_other_names():
    content = workbook(("a", [SITE, *site_rows(2)]))
    for name in ("a.xls", "a.csv", "a.zip", "a.et", "a"):
        assert read_file(content, name)[0].headers == HEADERS
    old = old_workbook("a", [SITE, *site_rows(2)])
    assert read_file(old, "a.xlsx")[0].headers == HEADERS


@pytest.mark.parametrize(
    "between", [",", "\t", ";", "|", "^", "~", "，", "；", "、", "    ", "  \t"]
)
def test_what_may_stand_between_cells(between):
    rows = [SITE, *site_rows(8)]
    text = "\r\n".join(between.join(map(str, row)) for row in rows)
    read = read_file(text.encode(), "a.txt")[0]
    assert (read.headers, len(read.rows)) == (HEADERS, 8)
    assert read.columns[2].tolist() == ["4G/5G"] * 8


def test_delimiters_within_quoted_cells():
    rows = [SITE, *site_rows(4)]
    for row in rows[1:]:
        row[1] = '甲,乙;"丙"\n丁'
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    read = read_file(buffer.getvalue().encode(), "a.csv")[0]
    assert read.columns[1].tolist() == ['甲,乙;"丙"\n丁'] * 4
    assert not read.faults


def test_a_stray_quotation_mark_swallows_no_rows():
    rows = [SITE, *site_rows(30)]
    text = "\n".join("\t".join(map(str, row)) for row in rows).replace("站3\t", '"站3\t')
    read = read_file(text.encode(), "a.txt")[0]
    assert len(read.rows) == 30
    assert [fault.code for fault in read.faults] == ["quotes_unbalanced"]


def test_a_hint_at_the_delimiter():
    text = "sep=;\n" + "\n".join(";".join(map(str, row)) for row in [SITE, *site_rows(2)])
    read = read_file(text.encode(), "a.csv")[0]
    assert (read.headers, read.header_row) == (HEADERS, 2)


def test_a_character_cut_in_two_is_said_where_it_stands():
    content = table([SITE, *site_rows(40)], "gb18030")
    cut = content.replace("站7,".encode("gb18030"), "站".encode("gb18030")[:1] + b"7,")
    read = read_file(cut, "a.csv")[0]
    assert len(read.rows) == 40
    told = [(f.code, f.place.row, f.place.number) for f in read.faults]
    assert told == [("text_lost", 9, 2)]


DXF = {
    "header": (
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\nANSI_936\n0\nENDSEC\n"
    ),
    "body": (
        "0\nSECTION\n2\nENTITIES\n"
        "0\nLINE\n8\n通信管道\n10\n38467000.0\n20\n3776000.0\n11\n38467100.0\n21\n3776050.0\n"
        "0\nLWPOLYLINE\n8\n通信管道\n90\n3\n70\n0\n10\n1.0\n20\n2.0\n10\n3.0\n20\n4.0\n10\n5.0\n20\n4.0\n"
        "0\nTEXT\n8\n通信管道\n10\n1.0\n20\n2.0\n40\n2.5\n1\n12孔管\n"
        "0\nPOINT\n8\n人手孔\n10\n7.0\n20\n8.0\n"
        "0\nINSERT\n8\n人手孔\n66\n1\n2\n人井\n10\n9.0\n20\n10.0\n"
        "0\nATTRIB\n8\n人手孔\n10\n9.0\n20\n10.0\n40\n1.0\n1\nR-01#\n2\n编号\n0\nSEQEND\n8\n人手孔\n"
        "0\nENDSEC\n0\nEOF\n"
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_drawing_has_a_table_for_each_layer(encoding):
    content = (DXF["header"] + DXF["body"]).encode(encoding)
    read = {one.sheet: one for one in read_file(content, "管道.dxf")}
    assert list(read) == ["管道/通信管道/point", "管道/通信管道/line", "管道/人手孔"]
    ducts = read["管道/通信管道/line"]
    assert ducts.geometry[0] == LineString([(38467000, 3776000), (38467100, 3776050)])
    assert (len(ducts.rows), ducts.claimed, ducts.titles) == (2, "", ("通信管道",))
    assert ducts.columns[ducts.headers.index("图元")].tolist() == ["通信管道 1", "通信管道 2"]
    text = read["管道/通信管道/point"]
    assert text.columns[text.headers.index("文字")].tolist() == ["12孔管"]
    holes = read["管道/人手孔"]
    assert [(shape.x, shape.y) for shape in holes.geometry] == [(7, 8), (9, 10)]
    assert holes.columns[holes.headers.index("编号")].tolist() == ["", "R-01#"]
    assert holes.columns[holes.headers.index("块名")].tolist() == ["", "人井"]


def test_a_drawing_that_breaks_off_says_so():
    content = (DXF["header"] + DXF["body"])[:-60].encode()
    faults = [fault.code for one in read_file(content, "a.dxf") for fault in one.faults]
    assert "drawing_cut" in faults


def points(**columns):
    frame = {"站址编码": ["Z1", "Z2"], "基站名称": ["甲站", "乙站"], **columns}
    return gpd.GeoDataFrame(frame, geometry=[Point(113.65, 34.12), Point(113.66, 34.13)], crs=4490)


def geodatabase(tmp_path):
    folder = tmp_path / "网络.gdb"
    points().to_file(folder, layer="站", driver="OpenFileGDB", engine="pyogrio")
    lines = gpd.GeoDataFrame(
        {"光缆名称": ["甲缆"]}, geometry=[LineString([(113.6, 34), (113.7, 34.1)])], crs=4490
    )
    lines.to_file(folder, layer="缆", driver="OpenFileGDB", engine="pyogrio", mode="a")
    return {f"数据/网络.gdb/{path.name}": path.read_bytes() for path in folder.iterdir()}


def test_a_file_geodatabase_in_a_zip(tmp_path):
    read = read_file(archive(geodatabase(tmp_path)), "a.zip")
    assert [(one.sheet, len(one.rows)) for one in read] == [("站", 2), ("缆", 1)]
    assert read[0].columns[read[0].headers.index("基站名称")].tolist() == ["甲站", "乙站"]


def test_a_geodatabase_beside_other_files_in_an_archive(tmp_path):
    members = geodatabase(tmp_path) | {"表/站.csv": table([SITE, *site_rows(2)])}
    names = [one.sheet for one in read_file(archive(members), "a.zip")]
    assert names == ["数据/网络.gdb/站", "数据/网络.gdb/缆", "表/站.csv"]


@pytest.mark.filterwarnings("ignore:Normalized/laundered:RuntimeWarning")
def test_a_shp_alone_gives_its_geometry_and_says_what_is_missing():
    files = layer_files(points(), "站.shp", encoding="gb18030")
    read = read_file(files["站.shp"], "站.shp")[0]
    assert [shape.x for shape in read.geometry] == [113.65, 113.66]
    assert (read.headers, [fault.code for fault in read.faults]) == ((), ["attributes_missing"])


@pytest.mark.filterwarnings("ignore:Normalized/laundered:RuntimeWarning")
def test_a_dbf_alone_is_a_table():
    files = layer_files(points(), "站.shp", encoding="gb18030")
    read = read_file(files["站.dbf"], "站.dbf")[0]
    assert read.geometry is None
    assert read.columns[1].tolist() == ["甲站", "乙站"]


@pytest.mark.filterwarnings("ignore:Normalized/laundered:RuntimeWarning")
def test_loose_files_are_bundled_by_their_stem():
    shp = layer_files(points(), "站.shp", encoding="gb18030")
    latin = points().rename(columns={"站址编码": "code", "基站名称": "name"})
    mif = layer_files(latin, "缆.mif", driver="MapInfo File", encoding="gb18030")
    files = {**shp, "表.csv": table([SITE, *site_rows(1)]), **mif, "说明.prj": b"x"}
    files = {name.replace(".dbf", ".DBF"): content for name, content in files.items()}
    bundled = dict(bundle_files(files))
    assert list(bundled) == ["站.zip", "表.csv", "缆.zip", "说明.prj"]
    assert bundled["表.csv"] == files["表.csv"]
    assert bundle_files(files) == list(bundled.items())
    for name in ("站.zip", "缆.zip"):
        assert read_file(bundled[name], name)[0].columns[1].tolist() == ["甲站", "乙站"]


def test_one_bad_file_of_an_archive_does_not_lose_the_others(city):
    content = archive(
        {
            "a.csv": table([SITE, *site_rows(3)]),
            "b.xlsx": b"PK\x03\x04 and no more",
            "c.shp": b"nothing",
            "图.dwg": b"AC1032" + bytes(100),
            "d.zip": archive({"e.csv": table([SITE, *site_rows(2, start=9)])}),
        }
    )
    reports = {report.sheet: report for report in check_file(content, "a.zip", city, "cmcc")}
    assert list(reports) == ["a.csv", "b.xlsx", "c.shp", "d.zip/e.csv"]
    assert [reports[name].reason for name in ("b.xlsx", "c.shp")] == ["unread", "unread"]
    codes = {name: [f.code for f in reports[name].faults] for name in reports}
    assert (codes["b.xlsx"], codes["c.shp"]) == (["file_damaged"], ["file_damaged"])
    assert "archive_left_out" in codes["a.csv"]
    assert "archive_opened" in codes["d.zip/e.csv"]
    assert reports["a.csv"].rows == 3


def test_members_with_names_in_gb18030_and_paths_that_lead_out():
    name = "../../移动/站.csv"
    content = archive({name: table([SITE, *site_rows(2)]), "b.csv": table([SITE])})
    # Windows writes names in its own code page and says nothing of it.
    folder = "移动/站".encode("gb18030")
    spare = len("移动/站".encode()) - len(folder)
    plain = content.replace("移动/站".encode(), folder + b"x" * spare)
    for one in (content, _unflag(plain)):
        sheets = [read.sheet for read in read_file(one, "a.zip")]
        assert sheets[0].startswith("../../移动/站")


def _unflag(content):
    """Clear the flag that says that names are UTF-8."""
    raw = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = raw.find(signature)
        while at >= 0:
            raw[at + offset] &= ~8 & 255
            at = raw.find(signature, at + 4)
    return bytes(raw)


def test_folders_that_speak_of_different_kinds_are_tables_of_their_own():
    shape = "<Point><coordinates>105.65,34.12</coordinates></Point>"
    place = f"<Placemark><name>{{}}</name>{shape}</Placemark>"
    folders = {"光交箱": ("甲", "乙"), "2023年": ("丙",), "人手井": ("丁",), "草图": ("己",)}
    inner = "".join(
        f"<Folder><name>{name}</name>{''.join(map(place.format, places))}</Folder>"
        for name, places in folders.items()
    )
    kml = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}{place.format("戊")}</Document></kml>'
    read = {one.sheet: one for one in read_file(kml.encode(), "资源.kml")}
    assert {sheet: one.columns[0].tolist() for sheet, one in read.items()} == {
        "资源/光交箱": ["甲", "乙", "戊"],
        "资源/2023年": ["丙", "己"],
        "资源/人手井": ["丁"],
    }
    assert read["资源/光交箱"].titles == ("光交箱",)


def test_kmz_with_several_documents():
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>许昌</name>'
        "<Folder><name>基站</name><Placemark><name>甲</name><description>{}</description><Point>"
        "<coordinates>113.65,34.12</coordinates></Point></Placemark></Folder></Folder>"
        "<Placemark><name>乙</name><Point><coordinates>113.65,34.12</coordinates></Point>"
        "</Placemark></Document></kml>"
    )
    nested = (
        "<![CDATA[<table><tr><td>甲</td></tr><tr><td><table><tr><td>站址编码</td><td>Z1</td></tr>"
        "<tr><td>挂高：</td><td>35</td></tr></table></td></tr></table>]]>"
    )
    lines = "<![CDATA[站址编码：Z2<br>挂高:40<br/>]]>"
    content = archive({"a.kml": kml.format(nested).encode(), "b.kml": kml.format(lines).encode()})
    one, two = read_file(content, "站.kmz")
    assert (one.sheet, two.sheet) == ("a.kml", "b.kml")
    assert one.headers == ("name", "站址编码", "挂高", "文件夹")
    assert [column[0] for column in one.columns] == ["甲", "Z1", "35", "许昌/基站"]
    assert [column[0] for column in two.columns] == ["甲", "Z2", "40", "许昌/基站"]


def test_geojson_with_a_foreign_system():
    text = (
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": '
        '"urn:ogc:def:crs:EPSG::4526"}}, "features": [{"type": "Feature", "properties": '
        '{"站址编码": "Z1", "x": [1, 2]}, "geometry": {"type": "Point", "coordinates": '
        "[38467000, 3776000]}}]}"
    )
    read = read_file(text.encode(), "a.geojson")[0]
    assert "4526" in read.claimed
    assert read.geometry[0] == Point(38467000, 3776000)


def test_areas_that_cross_themselves_and_coordinates_that_are_no_numbers():
    bow = Polygon([(113, 34), (113.1, 34.1), (113.1, 34), (113, 34.1), (113, 34)])
    frame = gpd.GeoDataFrame(
        {"站址编码": ["Z1", "Z2", "Z3"]},
        geometry=[bow, Point(float("inf"), 34), Point(113, 34)],
        crs=4490,
    )
    read = read_file(layer_files(frame, "a.gpkg")["a.gpkg"], "a.gpkg")[0]
    assert read.geometry[0].is_valid
    assert read.geometry[1] is None
    told = sorted((fault.code, fault.place.row) for fault in read.faults)
    assert told == [("geometry_mended", 1), ("geometry_not_finite", 2)]


def test_lines_and_points_of_one_layer_with_other_columns_become_two_tables():
    frame = gpd.GeoDataFrame(
        {"站址编码": ["Z1", None], "光缆名称": [None, "甲缆"]},
        geometry=[Point(113, 34), LineString([(113, 34), (114, 34)])],
        crs=4490,
    )
    read = read_file(layer_files(frame, "a.gpkg", layer="网")["a.gpkg"], "a.gpkg")
    assert [(one.sheet, one.rows.tolist()) for one in read] == [("网/point", [1]), ("网/line", [2])]


def test_gdal_is_given_nothing_but_our_folder(tmp_path):
    """A layer that points elsewhere (a virtual one) is none of the formats that are read."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    vrt = f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource>"
    vrt += "</OGRVRTLayer></OGRVRTDataSource>"
    for name in ("a.vrt", "a.geojson", "a.shp"):
        with pytest.raises(FileRefusedError):
            read_file(vrt.encode(), name)
    assert "OGR_VRT" not in fiona.supported_drivers
