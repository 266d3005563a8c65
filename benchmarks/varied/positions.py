"""Give true positions in the systems that files come in, with claims that are right or lies."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.stats import binom

from benchmarks.varied.world import World
from geodata.crs import from_cgcs2000, to_cgcs2000

DEGREES = ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09")
# System → share of files. Gauss–Krüger of 3 and 6 degrees, with the zone in front and without.
SYSTEMS = {
    "EPSG:4490": 0.30,
    "EPSG:4326": 0.16,
    "GCJ-02": 0.18,
    "BD-09": 0.12,
    "EPSG:4526": 0.06,
    "EPSG:4547": 0.07,
    "EPSG:4497": 0.03,
    "EPSG:4508": 0.04,
    "EPSG:3857": 0.04,
}
# What a right claim is called in a line above the table.
SPOKEN = {
    "EPSG:4490": "坐标系:CGCS2000",
    "EPSG:4326": "坐标系:WGS84",
    "GCJ-02": "坐标为高德坐标",
    "BD-09": "坐标为百度坐标",
}
# The chance of a lead, under a fair coin, at which counties alone settle a system.
CHANCE = 0.001


@dataclass(frozen=True)
class System:
    """The system that a file's positions are in, and what it says about it."""

    crs: str
    claim: str  # right, none, lie; default: WGS 84 that nobody chose
    swapped: bool

    @property
    def degrees(self) -> bool:
        """Say whether the numbers are degrees."""
        return self.crs in DEGREES


def choose_system(rng: np.random.Generator, rows: int, *, degrees: bool = False) -> System:
    """Choose a system and a claim; small lists are passed from hand to hand with a word on it."""
    crs = str(rng.choice(list(SYSTEMS), p=list(SYSTEMS.values())))
    if degrees and crs not in DEGREES:
        crs = "EPSG:4326"
    quiet = 0.25 if rows < 150 else 0.55
    claim = "none" if rng.random() < quiet else "right"
    if crs in {"GCJ-02", "BD-09"} and rng.random() < 0.1:
        claim = "lie"
    return System(crs, claim, swapped=bool(rng.random() < 0.07))


def give(lon: np.ndarray, lat: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Return CGCS2000 positions in a system."""
    x, y = from_cgcs2000(lon, lat, "EPSG:4490" if crs == "EPSG:4326" else crs)
    return np.asarray(x), np.asarray(y)


def counties_settle(
    world: World, unit: np.ndarray, x: np.ndarray, y: np.ndarray, crs: str, named: np.ndarray
) -> bool:
    """Say whether the counties that rows name tell the system from its rivals beyond chance.

    ``x``, ``y`` stand in their usual order; ``named`` says which rows name their county.
    """
    if crs not in DEGREES:
        return True
    # Cells of one mast are one piece of evidence.
    _, first = np.unique(np.round(np.column_stack([x, y]), 4), axis=0, return_index=True)
    x, y, unit, named = x[first], y[first], unit[first], named[first]
    counties = world.city.register.counties
    real = counties[~counties["modelled"].astype(bool)].set_index("code").geometry
    code = world.ground.labels["county_code"].to_numpy()[unit]
    inside = {}
    for system in ("EPSG:4490", "GCJ-02", "BD-09"):
        lon, lat = to_cgcs2000(x, y, system)
        found = np.zeros(len(unit), dtype=bool)
        for county, outline in real.items():
            here = (code == county) & named
            found[here] = shapely.contains_xy(outline, lon[here], lat[here])
        inside[system] = found
    true = inside.pop("EPSG:4490" if crs in DEGREES[:2] else crs)
    for rival in inside.values():
        wins, losses = int((true & ~rival).sum()), int((rival & ~true).sum())
        if wins + losses == 0 or binom.sf(wins - 1, wins + losses, 0.5) > CHANCE:
            return False
    return True
