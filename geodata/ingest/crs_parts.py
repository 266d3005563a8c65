"""Find the rows of a table that are in another coordinate system than the rest, by a column.

A list that was put together from two sources often keeps a column that says which row came from
where. Such a column is believed when the rows of at least two of its values have sure and different
systems.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.ingest.hypotheses import Hypothesis, Ints, in_named
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import settings
from geodata.ingest.values import cell_text
from geodata.ingest.weighing import (
    Evidence,
    Verdict,
    choose,
    lead,
    strongest_contrary,
    sure_by_areas,
)


@dataclass(frozen=True)
class Label:
    """A column with few values: its header, the values, and for each row which of them it has."""

    header: str
    values: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True)
class Split:
    """A column that explains different systems, and what each of its values comes to."""

    label: Label
    verdicts: tuple[Verdict, ...]


Labels = Callable[[], Sequence[Label]]


def find_labels(table: RawTable) -> list[Label]:
    """Return the columns that have at least two values and not too many."""
    most = settings()["crs"]["rule"]["part_values"]
    labels = []
    for header, cells in zip(table.headers, table.columns, strict=True):
        codes, found = pd.factorize(cells, use_na_sentinel=False)
        if not 2 <= len(found) <= most:
            continue
        values = tuple(cell_text(cell).strip() for cell in found)
        labels.append(Label(header, values, np.asarray(codes, dtype=np.int64)))
    return labels


def split_by_column(evidence: Evidence, whole: Verdict, rows: Ints, labels: Labels) -> Split | None:
    """Return the column that explains why rows speak for different systems, if there is one.

    Args:
        evidence: of the rows looked at.
        whole: what they come to together; where nothing speaks against it, no column is tried.
        rows: where the rows looked at stand in the table.
        labels: returns the table's columns with few values.
    """
    if whole.chosen is not None:
        if whole.decided_by == "range" or not strongest_contrary(whole.chosen, evidence)[1]:
            return None
    elif sum(bool(one.inside.any()) for one in evidence.possible) < 2:
        return None
    best, most = None, 0
    for label in labels():
        codes = label.codes[rows]
        groups = [np.flatnonzero(codes == value) for value in range(len(label.values))]
        sure = [_sure(evidence.take(group)) for group in groups]
        if len({one.name for one in sure if one is not None}) < 2:
            continue
        explained = sum(int(one.inside.sum()) for one in sure if one is not None)
        if explained > most:
            verdicts = tuple(
                Verdict(one, "evidence", "areas")
                if one is not None
                else choose(evidence.take(group))
                for one, group in zip(sure, groups, strict=True)
            )
            best, most = Split(label, verdicts), explained
    return best


def _sure(evidence: Evidence) -> Hypothesis | None:
    """Return the system that a part is sure of, where borders on all sides could tell.

    Rows along one border only fall inside under any shift away from it. So the winner must have
    rows too that would fall out if they were shifted as far on the other side of it.
    """
    best = sure_by_areas(evidence, "part_rows")
    if best is None:
        return None
    rows = np.arange(len(best.lon))
    for other in evidence.rivals(best):
        beyond = in_named(
            evidence.positions, rows, 2 * best.lon - other.lon, 2 * best.lat - other.lat
        )
        if lead(best.inside, beyond, evidence.cells)[0] < settings()["crs"]["rule"]["mixed_rows"]:
            return None
    return best
