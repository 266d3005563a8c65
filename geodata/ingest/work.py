"""A table while it is being checked."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geodata.errors import Fault, Place, Severity
from geodata.ingest.columns import Columns
from geodata.ingest.raw import RawTable
from geodata.ingest.values import cell_text


@dataclass
class Work:
    """A table while it is being checked: its frame, its faults and the rows that are bad.

    ``unread`` are the rows with a coordinate that could not be read; ``placed`` says which rows
    have a geometry in the end, ``located`` the coordinate system of each row, "" for none (yet).
    """

    table: RawTable
    file: str
    columns: Columns
    frame: pd.DataFrame
    faults: list[Fault]
    bad: np.ndarray
    extra: dict[int, dict[str, str]]
    unread: set[int] = field(default_factory=set)
    placed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    located: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=object))

    def blame(
        self,
        row: int,
        code: str,
        column: int = -1,
        params: dict[str, str | int | float] | None = None,
        severity: Severity = "error",
        value: str | None = None,
    ) -> None:
        """Write down a fault of a row; an error makes the row a bad one."""
        header = self.table.headers[column] if column >= 0 else ""
        if value is None:
            value = cell_text(self.table.columns[column][row]) if column >= 0 else ""
        number = int(self.table.rows[row])
        cell = self.table.numbers[column] if column >= 0 and self.table.numbers else None
        place = Place(self.file, self.table.sheet, number, header, value[:80], cell)
        self.faults.append(Fault(code, place, params or {}, severity))
        if severity == "error":
            self.bad[row] = True
