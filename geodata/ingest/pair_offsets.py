"""Tell the systems of two coordinate pairs in a row by the shift between them.

GCJ-02 and BD-09 are known shifts of WGS 84, by 300 to 1,300 m and another at every place. Where one
pair of columns is what another becomes under one of them, row by row, both are told.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt

from geodata.crs import geodesic_m, to_cgcs2000
from geodata.crs_zones import can_be
from geodata.ingest.hypotheses import GEOGRAPHIC
from geodata.ingest.profile_values import value_shapes
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import settings
from geodata.ingest.values import parse_column
from geodata.records import Kind

Floats = npt.NDArray[np.float64]
Columns = tuple[int, int]


def pair_systems(table: RawTable, kind: Kind, pairs: Sequence[Columns]) -> Mapping[Columns, str]:
    """Return the systems of coordinate pairs (columns of x and y) that prove each other.

    Nothing for pairs that contradict themselves, that are equal, or that no shift leads to.
    """
    values = {pair: _read(table, kind, pair) for pair in pairs}
    found: dict[Columns, set[str]] = {}
    for one, other in combinations(pairs, 2):
        for system, its in _shifts(values[one], values[other]):
            found.setdefault(one, set()).add(system)
            found.setdefault(other, set()).add(its)
    return {pair: next(iter(told)) for pair, told in found.items() if len(told) == 1}


def _read(table: RawTable, kind: Kind, pair: Columns) -> tuple[Floats, Floats]:
    """Read a sample of a pair, the same rows for every pair."""
    size = int(value_shapes()["rule"]["sample"])
    rows = np.unique(np.linspace(0, len(table.rows) - 1, size).astype(np.int64))
    x, y = (
        np.asarray(
            parse_column(table.columns[column][rows], kind.all_fields[name]).array, dtype=float
        )
        for name, column in zip("xy", pair, strict=True)
    )
    return x, y


def _shifts(
    one: tuple[Floats, Floats], other: tuple[Floats, Floats]
) -> tuple[tuple[str, str], ...]:
    """Return the one pair of systems under which two pairs of numbers are the same places."""
    rule = settings()["crs"]["rule"]
    degrees = np.logical_and.reduce([can_be(GEOGRAPHIC[0], x, y) for x, y in (one, other)])
    if len(np.unique(np.round(one[0][degrees], 4))) < rule["pair_rows"]:
        return ()
    fitting = []
    for system, its in permutations(GEOGRAPHIC, 2):
        first = to_cgcs2000(one[0][degrees], one[1][degrees], system)
        second = to_cgcs2000(other[0][degrees], other[1][degrees], its)
        with np.errstate(invalid="ignore"):
            near = geodesic_m(*first, *second) <= rule["pair_m"]
        if near.mean() >= rule["pair_share"]:
            fitting.append((system, its))
    return tuple(fitting) if len(fitting) == 1 else ()
