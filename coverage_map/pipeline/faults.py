"""Faults for whoever mends a file: grouped by cause, or all of an upload, one a row."""

import csv
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

from coverage_map.pipeline.actors import Actor, allow_owner
from coverage_map.pipeline.reports import load_check
from coverage_map.pipeline.workspace import Workspace
from coverage_map.text import DEFAULT_LANGUAGE, Text
from geodata.errors import Fault, Severity, UsageError
from geodata.store.engine import read
from geodata.store.uploads import get_upload

COLUMNS = ("file", "sheet", "row", "column", "value", "rule", "fault", "remedy", "severity")
# A cell that begins like a formula is run by spreadsheets; a quote before it keeps it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
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


def write_faults(
    workspace: Workspace, actor: Actor, upload_id: str, *, language: str = DEFAULT_LANGUAGE
) -> str:
    """Return the faults of an upload's newest check as CSV with a heading, without a BOM.

    Raises:
        UsageError: there is no such upload or it was never read.
        NotAllowedError: the upload is not the actor's.
    """
    text = Text(language)
    with read(workspace.store.ledger) as connection:
        upload = get_upload(connection, upload_id)
    allow_owner(actor, "check", upload["owner"])
    check = load_check(workspace, upload["report_hash"]) if upload["report_hash"] else None
    if check is None:
        raise UsageError("upload_unknown", upload=upload_id[:80])
    out = StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow([text(f"faults.{name}") for name in COLUMNS])
    for fault in check.faults:
        sentence, remedy = text.fault(fault)
        place = fault.place
        cells = [place.file, place.sheet, place.row or "", place.column, place.value, fault.code]
        rows.writerow(
            [_plain(cell) for cell in [*cells, sentence, remedy]]
            + [text(f"severity.{fault.severity}")]
        )
    return out.getvalue()


def _plain(cell: object) -> str:
    written = str(cell)
    return f"'{written}" if written.startswith(FORMULA) else written
