"""Make one table of a kind: which rows and fields, under which headers, with which faults."""
# ruff: noqa: PD011 - the values of a field are a value set, no array

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.varied.headers import clear_aliases, header_key, known_headers, spoken_system
from benchmarks.varied.places import write_places
from benchmarks.varied.positions import SPOKEN, System, choose_system, counties_settle, give
from benchmarks.varied.spelling import EMPTY, fill, spell, spell_positions, words
from benchmarks.varied.world import World
from geodata.records import Kind, read_kinds

PLACE_FIELDS = ("county_name", "township_name", "village_name", "given_code")
# The two headers of a pair of coordinates: a part of the first, and of the second in its stead.
AXES = (
    ("经度", "纬度"),
    ("东经", "北纬"),
    ("横坐标", "纵坐标"),
    ("东坐标", "北坐标"),
    ("Longitude", "Latitude"),
    ("lng", "lat"),
    ("lon", "lat"),
    ("X", "Y"),
)
PLANE_X = ("X坐标", "X", "横坐标", "东坐标")
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
}


@dataclass
class Table:
    """A table before it is laid out, with the truth about it.

    ``columns`` are (field or "", header, cells); ``accepted`` lists for each field the columns it
    may rightly be found in. ``truth`` has a row a record: unit_code, subject_id, lon, lat, slip
    and the true values; ``spoilt`` a list of (record, column, what).
    """

    kind: str
    columns: list[tuple[str, str, list[Any]]]
    accepted: dict[str, list[int]]
    truth: pd.DataFrame
    values: dict[str, list[Any]]
    system: System | None = None
    settled: bool = True
    spoilt: list[tuple[int, int, str]] = field(default_factory=list)
    note: str = ""
    quirks: list[str] = field(default_factory=list)
    shapes: np.ndarray | None = None

    @property
    def headers(self) -> list[str]:
        """Return the headers as they stand in the file."""
        return [header for _, header, _ in self.columns]


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
    if draw < 0.1 and unit in {"m", "deg", "MHz"} and "(" not in alias:
        return f"{alias}({ {'m': '米', 'deg': '度', 'MHz': 'MHz'}[unit] })"
    if draw < 0.12:
        return alias.replace("(", "(").replace(")", ")")
    return alias


def _partner(header: str) -> str:
    for first, second in AXES:
        if first in header:
            return header.replace(first, second)
    return ""


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
        _add_positions(world, kind, table, frame, system, used, rng, forced, vector=vector)
    if not plain:
        _add_extras(table, used, rng, len(frame))
        _spoil(table, rng, vector=vector)
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
    if kind == "cell" and name == "source_id":
        return _cell_ids(frame, header, rng), true
    if kind == "site" and name == "height_m" and rng.random() < 0.2:
        sign = str(rng.choice(["/", "、", ";", ","]))
        return [f"{int(h)}{sign}{int(h)}{sign}{max(int(h) - 3, 1)}" for h in true], true
    if name == "speed_mbps" and rng.random() < 0.5:
        return [f"{int(v)}M" if v else "-" for v in true], [v or None for v in true]
    cells = spell(entry, true, header, rng)
    if not entry.required and entry.type in {"integer", "number"} and rng.random() < 0.2:
        empty = str(rng.choice(EMPTY))
        gone = np.flatnonzero(rng.random(len(cells)) < 0.05)
        for row in gone.tolist():
            cells[row], true[row] = empty, None
    return cells, true


def _cell_ids(frame: pd.DataFrame, header: str, rng: np.random.Generator) -> list[Any]:
    pairs = list(zip(frame["node"].tolist(), frame["cell"].tolist(), strict=True))
    if "CGI" in header.upper():
        return [f"460-00-{node}-{cell}" for node, cell in pairs]
    if rng.random() < 0.4:
        return [f"{node * 256 + cell:X}" for node, cell in pairs]
    return [node * 256 + cell for node, cell in pairs]


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


def _add_positions(
    world: World,
    kind: Kind,
    table: Table,
    frame: pd.DataFrame,
    system: System,
    used: set[str],
    rng: np.random.Generator,
    forced: Mapping[str, str],
    *,
    vector: bool,
) -> None:
    if "x" in forced or "y" in forced:
        claimed = spoken_system(*forced.values())
        system = System(claimed or "EPSG:4490", "right" if claimed else "none", swapped=False)
    if vector:
        system = System(system.crs, system.claim, swapped=False)
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    x, y = give(lon, lat, system.crs)
    named = np.full(len(frame), any(name == "county_name" for name, _, _ in table.columns))
    named |= any(name == "given_code" for name, _, _ in table.columns)
    table.settled = counties_settle(world, frame["unit"].to_numpy(), x, y, system.crs, named)
    table.system = system
    if vector:
        return
    east, north = _pair(kind, system, used, rng, forced)
    xs, ys, habit = spell_positions(x, y, rng, degrees=system.degrees)
    if system.swapped:
        xs, ys = ys, xs
        table.quirks.append("axes swapped")
    table.quirks.append(f"coordinates as {habit}")
    if system.claim == "right" and spoken_system(east) == "" and system.crs in SPOKEN:
        table.note = SPOKEN[system.crs]
    table.columns += [("x", east, xs), ("y", north, ys)]
    used |= {header_key(east), header_key(north)}
    twice = east == "gps经度" and not system.swapped and system.claim == "right"
    if twice and rng.random() < 0.6 and not forced:
        baidu = give(lon, lat, "BD-09")
        bx, by, _ = spell_positions(*baidu, rng, degrees=True)
        table.columns += [("x", "百度地图经度", bx), ("y", "百度地图纬度", by)]
        table.quirks.append("two pairs of coordinates")


def _pair(
    kind: Kind,
    system: System,
    used: set[str],
    rng: np.random.Generator,
    forced: Mapping[str, str],
) -> tuple[str, str]:
    """Choose the two headers of the coordinates, such that they claim what they should."""
    known = {"x": clear_aliases(kind, "x"), "y": clear_aliases(kind, "y")}
    if "x" in forced or "y" in forced:
        back = {second: first for first, second in AXES}
        east = forced.get("x", "")
        north = forced.get("y", "")
        if not east:
            part = next((second for _, second in AXES if second in north), "")
            east = north.replace(part, back[part]) if part else "经度"
        return east, north or _partner(east) or "纬度"
    if system.claim == "lie":
        options = [alias for alias in known["x"] if "gps" in alias.lower()]
    elif system.degrees:
        claims = {"", system.crs} if system.claim == "right" else {""}
        options = [
            alias for alias in known["x"] if spoken_system(alias) in claims and alias not in PLANE_X
        ]
    else:
        options = [alias for alias in known["x"] if alias in PLANE_X]
    options = [
        alias
        for alias in options
        if _partner(alias) in known["y"] and header_key(alias) not in used
    ]
    east = str(rng.choice(options))
    north = _partner(east)
    return east, north.replace("纬度", "维度") if rng.random() < 0.1 else north


def _add_extras(table: Table, used: set[str], rng: np.random.Generator, count: int) -> None:
    """Add columns of no field of ours, one header twice, and put all in some order."""
    extra = words()["extra"]
    known = known_headers(read_kinds()[table.kind])
    names = [
        name for name in extra if header_key(name) not in known and header_key(name) not in used
    ]
    chosen = rng.choice(names, size=int(rng.integers(0, 7)), replace=False).tolist()
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


def _spoil(table: Table, rng: np.random.Generator, *, vector: bool) -> None:
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
