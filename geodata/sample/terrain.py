"""The modelled terrain: the coarse real relief carries the large shape, noise the detail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from scipy.interpolate import RectBivariateSpline

Floats = NDArray[np.float64]
METRES_PER_DEGREE = 111_132.0  # of latitude, at 45°


def relief_surface(relief: pd.DataFrame) -> RectBivariateSpline:
    """Return a smooth surface through the coarse grid; call ``.ev(lat, lon)`` for metres."""
    grid = relief.pivot_table(index="lat", columns="lon", values="height_m")
    return RectBivariateSpline(grid.index, grid.columns, grid.to_numpy(), kx=2, ky=2, s=0)


def write_terrain(
    path: Path,
    relief: pd.DataFrame,
    bounds: tuple[float, float, float, float],
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> None:
    """Write a Cloud Optimized GeoTIFF of heights: int16 metres, EPSG:4490, one arc second."""
    step = settings["step_arcsec"] / 3600.0
    west, south, east, north = bounds
    margin = settings["margin_deg"]
    west, north = np.floor((west - margin) / step) * step, np.ceil((north + margin) / step) * step
    width = int(np.ceil((east + margin - west) / step))
    height = int(np.ceil((north - south + margin) / step))
    lon = west + (np.arange(width) + 0.5) * step
    lat = north - (np.arange(height) + 0.5) * step
    heights = model_heights(lon, lat, relief, settings, rng)
    transform = Affine(step, 0.0, west, 0.0, -step, north)
    note = "coarse relief real, detail modelled; not for use"
    write_cog(path, heights, transform, settings["nodata"], "m", note, "average")


def write_cog(
    path: Path,
    values: NDArray[np.generic],
    transform: Affine,
    nodata: int,
    unit: str,
    note: str,
    overviews: str,
) -> None:
    """Write one band as a Cloud Optimized GeoTIFF in EPSG:4490, marked as modelled."""
    profile = {
        "driver": "GTiff",
        "dtype": values.dtype,
        "count": 1,
        "width": values.shape[1],
        "height": values.shape[0],
        "crs": "EPSG:4490",
        "transform": transform,
        "nodata": nodata,
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as plain:
            plain.write(values, 1)
            plain.set_band_unit(1, unit)
            plain.update_tags(TITLE="样例数据·模拟", NOTE=note)
        with rasterio.open(memory.name) as plain:
            copy(
                plain,
                path,
                driver="COG",
                compress="DEFLATE",
                predictor="2",
                level=6,
                overview_resampling=overviews,
            )


def model_heights(
    lon: Floats,
    lat: Floats,
    relief: pd.DataFrame,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Return heights in metres on the grid of ``lat`` (north first) by ``lon``."""
    surface = relief_surface(relief)
    base = surface(lat[::-1], lon)[::-1].astype(np.float32)
    low, high = settings["plain_m"], settings["hill_m"]
    hilly = np.clip((base - low) / (high - low), 0.0, 1.0)
    noise = fractal(lon, lat, settings, rng)
    # Ridges where noise is near zero: hills get crests and valleys instead of blobs.
    ridges = 1.0 - 2.0 * np.abs(noise)
    detail = hilly * settings["hill_relief_m"] * ridges + settings["plain_relief_m"] * noise
    for ridge in settings["ridge"]:
        detail += raise_ridge(lon, lat, ridge)
    total = np.clip(base + detail, settings["lowest_m"], settings["highest_m"])
    heights: NDArray[np.int16] = np.rint(total).astype(np.int16)
    return heights


def raise_ridge(lon: Floats, lat: Floats, ridge: Mapping[str, Any]) -> NDArray[np.float32]:
    """Return what a ridge along a line adds to the ground, metres: a bell across, tapered ends."""
    line = np.array(ridge["line"])
    east = METRES_PER_DEGREE * np.cos(np.radians(line[:, 1].mean()))
    scale = np.array([east, METRES_PER_DEGREE])
    added = np.zeros((len(lat), len(lon)), dtype=np.float32)
    reach = 4.0 * ridge["half_width_m"] / scale
    columns = _between(lon, line[:, 0].min() - reach[0], line[:, 0].max() + reach[0])
    rows = _between(lat, line[:, 1].min() - reach[1], line[:, 1].max() + reach[1])
    points = shapely.points(*np.meshgrid(lon[columns] * scale[0], lat[rows] * scale[1]))
    crest = shapely.LineString(line * scale)
    away = shapely.distance(points, crest)
    along = shapely.line_locate_point(crest, points)
    ends = np.clip(np.minimum(along, crest.length - along) / ridge["taper_m"], 0.0, 1.0)
    bell = np.exp(-0.5 * (away / ridge["half_width_m"]) ** 2)
    added[rows, columns] = ridge["crest_m"] * bell * ends * ends * (3.0 - 2.0 * ends)
    return added


def _between(axis: Floats, low: float, high: float) -> slice:
    found = np.flatnonzero((axis >= low) & (axis <= high))
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


def fractal(
    lon: Floats, lat: Floats, settings: Mapping[str, Any], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return value noise of several octaves, about -1 to 1."""
    total = np.zeros((len(lat), len(lon)), dtype=np.float32)
    wave, strength = settings["first_wave_deg"], 1.0
    for _ in range(settings["octaves"]):
        total += np.float32(strength) * _octave(lon, lat, wave, rng)
        wave, strength = wave / 2.0, strength * settings["persistence"]
    return np.clip(total, -1.0, 1.0)


def _octave(lon: Floats, lat: Floats, wave: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Interpolate random values on a lattice, with smoothed steps between them."""
    column, right = _lattice(lon - lon[0], wave)
    row, below = _lattice(lat[0] - lat, wave)
    values = rng.uniform(-1.0, 1.0, (row[-1] + 2, column[-1] + 2)).astype(np.float32)
    across = values[:, column] * (1 - right) + values[:, column + 1] * right
    mixed: NDArray[np.float32] = across[row] * (1 - below)[:, None]
    mixed += across[row + 1] * below[:, None]
    return mixed


def _lattice(offset: Floats, wave: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    position = offset / wave
    index = np.floor(position).astype(np.int64)
    part = position - index
    return index, (part * part * (3.0 - 2.0 * part)).astype(np.float32)
