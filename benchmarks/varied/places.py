"""Write where records lie in words: whole names, short ones, old codes, slips of the pen."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.varied.spelling import words
from benchmarks.varied.world import World, build_world

# How often single rows go wrong in a file that has such slips at all.
SLIPS = {"sound": 0.008, "shape": 0.004, "no_township": 0.008, "no_village": 0.004}
_COUNTY_OLD = {"411003": ("许昌县", "411023")}


@dataclass(frozen=True)
class Words:
    """Place fields of rows as written, and what was done to each row ("" for nothing)."""

    columns: dict[str, list[Any]]
    slips: np.ndarray


@cache
def _taken() -> frozenset[tuple[str, str]]:
    """Return (county, stem) of every unit, so that no slip turns one unit into another."""
    labels = build_world().ground.labels
    return frozenset(zip(labels["county_code"], labels["stem"], strict=True))


@cache
def _swaps(kind: str) -> dict[str, str]:
    pairs = {}
    for pair in words()["misspelt"][kind]:
        pairs[pair[0]] = pair[1]
        pairs.setdefault(pair[1], pair[0])
    return pairs


def misspell(name: str, stem: str, county: str, kind: str, row: int) -> str:
    """Return a name with one character of its stem wrong; the name itself if none can be."""
    swaps = _swaps(kind)
    spots = [i for i, sign in enumerate(stem) if sign in swaps]
    if len(stem) < 2 or not spots:
        return name
    spot = spots[row % len(spots)]
    wrong = stem[:spot] + swaps[stem[spot]] + stem[spot + 1 :]
    return name if (county, wrong) in _taken() else name.replace(stem, wrong, 1)


def _village(labels: pd.DataFrame, style: str) -> list[str]:
    stems = labels["stem"]
    village = (labels["kind"] == "village").to_numpy()
    if style == "full":
        return list(labels["village"])
    if style == "stem":
        return list(stems)
    if style == "plain":
        ending = np.where(village, "村", "社区")
    else:
        ending = np.where(village, "村委会", "居委会")
        stems = stems.where(~village | ~stems.str.endswith("村"), stems.str.removesuffix("村"))
    return [
        stem if stem.endswith("村") and end == "村" else f"{stem}{end}"
        for stem, end in zip(stems, ending, strict=True)
    ]


def _township(names: pd.Series, style: str) -> list[str]:
    if style == "short":
        short = names.str.replace("(?:街道办事处|街道|镇|乡)$", "", regex=True)
        return list(short.where(short.str.len() > 1, names))
    if style == "office":
        return list(names.str.replace("街道$", "街道办事处", regex=True))
    return list(names)


def _county(labels: pd.DataFrame, style: str) -> list[str]:
    names = labels["county"]
    if style == "short":
        return list(names.str.replace("(?<=..)[县市区]$", "", regex=True))
    if style == "city":
        return list("许昌市" + names)
    if style == "old":
        old = labels["county_code"].map(lambda code: _COUNTY_OLD.get(code, ("",))[0])
        return list(old.where(old != "", names))
    return list(names)


def _codes(labels: pd.DataFrame, style: str) -> list[Any]:
    codes = labels["code"]
    if style == "long":
        return list(codes + "0000000")
    if style == "old":
        return list(codes.str.replace("^411003", "411023", regex=True))
    if style == "number":
        return [int(code) for code in codes]
    return list(codes)


def write_places(
    world: World, unit: np.ndarray, fields: set[str], rng: np.random.Generator, *, placed: bool
) -> Words:
    """Return the place fields of records that lie in units; ``placed``: they have positions."""
    labels = world.ground.labels.iloc[unit].reset_index(drop=True)
    styles = {
        "county": rng.choice(["full", "short", "city", "old"], p=[0.6, 0.15, 0.1, 0.15]),
        "township": rng.choice(["full", "short", "office"], p=[0.65, 0.2, 0.15]),
        "village": rng.choice(["full", "stem", "plain", "committee"], p=[0.4, 0.25, 0.25, 0.1]),
        "code": rng.choice(["plain", "long", "old", "number"], p=[0.4, 0.2, 0.2, 0.2]),
    }
    columns: dict[str, list[Any]] = {
        "county_name": _county(labels, str(styles["county"])),
        "township_name": _township(labels["township"], str(styles["township"])),
        "village_name": _village(labels, str(styles["village"])),
        "given_code": _codes(labels, str(styles["code"])),
    }
    slips = np.full(len(unit), "", dtype=object)
    if rng.random() < 0.5 and "given_code" not in fields:
        _slip(labels, columns, slips, rng, placed=placed)
    return Words({name: columns[name] for name in columns if name in fields}, slips)


def _slip(
    labels: pd.DataFrame,
    columns: dict[str, list[Any]],
    slips: np.ndarray,
    rng: np.random.Generator,
    *,
    placed: bool,
) -> None:
    """Let single rows go wrong, as typing does; what then says nothing keeps its position."""
    draw = rng.random(len(slips))
    low = 0.0
    for what, share in SLIPS.items():
        rows = np.flatnonzero((draw >= low) & (draw < low + share))
        low += share
        for row in rows.tolist():
            if what in {"sound", "shape"}:
                stem, county = labels["stem"][row], labels["county_code"][row]
                name = columns["village_name"][row]
                wrong = misspell(name, stem, county, what, row)
                columns["village_name"][row] = wrong
                slips[row] = what if wrong != name else ""
            elif placed:
                columns["township_name" if what == "no_township" else "village_name"][row] = ""
                slips[row] = what
