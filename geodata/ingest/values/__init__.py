"""Cells become values: one room a type, a cell parsed once for each distinct value of a column.

What cannot be parsed is empty and has a fault code; numbers come in the field's unit. Where a cell
alone is not clear (the date 6/5/15, a power without a unit) the column decides, or it is said.
"""
# ruff: noqa: PD011 - the values of a field are a value set, no array

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geodata.ingest.raw import Cells
from geodata.ingest.settings import word, words
from geodata.ingest.values.bands import parse_band
from geodata.ingest.values.cells import NOTHING, Parsed, Parser, Quick, Reading, cell_text
from geodata.ingest.values.choices import parse_boolean, parse_choice, parse_list
from geodata.ingest.values.codes import parse_code
from geodata.ingest.values.coordinates import parse_coordinate
from geodata.ingest.values.dates import date_reading
from geodata.ingest.values.numbers import number_reading
from geodata.ingest.values.plain_cells import quick_numbers, quick_texts
from geodata.ingest.values.power import power_reading
from geodata.records import Field

__all__ = ["Parsed", "ParsedColumn", "cell_text", "empty_column", "parse_column"]

_CELL_ERRORS = frozenset(
    ("#n/a", "#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#getting_data", "#spill!")
)
_EMPTY: dict[str, Any] = {"number": math.nan, "coordinate": math.nan, "list": [], "numbers": []}


@dataclass(frozen=True)
class ParsedColumn:
    """A column's values in the dtype of its field, and rows with faults or with several numbers.

    ``several`` are also the rows whose cell could not be taken whole and is to be kept as written.
    ``notes`` is what is to be said of the column: a unit that its values tell or leave open.
    """

    array: Any
    faults: list[tuple[int, Parsed]]
    several: list[int]
    empty: np.ndarray
    notes: tuple[Parsed, ...] = ()


def parse_column(cells: Cells, entry: Field, header: str = "", unit: str = "") -> ParsedColumn:
    """Parse a column for a field.

    Args:
        cells: the cells as the reader gave them.
        entry: the field they are for.
        header: the column's header; a unit in it holds for numbers without one.
        unit: the unit a person says bare numbers are in; it goes before the header's.
    """
    codes, uniques = pd.factorize(cells)
    reading = _reading(entry, header, unit, uniques)
    values, parsed = _parse_uniques(uniques, entry, reading)
    marked = np.array([bool(item and (item.code or item.several)) for item in parsed], dtype=bool)
    special = np.flatnonzero(marked[codes]).tolist() if marked.any() else []
    found = [(row, item) for row in special if (item := parsed[codes[row]])]
    empty = np.array([value is None or value == [] for value in values], dtype=bool)
    return ParsedColumn(
        array=_spread(values, codes, entry),
        faults=[(row, item) for row, item in found if item.code],
        several=[row for row, item in found if item.several],
        empty=empty[codes],
        notes=reading.notes,
    )


def _parse_uniques(
    uniques: Cells, entry: Field, reading: Reading
) -> tuple[list[Any], list[Parsed | None]]:
    """Return the values of distinct cells, and what parsing says of those that are not plain.

    The last entry of both stands for a missing cell. A plain cell (a number in range, a text that
    needs no mending) takes the quick way; the result is the same.
    """
    values = reading.quick(uniques, entry) if reading.quick else [None] * len(uniques)
    parsed: list[Parsed | None] = [None] * len(uniques)
    for i, cell in enumerate(uniques):
        if values[i] is None:
            item = parsed[i] = _parse_cell(cell, entry, reading.parse)
            values[i] = item.value
    return [*values, None], [*parsed, None]


def empty_column(entry: Field, count: int) -> Any:
    """Return the column of a field that a table does not have."""
    return _spread([None], np.zeros(count, dtype=np.int64), entry)


def _spread(values: list[Any], codes: np.ndarray, entry: Field) -> Any:
    """Return the values of the codes in the field's dtype; equal lists are one object."""
    if entry.type in {"number", "coordinate"}:
        plain_values = [math.nan if value is None else value for value in values]
        return np.array(plain_values, np.float64)[codes]
    if entry.type in {"list", "numbers"}:
        column = np.empty(len(values), dtype=object)
        column[:] = [value or [] for value in values]
        return column[codes]
    places = np.where(codes < 0, len(values) - 1, codes)
    if entry.type == "integer":
        return pd.array(values, dtype="Int64").take(places)
    if entry.type == "boolean":
        return pd.array(values, dtype="boolean").take(places)
    return pd.array(["" if value is None else value for value in values], dtype="str").take(places)


def _parse_cell(cell: Any, entry: Field, parse: Parser) -> Parsed:
    text = cell_text(cell)
    if len(text) <= 16 and (not text or not text[0].isalnum() or text[:1] in "nN无空暂未"):
        key = word(text)
        if key in words("empty", "words"):
            return NOTHING
        if key[:1] == "#" and key in _CELL_ERRORS:
            return Parsed(None, "cell_error")
    if text[:2] == '="' and text[-1:] == '"' and len(text) > 2:
        # A text exported so that a spreadsheet does not take it for a number.
        cell = text = text[2:-1]
    return parse(cell, text, entry)


def _reading(entry: Field, header: str, unit: str, uniques: Cells) -> Reading:
    if entry.type in {"number", "integer", "numbers"}:
        if entry.unit == "dBm":
            return power_reading(entry, header, unit, uniques)
        return number_reading(entry, header, unit)
    if entry.type == "date":
        return date_reading(uniques)
    if entry.values == "band":
        return Reading(parse_band)
    if entry.values and entry.type == "text":
        return Reading(parse_choice)
    parsers: dict[str, Parser] = {
        "text": _parse_text,
        "code": parse_code,
        "boolean": parse_boolean,
        "list": parse_list,
        "coordinate": parse_coordinate,
    }
    quick: dict[str, Quick] = {
        "text": quick_texts,
        "code": quick_texts,
        "coordinate": quick_numbers,
    }
    return Reading(parsers[entry.type], quick=quick.get(entry.type))


def _parse_text(_cell: Any, text: str, _entry: Field) -> Parsed:
    return NOTHING if text in words("empty", "nothing") else Parsed(text)
