"""Hold what was understood of a made-up file against its truth, and count what is right."""

import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from benchmarks.judged.columns import judge_columns, required_fields
from benchmarks.judged.matches import judge_matches
from benchmarks.judged.systems import is_asked, judge_situation, judge_system
from benchmarks.judged.values import judge_faults, judge_values
from benchmarks.judged.verdict import Verdict
from benchmarks.variations import SheetTruth, Variation, make_variation
from benchmarks.varied.earlier import Situation, situations
from benchmarks.varied.positions import DEGREES
from benchmarks.varied.world import build_world
from geodata.errors import CoverageMapError
from geodata.ingest import Answers, CheckedTable, TableAnswer, check_file

Pairs = list[tuple[SheetTruth, CheckedTable | None]]


def judge_seed(seed: int) -> Verdict:
    """Make the file of a seed, have it read, and compare."""
    return judge(make_variation(seed))


def judge_situations(seed: int) -> Verdict:
    """Judge the file of a seed, and its systems where more is known than the file itself."""
    variation = make_variation(seed)
    verdict = judge(variation)
    # Numbers in metres tell their system by their size, whatever else is known.
    told = verdict.counts["files asked"] == 0
    if any(truth.crs in DEGREES or (truth.crs and not told) for truth in variation.sheets):
        for name, situation in situations(variation.owner).items():
            reports = _check(verdict, variation, Answers(), situation)
            judge_situation(verdict, _pair(variation.sheets, reports or ()), name)
    return verdict


def judge(variation: Variation) -> Verdict:
    """Have a file read as it is, then with what it asks answered; compare with the truth."""
    verdict = Verdict(variation.seed, variation.name, variation.format, variation.quirks)
    verdict.counts["files"] += 1
    start = time.perf_counter()
    reports = _check(verdict, variation, Answers())
    verdict.seconds = time.perf_counter() - start
    if reports is None:
        return _missed(verdict, variation)
    pairs = _pair(variation.sheets, reports)
    placed = [report for truth, report in pairs if truth.crs]
    verdict.counts["files placed"] += bool(placed)
    asked = [truth for truth, report in pairs if truth.crs and report and is_asked(report)]
    verdict.counts["files asked"] += bool(asked)
    verdict.counts["files asked lie"] += any(truth.claim == "lie" for truth in asked)
    answers = {}
    for truth, report in pairs:
        if report is not None and (answer := _answer(truth, report)) is not None:
            answers[report.sheet] = answer
    final = {report.sheet: report for report in reports}
    if answers:
        again = _check(verdict, variation, Answers(answers))
        final = {report.sheet: report for report in again or ()}
    for truth, report in pairs:
        last = final.get(report.sheet) if report is not None else None
        _judge(verdict, truth, report, last)
    extra = [report for report in reports if report.kind and not _has(report, pairs)]
    for report in extra:
        verdict.counts["tables"] += 1
        verdict.blame("kind", f"{report.sheet}: taken for {report.kind}")
    return verdict


def _check(
    verdict: Verdict, variation: Variation, answers: Answers, situation: Situation | None = None
) -> list[CheckedTable] | None:
    """Have a file read; a refusal of a good file, or a traceback, is counted and said."""
    here = situation or Situation(build_world().city.register)
    try:
        return check_file(
            variation.content,
            variation.name,
            here.register,
            variation.owner,
            answers,
            known=here.known,
        )
    except Exception as error:  # noqa: BLE001 - what a reader must never raise is what is counted
        refused = isinstance(error, CoverageMapError)
        verdict.counts["refused" if refused else "crashed"] += 1
        frames = traceback.extract_tb(error.__traceback__)
        last = next((f for f in reversed(frames) if "geodata" in f.filename), frames[-1])
        where = f"{Path(last.filename).name}:{last.lineno}"
        told = f"{type(error).__name__}: {str(error)[:120]} at {where}"
        verdict.blame("reading", f"{told}{', when answered' if answers.tables else ''}")
        return None


def _missed(verdict: Verdict, variation: Variation) -> Verdict:
    """Count everything in a file as missed."""
    for truth in variation.sheets:
        verdict.counts["tables"] += 1
        verdict.counts["rows"] += len(truth.rows)
        verdict.counts["required"] += len(required_fields(truth))
    return verdict


def _has(report: CheckedTable, pairs: Pairs) -> bool:
    return any(paired is report for _, paired in pairs)


def _pair(truths: Sequence[SheetTruth], reports: Sequence[CheckedTable]) -> Pairs:
    """Find the report of each table: by its sheet's name, or the only one there is."""
    pairs: Pairs = []
    for truth in truths:
        named = [
            r for r in reports if r.sheet == truth.sheet or r.sheet.endswith(f"/{truth.sheet}")
        ]
        if not named and len(truths) == 1:
            named = sorted(reports, key=lambda report: -report.rows)
        pairs.append((truth, named[0] if named else None))
    return pairs


def _answer(truth: SheetTruth, report: CheckedTable) -> TableAnswer | None:
    """Return what a person who knows the file would answer, if anything is asked or wrong."""
    if not report.questions and report.kind == truth.kind:
        return None
    if not truth.kind:
        return TableAnswer(kind="none")
    asked = {str(q.params.get("field")) for q in report.questions if q.code == "column"}
    columns = {
        name: truth.columns[name][0][1] if name in truth.columns else "" for name in sorted(asked)
    }
    crs = "EPSG:4490" if truth.crs == "EPSG:4326" else truth.crs
    return TableAnswer(kind=truth.kind, crs=crs, columns=columns)


def _judge(
    verdict: Verdict,
    truth: SheetTruth,
    first: CheckedTable | None,
    last: CheckedTable | None,
) -> None:
    counts = verdict.counts
    counts["tables"] += 1
    if first is None:
        verdict.blame("reading", f"{truth.sheet}: no table of this name")
        counts["required"] += len(required_fields(truth))
        counts["rows"] += len(truth.rows)
        return
    asked = {question.code: question for question in first.questions}
    options = asked["kind"].options if "kind" in asked else ()
    if first.kind == truth.kind:
        counts["kind right"] += 1
    elif options[:1] == (truth.kind,):
        counts["kind asked first"] += 1
        verdict.blame("kind", f"{truth.sheet}: asked, right one first, of {options}")
    else:
        said = first.kind or f"{first.reason}, asked {options}"
        verdict.blame("kind", f"{truth.sheet}: {truth.kind or 'none'} taken for {said}")
    if not truth.kind:
        return
    mapped = first if first.kind == truth.kind else last
    if mapped is not None and mapped.kind == truth.kind:
        judge_columns(verdict, truth, mapped)
    else:
        counts["required"] += len(required_fields(truth))
    if last is not None and last.kind == truth.kind:
        judge_system(verdict, truth, first, last)
        judge_matches(verdict, truth, last)
        judge_values(verdict, truth, last)
        judge_faults(verdict, truth, last)
    else:
        counts["rows"] += len(truth.rows)
        verdict.blame("reading", f"{truth.sheet}: not read even when answered")
