"""Write vector tiles into one PMTiles file, the container browsers read by ranges.

Layout, varints and tile identifiers follow the PMTiles specification, version 3
(github.com/protomaps/PMTiles, spec/v3/spec.md).
"""

import gzip
import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

Tile = tuple[int, int, int]  # zoom, column, row (from the north)
Bounds = tuple[float, float, float, float]  # west, south, east, north, degrees

HEADER_BYTES = 127
# The specification wants header and root directory within the first 16 KiB.
ROOT_LIMIT = 16384 - HEADER_BYTES
LEAF_ENTRIES = 4096
GZIP, MVT = 2, 1

# A directory entry: tile identifier, offset, length, run length (0 points to a leaf directory).
Entry = tuple[int, int, int, int]


def tile_id(tile: Tile) -> int:
    """Return a tile's number along the Hilbert curve, all lower zooms counted before it."""
    zoom, x, y = tile
    number = ((1 << (2 * zoom)) - 1) // 3
    side = (1 << zoom) >> 1
    while side > 0:
        right, lower = int(bool(x & side)), int(bool(y & side))
        number += side * side * ((3 * right) ^ lower)
        if lower == 0:
            if right == 1:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return number


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append((number & 127) | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _directory(entries: Sequence[Entry]) -> bytes:
    """Encode a directory: counts and columns as varints, identifiers as differences."""
    parts = [_varint(len(entries))]
    last = 0
    for number, _, _, _ in entries:
        parts.append(_varint(number - last))
        last = number
    parts.extend(_varint(run) for _, _, _, run in entries)
    parts.extend(_varint(length) for _, _, length, _ in entries)
    expected = -1
    for _, offset, length, _ in entries:
        parts.append(_varint(0 if offset == expected else offset + 1))
        expected = offset + length
    return _gzip(b"".join(parts))


def _gzip(data: bytes) -> bytes:
    # No time stamp: equal tiles make equal files.
    return gzip.compress(data, 9, mtime=0)


def _directories(entries: Sequence[Entry]) -> tuple[bytes, bytes]:
    """Return root and leaf directories; leaves are needed once the root outgrows its place."""
    root = _directory(entries)
    if len(root) <= ROOT_LIMIT:
        return root, b""
    leaves, pointers = b"", []
    for start in range(0, len(entries), LEAF_ENTRIES):
        part = entries[start : start + LEAF_ENTRIES]
        leaf = _directory(part)
        pointers.append((part[0][0], len(leaves), len(leaf), 0))
        leaves += leaf
    return _directory(pointers), leaves


def _degrees(bounds: Bounds) -> Iterator[int]:
    return (round(value * 10_000_000) for value in bounds)


def write_pmtiles(
    path: Path, tiles: Mapping[Tile, bytes], bounds: Bounds, metadata: Mapping[str, object]
) -> None:
    """Write uncompressed vector tiles as one file, tiles in Hilbert order, equal ones once.

    metadata is the JSON object of the specification (``vector_layers`` and the like).
    """
    body, entries = bytearray(), list[Entry]()
    seen: dict[bytes, tuple[int, int]] = {}
    for number, tile in sorted((tile_id(tile), tile) for tile in tiles):
        data = _gzip(tiles[tile])
        key = sha256(data).digest()
        if key not in seen:
            seen[key] = (len(body), len(data))
            body += data
        entries.append((number, *seen[key], 1))
    root, leaves = _directories(entries)
    meta = _gzip(json.dumps(metadata, ensure_ascii=False).encode())
    zooms = [zoom for zoom, _, _ in tiles]
    west, south, east, north = _degrees(bounds)
    offsets = [HEADER_BYTES]
    for part in (root, meta, leaves):
        offsets.append(offsets[-1] + len(part))
    header = struct.pack(
        "<7sB11QBBBBBB4iB2i",
        b"PMTiles",
        3,
        offsets[0],
        len(root),
        offsets[1],
        len(meta),
        offsets[2],
        len(leaves),
        offsets[3],
        len(body),
        len(entries),
        len(entries),
        len(seen),
        1,
        GZIP,
        GZIP,
        MVT,
        min(zooms),
        max(zooms),
        west,
        south,
        east,
        north,
        min(zooms),
        (west + east) // 2,
        (south + north) // 2,
    )
    path.write_bytes(b"".join((header, root, meta, leaves, body)))


def read_metadata(path: Path) -> dict[str, Any]:
    """Return the metadata of a file that ``write_pmtiles`` wrote."""
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
        start, length = struct.unpack("<2Q", header[24:40])
        file.seek(start)
        metadata: dict[str, Any] = json.loads(gzip.decompress(file.read(length)))
    return metadata
