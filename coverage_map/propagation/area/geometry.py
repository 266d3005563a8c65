"""What a receiver at the end of a radial sees of it (P.1812 Attachment 1), for kernels.

Nothing here looks at the frequency: all bands of a mast share it.
"""

from math import atan, exp
from typing import NamedTuple

import numpy as np

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


class Geometry(NamedTuple):
    """One path, from a mast to a receiver, without the frequency."""

    last: int  # the radial's last point before the receiver
    length_km: float
    mast_m: float  # above the sea
    receiver_m: float
    shape: float  # of the profile's edge, see edges
    ducting_shape: float
    sphere: Sphere
    ducting_sphere: Sphere
    smooth_shape: float  # of the smooth surface's edge; not set where no band asks for it
    ducting_smooth_shape: float
    trans_horizon: bool
    tx_mrad: float
    rx_mrad: float
    path_mrad: float
    tx_point: int  # of the horizons; -1: line of sight, not looked for yet
    rx_point: int
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
def _smooth_shape(
    radial: Radial,
    last: int,
    length_km: float,
    sphere: Sphere,
    radius_km: float,
    lowest_ghz: float,
) -> float:
    if not sphere.beyond and sphere.clearance_m > needed_clearance_m(sphere, lowest_ghz):
        return 0.0  # the round Earth costs nothing, nobody will ask
    return smooth_edge_shape(
        radial.distance_km, last, radius_km, length_km, sphere.tx_m, sphere.rx_m
    )


@compiled
def find_geometry(
    radial: Radial,
    last: int,
    mast: int,
    mast_m: float,
    ground_m: float,
    receiver_m: float,
    length_km: float,
    median_km: float,
    ducting_km: float,
    ducting: bool,
    lowest_ghz: float,
) -> Geometry:
    """Return the geometry of a path; point ``last`` and those before are swept already.

    ``ground_m`` is the receiver's ground, ``receiver_m`` its antenna above the sea; ``ducting``
    asks for the edge over the Earth of ducting too, ``lowest_ghz`` is the lowest of the bands.
    """
    hst, hsr = _smooth_ground(radial, last, length_km, ground_m)
    hstd, hsrd = _lowered_ground(radial, mast, length_km, mast_m, receiver_m, hst, hsr)
    foot_m = radial.ground_m[0]
    tx_m, rx_m = mast_m - min(hstd, foot_m), receiver_m - min(hsrd, ground_m)  # (89), (37)
    shape = edge_shape(
        radial.distance_km,
        radial.curved_surface_m,
        radial.hulls[CURVED_SURFACE],
        radial.sizes[CURVED_SURFACE],
        radial.steepest[mast, SURFACE],
        median_km,
        length_km,
        mast_m,
        receiver_m,
    )
    sphere = find_sphere(length_km, tx_m, rx_m, median_km)
    smooth = _smooth_shape(radial, last, length_km, sphere, median_km, lowest_ghz)
    ducting_shape, ducting_sphere, ducting_smooth = shape, sphere, smooth
    if ducting:
        ducting_shape = edge_shape(
            radial.distance_km,
            radial.ducting_surface_m,
            radial.hulls[CURVED_DUCTING],
            radial.sizes[CURVED_DUCTING],
            radial.steepest[mast, DUCTING_SURFACE],
            ducting_km,
            length_km,
            mast_m,
            receiver_m,
        )
        ducting_sphere = find_sphere(length_km, tx_m, rx_m, ducting_km)
        ducting_smooth = _smooth_shape(
            radial, last, length_km, ducting_sphere, ducting_km, lowest_ghz
        )
    bend = length_km / (2 * median_km)
    rise = (receiver_m - mast_m) / (1e3 * length_km)
    horizon = radial.steepest[mast, HORIZON]
    to_receiver = rise - bend
    trans_horizon = horizon / 1e3 > to_receiver
    tx_mrad = _arc_tangent_mrad(max(horizon / 1e3, to_receiver))  # (77)
    tx_point = rx_point = -1
    if trans_horizon:
        tx_point = radial.horizon_point[mast]
        at_m = receiver_m - 500.0 / median_km * length_km * length_km
        rx_point = touch_from_right(
            radial.hulls[CURVED_GROUND],
            radial.sizes[CURVED_GROUND],
            radial.distance_km,
            radial.curved_ground_m,
            length_km,
            at_m,
        )
        back_km = length_km - radial.distance_km[rx_point]
        drop = (radial.ground_m[rx_point] - receiver_m) / (1e3 * back_km)
        rx_mrad = _arc_tangent_mrad(drop - back_km / (2 * median_km))  # (80)
    else:
        rx_mrad = _arc_tangent_mrad(-rise - bend)  # (79)
    path_mrad = 1e3 * length_km / median_km + tx_mrad + rx_mrad  # (82)
    slant = length_km * length_km + (mast_m - receiver_m) * (mast_m - receiver_m) / 1e6
    for place in range(len(radial.kept)):
        radial.kept[place] = np.nan
    return Geometry(
        last,
        length_km,
        mast_m,
        receiver_m,
        shape,
        ducting_shape,
        sphere,
        ducting_sphere,
        smooth,
        ducting_smooth,
        trans_horizon,
        tx_mrad,
        rx_mrad,
        path_mrad,
        tx_point,
        rx_point,
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
