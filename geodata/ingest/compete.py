"""Choose among columns that name the same field, by what stands in them, and say why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from geodata.crs import CGCS2000
from geodata.ingest.aliases import Hit
from geodata.ingest.guess import tells_apart
from geodata.ingest.header_forms import header_keys
from geodata.ingest.judge_values import Judge
from geodata.ingest.pair_offsets import Columns, pair_systems
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import settings
from geodata.records import Field, Kind

Candidates = dict[str, list[tuple[Hit, int]]]


@dataclass(frozen=True)
class Choice:
    """The column taken for a field, what else was there and why it was not taken.

    ``because``: ``fuller`` (more cells filled), ``readable`` (more cells that the field can take),
    ``pair`` (belongs to the pair of coordinates taken), ``offset`` (the other pair is what this one
    becomes by a shift), ``distinct`` (it tells the records apart), ``preferred`` (the header is
    known better), ``first`` (nothing tells them apart), "" where there was no other. ``systems``:
    those of the pairs that the shift between them tells.
    """

    column: int
    because: str = ""
    others: tuple[int, ...] = ()
    same: bool = True
    systems: Mapping[Columns, str] = field(default_factory=dict)


def choose_columns(
    table: RawTable, kind: Kind, hits: Candidates, judge: Judge
) -> dict[str, Choice]:
    """Return the column of each field that headers name."""
    paired = _choose_pair(table, kind, hits, judge)
    chosen = {
        name: _choose(
            table, kind.all_fields[name], found, judge, naming=name in {*kind.key, "name"}
        )
        for name, found in hits.items()
        if name not in paired
    }
    return {**chosen, **paired}


def _choose(
    table: RawTable, entry: Field, hits: list[tuple[Hit, int]], judge: Judge, *, naming: bool
) -> Choice:
    """Choose the fuller of two columns where that makes a difference, else the preferred alias.

    Of equal aliases the fuller column counts, the left one of equals. What names the records
    (``naming``) is taken from a column that tells them apart, where one does.
    """
    if len(hits) == 1:
        return Choice(hits[0][1])
    rule = settings()["kind"]
    good = {column: _good_share(table, column, entry, judge) for _, column in hits}
    most = max(good.values())
    near = [(hit, j) for hit, j in hits if good[j] >= most * rule["as_full"]] or hits
    distinct = [(hit, j) for hit, j in near if tells_apart(table, j)] if naming else []
    near = distinct or near
    best_rank = min(hit.rank for hit, _ in near)
    equal = [j for hit, j in near if hit.rank == best_rank]
    column = max(equal, key=lambda j: (good[j], -j))
    others = tuple(j for _, j in hits if j != column)
    same = all(_same(table, column, j) for hit, j in hits if hit.rank == best_rank)
    if distinct and len(distinct) < len(hits) and min(hit.rank for hit, _ in hits) < best_rank:
        because = "distinct"
    elif len(near) < len(hits) and min(hit.rank for hit, _ in hits) < best_rank:
        because = "fuller"
    elif any(hit.rank != best_rank for hit, _ in hits):
        because = "preferred"
    else:
        because = "fuller" if any(good[j] < good[column] for j in others) else "first"
    return Choice(column, because, others, same)


def _same(table: RawTable, one: int, other: int) -> bool:
    return not bool((table.columns[one] != table.columns[other]).any())


def filled_share(table: RawTable, column: int) -> float:
    """Return which share of a column's cells hold something."""
    cells = table.columns[column]
    return int(np.count_nonzero((cells != "") & (cells != "-"))) / max(len(cells), 1)


def _good_share(table: RawTable, column: int, entry: Field, judge: Judge) -> float:
    """Return which share of a column's cells is filled and can be the field's."""
    return filled_share(table, column) * judge.holds(column, entry)


def _choose_pair(table: RawTable, kind: Kind, hits: Candidates, judge: Judge) -> dict[str, Choice]:
    """Choose one pair of coordinate columns: the same words before longitude and latitude.

    Of several pairs a fuller one goes before one that others prove to be in CGCS2000, and that
    before the one with the preferred aliases. What is not of one pair is left to be chosen singly.
    """
    eastings, northings = hits.get("x", []), hits.get("y", [])
    if len(eastings) < 2 and len(northings) < 2:
        return {}
    pairs = [
        (easting, northing)
        for easting in eastings
        for northing in northings
        if pair_stem(table.headers[easting[1]]) == pair_stem(table.headers[northing[1]])
    ]
    if not pairs:
        return {}
    columns = [(x[1], y[1]) for x, y in pairs]
    good = [_pair_share(table, kind, pair, judge) for pair in columns]
    as_full = settings()["kind"]["as_full"]
    near = [i for i in range(len(pairs)) if good[i] >= max(good) * as_full]
    told = pair_systems(table, kind, columns) if len(pairs) > 1 else {}
    ranks = [(pairs[i][0][0].rank, *columns[i]) for i in range(len(pairs))]
    best = min(near, key=lambda i: (told.get(columns[i]) != CGCS2000, ranks[i]))
    preferred = min(range(len(pairs)), key=lambda i: ranks[i][:2])
    because = "pair" if len(pairs) == 1 else "preferred" if best == preferred else "fuller"
    if told.get(columns[best]) == CGCS2000:
        because = "offset"
    x, y = columns[best]
    return {
        "x": Choice(x, because, tuple(j for _, j in eastings if j != x), systems=told),
        "y": Choice(y, because, tuple(j for _, j in northings if j != y)),
    }


def _pair_share(table: RawTable, kind: Kind, pair: Sequence[int], judge: Judge) -> float:
    """Return which share of the rows has both coordinates, as far as their cells can be read."""
    x, y = (table.columns[j] for j in pair)
    both = (x != "") & (x != "-") & (y != "") & (y != "-")
    readable = min(
        judge.holds(j, kind.all_fields[name]) for name, j in zip("xy", pair, strict=True)
    )
    return int(np.count_nonzero(both)) / max(len(both), 1) * readable


def pair_stem(header: str) -> str:
    """Return what the two headers of a coordinate pair have in common: all but the axis."""
    keys = header_keys(header)
    stem = keys[1] if len(keys) > 1 else keys[0] if keys else ""
    for axis in settings()["header"]["axes"]:
        stem = stem.replace(axis, "")
    return stem
