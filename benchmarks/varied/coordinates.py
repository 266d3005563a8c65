"""Give a table its pair of coordinate columns, under headers that claim what they should."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from benchmarks.varied.headers import clear_aliases, header_key, spoken_system
from benchmarks.varied.listing import Table
from benchmarks.varied.positions import SPOKEN, System, counties_settle, give
from benchmarks.varied.spelling import spell_positions
from benchmarks.varied.world import World
from geodata.records import Kind

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


def add_positions(
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
    """Add where records stand, in a system; ``vector``: as geometries, not in columns."""
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


def _partner(header: str) -> str:
    for first, second in AXES:
        if first in header:
            return header.replace(first, second)
    return ""
