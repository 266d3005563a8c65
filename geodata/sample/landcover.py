"""The modelled land cover: fields in the plain, woods in the hills, villages where people live."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize

from geodata.register import Register
from geodata.sample.terrain import METRES_PER_DEGREE, fractal, write_cog

Codes = NDArray[np.uint8]


def write_landcover(
    path: Path,
    terrain: Path,
    register: Register,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> None:
    """Write a Cloud Optimized GeoTIFF of ESA WorldCover's codes on the grid of the terrain."""
    with rasterio.open(terrain) as data:
        heights, transform = data.read(1), data.transform
    codes = _open_country(heights, transform, settings, rng)
    ragged = _patches(heights.shape, transform, settings, rng)
    _build_towns(codes, transform, register, ragged, settings)
    _build_villages(codes, transform, register, ragged, settings)
    note = "modelled; codes of ESA WorldCover; not for use"
    write_cog(path, codes, transform, settings["nodata"], "class", note, "mode")


def _patches(
    shape: tuple[int, int],
    transform: rasterio.Affine,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return noise of about -1 to 1 that is the same within a patch."""
    side = settings["patch_cells"]
    rows, columns = (-(-length // side) for length in shape)
    step = transform.a * side
    lon = transform.c + (np.arange(columns) + 0.5) * step
    lat = transform.f - (np.arange(rows) + 0.5) * step
    noise = fractal(lon, lat, settings, rng)
    return np.repeat(np.repeat(noise, side, axis=0), side, axis=1)[: shape[0], : shape[1]]


def _open_country(
    heights: NDArray[np.int16],
    transform: rasterio.Affine,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> Codes:
    noise = _patches(heights.shape, transform, settings, rng)
    low, full = settings["wood_from_m"], settings["wood_full_m"]
    wild = np.clip((heights - np.float32(low)) / np.float32(full - low), 0.0, 1.0)
    rise = np.zeros(heights.shape, dtype=np.int16)
    rise[1:] = np.abs(np.diff(heights, axis=0))
    rise[:, 1:] = np.maximum(rise[:, 1:], np.abs(np.diff(heights, axis=1)))
    wild = np.maximum(wild, np.clip(rise / np.float32(settings["steep_m"]), 0.0, 1.0))
    codes = np.full(heights.shape, settings["crop"], dtype=np.uint8)
    share = 2.0 * wild - 1.0  # where noise is below this, nature has it
    codes[noise < share + 0.15] = settings["grass"]
    codes[noise < share - 0.10] = settings["shrub"]
    codes[noise < share - 0.25] = settings["tree"]
    wet = np.quantile(
        noise[:: settings["patch_cells"], :: settings["patch_cells"]], settings["pond"]
    )
    codes[(noise >= wet) & (wild == 0)] = settings["water"]  # noise is cut off at 1
    return codes


def _build_towns(
    codes: Codes,
    transform: rasterio.Affine,
    register: Register,
    ragged: NDArray[np.float32],
    settings: Mapping[str, Any],
) -> None:
    """Build over urban units, but for some of their patches."""
    towns = register.units.geometry[register.units["urban"]]
    inside = rasterize(towns, out_shape=codes.shape, transform=transform, dtype="uint8") == 1
    gardens = np.quantile(ragged[inside], settings["urban_built"]) if inside.any() else 0.0
    codes[inside & (ragged < gardens)] = settings["built"]


def _build_villages(
    codes: Codes,
    transform: rasterio.Affine,
    register: Register,
    ragged: NDArray[np.float32],
    settings: Mapping[str, Any],
) -> None:
    """Build each natural village as a ragged disc as large as its people need."""
    points = shapely.get_coordinates(register.settlements.geometry.to_numpy())
    people = register.settlements["people"].to_numpy(dtype=np.float64)
    radius_m = np.sqrt(settings["built_m2_per_person"] * people / np.pi)
    tall = abs(transform.e) * METRES_PER_DEGREE
    for (lon, lat), radius in zip(points, radius_m, strict=True):
        wide = tall * np.cos(np.radians(lat))
        column, row = (lon - transform.c) / transform.a, (lat - transform.f) / transform.e
        reach = radius * (1.0 + settings["built_ragged"])
        rows = _window(row, reach / tall, codes.shape[0])
        columns = _window(column, reach / wide, codes.shape[1])
        down = (np.arange(rows.start, rows.stop) + 0.5 - row)[:, None] * tall
        across = (np.arange(columns.start, columns.stop) + 0.5 - column)[None, :] * wide
        edge = radius * (1.0 + settings["built_ragged"] * ragged[rows, columns])
        built = down**2 + across**2 <= edge**2
        built |= (np.abs(down) <= tall / 2) & (np.abs(across) <= wide / 2)  # at least one cell
        codes[rows, columns][built] = settings["built"]


def _window(middle: float, reach: float, count: int) -> slice:
    return slice(max(int(middle - reach) - 1, 0), min(int(middle + reach) + 2, count))
