"""Plain cells take a quick way: numbers in range, and texts that are what they look like."""

import re
from functools import cache
from typing import Any

from geodata.ingest.raw import Cells
from geodata.ingest.settings import words
from geodata.records import Field

_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
# Whole numbers up to this are exact in a spreadsheet's cell.
_EXACT = 2**53
# A text that begins so may be an error, a quoted export or a code with a mark before it.
_MARKS = "#='`"


def quick_numbers(uniques: Cells, entry: Field) -> list[Any]:
    """Return plain decimal numbers within the field's range, None for all other cells.

    Only for fields whose bare numbers are in their own unit.
    """
    low = float("-inf") if entry.minimum is None else entry.minimum
    high = float("inf") if entry.maximum is None else entry.maximum
    whole = entry.type == "integer"
    values: list[Any] = [None] * len(uniques)
    for i, cell in enumerate(uniques):
        kind = cell.__class__
        if not (kind is float or kind is int or (kind is str and _DECIMAL.fullmatch(cell))):
            continue
        number = float(cell)
        # Neither infinity nor nothing: their difference from themselves is not nought.
        if low <= number <= high and number - number == 0:
            if not whole:
                values[i] = number
            elif number.is_integer():
                values[i] = int(number)
    return values


@cache
def _longest_word() -> int:
    return max(len(text) for name in ("words", "nothing") for text in words("empty", name))


def quick_texts(uniques: Cells, entry: Field) -> list[Any]:
    """Return texts that need no mending, and whole numbers as codes; None for all other cells."""
    code = entry.type == "code"
    longest = _longest_word()
    values: list[Any] = [None] * len(uniques)
    for i, cell in enumerate(uniques):
        kind = cell.__class__
        if kind is str:
            # Of all spaces only the plain one is printable.
            if len(cell) <= longest or " " in cell or not cell.isprintable() or cell[0] in _MARKS:
                continue
            if not code or (cell.isascii() and "." not in cell and "+" not in cell):
                values[i] = cell
        elif kind is float and cell.is_integer() and -_EXACT < cell < _EXACT:
            values[i] = str(int(cell))
    return values
