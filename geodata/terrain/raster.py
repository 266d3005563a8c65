"""Arrays that carry their place: values, grid (CRS and transform), unit and nodata together."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geodata.crs import from_cgcs2000, metric_crs, to_cgcs2000
from geodata.errors import UsageError

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]  # west, south, east, north in the units of a CRS
_EDGE_POINTS = 21  # per side, where the bounds of one system are sought in another


@dataclass(frozen=True)
class Grid:
    """Square cells, north up; ``crs`` is a name as in geodata.crs, the transform GDAL's."""

    crs: str
    transform: Affine
    width: int
    height: int

    @property
    def step(self) -> float:
        """Return the width of a cell in the units of the CRS."""
        return float(self.transform.a)

    @property
    def bounds(self) -> Bounds:
        """Return the outer edges of the outermost cells."""
        west, north = self.transform.c, self.transform.f
        return (
            west,
            north + self.height * self.transform.e,
            west + self.width * self.transform.a,
            north,
        )

    def centres(self) -> tuple[Floats, Floats]:
        """Return x of the columns and y of the rows, at the middle of the cells."""
        x = self.transform.c + (np.arange(self.width, dtype=np.float64) + 0.5) * self.transform.a
        y = self.transform.f + (np.arange(self.height, dtype=np.float64) + 0.5) * self.transform.e
        return np.asarray(x), np.asarray(y)

    def cells_of(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return fractional row and column of positions; a cell's middle is a whole number."""
        column = (x - self.transform.c) / self.transform.a - 0.5
        row = (y - self.transform.f) / self.transform.e - 0.5
        return row, column


@dataclass(frozen=True, eq=False)  # arrays are not compared as one
class Raster:
    """One band: ``values`` (rows from the north, columns from the west), its grid and its unit.

    ``nodata`` marks cells without a value: NaN in measured values, a code in classes.
    """

    values: NDArray[np.generic]
    grid: Grid
    unit: str
    nodata: float

    def __post_init__(self) -> None:
        if self.values.shape != (self.grid.height, self.grid.width):
            raise UsageError(
                "raster_shape",
                found=str(self.values.shape),
                expected=str((self.grid.height, self.grid.width)),
            )

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Return where there is no value."""
        if np.isnan(self.nodata):
            return np.asarray(np.isnan(self.values))
        return np.asarray(self.values == self.nodata)


def hash_raster(raster: Raster) -> str:
    """Return what tells a raster from any other: values, place and unit, the same on any machine.

    Results that depend on a window of terrain are kept under it.
    """
    grid = raster.grid
    head = (grid.crs, *grid.transform[:6], grid.width, grid.height, raster.unit, raster.nodata)
    values = np.ascontiguousarray(raster.values)
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    digest = sha256(f"{head} {little.dtype.str}".encode())
    digest.update(little.tobytes())
    return digest.hexdigest()


def lonlat_bounds(bounds: Bounds, crs: str) -> Bounds:
    """Return the CGCS2000 degrees that enclose bounds of another system."""
    return enclose(*to_cgcs2000(*outline(bounds), crs))


def bounds_in(lonlat: Bounds, crs: str) -> Bounds:
    """Return the bounds in a system that enclose bounds in CGCS2000 degrees."""
    return enclose(*from_cgcs2000(*outline(lonlat), crs))


def metric_grid(bounds: Bounds, crs: str, step_m: float, metric: str | None = None) -> Grid:
    """Lay a grid of square metres over bounds, in the metric CRS of the place.

    Its lines are whole multiples of the step, so windows of one area are cut from one lattice.

    Args:
        bounds: west, south, east, north in ``crs``.
        crs: a name that ``geodata.crs`` knows.
        step_m: width of a cell.
        metric: the metric CRS, where neighbouring windows must share one; by place otherwise.

    Raises:
        CrsRefusedError: no such system, or a place without a metric one.
        UsageError: ``area_empty``, bounds without extent.
    """
    if not (np.isfinite(bounds).all() and bounds[0] < bounds[2] and bounds[1] < bounds[3]):
        raise UsageError("area_empty", bounds=", ".join(f"{edge:g}" for edge in bounds))
    lonlat = lonlat_bounds(bounds, crs)
    system = metric or metric_crs(lonlat)
    west, south, east, north = bounds_in(lonlat, system) if system != crs else bounds
    first, top = np.floor(west / step_m), np.ceil(north / step_m)
    width, height = np.ceil(east / step_m) - first, top - np.floor(south / step_m)
    transform = Affine(step_m, 0.0, first * step_m, 0.0, -step_m, top * step_m)
    return Grid(system, transform, max(int(width), 1), max(int(height), 1))


def sample_bilinear(raster: Raster, lon: Floats, lat: Floats) -> Floats:
    """Return values between the middles of four cells, at CGCS2000 degrees.

    NaN outside the raster and wherever a cell that counts has no value. Within half a cell of the
    outer edge the outermost middle counts.
    """
    row, column = raster.grid.cells_of(*from_cgcs2000(lon, lat, raster.grid.crs))
    values = raster.values
    if not np.isnan(raster.nodata):
        values = np.where(raster.missing, np.nan, values.astype(np.float64))
    return interpolate(values, row, column)


def sample_nearest(raster: Raster, lon: Floats, lat: Floats) -> NDArray[np.generic]:
    """Return the value of the cell that holds each position, ``nodata`` outside the raster."""
    row, column = raster.grid.cells_of(*from_cgcs2000(lon, lat, raster.grid.crs))
    return pick(raster.values, row, column, raster.nodata)


def interpolate(values: NDArray[np.generic], row: Floats, column: Floats) -> Floats:
    """Return values at fractional rows and columns; NaN outside and next to NaN that counts."""
    rows, columns = values.shape
    with np.errstate(invalid="ignore"):
        inside = (row >= -0.5) & (row <= rows - 0.5) & (column >= -0.5) & (column <= columns - 0.5)
    row = np.clip(np.where(inside, row, 0.0), 0.0, rows - 1.0)
    column = np.clip(np.where(inside, column, 0.0), 0.0, columns - 1.0)
    top = np.minimum(row.astype(np.int64), max(rows - 2, 0))
    left = np.minimum(column.astype(np.int64), max(columns - 2, 0))
    below, right = np.minimum(top + 1, rows - 1), np.minimum(left + 1, columns - 1)
    down, across = row - top, column - left
    total = np.zeros(row.shape, dtype=np.float64)
    for r, c, weight in (
        (top, left, (1 - down) * (1 - across)),
        (top, right, (1 - down) * across),
        (below, left, down * (1 - across)),
        (below, right, down * across),
    ):
        # A neighbour of no weight may be a void.
        total += np.where(weight > 0, values[r, c] * weight, 0.0)
    return np.where(inside, total, np.nan)


def pick(
    values: NDArray[np.generic], row: Floats, column: Floats, nodata: float
) -> NDArray[np.generic]:
    """Return the values of the nearest cells, ``nodata`` outside."""
    rows, columns = values.shape
    with np.errstate(invalid="ignore"):
        inside = (row >= -0.5) & (row < rows - 0.5) & (column >= -0.5) & (column < columns - 0.5)
    r = np.floor(np.where(inside, row, 0.0) + 0.5).astype(np.int64)
    c = np.floor(np.where(inside, column, 0.0) + 0.5).astype(np.int64)
    return np.where(inside, values[r, c], np.asarray(nodata, dtype=values.dtype))


def outline(bounds: Bounds) -> tuple[Floats, Floats]:
    """Return points along the four sides of bounds, close enough to follow a bent side."""
    west, south, east, north = bounds
    x, y = np.linspace(west, east, _EDGE_POINTS), np.linspace(south, north, _EDGE_POINTS)
    left, low = np.full(_EDGE_POINTS, west), np.full(_EDGE_POINTS, south)
    right, high = np.full(_EDGE_POINTS, east), np.full(_EDGE_POINTS, north)
    return np.concatenate([x, x, left, right]), np.concatenate([low, high, y, y])


def enclose(x: Floats, y: Floats) -> Bounds:
    """Return the bounds of points, of which those that are no numbers do not count."""
    fine = np.isfinite(x) & np.isfinite(y)
    if not fine.any():
        raise UsageError("area_empty", bounds="")
    x, y = x[fine], y[fine]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
