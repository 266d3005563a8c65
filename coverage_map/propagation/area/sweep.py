"""The sweep: all radials of a mast, all bands, every pixel once."""

from math import cos, log, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.area.air import (
    Air,
    Climate,
    centre_latitude_deg,
    inland_climate,
    mixed_climate,
)
from coverage_map.propagation.area.compiled import compiled, decadic
from coverage_map.propagation.area.geometry import find_geometry
from coverage_map.propagation.area.loss import Band, median_loss_db
from coverage_map.propagation.area.pattern import Pattern, last_point
from coverage_map.propagation.area.radial import Radial, advance, start_radial
from coverage_map.propagation.path import Floats

_INLAND = 4
_NEAR_KM, _REACH_KM = 0.04, 0.25  # near_field


class Rasters(NamedTuple):
    """Ground, clutter and zones on one grid of square cells, north up; NaN: no height."""

    ground_m: NDArray[np.float32]
    clutter_m: NDArray[np.float32]
    zone: NDArray[np.uint8]  # one cell of 4: all inland
    cell_m: float


class Carried(NamedTuple):
    """The links of a mast: those of one mast height and receiver height stand together."""

    heights_m: Floats  # of the antennas on the mast, above its foot
    masts_m: Floats  # the same above the sea; filled by the sweep
    mast_of: NDArray[np.int64]  # each link's place in both
    receiver_m: Floats  # each link's phone, above its ground
    bands: Floats  # one Band a row


@compiled
def height_between(raster: NDArray[np.float32], row: float, column: float) -> float:
    """Return the raster's value between its four nearest centres; NaN outside."""
    rows, columns = raster.shape
    if row < 0 or column < 0 or row > rows - 1 or column > columns - 1:
        return np.nan
    r, c = min(int(row), rows - 2), min(int(column), columns - 2)
    down, right = row - r, column - c
    upper = raster[r, c] * (1 - right) + raster[r, c + 1] * right
    lower = raster[r + 1, c] * (1 - right) + raster[r + 1, c + 1] * right
    return float(upper * (1 - down) + lower * down)


@compiled
def sample_radial(
    rasters: Rasters, row: float, column: float, azimuth_rad: float, radial: Radial
) -> int:
    """Fill a radial with ground, surface and zone, and return how many points have a height.

    Ground is taken between cells, clutter and zone from the cell itself: houses have no slopes.
    """
    north, east = cos(azimuth_rad), sin(azimuth_rad)
    points = len(radial.distance_km)
    all_inland = rasters.zone.size == 1
    for i in range(points):
        at_row, at_column = row - i * north, column + i * east
        ground = height_between(rasters.ground_m, at_row, at_column)
        if np.isnan(ground):
            return i
        r, c = int(np.floor(at_row + 0.5)), int(np.floor(at_column + 0.5))
        radial.distance_km[i] = i * rasters.cell_m / 1e3
        radial.ground_m[i] = ground
        radial.surface_m[i] = ground + (rasters.clutter_m[r, c] if i else np.float32(0))
        radial.zone[i] = _INLAND if all_inland else rasters.zone[r, c]
    return points


@compiled
def _near_db(length_km: float, drop_m: float, band: Band, far_db: float) -> float:
    """Return the mean of free space and P.1812 nearer than it reaches, see near_field."""
    square = length_km * length_km + drop_m * drop_m / 1e6
    free_db = 92.4 + 20 * band.log_frequency + 10 * decadic(square)
    if length_km <= _NEAR_KM:
        return free_db
    weight = log(length_km / _NEAR_KM) / log(_REACH_KM / _NEAR_KM)
    return free_db + weight * (far_db - free_db)


@compiled
def predict_receiver(
    radial: Radial,
    last: int,
    length_km: float,
    ground_m: float,
    carried: Carried,
    climate: Climate,
    air: Air,
    losses: NDArray[np.float32],
    pixel: int,
) -> None:
    """Predict all links of a mast at one receiver and write them to the pixel's row."""
    mast_of, receiver_m, bands = carried.mast_of, carried.receiver_m, carried.bands
    geometry = find_geometry(
        radial,
        last,
        mast_of[0],
        carried.masts_m[mast_of[0]],
        ground_m,
        ground_m + receiver_m[0],
        length_km,
        air,
    )
    for link in range(len(mast_of)):
        mast = mast_of[link]
        if link and (mast != mast_of[link - 1] or receiver_m[link] != receiver_m[link - 1]):
            geometry = find_geometry(
                radial,
                last,
                mast,
                carried.masts_m[mast],
                ground_m,
                ground_m + receiver_m[link],
                length_km,
                air,
            )
        band = Band(
            bands[link, 0],
            bands[link, 1],
            bands[link, 2],
            bands[link, 3],
            bands[link, 4],
            bands[link, 5],
            bands[link, 6],
            bands[link, 7],
        )
        loss_db = median_loss_db(radial, geometry, band, climate, air)
        if length_km < _REACH_KM:
            drop_m = geometry.mast_m - geometry.receiver_m
            loss_db = _near_db(length_km, drop_m, band, loss_db)
        losses[pixel, link] = loss_db


@compiled
def sweep_radials(
    rasters: Rasters,
    row: float,
    column: float,
    pattern: Pattern,
    radial: Radial,
    tiny: Radial,
    carried: Carried,
    air: Air,
    first: int,
    end: int,
    losses: NDArray[np.float32],
) -> None:
    """Sweep the radials from ``first`` up to ``end`` and write the losses of their pixels.

    The mast stands at row and column of the rasters. ``losses`` is (pixels, links) and stays as it
    is where the ground is not known.
    """
    all_inland = rasters.zone.size == 1
    for a in range(first, end):
        azimuth = pattern.azimuth_rad[a]
        points = sample_radial(rasters, row, column, azimuth, radial)
        if points == 0:
            continue
        start_radial(radial, air.median_km, air.ducting_km)
        for mast in range(len(carried.masts_m)):
            carried.masts_m[mast] = carried.heights_m[mast] + radial.ground_m[0]
        swept = 0
        for k in range(pattern.start[a], pattern.start[a + 1]):
            length_km = pattern.distance_km[k]
            cells = length_km * 1e3 / rasters.cell_m
            at_row, at_column = row - cells * cos(azimuth), column + cells * sin(azimuth)
            ground_m = height_between(rasters.ground_m, at_row, at_column)
            last = last_point(cells)
            if last >= points or np.isnan(ground_m):
                continue
            if swept < last:
                advance(radial, swept + 1, last, carried.masts_m, air.ducting)
                swept = last
            latitude_deg = centre_latitude_deg(length_km, air, azimuth)
            if all_inland:
                climate = inland_climate(length_km, latitude_deg)
            else:
                zone = rasters.zone[int(np.floor(at_row + 0.5)), int(np.floor(at_column + 0.5))]
                climate = mixed_climate(radial, last, length_km, zone, latitude_deg)
            path = radial
            if last == 0:
                path, last = tiny, 1
                _halve(radial, tiny, length_km, ground_m, carried.masts_m, air)
            predict_receiver(
                path, last, length_km, ground_m, carried, climate, air, losses, pattern.pixel[k]
            )


@compiled
def _halve(
    radial: Radial, tiny: Radial, length_km: float, ground_m: float, masts_m: Floats, air: Air
) -> None:
    """Make a radial of two points for a receiver with none before it, see with_inner_point."""
    tiny.distance_km[1] = length_km / 2
    tiny.ground_m[0] = tiny.surface_m[0] = radial.ground_m[0]
    tiny.ground_m[1] = tiny.surface_m[1] = (radial.ground_m[0] + ground_m) / 2
    start_radial(tiny, air.median_km, air.ducting_km)
    advance(tiny, 1, 1, masts_m, air.ducting)
