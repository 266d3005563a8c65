"""Add to a table what is none of ours, put its columns in some order, and spoil a few cells."""

from typing import Any

import numpy as np

from benchmarks.varied.headers import header_key, known_headers
from benchmarks.varied.listing import PLACE_FIELDS, Table
from benchmarks.varied.spelling import fill, words
from geodata.records import read_kinds


def add_extras(table: Table, used: set[str], rng: np.random.Generator, count: int) -> None:
    """Add columns of no field of ours, one header twice, and put all in some order."""
    sort = next((name for name, kinds in words()["wide"].items() if table.kind in kinds), "")
    wide = bool(sort) and rng.random() < 0.25
    extra = {**words()["extra"], **(words()[sort] if wide else {})}
    most = len(extra) if wide else 7
    known = known_headers(read_kinds()[table.kind])
    names = [
        name for name in extra if header_key(name) not in known and header_key(name) not in used
    ]
    chosen = rng.choice(
        names, size=int(rng.integers(0, min(most, len(names)))), replace=False
    ).tolist()
    columns = [("", name, fill(extra[name], count, rng)) for name in chosen if name != "序号"]
    order = rng.random()
    if order < 0.4:
        at = rng.permutation(len(table.columns))
        table.columns = [table.columns[j] for j in at]
    elif order < 0.7:
        # Words on the place stand after the first two columns more often than last.
        own = [c for c in table.columns if c[0] not in {*PLACE_FIELDS, "x", "y"}]
        rest = [c for c in table.columns if c[0] in {*PLACE_FIELDS, "x", "y"}]
        table.columns = [*own[:2], *rest, *own[2:]]
    for column in columns:
        table.columns.insert(int(rng.integers(1, len(table.columns) + 1)), column)
    if "序号" in chosen:
        table.columns.insert(0, ("", "序号", list(range(1, count + 1))))
    if rng.random() < 0.08:
        again = [c for c in table.columns if c[0] not in {"x", "y"}]
        table.columns.append(again[int(rng.integers(len(again)))])
        table.quirks.append("the same header twice")


def spoil(table: Table, rng: np.random.Generator, *, vector: bool) -> None:
    """Put wrong values into a few rows, and note where."""
    count = len(table.truth)
    if rng.random() < 0.6 or count < 20:
        return
    entries = read_kinds()[table.kind].all_fields
    rows = rng.choice(count, size=min(4, count // 10), replace=False).tolist()
    at = {name: j for j, (name, _, _) in enumerate(table.columns) if name}
    held = [name for name, _, _ in table.columns]
    if len(set(filter(None, held))) < len(list(filter(None, held))):
        return
    done: list[tuple[int, int, str]] = []

    def put(name: str, value: Any, what: str) -> None:
        if rows and name in at:
            row = rows.pop()
            cells = list(table.columns[at[name]][2])
            cells[row] = value
            field_name, header, _ = table.columns[at[name]]
            table.columns[at[name]] = (field_name, header, cells)
            done.append((row, at[name], what))

    numbers = [name for name in at if entries[name].type in {"integer", "number"}]
    bounded = [name for name in numbers if entries[name].maximum is not None]
    for name in bounded[:1]:
        put(name, int((entries[name].maximum or 0) * 10 + 7), "too large")
    for name in numbers[-1:]:
        put(name, "约30", "not a number")
    if "name" in at and entries["name"].required:
        put("name", "", "empty")
    if not vector and table.system is not None and table.system.degrees:
        put("x", "待补", "not a coordinate")
    for row, _, what in done:
        table.truth.loc[row, "fault"] = what
    table.spoilt = done
