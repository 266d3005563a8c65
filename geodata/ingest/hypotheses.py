"""How the rows of a table look under each coordinate system they may be in.

A row's evidence is whether it falls into the county or township that it names itself. Modelled
outlines are no evidence.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import BD09, CGCS2000, GCJ02, geodesic_m, to_cgcs2000
from geodata.crs_zones import plane_systems
from geodata.ingest.settings import settings
from geodata.match_words import Said, UnitIndex, resolve_words
from geodata.register import Register

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
GEOGRAPHIC = (CGCS2000, GCJ02, BD09)


@dataclass(frozen=True)
class Positions:
    """Positions as given, and what the rows say of where they lie.

    A line is placed by its middle. ``area`` is for each row the index of the outline in
    ``outlines`` it names, -1 for none. ``other`` is a second pair of coordinates, where there is
    one: 百度地图经度 beside gps经度.
    """

    x: Floats
    y: Floats
    area: Ints
    outlines: tuple[Any, ...]
    bounds: tuple[float, float, float, float]
    other: tuple[Floats, Floats] | None = None


@dataclass(frozen=True)
class Hypothesis:
    """A system, perhaps with its axes swapped, and how the rows look under it."""

    crs: str
    swapped: bool
    near: Bools
    inside: Bools

    @property
    def name(self) -> tuple[str, bool]:
        """Return what tells hypotheses apart."""
        return self.crs, self.swapped


def named_areas(
    frame: pd.DataFrame, register: Register, index: UnitIndex
) -> tuple[Ints, tuple[Any, ...]]:
    """Return for each row the real outline it names (-1 for none), and the outlines.

    A township's outline is used where it is real, else its county's; modelled ones never.
    """
    outlines: dict[str, Any] = {}
    for table in (register.counties, register.townships):
        real = table[~table["modelled"].astype(bool)]
        outlines |= dict(zip(real["code"].astype(str), real.geometry, strict=True))
    codes = list(outlines)
    number = {code: i for i, code in enumerate(codes)}
    saids, of_row = resolve_words(frame, index, ("given_code", "county_name", "township_name"))
    area = np.array([_outline_of(said, number) for said in saids], dtype=np.int64)
    of_rows = area[of_row] if len(area) else np.empty(0, dtype=np.int64)
    return of_rows, tuple(outlines[code] for code in codes)


def _outline_of(said: Said, number: dict[str, int]) -> int:
    if len(said.townships) == 1 and (township := next(iter(said.townships))) in number:
        return number[township]
    return number.get(said.county, -1)


def try_all(positions: Positions, known: Bools, asked: set[str]) -> list[Hypothesis]:
    """Look at the rows under every hypothesis that a position of this size can have."""
    systems = [*GEOGRAPHIC, *plane_systems(positions.bounds[0], positions.bounds[2])]
    systems += sorted(asked - set(systems))
    return [
        _try(positions, known, crs, swapped=swapped) for swapped in (False, True) for crs in systems
    ]


def _try(positions: Positions, known: Bools, crs: str, *, swapped: bool) -> Hypothesis:
    x, y = (positions.y, positions.x) if swapped else (positions.x, positions.y)
    rows = np.flatnonzero(known & can_be(crs, x, y))
    lon, lat = to_cgcs2000(x[rows], y[rows], crs)
    margin = settings()["crs"]["rule"]["near_deg"]
    west, south, east, north = positions.bounds
    with np.errstate(invalid="ignore"):
        close = (lon > west - margin) & (lon < east + margin)
        close &= (lat > south - margin) & (lat < north + margin)
    near, inside = np.zeros(len(x), dtype=bool), np.zeros(len(x), dtype=bool)
    near[rows] = close
    inside[rows[close]] = _in_named(positions, rows[close], lon[close], lat[close])
    return Hypothesis(crs, swapped, near, inside)


def can_be(crs: str, x: Floats, y: Floats) -> Bools:
    """Say which numbers have the size of a system's coordinates; NaN have no size."""
    if _is_geographic(crs):
        return np.asarray((np.abs(x) <= 180) & (np.abs(y) <= 90))
    return np.asarray(np.abs(x) > 180)


def _in_named(positions: Positions, rows: Ints, lon: Floats, lat: Floats) -> Bools:
    """Say which rows' positions lie in the outline that they name."""
    area = positions.area[rows]
    inside = np.zeros(len(rows), dtype=bool)
    for number in np.unique(area[area >= 0]):
        outline = positions.outlines[number]
        shapely.prepare(outline)
        here = area == number
        inside[here] = shapely.contains_xy(outline, lon[here], lat[here])
    return inside


@cache
def _is_geographic(crs: str) -> bool:
    return crs in GEOGRAPHIC or crs == "EPSG:4326"


def paired_system(positions: Positions) -> str:
    """Return the system of the positions if a second pair of columns proves it, else nothing.

    One shift leads from each geographic system to each other: where two pairs in a row come to the
    same place under one assumption only, that is what they are in.
    """
    if positions.other is None:
        return ""
    rule = settings()["crs"]["rule"]
    x, y, other_x, other_y = positions.x, positions.y, *positions.other
    both = can_be(CGCS2000, x, y) & can_be(CGCS2000, other_x, other_y)
    if both.sum() < rule["least_rows"]:
        return ""
    fitting = []
    for one in GEOGRAPHIC:
        here = to_cgcs2000(x[both], y[both], one)
        for another in GEOGRAPHIC:
            there = to_cgcs2000(other_x[both], other_y[both], another)
            if one != another:
                close = geodesic_m(*here, *there) <= rule["pair_m"]
                fitting += [one] if close.mean() >= rule["pair_share"] else []
    return fitting[0] if len(fitting) == 1 else ""


def area_bounds(register: Register) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the register's area of interest."""
    west, south, east, north = gpd.GeoSeries(area_outlines(register)).total_bounds
    return float(west), float(south), float(east), float(north)


def area_outlines(register: Register) -> gpd.GeoSeries:
    """Return the outlines that make up the area of interest."""
    city = register.areas[register.areas["level"] == "city"].geometry
    return city if len(city) and not city.is_empty.all() else register.counties.geometry
