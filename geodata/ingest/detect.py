"""Tell what an uploaded file is by its bytes, then by its name; refuse what cannot be read."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from geodata.errors import FileRefusedError, Place
from geodata.ingest.archive import missing_siblings, split_archive
from geodata.ingest.raw import Part

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# Files of the compound format: by their streams, then by their endings.
_OLE_STREAMS = {"WordDocument": "DOC", "PowerPoint Document": "PPT", "VisioDocument": "VSD"}
_OLE_FOREIGN = frozenset({".doc", ".ppt", ".vsd"})
_WPS = frozenset({".et", ".ett", ".wps", ".wpt", ".dps", ".dpt"})
_STARTS = {b"SQLite format 3\x00": "geopackage", bytes.fromhex("0000270a"): "shapefile"}
# First bytes of what people hand in by mistake, what they are called, and the fault that says
# how to mend it.
_FOREIGN = {
    b"%PDF": ("PDF", "picture_unread"),
    b"\x89PNG": ("PNG", "picture_unread"),
    b"\xff\xd8\xff": ("JPEG", "picture_unread"),
    b"GIF8": ("GIF", "picture_unread"),
    b"II*\x00": ("TIFF", "picture_unread"),
    b"MM\x00*": ("TIFF", "picture_unread"),
    b"Rar!": ("RAR", "packing_unread"),
    b"7z\xbc\xaf": ("7z", "packing_unread"),
    b"\x1f\x8b": ("gzip", "packing_unread"),
    b"AutoCAD Binary DXF": ("DXF", "binary_drawing_unread"),
    b"{\\rtf": ("RTF", "format_unread"),
}
# Two letters prove nothing unless what follows is no text.
_FOREIGN_SHORT = {b"BM": ("BMP", "picture_unread"), b"MZ": ("EXE", "format_unread")}
# Endings of files that are nothing without their main file.
_BELONGS = {
    ".shx": ".shp", ".prj": ".shp", ".cpg": ".shp", ".sbn": ".shp", ".sbx": ".shp",
    ".map": ".tab", ".id": ".tab", ".ind": ".tab", ".dat": ".tab", ".mid": ".mif",
}  # fmt: skip
_DBASE = re.compile(rb"[\x03\x30\x31\x83\x8b\xf5][\x00-\xff][\x01-\x0c][\x01-\x1f]")
_DXF = re.compile(rb"\s*(999\s*\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\b")


def split_upload(content: bytes, name: str) -> list[Part]:
    """Split what was uploaded into the files that hold tables.

    Raises:
        FileRefusedError: empty, protected, damaged or of a format that is not read.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefusedError("file_empty", Place(file=name))
    if content[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(content)):
        return split_archive(content, name, format_of)
    kind = format_of(content, name)
    if kind == "mapinfo":
        needs = missing_siblings(name, {})
        raise FileRefusedError("file_incomplete", Place(file=name), needs=needs)
    return [Part(name, content, kind)]


def format_of(content: bytes, name: str) -> str:
    """Return the format of a single file's bytes.

    Raises:
        FileRefusedError: see ``split_upload``.
    """
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    place = Place(file=name)
    if not content:
        raise FileRefusedError("file_empty", place)
    if content[:2] == b"PK":
        if zipfile.is_zipfile(io.BytesIO(content)):
            return split_archive(content, name, format_of, depth=1)[0].format
        raise FileRefusedError("file_damaged", place)
    if content.startswith(_OLE):
        return _compound_format(content, suffix, place)
    # The index of a Shapefile begins as its main file does.
    if suffix in _BELONGS and (suffix != ".dat" or _DBASE.match(content)):
        raise FileRefusedError("file_incomplete", place, needs=path.stem + _BELONGS[suffix])
    _refuse_foreign(content, place)
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if suffix == ".dbf" and _DBASE.match(content):
        return "shapefile"
    return _text_format(content, name)


def _refuse_foreign(content: bytes, place: Place) -> None:
    """Refuse what begins as formats do that hold no table we read."""
    if content[:2] == b"AC" and content[2:6].isdigit():
        raise FileRefusedError("drawing_unread", place, format="DWG")
    short = _FOREIGN_SHORT if b"\x00" in content[:64] else {}
    for start, (foreign, code) in (_FOREIGN | short).items():
        if content.startswith(start):
            raise FileRefusedError(code, place, format=foreign)


def _compound_format(content: bytes, suffix: str, place: Place) -> str:
    """Return the format of a compound file: only an old workbook is read."""
    if _ENCRYPTED_STREAM in content:
        raise FileRefusedError("file_protected", place)
    if suffix in _WPS:
        raise FileRefusedError("wps_unread", place, format=suffix[1:].upper())
    for stream, foreign in _OLE_STREAMS.items():
        if stream.encode("utf-16-le") in content:
            raise FileRefusedError("format_unread", place, format=foreign)
    if suffix in _OLE_FOREIGN:
        raise FileRefusedError("format_unread", place, format=suffix[1:].upper())
    return "spreadsheet"


def _text_format(content: bytes, name: str) -> str:
    """Return the format of a file that is text: vector formats, mark-up, else a table."""
    suffix = PurePosixPath(name).suffix.lower()
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").lstrip().lower()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[2:].lstrip()
    if head.startswith(b"{"):
        return "geojson"
    if head.startswith(b"[") and suffix == ".json":
        raise FileRefusedError("format_unread", Place(file=name), format="JSON")
    if head.startswith(b"<"):
        return _markup_format(head, name)
    if head.startswith(b"mime-version") or (b"\nmime-version" in head and b"boundary=" in head):
        return "mhtml"
    if head.startswith((b"!table", b"version ")) and suffix in {".tab", ".mif"}:
        return "mapinfo"
    if _DXF.match(content[:65536].removeprefix(b"\xef\xbb\xbf")):
        return "dxf"
    if suffix == ".dxf":
        raise FileRefusedError("file_damaged", Place(file=name))
    return "text"


def _markup_format(head: bytes, name: str) -> str:
    if b"<kml" in head:
        return "kml"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<workbook" in head:
        return "spreadsheetml"
    if b"<html" in head or b"<table" in head or b"<!doctype html" in head:
        return "html"
    # Exports begin with comments and styles as long as you like.
    if name.lower().endswith((".xls", ".htm", ".html")):
        return "html"
    if name.lower().endswith(".kml"):
        return "kml"
    raise FileRefusedError("format_unread", Place(file=name), format="XML")
