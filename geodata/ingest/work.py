"""A table while it is being checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from geodata.errors import Fault, Place, Severity
from geodata.ingest.columns import Columns
from geodata.ingest.raw import RawTable
from geodata.ingest.values import cell_text

Params = Mapping[str, str | int | float]


@dataclass
class Work:
    """A table while it is being checked: its frame, its faults and the rows that are bad.

    ``unread`` are the rows with a coordinate that could not be read; ``placed`` says which rows
    have a geometry in the end, ``located`` the coordinate system of each row. ``written`` holds by
    column a mask of the rows whose cell is kept as it was written, because its field could not take
    it whole.
    """

    table: RawTable
    file: str
    columns: Columns
    frame: pd.DataFrame
    faults: list[Fault]
    bad: np.ndarray
    unread: set[int] = field(default_factory=set)
    placed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    located: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=object))
    written: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def has_shapes(self) -> bool:
        """Say whether the table came with geometries of its own."""
        shapes = self.table.geometry
        return shapes is not None and any(shape is not None for shape in shapes)

    def blame(
        self,
        row: int,
        code: str,
        column: int = -1,
        params: Params | None = None,
        severity: Severity = "error",
        value: str | None = None,
    ) -> None:
        """Write down a fault of a row; an error makes the row a bad one."""
        header = self.table.headers[column] if column >= 0 else ""
        if value is None:
            value = cell_text(self.table.columns[column][row]) if column >= 0 else ""
        number = int(self.table.rows[row])
        place = Place(self.file, self.table.sheet, number, header, value[:80], self._number(column))
        self.faults.append(Fault(code, place, params or {}, severity))
        if severity == "error":
            self.bad[row] = True

    def keep(self, rows: list[int], column: int) -> None:
        """Keep what stood in the cells of some rows beside what their field made of it."""
        if column >= 0 and rows:
            blank = np.zeros(len(self.table.rows), dtype=bool)
            self.written.setdefault(column, blank)[rows] = True

    def note(
        self, code: str, column: int, params: Params | None = None, severity: Severity = "note"
    ) -> None:
        """Write down what is to be said once of a whole column; -1 of the table."""
        header = self.table.headers[column] if column >= 0 else ""
        place = Place(self.file, self.table.sheet, None, header, "", self._number(column))
        self.faults.append(Fault(code, place, params or {}, severity))

    def _number(self, column: int) -> int | None:
        return self.table.numbers[column] if column >= 0 and self.table.numbers else None

    def settle(self, name: str, code: str = "column_missing") -> None:
        """Withdraw the question for a field's column and its fault: the field is known without."""
        questions = tuple(
            question
            for question in self.columns.questions
            if question.code != "column" or question.params.get("field") != name
        )
        suggested = tuple(match for match in self.columns.suggested if match.field != name)
        self.columns = replace(self.columns, questions=questions, suggested=suggested)
        self.faults = [
            fault
            for fault in self.faults
            if fault.code != code or fault.params.get("field") != name
        ]
