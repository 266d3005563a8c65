"""Hold the units that records were matched to against the truth."""

from collections import Counter

import pandas as pd

from benchmarks.judged.verdict import Verdict, joined
from benchmarks.variations import SheetTruth
from geodata.ingest import CheckedTable
from geodata.records import read_kinds


def _queued(records: pd.DataFrame) -> pd.Series:
    """Say which records wait for a person to look at them."""
    return records["match_note"].fillna("").str.contains('"review"', regex=False)


def judge_matches(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    """Count rows matched, rightly, and queued, and confidences with what became of them."""
    counts = verdict.counts
    both = joined(truth, report) if len(report.records) else None
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
