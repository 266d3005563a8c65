"""A quarter is written ``2023Q4``; its days are ISO dates, which compare as text."""

import re
from datetime import date, timedelta

from geodata.errors import UsageError

_FORM = re.compile(r"(\d{4})Q([1-4])")


def _number(quarter: str) -> int:
    match = _FORM.fullmatch(quarter)
    if match is None:
        raise UsageError("quarter_form", given=quarter)
    return int(match[1]) * 4 + int(match[2]) - 1


def _first_day(number: int) -> date:
    return date(number // 4, number % 4 * 3 + 1, 1)


def first_day(quarter: str, *, back: int = 0) -> str:
    """Return the first day of a quarter, or of the one ``back`` quarters before it.

    Raises:
        UsageError: ``quarter_form`` when the text is not like 2023Q4.
    """
    return _first_day(_number(quarter) - back).isoformat()


def last_day(quarter: str) -> str:
    """Return the last day of a quarter.

    Raises:
        UsageError: ``quarter_form`` when the text is not like 2023Q4.
    """
    return (_first_day(_number(quarter) + 1) - timedelta(days=1)).isoformat()
