"""How the rows of a table look under each coordinate system they may be in.

A row's evidence is whether it falls into the county or township that it names itself, and whether
it comes to where the same record is known to stand. Modelled outlines are no evidence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import BD09, CGCS2000, GCJ02, geodesic_m, to_cgcs2000
from geodata.crs_zones import can_be, first_prefix, in_reach, plane_systems
from geodata.ingest.settings import settings
from geodata.match_words import Said, UnitIndex, resolve_words
from geodata.register import Register

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bounds = tuple[float, float, float, float]
Pair = tuple[Floats, Floats]
GEOGRAPHIC = (CGCS2000, GCJ02, BD09)


@dataclass(frozen=True)
class Positions:
    """Positions as given, and what is known of where the rows lie.

    A line is placed by its middle. ``area`` is for each row the index of the outline in
    ``outlines`` it names, -1 for none. ``bounds`` are those of the area of interest, None where no
    register says; ``strange`` says that the rows name other places, so may lie anywhere. ``other``
    is a second pair of coordinates, where there is one (百度经度 beside gps经度); ``known`` where
    the same record is known to stand, EPSG:4490, NaN where it is not. ``ends`` of lines as given,
    by row first x, y and last x, y; ``marks`` where things stand that rows may come to, each
    longitude and latitude, EPSG:4490.
    """

    x: Floats
    y: Floats
    area: Ints
    outlines: tuple[Any, ...]
    bounds: Bounds | None
    strange: bool = False
    other: Pair | None = None
    known: Pair | None = None
    ends: Floats | None = None
    marks: Floats | None = None

    def take(self, rows: Ints) -> "Positions":
        """Return some of the rows."""
        other = None if self.other is None else (self.other[0][rows], self.other[1][rows])
        known = None if self.known is None else (self.known[0][rows], self.known[1][rows])
        return replace(
            self,
            x=self.x[rows],
            y=self.y[rows],
            area=self.area[rows],
            other=other,
            known=known,
            ends=None if self.ends is None else self.ends[rows],
        )


@dataclass(frozen=True)
class Hypothesis:
    """A system, perhaps with its axes swapped, and how the rows look under it.

    ``near``: the row lies near the area of interest (in China, where there is none); ``inside``: in
    the outline it names; ``agrees``: where its record is known to stand. ``lon``, ``lat``:
    EPSG:4490, NaN where the numbers have not the system's size.
    """

    crs: str
    swapped: bool
    near: Bools
    inside: Bools
    agrees: Bools
    lon: Floats
    lat: Floats

    @property
    def name(self) -> tuple[str, bool]:
        """Return what tells hypotheses apart."""
        return self.crs, self.swapped

    def take(self, rows: Ints) -> "Hypothesis":
        """Return some of the rows."""
        arrays = ("near", "inside", "agrees", "lon", "lat")
        return replace(self, **{name: getattr(self, name)[rows] for name in arrays})


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


def try_all(positions: Positions, bounds: Bounds, asked: Iterable[str]) -> list[Hypothesis]:
    """Look at rows with a position under every hypothesis that numbers of their size can have.

    ``bounds`` say where they are looked for; ``asked`` are systems that somebody names. Of systems
    with the same formula the one that is named stands for the other.
    """
    systems = [*GEOGRAPHIC, *plane_systems(bounds[0], bounds[2])]
    systems += sorted(set(asked) - {"", *systems})
    least = settings()["crs"]["rule"]["possible_share"]
    tried = []
    for swapped in (False, True):
        x, y = (positions.y, positions.x) if swapped else (positions.x, positions.y)
        for crs in systems:
            sized = can_be(crs, x, y)
            if sized.mean() >= least:
                hypothesis = _try(positions, bounds, crs, sized, swapped=swapped)
                if hypothesis.near.mean() >= least:
                    tried.append(hypothesis)
    return _without_doubles(tried, set(asked))


def _without_doubles(tried: list[Hypothesis], asked: set[str]) -> list[Hypothesis]:
    """Drop what brings all rows to the same places as a system that somebody names."""
    named = [one for one in tried if one.crs in asked]
    return [
        one
        for one in tried
        if one in named
        or not any(
            one.swapped == other.swapped
            and np.allclose(one.lon, other.lon, rtol=0, atol=1e-9, equal_nan=True)
            and np.allclose(one.lat, other.lat, rtol=0, atol=1e-9, equal_nan=True)
            for other in named
        )
    ]


def _try(
    positions: Positions, bounds: Bounds, crs: str, sized: Bools, *, swapped: bool
) -> Hypothesis:
    x, y = (positions.y, positions.x) if swapped else (positions.x, positions.y)
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    lon[sized], lat[sized] = to_cgcs2000(x[sized], y[sized], crs)
    margin = settings()["crs"]["rule"]["near_deg"]
    west, south, east, north = bounds
    with np.errstate(invalid="ignore"):
        near = (lon > west - margin) & (lon < east + margin)
        near &= (lat > south - margin) & (lat < north + margin)
    near &= in_reach(crs, lon)
    inside = np.zeros(len(x), dtype=bool)
    inside[near] = in_named(positions, np.flatnonzero(near), lon[near], lat[near])
    return Hypothesis(crs, swapped, near, inside, _agrees(positions, lon, lat), lon, lat)


def in_named(positions: Positions, rows: Ints, lon: Floats, lat: Floats) -> Bools:
    """Say which rows' positions lie in the outline that they name."""
    area = positions.area[rows]
    inside = np.zeros(len(rows), dtype=bool)
    for number in np.unique(area[area >= 0]):
        outline = positions.outlines[number]
        shapely.prepare(outline)
        here = area == number
        inside[here] = shapely.contains_xy(outline, lon[here], lat[here])
    return inside


def _agrees(positions: Positions, lon: Floats, lat: Floats) -> Bools:
    """Say which rows come to where their record is known to stand."""
    agrees = np.zeros(len(lon), dtype=bool)
    if positions.known is None:
        return agrees
    known_lon, known_lat = positions.known
    both = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(known_lon) & np.isfinite(known_lat)
    away = geodesic_m(lon[both], lat[both], known_lon[both], known_lat[both])
    agrees[both] = away <= settings()["crs"]["rule"]["known_m"]
    return agrees


def paired_system(positions: Positions, possible: list[Hypothesis], bounds: Bounds) -> str:
    """Return the system of the positions if a second pair of columns proves it, else nothing.

    One shift leads from each system to each other: where two pairs in a row come to the same place
    under one assumption only, that is what they are in.
    """
    if positions.other is None:
        return ""
    rule = settings()["crs"]["rule"]
    filled = np.isfinite(positions.other[0]) & np.isfinite(positions.other[1])
    if filled.sum() < rule["pair_rows"]:
        return ""
    second = replace(
        positions,
        x=positions.other[0][filled],
        y=positions.other[1][filled],
        area=np.full(int(filled.sum()), -1, dtype=np.int64),
        other=None,
        known=None,
        ends=None,
        marks=None,
    )
    others = try_all(second, bounds, ())
    fitting = {
        one.crs
        for one in possible
        for another in others
        if one.crs != another.crs
        and _come_together(one.lon[filled], one.lat[filled], another) >= rule["pair_share"]
    }
    return next(iter(fitting)) if len(fitting) == 1 else ""


def _come_together(lon: Floats, lat: Floats, another: Hypothesis) -> float:
    """Return the share of rows that two pairs of columns bring to the same place."""
    both = np.isfinite(lon) & np.isfinite(lat)
    both &= np.isfinite(another.lon) & np.isfinite(another.lat)
    away = geodesic_m(lon[both], lat[both], another.lon[both], another.lat[both])
    return float((away <= settings()["crs"]["rule"]["pair_m"]).sum() / len(lon))


def size_classes(x: Floats, y: Floats) -> Ints:
    """Return for each row the size of its numbers: 0 degrees, 1 metres, -1 for no numbers."""
    known = np.isfinite(x) & np.isfinite(y)
    degrees = can_be(CGCS2000, x, y) | can_be(CGCS2000, y, x)
    return np.where(known, np.where(degrees, 0, 1), -1).astype(np.int64)


def zone_prefixes(x: Floats, y: Floats) -> Ints:
    """Return the zone prefix of each row (the millions of its easting), 0 where it has none."""
    size = np.maximum(np.abs(x), np.abs(y))
    # No position is a thousand million metres away, and such numbers fit no whole number.
    millions = np.where(size < 1e9, size // 1e6, 0).astype(np.int64)
    return np.where(millions >= first_prefix(), millions, 0)


def area_bounds(register: Register) -> Bounds | None:
    """Return west, south, east and north of the register's area of interest, if it has one."""
    outlines = gpd.GeoSeries(area_outlines(register))
    if not len(outlines) or outlines.is_empty.all():
        return None
    west, south, east, north = outlines.total_bounds
    return float(west), float(south), float(east), float(north)


def area_outlines(register: Register) -> gpd.GeoSeries:
    """Return the outlines that make up the area of interest."""
    city = register.areas[register.areas["level"] == "city"].geometry
    return city if len(city) and not city.is_empty.all() else register.counties.geometry
