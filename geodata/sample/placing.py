"""Points inside units: cells of a unit, and random points inside cells."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.sample.mesh import Mesh
from geodata.sample.shapes import Shapes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
DECIMALS = 6


@dataclass(frozen=True)
class UnitCells:
    """The cells of every unit: ``cells[start[u]:start[u + 1]]``, the most central first."""

    mesh: Mesh
    cells: Ints
    start: Ints
    points: Floats  # vertices of all cells, without the closing one
    first: Ints  # where a cell's vertices begin
    count: Ints
    centres: Floats  # degrees


def index_cells(shapes: Shapes) -> UnitCells:
    """Sort the cells by unit and by their distance from the unit's middle."""
    mesh, units = shapes.mesh, len(shapes.polygons)
    middle = shapes.plane.to_metres(shapely.get_coordinates(shapely.centroid(shapes.polygons)))
    distance = np.hypot(*(mesh.centres - middle[shapes.unit]).T)
    order = np.lexsort((distance, shapes.unit))
    start = np.searchsorted(shapes.unit[order], np.arange(units + 1))
    count = shapely.get_num_points(shapely.get_exterior_ring(mesh.cells)).astype(np.int64) - 1
    points = shapely.get_coordinates(shapely.get_exterior_ring(mesh.cells))
    first = np.r_[0, np.cumsum(count + 1)[:-1]].astype(np.int64)
    centres = shapes.plane.to_degrees(mesh.centres)
    return UnitCells(mesh, order, start, points, first, count, centres)


def central_points(index: UnitCells, units: Ints, rng: np.random.Generator) -> Floats:
    """Return a point in the most central cell of each unit (n × 2, degrees)."""
    return _inside(index, index.cells[index.start[units]], 0.15, rng)


def scattered_points(
    index: UnitCells, units: Ints, rng: np.random.Generator, *, apart: Ints | None = None
) -> Floats:
    """Return a random point in each of the units (n × 2, degrees).

    ``apart`` numbers the points of one unit from 0: they get different cells while there are some.
    """
    held = index.start[units + 1] - index.start[units]
    offset = rng.integers(0, held) if apart is None else apart % held
    return _inside(index, index.cells[index.start[units] + offset], 0.65, rng)


def _inside(index: UnitCells, cells: Ints, reach: float, rng: np.random.Generator) -> Floats:
    corner = index.first[cells] + rng.integers(0, index.count[cells])
    along = rng.uniform(0.0, reach, (len(cells), 1))
    middle = index.centres[cells]
    points: Floats = np.round(middle + along * (index.points[corner] - middle), DECIMALS)
    faces = index.mesh.cells[cells]
    outside = ~shapely.contains_xy(faces, points)
    if outside.any():
        safe = shapely.get_coordinates(shapely.point_on_surface(faces[outside]))
        points[outside] = safe
    return points
