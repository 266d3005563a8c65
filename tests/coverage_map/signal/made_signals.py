"""Made-up masts and ground: a small world of 6 km, and signals without any propagation at all."""

from math import nan

import numpy as np
from affine import Affine

from coverage_map.signal.cells import Cell
from coverage_map.signal.lattice import Window
from coverage_map.signal.mast import MastSignal, Position
from geodata.antennas.cells import CellRadio
from geodata.antennas.patterns import ParametricPattern
from geodata.antennas.pointing import Pointing
from geodata.crs import from_cgcs2000, to_cgcs2000
from geodata.terrain.raster import Grid, Raster

CRS = "EPSG:4547"
X, Y = (float(each) for each in from_cgcs2000(113.8, 34.1, CRS))


def position(east_m: float = 0.0, north_m: float = 0.0) -> Position:
    lon, lat = to_cgcs2000(X + east_m, Y + north_m, CRS)
    return Position(X + east_m, Y + north_m, float(lon), float(lat))


def terrain(size: int = 201, step_m: float = 30.0, seed: int = 1) -> Raster:
    """Hills of 40 m around the middle of the world."""
    west = np.floor((X - size * step_m / 2) / step_m) * step_m
    north = np.ceil((Y + size * step_m / 2) / step_m) * step_m
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 6, 2)
    r, c = np.mgrid[0:size, 0:size]
    heights = 120 + 20 * np.sin(r / 11 + phase[0]) + 20 * np.cos(c / 17 + phase[1])
    grid = Grid(CRS, Affine(step_m, 0, west, 0, -step_m, north), size, size)
    return Raster(heights.astype(np.float32), grid, "m", nan)


def radio(
    height_m: float = 35.0,
    reference_dbm: float = 15.0,
    azimuth_deg: float = nan,
    level_spread_db: float = 2.0,
    width_deg: float | None = None,
    tilt_deg: float = 0.0,
) -> CellRadio:
    pattern = ParametricPattern("made", 15.0, 8.0, 25.0, 20.0, width_deg)
    pointing = Pointing(azimuth_deg, 0.0, tilt_deg)
    return CellRadio(pattern, pointing, height_m, reference_dbm, 0.0, 8.0, 1.0, level_spread_db, ())


def cell(
    name: str = "a",
    operators: tuple[str, ...] = ("cmcc",),
    technology: str = "4G",
    channel: str = "4G/1.8G/1300",
    frequency_mhz: float = 1842.5,
    made: CellRadio | None = None,
) -> Cell:
    return Cell(name, technology, channel, operators, frequency_mhz, made or radio())


def given(window: Window, *served: tuple[Cell, object], spread_db: float = 0.0) -> MastSignal:
    """Make the signal of a mast out of stated levels, tenths of a dBm (one or one a pixel)."""
    level = np.stack([np.broadcast_to(np.int16(each), window.shape) for _, each in served])
    spread = np.full(level.shape, round(10 * spread_db), np.uint8)
    cells = tuple(each for each, _ in served)
    return MastSignal("", position(), window, cells, level, spread, ())
