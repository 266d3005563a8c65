"""Cells become values: numbers as text, full-width digits, dates, yes and no, lists, value sets.

A cell is parsed once for each distinct value in a column. What cannot be parsed is empty and has
a fault code; numbers come in the field's unit.
"""
# ruff: noqa: PD011 - the values of a field are a value set, no array

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from geodata.ingest.raw import Cells
from geodata.ingest.settings import plain, settings, word, words
from geodata.owners import read_owners
from geodata.records import Field, read_values

_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([^,\d].*)?"
)
_LIST = re.compile(r"[/、,;|+&\n]|和")
_CODE_LIST = re.compile(r"[/、,;|\n]")
_BAND = re.compile(r"[-_ ]?[\d.]+(?:mhz|ghz|m|g)?$")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[ t].*)?")
_DIGITS_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})年?")
_DEGREES = re.compile(
    r"([NSEW东西南北]?)\s*(\d{1,3})[°度:\s]\s*(\d{1,2}(?:\.\d+)?)?(?:['′’分:\s]\s*)?"
    r"(\d{1,2}(?:\.\d+)?)?(?:[\"″”秒]|''|′′|’’)?\s*([NSEW东西南北]?)",
    re.IGNORECASE,
)
_CELL_ERROR = re.compile(r"#[A-Z/0!?]+[!?]?", re.IGNORECASE)
# Days of Excel's calendar of 1900 that are taken for dates: 1954 to 2064.
_SERIAL = (20000, 60000)
_YEARS = (1950, 2100)
_SERIAL_START = dt.date(1899, 12, 30)
# Whole numbers above this are not exact in a spreadsheet's cell.
_EXACT = 2**53


@dataclass(frozen=True)
class Parsed:
    """A cell's value (None for nothing), its fault code, whether several numbers stood there."""

    value: Any = None
    code: str = ""
    params: dict[str, str | int | float] = field(default_factory=dict)
    several: bool = False


@dataclass(frozen=True)
class ParsedColumn:
    """A column's values in the dtype of its field, and rows with faults or with several numbers."""

    array: Any
    faults: list[tuple[int, Parsed]]
    several: list[int]
    empty: np.ndarray


_NOTHING = Parsed()
# Takes the cell, its text and the field.
Parser = Callable[[Any, str, Field], Parsed]


def parse_column(cells: Cells, entry: Field, header: str = "") -> ParsedColumn:
    """Parse a column for a field; a unit in its header holds for numbers without one."""
    parse = _parser(entry)
    if parse is _number and (factor := _header_factor(header, entry)) != 1.0:
        parse = partial(_number, factor=factor)
    known: dict[Any, Parsed] = {}
    out: list[Parsed] = []
    for cell in cells:
        key = cell if cell.__class__ is str else (cell.__class__, cell)
        parsed = known.get(key)
        if parsed is None:
            parsed = known[key] = _parse_cell(cell, entry, parse)
        out.append(parsed)
    special = [i for i, parsed in enumerate(out) if parsed.code or parsed.several]
    return ParsedColumn(
        array=_typed([parsed.value for parsed in out], entry),
        faults=[(i, out[i]) for i in special if out[i].code],
        several=[i for i in special if out[i].several],
        empty=np.array([parsed.value is None or parsed.value == [] for parsed in out], dtype=bool),
    )


def empty_column(entry: Field, count: int) -> Any:
    """Return the column of a field that a table does not have."""
    return _typed([None] * count, entry)


def _typed(values: list[Any], entry: Field) -> Any:
    if entry.type in {"number", "coordinate"}:
        return np.array([math.nan if value is None else value for value in values], np.float64)
    if entry.type == "integer":
        return pd.array(values, dtype="Int64")
    if entry.type == "boolean":
        return pd.array(values, dtype="boolean")
    if entry.type == "list":
        column = np.empty(len(values), dtype=object)
        column[:] = [value or [] for value in values]
        return column
    return pd.array(["" if value is None else value for value in values], dtype="str")


def _parse_cell(cell: Any, entry: Field, parse: Parser) -> Parsed:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return _NOTHING
    text = cell_text(cell)
    key = word(text) if len(text) <= 16 else text
    if key in words("empty", "words"):
        return _NOTHING
    if text[:1] == "#" and _CELL_ERROR.fullmatch(text):
        return Parsed(None, "cell_error")
    return parse(cell, text, entry)


def _parser(entry: Field) -> Parser:
    if entry.values and entry.type == "text":
        return _choice
    parsers: dict[str, Parser] = {
        "text": _text,
        "code": _code,
        "integer": _number,
        "number": _number,
        "boolean": _boolean,
        "date": _date,
        "list": _list,
        "coordinate": _coordinate,
    }
    return parsers[entry.type]


def cell_text(cell: Any) -> str:
    """Return a cell as a person reads it: whole numbers without a point, dates as ISO."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e21 else repr(cell)
    if isinstance(cell, dt.datetime):
        clock = cell.time() != dt.time()
        return cell.isoformat(" ") if clock else cell.date().isoformat()
    return str(cell)


def _text(_cell: Any, text: str, _entry: Field) -> Parsed:
    return _NOTHING if text in words("empty", "nothing") else Parsed(text)


def _code(cell: Any, text: str, _entry: Field) -> Parsed:
    """Keep an identifier as text: digits, hexadecimal and mixed ones alike."""
    if isinstance(cell, float) and abs(cell) >= _EXACT:
        return Parsed(text, "code_rounded")
    return Parsed(plain(text).replace(" ", ""))


def _split_number(text: str) -> tuple[float, str] | None:
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    number = float(found[1].replace(",", ""))
    return (number, word(found[2] or "")) if math.isfinite(number) else None


def _header_factor(header: str, entry: Field) -> float:
    """Return what the unit in a header multiplies bare numbers by: 皮长(公里), 皮长公里."""
    name = word(header)
    for spelling, factor in settings()["units"].get(entry.unit or "count", {}).items():
        bracketed = any(f"{left}{spelling}{right}" in name for left, right in ("()", "[]", "【】"))
        if bracketed or (len(spelling) > 1 and name.endswith(spelling)):
            return float(factor)
    return 1.0


def _measure(text: str, entry: Field, bare: float) -> float | None:
    """Return a number in the field's unit, whatever unit is written behind it, if any."""
    split = _split_number(text)
    if split is None:
        return None
    number, unit = split
    if not unit:
        return number * bare
    factor = settings()["units"].get(entry.unit or "count", {}).get(unit)
    return None if factor is None else number * float(factor)


def _number(cell: Any, text: str, entry: Field, factor: float = 1.0) -> Parsed:
    several = False
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        value: float | None = float(cell) * factor if math.isfinite(cell) else None
    else:
        half = plain(text)
        value = _measure(half, entry, factor)
        if value is None and entry.several:
            parts = [
                _measure(part.strip(), entry, factor) for part in _LIST.split(half) if part.strip()
            ]
            known = [part for part in parts if part is not None]
            if len(parts) > 1 and len(known) == len(parts):
                value, several = max(known), True
    if value is None:
        return Parsed(None, "not_a_number", {"field": entry.name})
    if entry.type == "integer" and not float(value).is_integer():
        return Parsed(None, "not_whole", {"field": entry.name})
    low = -math.inf if entry.minimum is None else entry.minimum
    high = math.inf if entry.maximum is None else entry.maximum
    if not low <= value <= high:
        params: dict[str, str | int | float] = {
            "field": entry.name,
            "minimum": "" if entry.minimum is None else f"{entry.minimum:g}",
            "maximum": "" if entry.maximum is None else f"{entry.maximum:g}",
            "unit": entry.unit,
        }
        return Parsed(None, "out_of_range", params)
    return Parsed(int(value) if entry.type == "integer" else value, several=several)


def _boolean(_cell: Any, text: str, entry: Field) -> Parsed:
    key = word(text)
    if entry.values:
        value = _spellings(entry.values).get(key)
        if value is not None:
            return Parsed(value == "true")
    for answer in (True, False):
        if key in words("boolean", "true" if answer else "false"):
            return Parsed(answer)
    return Parsed(None, "not_yes_or_no", {"field": entry.name})


def _date(cell: Any, text: str, entry: Field) -> Parsed:
    """Return an ISO date; a month or a year alone stands for its first day."""
    if isinstance(cell, dt.datetime):
        return Parsed(cell.date().isoformat())
    if isinstance(cell, dt.date):
        return Parsed(cell.isoformat())
    day = _read_date(plain(text).lower())
    return Parsed(day.isoformat()) if day else Parsed(None, "not_a_date", {"field": entry.name})


def _read_date(text: str) -> dt.date | None:
    """Read a date as people write it, or the number a spreadsheet keeps it as."""
    found = _DATE.fullmatch(text) or _DIGITS_DATE.fullmatch(text)
    if found:
        year, month, day = found[1], found[2], found[3] or "1"
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            return None
    split = _split_number(text)
    if split and not split[1] and _SERIAL[0] <= split[0] <= _SERIAL[1]:
        return _SERIAL_START + dt.timedelta(days=int(split[0]))
    year_only = _YEAR.fullmatch(text)
    if year_only and _YEARS[0] <= int(year_only[1]) <= _YEARS[1]:
        return dt.date(int(year_only[1]), 1, 1)
    return None


@cache
def _spellings(name: str) -> dict[str, str]:
    """Return the value of every spelling of a value set, normalised."""
    known: dict[str, str] = {}
    if name == "owner":
        for code, owner in read_owners().items():
            for spelling in (code, *owner.name.values(), *owner.aliases, *owner.plmns):
                known.setdefault(word(spelling), code)
        return known
    for value, spellings in read_values()[name].items():
        for spelling in (value, *spellings):
            known.setdefault(word(spelling), value)
    return known


def _value_of(text: str, name: str) -> str | None:
    """Return the value a spelling means; a technology may carry its band: LTE1800."""
    key = word(text)
    known = _spellings(name)
    if key in known:
        return known[key]
    if name == "technology":
        return known.get(_BAND.sub("", key))
    return None


def _choice(_cell: Any, text: str, entry: Field) -> Parsed:
    value = _value_of(text, entry.values)
    if value is not None:
        return Parsed(value)
    if word(text) in words("empty", "nothing"):
        return _NOTHING
    return Parsed(None, "value_unknown", {"field": entry.name, "set": entry.values})


def _list(_cell: Any, text: str, entry: Field) -> Parsed:
    """Return a list without repetitions, in the order of the cell; unknown members are a fault."""
    half = plain(text)
    nobody = words("empty", "nothing") | words("empty", "words") | words("empty", "others")
    if word(half) in nobody:
        return Parsed([])
    whole = _value_of(half, entry.values) if entry.values else None
    if whole is not None:
        return Parsed([whole])
    members: dict[str, None] = {}
    for part in _LIST.split(half):
        if word(part) in nobody:
            continue
        value = _value_of(part, entry.values) if entry.values else part.strip()
        if value is None:
            params: dict[str, str | int | float] = {"field": entry.name, "set": entry.values}
            return Parsed(list(members), "value_unknown", params)
        members[value] = None
    return Parsed(list(members))


def _coordinate(cell: Any, text: str, entry: Field) -> Parsed:
    """Return a coordinate: a number, or degrees, minutes and seconds."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return Parsed(float(cell)) if math.isfinite(cell) else _bad_coordinate(entry)
    half = plain(text)
    split = _split_number(half)
    if split and split[1] in {"", "°", "度", "e", "n", "m", "米"}:
        return Parsed(split[0])
    found = _DEGREES.fullmatch(half)
    if not found:
        return _bad_coordinate(entry)
    before, degrees, minutes, seconds, after = found.groups()
    minute, second = float(minutes or 0), float(seconds or 0)
    if minute >= 60 or second >= 60:
        return _bad_coordinate(entry)
    sign = -1.0 if (before or after or "E").upper() in set("SW南西") else 1.0
    return Parsed(sign * (float(degrees) + minute / 60 + second / 3600))


def _bad_coordinate(entry: Field) -> Parsed:
    return Parsed(None, "coordinate_unread", {"field": entry.name})
