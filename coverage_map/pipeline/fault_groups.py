"""Faults grouped by cause: what pages and the command line show first."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from geodata.errors import Fault, Severity

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class FaultGroup:
    """Faults of one cause in one column of a table, by row; of distances the farthest first."""

    severity: Severity
    code: str
    column: str
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the rows it is about, each once; none where it is about the whole table."""
        return tuple(dict.fromkeys(f.place.row for f in self.faults if f.place.row is not None))


def group_faults(faults: Iterable[Fault]) -> tuple[FaultGroup, ...]:
    """Return faults by cause: errors first, then warnings, then notes, of each the most first."""
    groups: dict[tuple[Severity, str, str], list[Fault]] = defaultdict(list)
    for fault in faults:
        groups[fault.severity, fault.code, fault.place.column].append(fault)
    ordered = sorted(groups.items(), key=lambda item: (_ORDER[item[0][0]], -len(item[1])))
    return tuple(FaultGroup(*cause, tuple(sorted(some, key=_km))) for cause, some in ordered)


def _km(fault: Fault) -> float:
    """Return minus the distance that a fault tells of, 0 where it tells of none."""
    km = fault.params.get("km", 0)
    return -float(km) if isinstance(km, int | float) else -math.inf
