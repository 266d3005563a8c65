"""What a carrier handed in, given back with its faults marked.

A workbook comes back as itself, an old one as .xlsx, a table of text with two columns more, layers
as a GeoPackage with two columns more; an archive as an archive of these.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from coverage_map.export.returned.layers import mark_layers
from coverage_map.export.returned.rebuild import rebuild_workbook, workbook_of_grids
from coverage_map.export.returned.texts import mark_text
from coverage_map.export.returned.workbook import mark_workbook
from coverage_map.text import Text
from geodata.errors import Fault
from geodata.ingest import read_part
from geodata.ingest.detect import split_upload
from geodata.ingest.raw import Grid, Part, worksheet_of
from geodata.ingest.read_markup import read_html, read_spreadsheetml

# Formats of grids that are no workbooks.
_MARKUP: dict[str, Callable[[Part, str], list[Grid]]] = {
    "html": read_html,
    "mhtml": read_html,
    "spreadsheetml": read_spreadsheetml,
}


def return_file(
    content: bytes,
    name: str,
    faults: Sequence[Fault],
    lead: Sequence[str],
    header_row: int,
    text: Text,
) -> tuple[str, bytes]:
    """Return a file's name and bytes with its faults marked.

    ``lead`` are sentences for the top of a workbook's first sheet; ``header_row`` is the row of a
    table of text that names its columns, from 1.

    Raises:
        FileRefusedError: the file cannot be read.
        ExportError: it cannot be marked.
    """
    parts = [part for part in split_upload(content, name) if part.format != "refused"]
    if len(parts) == 1:
        return _mark(parts[0], name, _plain(faults), lead, header_row, text)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            inner = _of_part(part, faults)
            marked, data = _mark(part, part.name, _plain(inner), lead, header_row, text)
            archive.writestr(marked, data)
    return name, out.getvalue()


def _of_part(part: Part, faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults of a file within an archive, their sheets as that file names them."""
    start = f"{part.name}/"
    return [
        replace(fault, place=replace(fault.place, sheet=fault.place.sheet.removeprefix(start)))
        for fault in faults
        if fault.place.sheet == part.name or fault.place.sheet.startswith(start)
    ]


def _plain(faults: Sequence[Fault]) -> list[Fault]:
    return [
        replace(fault, place=replace(fault.place, sheet=worksheet_of(fault.place.sheet)))
        for fault in faults
    ]


def _mark(
    part: Part, name: str, faults: list[Fault], lead: Sequence[str], header_row: int, text: Text
) -> tuple[str, bytes]:
    path = PurePosixPath(name)
    if part.format == "text":
        return name, mark_text(part, name, faults, header_row, text)
    if part.format != "spreadsheet" and part.format not in _MARKUP:
        layers = mark_layers(list(read_part(part, name)), faults, text)
        return str(path.with_suffix(".gpkg")), layers
    if _is_package(part.content):
        return name, mark_workbook(part.content, name, faults, list(lead), text)
    said = text("returned.converted", format=path.suffix.lstrip(".").upper() or part.format)
    new = (
        workbook_of_grids(_MARKUP[part.format](part, name))
        if part.format in _MARKUP
        else rebuild_workbook(part.content, name)
    )
    marked = mark_workbook(new, name, faults, [*lead, said], text)
    return str(path.with_suffix(".xlsx")), marked


def _is_package(content: bytes) -> bool:
    """Say whether bytes are a workbook that is patched in place: .xlsx or .xlsm."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    return any(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names)
