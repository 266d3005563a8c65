"""Cells become identifiers: text kept as it is, freed of what spreadsheets and exports add."""

import re
from typing import Any

from geodata.ingest.settings import plain
from geodata.ingest.values.cells import Parsed
from geodata.records import Field

# Whole numbers above this are not exact in a spreadsheet's cell.
_EXACT = 2**53
_ZEROS = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+E\+?\d+|E\+\d+)", re.IGNORECASE)


def parse_code(cell: Any, text: str, _entry: Field) -> Parsed:
    """Keep an identifier as text: digits, hexadecimal and mixed ones alike.

    ``123.0``, as a number is written where a column mixes numbers and text, is 123.
    """
    if isinstance(cell, float) and abs(cell) >= _EXACT:
        return Parsed(text, "code_rounded")
    code = plain(text).replace(" ", "").lstrip("'`")
    if not code.isascii() or "." not in code:
        return Parsed(code, "code_rounded" if _SCIENTIFIC.fullmatch(code) else "")
    if whole := _ZEROS.fullmatch(code):
        return Parsed(whole[1])
    return Parsed(code, "code_rounded" if _SCIENTIFIC.fullmatch(code) else "")
