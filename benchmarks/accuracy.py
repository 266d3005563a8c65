"""How well files are understood: kinds, columns, coordinate systems, matches, values, faults.

``python -m benchmarks.accuracy --files 220`` prints the table; ``--seed 17`` tells of one file.
"""

import argparse
import json
import math
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.judged.systems import SIZES
from benchmarks.judged.verdict import Counts, Verdict
from benchmarks.judging import judge_seed, judge_situations
from benchmarks.table import print_table
from benchmarks.varied.earlier import situations
from benchmarks.varied.world import build_world

FILES = 220
SITUATIONS = "all four situations"
BINS = 10


def run(seeds: Iterable[int], jobs: int = 2) -> list[Verdict]:
    """Judge the files of many seeds."""
    build_world()
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        return pool.map(judge_situations, list(seeds), chunksize=4)


def calibration_error(verdicts: Sequence[Verdict]) -> float:
    """Return the expected calibration error of the confidences, in bins of equal width."""
    bins: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for verdict in verdicts:
        for trust, (rows, hits) in verdict.trust.items():
            held = bins[min(int(trust * BINS), BINS - 1)]
            held[0] += rows
            held[1] += hits
            held[2] += trust * rows
    whole = sum(rows for rows, _, _ in bins.values())
    return sum(abs(hits - trust) for _, hits, trust in bins.values()) / whole if whole else math.nan


def table_rows(verdicts: Sequence[Verdict]) -> list[list[str]]:
    """Return the rows of the accuracy table: measure, figure, goal, met or not."""
    total: Counts = sum((verdict.counts for verdict in verdicts), Counter())

    def share(part: int, whole: str) -> float:
        return part / total[whole] if total[whole] else math.nan

    def least(name: str, figure: float, goal: float) -> list[str]:
        return [name, f"{figure:.2%}", f"≥ {goal:.1%}", _met(figure >= goal)]

    def most(name: str, figure: float, goal: float) -> list[str]:
        return [name, f"{figure:.2%}", f"≤ {goal:.1%}", _met(figure <= goal)]

    def told(name: str, figure: float) -> list[str]:
        return [name, f"{figure:.2%}", "", ""]

    kind = total["kind right"]
    right, first = total["required right"], total["required asked first"]
    wrong = sum(count for name, count in total.items() if name.startswith("crs wrong silent"))
    sizes = [
        (f"asked, of lists of {size}", total[f"crs asked {size}"], f"placed {size}")
        for _, size in SIZES
    ]
    error = calibration_error(verdicts)
    return [
        least("kind of each table", share(kind, "tables"), 0.995),
        told(
            "kind, or asked with the right one first",
            share(kind + total["kind asked first"], "tables"),
        ),
        told("required columns mapped", share(right, "required")),
        least(
            "required columns mapped, or asked with the right one first",
            share(right + first, "required"),
            0.99,
        ),
        told("other columns mapped", share(total["optional right"], "optional")),
        told("other columns taken for wrong ones", share(total["optional wrong"], "optional")),
        [f"coordinate system wrong and silent, in {SITUATIONS}", str(wrong), "0", _met(wrong == 0)],
        most(
            "files asked for their system where nothing else is known",
            share(total["files asked"], "files"),
            0.05,
        ),
        told("... whose own word on it is false", share(total["files asked lie"], "files")),
        told("... of files with positions", share(total["files asked"], "files placed")),
        told("... of tables with positions", share(total["crs asked"], "placed")),
        *[told(name, share(part, whole)) for name, part, whole in sizes],
        most(
            "tables asked although the counties named settle it, or the file says it",
            share(total["crs asked told"], "placed told"),
            0.05,
        ),
        *[
            most(f"files asked {name}", share(total[f"files asked {name}"], "files"), 0.05)
            for name in situations("")
        ],
        least("matching precision", share(total["matched right"], "matched"), 0.995),
        least("matching recall", share(total["matched right"], "rows"), 0.97),
        most("rows queued", share(total["queued"], "rows"), 0.02),
        ["expected calibration error", f"{error:.3f}", "≤ 0.02", _met(error <= 0.02)],
        told("settlements and places found", share(total["subjects right"], "subjects")),
        told("values right", share(total["values right"], "values")),
        told("wrong cells put in on purpose that were said", share(total["spoilt said"], "spoilt")),
        told("clean rows blamed", share(total["clean blamed"], "clean")),
        [
            "good files refused, and tracebacks",
            f"{total['refused']}, {total['crashed']}",
            "0, 0",
            _met(not total["refused"] + total["crashed"]),
        ],
    ]


def _met(good: bool) -> str:
    return "met" if good else "**missed**"


def measure(files: int = FILES) -> list[Verdict]:
    """Print the accuracy table of files made by the first seeds."""
    verdicts = run(range(files))
    rows = sum(verdict.counts["rows"] for verdict in verdicts)
    title = f"Files understood: {files} files by seed, {rows:,} rows"
    print_table(title, ["measure", "figure", "goal", ""], table_rows(verdicts))
    return verdicts


def print_worst(verdicts: Sequence[Verdict], each: int = 12) -> None:
    """Print what went wrong, by responsible area, with the seeds to make such a file again."""
    found: dict[str, list[tuple[int, Verdict, str]]] = defaultdict(list)
    for verdict in verdicts:
        for area, what in verdict.wrong:
            found[area].append((verdict.seed, verdict, what))
    for area, entries in sorted(found.items()):
        print(f"\n#### {area}: {len(entries)} in {len({seed for seed, _, _ in entries})} files\n")
        for seed, verdict, what in entries[:each]:
            print(f"- seed {seed} ({verdict.name}): {what}")
    slow = sorted(verdicts, key=lambda verdict: -verdict.seconds)[:3]
    print("\nslowest: " + ", ".join(f"seed {v.seed} {v.seconds:.1f} s" for v in slow))


def main() -> None:
    """Print the table and the worst files; or all that is known of one seed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    if chosen.seed is not None:
        verdict = judge_seed(chosen.seed)
        print(json.dumps(vars(verdict), ensure_ascii=False, indent=1, default=str))
        return
    verdicts = run(range(chosen.start, chosen.start + chosen.files))
    print_table(f"{chosen.files} files", ["measure", "figure", "goal", ""], table_rows(verdicts))
    print_worst(verdicts, chosen.each)
    if chosen.json:
        whole = [vars(verdict) for verdict in verdicts]
        chosen.json.write_text(json.dumps(whole, ensure_ascii=False, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
