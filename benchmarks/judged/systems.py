"""Hold the coordinate systems that were taken and asked about against the truth."""

from collections.abc import Iterable

import numpy as np

from benchmarks.judged.verdict import Verdict, distances
from benchmarks.variations import SheetTruth
from geodata.ingest import CheckedTable

# A position this far from the truth was read in another system.
AWAY_M = 25.0
# Lists by how many rows they have: the upper bound, and what they are called.
SIZES = ((60, "under 60 rows"), (400, "60 to 400 rows"), (np.inf, "400 rows and more"))


def is_asked(report: CheckedTable) -> bool:
    """Say whether a table's system is asked about."""
    return any(question.code == "crs" for question in report.questions)


def judge_system(
    verdict: Verdict, truth: SheetTruth, first: CheckedTable, last: CheckedTable
) -> None:
    """Count a table asked about, right, or wrong; and if it was asked though it is told."""
    if not truth.crs:
        return
    counts = verdict.counts
    size = next(name for most, name in SIZES if len(truth.rows) < most)
    told = truth.settled or (truth.claim == "right" and truth.crs != "EPSG:4326")
    counts["placed"] += 1
    counts[f"placed {size}"] += 1
    counts["placed told"] += told
    if not is_asked(first):
        _judge_taken(verdict, truth, first if first.kind == truth.kind else last, "")
        return
    counts["crs asked"] += 1
    counts[f"crs asked {size}"] += 1
    counts["crs asked told"] += told
    if told:
        options = next(q for q in first.questions if q.code == "crs").options
        about = f"{truth.crs}, {len(truth.rows)} rows, claim {truth.claim}"
        about += f", counties settle it: {truth.settled}, options {options}"
        verdict.blame("crs", f"{truth.sheet}: asked though it is told ({about})")


def judge_situation(
    verdict: Verdict, pairs: Iterable[tuple[SheetTruth, CheckedTable | None]], situation: str
) -> None:
    """Count files asked about, and tables wrong, where more is known than the file itself."""
    asked = False
    for truth, report in pairs:
        if report is None or not truth.crs or report.kind != truth.kind:
            continue
        asked |= is_asked(report)
        if not is_asked(report):
            _judge_taken(verdict, truth, report, situation)
    verdict.counts[f"files asked {situation}"] += asked


def _judge_taken(verdict: Verdict, truth: SheetTruth, report: CheckedTable, situation: str) -> None:
    """Say whether rows stand where they should under the system that was taken."""
    counts = verdict.counts
    away = distances(truth, report)
    if not len(away):
        counts["crs nothing placed"] += not situation
        if not situation:
            verdict.blame("crs", f"{truth.sheet}: no position read ({truth.crs})")
    elif np.median(away) > AWAY_M:
        errors = [fault for fault in report.faults if fault.severity == "error"]
        said = any(fault.code.startswith("crs_") for fault in errors)
        counts["crs wrong said" if said else f"crs wrong silent {situation}".strip()] += 1
        told = f"{truth.crs} taken for {report.crs.chosen} by {report.crs.decided_by}"
        told += f" ({report.crs.ground}) {situation}"
        told += f", claim {truth.claim}, {len(truth.rows)} rows, settled {truth.settled}"
        verdict.blame("crs", f"{truth.sheet}: {told}, {np.median(away):.0f} m off")
    else:
        counts[f"crs right {situation}".strip()] += 1
