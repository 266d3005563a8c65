"""Files with every quirk that carriers' files have, combined at random by seed, with their truth.

One of them to look at: ``python -m benchmarks.variations --seed 17 --out folder``.
"""

import argparse
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.varied.files import (
    SHAPEFILES,
    TEXTS,
    pack,
    write_html,
    write_text,
    write_xls,
    write_xlsx,
)
from benchmarks.varied.layers import claim_of, distinct_columns, shapes_in, write_features
from benchmarks.varied.listing import Table
from benchmarks.varied.sheets import Page, choose_frills, foreign_page, lay_out, merge_runs
from benchmarks.varied.tables import WHAT, choose_rows, make_table
from benchmarks.varied.world import World, build_world
from geodata.records import read_kinds

# Share of files by format.
FORMATS = {
    "xlsx": 0.36,
    "xls": 0.1,
    "html": 0.03,
    "csv": 0.12,
    "tsv": 0.03,
    "txt": 0.03,
    "shapefile": 0.11,
    "mapinfo": 0.06,
    "kml": 0.03,
    "kmz": 0.04,
    "geopackage": 0.03,
    "geojson": 0.04,
    "filegdb": 0.02,
}
VECTORS = ("shapefile", "mapinfo", "kml", "kmz", "geopackage", "geojson", "filegdb")
WORKBOOKS = ("xlsx", "xls")
ENDINGS = {
    "html": "xls",
    "shapefile": "zip",
    "mapinfo": "zip",
    "filegdb": "zip",
    "geopackage": "gpkg",
}
NEUTRAL = ("导出数据", "附件3", "1", "新建 Microsoft Excel 工作表", "上报数据2023Q4", "sheet")
OWNERS = {"tower": "tower", "cable_tv": "cbn", "settlement_list": "office"}


@dataclass(frozen=True)
class SheetTruth:
    """The truth about one table: its kind ("" for none of ours), its columns, its rows.

    ``columns``: field → the columns (number from 0, header) in which it may rightly be found;
    ``rows``: row, unit_code, subject_id, lon, lat, slip, fault; ``values``: field → true values.
    ``settled`` says whether counties alone tell the coordinate system, ``sheeted`` whether the
    columns stand in a sheet and not in attributes.
    """

    sheet: str
    kind: str
    columns: Mapping[str, list[tuple[int, str]]]
    crs: str
    claim: str
    settled: bool
    rows: pd.DataFrame
    values: Mapping[str, list[object]]
    sheeted: bool = True


@dataclass(frozen=True)
class Variation:
    """A file, what it is called, who sends it, what was done to it, and the truth about it."""

    seed: int
    name: str
    format: str
    owner: str
    content: bytes
    sheets: tuple[SheetTruth, ...]
    quirks: tuple[str, ...]


def make_variation(seed: int) -> Variation:
    """Make the file of a seed; the same file whenever the kinds' data is the same."""
    world, rng = build_world(), np.random.default_rng([seed, 4])
    form = str(rng.choice(list(FORMATS), p=list(FORMATS.values())))
    kind = _choose_kind(form, rng)
    owner = _choose_owner(world, kind, rng)
    if form in VECTORS:
        return _vector_file(world, seed, form, kind, owner, rng)
    return _sheet_file(world, seed, form, kind, owner, rng)


def _choose_owner(world: World, kind: str, rng: np.random.Generator) -> str:
    """Choose who sends records of a kind, among those who have any."""
    frame = world.records[kind]
    held = set(frame["owner"]) if "owner" in frame else set()
    carriers = [name for name in ("cmcc", "unicom", "telecom") if name in held or not held]
    return OWNERS.get(kind) or str(rng.choice(carriers))


def _choose_kind(form: str, rng: np.random.Generator) -> str:
    points = [
        name for name, kind in read_kinds().items() if kind.geometry == "point" and name in WHAT
    ]
    if form in VECTORS:
        # Shapefiles and exchange formats of routes are as usual as those of points.
        return "fibre_route" if rng.random() < 0.25 else str(rng.choice(points))
    known = [name for name in WHAT if name in read_kinds()]
    weight = np.array([2.0 if name in points else 1.0 for name in known])
    return str(rng.choice(known, p=weight / weight.sum()))


def _size(rng: np.random.Generator) -> int:
    """Return how many rows a list has: few are very short, few very long."""
    low, high = ((8, 60), (60, 400), (400, 1500), (1500, 3000))[
        int(rng.choice(4, p=[0.12, 0.4, 0.4, 0.08]))
    ]
    return int(np.exp(rng.uniform(np.log(low), np.log(high))))


def _truth(sheet: str, table: Table, rows: list[int]) -> SheetTruth:
    columns = {
        name: [(j, table.headers[j]) for j in numbers] for name, numbers in table.accepted.items()
    }
    system = table.system
    return SheetTruth(
        sheet=sheet,
        kind=table.kind,
        columns=columns,
        crs=system.crs if system else "",
        claim=system.claim if system else "",
        settled=table.settled,
        rows=table.truth.assign(row=rows),
        values=table.values,
    )


def _no_kind(sheet: str) -> SheetTruth:
    return SheetTruth(sheet, "", {}, "", "", True, pd.DataFrame({"row": []}), {})


def _english(table: Table) -> dict[str, list[str]]:
    names = [name or f"col_{j}" for j, (name, _, _) in enumerate(table.columns)]
    units = {"x": "度", "y": "度", "height_m": "米", "azimuth_deg": "度", "tilt_deg": "度"}
    return {
        "english": [{"x": "longitude", "y": "latitude"}.get(name, name) for name in names],
        "units": [units.get(name, "") for name in names],
    }


def _make_page(
    world: World, kind: str, owner: str, name: str, rng: np.random.Generator, *, merged: bool
) -> tuple[Page, SheetTruth, list[str]]:
    frame = choose_rows(world, kind, _size(rng), rng, owner)
    if "unit" in frame and rng.random() < 0.3:
        frame = frame.sort_values("unit", kind="stable", ignore_index=True)
    table = make_table(world, kind, frame, rng)
    frills = choose_frills(rng, WHAT[kind], table.note, merged=merged)
    columns = [cells for _, _, cells in table.columns]
    page = lay_out(name, table.headers, columns, _english(table), frills, rng)
    county = next((j for j, (f, _, _) in enumerate(table.columns) if f == "county_name"), -1)
    if frills.merged_county and county >= 0 and not frills.gaps:
        merge_runs(page, county)
    quirks = [name for name, value in vars(frills).items() if value]
    return page, _truth(name, table, page.rows), [*table.quirks, *quirks]


def _sheet_file(
    world: World, seed: int, form: str, kind: str, owner: str, rng: np.random.Generator
) -> Variation:
    pages: list[Page] = []
    truths: list[SheetTruth] = []
    quirks: list[str] = []
    kinds, foreign = _choose_sheets(world, form, kind, owner, rng)
    for number, one in enumerate(kinds, start=1):
        telling = rng.random() < 0.5
        name = WHAT[one] if telling else f"Sheet{number}"
        page, truth, done = _make_page(
            world, one, owner, name, rng, merged=form in {"xlsx", "xls", "html"}
        )
        pages.append(page)
        truths.append(truth)
        quirks += done
    for number in range(foreign):
        page = foreign_page(f"附表{number + 1}", rng)
        page.hidden = bool(kinds) and rng.random() < 0.3
        pages.append(page)
        truths.append(_no_kind(page.name))
        quirks.append("a sheet of none of ours")
    if form in WORKBOOKS and rng.random() < 0.3:
        pages.append(Page("Sheet空", tall=bool(rng.random() < 0.3)))
    if form in WORKBOOKS and rng.random() < 0.05:
        pages[0].tall = True
        quirks.append("claims every row there can be")
    stem = WHAT[kinds[0]] if kinds and rng.random() < 0.5 else str(rng.choice(NEUTRAL))
    name = f"{stem}.{ENDINGS.get(form, form)}"
    if form == "xlsx" and len(kinds) > 1 and rng.random() < 0.25:
        books = [(f"附件{n}.xlsx", write_xlsx([page])) for n, page in enumerate(pages, 1)]
        quirks.append("several workbooks in an archive")
        return Variation(
            seed, f"{stem}.zip", form, owner, pack(*books), tuple(truths), tuple(quirks)
        )
    content = _write_pages(form, pages, rng)
    if form in {"xlsx", "csv"} and rng.random() < 0.08:
        content, name = pack((name, content)), f"{stem}.zip"
        quirks.append("zipped")
    return Variation(seed, name, form, owner, content, tuple(truths), tuple(quirks))


def _choose_sheets(
    world: World, form: str, kind: str, owner: str, rng: np.random.Generator
) -> tuple[list[str], int]:
    """Choose the kinds of the sheets of a file, and how many are none of ours."""
    if form not in WORKBOOKS:
        return [kind], 0
    kinds, foreign = [kind], 0
    draw = rng.random()
    if draw < 0.06:
        return [], int(rng.integers(1, 4))
    if draw < 0.26:
        others = [name for name in WHAT if name != kind and _has(world, name, owner)]
        more = rng.choice(others, size=min(len(others), int(rng.integers(1, 3))), replace=False)
        kinds = [kind, *map(str, more)]
    if rng.random() < 0.2:
        foreign = int(rng.integers(1, 3))
    return kinds, foreign


def _has(world: World, kind: str, owner: str) -> bool:
    """Say whether an owner has records of a kind."""
    frame = world.records[kind]
    return OWNERS.get(kind, owner) == owner and (
        "owner" not in frame or owner in set(frame["owner"])
    )


def _write_pages(form: str, pages: list[Page], rng: np.random.Generator) -> bytes:
    if form == "xlsx":
        return write_xlsx(pages)
    if form == "xls":
        return write_xls(pages)
    if form == "html":
        return write_html(pages[0], str(rng.choice(["gb2312", "utf-8"])).replace("2312", "18030"))
    encoding, delimiter = TEXTS[form][int(rng.integers(len(TEXTS[form])))]
    return write_text(pages[0], encoding, delimiter)


def _vector_file(
    world: World, seed: int, form: str, kind: str, owner: str, rng: np.random.Generator
) -> Variation:
    frame = choose_rows(world, kind, _size(rng), rng, owner)
    # What draws placemarks knows degrees only.
    table = make_table(world, kind, frame, rng, vector=True, degrees=form in {"kml", "kmz"})
    assert table.system is not None
    stem = WHAT[kind] if rng.random() < 0.6 else str(rng.choice(("图层1", "export", "data")))
    shapes = shapes_in(frame, kind, table.system.crs)
    claimed, claim = claim_of(table, form)
    sent = SHAPEFILES[int(rng.integers(2) * 2 + bool(claimed))]
    keep = sent if form == "shapefile" else ()
    if form in {"mapinfo", "filegdb"}:
        # Their field names are words: other signs become underscores.
        table.columns = [
            (f, re.sub(r"\W+", "_", h.strip()).strip("_"), c) for f, h, c in table.columns
        ]
    kept = distinct_columns(table, form)
    table.columns = [table.columns[j] for j in kept]
    table.accepted = {}
    for j, (name, _, _) in enumerate(table.columns):
        if name:
            table.accepted.setdefault(name, []).append(j)
    attributes = pd.DataFrame(
        {header.strip(): pd.Series(cells, dtype=object) for _, header, cells in table.columns}
    )
    for header in attributes:
        if len({type(value) for value in attributes[header]}) > 1:
            attributes[header] = attributes[header].map(str)
        else:
            attributes[header] = attributes[header].infer_objects()
    content = write_features(form, attributes, shapes, claimed, stem, keep, table, rng)
    name = f"{stem}.{ENDINGS.get(form, form)}"
    truth = _truth(stem, table, list(range(1, len(frame) + 1)))
    truth = SheetTruth(**{**vars(truth), "claim": claim, "sheeted": False})
    quirks = [*table.quirks, f"declares {claimed or 'nothing'}", *keep]
    return Variation(seed, name, form, owner, content, (truth,), tuple(quirks))


def save(variation: Variation, folder: Path) -> None:
    """Write a file and the truth about it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / variation.name).write_bytes(variation.content)
    told = []
    for number, sheet in enumerate(variation.sheets):
        sheet.rows.assign(**sheet.values).to_csv(folder / f"truth-{number}.csv", index=False)
        told.append({k: v for k, v in vars(sheet).items() if k not in {"rows", "values"}})
    whole = {
        "seed": variation.seed,
        "owner": variation.owner,
        "format": variation.format,
        "quirks": variation.quirks,
        "sheets": told,
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Write the file of one seed, with its truth."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    save(make_variation(chosen.seed), chosen.out)


if __name__ == "__main__":
    main()
