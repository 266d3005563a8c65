"""Hold the values and the faults that were said against the truth."""

# ruff: noqa: PD011 - the values of a truth are a mapping, no array
import math
from collections.abc import Callable
from typing import Any

import pandas as pd

from benchmarks.judged.verdict import Verdict, is_there, joined
from benchmarks.variations import SheetTruth
from geodata.ingest import CheckedTable
from geodata.records import read_kinds


def _is_nothing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _same(kind: str, got: Any, true: Any) -> bool:
    """Say whether a value is the true one; where the cell was left empty, any is."""
    if kind == "list":
        return set(got if got is not None else ()) == set(true or ())
    if kind == "numbers":
        return [float(v) for v in (got if got is not None else ())] == [float(v) for v in true]
    if _is_nothing(true) or _is_nothing(got):
        return _is_nothing(true)
    ways: dict[str, Callable[[], bool]] = {
        "date": lambda: str(got) == pd.Timestamp(true).date().isoformat(),
        "boolean": lambda: bool(got) == bool(true),
        "number": lambda: math.isclose(float(got), float(true), abs_tol=0.1),
    }
    way = ways.get("number" if kind == "integer" else kind)
    return way() if way else str(got) == str(true)


def judge_values(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    """Compare the values of fields that were found in their right columns."""
    if report.records.empty:
        return
    both = joined(truth, report)
    both = both[(both["fault"] == "") & both["record_id"].notna()]
    found = {match.field: match for match in report.columns}
    for name, values in truth.values.items():
        match = found.get(name)
        if match is None or not is_there(truth, name, match.header, match.column):
            continue
        kind = read_kinds()[truth.kind].all_fields[name].type
        pairs = [(got, values[at]) for got, at in zip(both[name], both["place"], strict=True)]
        bad = [(got, true) for got, true in pairs if not _same(kind, got, true)]
        verdict.counts["values"] += len(pairs)
        verdict.counts["values right"] += len(pairs) - len(bad)
        if bad:
            told = f"{truth.kind}.{name} under {match.header!r}: {len(bad)} of {len(pairs)} wrong"
            verdict.blame("values", f"{told}: {bad[0][0]!r} for {bad[0][1]!r}")


def judge_faults(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    """Count wrong cells put in on purpose that were said, and clean rows that were blamed."""
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
