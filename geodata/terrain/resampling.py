"""From the cells of files to the cells of a metric grid, block by block.

Heights: where the source is finer, means of whole source cells first, then bilinear between the
middles of cells. Classes: the nearest cell, or the majority of points within a cell where the
source is finer. Every cell's value depends on source cells alone, not on the window asked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from geodata.terrain.native import Block, Clean, Lattice, OpenFiles, group_lattices, read_block
from geodata.terrain.raster import Floats, Grid, interpolate, pick
from geodata.terrain.settings import settings
from geodata.terrain.sources import RasterSource
from geodata.terrain.systems import positions_of

_BLOCK_SIDE = (32, 1024)


@dataclass(frozen=True)
class Resampled:
    """Values on a grid, and which source gave each (its number in the list; -1: none)."""

    values: NDArray[np.generic]
    origin: NDArray[np.int16]


def resample_heights(
    sources: Sequence[RasterSource], grid: Grid, clean: Clean, files: OpenFiles
) -> Resampled:
    """Bring heights to a grid: float32, NaN where no source has a value around a cell."""
    values = np.full((grid.height, grid.width), np.nan, dtype=np.float32)
    origin = np.full(values.shape, -1, dtype=np.int16)
    for lattice in group_lattices(sources):
        factor = _whole_quotient(lattice, grid)
        for part, window in _blocks(grid, lattice):
            wanted = np.isnan(values[window])
            if not wanted.any():
                continue
            row, column = lattice.cells_of(*positions_of(part, lattice.crs))
            block = _read_around(lattice, files, row, column, factor, clean, np.float32("nan"))
            if block is None:
                continue
            merged = _means(block, factor)
            r, c = _within(row, block.row, factor), _within(column, block.column, factor)
            found = interpolate(merged.values, r, c).astype(np.float32)
            take = wanted & ~np.isnan(found)
            values[window][take] = found[take]
            origin[window][take] = pick(merged.origin, r, c, -1)[take]
    return Resampled(values, origin)


def resample_classes(
    sources: Sequence[RasterSource], grid: Grid, clean: Clean, files: OpenFiles, nodata: int
) -> Resampled:
    """Bring classes to a grid: int16, ``nodata`` where no source has one.

    Of n × n points in a cell, n the quotient of the cells' sizes, the class that most have counts,
    of equally many the lowest code.
    """
    values = np.full((grid.height, grid.width), nodata, dtype=np.int16)
    origin = np.full(values.shape, -1, dtype=np.int16)
    for lattice in group_lattices(sources):
        points = max(round(grid.step / lattice.cell_m), 1)
        for part, window in _blocks(grid, lattice):
            wanted = values[window] == nodata
            if not wanted.any():
                continue
            row, column = lattice.cells_of(*positions_of(part, lattice.crs, points))
            block = _read_around(lattice, files, row, column, 1, clean, np.int16(nodata))
            if block is None:
                continue
            r, c = row - block.row, column - block.column
            found = _majority(pick(block.values, r, c, nodata), points, nodata)
            given = pick(block.origin, r, c, -1)
            take = wanted & (found != nodata)
            values[window][take] = found[take]
            middle = points // 2
            origin[window][take] = given[middle::points, middle::points][take]
    return Resampled(values, origin)


def describe_classes(source: RasterSource, grid: Grid) -> str:
    """Return how classes of a source come to the grid: ``nearest`` or ``majority``."""
    return "majority" if round(grid.step / source.cell_m) > 1 else "nearest"


def _whole_quotient(lattice: Lattice, grid: Grid) -> int:
    return max(round(grid.step / lattice.cell_m), 1)


def _blocks(grid: Grid, lattice: Lattice) -> Iterator[tuple[Grid, tuple[slice, slice]]]:
    """Cut a grid into blocks whose source cells fit into memory."""
    cells = sqrt(settings()["reading"]["block_cells"])
    low, high = _BLOCK_SIDE
    side = int(min(max(cells / max(grid.step / lattice.cell_m, 1.0), low), high))
    for top in range(0, grid.height, side):
        for left in range(0, grid.width, side):
            height, width = min(side, grid.height - top), min(side, grid.width - left)
            corner = grid.transform @ Affine.translation(left, top)
            part = replace(grid, transform=corner, width=width, height=height)
            yield part, (slice(top, top + height), slice(left, left + width))


def _read_around(
    lattice: Lattice,
    files: OpenFiles,
    row: Floats,
    column: Floats,
    factor: int,
    clean: Clean,
    empty: np.generic,
) -> Block | None:
    """Read the cells around positions, in whole groups of ``factor``; None where no source lies."""
    fine = np.isfinite(row) & np.isfinite(column)
    if not fine.any():
        return None
    rows, columns = _span(row[fine], factor), _span(column[fine], factor)
    if not _meets(lattice, rows, columns):
        return None
    return read_block(lattice, files, rows, columns, clean, empty)


def _span(position: Floats, factor: int) -> tuple[int, int]:
    first = (int(np.floor(position.min())) // factor - 1) * factor
    last = (ceil(position.max()) // factor + 2) * factor
    return first, last


def _meets(lattice: Lattice, rows: tuple[int, int], columns: tuple[int, int]) -> bool:
    for source in lattice.sources:
        row, column = lattice.offset_of(source)
        tall = row < rows[1] and row + source.height > rows[0]
        if tall and column < columns[1] and column + source.width > columns[0]:
            return True
    return False


def _means(block: Block, factor: int) -> Block:
    """Return means of squares of cells; NaN where less than half of a square has values."""
    if factor == 1:
        return block
    rows, columns = (side // factor for side in block.values.shape)
    squares = block.values.reshape(rows, factor, columns, factor).astype(np.float64)
    known = ~np.isnan(squares)
    count = known.sum(axis=(1, 3))
    total = np.where(known, squares, 0.0).sum(axis=(1, 3))
    enough = 2 * count >= factor * factor
    means = np.where(enough, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return Block(means, block.origin[factor // 2 :: factor, factor // 2 :: factor], 0, 0)


def _within(position: Floats, first: int, factor: int) -> Floats:
    """Return positions counted in squares of a block; the middle of a square is whole."""
    return np.asarray((position - first + 0.5) / factor - 0.5)


def _majority(points: NDArray[np.generic], side: int, nodata: int) -> NDArray[np.int16]:
    if side == 1:
        return points.astype(np.int16)
    rows, columns = (length // side for length in points.shape)
    squares = points.reshape(rows, side, columns, side)
    best = np.full((rows, columns), nodata, dtype=np.int16)
    most = np.zeros((rows, columns), dtype=np.int64)
    for code in np.unique(points):
        if code == nodata:
            continue
        count = (squares == code).sum(axis=(1, 3))
        more = count > most
        best[more], most[more] = code, count[more]
    return best
