"""Our resampling against the slow and obvious way: each middle transformed by itself.

GDAL's warper is no oracle here: its positions are interpolated to an eighth of a cell, which moves
1 % of the nearest cells.
"""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from made_rasters import METRIC, NORTH, WEST, degrees_grid, tilted, write_raster
from pyproj import Transformer
from rasterio.enums import Resampling
from rasterio.warp import reproject
from scipy.ndimage import map_coordinates

from geodata.terrain.elevation import read_elevation
from geodata.terrain.landcover import read_class_map, read_landcover
from geodata.terrain.raster import metric_grid
from geodata.terrain.sources import open_sources

GRID = metric_grid((WEST + 0.02, NORTH - 0.09, WEST + 0.09, NORTH - 0.02), "EPSG:4490", 30.0)
TRANSFORM, X, Y = degrees_grid(400, 400)


def exact_cells() -> np.ndarray:
    """Return fractional row and column of the source at each middle of the grid."""
    back = Transformer.from_crs(METRIC, "EPSG:4490", always_xy=True)
    lon, lat = back.transform(*np.meshgrid(*GRID.centres()))
    return np.stack([(lat - TRANSFORM.f) / TRANSFORM.e, (lon - TRANSFORM.c) / TRANSFORM.a]) - 0.5


def test_heights_are_bilinear_at_exact_positions(tmp_path: Path) -> None:
    heights = np.random.default_rng(7).normal(300.0, 40.0, (400, 400)).astype("float32")
    path = write_raster(tmp_path / "rough.tif", heights, TRANSFORM, "EPSG:4490")
    ours = read_elevation(open_sources([path])[0], GRID).raster.values
    slow = map_coordinates(heights.astype(float), exact_cells(), order=1)
    # From one cell to the next the made-up ground jumps by 100 m and more.
    assert np.abs(ours - slow).max() < 0.06


def test_classes_are_the_nearest_at_exact_positions(tmp_path: Path) -> None:
    codes = np.random.default_rng(8).choice([10, 40, 50], (400, 400)).astype("uint8")
    path = write_raster(tmp_path / "codes.tif", codes, TRANSFORM, "EPSG:4490")
    found = read_landcover(open_sources([path])[0], GRID, read_class_map("worldcover"))
    row, column = np.rint(exact_cells()).astype(int)
    different = found.raster.values != codes[row, column]
    # Where a middle falls on the line between two cells either may be taken.
    assert different.mean() < 5e-4


@pytest.mark.parametrize("method", [Resampling.bilinear, Resampling.nearest])
def test_gdal_agrees_within_its_own_error(tmp_path: Path, method: Resampling) -> None:
    waves = (tilted(X, Y) + 20 * np.sin(X / 300) * np.cos(Y / 250)).astype("float32")
    path = write_raster(tmp_path / "waves.tif", waves, TRANSFORM, "EPSG:4490")
    there = np.zeros((GRID.height, GRID.width), dtype="float32")
    with rasterio.open(path) as data:
        reproject(
            rasterio.band(data, 1),
            there,
            dst_transform=GRID.transform,
            dst_crs=GRID.crs,
            resampling=method,
        )
    ours = read_elevation(open_sources([path])[0], GRID).raster.values
    # Nearest: up to half a cell off on slopes of 8 %; bilinear: an eighth, and GDAL's kernel is
    # a little wider where cells are a little coarser.
    assert np.abs(ours - there).max() < (2.5 if method == Resampling.nearest else 0.6)
