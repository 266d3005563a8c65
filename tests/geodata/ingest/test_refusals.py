"""Files that cannot be read: each is refused with a reason and a remedy in both languages."""

import io
import struct
import zipfile
from random import Random

import pytest
from made_files import SITE, archive, old_workbook, site_rows, table, workbook

from coverage_map.text import LANGUAGES, Text
from geodata.errors import FileRefusedError
from geodata.ingest import check_file, read_file

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GOOD = workbook(("站", [SITE, *site_rows()]))


def encrypted_zip():
    content = bytearray(archive({"a.csv": table([SITE, *site_rows()])}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


REFUSED = {
    "nothing": (b"", "a.xlsx", "file_empty"),
    "spaces": (b"\xef\xbb\xbf \r\n\r\n", "a.csv", "file_empty"),
    "sheets without a cell": (workbook(("a", []), ("b", [])), "a.xlsx", "file_empty"),
    "encrypted xlsx": (
        OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx",
        "file_protected",
    ),
    "encrypted zip": (encrypted_zip(), "a.zip", "archive_protected"),
    "cut xlsx": (GOOD[: len(GOOD) // 2], "a.xlsx", "file_damaged"),
    "damaged xls": (OLE + bytes(3000), "a.xls", "file_damaged"),
    "cut xls": (old_workbook("a", [SITE])[:1500], "a.xls", "file_damaged"),
    "DWG": (b"AC1032" + bytes(100), "管道.dwg", "drawing_unread"),
    "WPS": (OLE + bytes(3000), "a.et", "wps_unread"),
    "PDF": (b"%PDF-1.7 ...", "a.pdf", "picture_unread"),
    "HTML without a table": (b"<html><body>404</body></html>", "a.xls", "format_unread"),
    "XML of something else": (b"<?xml version='1.0'?><feed/>", "a.xml", "format_unread"),
    "RAR": (b"Rar!\x1a\x07\x01\x00", "a.rar", "packing_unread"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "a.7z", "packing_unread"),
    "binary DXF": (b"AutoCAD Binary DXF\r\n\x1a\x00", "a.dxf", "binary_drawing_unread"),
    "DXF that is none": (b"hello", "a.dxf", "file_damaged"),
    "cut DXF": (b"0\nSECTION\n2\nENTITIES\n0\nLINE\n8\n0\n10\n", "a.dxf", "file_damaged"),
    "old Word": (OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "a.xls", "format_unread"),
    "damaged SpreadsheetML": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><W',
        "a.xls",
        "file_damaged",
    ),
    "entities in SpreadsheetML": (
        (
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Workbook xmlns='
            b'"urn:schemas-microsoft-com:office:spreadsheet">&a;</Workbook>'
        ),
        "a.xls",
        "file_damaged",
    ),
    "Word": (archive({"word/document.xml": b"<x/>"}), "a.docx", "format_unread"),
    "bytes": (bytes(range(256)) * 40, "a.csv", "format_unknown"),
    "no encoding": (
        ("中文" * 50).encode("utf-8") + b"\xff\xfe\x80\x81" * 50,
        "a.csv",
        "encoding_unknown",
    ),
    "loose shp": (bytes.fromhex("0000270a") + bytes(100), "a.shp", "file_damaged"),
    "a mere index": (bytes.fromhex("0000270a") * 20, "a.shx", "file_incomplete"),
    "mif without mid": (archive({"a.mif": b"VERSION 300\n"}), "a.zip", "file_incomplete"),
    "loose tab": (b"!table\n!version 300\n", "a.tab", "file_incomplete"),
    "damaged shp": (archive({"a.shp": b"x", "a.dbf": b"y"}), "a.zip", "file_damaged"),
    "damaged gpkg": (b"SQLite format 3\x00" + bytes(200), "a.gpkg", "file_damaged"),
    "damaged geojson": (
        b'{"type": "FeatureCollection", "features": [',
        "a.geojson",
        "file_damaged",
    ),
    "damaged kml": (b"<?xml version='1.0'?><kml><Placemark>", "a.kml", "file_damaged"),
    "entities": (b"<!DOCTYPE x [<!ENTITY a 'b'>]><kml>&a;</kml>", "a.kml", "file_damaged"),
    "nothing of ours in it": (archive({"readme.md": b"hello"}), "a.zip", "archive_without_tables"),
    "zip in zip in zip": (
        archive({"c.zip": archive({"b.zip": archive({"a.csv": b"x"})})}),
        "a.zip",
        "archive_in_archive",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_reason_and_remedy(case, city):
    content, name, code = REFUSED[case]
    with pytest.raises(FileRefusedError) as refusal:
        check_file(content, name, city, "cmcc")
    fault = refusal.value.fault
    assert fault.code == code
    assert fault.place.file == name
    for language in LANGUAGES:
        message, remedy = Text(language).fault(fault)
        assert name in message
        assert "{" not in message + remedy
        assert not message.startswith("fault.")
        assert remedy
        assert not remedy.startswith("fault.")


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(city, monkeypatch):
    from geodata.ingest import archive as archives

    limits = {"limits": {"unpacked_mb": 1, "archive_members": 10}}
    monkeypatch.setattr(archives, "reading", lambda: limits)
    with pytest.raises(FileRefusedError) as refusal:
        check_file(archive({"a.csv": b"0" * 5_000_000}), "a.zip", city, "cmcc")
    assert refusal.value.fault.code == "archive_too_big"


def test_every_cut_of_a_workbook_is_refused_or_read(city):
    """However much of a file is lost, the answer is a refusal or a report, never a traceback."""
    seen = set()
    for size in range(0, len(GOOD), max(len(GOOD) // 25, 1)):
        try:
            seen |= {table.kind for table in check_file(GOOD[:size], "a.xlsx", city, "cmcc")}
        except FileRefusedError as refusal:
            seen.add(refusal.fault.code)
    assert seen <= {"site", "file_empty", "file_damaged", "format_unknown"}


def test_a_zip_whose_inner_file_is_damaged(city):
    buffer = io.BytesIO(archive({"a.csv": table([SITE, *site_rows(200)])}))
    with zipfile.ZipFile(buffer) as file:
        start = file.infolist()[0].header_offset + 60
    content = bytearray(buffer.getvalue())
    content[start : start + 40] = bytes(40)
    with pytest.raises(FileRefusedError) as refusal:
        check_file(bytes(content), "a.zip", city, "cmcc")
    assert refusal.value.fault.code == "file_damaged"


def spoil(content, random):
    """Return a file of which bytes are changed, lost or added, or the end is cut off."""
    spoilt, how = bytearray(content), random.randrange(4)
    if how == 0:
        return content[: random.randrange(len(content))]
    for _ in range(random.choice([1, 5, 20])):
        at = random.randrange(max(len(spoilt), 1))
        if how == 1:
            spoilt[at : at + 1] = random.randbytes(1)
        elif how == 2:
            del spoilt[at : at + random.randrange(100)]
        else:
            spoilt[at : at + 4] = random.choice([b"\xff" * 4, b"\x00" * 4])
    return bytes(spoilt)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOD, "a.xlsx"),
        (old_workbook("a", [SITE, *site_rows(30)]), "a.xls"),
        (table([SITE, *site_rows(30)], "gb18030"), "a.csv"),
    ],
)
def test_whatever_happens_to_a_file_is_a_refusal_or_a_table(content, name):
    random = Random(7)
    outcomes = [outcome(spoil(content, random), name) for _ in range(120)]
    assert {"read", "file_damaged" if name != "a.csv" else "format_unknown"} <= set(outcomes)


def outcome(content, name):
    """Return what became of a file: read, or the code of its refusal; anything else is raised."""
    try:
        read_file(content, name)
    except FileRefusedError as refusal:
        return refusal.fault.code
    return "read"


def test_an_old_workbook_whose_chain_runs_in_circles_is_refused_before_it_is_followed():
    content = bytearray(old_workbook("a", [SITE, *site_rows(200)]))
    (table_at,) = struct.unpack_from("<I", content, 76)
    for sector in range(10):
        struct.pack_into("<I", content, (table_at + 1) * 512 + sector * 4, 0)
    with pytest.raises(FileRefusedError) as refusal:
        read_file(bytes(content), "a.xls")
    assert refusal.value.fault.code == "file_damaged"


@pytest.mark.parametrize("column", [256, 65535])
def test_an_old_workbook_with_cells_beyond_its_last_column_is_refused(column):
    content = bytearray(old_workbook("a", [SITE, *site_rows(200)]))
    number = struct.pack("<HH", 0x203, 14)
    at = content.index(number)
    struct.pack_into("<H", content, at + 6, column)
    with pytest.raises(FileRefusedError) as refusal:
        read_file(bytes(content), "a.xls")
    assert refusal.value.fault.code == "file_damaged"
