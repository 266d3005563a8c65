"""The modelled terrain: the coarse real relief carries the large shape, noise the detail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from scipy.interpolate import RectBivariateSpline

Floats = NDArray[np.float64]


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
    profile = {
        "driver": "GTiff",
        "dtype": "int16",
        "count": 1,
        "width": width,
        "height": height,
        "crs": "EPSG:4490",
        "transform": Affine(step, 0.0, west, 0.0, -step, north),
        "nodata": settings["nodata"],
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as plain:
            plain.write(heights, 1)
            plain.set_band_unit(1, "m")
            plain.update_tags(
                TITLE="样例数据·模拟", NOTE="coarse relief real, detail modelled; not for use"
            )
        with rasterio.open(memory.name) as plain:
            copy(
                plain,
                path,
                driver="COG",
                compress="DEFLATE",
                predictor="2",
                level=6,
                overview_resampling="average",
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
    total = np.clip(base + detail, settings["lowest_m"], settings["highest_m"])
    heights: NDArray[np.int16] = np.rint(total).astype(np.int16)
    return heights


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
