"""Cells of the files themselves: tiles that lie on one lattice are read as one raster, by window.

So no seam appears between the tiles of a product, and a window of a 50 GB file is all that is read.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from geodata.errors import FileRefusedError, Place
from geodata.terrain.raster import Floats
from geodata.terrain.sources import RasterSource

# Two lattices are one where their lines lie within this part of a cell.
_SAME_CELL = 1e-3

# Brings a block of a source to values and says where there is none.
Clean = Callable[[NDArray[np.generic], RasterSource], tuple[NDArray[np.generic], NDArray[np.bool_]]]


@dataclass(frozen=True)
class Lattice:
    """Sources on one lattice, in order of priority: rows and columns count from the first's."""

    sources: tuple[RasterSource, ...]
    numbers: tuple[int, ...]  # of the sources in the list they came in

    @property
    def crs(self) -> str:
        """Return the system of all of them."""
        return self.sources[0].crs

    @property
    def cell_m(self) -> float:
        """Return the height of a cell in metres."""
        return self.sources[0].cell_m

    def cells_of(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return fractional row and column of positions; a cell's middle is a whole number."""
        transform = self.sources[0].transform
        return (y - transform.f) / transform.e - 0.5, (x - transform.c) / transform.a - 0.5

    def offset_of(self, source: RasterSource) -> tuple[int, int]:
        """Return the row and column at which a source begins."""
        first = self.sources[0].transform
        row = (source.transform.f - first.f) / first.e
        column = (source.transform.c - first.c) / first.a
        return round(row), round(column)


@dataclass(frozen=True)
class Block:
    """A window of a lattice: values, which source gave each (-1: none), and its first cell."""

    values: NDArray[np.generic]
    origin: NDArray[np.int16]
    row: int
    column: int


def group_lattices(sources: Sequence[RasterSource]) -> tuple[Lattice, ...]:
    """Put sources that follow each other on one lattice together, and keep their order."""
    groups: list[list[int]] = []
    for number, source in enumerate(sources):
        if groups and _shares_lattice(sources[groups[-1][0]], source):
            groups[-1].append(number)
        else:
            groups.append([number])
    return tuple(Lattice(tuple(sources[n] for n in group), tuple(group)) for group in groups)


def _shares_lattice(one: RasterSource, other: RasterSource) -> bool:
    a, b = one.transform, other.transform
    if one.crs != other.crs:
        return False
    # Over the length of the other the steps may not drift apart.
    drift = abs(b.a / a.a - 1) * other.width + abs(b.e / a.e - 1) * other.height
    row, column = (b.f - a.f) / a.e, (b.c - a.c) / a.a
    apart = max(abs(row - round(row)), abs(column - round(column)), drift)
    return bool(apart < _SAME_CELL)


class OpenFiles:
    """Files opened when they are first read and closed together; use as a context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._open: dict[str, rasterio.DatasetReader] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._stack.close()

    def read(self, source: RasterSource, window: Window) -> NDArray[np.generic]:
        """Read a window of a source's first band.

        Raises:
            FileRefusedError: ``raster_damaged``, blocks are missing or cannot be unpacked.
        """
        try:
            if source.address not in self._open:
                opened = self._stack.enter_context(rasterio.open(source.address))
                self._open[source.address] = opened
            values: NDArray[np.generic] = self._open[source.address].read(1, window=window)
        except RasterioIOError as error:
            place = Place(file=source.file)
            rows = f"{window.row_off + 1}-{window.row_off + window.height}"
            raise FileRefusedError("raster_damaged", place, rows=rows) from error
        return values


def read_block(
    lattice: Lattice,
    files: OpenFiles,
    rows: tuple[int, int],
    columns: tuple[int, int],
    clean: Clean,
    empty: np.generic,
) -> Block:
    """Read a window of a lattice: of overlapping sources the first that has a value counts.

    Args:
        lattice: the sources.
        files: where they are opened.
        rows: first row and the one after the last; may lie outside all sources.
        columns: likewise.
        clean: brings a source's raw block to values and marks what is none.
        empty: what stands where no source has a value, in the type of the values.
    """
    shape = (rows[1] - rows[0], columns[1] - columns[0])
    values: NDArray[np.generic] = np.full(shape, empty, dtype=empty.dtype)
    origin = np.full(shape, -1, dtype=np.int16)
    for number, source in zip(lattice.numbers, lattice.sources, strict=True):
        row, column = lattice.offset_of(source)
        top, bottom = max(rows[0], row), min(rows[1], row + source.height)
        left, right = max(columns[0], column), min(columns[1], column + source.width)
        if top >= bottom or left >= right:
            continue
        here = (
            slice(top - rows[0], bottom - rows[0]),
            slice(left - columns[0], right - columns[0]),
        )
        if (origin[here] >= 0).all():
            continue
        raw = files.read(source, Window(left - column, top - row, right - left, bottom - top))
        found, missing = clean(raw, source)
        take = ~missing & (origin[here] < 0)
        values[here][take] = found[take]
        origin[here][take] = number
    return Block(values, origin, rows[0], columns[0])
