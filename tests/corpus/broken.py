"""A corpus of broken files: what arrives damaged, locked, mislabelled, huge or hostile.

``python -m tests.corpus.broken folder`` writes them all to look at.
"""

import csv
import io
import json
import sqlite3
import struct
import sys
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import openpyxl
import pyogrio
import shapely
import xlsxwriter
import xlwt

SITE = ["站址编码", "基站名称", "制式", "挂高", "区县", "乡镇", "行政村", "经度", "纬度"]
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Broken:
    """A file, what is wrong with it, and whether it must be refused outright."""

    case: str
    name: str
    content: bytes
    refused: bool = False


def site_rows(count=12):
    """Return rows of sites in the small city."""
    return [
        [
            f"Z{number:05d}",
            f"站{number}",
            "4G",
            35,
            "东山县",
            "赵镇",
            "颍河村",
            round(113.65 + number * 1e-3, 6),
            round(34.12 + number * 1e-4, 6),
        ]
        for number in range(count)
    ]


def workbook(rows, sheet="站"):
    """Return an .xlsx of one sheet."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return target.getvalue()


def old_workbook(rows):
    """Return an .xls of one sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("站")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            page.write(i, j, cell)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def text(rows, encoding="utf-8"):
    """Return delimited text."""
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode(encoding)


def archive(members):
    """Return a .zip of name → bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return target.getvalue()


def patched(content, member, change):
    """Return an archive with one member changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == member else data)
    return target.getvalue()


def layer(driver, ending, frame, **options):
    """Return the files of a layer by name."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"站{ending}"
        pyogrio.write_dataframe(frame, path, driver=driver, **options)
        return {file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}


def site_frame(shapes=None):
    """Return sites as features."""
    rows = site_rows()
    frame = gpd.GeoDataFrame(
        {name: [row[j] for row in rows] for j, name in enumerate(SITE[:7])},
        geometry=gpd.points_from_xy([row[7] for row in rows], [row[8] for row in rows]),
        crs="EPSG:4490",
    )
    return frame if shapes is None else frame.assign(geometry=shapes)


def kml(placemarks="", head=""):
    """Return a KML document."""
    marks = placemarks or "".join(
        f"<Placemark><name>{row[1]}</name><ExtendedData>"
        + "".join(
            f'<Data name="{name}"><value>{value}</value></Data>'
            for name, value in zip(SITE[:7], row, strict=False)
        )
        + f"</ExtendedData><Point><coordinates>{row[7]},{row[8]},0</coordinates></Point>"
        + "</Placemark>"
        for row in site_rows()
    )
    body = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}{body}'.encode()


def geojson(geometries):
    """Return features of sites with geometries as given."""
    rows = site_rows(len(geometries))
    features = [
        {
            "type": "Feature",
            "properties": dict(zip(SITE[:7], row, strict=False)),
            "geometry": geometry,
        }
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def points(*pairs):
    """Return point geometries."""
    return [{"type": "Point", "coordinates": list(pair)} for pair in pairs]


DXF = "\n".join(
    [
        *("0", "SECTION", "2", "ENTITIES", "0", "LINE", "8", "管道", "10", "113.65", "20", "34.12"),
        *("11", "113.66", "21", "34.13", "0", "ENDSEC", "0", "EOF", ""),
    ]
).encode()
HTML = (
    "<html><head><meta charset='utf-8'></head><body><table>"
    + "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
        for row in [SITE, *site_rows()]
    )
    + "</table></body></html>"
).encode()


@cache
def valid_files():
    """Return a small whole file of every format: ending → (name, bytes)."""
    rows = [SITE, *site_rows()]
    frame = site_frame()
    shapes = layer("ESRI Shapefile", ".shp", frame, encoding="GBK")
    plain = frame.rename(columns={name: f"F{j}" for j, name in enumerate(SITE[:7])})
    return {
        "xlsx": ("站.xlsx", workbook(rows)),
        "xls": ("站.xls", old_workbook(rows)),
        "csv": ("站.csv", text(rows, "gb18030")),
        "utf-16": ("站.txt", text(rows, "utf-16")),
        "html": ("站.xls", HTML),
        "shapefile": ("站.zip", archive(shapes)),
        "mapinfo": ("图.zip", archive(layer("MapInfo File", ".tab", plain, encoding="CP936"))),
        "mif": ("图.zip", archive(layer("MapInfo File", ".mif", plain, encoding="CP936"))),
        "kml": ("站.kml", kml()),
        "kmz": ("站.kmz", archive({"doc.kml": kml()})),
        "geopackage": ("站.gpkg", layer("GPKG", ".gpkg", frame)["站.gpkg"]),
        "geojson": ("站.geojson", geojson(points(*[(r[7], r[8]) for r in site_rows()]))),
        "dxf": ("管道.dxf", DXF),
    }


def loose_parts():
    """Return the single files of a Shapefile, unpacked: ending → bytes."""
    files = layer("ESRI Shapefile", ".shp", site_frame(), encoding="GBK")
    return {Path(name).suffix: content for name, content in files.items()}


def truncated():
    """Cut a file of every format at several points."""
    for form, (name, content) in valid_files().items():
        for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98):
            size = max(int(len(content) * share), 1)
            yield Broken(f"{form} cut at {share:.0%}", name, content[:size])
        yield Broken(f"{form} without its last byte", name, content[:-1])
    for ending in (".shp", ".dbf", ".shx"):
        parts = dict(loose_parts())
        parts[ending] = parts[ending][: len(parts[ending]) // 2]
        files = {f"站{end}": data for end, data in parts.items()}
        yield Broken(f"shapefile with half its {ending}", "站.zip", archive(files))


def locked():
    """Lock files with a password, as far as their formats say so."""
    whole = bytearray(archive({"a.csv": text([SITE, *site_rows()])}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.index(signature) + offset] |= 1
    yield Broken("encrypted zip", "a.zip", bytes(whole), refused=True)
    stream = OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    yield Broken("encrypted workbook", "a.xlsx", stream, refused=True)
    whole = bytearray(old_workbook([SITE, *site_rows()]))
    at = whole.find(b"\x42\x00\x02\x00")
    whole[at : at + 4] = b"\x2f\x00\x02\x00"
    yield Broken("an old workbook with a password", "a.xls", bytes(whole))


def mislabelled():
    """Call every format by the endings of others."""
    endings = (
        "xlsx",
        "xls",
        "csv",
        "zip",
        "kml",
        "geojson",
        "gpkg",
        "shp",
        "tab",
        "dxf",
        "dat",
        "",
    )
    for form, (_, content) in valid_files().items():
        for ending in endings:
            yield Broken(f"{form} called .{ending}", f"a.{ending}", content)
    page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    for ending in ("xlsx", "xls", "csv", "kml", "zip", "geojson"):
        yield Broken(f"an error page called .{ending}", f"a.{ending}", page)
    yield Broken("DWG", "管道.dwg", b"AC1032" + bytes(200), refused=True)
    yield Broken("DWG called .dxf", "管道.dxf", b"AC1027" + bytes(200), refused=True)
    yield Broken("WPS", "站.et", OLE + bytes(3000), refused=True)
    yield Broken("an old workbook called .et", "站.et", old_workbook([SITE, *site_rows()]))
    yield Broken("PDF called .xlsx", "a.xlsx", b"%PDF-1.7\n%\xe2\xe3\n", refused=True)
    yield Broken("RAR called .zip", "a.zip", b"Rar!\x1a\x07\x01\x00" + bytes(50), refused=True)
    yield Broken("login page in JSON", "a.geojson", b'{"code": 401, "msg": "login"}')
    yield Broken("a list in JSON", "a.geojson", b"[1, 2, 3]")


def packed():
    """Pack archives in ways that harm."""
    good = text([SITE, *site_rows()])
    inner = archive({"a.csv": good})
    yield Broken("zip in zip", "a.zip", archive({"b.zip": inner}))
    deep = archive({"b.zip": archive({"c.zip": inner})})
    yield Broken("zip in zip in zip", "a.zip", deep, refused=True)
    claims = bytearray(inner)
    at = claims.index(b"PK\x01\x02")
    struct.pack_into("<I", claims, at + 24, 0xFFFFFFF0)
    yield Broken("zip that claims four gigabytes", "a.zip", bytes(claims), refused=True)
    zeros = archive({"a.csv": bytes(40_000_000)})
    yield Broken("zip of zeros", "a.zip", zeros)
    liar = bytearray(archive({"a.csv": bytes(20_000_000)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", liar, liar.index(signature) + offset, 10)
    yield Broken("zip that claims ten bytes and holds more", "a.zip", bytes(liar))
    for path in ("../../../tmp/evil.csv", "/etc/evil.csv", "..\\..\\evil.csv", "C:\\evil.csv"):
        yield Broken(f"zip with the path {path}", "a.zip", archive({path: good}))
    yield Broken("zip with a path out of a layer", "a.zip", _outside(loose_parts()))
    many = archive({f"{number}.csv": b"a,b\n1,2\n" for number in range(2500)})
    yield Broken("zip of 2,500 files", "a.zip", many)
    yield Broken("zip of nothing", "a.zip", archive({}))
    yield Broken("zip of empty files", "a.zip", archive({"a.csv": b"", "b.xlsx": b""}))
    yield Broken("zip of a folder", "a.zip", archive({"folder/": b""}))
    both = archive({"好.csv": good, "坏.xlsx": b"PK\x03\x04 not a workbook"})
    yield Broken("zip of a good and a bad file", "a.zip", both)
    yield Broken("kmz without kml", "a.kmz", archive({"image.png": b"\x89PNG"}), refused=True)
    long = {"很长" * 60 + ".csv": good}
    yield Broken("zip with a very long name", "a.zip", archive(long))
    yield Broken("zip with a null in a name", "a.zip", inner.replace(b"a.csv", b"a\x00csv"))


def _outside(parts):
    return archive({f"../../站{ending}": content for ending, content in parts.items()})


def sheets():
    """Fill workbooks with what sheets can hold at worst."""
    rows = [SITE, *site_rows()]
    good = workbook(rows)
    yield Broken("only a header", "a.xlsx", workbook([SITE]))
    yield Broken("only a header in text", "a.csv", text([SITE]))
    yield Broken("empty sheet", "a.xlsx", workbook([]), refused=True)
    yield Broken("16,384 columns", "a.xlsx", workbook([[f"c{j}" for j in range(16384)], *rows]))
    wide = [[*SITE, *[f"c{j}" for j in range(16375)]], *site_rows()]
    yield Broken("a table of 16,384 columns", "a.xlsx", workbook(wide))
    claim = b'<dimension ref="A1:XFD1048576"/>'
    yield Broken(
        "a sheet that claims every cell",
        "a.xlsx",
        patched(good, _SHEET, lambda data: data.replace(b'<dimension ref="A1:I13"/>', claim)),
    )
    far = workbook(rows)
    last = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    yield Broken(
        "a cell in the last row",
        "a.xlsx",
        patched(far, _SHEET, lambda data: data.replace(b"</sheetData>", last)),
    )
    long = site_rows()
    long[3][1] = "长" * 32767
    yield Broken("a cell of 32,767 characters", "a.xlsx", workbook([SITE, *long]))
    yield Broken(
        "a header of 32,767 characters", "a.xlsx", workbook([["长" * 32767, *SITE], *rows])
    )
    twice = patched(
        _two_sheets(rows), "xl/workbook.xml", lambda data: data.replace(b'name="b"', b'name="a"')
    )
    yield Broken("two sheets of one name", "a.xlsx", twice)
    yield Broken("formulas with errors", "a.xlsx", _formulas(rows))
    yield Broken("names with markup and formulas", "a.xlsx", workbook([SITE, *_hostile()]))
    yield Broken("names with markup and formulas in text", "a.csv", text([SITE, *_hostile()]))
    yield Broken("dates out of range", "a.xlsx", _wild_dates())
    for member in ("xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", _SHEET):
        yield Broken(f"no {member}", "a.xlsx", patched(good, member, lambda _: b""))
        yield Broken(
            f"half of {member}",
            "a.xlsx",
            patched(good, member, lambda data: data[: len(data) // 2]),
        )
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 1000 + b'">'
    bomb += b"".join(
        f'<!ENTITY {name} "{"&" + before + ";" * 1}{("&" + before + ";") * 9}">'.encode()
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    shared = bomb + b"]><sst><si><t>&i;</t></si></sst>"
    yield Broken(
        "entities in a workbook", "a.xlsx", patched(good, "xl/sharedStrings.xml", lambda _: shared)
    )
    beyond = patched(good, _SHEET, lambda data: data.replace(b"<v>0</v>", b"<v>99999999</v>"))
    yield Broken("strings that are not there", "a.xlsx", beyond)


def _two_sheets(rows):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name in ("a", "b"):
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()


def _formulas(rows):
    book = openpyxl.Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for column, formula in zip("DHI", ("=1/0", "=NOTHING(1)", "=#REF!+1"), strict=True):
        page[f"{column}3"] = formula
    for row, error in enumerate(("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?"), start=4):
        page[f"H{row}"] = error
        page[f"H{row}"].data_type = "e"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _hostile():
    rows = site_rows()
    names = [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "@SUM(A1)",
        "-2+3|cmd",
        "a\x0bb\x07",
        "\u202e倒",
        "{field}{0}%s%n",
        "'; DROP TABLE sites;--",
        "\ufffe\ud7ff",
        "😀" * 50,
        "\t\n\r",
    ]
    for row, name in zip(rows, names, strict=True):
        row[1] = "".join(sign for sign in name if sign.isprintable() or sign in "\t\n\r")
        row[6] = name if name.isprintable() else row[6]
    return rows


def _wild_dates():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate([[*SITE, "开通时间"], *site_rows()]):
            page.write_row(number, 0, row)
        for number, value in enumerate((-1, 0, 60, 2958465, 2958466, 1e15, -1e15, 1e308), start=1):
            page.write_number(number, 9, value, day)
    return target.getvalue()


def texts():
    """Break text tables."""
    rows = [SITE, *site_rows()]
    good = text(rows)
    yield Broken("nulls in text", "a.csv", good.replace(b"Z00003", b"Z\x00\x0003"))
    yield Broken("nulls between all letters", "a.csv", good.replace(b",", b"\x00,\x00"))
    yield Broken("a quote that never ends", "a.csv", good.replace(b"Z00003", b'"Z00003'))
    yield Broken("one line of a megabyte", "a.csv", b"a" * 1_000_000)
    yield Broken("a megabyte of commas", "a.csv", b"," * 1_000_000)
    yield Broken("a cell of a megabyte", "a.csv", good + b'"' + b"x" * 1_000_000 + b'"\n')
    yield Broken("rows of every length", "a.csv", good + b"\n".join(b"," * n for n in range(300)))
    yield Broken("mixed encodings", "a.csv", good + text(site_rows(), "gb18030"))
    yield Broken("a stray byte", "a.csv", good[:-10] + b"\xff" + good[-10:])
    yield Broken("half of a UTF-16 letter", "a.txt", text(rows, "utf-16")[:-1])
    yield Broken("only returns", "a.csv", good.replace(b"\r\n", b"\r"))
    yield Broken("nothing", "a.csv", b"", refused=True)
    yield Broken("a BOM", "a.csv", b"\xef\xbb\xbf", refused=True)
    yield Broken("a UTF-16 BOM", "a.txt", b"\xff\xfe", refused=True)
    yield Broken("nulls", "a.csv", bytes(5000), refused=True)
    state = 1
    noise = bytearray()
    for _ in range(20_000):
        state = (state * 1103515245 + 12345) % 2**31
        noise.append(state >> 16 & 255)
    for ending in ("xlsx", "xls", "csv", "zip", "kml", "gpkg", "geojson", "shp", "dxf"):
        yield Broken(f"noise called .{ending}", f"a.{ending}", bytes(noise))
        for start in (b"PK\x03\x04", OLE, b"SQLite format 3\x00", b"<kml>", b"{"):
            yield Broken(
                f"noise after {start[:5]!r} called .{ending}", f"a.{ending}", start + noise
            )
    numbers = [[*row[:7], bad, row[8]] for row, bad in zip(site_rows(), WILD, strict=True)]
    yield Broken("wild numbers as coordinates in text", "a.csv", text([SITE, *numbers]))
    heights = [[*row[:3], bad, *row[4:]] for row, bad in zip(site_rows(), WILD, strict=True)]
    yield Broken("wild numbers as heights in text", "a.csv", text([SITE, *heights]))


WILD = (
    *("NaN", "inf", "-inf", "1e999", "-1e308", "0x1F", "１２３.４", "--5", "1,2,3", "∞"),
    *("9" * 400, "113°61′70″"),
)


def features():
    """Break features: geometry that is mixed, crossed, empty, endless or not there."""
    line = {"type": "LineString", "coordinates": [[113.65, 34.12], [113.66, 34.13]]}
    bow = {
        "type": "Polygon",
        "coordinates": [[[113.6, 34], [113.7, 34.1], [113.7, 34], [113.6, 34.1], [113.6, 34]]],
    }
    mixed = [
        *points((113.65, 34.12)),
        line,
        bow,
        None,
        {"type": "GeometryCollection", "geometries": []},
    ]
    yield Broken("mixed geometry", "a.geojson", geojson(mixed))
    yield Broken("self-crossing polygons", "a.geojson", geojson([bow] * 10))
    yield Broken("no geometry", "a.geojson", geojson([None] * 10))
    wild = points(*[(float("nan"), 34.1), (float("inf"), 34.1), (1e308, -1e308), (113.65, 34.12)])
    yield Broken("endless coordinates", "a.geojson", geojson(wild))
    odd = points((), (1,), (1, 2, 3, 4), ("113", "34"), (None, None))
    yield Broken("coordinates that are none", "a.geojson", geojson(odd))
    short = [{"type": "LineString", "coordinates": [[113.65, 34.12]]}, line]
    yield Broken("a line of one point", "a.geojson", geojson(short))
    yield Broken("geometry of no type", "a.geojson", geojson([{"type": "Spiral"}] * 3))
    deep = b"[" * 5000 + b"]" * 5000
    nested = geojson(points((0, 0))).replace(b"[0, 0]", deep)
    yield Broken("coordinates nested five thousand deep", "a.geojson", nested)
    yield Broken("JSON nested deep", "a.geojson", b'{"a":' * 5000 + b"1" + b"}" * 5000)
    frame = site_frame()
    endless = frame.geometry.to_numpy().copy()
    endless[2] = shapely.Point(float("inf"), float("nan"))
    endless[3] = None
    endless[4] = shapely.Point()
    yield Broken("endless points in a GeoPackage", "a.gpkg", _package(site_frame(endless)))
    parts = layer("ESRI Shapefile", ".shp", frame, encoding="GBK")
    damaged = bytearray(parts["站.shp"])
    struct.pack_into("<d", damaged, 112, float("nan"))
    struct.pack_into("<d", damaged, 148, float("inf"))
    yield Broken(
        "endless points in a shapefile", "a.zip", archive({**parts, "站.shp": bytes(damaged)})
    )
    struct.pack_into(">i", damaged, 104, 2**30)
    yield Broken(
        "a feature of two gigabytes", "a.zip", archive({**parts, "站.shp": bytes(damaged)})
    )
    lying = bytearray(parts["站.dbf"])
    struct.pack_into("<I", lying, 4, 2**31 - 1)
    yield Broken(
        "two thousand million features", "a.zip", archive({**parts, "站.dbf": bytes(lying)})
    )
    for claim in ("garbage", "", 'GEOGCS["x"', "\x00" * 40, "EPSG:99999", _BEIJING):
        files = {**parts, "站.prj": claim.encode()}
        yield Broken(f"a .prj that says {claim[:10]!r}", "a.zip", archive(files))
    for claim in ("KLINGON", "", "99999", "\x00"):
        files = {**parts, "站.cpg": claim.encode()}
        yield Broken(f"a .cpg that says {claim!r}", "a.zip", archive(files))
    names = {name: ("很" * 40 + str(j)) for j, name in enumerate(SITE[:7])}
    yield Broken("very long field names", "a.gpkg", _package(frame.rename(columns=names)))
    yield Broken("a database that is no GeoPackage", "a.gpkg", _database())
    yield Broken("an empty layer", "a.gpkg", _package(frame.iloc[:0]))
    yield from _marks()


_BEIJING = (
    'GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def _package(frame):
    return layer("GPKG", ".gpkg", frame)["站.gpkg"]


def _database():
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a.gpkg"
        connection = sqlite3.connect(file)
        connection.execute("create table a (b text)")
        connection.commit()
        connection.close()
        return file.read_bytes()


def _marks():
    """Break placemarks."""
    entities = "<!DOCTYPE x [" + '<!ENTITY a "ha">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        entities += f'<!ENTITY {name} "{f"&{before};" * 10}">'
    bomb = kml("<Placemark><name>&i;</name></Placemark>", head=f"{entities}]>")
    yield Broken("entities in KML", "a.kml", bomb, refused=True)
    yield Broken("entities in KMZ", "a.kmz", archive({"doc.kml": bomb}), refused=True)
    outer = kml(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">')
    yield Broken("a foreign DTD in KML", "a.kml", outer)
    for said in (
        "",
        "a,b,c",
        "113.65",
        "113.65,34.12,0,9",
        "nan,inf",
        "1e999,34",
        "，，",
        "113.65 34.12",
    ):
        place = f"<Placemark><Point><coordinates>{said}</coordinates></Point></Placemark>"
        yield Broken(f"a placemark at {said!r}", "a.kml", kml(place * 3))
    line = "<Placemark><LineString><coordinates>113.65,34.12</coordinates></LineString></Placemark>"
    yield Broken("a placemark line of one point", "a.kml", kml(line))
    yield Broken("no placemark", "a.kml", kml("<Folder/>"))
    deep = "<Folder>" * 3000 + "</Folder>" * 3000
    yield Broken("folders in folders", "a.kml", kml(deep))
    yield Broken("KML in UTF-16", "a.kml", kml().decode().encode("utf-16"))
    yield Broken("KML in GBK that says UTF-8", "a.kml", kml().decode().encode("gb18030"))
    for ending in ("管道", "\x00", "1e400"):
        broken = DXF.replace(b"113.65", ending.encode())
        yield Broken(f"DXF with {ending!r} for a number", "a.dxf", broken)


def killing_files():
    """Yield what ends a reader's whole process where nothing stands before it."""
    good = workbook([SITE, *site_rows()])
    for cell in (b"ZZZZZ99999999999", b"XFE1", b"A1048577", b"A4294967295"):
        odd = patched(
            good, _SHEET, lambda data, cell=cell: data.replace(b'r="A2"', b'r="%s"' % cell)
        )
        yield Broken(f"a cell at {cell.decode()}", "a.xlsx", odd)


def broken_files():
    """Yield every broken file that is safe to read in one's own process."""
    for make in (truncated, locked, mislabelled, packed, sheets, texts, features):
        yield from make()


def main():
    """Write every broken file into a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, broken in enumerate(broken_files()):
        (folder / f"{number:03d}-{broken.name}").write_bytes(broken.content)
        print(f"{number:03d} {broken.case}")


if __name__ == "__main__":
    main()
