"""Make one table of a kind: which rows and fields, under which headers, with which faults."""
# ruff: noqa: PD011 - the values of a field are a value set, no array

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.varied.coordinates import add_positions
from benchmarks.varied.headers import clear_aliases, header_key
from benchmarks.varied.listing import PLACE_FIELDS, Table
from benchmarks.varied.parameters import PARAMETERS, spell_parameter
from benchmarks.varied.places import write_places
from benchmarks.varied.positions import choose_system
from benchmarks.varied.spelling import EMPTY, spell
from benchmarks.varied.spoiling import add_extras, spoil
from benchmarks.varied.world import World
from geodata.records import Kind, read_kinds

WHAT = {
    "site": "基站",
    "tower": "铁塔",
    "cell": "小区工参",
    "fibre_node": "分纤箱",
    "fibre_route": "光缆",
    "ftth_community": "FTTH小区",
    "wlan_hotspot": "WLAN热点",
    "settlement_broadband": "自然村宽带",
    "cable_tv": "有线电视",
    "internet_penetration": "互联网普及率",
    "reported_total": "统计指标",
    "duct_point": "人井电杆",
    "village_coverage": "行政村覆盖情况",
    "settlement_list": "自然村名录",
}


def choose_rows(
    world: World, kind: str, count: int, rng: np.random.Generator, owner: str
) -> pd.DataFrame:
    """Return true records of a kind: of the whole city or of one county, of one owner."""
    frame = world.records[kind]
    if "owner" in frame and owner:
        mine = frame[frame["owner"] == owner]
        frame = mine if len(mine) else frame
    if "unit" in frame and rng.random() < 0.45:
        county = world.ground.labels["county_code"].to_numpy()[frame["unit"]]
        here = frame[county == rng.choice(np.unique(county))]
        frame = here if len(here) >= 8 else frame
    count = min(count, len(frame))
    chosen = np.sort(rng.choice(len(frame), size=count, replace=False))
    return frame.iloc[chosen].reset_index(drop=True)


def _fields(kind: Kind, frame: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """Choose the kind's own fields: the required ones and most of the others."""
    # Words on the place are written from the unit, where records have one.
    written = PLACE_FIELDS if "unit" in frame else ()
    own = [name for name in kind.fields if name in frame and name not in written]
    optional = [name for name in own if not kind.fields[name].required]
    kept = {name for name in optional if rng.random() < 0.65}
    missing = [name for name in optional if name not in kept]
    while missing and len(kept) < min(3, len(optional)):
        kept.add(missing.pop(0))
    names = [name for name in own if kind.fields[name].required or name in kept]
    if kind.fields[names[0]].fallback and rng.random() < 0.1:
        names = names[1:]
    return names


def _header(alias: str, unit: str, rng: np.random.Generator) -> str:
    """Return a header with what typists leave in it."""
    draw = rng.random()
    if draw < 0.06:
        return f"{alias} "
    bare = "(" not in alias and "公里" not in alias
    if draw < 0.1 and unit in {"m", "deg", "MHz"} and bare:
        return f"{alias}({ {'m': '米', 'deg': '度', 'MHz': 'MHz'}[unit] })"
    if draw < 0.12:
        return alias.replace("(", "(").replace(")", ")")
    return alias


def make_table(
    world: World,
    kind_name: str,
    frame: pd.DataFrame,
    rng: np.random.Generator,
    *,
    vector: bool = False,
    forced: Mapping[str, str] | None = None,
    plain: bool = False,
    degrees: bool = False,
) -> Table:
    """Make a table of true records.

    ``forced``: headers to use for fields; ``plain``: no slips and faults; ``vector``: positions
    are geometries, not columns; ``degrees``: in no plane system.
    """
    kind = read_kinds()[kind_name]
    forced = dict(forced or {})
    names = _fields(kind, frame, rng)
    names += [name for name in forced if name not in names and name in frame]
    unit = frame["unit"].to_numpy() if "unit" in frame else None
    placed = "lon" in frame and (kind.geometry == "point" or vector)
    columns: list[tuple[str, str, list[Any]]] = []
    values: dict[str, list[Any]] = {}
    used: set[str] = set()
    for name in names:
        header = forced.get(name) or _choose_alias(kind, name, used, rng)
        if not header:
            continue
        used.add(header_key(header))
        entry = kind.all_fields[name]
        cells, true = _cells(kind_name, name, frame, header, rng)
        shown = header if name in forced else _header(header, entry.unit, rng)
        columns.append((name, shown, cells))
        if entry.type not in {"text", "code"} or (entry.values and name != "band"):
            values[name] = true
    truth = _truth(world, frame, unit)
    table = Table(kind_name, columns, {}, truth, values)
    if unit is not None:
        _add_places(world, kind, table, unit, used, rng, forced, placed=placed, plain=plain)
    if placed:
        system = choose_system(rng, len(frame), degrees=degrees)
        add_positions(world, kind, table, frame, system, used, rng, forced, vector=vector)
    if not plain:
        add_extras(table, used, rng, len(frame))
        spoil(table, rng, vector=vector)
    for j, (name, _, _) in enumerate(table.columns):
        if name:
            table.accepted.setdefault(name, []).append(j)
    return table


def _choose_alias(kind: Kind, name: str, used: Collection[str], rng: np.random.Generator) -> str:
    free = [alias for alias in clear_aliases(kind, name) if header_key(alias) not in used]
    # What is seen most stands first in the data; people use that more.
    if not free:
        return ""
    weight = 1.0 / np.sqrt(np.arange(1, len(free) + 1))
    return str(rng.choice(free, p=weight / weight.sum()))


def _cells(
    kind: str, name: str, frame: pd.DataFrame, header: str, rng: np.random.Generator
) -> tuple[list[Any], list[Any]]:
    """Return a field's cells and its true values."""
    entry = read_kinds()[kind].all_fields[name]
    true = frame[name].tolist()
    if kind == "cell" and name in PARAMETERS:
        return spell_parameter(frame, name, header, rng)
    if entry.type == "numbers":
        sign = str(rng.choice(["/", "、", ";", ","]))
        return [sign.join(f"{v:g}" for v in listed) for listed in true], true
    if kind == "site" and name == "height_m" and rng.random() < 0.2:
        sign = str(rng.choice(["/", "、", ";", ","]))
        return [f"{int(h)}{sign}{int(h)}{sign}{max(int(h) - 3, 1)}" for h in true], true
    if name == "speed_mbps" and rng.random() < 0.5:
        return [f"{int(v)}M" if v else "-" for v in true], [v or None for v in true]
    cells = spell(entry, true, header, rng)
    if name == "source_id" and rng.random() < 0.2:
        return _mix_numbers(cells, rng), true
    if not entry.required and entry.type in {"integer", "number"} and rng.random() < 0.2:
        empty = str(rng.choice(EMPTY))
        gone = np.flatnonzero(rng.random(len(cells)) < 0.05)
        for row in gone.tolist():
            cells[row], true[row] = empty, None
    return cells, true


def _mix_numbers(cells: list[Any], rng: np.random.Generator) -> list[Any]:
    """Return ids some of which a sheet holds as numbers and some as text, as after pasting."""
    # A sheet keeps fifteen digits of a number.
    plain = [len(cell) < 16 and cell.isdigit() and str(int(cell)) == cell for cell in cells]
    return [
        int(cell) if able and rng.random() < 0.5 else cell
        for cell, able in zip(cells, plain, strict=True)
    ]


def _truth(world: World, frame: pd.DataFrame, unit: np.ndarray | None) -> pd.DataFrame:
    count = len(frame)
    codes = world.ground.labels["code"].to_numpy()
    nowhere = np.full(count, np.nan)
    return pd.DataFrame(
        {
            "unit_code": "" if unit is None else codes[unit],
            "subject_id": frame["subject_id"].to_numpy() if "subject_id" in frame else "",
            "lon": frame["lon"].to_numpy() if "lon" in frame else nowhere,
            "lat": frame["lat"].to_numpy() if "lat" in frame else nowhere,
            "slip": "",
            "fault": "",
        },
        index=range(count),
    )


def _add_places(
    world: World,
    kind: Kind,
    table: Table,
    unit: np.ndarray,
    used: set[str],
    rng: np.random.Generator,
    forced: Mapping[str, str],
    *,
    placed: bool,
    plain: bool,
) -> None:
    shares = {"county_name": 0.93, "township_name": 0.9, "village_name": 0.9, "given_code": 0.25}
    needed = not placed or kind.subject == "settlement" or plain
    fields = {
        name
        for name, share in shares.items()
        if name in forced
        or rng.random() < share
        or (needed and name != "given_code")
        or (name in kind.fields and kind.fields[name].required)
    }
    written = write_places(world, unit, fields, rng, placed=placed and not needed)
    table.truth["slip"] = written.slips
    for name in (name for name in PLACE_FIELDS if name in fields):
        header = forced.get(name) or _choose_alias(kind, name, used, rng)
        used.add(header_key(header))
        shown = header if name in forced else _header(header, "", rng)
        table.columns.append((name, shown, written.columns[name]))
