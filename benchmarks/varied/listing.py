"""A table before it is laid out on a page, with the truth about it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.varied.positions import System

PLACE_FIELDS = ("county_name", "township_name", "village_name", "given_code")


@dataclass
class Table:
    """A table before it is laid out, with the truth about it.

    ``columns`` are (field or "", header, cells); ``accepted`` lists for each field the columns it
    may rightly be found in. ``truth`` has a row a record: unit_code, subject_id, lon, lat, slip
    and the true values; ``spoilt`` a list of (record, column, what).
    """

    kind: str
    columns: list[tuple[str, str, list[Any]]]
    accepted: dict[str, list[int]]
    truth: pd.DataFrame
    values: dict[str, list[Any]]
    system: System | None = None
    settled: bool = True
    spoilt: list[tuple[int, int, str]] = field(default_factory=list)
    note: str = ""
    quirks: list[str] = field(default_factory=list)
    shapes: np.ndarray | None = None

    @property
    def headers(self) -> list[str]:
        """Return the headers as they stand in the file."""
        return [header for _, header, _ in self.columns]
