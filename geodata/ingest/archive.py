"""Take archives apart in memory: which members make one file, what they are called, what is left.

Nothing is unpacked to a member's own path: names are labels here. An archive within an archive is
opened once and said; one within that is refused.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.raw import Part
from geodata.ingest.reading import reading

# The main file of a layer → its format, what must and what may lie beside it.
LAYERS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    ".shp": ("shapefile", (), (".dbf", ".shx", ".prj", ".cpg")),
    ".tab": ("mapinfo", (".dat", ".map"), (".id", ".ind")),
    ".mif": ("mapinfo", (".mid",), ()),
}
# What tools leave beside a layer and nobody needs.
_WASTE = frozenset({".sbn", ".sbx", ".qpj", ".qix", ".fix", ".qml", ".sld", ".lock", ".xml", ".db"})
_WASTE_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_OFFICE = {"word/": "DOCX", "ppt/": "PPTX", "visio/": "VSDX"}
_READ = frozenset(
    {
        ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".txt", ".kml", ".geojson",
        ".json", ".gpkg", ".dxf", ".dbf", ".et", ".htm", ".html",
    }
)  # fmt: skip
_PACKED = frozenset({".zip", ".kmz"})
_NAMED = 5  # so many members that are left out are named
# What zipfile raises on damaged archives: ValueError where an offset lies before the file.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    IndexError,
    struct.error,
)
FormatOf = Callable[[bytes, str], str]


def bundle_files(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """Put loose files that make one layer into one .zip in memory, named after it.

    ``files`` maps names to bytes: a .shp with its .dbf, .shx, .prj, .cpg; a .tab with its .dat,
    .map, .id; a .mif with its .mid. Other files stay as they are, in their order.
    """
    bundles: dict[str, list[str]] = {}
    for name in files:
        if PurePosixPath(name).suffix.lower() in LAYERS:
            others = [other for other in files if _beside(name, other)]
            if others:
                bundles[name] = [name, *others]
    packed = {member for members in bundles.values() for member in members}
    bundled: list[tuple[str, bytes]] = []
    for name, content in files.items():
        if name in bundles:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for member in bundles[name]:
                    # A fixed date: the same files make the same bytes.
                    entry = zipfile.ZipInfo(PurePosixPath(member).name)
                    archive.writestr(entry, files[member], zipfile.ZIP_DEFLATED)
            bundled.append((f"{PurePosixPath(name).stem}.zip", buffer.getvalue()))
        elif name not in packed:
            bundled.append((name, content))
    return bundled


def sibling_endings(name: str) -> tuple[str, ...]:
    """Return the endings of what may lie beside a file, none for one that stands alone."""
    _, needed, more = LAYERS.get(PurePosixPath(name).suffix.lower(), ("", (), ()))
    return (*needed, *more)


def missing_siblings(name: str, present: Mapping[str, bytes]) -> str:
    """Return the names of what must lie beside a file and does not."""
    path = PurePosixPath(name)
    _, needed, _ = LAYERS[path.suffix.lower()]
    return " ".join(path.stem + ending for ending in needed if ending not in present)


def _beside(main: str, other: str) -> bool:
    one, two = PurePosixPath(main), PurePosixPath(other)
    return (
        one != two
        and str(one.with_suffix("")).lower() == str(two.with_suffix("")).lower()
        and two.suffix.lower() in sibling_endings(main)
    )


def split_archive(content: bytes, name: str, format_of: FormatOf, depth: int = 0) -> list[Part]:
    """Return the parts of a zip: of a workbook or a KMZ itself, of an archive its members.

    Raises:
        FileRefusedError: protected, damaged, too big, an office format that holds no tables, or
            nothing in it is read.
    """
    place = Place(file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive, place)
            if _is_workbook(archive, entries, place):
                return [Part(name, content, "spreadsheet")]
            members, broken = _unpack(archive, entries)
    except ZIP_ERRORS as error:
        raise FileRefusedError("file_damaged", place) from error
    parts = [_refused(member, Fault("file_damaged", place)) for member in broken]
    used: set[str] = set()
    for member in sorted(members):
        if member not in used:
            parts += _member_parts(member, members, used, name, format_of, depth)
    left = _left_out(members, used)
    if len(parts) == 1 and parts[0].format == "kml":
        # KMZ calls its one document doc.kml; people know the archive's name.
        return [replace(parts[0], name=name)]
    if not parts:
        raise FileRefusedError("archive_without_tables", place)
    if left and not name.lower().endswith(".kmz"):
        named = ", ".join(left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
        note = Fault("archive_left_out", place, {"count": len(left), "members": named}, "note")
        parts[0] = replace(parts[0], notes=(*parts[0].notes, note))
    return parts


def _entries(archive: zipfile.ZipFile, place: Place) -> list[zipfile.ZipInfo]:
    """Return an archive's files; refuse what is protected or would unpack to too much."""
    limits = reading()["limits"]
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    size = sum(entry.file_size for entry in entries)
    if size > limits["unpacked_mb"] * 2**20 or len(entries) > limits["archive_members"]:
        raise FileRefusedError("archive_too_big", place, megabytes=size >> 20)
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefusedError("archive_protected", place)
    return entries


def _is_workbook(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], place: Place) -> bool:
    """Say whether a zip is a spreadsheet's package; refuse other office files."""
    names = {entry.filename for entry in entries}
    for start, called in _OFFICE.items():
        if any(member.startswith(start) for member in names):
            raise FileRefusedError("format_unread", place, format=called)
    if "content.xml" in names and "mimetype" in names:
        if b"spreadsheet" not in archive.read("mimetype"):
            raise FileRefusedError("format_unread", place, format="ODT")
        return True
    return "content.xml" in names or any(member.startswith("xl/") for member in names)


def _unpack(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, bytes], list[str]]:
    """Unpack members in memory; return them by name, and the names of damaged ones."""
    members: dict[str, bytes] = {}
    broken: list[str] = []
    for entry in entries:
        member = _member_name(entry)
        path = PurePosixPath(member)
        hidden = path.name.startswith(".") or path.name.lower() in _WASTE_NAMES
        if "__MACOSX" in path.parts or hidden:
            continue
        try:
            members[member] = archive.read(entry)
        except ZIP_ERRORS:
            broken.append(member)
    return members, broken


def _member_name(entry: zipfile.ZipInfo) -> str:
    """Undo zipfile's reading of a name as CP437 where it was written as GB18030 or UTF-8."""
    utf8_flag = 0x800
    written = entry.filename
    if not entry.flag_bits & utf8_flag and not written.isascii():
        as_bytes = written.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                written = as_bytes.decode(encoding)
            except UnicodeDecodeError:
                continue
            break
    return written.replace("\\", "/").lstrip("/")


def _member_parts(
    member: str,
    members: Mapping[str, bytes],
    used: set[str],
    name: str,
    format_of: FormatOf,
    depth: int,
) -> list[Part]:
    """Return the parts that a member makes, with its siblings; most make one or none."""
    path = PurePosixPath(member)
    suffix = path.suffix.lower()
    folder = next((p for p in path.parents if p.suffix.lower() == ".gdb"), None)
    if folder is not None:
        inside = {other for other in members if folder in PurePosixPath(other).parents}
        used |= inside
        files = {PurePosixPath(other).name: members[other] for other in inside}
        return [Part(str(folder), b"", "filegdb", files)]
    if suffix in LAYERS and not _is_tab_text(suffix, members[member]):
        return [_layer_part(member, members, used, name)]
    if suffix in _PACKED:
        used.add(member)
        return _inner_archive(member, members[member], name, format_of, depth)
    if suffix not in _READ or (suffix == ".dbf" and _has_main(member, members)):
        return []
    used.add(member)
    try:
        return [Part(member, members[member], format_of(members[member], member))]
    except FileRefusedError as refusal:
        return [_refused(member, replace(refusal.fault, place=Place(file=name)))]


def _is_tab_text(suffix: str, content: bytes) -> bool:
    """Say whether a .tab is a table of text with tabs and no MapInfo table."""
    return suffix == ".tab" and b"!table" not in content[:200].lower()


def _has_main(member: str, members: Mapping[str, bytes]) -> bool:
    return any(_beside(other, member) for other in members)


def _layer_part(member: str, members: Mapping[str, bytes], used: set[str], name: str) -> Part:
    siblings = {
        PurePosixPath(other).suffix.lower(): other for other in members if _beside(member, other)
    }
    used |= {member, *siblings.values()}
    content = {ending: members[other] for ending, other in siblings.items()}
    if missing := missing_siblings(member, content):
        return _refused(member, Fault("file_incomplete", Place(file=name), {"needs": missing}))
    kind, _, _ = LAYERS[PurePosixPath(member).suffix.lower()]
    return Part(member, members[member], kind, content)


def _inner_archive(
    member: str, content: bytes, name: str, format_of: FormatOf, depth: int
) -> list[Part]:
    """Open an archive within the archive, once."""
    place = Place(file=name)
    if depth and not member.lower().endswith(".kmz"):
        return [_refused(member, Fault("archive_in_archive", place, {"member": member}))]
    try:
        parts = split_archive(content, member, format_of, depth + 1)
    except FileRefusedError as refusal:
        return [_refused(member, replace(refusal.fault, place=place))]
    named = [
        replace(
            part,
            name=member if part.name == member else f"{member}/{part.name}",
            notes=tuple(replace(note, place=place) for note in part.notes),
        )
        for part in parts
    ]
    if not member.lower().endswith(".kmz"):
        note = Fault("archive_opened", place, {"member": member}, "note")
        named[0] = replace(named[0], notes=(*named[0].notes, note))
    return named


def _refused(member: str, fault: Fault) -> Part:
    return Part(member, b"", "refused", notes=(fault,))


def _left_out(members: Mapping[str, bytes], used: set[str]) -> list[str]:
    return [
        member
        for member in sorted(members)
        if member not in used
        and PurePosixPath(member).suffix.lower() not in _WASTE
        and not any(_beside(other, member) for other in used)
    ]
