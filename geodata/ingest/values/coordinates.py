"""Cells become coordinates: decimal numbers, degrees, minutes and seconds, pairs in one cell."""

import math
import re
from typing import Any

import numpy as np
import pandas as pd

from geodata.ingest.raw import Cells
from geodata.ingest.settings import plain, settings
from geodata.ingest.values.cells import Parsed, cell_text
from geodata.ingest.values.numbers import split_number
from geodata.records import Field

_BEHIND = {"", "°", "度", "e", "n", "w", "s", "m", "米", "°e", "°n", "°w", "°s"}
_SIDE = r"(东经|西经|北纬|南纬|[NSEW东西南北])?"
_DEGREES = re.compile(
    _SIDE + r"[:\s]*(\d{1,3})\s*[°度º˚:\s-]\s*(\d{1,2}(?:\.\d+)?)?\s*(?:['′’‘`´分:\s-]\s*)?"
    r"(\d{1,2}(?:\.\d+)?)?\s*(?:[\"″”“秒]|''|′′|’’|‘‘|´´)?\s*" + _SIDE,
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(东经|西经|北纬|南纬|[NSEW东西南北])[:\s]*(\d.*)", re.IGNORECASE)
_NEGATIVE = frozenset({"S", "W", "南", "西", "南纬", "西经"})
_POINT = re.compile(r"(?:srid=\d+;)?point(?: ?z)? ?\((.*)\)", re.IGNORECASE)
_APART = re.compile(r"[,、;|/]\s*|\s+(?=[NSEW东西南北\d])|(?<=[NSEW东西南北])(?=\d)", re.IGNORECASE)


def parse_coordinate(cell: Any, text: str, entry: Field) -> Parsed:
    """Return a coordinate: a number, or degrees, minutes and seconds."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        value: float | None = float(cell) if math.isfinite(cell) else None
    else:
        value = read_coordinate(plain(text))
    if value is None:
        return Parsed(None, "coordinate_unread", {"field": entry.name})
    return Parsed(value)


def read_coordinate(half: str) -> float | None:
    """Read a coordinate from half-width text; south and west are negative."""
    split = split_number(half)
    if split and split[1] in _BEHIND:
        return -split[0] if split[1][-1:] in {"s", "w"} else split[0]
    before = _BEFORE.fullmatch(half)
    split = split_number(before[2]) if before else None
    if before and split and split[1] in {"", "°", "度"}:
        return -split[0] if before[1].upper() in _NEGATIVE else split[0]
    found = _DEGREES.fullmatch(half)
    if not found:
        return None
    ahead, degrees, minutes, seconds, after = found.groups()
    minute, second = float(minutes or 0), float(seconds or 0)
    if minute >= 60 or second >= 60:
        return None
    sign = -1.0 if (ahead or after or "E").upper() in _NEGATIVE else 1.0
    return sign * (float(degrees) + minute / 60 + second / 3600)


def split_pairs(cells: Cells) -> tuple[Cells, Cells] | None:
    """Split a column that holds both coordinates of a pair in each cell, longitude first or last.

    Returns:
        The longitudes (or what stands first) and the latitudes as numbers, the other cells as they
        were in both; nothing where less than half of the filled cells hold a pair.
    """
    codes, uniques = pd.factorize(cells)
    pairs = [read_pair(cell) for cell in uniques]
    count = sum(pair is not None for pair in pairs)
    filled = sum(cell_text(cell) != "" for cell in uniques)
    if not count or count * 2 < filled:
        return None
    halves: list[Cells] = []
    for side in (0, 1):
        column = np.empty(len(uniques) + 1, dtype=object)
        column[:-1] = [
            cell if pair is None else pair[side] for cell, pair in zip(uniques, pairs, strict=True)
        ]
        halves.append(column[codes])
    return halves[0], halves[1]


def read_pair(cell: Any) -> tuple[float, float] | None:
    """Return the two coordinates of a cell, longitude first where the numbers tell."""
    if not isinstance(cell, str) or len(cell) < 3:
        return None
    half = plain(cell).strip("()[] ")
    if point := _POINT.fullmatch(plain(cell)):
        half = point[1].strip()
    pieces = [piece for piece in _APART.split(half) if piece]
    if len(pieces) % 2 or len(pieces) > 6:
        return None
    middle = len(pieces) // 2
    first, second = (read_coordinate(" ".join(part)) for part in (pieces[:middle], pieces[middle:]))
    if first is None or second is None:
        return None
    return (second, first) if _is_lonlat(second, first) else (first, second)


def _is_lonlat(x: float, y: float) -> bool:
    rules = settings()["coordinates"]
    west, east = rules["longitude"]
    south, north = rules["latitude"]
    return bool(west <= x <= east and south <= y <= north)


def in_ranges(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return a mask of the positions that are degrees of longitude and latitude in China."""
    rules = settings()["coordinates"]
    west, east = rules["longitude"]
    south, north = rules["latitude"]
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))
