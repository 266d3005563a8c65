"""Tell where records begin in a sheet that has no header, and what its columns are called."""

import re

import numpy as np

from geodata.ingest.header_rows import Block, cell_text
from geodata.ingest.header_says import is_mute
from geodata.ingest.raw import Cells, Ints
from geodata.ingest.read_package import column_letters
from geodata.ingest.reading import reading

_DIGIT = re.compile(r"\d")


def letter_of(column: int) -> str:
    """Return what a column without a name is called, by its number in the sheet from 0: ``$A``."""
    return f"${column_letters(column)}"


def find_headless(cells: Cells, rows: Ints, first_column: int) -> Block | None:
    """Return where the records of a sheet begin that has no header, None for prose and lists.

    ``rows`` are the filled rows, ``first_column`` the number of the first column from 1. The block
    ends above the first record, which is never taken for a header, unless that holds what programs
    call columns without a name (F1, F2, F3).
    """
    rules = reading()["header"]
    scanned = cells[rows[: rules["scan_rows"]]]
    filled = (scanned != "").sum(axis=1)
    first = int(rows[int((filled * 2 > int(np.median(filled))).argmax())])
    below = cells[first : first + rules["looked_below"]]
    count = int((below != "").any(axis=1).sum())
    used = np.flatnonzero((below != "").sum(axis=0) * 2 > count)
    valued = sum(_holds_values(below[:, j]) for j in used.tolist())
    if len(used) < rules["least_names"] or valued < rules["valued_share"] * len(used):
        return None
    if count < rules["least_records"] or len({tuple(map(str, line)) for line in below}) == 1:
        return None
    top = [cell_text(cell) for cell in cells[first]]
    named = all(is_mute(text) for text in top if text)
    names = top if named else [letter_of(first_column - 1 + j) for j in range(cells.shape[1])]
    bottom = first if named else first - 1
    return Block(first, bottom, first, tuple(names), ("",) * len(names), 0, 0.0)


def _holds_values(column: Cells) -> bool:
    """Say whether most cells of a column have a digit, as coordinates, heights and codes do."""
    values = column[column != ""]
    digits = sum(not isinstance(cell, str) or bool(_DIGIT.search(cell)) for cell in values)
    return digits * 5 >= len(values) * 3
