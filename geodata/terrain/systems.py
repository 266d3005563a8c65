"""Systems that rasters are in: any projection of a datum of ours, and positions carried across.

``geodata.crs`` decides what is taken and what refused; rasters come in more projections (Mollweide,
UTM, Albers) than records do, so a system it does not name is kept as its own text here.
"""

from dataclasses import replace
from functools import cache

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geodata.crs import CGCS2000, WGS84, CrsRefusedError, read_crs
from geodata.crs_zones import crs_rules
from geodata.terrain.raster import Floats, Grid

# Positions are computed on a lattice of so many metres and interpolated between: the bend of a
# projection over L metres is L² / 8R, 5 mm.
_LATTICE_M = 500.0


@cache
def raster_system(claim: str) -> str:
    """Return the name, or the text, of the horizontal part of the system a raster claims.

    Raises:
        CrsRefusedError: the datum is unknown, or Beijing 54 or Xian 80.
    """
    try:
        crs = CRS.from_user_input(claim)
    except CRSError as error:
        raise CrsRefusedError("crs_unknown", claim=claim[:80]) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    text = crs.to_wkt()
    try:
        name = read_crs(text)
    except CrsRefusedError as error:
        datum = crs.geodetic_crs.datum if crs.geodetic_crs else None
        if error.fault.code != "crs_unknown" or datum is None:
            raise
        plain = datum.name.removeprefix("D_").replace("_", " ").strip()
        if plain not in crs_rules().taken_datums:
            raise
        return text
    # Taken as the same throughout; one name for both lets tiles of both lie on one grid.
    return CGCS2000 if name == WGS84 else name


@cache
def in_degrees(system: str) -> bool:
    """Say whether a raster's system has degrees."""
    return bool(CRS.from_user_input(system).is_geographic)


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def carry(x: Floats, y: Floats, source: str, target: str) -> tuple[Floats, Floats]:
    """Bring positions from one raster's system to another's; what cannot be is infinite."""
    if source == target:
        return x, y
    there_x, there_y = _transformer(source, target).transform(x, y)
    return np.asarray(there_x, dtype=np.float64), np.asarray(there_y, dtype=np.float64)


def positions_of(grid: Grid, target: str, part: int = 1) -> tuple[Floats, Floats]:
    """Return where the cells of a metric grid lie in another system: x and y, one a cell.

    ``part`` puts so many points along each side of a cell, for classes that are voted on.
    """
    fine = replace(
        grid,
        transform=grid.transform @ Affine.scale(1 / part),
        width=grid.width * part,
        height=grid.height * part,
    )
    x, y = fine.centres()
    if grid.crs == target:
        wide, tall = np.meshgrid(x, y)
        return wide, tall
    columns, rows = _knots(x), _knots(y)
    there = carry(*np.meshgrid(columns, rows), grid.crs, target)
    return _spread(there[0], rows, columns, y, x), _spread(there[1], rows, columns, y, x)


def _knots(along: Floats) -> Floats:
    """Return the lattice's lines around positions: whole multiples, whatever the window."""
    first, last = np.floor(along.min() / _LATTICE_M), np.floor(along.max() / _LATTICE_M) + 1
    return np.asarray(np.arange(first, last + 1) * _LATTICE_M)


def _spread(values: Floats, rows: Floats, columns: Floats, y: Floats, x: Floats) -> Floats:
    """Interpolate a lattice of positions linearly, along the rows and then along the columns."""
    column, right = _between(columns, x)
    row, below = _between(rows, y)
    wide = values[:, column] * (1 - right) + values[:, column + 1] * right
    return np.asarray(wide[row] * (1 - below)[:, None] + wide[row + 1] * below[:, None])


def _between(knots: Floats, along: Floats) -> tuple[NDArray[np.int64], Floats]:
    position = (along - knots[0]) / _LATTICE_M
    low = np.minimum(position.astype(np.int64), len(knots) - 2)
    return low, np.asarray(position - low)
