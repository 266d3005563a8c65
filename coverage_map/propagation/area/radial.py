"""One radial while it is swept: the profile, its hulls, and the steepest rays from the mast.

Heights are also kept with the Earth's bulge taken off (h - 500 d²/a): in that picture rays are
straight for every receiver on the radial, so what was found for one stays true for the next.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.area.compiled import compiled
from coverage_map.propagation.area.hull import Stack, push_point
from coverage_map.propagation.path import Floats

# Columns of ``steepest``, one row a mast height.
SURFACE, DUCTING_SURFACE, HORIZON, STRAIGHT = range(4)
# Hulls, and columns of ``sizes``: bare ground; ground and surface over the median Earth; surface
# over the Earth of ducting.
GROUND, CURVED_GROUND, CURVED_SURFACE, CURVED_DUCTING = range(4)


class Radial(NamedTuple):
    """Arrays of one radial; point 0 is the mast's foot. Heights in metres above the sea."""

    distance_km: Floats
    ground_m: Floats
    surface_m: Floats  # with clutter
    zone: NDArray[np.uint8]
    curved_ground_m: Floats  # over the median Earth
    curved_surface_m: Floats
    ducting_surface_m: Floats  # over the Earth of ducting
    hulls: Stack  # (4, points)
    sizes: NDArray[np.int64]  # of the hulls
    steepest: Floats  # (mast heights, 4): greatest slopes from the mast, m/km
    horizon_point: NDArray[np.int64]  # (mast heights): where HORIZON was found
    areas: Floats  # v1 and v2 of P.1812 eq. (83), (84) up to the last point
    kept: Floats  # what one band of a receiver found out for the others; NaN: nobody asked yet


def make_radial(points: int, heights: int) -> Radial:
    """Return an empty radial for so many points and mast heights."""
    return Radial(
        distance_km=np.zeros(points),
        ground_m=np.zeros(points),
        surface_m=np.zeros(points),
        zone=np.zeros(points, dtype=np.uint8),
        curved_ground_m=np.zeros(points),
        curved_surface_m=np.zeros(points),
        ducting_surface_m=np.zeros(points),
        hulls=np.zeros((4, points), dtype=np.int64),
        sizes=np.zeros(4, dtype=np.int64),
        steepest=np.zeros((heights, 4)),
        horizon_point=np.zeros(heights, dtype=np.int64),
        areas=np.zeros(2),
        kept=np.zeros(5),
    )


@compiled
def start_radial(radial: Radial, median_km: float, ducting_km: float) -> None:
    """Forget what was swept and take the bulge off the heights that stand in the arrays."""
    radial.sizes[:] = 0
    radial.steepest[:] = -np.inf
    radial.areas[:] = 0.0
    for i in range(len(radial.distance_km)):
        square = 500.0 * radial.distance_km[i] * radial.distance_km[i]
        radial.curved_ground_m[i] = radial.ground_m[i] - square / median_km
        radial.curved_surface_m[i] = radial.surface_m[i] - square / median_km
        radial.ducting_surface_m[i] = radial.surface_m[i] - square / ducting_km


@compiled
def advance(radial: Radial, first: int, last: int, masts_m: Floats, ducting: bool) -> None:
    """Take points in as ones between mast and receiver; ``masts_m``: antennas above the sea."""
    x, sizes, hulls = radial.distance_km, radial.sizes, radial.hulls
    ground, curved, surface = radial.ground_m, radial.curved_ground_m, radial.curved_surface_m
    for i in range(first, last + 1):
        sizes[GROUND] = push_point(hulls[GROUND], sizes[GROUND], x, ground, i)
        sizes[CURVED_GROUND] = push_point(hulls[CURVED_GROUND], sizes[CURVED_GROUND], x, curved, i)
        sizes[CURVED_SURFACE] = push_point(
            hulls[CURVED_SURFACE], sizes[CURVED_SURFACE], x, surface, i
        )
        step = x[i] - x[i - 1]
        radial.areas[0] += step * (ground[i] + ground[i - 1])
        radial.areas[1] += step * (
            ground[i] * (2 * x[i] + x[i - 1]) + ground[i - 1] * (x[i] + 2 * x[i - 1])
        )
        for mast in range(len(masts_m)):
            _raise_rays(radial, i, mast, masts_m[mast])
    if ducting:
        for i in range(first, last + 1):
            sizes[CURVED_DUCTING] = push_point(
                hulls[CURVED_DUCTING], sizes[CURVED_DUCTING], x, radial.ducting_surface_m, i
            )


@compiled
def _raise_rays(radial: Radial, i: int, mast: int, mast_m: float) -> None:
    d, best = radial.distance_km[i], radial.steepest[mast]
    best[SURFACE] = max(best[SURFACE], (radial.curved_surface_m[i] - mast_m) / d)
    best[DUCTING_SURFACE] = max(best[DUCTING_SURFACE], (radial.ducting_surface_m[i] - mast_m) / d)
    best[STRAIGHT] = max(best[STRAIGHT], (radial.ground_m[i] - mast_m) / d)
    horizon = (radial.curved_ground_m[i] - mast_m) / d
    if horizon > best[HORIZON]:
        best[HORIZON] = horizon
        radial.horizon_point[mast] = i
