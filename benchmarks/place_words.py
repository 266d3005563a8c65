"""Files of place words and positions as carriers write them, with the truth, by seed.

How often what goes wrong stands in ``place_words.toml``. The truth of a row is the unit that its
record is in; its words and its position are both reports of it.
"""

import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.lineage import read_lineage
from geodata.place_names import matching_settings, unit_keys
from geodata.register import Register
from geodata.spelling import syllables

WORDS = ("given_code", "county_name", "township_name", "village_name", "settlement_name")
COLUMNS = (*WORDS, "address", "name")
DEGREE_M = 111_320.0
Rng = np.random.Generator
Row = dict[str, str]


@cache
def shares() -> dict[str, Any]:
    """Read ``place_words.toml``."""
    return tomllib.loads((Path(__file__).parent / "place_words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class World:
    """A register made ready to write about: units with names of county and township, points."""

    units: pd.DataFrame
    points: gpd.GeoDataFrame
    homophones: dict[str, list[str]]
    mates: dict[str, list[int]]
    townships: dict[str, list[str]]
    settlements: dict[str, list[str]]
    former: dict[str, list[tuple[str, str]]]
    characters: list[str]


def make_world(register: Register) -> World:
    """Collect what files are written from."""
    county = dict(zip(register.counties["code"], register.counties["name"], strict=True))
    township = dict(zip(register.townships["code"], register.townships["name"], strict=True))
    units = pd.DataFrame(register.units.drop(columns="geometry"))
    units = units.assign(
        county=units["county_code"].map(county),
        township=units["township_code"].map(township),
        core=[unit_keys(name)[2 if len(unit_keys(name)) > 2 else -1] for name in units["name"]],
    )
    characters = sorted({character for core in units["core"] for character in core})
    homophones: dict[str, list[str]] = defaultdict(list)
    for character in characters:
        for syllable in sorted(syllables(character)):
            homophones[syllable].append(character)
    mates: dict[str, list[int]] = defaultdict(list)
    for row, code in enumerate(units["township_code"]):
        mates[code].append(row)
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in township.items():
        names[code[:6]].append(name)
    settlements: dict[str, list[str]] = defaultdict(list)
    held = register.settlements
    for code, name in zip(held["unit_code"], held["name"], strict=True):
        settlements[code].append(name)
    former: dict[str, list[tuple[str, str]]] = defaultdict(list)
    table = read_lineage().query("level == 'unit' and former != code")
    for then, now, name in zip(table["former"], table["code"], table["name"], strict=True):
        former[now].append((then, name))
    points = pd.concat([register.places, register.settlements])[["unit_code", "geometry"]]
    points = points[points["unit_code"].isin(units["code"])].reset_index(drop=True)
    return World(units, points, homophones, mates, names, settlements, former, characters)


def make_file(world: World, rng: Rng) -> gpd.GeoDataFrame:
    """Return the rows of one file: place words, position, ``truth`` and ``slip``."""
    settings = shares()
    rows = settings["file"]["rows"]
    picked = rng.integers(0, len(world.points), rows)
    spots = world.points.iloc[picked]
    place = pd.Index(world.units["code"]).get_indexer(spots["unit_code"])
    habits = {name: _draw(settings["file"][name], rng) for name in ("style", "suffix")}
    written, slips = zip(
        *(_write(world, unit, habits, rng) for unit in place.tolist()), strict=True
    )
    cells = {name: [row.get(name, "") for row in written] for name in COLUMNS}
    frame = pd.DataFrame(cells, dtype="str")
    placed = habits["style"] == "nothing" or rng.random() >= settings["file"]["no_position"]
    geometry = _move(shapely.get_coordinates(spots.geometry.to_numpy()), rng)
    shapes = shapely.points(geometry) if placed else np.full(rows, None, dtype=object)
    truth = spots["unit_code"].to_numpy(dtype=object)
    absent = np.array([slip == "village_unknown" for slip in slips])
    # Without a position nothing tells the unit of a row whose village is not in the register.
    truth = np.where(absent & (not placed), "", truth)
    frame = frame.assign(truth=truth, slip=list(slips))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4490")


def _draw(weights: dict[str, float], rng: Rng) -> str:
    names = list(weights)
    share = np.array([weights[name] for name in names], dtype=np.float64)
    return str(rng.choice(names, p=share / share.sum()))


def _move(coordinates: np.ndarray, rng: Rng) -> np.ndarray:
    """Return positions as they are reported: with noise, set off, or of another place."""
    settings = shares()["position"]
    count = len(coordinates)
    turn = rng.uniform(0, 2 * np.pi, count)
    away = np.abs(rng.normal(0, settings["noise_m"], count))
    away += np.where(rng.random(count) < settings["offset_share"], settings["offset_m"], 0.0)
    away += np.where(rng.random(count) < settings["wrong_share"], settings["wrong_m"], 0.0)
    shift = np.column_stack([np.cos(turn), np.sin(turn)]) * (away / DEGREE_M)[:, None]
    shift[:, 0] /= np.cos(np.radians(coordinates[:, 1]))
    moved: np.ndarray = coordinates + shift
    return moved


def _write(world: World, unit: int, habits: dict[str, str], rng: Rng) -> tuple[Row, str]:
    """Write the words of one row in the file's habit; return them and what went wrong in them."""
    row = world.units.iloc[unit]
    style = habits["style"]
    slip = _slip(rng)
    village, township, slip = _names(world, unit, habits["suffix"], slip, rng)
    county = str(row["county"])
    if style == "nothing":
        return {"name": f"XC{rng.integers(10**5)}"}, ""
    if style == "address":
        tail = str(rng.choice(["", "3组", "村部", "东头", "小学旁", "12号"]))
        head = str(rng.choice(["", "河南省许昌市", "许昌市"]))
        return {"address": f"{head}{county}{township}{village}{tail}"}, slip
    if style == "name":
        if rng.random() < shares()["row"]["name_neighbour"]:
            mates = world.mates[row["township_code"]]
            village = str(world.units["core"].iloc[int(rng.choice(mates))])
            slip = "name_neighbour"
        short = county[:-1] if len(county) > 2 else county
        return {"name": f"{short}{township.rstrip('镇乡')}{village}基站"}, slip
    words = {"county_name": county, "township_name": township, "village_name": village}
    if style in {"no_township", "village_only"}:
        words.pop("township_name")
    if style in {"no_county", "village_only"}:
        words.pop("county_name")
    if style == "settlement":
        named = world.settlements.get(str(row["code"]), [""])
        words["settlement_name"] = str(rng.choice(named))
    if style.startswith("code"):
        words = words if style == "code_and_columns" else {}
        words["given_code"], former = _code(world, str(row["code"]), slip, rng)
        if former and words.get("village_name"):
            words["village_name"] = former
    return words, slip


def _slip(rng: Rng) -> str:
    """Choose what goes wrong in a row, mostly nothing."""
    drawn = rng.random()
    for name, share in shares()["row"].items():
        if name.startswith(("village", "township")) or name == "code_wrong":
            drawn -= share
            if drawn < 0:
                return str(name)
    return ""


def _code(world: World, code: str, slip: str, rng: Rng) -> tuple[str, str]:
    """Return a unit's code as a file gives it, and the name it had if it is a former one."""
    settings = shares()["row"]
    name = ""
    if world.former.get(code) and rng.random() < settings["code_former"]:
        code, name = world.former[code][int(rng.integers(len(world.former[code])))]
    elif code.startswith("411003") and rng.random() < settings["code_former"]:
        code = "411023" + code[6:]
    if slip == "code_wrong":
        spot = int(rng.integers(9, 12))
        code = code[:spot] + str(rng.integers(10)) + code[spot + 1 :]
    if rng.random() < settings["code_long"]:
        code += str(rng.choice(["0000000", "001"]))
    if rng.random() < settings["code_float"]:
        code += ".0"
    return code, name


def _names(world: World, unit: int, suffix: str, slip: str, rng: Rng) -> tuple[str, str, str]:
    """Return a village's and a township's name with the slip; "" where it could not be made."""
    row = world.units.iloc[unit]
    core, township = str(row["core"]), str(row["township"])
    changed = core
    if slip in _EDITS:
        changed = _EDITS[slip](world, core, rng)
    elif slip == "village_settlement":
        changed = str(rng.choice(world.settlements.get(str(row["code"]), [core])))
    elif slip == "village_wrong":
        mate = int(rng.choice(world.mates[row["township_code"]]))
        changed = str(world.units["core"].iloc[mate])
    elif slip == "village_unknown":
        here = {world.units["core"].iloc[mate] for mate in world.mates[row["township_code"]]}
        other = str(world.units["core"].iloc[int(rng.integers(len(world.units)))])
        changed = other if other not in here else f"{other}新"
    if slip.startswith("village") and changed == core and slip not in _WRITTEN:
        slip = ""
    if slip == "township_slip":
        township = _EDITS["village_sound"](world, township[:-1], rng) + township[-1:]
    elif slip == "township_wrong":
        township = str(rng.choice(world.townships[str(row["county_code"])]))
    village = _suffixed(row, core, changed, suffix)
    if slip == "village_prefixed":
        village = f"{township}{village}"
    elif slip == "village_bracketed":
        village = f"{village}(原{rng.choice(world.characters)}庄)"
    return village, township, slip


def _suffixed(row: pd.Series, core: str, changed: str, suffix: str) -> str:
    if suffix == "full":
        return str(row["name"]).replace(core, changed, 1)
    if suffix == "plain" and not changed.endswith("村"):
        return changed + ("村" if row["kind"] == "village" else "社区")
    return changed


def _spot(core: str, rng: Rng) -> int:
    return int(rng.integers(len(core)))


def _sound(world: World, core: str, rng: Rng) -> str:
    spot = _spot(core, rng)
    own = core[spot]
    mates = sorted({m for s in syllables(own) for m in world.homophones.get(s, []) if m != own})
    return core[:spot] + str(rng.choice(mates)) + core[spot + 1 :] if mates else core


def _alike(_world: World, core: str, rng: Rng) -> str:
    groups = matching_settings()["spelling"]["alike"]
    spots = [(i, g) for i, own in enumerate(core) for g in groups if own in g]
    if not spots:
        return core
    spot, group = spots[int(rng.integers(len(spots)))]
    other = str(rng.choice([c for c in group if c != core[spot]]))
    return core[:spot] + other + core[spot + 1 :]


def _dropped(_world: World, core: str, rng: Rng) -> str:
    spot = _spot(core, rng)
    return core[:spot] + core[spot + 1 :] if len(core) > 2 else core


def _added(world: World, core: str, rng: Rng) -> str:
    spot = int(rng.integers(len(core) + 1))
    loose = matching_settings()["spelling"]["loose"]
    pool = list(loose) if rng.random() < 0.6 else world.characters
    return core[:spot] + str(rng.choice(pool)) + core[spot:]


def _other(world: World, core: str, rng: Rng) -> str:
    spot = _spot(core, rng)
    return core[:spot] + str(rng.choice(world.characters)) + core[spot + 1 :]


@cache
def _traditional() -> dict[str, str]:
    return {pair[1]: pair[0] for pair in matching_settings()["spelling"]["variants"]}


def _old_forms(_world: World, core: str, _rng: Rng) -> str:
    return "".join(_traditional().get(character, character) for character in core)


_WRITTEN = frozenset({"village_prefixed", "village_bracketed"})
_EDITS: dict[str, Callable[[World, str, Rng], str]] = {
    "village_sound": _sound,
    "village_alike": _alike,
    "village_dropped": _dropped,
    "village_added": _added,
    "village_other": _other,
    "village_traditional": _old_forms,
}
