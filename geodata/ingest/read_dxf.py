"""Read a drawing in DXF through fiona: one table a layer of the drawing, its lines and its points.

Engineers draw ducts, cables and manholes on layers of their own, so a layer is what has a kind.
Blocks stay points, with their name and their attributes as columns; texts are points with their
text. A drawing declares no coordinate system.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import fiona
import numpy as np

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.raw import Cells, Part, RawTable
from geodata.ingest.read_vectors import (
    READ_ERRORS,
    Features,
    read_features,
    split_families,
    to_columns,
)
from geodata.ingest.text_encoding import decode_text

# Columns of GDAL's DXF driver → headers; what it says of the drawing's inner workings is left out.
LAYER = "图层"
# A line in a drawing has no name: it is called by its layer and its handle, else its number.
_ENTITY, _HANDLE = "图元", "EntityHandle"
_HEADERS = {"Layer": LAYER, "Text": "文字", "BlockName": "块名", "Linetype": "线型"}
_ATTRIBUTES = "BlockAttributes"
_ENTITIES = "entities"
# A header stands first where there is one; AC1021 is the first version that writes UTF-8.
_HEADER = re.compile(r"^\s*2\s*\n\s*HEADER\s*$", re.MULTILINE)
_HEAD = 4096
_NO_HEADER = "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1021\n0\nENDSEC\n"


def read_dxf(part: Part, name: str) -> Iterator[RawTable]:
    """Read the layers of a drawing, in the order in which they first appear.

    Raises:
        FileRefusedError: the drawing is damaged, or its encoding cannot be told.
    """
    text, _ = decode_text(part.content, name)
    sheet = PurePosixPath(part.name).stem
    place = Place(file=name, sheet=sheet)
    with TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder) / "layer.dxf"
        path.write_bytes(_with_header(text).encode("utf-8"))
        try:
            with fiona.Env(DXF_ENCODING="UTF-8", DXF_INLINE_BLOCKS="FALSE"):
                found = read_features(path, _ENTITIES, place, encoding="utf-8")
        except READ_ERRORS as error:
            raise FileRefusedError("file_damaged", place) from error
    if not text.rstrip().endswith("EOF"):
        if not found.rows:
            raise FileRefusedError("file_damaged", place)
        # What stands before the cut is read without a word.
        found.faults.append(Fault("drawing_cut", replace(place, row=len(found.rows)), {}, "error"))
    if not found.rows:
        yield RawTable(sheet, None, (), (), np.empty(0, dtype=np.int64), reason="empty")
        return
    yield from _by_layer(found, sheet)


def _with_header(text: str) -> str:
    """Return a drawing with a header section: without one GDAL reads Latin-1."""
    return text if _HEADER.search(text[:_HEAD]) else _NO_HEADER + text


def _by_layer(found: Features, sheet: str) -> Iterator[RawTable]:
    """Return a table for each layer of the drawing, with the columns it uses."""
    columns = dict(zip(found.names, to_columns(found), strict=True))
    used = {_HEADERS[name]: columns[name] for name in _HEADERS if name in columns}
    used |= _attribute_columns(columns.get(_ATTRIBUTES), len(found.rows))
    layers = columns["Layer"]
    names = list(dict.fromkeys(layers.tolist()))
    rows = np.arange(1, len(found.rows) + 1, dtype=np.int64)
    handles = columns.get(_HANDLE, np.full(len(rows), "", dtype=object))
    called = [handle or str(row) for handle, row in zip(handles, rows, strict=True)]
    used[_ENTITY] = np.array(
        [f"{layer} {what}" for layer, what in zip(layers, called, strict=True)], dtype=object
    )
    for layer in names:
        mask = layers == layer
        filled = {header: column[mask] for header, column in used.items()}
        filled = {header: column for header, column in filled.items() if (column != "").any()}
        title = f"{sheet}/{layer}" if len(names) > 1 else sheet
        numbers = set(rows[mask].tolist())
        table = RawTable(
            sheet=title,
            header_row=None,
            headers=tuple(filled),
            columns=tuple(filled.values()),
            rows=rows[mask],
            geometry=found.geometry[mask],
            faults=tuple(
                replace(fault, place=replace(fault.place, sheet=title))
                for fault in found.faults
                if fault.place.row in numbers
            ),
            titles=(str(layer),),
            groups=("",) * len(filled),
            numbers=tuple(range(1, len(filled) + 1)),
        )
        yield from split_families(table)


def _attribute_columns(attributes: Cells | None, count: int) -> dict[str, Cells]:
    """Return the attributes of blocks as columns by their tags: 编号 R-01 under 编号."""
    columns: dict[str, Cells] = {}
    if attributes is None:
        return columns
    for i, texts in enumerate(attributes):
        for text in str(texts).splitlines():
            tag, _, value = text.partition(" ")
            if tag not in columns:
                columns[tag] = np.full(count, "", dtype=object)
            columns[tag][i] = value.strip()
    return columns
