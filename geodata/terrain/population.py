"""People on a metric grid: from a raster of persons per cell, or from settlements."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.crs import from_cgcs2000
from geodata.errors import Fault, FileRefusedError, Place
from geodata.terrain.native import Lattice, OpenFiles, group_lattices, read_block
from geodata.terrain.raster import Bounds, Floats, Grid, Raster, enclose, outline
from geodata.terrain.sources import RasterSource
from geodata.terrain.systems import carry

_PARTS = 8  # a source cell's people are spread over so many parts of a grid cell's width, at least
_MOST_PARTS = 64
_BLOCK = 1 << 20  # points handled at a time


@dataclass(frozen=True)
class People:
    """Persons per cell (float64, 0 where nobody lives) and what is to be said of them.

    ``outside``: people of settlements that lie beyond the grid or have no position.
    """

    raster: Raster
    total: float
    outside: float
    faults: tuple[Fault, ...]


def read_population(sources: Sequence[RasterSource], grid: Grid) -> People:
    """Read persons per cell and spread each source cell's evenly over the grid's cells.

    A source cell's people are put in equal parts at points spread evenly over it, so every person
    of a cell that lies within the grid is counted once: sums are kept exactly.

    Raises:
        FileRefusedError: ``population_negative``, ``raster_no_overlap`` where no source meets it.
    """
    people = np.zeros((grid.height, grid.width), dtype=np.float64)
    met = False
    with OpenFiles() as files:
        for lattice in group_lattices(sources):
            window = _window(lattice, grid)
            if window is None:
                continue
            met = True
            _spread(lattice, files, window, grid, people)
    if not met:
        raise FileRefusedError(
            "raster_no_overlap",
            Place(file=sources[0].file),
            found=_said(sources[0].bounds),
            asked=_said(enclose(*carry(*outline(grid.bounds), grid.crs, "EPSG:4490"))),
        )
    total = float(people.sum())
    faults = (
        ()
        if total
        else (Fault("population_empty", Place(file=sources[0].file), severity="warning"),)
    )
    return People(Raster(people, grid, "persons", float("nan")), total, 0.0, faults)


def rasterise_people(lon: Floats, lat: Floats, people: Floats, grid: Grid) -> People:
    """Put the people of settlements (CGCS2000 degrees) into the cells they lie in; sums are kept.

    A settlement without a position or a number, or outside the grid, is counted as outside.
    """
    people = np.where(np.isfinite(people), people, 0.0)
    row, column = grid.cells_of(*from_cgcs2000(lon, lat, grid.crs))
    cells = _cells(row, column, grid)
    inside = cells >= 0
    counted = np.bincount(cells[inside], people[inside], minlength=grid.height * grid.width)
    raster = Raster(counted.reshape(grid.height, grid.width), grid, "persons", float("nan"))
    outside = float(people[~inside].sum())
    return People(raster, float(people[inside].sum()), outside, ())


def _window(lattice: Lattice, grid: Grid) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the rows and columns of a lattice that may meet a grid."""
    edges = enclose(*carry(*outline(grid.bounds), grid.crs, lattice.crs))
    row, column = lattice.cells_of(np.array([edges[0], edges[2]]), np.array([edges[1], edges[3]]))
    rows, columns = _whole(row), _whole(column)
    starts = [lattice.offset_of(source) for source in lattice.sources]
    tall = [start[0] + s.height for start, s in zip(starts, lattice.sources, strict=True)]
    wide = [start[1] + s.width for start, s in zip(starts, lattice.sources, strict=True)]
    rows = max(rows[0], min(start[0] for start in starts)), min(rows[1], max(tall))
    columns = max(columns[0], min(start[1] for start in starts)), min(columns[1], max(wide))
    return (rows, columns) if rows[0] < rows[1] and columns[0] < columns[1] else None


def _whole(position: Floats) -> tuple[int, int]:
    return int(np.floor(position.min())) - 1, int(np.ceil(position.max())) + 2


def _clean(
    raw: NDArray[np.generic], source: RasterSource
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = raw.astype(np.float64)
    missing = ~np.isfinite(values)
    if source.nodata is not None:
        missing |= values == source.nodata
    if (values[~missing] < 0).any():
        lowest = values[~missing].min()
        raise FileRefusedError("population_negative", Place(file=source.file, value=f"{lowest:g}"))
    return np.where(missing, 0.0, values), missing


def _spread(
    lattice: Lattice,
    files: OpenFiles,
    window: tuple[tuple[int, int], tuple[int, int]],
    grid: Grid,
    people: Floats,
) -> None:
    """Add a lattice's people to the grid, some rows at a time."""
    (top, bottom), (left, right) = window
    parts = int(np.clip(_PARTS * np.ceil(lattice.cell_m / grid.step), _PARTS, _MOST_PARTS))
    rows_at_once = max(_BLOCK // (parts * parts * (right - left)), 1)
    transform = lattice.sources[0].transform
    for first in range(top, bottom, rows_at_once):
        last = min(first + rows_at_once, bottom)
        block = read_block(
            lattice, files, (first, last), (left, right), _clean, np.float64(0.0)
        ).values.astype(np.float64)
        if not block.any():
            continue
        x = transform.c + (left + (np.arange((right - left) * parts) + 0.5) / parts) * transform.a
        y = transform.f + (first + (np.arange((last - first) * parts) + 0.5) / parts) * transform.e
        there = carry(*np.meshgrid(x, y), lattice.crs, grid.crs)
        cells = _cells(*grid.cells_of(*there), grid)
        share = np.repeat(np.repeat(block / parts**2, parts, axis=0), parts, axis=1)
        inside = cells >= 0
        added = np.bincount(cells[inside], share[inside], minlength=people.size)
        people += added.reshape(people.shape)


def _cells(row: Floats, column: Floats, grid: Grid) -> NDArray[np.int64]:
    """Return the number of the cell that holds each position, -1 outside the grid."""
    with np.errstate(invalid="ignore"):
        inside = (row >= -0.5) & (row < grid.height - 0.5)
        inside &= (column >= -0.5) & (column < grid.width - 0.5)
    r = np.floor(np.where(inside, row, 0.0) + 0.5).astype(np.int64)
    c = np.floor(np.where(inside, column, 0.0) + 0.5).astype(np.int64)
    return np.where(inside, r * grid.width + c, -1)


def _said(bounds: Bounds) -> str:
    west, south, east, north = bounds
    return f"{west:.3f}–{east:.3f}° E, {south:.3f}–{north:.3f}° N"
