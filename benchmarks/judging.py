"""Hold what was understood of a made-up file against its truth, and count what is right."""

# ruff: noqa: PD011 - the values of a truth are a mapping, no array
import math
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.variations import SheetTruth, Variation, make_variation
from benchmarks.varied.headers import header_key
from benchmarks.varied.world import build_world
from geodata.crs import geodesic_m
from geodata.errors import CoverageMapError
from geodata.ingest import Answers, CheckedTable, TableAnswer, check_file
from geodata.records import read_kinds

# A position this far from the truth was read in another system.
AWAY_M = 25.0
# What is counted of each file; see ``_judge``.
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


def judge_seed(seed: int) -> Verdict:
    """Make the file of a seed, have it read, and compare."""
    return judge(make_variation(seed))


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


def _check(verdict: Verdict, variation: Variation, answers: Answers) -> list[CheckedTable] | None:
    """Have a file read; a refusal of a good file, or a traceback, is counted and said."""
    register = build_world().city.register
    try:
        return check_file(variation.content, variation.name, register, variation.owner, answers)
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
        verdict.counts["required"] += len(_required(truth))
    return verdict


def _has(report: CheckedTable, pairs: list[tuple[SheetTruth, CheckedTable | None]]) -> bool:
    return any(paired is report for _, paired in pairs)


def _pair(
    truths: Sequence[SheetTruth], reports: Sequence[CheckedTable]
) -> list[tuple[SheetTruth, CheckedTable | None]]:
    """Find the report of each table: by its sheet's name, or the only one there is."""
    pairs: list[tuple[SheetTruth, CheckedTable | None]] = []
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


def _required(truth: SheetTruth) -> list[str]:
    if not truth.kind:
        return []
    fields = read_kinds()[truth.kind].fields
    needed = [name for name, entry in fields.items() if entry.required]
    return [name for name in (*needed, "x", "y") if name in truth.columns]


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
        counts["required"] += len(_required(truth))
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
        _judge_columns(verdict, truth, mapped)
    else:
        counts["required"] += len(_required(truth))
    if last is not None and last.kind == truth.kind:
        _judge_crs(verdict, truth, first, last)
        _judge_matches(verdict, truth, last)
        _judge_values(verdict, truth, last)
        _judge_faults(verdict, truth, last)
    else:
        counts["rows"] += len(truth.rows)
        verdict.blame("reading", f"{truth.sheet}: not read even when answered")


def _is_there(truth: SheetTruth, name: str, header: str, column: int | None) -> bool:
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


def _judge_columns(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    counts = verdict.counts
    found = {match.field: match for match in report.columns}
    guessed = {match.field: match for match in report.suggested}
    questions = {
        str(q.params.get("field")): q.options for q in report.questions if q.code == "column"
    }
    required = set(_required(truth))
    for name in truth.columns:
        level = "required" if name in required else "optional"
        counts[level] += 1
        match, options = found.get(name), questions.get(name, ())
        guess = guessed.get(name)
        offered = [(option, None) for option in options[:1]]
        offered += [(guess.header, guess.column)] if guess else []
        if match and _is_there(truth, name, match.header, match.column):
            counts[f"{level} right"] += 1
            if match.header.isascii() and match.header.isupper() and len(match.header) < 3:
                header = truth.columns[name][0][1]
                if header_key(header) != header_key(match.header):
                    verdict.blame("reading", f"header {header!r} lost, {match.header} instead")
        elif any(_is_there(truth, name, *offer) for offer in offered):
            counts[f"{level} asked first"] += 1
        else:
            counts[f"{level} {'wrong' if match else 'missed'}"] += 1
            where = match.header if match else f"nothing, asked {list(options)[:3]}"
            header = truth.columns[name][0][1]
            verdict.blame("columns", f"{truth.kind}.{name} under {header!r}: found in {where}")


def _judge_crs(
    verdict: Verdict, truth: SheetTruth, first: CheckedTable, last: CheckedTable
) -> None:
    if not truth.crs:
        return
    counts = verdict.counts
    counts["placed"] += 1
    counts["placed settled"] += truth.settled
    told = truth.settled or (truth.claim == "right" and truth.crs != "EPSG:4326")
    counts["placed told"] += told
    if any(question.code == "crs" for question in first.questions):
        counts["crs asked"] += 1
        counts["crs asked settled"] += truth.settled
        counts["crs asked told"] += told
        question = next(q for q in first.questions if q.code == "crs")
        same = {"EPSG:4326": "EPSG:4490"}.get(truth.crs, truth.crs)
        counts["crs asked right first"] += question.options[:1] == (same,)
        if told:
            about = f"{truth.crs}, {len(truth.rows)} rows, claim {truth.claim}"
            about += f", counties settle it: {truth.settled}, options {question.options}"
            verdict.blame("crs", f"{truth.sheet}: asked though it is told ({about})")
        return
    mapped = first.kind == truth.kind
    report = first if mapped else last
    away = _away(truth, report)
    if not len(away):
        counts["crs nothing placed"] += 1
        verdict.blame("crs", f"{truth.sheet}: no position read ({truth.crs})")
    elif np.median(away) > AWAY_M:
        said = [
            f.code for f in report.faults if f.code.startswith("crs_") and f.severity == "error"
        ]
        counts["crs wrong said" if said else "crs wrong silent"] += 1
        told = f"{truth.crs} taken for {report.crs.chosen} by {report.crs.decided_by}"
        told += f", claim {truth.claim}, {len(truth.rows)} rows, settled {truth.settled}"
        verdict.blame("crs", f"{truth.sheet}: {told}, {np.median(away):.0f} m off")
    else:
        counts["crs right"] += 1


def _joined(truth: SheetTruth, report: CheckedTable) -> pd.DataFrame:
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


def _away(truth: SheetTruth, report: CheckedTable) -> np.ndarray:
    both = _joined(truth, report) if len(report.records) else pd.DataFrame()
    if both.empty:
        return np.empty(0)
    both = both[both["got_lon"].notna() & both["true_lon"].notna() & (both["fault"] == "")]
    away = geodesic_m(both["got_lon"], both["got_lat"], both["true_lon"], both["true_lat"])
    return np.asarray(away)


def _queued(records: pd.DataFrame) -> pd.Series:
    """Say which records wait for a person to look at them."""
    return records["match_note"].fillna("").str.contains('"review"', regex=False)


def _judge_matches(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    counts = verdict.counts
    both = _joined(truth, report) if len(report.records) else None
    good = truth.rows["fault"] == ""
    counts["rows"] += int(good.sum())
    if both is None:
        verdict.blame("reading", f"{truth.sheet}: no record of {len(truth.rows)} rows")
        return
    both = both[(both["fault"] == "").to_numpy()]
    kept = both["record_id"].notna()
    if (~kept).sum() > 0.02 * len(both):
        codes = Counter(f.code for f in report.faults if f.severity == "error").most_common(3)
        verdict.blame("values", f"{truth.sheet}: {(~kept).sum()} of {len(both)} kept out: {codes}")
    area = read_kinds()[truth.kind].subject == "area"
    got, true = ("subject_id", "true_subject_id") if area else ("unit_code", "true_unit_code")
    matched = both[got].fillna("") != ""
    right = matched & (both[got] == both[true])
    queued = _queued(both)
    counts["kept out"] += int((~kept).sum())
    counts["queued"] += int(queued.sum())
    counts["matched"] += int((matched & ~queued).sum())
    counts["matched right"] += int((right & ~queued).sum())
    if read_kinds()[truth.kind].subject in {"settlement", "place"}:
        subject = both["subject_id"].fillna("")
        counts["subjects"] += len(both)
        counts["subjects found"] += int((subject != "").sum())
        counts["subjects right"] += int((subject == both["true_subject_id"]).sum())
    for trust, hit in zip(both["match_confidence"][matched], right[matched], strict=True):
        rows, hits = verdict.trust.get(round(float(trust), 3), (0, 0))
        verdict.trust[round(float(trust), 3)] = (rows + 1, hits + int(hit))
    _blame_matches(verdict, truth, both.assign(matched=matched, right=right, queued=queued))


def _blame_matches(verdict: Verdict, truth: SheetTruth, both: pd.DataFrame) -> None:
    words = [name for name in ("county_name", "township_name", "village_name") if name in both]
    for slip, rows in both.groupby("slip"):
        key = f"slip {slip or 'none'}"
        verdict.counts[key] += len(rows)
        verdict.counts[f"{key} right"] += int(rows["right"].sum())
        verdict.counts[f"{key} wrong"] += int((rows["matched"] & ~rows["right"]).sum())
    for what, rows in (
        ("wrong", both[both["matched"] & ~both["right"] & ~both["queued"]]),
        ("unmatched", both[~both["matched"] & both["record_id"].notna() & ~both["queued"]]),
    ):
        if len(rows):
            one = rows.iloc[0]
            said = "/".join(str(one[name]) for name in words)
            told = f"{said} is {one['true_unit_code']}, got {one['unit_code']!r}"
            told += f" by {one['match_method']} {one['match_confidence']}, slip {one['slip']!r}"
            verdict.blame("matching", f"{truth.sheet} ({truth.kind}): {len(rows)} {what}: {told}")


def _is_nothing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _same(kind: str, got: Any, true: Any) -> bool:
    """Say whether a value is the true one; where the cell was left empty, any is."""
    if kind == "list":
        return set(got if got is not None else ()) == set(true or ())
    if _is_nothing(true) or _is_nothing(got):
        return _is_nothing(true)
    ways: dict[str, Callable[[], bool]] = {
        "date": lambda: str(got) == pd.Timestamp(true).date().isoformat(),
        "boolean": lambda: bool(got) == bool(true),
        "number": lambda: math.isclose(float(got), float(true), abs_tol=0.1),
    }
    way = ways.get("number" if kind == "integer" else kind)
    return way() if way else str(got) == str(true)


def _judge_values(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    """Compare the values of fields that were found in their right columns."""
    if report.records.empty:
        return
    both = _joined(truth, report)
    both = both[(both["fault"] == "") & both["record_id"].notna()]
    found = {match.field: match for match in report.columns}
    for name, values in truth.values.items():
        match = found.get(name)
        if match is None or not _is_there(truth, name, match.header, match.column):
            continue
        kind = read_kinds()[truth.kind].all_fields[name].type
        pairs = [(got, values[at]) for got, at in zip(both[name], both["place"], strict=True)]
        bad = [(got, true) for got, true in pairs if not _same(kind, got, true)]
        verdict.counts["values"] += len(pairs)
        verdict.counts["values right"] += len(pairs) - len(bad)
        if bad:
            told = f"{truth.kind}.{name} under {match.header!r}: {len(bad)} of {len(pairs)} wrong"
            verdict.blame("values", f"{told}: {bad[0][0]!r} for {bad[0][1]!r}")


def _judge_faults(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    spoilt = truth.rows.loc[truth.rows["fault"] != "", ["row", "fault"]]
    said = {fault.place.row for fault in report.faults}
    for row, what in spoilt.itertuples(index=False):
        verdict.counts["spoilt"] += 1
        verdict.counts["spoilt said"] += row in said
        if row not in said:
            verdict.blame("values", f"{truth.sheet}: row {row}, {what}: nothing said")
    blamed = {
        fault.place.row
        for fault in report.faults
        if fault.severity == "error" and fault.place.row is not None
    }
    clean = truth.rows[(truth.rows["fault"] == "") & (truth.rows["slip"] == "")]
    verdict.counts["clean"] += len(clean)
    verdict.counts["clean blamed"] += int(clean["row"].isin(blamed).sum())
