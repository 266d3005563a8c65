"""What is counted of a made-up file, and its records beside the truth about their rows."""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.variations import SheetTruth
from benchmarks.varied.headers import header_key
from geodata.crs import geodesic_m
from geodata.ingest import CheckedTable

# What is counted of each file; see ``judging`` and the rooms beside this.
Counts = Counter[str]


@dataclass
class Verdict:
    """What was counted of a file, and what went wrong in it by responsible area."""

    seed: int
    name: str
    format: str
    quirks: tuple[str, ...]
    counts: Counts = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    # Rounded confidence → (rows, right ones).
    trust: dict[float, tuple[int, int]] = field(default_factory=dict)
    seconds: float = 0.0

    def blame(self, area: str, what: str) -> None:
        """Write down what went wrong."""
        self.wrong.append((area, what))


def is_there(truth: SheetTruth, name: str, header: str, column: int | None) -> bool:
    """Say whether a column is one in which a field may rightly be found."""
    for number, written in truth.columns.get(name, ()):
        same = " ".join(header.split()) == " ".join(written.split())
        cut = len(header) > 1 and written.startswith(header.rstrip("�?")[:-1] or header)
        # In a sheet a column is known by its place, whichever line of a header it is called by.
        there = column == number and (truth.sheeted or cut)
        if same or there or header_key(header) == header_key(written):
            return True
    # A placemark's own name is the record's name, whatever else repeats it.
    return name == "name" and header == "name" and "name" in truth.columns


def joined(truth: SheetTruth, report: CheckedTable) -> pd.DataFrame:
    """Return the records beside the truth about their rows."""
    got = pd.DataFrame(report.records.drop(columns="geometry")).assign(
        got_lon=report.records.geometry.apply(_lon), got_lat=report.records.geometry.apply(_lat)
    )
    wanted = truth.rows.rename(
        columns={name: f"true_{name}" for name in ("unit_code", "subject_id", "lon", "lat")}
    ).assign(place=np.arange(len(truth.rows)))
    return wanted.merge(got, on="row", how="left")


def _lon(shape: Any) -> float:
    return _middle(shape)[0]


def _lat(shape: Any) -> float:
    return _middle(shape)[1]


def _middle(shape: Any) -> tuple[float, float]:
    if shape is None or shape.is_empty:
        return math.nan, math.nan
    point = shape if shape.geom_type == "Point" else shape.interpolate(0.5, normalized=True)
    return point.x, point.y


def distances(truth: SheetTruth, report: CheckedTable) -> np.ndarray:
    """Return how far records stand from where they do in truth, in metres."""
    both = joined(truth, report) if len(report.records) else pd.DataFrame()
    if both.empty:
        return np.empty(0)
    both = both[both["got_lon"].notna() & both["true_lon"].notna() & (both["fault"] == "")]
    away = geodesic_m(both["got_lon"], both["got_lat"], both["true_lon"], both["true_lat"])
    return np.asarray(away)
