"""Rasters with known answers, written as people have them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from pyproj import Transformer

Floats = NDArray[np.float64]
ARCSEC = 1.0 / 3600.0
WEST, NORTH = 113.20, 34.20
METRIC = "EPSG:4547"


def write_raster(path: Path, values: NDArray, transform: Affine, crs: str | None, **more) -> Path:
    units, tags = more.pop("units", None), more.pop("tags", {})
    profile = {
        "driver": "GTiff",
        "dtype": values.dtype,
        "count": 1,
        "height": values.shape[0],
        "width": values.shape[1],
        "crs": crs,
        "transform": transform,
    }
    with rasterio.open(path, "w", **{**profile, **more}) as data:
        data.write(values, 1)
        data.update_tags(**tags)
        if units:
            data.set_band_unit(1, units)
    return path


def degrees_grid(
    rows: int, columns: int, step: float = ARCSEC, west: float = WEST, north: float = NORTH
) -> tuple[Affine, Floats, Floats]:
    """Return a transform in degrees and the metric positions of the cells' middles."""
    lon = west + (np.arange(columns) + 0.5) * step
    lat = north - (np.arange(rows) + 0.5) * step
    to_metric = Transformer.from_crs("EPSG:4490", METRIC, always_xy=True)
    x, y = to_metric.transform(*np.meshgrid(lon, lat))
    return Affine(step, 0, west, 0, -step, north), x, y


def tilted(x: Floats, y: Floats) -> Floats:
    """Return a plane, which every bilinear step keeps: metres by metric position."""
    return 200.0 + 0.01 * (x - 430_000.0) + 0.02 * (y - 3_780_000.0)


def write_degrees(
    path: Path,
    height_m: Callable[[Floats, Floats], Floats] = tilted,
    rows: int = 400,
    columns: int = 400,
    dtype: str = "float32",
    step: float = ARCSEC,
    west: float = WEST,
    north: float = NORTH,
    **more,
) -> Path:
    transform, x, y = degrees_grid(rows, columns, step, west, north)
    values = height_m(x, y).astype(dtype)
    return write_raster(path, values, transform, "EPSG:4326", **more)
