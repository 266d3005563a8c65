"""What a receiver at the end of a radial sees of it (P.1812 Attachment 1), for kernels.

Nothing here looks at the frequency: all bands of a mast share it.
"""

from math import atan, exp
from typing import NamedTuple

import numpy as np

from coverage_map.propagation.area.air import Air
from coverage_map.propagation.area.compiled import compiled, compiled_reordered, decadic
from coverage_map.propagation.area.edges import clearest_point, edge_shape, smooth_edge_shape
from coverage_map.propagation.area.hull import farthest_above, touch_from_right
from coverage_map.propagation.area.radial import (
    CURVED_DUCTING,
    CURVED_GROUND,
    CURVED_SURFACE,
    DUCTING_SURFACE,
    GROUND,
    HORIZON,
    STRAIGHT,
    SURFACE,
    Radial,
)
from coverage_map.propagation.area.sphere import Sphere, find_sphere, needed_clearance_m
from coverage_map.propagation.path import Floats


class Edge(NamedTuple):
    """What diffraction over one effective Earth is made of, without the frequency."""

    shape: float  # of the profile's knife edge, see edges
    sphere: Sphere
    smooth_shape: float  # of the smooth surface's edge; not set where no band asks for it


class Horizons(NamedTuple):
    """Where mast and receiver see the bare ground end, P.1812 Attachment 1."""

    beyond: bool  # the path goes beyond them
    tx_mrad: float
    rx_mrad: float
    tx_point: int  # -1: line of sight, not looked for yet
    rx_point: int


class Geometry(NamedTuple):
    """One path, from a mast to a receiver, without the frequency."""

    length_km: float
    mast_m: float  # above the sea
    receiver_m: float
    median: Edge
    ducting: Edge
    horizons: Horizons
    path_mrad: float
    tx_ground_m: float  # [hst], [hsr] of eq. (90)
    rx_ground_m: float
    log_length: float  # to base ten, of the length and of the slant distance in km
    log_slant: float
    angle_factor: float  # [Fj], eq. (57), written as a logistic function
    distance_factor: float  # [Fk], eq. (58)


@compiled
def _arc_tangent_mrad(slope: float) -> float:
    """Return 1000·atan of a slope; flat ones by their series, 10⁻¹² off at most."""
    if abs(slope) < 0.02:
        square = slope * slope
        return 1e3 * slope * (1 - square * (1 / 3 - square * (1 / 5 - square / 7)))
    return 1e3 * atan(slope)


@compiled
def _smooth_ground(
    radial: Radial, last: int, length_km: float, ground_m: float
) -> tuple[float, float]:
    """Return hst, hsr, eq. (83)-(86): the areas up to the last point and the step from there."""
    d, h = radial.distance_km[last], radial.ground_m[last]
    step = length_km - d
    v1 = radial.areas[0] + step * (ground_m + h)
    v2 = radial.areas[1] + step * (ground_m * (2 * length_km + d) + h * (length_km + 2 * d))
    square = length_km * length_km
    return (2 * v1 * length_km - v2) / square, (v2 - v1 * length_km) / square


@compiled
def _lowered_ground(
    radial: Radial,
    mast: int,
    length_km: float,
    mast_m: float,
    receiver_m: float,
    hst: float,
    hsr: float,
) -> tuple[float, float]:
    """Return the provisional heights under obstructions, eq. (87), (88)."""
    x, size = radial.distance_km, radial.sizes[GROUND]
    slope = (receiver_m - mast_m) / length_km
    from_tx = radial.steepest[mast, STRAIGHT] - slope  # (87b)
    if from_tx <= 0:
        return hst, hsr
    top = farthest_above(radial.hulls[GROUND], size, x, radial.ground_m, slope)
    highest = radial.ground_m[top] - mast_m - slope * x[top]  # (87a)
    if highest <= 0:
        return hst, hsr
    touched = touch_from_right(
        radial.hulls[GROUND], size, x, radial.ground_m, length_km, receiver_m
    )
    from_rx = (radial.ground_m[touched] - receiver_m) / (length_km - x[touched]) + slope  # (87c)
    share = from_tx / (from_tx + from_rx)
    return hst - highest * share, hsr - highest * (1 - share)


@compiled
def _find_edge(
    radial: Radial,
    curved_m: Floats,
    hull: int,
    ray: float,
    last: int,
    length_km: float,
    mast_m: float,
    receiver_m: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    lowest_ghz: float,
) -> Edge:
    """Return what diffraction over an Earth of that radius is made of.

    ``curved_m`` is the surface without that Earth's bulge, ``hull`` the number of its hull, ``ray``
    the steepest ray from the mast, ``tx_m`` and ``rx_m`` heights over the smooth surface.
    """
    x = radial.distance_km
    shape = edge_shape(
        x,
        curved_m,
        radial.hulls[hull],
        radial.sizes[hull],
        ray,
        radius_km,
        length_km,
        mast_m,
        receiver_m,
    )
    sphere = find_sphere(length_km, tx_m, rx_m, radius_km)
    smooth_shape = 0.0
    if sphere.beyond or sphere.clearance_m <= needed_clearance_m(sphere, lowest_ghz):
        smooth_shape = smooth_edge_shape(x, last, radius_km, length_km, tx_m, rx_m)
    return Edge(shape, sphere, smooth_shape)


@compiled
def _find_horizons(
    radial: Radial,
    mast: int,
    mast_m: float,
    receiver_m: float,
    length_km: float,
    median_km: float,
) -> Horizons:
    bend = length_km / (2 * median_km)
    rise = (receiver_m - mast_m) / (1e3 * length_km)
    horizon, to_receiver = radial.steepest[mast, HORIZON] / 1e3, rise - bend
    tx_mrad = _arc_tangent_mrad(max(horizon, to_receiver))  # (77)
    if horizon <= to_receiver:
        return Horizons(False, tx_mrad, _arc_tangent_mrad(-rise - bend), -1, -1)  # (79)
    at_m = receiver_m - 500.0 / median_km * length_km * length_km
    touched = touch_from_right(
        radial.hulls[CURVED_GROUND],
        radial.sizes[CURVED_GROUND],
        radial.distance_km,
        radial.curved_ground_m,
        length_km,
        at_m,
    )
    back_km = length_km - radial.distance_km[touched]
    drop = (radial.ground_m[touched] - receiver_m) / (1e3 * back_km)
    rx_mrad = _arc_tangent_mrad(drop - back_km / (2 * median_km))  # (80)
    return Horizons(True, tx_mrad, rx_mrad, radial.horizon_point[mast], touched)


@compiled
def find_geometry(
    radial: Radial,
    last: int,
    mast: int,
    mast_m: float,
    ground_m: float,
    receiver_m: float,
    length_km: float,
    air: Air,
) -> Geometry:
    """Return the geometry of a path; point ``last`` and those before are swept already.

    ``ground_m`` is the receiver's ground, ``receiver_m`` its antenna above the sea.
    """
    hst, hsr = _smooth_ground(radial, last, length_km, ground_m)
    hstd, hsrd = _lowered_ground(radial, mast, length_km, mast_m, receiver_m, hst, hsr)
    foot_m = radial.ground_m[0]
    tx_m, rx_m = mast_m - min(hstd, foot_m), receiver_m - min(hsrd, ground_m)  # (89), (37)
    median = _find_edge(
        radial,
        radial.curved_surface_m,
        CURVED_SURFACE,
        radial.steepest[mast, SURFACE],
        last,
        length_km,
        mast_m,
        receiver_m,
        tx_m,
        rx_m,
        air.median_km,
        air.lowest_ghz,
    )
    ducting = median
    if air.ducting:
        ducting = _find_edge(
            radial,
            radial.ducting_surface_m,
            CURVED_DUCTING,
            radial.steepest[mast, DUCTING_SURFACE],
            last,
            length_km,
            mast_m,
            receiver_m,
            tx_m,
            rx_m,
            air.ducting_km,
            air.lowest_ghz,
        )
    horizons = _find_horizons(radial, mast, mast_m, receiver_m, length_km, air.median_km)
    path_mrad = 1e3 * length_km / air.median_km + horizons.tx_mrad + horizons.rx_mrad  # (82)
    slant = length_km * length_km + (mast_m - receiver_m) * (mast_m - receiver_m) / 1e6
    for place in range(len(radial.kept)):
        radial.kept[place] = np.nan
    return Geometry(
        length_km,
        mast_m,
        receiver_m,
        median,
        ducting,
        horizons,
        path_mrad,
        min(hst, foot_m),
        min(hsr, ground_m),
        decadic(length_km),
        decadic(slant) / 2,
        1 / (1 + exp(16 * (path_mrad - 0.3))),
        1 / (1 + exp(0.15 * (length_km - 20))),
    )


@compiled
def sight_point(radial: Radial, geometry: Geometry, median_km: float) -> int:
    """Return the Bullington point of bare ground where there is line of sight, eq. (79)."""
    length_km = geometry.length_km
    slope = (geometry.receiver_m - geometry.mast_m) / length_km - 500.0 / median_km * length_km
    return clearest_point(
        radial.distance_km,
        radial.curved_ground_m,
        radial.hulls[CURVED_GROUND],
        radial.sizes[CURVED_GROUND],
        geometry.mast_m,
        slope,
        length_km,
    )


@compiled_reordered
def _highest_above(
    x: Floats, ground_m: Floats, first: int, last: int, start_m: float, slope: float
) -> float:
    highest = -1e30
    for i in range(first, last + 1):
        highest = max(highest, ground_m[i] - start_m - slope * x[i])
    return highest


@compiled
def roughness_m(radial: Radial, first: int, last: int, start_m: float, slope: float) -> float:
    """Return hm, the highest point over the smooth surface between the horizons, eq. (93)."""
    x, ground_m = radial.distance_km, radial.ground_m
    top = farthest_above(radial.hulls[GROUND], radial.sizes[GROUND], x, ground_m, slope)
    if first <= top <= last:
        return float(ground_m[top] - start_m - slope * x[top])
    return _highest_above(x, ground_m, first, last, start_m, slope)
