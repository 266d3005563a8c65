"""A cell as it stands: its text as a person reads it, and what parsing it gives."""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from geodata.ingest.raw import Cells
from geodata.records import Field

# Beyond this a spreadsheet's number has no whole digits to show.
_WHOLE = 1e21

Params = dict[str, str | int | float]


@dataclass(frozen=True)
class Parsed:
    """A cell's value (None for nothing), its fault code, whether several numbers stood there."""

    value: Any = None
    code: str = ""
    params: Params = field(default_factory=dict)
    several: bool = False


NOTHING = Parsed()
# Takes the cell, its text and the field.
Parser = Callable[[Any, str, Field], Parsed]
# Takes distinct cells and the field; returns the values of plain cells, None for the others.
Quick = Callable[[Cells, Field], list[Any]]


@dataclass(frozen=True)
class Reading:
    """How a column is read: its parser, and what is to be said of the column as a whole.

    ``quick`` parses plain cells faster than the parser, to the same values.
    """

    parse: Parser
    notes: tuple[Parsed, ...] = ()
    quick: Quick | None = None


def cell_text(cell: Any) -> str:
    """Return a cell as a person reads it: whole numbers without a point, dates as ISO."""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _WHOLE else repr(cell)
    if isinstance(cell, dt.datetime):
        clock = cell.time() != dt.time()
        return cell.isoformat(" ") if clock else cell.date().isoformat()
    return str(cell)


def is_number(cell: Any) -> bool:
    """Say whether a cell is a finite number (true and false are none)."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and math.isfinite(cell)
