"""Cells become numbers in the unit of their field, whatever unit stands in the cell or header."""

import math
import re
from collections.abc import Mapping
from typing import Any

from geodata.ingest.settings import plain, settings, word, words
from geodata.ingest.values.cells import NOTHING, Params, Parsed, Parser, Reading
from geodata.ingest.values.plain_cells import quick_numbers
from geodata.records import Field

_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^,\d].*)?"
)
_SEPARATORS = re.compile(r"[/、,;|+&\\\n]|和")
_SPACE = re.compile(r"\s+(?=[+-]?[\d.])")
_BRACKETS = (("(", ")"), ("[", "]"), ("【", "】"), ("<", ">"))


def number_reading(entry: Field, header: str, unit: str) -> Reading:
    """Return how a column of numbers is read; a unit in its header holds for bare numbers."""
    factor = bare_factor(entry, header, unit)
    if entry.type == "numbers":
        return Reading(_list_parser(factor))
    return Reading(_parser(factor), quick=quick_numbers if factor == 1.0 else None)


# What multiplying by a unit may add to a whole number.
_NEARLY = 1e-9


def split_number(text: str) -> tuple[float, str] | None:
    """Return a number and the normalised unit behind it, nothing where there is no number."""
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    number = float(found[1].replace(",", ""))
    return (number, word(found[2] or "")) if math.isfinite(number) else None


def field_units(entry: Field) -> Mapping[str, float]:
    """Return the spellings of units that a field's numbers may be in, each with its factor."""
    units: Mapping[str, float] = settings()["units"].get(entry.unit or "count", {})
    return units


def header_unit(header: str, units: Mapping[str, Any]) -> str:
    """Return the unit that a header names: 皮长(公里), 皮长公里, 功率_dBm; "" for none."""
    name = word(header)
    for spelling in units:
        if any(f"{left}{spelling}{right}" in name for left, right in _BRACKETS):
            return spelling
    for spelling in sorted(units, key=len, reverse=True):
        if name.endswith(f"_{spelling}") or (len(spelling) > 1 and name.endswith(spelling)):
            return spelling
    return ""


def bare_factor(entry: Field, header: str, unit: str) -> float:
    """Return what bare numbers are multiplied by: the answered unit goes before the header's."""
    units = field_units(entry)
    known = word(unit) if word(unit) in units else header_unit(header, units)
    return float(units[known]) if known else 1.0


def measure(text: str, entry: Field, bare: float) -> float | None:
    """Return a number in the field's unit, whatever unit is written behind it, if any."""
    split = split_number(text)
    if split is None:
        return None
    number, unit = split
    if not unit:
        return number * bare
    factor = field_units(entry).get(unit)
    return None if factor is None else number * float(factor)


def check_range(value: float, entry: Field) -> Parsed | None:
    """Return the fault of a number that its field does not allow, nothing for a good one."""
    low = -math.inf if entry.minimum is None else entry.minimum
    high = math.inf if entry.maximum is None else entry.maximum
    if low <= value <= high:
        return None
    params: Params = {
        "field": entry.name,
        "minimum": "" if entry.minimum is None else f"{entry.minimum:g}",
        "maximum": "" if entry.maximum is None else f"{entry.maximum:g}",
        "unit": entry.unit,
    }
    return Parsed(None, "out_of_range", params)


def says_no_number(text: str) -> bool:
    """Say whether a text stands where no number applies: 室分 for a gain, 无 for a height."""
    return word(text) in words("empty", "numbers") or word(text) in words("empty", "nothing")


def _parts(half: str, entry: Field, factor: float) -> list[float] | None:
    """Return the numbers of a cell that holds several, nothing where it does not."""
    pieces = _SEPARATORS.split(half)
    if len(pieces) == 1:
        pieces = _SPACE.split(half)
    filled = [piece.strip() for piece in pieces if piece.strip()]
    numbers = [measure(piece, entry, factor) for piece in filled]
    known = [number for number in numbers if number is not None]
    return known if len(numbers) > 1 and len(known) == len(numbers) else None


def _parser(factor: float) -> Parser:
    def parse(cell: Any, text: str, entry: Field) -> Parsed:
        several = False
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            value: float | None = float(cell) * factor if math.isfinite(cell) else None
        else:
            half = plain(text)
            value = measure(half, entry, factor)
            if entry.several and (value is None or check_range(value, entry)):
                parts = _parts(half, entry, factor)
                if parts and not any(check_range(part, entry) for part in parts):
                    value, several = max(parts), True
        if value is None:
            if says_no_number(text):
                return NOTHING
            return Parsed(None, "not_a_number", {"field": entry.name})
        if entry.type == "integer":
            # 36.52 in 万人 is a count, rounded; and 36.52 × 10,000 is no whole number in binary.
            whole = float(round(value))
            if factor <= 1 and not math.isclose(value, whole, rel_tol=_NEARLY, abs_tol=_NEARLY):
                return Parsed(None, "not_whole", {"field": entry.name})
            value = whole
        if fault := check_range(value, entry):
            return fault
        return Parsed(int(value) if entry.type == "integer" else value, several=several)

    return parse


def _list_parser(factor: float) -> Parser:
    def parse(cell: Any, text: str, entry: Field) -> Parsed:
        half = plain(text)
        parts = None if isinstance(cell, (int, float)) else _parts(half, entry, factor)
        if parts is None:
            alone = measure(half, entry, factor)
            if alone is None:
                if says_no_number(text):
                    return NOTHING
                return Parsed(None, "not_a_number", {"field": entry.name})
            parts = [alone]
        for part in parts:
            if fault := check_range(part, entry):
                return fault
        return Parsed(parts, several=len(parts) > 1)

    return parse
