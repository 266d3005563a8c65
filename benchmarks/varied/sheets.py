"""Lay tables out as people do: titles, headers of two lines, units, numbering, totals, footers."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.varied.spelling import fill, words

Row = list[Any]
CITY, WHO = "许昌", ("移动", "联通", "电信", "铁塔")


@dataclass
class Page:
    """One sheet: its lines from the top, cells that are merged, and the row of each record."""

    name: str
    lines: list[Row] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    header_row: int | None = None
    rows: list[int] = field(default_factory=list)
    hidden: bool = False
    tall: bool = False  # claims to go down to the last row there can be


@dataclass(frozen=True)
class Frills:
    """What stands around a table."""

    titles: tuple[str, ...] = ()
    two_lines: bool = False
    english: bool = False
    units: bool = False
    numbering: bool = False
    total: bool = False
    footer: bool = False
    gaps: bool = False
    merged_county: bool = False


def choose_frills(rng: np.random.Generator, what: str, note: str, *, merged: bool) -> Frills:
    """Choose what stands around a table; ``note`` is a line that must stand above it."""
    spoken = words()
    titles = []
    if rng.random() < 0.45:
        title = str(rng.choice(spoken["titles"]))
        titles.append(title.format(city=CITY, who=rng.choice(WHO), what=what))
        if rng.random() < 0.4:
            title = str(rng.choice(spoken["notes"]))
            titles.append(title.format(city=CITY, who=rng.choice(WHO)))
    if note:
        titles.append(note)
    second = rng.random()
    return Frills(
        titles=tuple(titles),
        two_lines=merged and bool(rng.random() < 0.15),
        english=bool(second < 0.1),
        units=bool(0.1 < second < 0.16),
        numbering=bool(rng.random() < 0.06),
        total=bool(rng.random() < 0.18),
        footer=bool(rng.random() < 0.15),
        gaps=bool(rng.random() < 0.06),
        merged_county=merged and bool(rng.random() < 0.08),
    )


def lay_out(
    name: str,
    headers: list[str],
    columns: list[list[Any]],
    second: dict[str, list[str]],
    frills: Frills,
    rng: np.random.Generator,
) -> Page:
    """Put a table on a page; ``second`` holds its English headers and its units."""
    page = Page(name)
    width = len(headers)
    for title in frills.titles:
        page.merges.append((len(page.lines), len(page.lines), 0, width - 1))
        page.lines.append([title])
    if frills.two_lines and width > 5:
        _group(page, headers, rng)
    else:
        page.lines.append(list(headers))
    page.header_row = len(page.lines)
    for wanted, what in ((frills.english, "english"), (frills.units, "units")):
        if wanted:
            page.lines.append(list(second[what]))
    if frills.numbering:
        page.lines.append([str(number) for number in range(1, width + 1)])
    for number, line in enumerate(zip(*columns, strict=True)):
        if frills.gaps and number % 37 == 36:
            page.lines.append([])
        page.lines.append(list(line))
        page.rows.append(len(page.lines))
    if frills.total:
        total: Row = [""] * width
        total[0] = str(rng.choice(words()["totals"]))
        total[-1] = len(page.rows)
        page.lines.append(total)
    if frills.footer:
        page.lines.append([str(rng.choice(words()["footers"]))])
    return page


def merge_runs(page: Page, column: int) -> None:
    """Merge cells of a column that say the same in rows that follow each other."""
    start = 0
    for at in range(1, len(page.rows) + 1):
        first = page.lines[page.rows[start] - 1][column]
        if at < len(page.rows) and page.lines[page.rows[at] - 1][column] == first:
            continue
        if at - start > 1 and first != "":
            page.merges.append((page.rows[start] - 1, page.rows[at - 1] - 1, column, column))
            for row in page.rows[start + 1 : at]:
                page.lines[row - 1][column] = ""
        start = at


def _group(page: Page, headers: list[str], rng: np.random.Generator) -> None:
    """Write a header of two lines: the first columns span both, the others stand in groups."""
    at, width = len(page.lines), len(headers)
    alone = int(rng.integers(1, 3))
    upper: Row = [*headers[:alone], *[""] * (width - alone)]
    lower: Row = [*[""] * alone, *headers[alone:]]
    names = list(rng.permutation(words()["groups"]["names"]))
    start = alone
    while start < width:
        end = min(start + int(rng.integers(2, 6)), width)
        upper[start] = str(names.pop()) if names else "其他"
        if end - start > 1:
            page.merges.append((at, at, start, end - 1))
        start = end
    page.merges += [(at, at + 1, column, column) for column in range(alone)]
    page.lines += [upper, lower]


def foreign_page(name: str, rng: np.random.Generator) -> Page:
    """Return a sheet that holds no record of ours."""
    chosen = str(rng.choice(list(words()["foreign"])))
    columns = words()["foreign"][chosen]
    rows = int(rng.integers(5, 200))
    cells = [fill(what, rows, rng) for what in columns.values()]
    return lay_out(name or chosen, list(columns), cells, {}, Frills(), rng)
