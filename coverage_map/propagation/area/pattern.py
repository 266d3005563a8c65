"""Which pixels of a grid a radial serves, in the order in which a sweep meets them."""

from math import atan2, ceil, hypot, pi
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.area.compiled import compiled, compiled_making_arrays
from coverage_map.propagation.path import Floats

Ints = NDArray[np.int64]


# Radials on the circle for each cell of it. One leaves 0.4 dB rms on hills, two 0.2 dB for a tenth
# more time: only the profiles are sampled twice as often, every pixel is still predicted once.
RADIALS_PER_CELL = 2


class Pattern(NamedTuple):
    """Pixels by radial: radial a serves ``pixel[start[a]:start[a + 1]]``, outward."""

    rows: int  # of the grid of pixels
    columns: int
    start: Ints
    pixel: Ints  # row · columns + column
    distance_km: Floats
    azimuth_rad: Floats  # of the radials, from grid north, clockwise


@compiled
def last_point(steps: float) -> int:
    """Return the last profile point before a receiver that stands so many steps away.

    It is never nearer to the receiver than half a step: what stands there is the receiver's own.
    """
    return max(int(np.floor(steps - 0.5)), 0)


def make_pattern(
    shape: tuple[int, int],
    row: float,
    column: float,
    cell_m: float,
    radius_km: float,
    step_m: float | None = None,
) -> Pattern:
    """Assign every pixel within a radius of a mast to the radial that passes nearest.

    The mast stands at a row and a column that may lie between the cells' centres. The radials lie
    half a cell apart on the circle, so none is farther off than a quarter of a cell. ``step_m`` is
    the step of the profiles, that is the terrain's cell, where pixels are of another size.
    """
    radials = ceil(2 * pi * radius_km * 1e3 / cell_m * RADIALS_PER_CELL)
    radial, point, distance_km = _place_pixels(
        *shape, row, column, cell_m, radius_km, radials, step_m or cell_m
    )
    inside = np.flatnonzero(radial >= 0)
    order = inside[np.argsort(point[inside], kind="stable")]
    order = order[np.argsort(radial[order], kind="stable")]
    start = np.searchsorted(radial[order], np.arange(radials + 1))
    azimuth_rad = np.linspace(0.0, 2 * pi, radials, endpoint=False)
    return Pattern(*shape, start.astype(np.int64), order, distance_km[order], azimuth_rad)


@compiled_making_arrays
def _place_pixels(
    rows: int,
    columns: int,
    row: float,
    column: float,
    cell_m: float,
    radius_km: float,
    radials: int,
    step_m: float,
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    radial = np.full(rows * columns, -1, np.int32)
    point = np.zeros(rows * columns, np.int32)
    distance = np.zeros(rows * columns)
    for r in range(rows):
        for c in range(columns):
            east, north = c - column, row - r
            cells = hypot(east, north)
            if cells * cell_m > radius_km * 1e3:
                continue
            pixel = r * columns + c
            turn = atan2(east, north) / (2 * pi) * radials
            radial[pixel] = int(np.floor(turn + 0.5)) % radials
            point[pixel] = last_point(cells * cell_m / step_m)
            distance[pixel] = max(cells * cell_m / 1e3, 1e-3)
    return radial, point, distance
