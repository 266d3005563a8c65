"""One lattice of square pixels for all masts, so that their windows fit onto each other.

Pixels are counted from the origin of a metric CRS: rows southwards, columns eastwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

from affine import Affine

from geodata.terrain.raster import Grid


@dataclass(frozen=True)
class Window:
    """A rectangle of the lattice: its first row and column, and how many."""

    row: int
    column: int
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns as arrays have them."""
        return self.rows, self.columns

    def overlap(self, other: "Window") -> "Window | None":
        """Return what two windows share, None where they share nothing."""
        row, column = max(self.row, other.row), max(self.column, other.column)
        rows = min(self.row + self.rows, other.row + other.rows) - row
        columns = min(self.column + self.columns, other.column + other.columns) - column
        return Window(row, column, rows, columns) if rows > 0 and columns > 0 else None

    def slices(self, part: "Window") -> tuple[slice, slice]:
        """Return where a part of this window lies in its arrays."""
        row, column = part.row - self.row, part.column - self.column
        return slice(row, row + part.rows), slice(column, column + part.columns)

    def tiles(self, size: int) -> Iterator["Window"]:
        """Cut the window into tiles whose corners are multiples of the size."""
        for row in range(self.row // size * size, self.row + self.rows, size):
            for column in range(self.column // size * size, self.column + self.columns, size):
                part = self.overlap(Window(row, column, size, size))
                if part is not None:
                    yield part


@dataclass(frozen=True)
class Lattice:
    """The pixels of a metric CRS; ``crs`` as in geodata.crs."""

    crs: str
    step_m: float

    def cells_of(self, x: float, y: float) -> tuple[float, float]:
        """Return fractional row and column of positions; a pixel's middle is a whole number."""
        return -y / self.step_m - 0.5, x / self.step_m - 0.5

    def around(self, x: float, y: float, radius_km: float) -> Window:
        """Return the window that holds every pixel within a radius of a position."""
        reach = radius_km * 1e3
        west, north = floor((x - reach) / self.step_m), floor(-(y + reach) / self.step_m)
        east, south = ceil((x + reach) / self.step_m), ceil(-(y - reach) / self.step_m)
        return Window(north, west, south - north, east - west)

    def grid(self, window: Window) -> Grid:
        """Return a window as a grid of ``geodata.terrain``."""
        step = self.step_m
        transform = Affine(step, 0.0, window.column * step, 0.0, -step, -window.row * step)
        return Grid(self.crs, transform, window.columns, window.rows)
