"""Each known header withheld in turn: is its column still mapped, or asked with it first?

``python -m benchmarks.withheld`` prints the table; the file of one alias is made from its number.
"""

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.judged.verdict import Verdict
from benchmarks.judging import judge
from benchmarks.table import print_table
from benchmarks.variations import SheetTruth, Variation
from benchmarks.varied.files import write_xlsx
from benchmarks.varied.headers import clear_aliases, header_key
from benchmarks.varied.listing import PLACE_FIELDS
from benchmarks.varied.sheets import Frills, lay_out
from benchmarks.varied.tables import WHAT, choose_rows, make_table
from benchmarks.varied.world import build_world
from geodata import records
from geodata.records import read_kinds

ROWS = 90


@dataclass(frozen=True)
class Withheld:
    """A header that names a field of a kind, to be kept from the reader."""

    kind: str
    field: str
    alias: str


@cache
def list_aliases() -> list[Withheld]:
    """Return every header that means a field of a kind that the sample has values for.

    A place field's headers are tried in one kind only.
    """
    world = build_world()
    found: list[Withheld] = []
    places = iter(sorted(name for name in WHAT if read_kinds()[name].geometry == "point"))
    for kind_name in WHAT:
        for name in read_kinds()[kind_name].fields:
            if name in world.records[kind_name] or name in PLACE_FIELDS:
                found += _of_field(kind_name, name)
    host = next(places)
    for name in ("x", "y", *PLACE_FIELDS):
        found += _of_field(host, name)
    return found


def _of_field(kind: str, name: str) -> list[Withheld]:
    keys: dict[str, str] = {}
    for alias in clear_aliases(read_kinds()[kind], name):
        keys.setdefault(header_key(alias), alias)
    return [Withheld(kind, name, alias) for alias in keys.values()]


def make_file(number: int, withheld: Withheld) -> Variation:
    """Make a plain workbook that uses one header, whose other headers are well known ones."""
    world = build_world()
    rng = np.random.default_rng([number, 9])
    frame = choose_rows(world, withheld.kind, ROWS, rng, "")
    frame = frame.drop_duplicates("name") if "name" in frame else frame
    frame = frame.reset_index(drop=True)
    forced = {withheld.field: withheld.alias}
    table = make_table(world, withheld.kind, frame, rng, forced=forced, plain=True)
    columns = [cells for _, _, cells in table.columns]
    page = lay_out(WHAT[withheld.kind], table.headers, columns, {}, Frills(), rng)
    accepted = {
        name: [(j, table.headers[j]) for j in numbers] for name, numbers in table.accepted.items()
    }
    crs = table.system.crs if table.system else ""
    truth = SheetTruth(
        page.name,
        withheld.kind,
        accepted,
        crs,
        "",
        settled=False,
        rows=table.truth.assign(row=page.rows),
        values=table.values,
    )
    name = f"{WHAT[withheld.kind]}.xlsx"
    return Variation(number, name, "xlsx", "", write_xlsx([page]), (truth,), (withheld.alias,))


@contextmanager
def without_aliases(aliases: Collection[str]) -> Iterator[None]:
    """Take headers out of the kinds' data, for every field of every kind, while the block runs."""
    gone = {header_key(alias) for alias in aliases}
    read = records._read  # noqa: SLF001 - the one place the data comes from

    def cut(name: str) -> dict[str, Any]:
        data = read(name)
        for entry in data.get("fields", {}).values():
            if isinstance(entry, dict) and "aliases" in entry:
                entry["aliases"] = [
                    alias for alias in entry["aliases"] if header_key(alias) not in gone
                ]
        return data

    try:
        with patch.object(records, "_read", cut):
            _forget()
            yield
    finally:
        _forget()


def _forget() -> None:
    """Empty every cache that the kinds' data may have gone into."""
    for name, module in list(sys.modules.items()):
        if name == "geodata.records" or name.startswith("geodata.ingest"):
            for value in vars(module).values():
                clear = getattr(value, "cache_clear", None)
                # What is imported from elsewhere knows no headers.
                if clear is not None and value.__module__ == name:
                    clear()


def _batches(every: int) -> list[list[int]]:
    """Put aliases together, one of each kind: its files use no other that is withheld."""
    turns: dict[str, int] = {}
    batches: dict[int, list[int]] = {}
    for number, withheld in enumerate(list_aliases()):
        turn = turns[withheld.kind] = turns.get(withheld.kind, -1) + 1
        batches.setdefault(turn, []).append(number)
    return list(batches.values())[::every]


def _judge_batch(numbers: list[int]) -> list[tuple[Withheld, str, Verdict]]:
    """Withhold an alias of each kind at once, and judge the file that uses it for each."""
    listed = [list_aliases()[number] for number in numbers]
    results = []
    with without_aliases([withheld.alias for withheld in listed]):
        for number, withheld in zip(numbers, listed, strict=True):
            verdict = judge(make_file(number, withheld))
            results.append((withheld, _outcome(withheld, verdict), verdict))
    return results


def _outcome(withheld: Withheld, verdict: Verdict) -> str:
    """Say what became of the withheld column: mapped, asked, missed or taken for another."""
    mark = f"{withheld.kind}.{withheld.field} "
    told = [what for area, what in verdict.wrong if area == "columns" and what.startswith(mark)]
    if verdict.counts["crashed"] or verdict.counts["refused"]:
        return "refused"
    if not verdict.counts["kind right"]:
        return "kind asked first" if verdict.counts["kind asked first"] else "kind lost"
    if told:
        return "wrong column" if "asked" not in told[0] else "missed"
    asked = verdict.counts["required asked first"] + verdict.counts["optional asked first"]
    return "asked or suggested" if asked else "mapped"


def run(jobs: int = 2, every: int = 1) -> list[tuple[Withheld, str, Verdict]]:
    """Withhold every alias in turn, or one of so many."""
    batches = _batches(every)
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        return [entry for batch in pool.imap(_judge_batch, batches) for entry in batch]


def is_required(withheld: Withheld) -> bool:
    """Say whether the column is one that a table needs."""
    entry = read_kinds()[withheld.kind].all_fields[withheld.field]
    return entry.required or withheld.field in {"x", "y"}


def table_rows(results: list[tuple[Withheld, str, Verdict]]) -> list[list[str]]:
    """Return the rows of the table: what became of required and of other columns."""
    rows = []
    for name, needed in (("required columns", True), ("other columns", False)):
        outcomes = Counter(
            outcome for withheld, outcome, _ in results if is_required(withheld) == needed
        )
        whole = sum(outcomes.values())
        good = outcomes["mapped"] + outcomes["asked or suggested"]
        goal = "≥ 99%" if needed else ""
        met = "" if not needed else "met" if good >= 0.99 * whole else "**missed**"
        told = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
        rows.append([f"{name} ({whole})", f"{good / max(whole, 1):.1%}", goal, met, told])
    return rows


HEADER = ["each alias withheld in turn", "mapped or asked first", "goal", "", "what became of them"]


def measure(jobs: int = 2, every: int = 1) -> list[tuple[Withheld, str, Verdict]]:
    """Print the table of withheld aliases."""
    results = run(jobs, every)
    print_table("Each known header withheld in turn", HEADER, table_rows(results))
    return results


def main() -> None:
    """Print the table and what was lost."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--every", type=int, default=1, help="one batch of aliases of so many")
    chosen = parser.parse_args()
    results = measure(every=chosen.every)
    lost = [entry for entry in results if entry[1] not in {"mapped", "asked or suggested"}]
    for withheld, outcome, verdict in lost[: chosen.each]:
        needed = "required" if is_required(withheld) else "other"
        told = "; ".join(what for _, what in verdict.wrong[:2])
        print(f"- {needed} {withheld.kind}.{withheld.field} {withheld.alias!r}: {outcome}: {told}")


if __name__ == "__main__":
    main()
