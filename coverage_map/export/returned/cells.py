"""Colour cells of a worksheet part in place: all bytes but those of marked cells stay.

A sheet may hold hundreds of megabytes, so rows are found by their tags and only marked rows are
taken apart. Text in XML has its ``<`` escaped, so a tag found is a tag.
"""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from coverage_map.export.returned.marks import Mark
from geodata.errors import Severity
from geodata.ingest.read_package import column_letters, column_number

_REFERENCE: Final = re.compile(rb"""\br=["']([A-Z]+)(\d+)["']""")
_ROW_NUMBER: Final = re.compile(rb"""\br=["'](\d+)["']""")
_STYLE: Final = re.compile(rb"""\bs=["'](\d+)["']""")
# The style of the copy for a style and a severity.
Restyle = Callable[[int, Severity], int]


def colour_cells(sheet: bytes, marks: list[Mark], restyle: Restyle) -> list[bytes | memoryview]:
    """Return the pieces of a worksheet with its marked cells in marked styles; empty ones are new.

    ``marks`` are sorted by row and column; a mark of column 0 colours the row's first cell. What is
    not marked is a view of ``sheet``, so that a large one is not copied.
    """
    prefix = _prefix(sheet)
    by_row = {row: list(found) for row, found in groupby(marks, key=lambda mark: mark.row)}
    whole = memoryview(sheet)
    out: list[bytes | memoryview] = []
    done = 0
    for number, start, inner, end, is_open in _rows(sheet, prefix):
        here = by_row.get(number)
        if here is None:
            continue
        tag = sheet[start:inner]
        body = sheet[inner:end] if is_open else b""
        out += [whole[done:start], tag if is_open else tag[:-2].rstrip() + b">"]
        out.append(_colour_row(body, here, restyle, prefix, number))
        if not is_open:
            out.append(b"</" + prefix + b"row>")
        done = end
    out.append(whole[done:])
    return out


def _prefix(sheet: bytes) -> bytes:
    """Return the prefix of the main namespace, with its colon, often empty."""
    root = re.search(rb"<(\w+:)?worksheet\b", sheet)
    return root[1] or b"" if root else b""


def _rows(sheet: bytes, prefix: bytes) -> Iterator[tuple[int, int, int, int, bool]]:
    """Yield each row: its number, where its tag, its content and its end begin, whether it is open.

    A row without a number follows the one before it.
    """
    number = 0
    close = b"</" + prefix + b"row>"
    for found in re.finditer(rb"<" + prefix + rb"row(?=[\s/>])[^>]*>", sheet):
        told = _ROW_NUMBER.search(found[0])
        number = int(told[1]) if told else number + 1
        if found[0].endswith(b"/>"):
            yield number, found.start(), found.end(), found.end(), False
        else:
            end = sheet.find(close, found.end())
            yield number, found.start(), found.end(), end, True


def _colour_row(body: bytes, marks: list[Mark], restyle: Restyle, prefix: bytes, row: int) -> bytes:
    """Return a row's content with its marked cells restyled, empty ones put where they belong."""
    named = _colour_named(body, marks, restyle, prefix, row)
    if named is not None:
        return named
    cells = list(_cells(body, prefix))
    wanted: dict[int, Severity] = {}
    for mark in marks:
        wanted.setdefault(mark.column or (cells[0][0] if cells else 1), mark.severity)
    out: list[bytes] = []
    done = 0
    for column, start, end in cells:
        for missing in sorted(number for number in wanted if number < column):
            out += [body[done:start], _empty(missing, row, restyle(0, wanted.pop(missing)), prefix)]
            done = start
        if column in wanted:
            tag = body[start:end]
            out += [body[done:start], _restyled(tag, wanted.pop(column), restyle)]
            done = end
    out.append(body[done:])
    for missing in sorted(wanted):
        out.append(_empty(missing, row, restyle(0, wanted[missing]), prefix))
    return b"".join(out)


def _colour_named(
    body: bytes, marks: list[Mark], restyle: Restyle, prefix: bytes, row: int
) -> bytes | None:
    """Restyle cells that are there under their names, which is usual; None where one is not."""
    found: list[tuple[int, int, Severity]] = []
    for mark in marks:
        at = body.find(f'"{column_letters(mark.column - 1)}{row}"'.encode()) if mark.column else -1
        start = body.rfind(b"<", 0, at) if at >= 0 else -1
        if start < 0 or not body.startswith(b"<" + prefix + b"c ", start):
            return None
        found.append((start, body.index(b">", at) + 1, mark.severity))
    out, done = [], 0
    for start, end, severity in found:
        out += [body[done:start], _restyled(body[start:end], severity, restyle)]
        done = end
    out.append(body[done:])
    return b"".join(out)


def _cells(body: bytes, prefix: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield each cell: its column from 1, where its tag begins and ends."""
    column = 0
    for found in re.finditer(rb"<" + prefix + rb"c(?=[\s/>])[^>]*>", body):
        told = _REFERENCE.search(found[0])
        column = column_number(told[1]) if told else column + 1
        yield column, found.start(), found.end()


def _restyled(tag: bytes, severity: Severity, restyle: Restyle) -> bytes:
    told = _STYLE.search(tag)
    new = str(restyle(int(told[1]) if told else 0, severity)).encode()
    if told:
        return tag[: told.start(1)] + new + tag[told.end(1) :]
    end = b"/>" if tag.endswith(b"/>") else b">"
    return tag[: -len(end)].rstrip() + b' s="' + new + b'"' + end


def _empty(column: int, row: int, style: int, prefix: bytes) -> bytes:
    return f'<{prefix.decode()}c r="{column_letters(column - 1)}{row}" s="{style}"/>'.encode()


def deselect(sheet: bytes) -> bytes:
    """Return a worksheet that is not selected: two selected ones would be edited together."""
    end = sheet.find(b"sheetData")
    head = re.sub(rb"""\s+tabSelected=["'](?:1|true)["']""", b"", sheet[: max(end, 0)])
    if len(head) == max(end, 0):
        return sheet
    return b"".join([head, memoryview(sheet)[max(end, 0) :]])
