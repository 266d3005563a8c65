"""Cells become ISO dates; the order of day and month is told by the whole column, or is a fault."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from geodata.ingest.settings import plain, settings, word
from geodata.ingest.values.cells import Parsed, Reading
from geodata.ingest.values.numbers import split_number
from geodata.records import Field

_YEAR_FIRST = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*[日号]?|月)?(?:[ t].*)?"
)
_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})?(?:\d{4}|\d{6})?")
_SHORT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{1,2})(?:[ t].*)?")
_NAMED = re.compile(
    r"(?:(\d{1,2})[- ])?([a-z]{3,9})\.?[- ](?:(\d{1,2}),? )?(\d{4}|\d{2})(?:[ t].*)?"
)
_YEAR = re.compile(r"(\d{4})年?")
# Days of Excel's calendar of 1900 that are taken for dates: 1954 to 2064.
_SERIAL = (20000, 60000)
_YEARS = (1950, 2100)
_SERIAL_START = dt.date(1899, 12, 30)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Where year, month and day stand among three numbers.
_ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}


def date_reading(uniques: Iterable[Any]) -> Reading:
    """Return how a column of dates is read: numbers such as 6/15/15 by what fits all of them."""
    shorts = [found for cell in uniques if (found := _short(cell))]
    orders = _fitting_orders(shorts)
    notes: tuple[Parsed, ...] = ()
    if len(orders) == 1 and shorts:
        notes = (Parsed(None, "date_order", {"order": orders[0]}),)

    def parse(cell: Any, text: str, entry: Field) -> Parsed:
        return _parse(cell, text, entry, orders)

    return Reading(parse, notes)


def _short(cell: Any) -> tuple[str, str, str] | None:
    if not isinstance(cell, str):
        return None
    found = _SHORT.fullmatch(plain(cell).lower())
    return (found[1], found[3], found[4]) if found else None


def _fitting_orders(shorts: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    """Return the orders in which nearly all of such dates are dates of networks' time."""
    if not shorts:
        return ()
    fits = {order: sum(_ordered(parts, order) is not None for parts in shorts) for order in _ORDERS}
    most = max(fits.values())
    return tuple(order for order, count in fits.items() if count == most and most)


def _ordered(parts: tuple[str, str, str], order: str) -> dt.date | None:
    """Read three numbers in an order; two digits of a year are of the years in the settings."""
    year, month, day = (parts[place] for place in _ORDERS[order])
    if max(len(month), len(day)) > 2 or len(year) == 1:
        return None
    first, last = settings()["dates"]["short_years"]
    whole = int(year)
    if len(year) == 2:
        whole += 2000 if 2000 + whole <= last else 1900
        if not first <= whole <= last:
            return None
    return _day(whole, int(month), int(day))


def _day(year: int, month: int, day: int) -> dt.date | None:
    if not _YEARS[0] <= year <= _YEARS[1]:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _parse(cell: Any, text: str, entry: Field, orders: tuple[str, ...]) -> Parsed:
    """Return an ISO date; a month or a year alone stands for its first day."""
    if isinstance(cell, dt.datetime):
        return Parsed(cell.date().isoformat())
    if isinstance(cell, dt.date):
        return Parsed(cell.isoformat())
    half = plain(text).lower()
    if short := _short(half):
        days = {day for order in orders if (day := _ordered(short, order))}
        if len(days) > 1:
            return Parsed(None, "date_ambiguous", {"field": entry.name})
        if days:
            return Parsed(days.pop().isoformat())
        return Parsed(None, "not_a_date", {"field": entry.name})
    day = read_date(half)
    return Parsed(day.isoformat()) if day else Parsed(None, "not_a_date", {"field": entry.name})


def read_date(text: str) -> dt.date | None:
    """Read a date as people write it, or the number a spreadsheet keeps it as."""
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3] or 1))
    split = split_number(text)
    if split and not split[1] and _SERIAL[0] <= split[0] <= _SERIAL[1]:
        return _SERIAL_START + dt.timedelta(days=int(split[0]))
    for pattern, read in _readers():
        if (found := pattern.fullmatch(text)) and (day := read(found)):
            return day
    return None


@cache
def _readers() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dt.date | None]], ...]:
    return (
        (_DIGITS, lambda found: _day(int(found[1]), int(found[2]), int(found[3] or 1))),
        (_YEAR, lambda found: _day(int(found[1]), 1, 1)),
        (_NAMED, _named_day),
    )


def _named_day(found: re.Match[str]) -> dt.date | None:
    """Read 15-Jun-2015, Jun 15, 2015 or Jun-15 (a month of a year, as spreadsheets show it)."""
    month = word(found[2])[:3]
    if month not in _MONTHS or (found[1] and found[3]):
        return None
    year = int(found[4])
    if year < 100:
        year += 2000 if 2000 + year <= settings()["dates"]["short_years"][1] else 1900
    return _day(year, _MONTHS.index(month) + 1, int(found[1] or found[3] or 1))
