"""Tell rows below a header that are no records: English names, units, marks, numbers, advice."""

import re
from typing import Any

import numpy as np

from geodata.ingest.header_rows import ENGLISH, Block, cell_text, names_known
from geodata.ingest.raw import Cells
from geodata.ingest.reading import header_words, reading
from geodata.ingest.settings import word

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+|[a-z]+([A-Z][a-z0-9]*)+|[A-Z]{2,}\d*")
_BRACKETS = re.compile(r"[(\[（【](.*)[)\]）】]")


def count_rows_under(cells: Cells, block: Block) -> list[tuple[int, str]]:
    """Return the rows right below a header that belong to it, each with what it is.

    What it is: ``english``, ``codes``, ``units``, ``marks``, ``numbering``, ``advice``, ``sample``.
    """
    found: list[tuple[int, str]] = []
    named = np.array([bool(name) for name in block.names])
    for row in range(block.bottom + 1, min(block.bottom + 1 + 6, len(cells))):
        what = _what(cells, row, named)
        if not what:
            break
        found.append((row, what))
    return found


def _what(cells: Cells, row: int, named: np.ndarray) -> str:
    line = cells[row]
    filled = line[line != ""]
    if not len(filled):
        return ""
    if isinstance(filled[0], str) and word(filled[0]).rstrip(":") in header_words("samples"):
        return "sample"
    if _is_numbering(line, named):
        return "numbering"
    if not all(isinstance(cell, str) for cell in filled):
        return ""
    return _said_in_words(cells, row, [cell_text(cell) for cell in filled], int(named.sum()))


def _said_in_words(cells: Cells, row: int, texts: list[str], named: int) -> str:
    if set(map(word, texts)) <= header_words("marks"):
        return "marks"
    if _are_units(texts):
        return "units"
    if len(texts) * 2 >= named and _is_advice(texts):
        return "advice"
    return _other_names(cells, row, texts, named)


def _is_numbering(line: Cells, named: np.ndarray) -> bool:
    """Say whether a row counts the columns: 1, 2, 3, …, at least three of them, nearly all."""
    numbers = [_whole(cell) for cell in line[named] if cell != ""]
    if len(numbers) < 3 or len(numbers) * 5 < named.sum() * 4 or None in numbers:
        return False
    first = numbers[0]
    return first in {0, 1} and numbers == list(range(first, first + len(numbers)))


def _whole(cell: Any) -> int | None:
    text = cell_text(cell).strip("()（）")
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _are_units(texts: list[str]) -> bool:
    """Say whether all texts are units, bare or in brackets."""
    known = header_words("units")
    bare = [_BRACKETS.fullmatch(text) for text in texts]
    plain = [found[1] if found else text for found, text in zip(bare, texts, strict=True)]
    return all(word(text) in known for text in plain)


def _is_advice(texts: list[str]) -> bool:
    """Say whether half of the texts begin as advice on filling in a form does."""
    starts = tuple(header_words("advice"))
    told = sum(word(text).startswith(starts) for text in texts)
    return told * 2 >= len(texts)


def _other_names(cells: Cells, row: int, texts: list[str], named: int) -> str:
    """Say whether a row names the columns once more: in English, or by the codes of fields."""
    if len(texts) * 2 < named or len(set(texts)) < len(texts):
        return ""
    share = reading()["header"]["sub_header_share"]
    if sum(bool(ENGLISH.fullmatch(text)) for text in texts) < share * len(texts):
        return ""
    if any(map(names_known, texts)):
        return "english"
    # Codes that nobody knows: every one looks like the name of a field, and none is a value below.
    below = cells[row + 1 : row + 1 + reading()["header"]["looked_below"]]
    codes = sum(bool(_CODE.fullmatch(text)) for text in texts)
    again = {cell_text(cell) for cell in below.ravel() if isinstance(cell, str)} & set(texts)
    numbers = sum(
        not isinstance(cell, str) or any(map(str.isdigit, cell)) for cell in below.ravel()
    )
    if len(below) and codes >= share * len(texts) and not again and numbers * 4 >= below.size:
        return "codes"
    return ""
