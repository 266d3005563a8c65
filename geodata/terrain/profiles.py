"""Profiles of the ground between a mast and many places: distances, heights, clutter.

Points lie at equal distances on the geodesic of the GRS 80 ellipsoid, both ends included. Heights
are bilinear between the middles of cells, clutter is the cell's own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from geodata.crs import from_cgcs2000, to_cgcs2000
from geodata.errors import UsageError
from geodata.terrain.raster import Floats, Grid, Raster, sample_bilinear, sample_nearest

_GEOD = Geod(ellps="GRS80")  # CGCS2000's ellipsoid, as in geodata.crs
_AHEAD_M = 100.0  # far enough for the digits, too near for the meridian to bend
_LEAST = 2  # steps of the shortest profile: one point between the antennas


@dataclass(frozen=True)
class Profiles:
    """Profiles laid end to end: profile k is ``starts[k]:starts[k + 1]`` of the flat arrays.

    ``distance_km`` rises from 0 in each; ``terrain_m`` above sea level, NaN where no height is
    known; ``clutter_m`` the representative height, 0 where no land cover is given; ``category``
    the cell's class code, -1 where no classes are given. ``azimuth_deg`` is from true north at
    the mast, ``length_km`` the geodesic, ``whole`` whether every point has both heights.
    """

    starts: NDArray[np.int64]
    distance_km: Floats
    terrain_m: Floats
    clutter_m: Floats
    category: NDArray[np.int16]
    lon: Floats
    lat: Floats
    azimuth_deg: Floats
    length_km: Floats
    whole: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.length_km)

    def part(self, number: int) -> slice:
        """Return where a profile lies in the flat arrays."""
        return slice(int(self.starts[number]), int(self.starts[number + 1]))


def sample_profiles(
    heights: Raster,
    start: tuple[float, float],
    ends: Floats,
    step_m: float,
    clutter: Raster | None = None,
    classes: Raster | None = None,
) -> Profiles:
    """Sample the ground from one mast to many places.

    Args:
        heights: metres above sea level.
        start: longitude and latitude of the mast, CGCS2000 degrees.
        ends: (n, 2) longitudes and latitudes.
        step_m: the points' distance; each profile's own is the next shorter that divides it.
        clutter: representative clutter heights in metres, on any grid.
        classes: clutter categories or land-cover classes, on any grid.

    Raises:
        UsageError: ``profile_step``, a step that is not positive.
    """
    if not (np.isfinite(step_m) and step_m > 0):
        raise UsageError("profile_step", step=str(step_m))
    ends = np.asarray(ends, dtype=np.float64).reshape(-1, 2)
    lon0, lat0 = np.full(len(ends), start[0]), np.full(len(ends), start[1])
    azimuth, _, length = _GEOD.inv(lon0, lat0, ends[:, 0].copy(), ends[:, 1].copy())
    length = np.asarray(length, dtype=np.float64)
    known = np.isfinite(length)
    steps = np.maximum(np.ceil(np.where(known, length, 0.0) / step_m), _LEAST).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(steps + 1)])
    profile = np.repeat(np.arange(len(ends)), steps + 1)
    part = (np.arange(starts[-1]) - starts[profile]) / steps[profile]
    distance_m = part * length[profile]
    lon, lat = _along(start, np.asarray(azimuth)[profile], distance_m)
    # The far end is where it was asked for, to the last digit.
    lon[starts[1:] - 1], lat[starts[1:] - 1] = ends[:, 0], ends[:, 1]
    terrain = sample_bilinear(heights, lon, lat)
    covered = np.zeros(len(lon)) if clutter is None else _nearest_m(clutter, lon, lat)
    code = np.full(len(lon), -1, dtype=np.int16)
    if classes is not None:
        code = sample_nearest(classes, lon, lat).astype(np.int16)
    fine = np.isfinite(terrain) & np.isfinite(covered)
    whole = np.logical_and.reduceat(fine, starts[:-1]) if len(ends) else np.zeros(0, dtype=bool)
    return Profiles(
        starts=starts,
        distance_km=distance_m / 1e3,
        terrain_m=terrain,
        clutter_m=covered,
        category=code,
        lon=lon,
        lat=lat,
        azimuth_deg=np.asarray(azimuth, dtype=np.float64) % 360.0,
        length_km=length / 1e3,
        whole=whole & known,
    )


def true_azimuth_deg(lon: float, lat: float, ends: Floats) -> Floats:
    """Return the azimuths of places seen from a mast, from true north, 0 to 360 degrees."""
    ends = np.asarray(ends, dtype=np.float64).reshape(-1, 2)
    first = np.full(len(ends), lon), np.full(len(ends), lat)
    azimuth, _, _ = _GEOD.inv(*first, ends[:, 0].copy(), ends[:, 1].copy())
    return np.asarray(azimuth, dtype=np.float64) % 360.0


def grid_convergence_deg(lon: float, lat: float, grid: Grid) -> float:
    """Return how far grid north lies east of true north at a place, degrees.

    A grid bearing plus this is the true azimuth. Taken from the grid itself: the direction, on
    the ground, of a short way up the grid.
    """
    x, y = from_cgcs2000(lon, lat, grid.crs)
    there = to_cgcs2000(x, y + _AHEAD_M, grid.crs)
    azimuth, _, _ = _GEOD.inv(lon, lat, float(there[0]), float(there[1]))
    return float(azimuth)


def _along(
    start: tuple[float, float], azimuth: Floats, distance_m: Floats
) -> tuple[Floats, Floats]:
    lon0, lat0 = np.full(len(distance_m), start[0]), np.full(len(distance_m), start[1])
    # An end without a position has no direction either; its points become NaN.
    with np.errstate(invalid="ignore"):
        lon, lat, _ = _GEOD.fwd(lon0, lat0, np.array(azimuth), np.array(distance_m))
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _nearest_m(clutter: Raster, lon: Floats, lat: Floats) -> Floats:
    return sample_nearest(clutter, lon, lat).astype(np.float64)
