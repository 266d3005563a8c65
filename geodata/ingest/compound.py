"""Check the chains of a compound file (.xls) before a reader follows them.

A damaged file may lead a reader round in circles or let it reserve more memory than there is.
Layout: [MS-CFB] Compound File Binary File Format, Microsoft, sections 2.2 to 2.6.
"""

import struct

import numpy as np

_FREE = 0xFFFFFFFA  # this and above mark the end of a chain, or no sector
_ENTRY = 128  # bytes of a directory entry
_STREAM, _ROOT = 2, 5  # types of directory entries
_CUT_OFF = 4096
_BOOKS = frozenset({"Workbook", "Book"})
# BIFF records that hold cells (FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, LABELSST, MULRK,
# MULBLANK) and the bytes of each cell in those that hold several.
_CELLS = {
    0x06: 0, 0x201: 0, 0x203: 0, 0x204: 0, 0x205: 0, 0x27E: 0, 0xFD: 0, 0xBD: 6, 0xBE: 2,
}  # fmt: skip
_DIMENSIONS, _SHEET, _END = 0x200, 0x85, 0x0A
_RECORD = struct.Struct("<4H")
_ROWS, _COLUMNS = 65536, 256
_HEADER_CHAINS = 109  # sectors of the table that the header itself names


def is_sound(content: bytes) -> bool:
    """Say whether all chains of a compound file end and no stream is larger than the file."""
    try:
        return _is_sound(content)
    except (struct.error, IndexError, ValueError):
        return False


def _is_sound(content: bytes) -> bool:
    (shift,) = struct.unpack_from("<H", content, 30)
    tables, directory = struct.unpack_from("<2I", content, 44)
    small, smalls, more, mores = struct.unpack_from("<4I", content, 60)
    size = 1 << shift
    most = len(content) // 512 + 1
    if shift not in {9, 12} or max(tables, smalls, mores) > most:
        return False
    named = list(struct.unpack_from(f"<{_HEADER_CHAINS}I", content, 76))
    seen = 0
    while more < _FREE:
        named += struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        more = named.pop()
        seen += 1
        if seen > most:
            return False
    chains = _table(content, [sector for sector in named if sector < _FREE], size)
    sectors = _follow(chains, directory)
    if sectors is None or (small < _FREE and (smaller := _follow(chains, small)) is None):
        return False
    minis = _table(content, smaller, size) if small < _FREE and smaller else chains[:0]
    for sector in sectors:
        for at in range((sector + 1) * size, (sector + 2) * size, _ENTRY):
            if not _entry_is_sound(content, at, chains, minis):
                return False
    return True


def _table(content: bytes, sectors: list[int], size: int) -> np.ndarray:
    parts = [content[(sector + 1) * size : (sector + 2) * size] for sector in sectors]
    whole = b"".join(part[: len(part) // 4 * 4] for part in parts)
    return np.frombuffer(whole, dtype="<u4")


def _follow(chains: np.ndarray, start: int) -> list[int] | None:
    """Return the sectors of a chain, None where it never ends."""
    found: list[int] = []
    while start < _FREE and start < len(chains):
        found.append(start)
        if len(found) > len(chains):
            return None
        start = int(chains[start])
    return found


def _entry_is_sound(content: bytes, at: int, chains: np.ndarray, minis: np.ndarray) -> bool:
    """Check a stream of the directory; storages and unused entries hold nothing."""
    entry = content[at : at + _ENTRY]
    if len(entry) < _ENTRY or entry[66] not in {_STREAM, _ROOT}:
        return True
    start, length = struct.unpack_from("<2I", entry, 116)
    if length > len(content):
        return False
    # Streams below the cut-off of 4,096 bytes lie in the small table, the root never does.
    small = length < _CUT_OFF and entry[66] == _STREAM
    sectors = _follow(minis if small else chains, start)
    if sectors is None:
        return False
    name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode(
        "utf-16-le", "replace"
    )
    if small or name not in _BOOKS:
        return True
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    book = b"".join(content[(one + 1) * size : (one + 2) * size] for one in sectors)
    return _cells_are_sound(book[:length])


def _cells_are_sound(book: bytes) -> bool:
    """Check that no cell lies beyond the last column: a sheet is read as one rectangle.

    Records are a type, a length and that many bytes; those of cells begin with row and column. The
    book's own part says where each sheet's begins ([MS-XLS] 2.1.4, 2.4.28 and 2.5.13).
    """
    starts = [0]
    for start in starts:
        at, last = start, len(book) - 12
        while at <= last:
            kind, length, row, column = _RECORD.unpack_from(book, at)
            if kind == _END:
                break
            if kind == _SHEET and start == 0:
                starts.append(row | column << 16)
            elif not _record_is_sound(book, at, kind, length):
                return False
            at += 4 + length
    return True


def _record_is_sound(book: bytes, at: int, kind: int, length: int) -> bool:
    """Say whether a record's cells, or the rows and columns that a sheet claims, can be."""
    if kind in _CELLS:
        (column,) = struct.unpack_from("<H", book, at + 6)
        several = max(length - 6, 0) // _CELLS[kind] if _CELLS[kind] else 1
        return bool(column + several <= _COLUMNS)
    if kind == _DIMENSIONS and length >= 14 and at + 18 <= len(book):
        top, rows, left, columns = struct.unpack_from("<2I2H", book, at + 4)
        return bool(top <= rows <= _ROWS and left <= columns <= _COLUMNS)
    return True
