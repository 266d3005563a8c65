"""Which coordinate systems there are, as ``crs.toml`` lists them, and what their numbers can be."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

CGCS2000 = "EPSG:4490"
WGS84 = "EPSG:4326"
GCJ02 = "GCJ-02"
BD09 = "BD-09"
# GCJ-02 degrees projected as if they were WGS 84, as tools for the tiles of Amap export them.
GCJ02_MERCATOR = "GCJ-02-MERCATOR"

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rules:
    """What ``crs.toml`` says, with its ranges of codes written out."""

    taken: frozenset[int]
    gauss_kruger: frozenset[int]
    taken_datums: frozenset[str]
    refused: Mapping[str, frozenset[int]]
    refused_datums: Mapping[str, str]
    refused_ellipsoids: Mapping[str, tuple[float, float]]
    ellipsoid_within: tuple[float, float]
    first_code: int
    first_meridian: int
    last_meridian: int
    width: int
    web: frozenset[int]
    families: Mapping[str, int]
    rare: frozenset[str]
    first_wide_zone: int
    first_narrow_zone: int
    plane: Mapping[str, Any]
    china: tuple[float, float, float, float]


def _span(ranges: list[list[int]]) -> frozenset[int]:
    return frozenset(code for low, high in ranges for code in range(low, high + 1))


@cache
def crs_rules() -> Rules:
    """Read ``crs.toml``."""
    data = tomllib.loads((files("geodata") / "crs.toml").read_text(encoding="utf-8"))
    refused, china, within = data["refused"], data["china"], data["ellipsoid_within"]
    return Rules(
        gauss_kruger=_span(data["projected"]),
        taken=_span(data["projected"]) | frozenset(data["geographic"]) | frozenset(data["web"]),
        taken_datums=frozenset(data["datums"]),
        refused={name: _span(entry["codes"]) for name, entry in refused.items()},
        refused_datums={name: why for why, entry in refused.items() for name in entry["datums"]},
        refused_ellipsoids={name: tuple(entry["ellipsoid"]) for name, entry in refused.items()},
        ellipsoid_within=(within["axis_m"], within["inverse_flattening"]),
        first_code=data["metric"]["first_code"],
        first_meridian=data["metric"]["first_meridian_deg"],
        last_meridian=data["metric"]["last_meridian_deg"],
        width=data["metric"]["zone_width_deg"],
        web=frozenset(data["web"]),
        families={name: int(code) for name, code in data["families"].items()},
        rare=frozenset(data["rare"]["families"]),
        first_wide_zone=data["first_wide_zone"],
        first_narrow_zone=data["first_narrow_zone"],
        plane=data["plane"],
        china=(china["west"], china["south"], china["east"], china["north"]),
    )


def plane_systems(west: float, east: float) -> tuple[str, ...]:
    """List the plane systems that files of a place may be in, by its longitudes in degrees.

    CGCS2000 Gauss–Krüger of 3 and 6 degrees with and without the zone's prefix, UTM on WGS 84,
    Web Mercator of WGS 84 and of GCJ-02. Systems with the same formula stand for each other by
    their first code.
    """
    rules = crs_rules()
    narrow = range(
        int(np.floor(west / rules.width + 0.5)), int(np.floor(east / rules.width + 0.5)) + 1
    )
    wide = range(int(west // 6) + 1, int(east // 6) + 2)
    bases = rules.families
    codes = [bases["gk3"] + zone - rules.first_meridian // rules.width for zone in narrow]
    codes += [bases["gk3_prefixed"] + zone - rules.first_meridian // rules.width for zone in narrow]
    codes += [
        bases["gk6"] + zone - rules.first_wide_zone
        for zone in wide
        if (6 * zone - 3) // rules.width not in narrow
    ]
    codes += [bases["gk6_prefixed"] + zone - rules.first_wide_zone for zone in wide]
    codes += [bases["utm_north"] + zone for zone in wide]
    return (*(f"EPSG:{code}" for code in (*codes, *sorted(rules.web))), GCJ02_MERCATOR)


def china_bounds() -> tuple[float, float, float, float]:
    """Return west, south, east and north of the territory of China, in degrees."""
    return crs_rules().china


def first_prefix() -> int:
    """Return the least number that stands before an easting as its zone, in millions of metres."""
    return crs_rules().first_wide_zone


@cache
def is_geographic(crs: str) -> bool:
    """Say whether a system's positions are degrees."""
    return crs in {CGCS2000, GCJ02, BD09, WGS84}


@cache
def is_mercator(crs: str) -> bool:
    """Say whether a system is Web Mercator, of WGS 84 or of GCJ-02."""
    return crs == GCJ02_MERCATOR or crs in {f"EPSG:{code}" for code in crs_rules().web}


@cache
def _family(crs: str) -> tuple[str, int]:
    """Return the family of zones that a system is of and which one it is there, "" for none."""
    if crs == GCJ02_MERCATOR:
        return "", 0
    rules, code = crs_rules(), int(crs.removeprefix("EPSG:"))
    last = (rules.last_meridian - rules.first_meridian) // rules.width
    zones = {"gk3": (0, last), "gk6": (0, last // 2), "utm": (1, 30)}
    for family, first in rules.families.items():
        low, high = zones[family.split("_")[0]]
        if low <= code - first <= high:
            return family, code - first
    return "", 0


@cache
def is_rare(crs: str) -> bool:
    """Say whether a system is one that files are in only where they say so."""
    return not is_geographic(crs) and _family(crs)[0] in crs_rules().rare


@cache
def _zone(crs: str) -> tuple[int, float, float] | None:
    """Return a zone's prefix (0 for none), its middle and its half width in degrees.

    None for what is no transverse Mercator zone of ours.
    """
    rules = crs_rules()
    family, step = _family(crs)
    if family.startswith("gk3"):
        prefix = rules.first_narrow_zone + step if family.endswith("prefixed") else 0
        return prefix, rules.first_meridian + step * rules.width, rules.width / 2
    if family.startswith("gk6"):
        zone = rules.first_wide_zone + step
        return (zone if family.endswith("prefixed") else 0), 6.0 * zone - 3.0, 3.0
    return (0, 6.0 * step - 3.0, 3.0) if family else None


def can_be(crs: str, x: Floats, y: Floats) -> Bools:
    """Say which numbers (x east, y north) have the size of a system's coordinates; NaN never."""
    if is_geographic(crs):
        return np.asarray((np.abs(x) <= 180) & (np.abs(y) <= 90))
    zone = _zone(crs)
    if zone is None:
        return np.asarray(np.abs(x) > 180)
    plane = crs_rules().plane
    low, high = plane["easting_m"]
    south, north = plane["northing_m"]
    east = x - zone[0] * plane["prefix_m"]
    return np.asarray((east >= low) & (east <= high) & (y >= south) & (y <= north))


def in_reach(crs: str, lon: Floats) -> Bools:
    """Say which longitudes a zone's system is still used at; any, for what has no zones."""
    zone = None if is_geographic(crs) else _zone(crs)
    if zone is None:
        return np.ones(len(lon), dtype=bool)
    reach = zone[2] + crs_rules().plane["beyond_zone_deg"]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(lon - zone[1]) <= reach)
