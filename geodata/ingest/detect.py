"""Tell what an uploaded file is by its bytes, then by its name; refuse what cannot be read."""

import io
import zipfile
import zlib
from dataclasses import replace
from pathlib import PurePosixPath

from geodata.errors import FileRefusedError, Place
from geodata.ingest.raw import Part
from geodata.ingest.settings import settings

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OLE_FOREIGN = frozenset({".doc", ".ppt", ".et", ".wps", ".vsd"})
_STARTS = {b"SQLite format 3\x00": "geopackage", bytes.fromhex("0000270a"): "shapefile"}
# First bytes of what people hand in by mistake, and what they are called.
_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"{\\rtf": "RTF",
    b"MZ": "EXE",
}
_SHEETS = {"xl/": "spreadsheet", "content.xml": "spreadsheet"}
_WITH_SIBLINGS = {
    ".shp": ("shapefile", (".dbf", ".shx", ".prj", ".cpg")),
    ".tab": ("mapinfo", (".dat", ".map", ".id", ".ind")),
    ".mif": ("mapinfo", (".mid",)),
}
_NEEDED = {".shp": (".dbf",), ".tab": (".dat", ".map"), ".mif": (".mid",)}


def split_upload(content: bytes, name: str) -> list[Part]:
    """Split what was uploaded into the files that hold tables.

    Raises:
        FileRefusedError: empty, protected, damaged or of a format that is not read.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileRefusedError("file_empty", Place(file=name))
    if content[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(content)):
        return _split_archive(content, name)
    if content[:2] == b"PK":
        raise FileRefusedError("file_damaged", Place(file=name))
    kind = _format_of(content, name)
    if kind in {"shapefile", "mapinfo"}:
        raise FileRefusedError("file_incomplete", Place(file=name), needs=_needs(name))
    return [Part(name, content, kind)]


def _needs(name: str) -> str:
    stem = PurePosixPath(name).stem
    suffix = PurePosixPath(name).suffix.lower()
    _, siblings = _WITH_SIBLINGS.get(suffix, _WITH_SIBLINGS[".shp"])
    return " ".join(f"{stem}{ending}" for ending in siblings)


def _format_of(content: bytes, name: str) -> str:
    """Return the format of a single file's bytes."""
    suffix = PurePosixPath(name).suffix.lower()
    place = Place(file=name)
    if content.startswith(_OLE):
        if _ENCRYPTED_STREAM in content:
            raise FileRefusedError("file_protected", place)
        if suffix in _OLE_FOREIGN:
            raise FileRefusedError("format_unread", place, format=suffix[1:].upper())
        return "spreadsheet"
    if content[:2] == b"AC" and content[2:6].isdigit():
        raise FileRefusedError("format_unread", place, format="DWG")
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    for start, foreign in _FOREIGN.items():
        if content.startswith(start):
            raise FileRefusedError("format_unread", place, format=foreign)
    return _text_format(content, name)


def _text_format(content: bytes, name: str) -> str:
    """Return the format of a file that is text: vector formats, else a table."""
    head = content[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"{"):
        return "geojson"
    if head.startswith(b"<") and b"<kml" in head:
        return "kml"
    if head.startswith(b"<"):
        foreign = "HTML" if b"<html" in head or b"<table" in head else "XML"
        raise FileRefusedError("format_unread", Place(file=name), format=foreign)
    if head.startswith((b"!table", b"version ")) and name.lower().endswith((".tab", ".mif")):
        return "mapinfo"
    return "text"


def _members(content: bytes, name: str) -> dict[str, bytes]:
    """Unpack an archive in memory, with its names in the encoding they were written in."""
    limits = settings()["limits"]
    unpacked: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            size = sum(entry.file_size for entry in entries)
            if size > limits["unpacked_mb"] * 2**20 or len(entries) > limits["archive_members"]:
                raise FileRefusedError("archive_too_big", Place(file=name), megabytes=size >> 20)
            if any(entry.flag_bits & 1 for entry in entries):
                raise FileRefusedError("file_protected", Place(file=name))
            for entry in entries:
                unpacked[_member_name(entry)] = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FileRefusedError("file_damaged", Place(file=name)) from error
    return unpacked


def _member_name(entry: zipfile.ZipInfo) -> str:
    """Undo zipfile's reading of a name as CP437 where it was written as GB18030 or UTF-8."""
    utf8_flag = 0x800
    if entry.flag_bits & utf8_flag or entry.filename.isascii():
        return entry.filename
    written = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _split_archive(content: bytes, name: str) -> list[Part]:
    members = _members(content, name)
    for start, kind in _SHEETS.items():
        if any(member.startswith(start) for member in members):
            if PurePosixPath(name).suffix.lower() in {".docx", ".pptx", ".odt"}:
                raise FileRefusedError("format_unread", Place(file=name), format="DOCX")
            return [Part(name, content, kind)]
    if any(member.startswith(("word/", "ppt/")) for member in members):
        raise FileRefusedError("format_unread", Place(file=name), format="DOCX")
    wanted = {
        member: data
        for member, data in members.items()
        if not member.startswith("__MACOSX") and not PurePosixPath(member).name.startswith(".")
    }
    parts = [part for member in sorted(wanted) for part in _member_part(member, wanted, name)]
    if len(parts) == 1 and parts[0].format == "kml":
        # KMZ calls its one document doc.kml; people know the archive's name.
        return [replace(parts[0], name=name)]
    if not parts:
        raise FileRefusedError("archive_without_tables", Place(file=name))
    return parts


def _member_part(member: str, members: dict[str, bytes], name: str) -> list[Part]:
    """Return the part a member of an archive makes, with its siblings; most make none."""
    path = PurePosixPath(member)
    suffix = path.suffix.lower()
    content = members[member]
    if suffix in _WITH_SIBLINGS:
        kind, endings = _WITH_SIBLINGS[suffix]
        same = {
            PurePosixPath(other).suffix.lower(): data
            for other, data in members.items()
            if PurePosixPath(other).with_suffix("") == path.with_suffix("")
        }
        if missing := [ending for ending in _NEEDED[suffix] if ending not in same]:
            needs = " ".join(path.stem + ending for ending in missing)
            raise FileRefusedError("file_incomplete", Place(file=name), needs=needs)
        siblings = {ending: same[ending] for ending in endings if ending in same}
        return [Part(member, content, kind, siblings)]
    if suffix in {".zip", ".kmz"}:
        if suffix == ".zip":
            raise FileRefusedError("archive_in_archive", Place(file=name), member=member)
        return _split_archive(content, name)
    if suffix in {".xlsx", ".xlsm", ".xlsb", ".ods", ".xls"}:
        return [Part(member, content, "spreadsheet")]
    if suffix in {".csv", ".tsv", ".txt", ".kml", ".geojson", ".json", ".gpkg"} and content:
        return [Part(member, content, _format_of(content, member))]
    return []
