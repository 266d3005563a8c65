"""Read tables of text: what stands between their cells is told by what cuts lines evenly."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.raw import Grid, Part
from geodata.ingest.read_package import column_letters
from geodata.ingest.reading import reading
from geodata.ingest.text_encoding import LOST, decode_text

# A spreadsheet may say in a first line of its own what stands between the cells.
_HINT = re.compile(r"\s*sep=(.)\s*", re.IGNORECASE)
_SPACES = {"  ": re.compile(r"[ \u3000]{2,}|\t+"), " ": re.compile(r"[ \u3000\t]+")}
# A spreadsheet's cell holds at most 32,767 characters; a text's may hold more.
_CELL_LIMIT = 1 << 24


def read_text(part: Part, name: str) -> list[Grid]:
    """Read a table of text: commas, tabs, semicolons, bars or runs of spaces between its cells.

    Raises:
        FileRefusedError: the encoding cannot be told, or it is no table.
    """
    text, _ = decode_text(part.content, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    limits = reading()["limits"]
    place = Place(file=name)
    faults: list[Fault] = []
    try:
        delimiter = find_delimiter(text)
        rows = _split(text, delimiter, quoted=True)
        if _swallows(rows, delimiter):
            rows = _split(text, delimiter, quoted=False)
            faults.append(Fault("quotes_unbalanced", place, {}, "note"))
    except csv.Error as error:
        raise FileRefusedError("file_damaged", place) from error
    if len(rows) > limits["rows"]:
        params = {"rows": len(rows), "limit": limits["rows"]}
        faults.append(Fault("rows_beyond", place, params, "error"))
        del rows[limits["rows"] :]
    widest = max(map(len, rows), default=0)
    if widest > limits["columns"]:
        params = {"columns": widest, "limit": limits["columns"]}
        faults.append(Fault("columns_beyond", place, params, "warning"))
        rows = [row[: limits["columns"]] for row in rows]
    if LOST in text:
        faults += _lost_cells(rows, place)
    return [Grid("", 1, rows, faults=tuple(faults))]


def find_delimiter(text: str) -> str:
    """Return what cuts most of the first lines into the same number of cells.

    A blank stands for runs of spaces, two blanks for runs of at least two.
    """
    lines = [line for line in islice(io.StringIO(text), 60) if line.strip()]
    if lines and (hint := _HINT.fullmatch(lines[0])):
        return hint[1]
    rules = reading()["text"]
    best, best_score = ",", 0.0
    for delimiter, least in rules["delimiters"].items():
        # A stray quotation mark must not hide how evenly lines are cut.
        for quoted in (True, False):
            widths = Counter(len(row) for row in _cut(lines, delimiter, quoted=quoted))
            del widths[1]
            if not widths:
                continue
            usual = max(widths, key=lambda width: (widths[width], width))
            score = widths[usual] * usual
            if widths[usual] >= least * len(lines) and score > best_score:
                best, best_score = delimiter, score
    return best


def _cut(lines: Iterable[str], delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    if delimiter in _SPACES:
        pattern = _SPACES[delimiter]
        return (pattern.split(line.strip(" \u3000\r\n")) for line in lines)
    if quoted:
        return csv.reader(lines, delimiter=delimiter)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _split(text: str, delimiter: str, *, quoted: bool) -> list[list[str]]:
    csv.field_size_limit(_CELL_LIMIT)
    known: dict[str, str] = {}
    return [
        [known.setdefault(cell, cell) if len(cell) < 40 else cell for cell in map(str.strip, row)]
        for row in _cut(io.StringIO(text, newline=""), delimiter, quoted=quoted)
    ]


def _swallows(rows: list[list[str]], delimiter: str) -> bool:
    """Say whether a stray quotation mark made one cell of several lines of cells."""
    return any(
        cell.count("\n") > 1 and cell.count(delimiter) > cell.count("\n")
        for row in rows
        for cell in row
        if len(cell) > 40 and "\n" in cell
    )


def _lost_cells(rows: list[list[str]], place: Place) -> Iterator[Fault]:
    """Say in which cells bytes were no character of the file's encoding."""
    for i, row in enumerate(rows, start=1):
        for j, cell in enumerate(row, start=1):
            if LOST in cell:
                where = Place(place.file, "", i, column_letters(j - 1), cell[:80], j)
                yield Fault("text_lost", where, {}, "warning")
