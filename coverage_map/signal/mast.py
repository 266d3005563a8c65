"""One mast × terrain → the reference power of each of its cells at each pixel around it.

RSRP (LTE), SS-RSRP (NR), RSCP (WCDMA) or the pilot's power (CDMA), in tenths of a dBm, the median
of places outdoors in the pixel. The antenna's gain is taken towards the receiver in a straight
line over the curved Earth, also where a hill stands between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import isfinite, log10, nan

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation import Environment, Link, OutOfRangeError
from coverage_map.propagation.area import Ground, Mast, make_pattern, predict_area
from coverage_map.propagation.radio_climate import median_effective_radius_km
from coverage_map.propagation.refusals import check_ranges
from coverage_map.signal.cells import Cell
from coverage_map.signal.lattice import Lattice, Window
from coverage_map.signal.settings import SignalSettings
from geodata.antennas.patterns import CutPattern, Pattern
from geodata.antennas.pointing import Pointing, gain_db, gain_spread_db
from geodata.errors import Fault
from geodata.terrain.profiles import grid_convergence_deg
from geodata.terrain.raster import Floats, Grid, Raster, hash_raster

MODEL_VERSION = "p1812-6/1"  # rises with every change that moves a level
NONE = np.int16(-32768)  # beyond the radius or weaker than the floor
UNKNOWN = np.int16(-32767)  # within the radius, but ground or cell are not known
LOWEST = np.int16(-32000)  # what is above is a level
_ELEVATIONS = np.arange(-90.0, 91.0, 1.0)
_AZIMUTHS = np.arange(0.0, 360.0, 4.0)


@dataclass(frozen=True)
class Position:
    """Where a mast stands: in the lattice's CRS, metres, and in degrees of EPSG:4490."""

    x: float
    y: float
    lon: float
    lat: float


@dataclass(frozen=True, eq=False)
class MastSignal:
    """What the cells of a mast give: (cells, rows, columns) of a window of the lattice.

    ``level``: int16, tenths of a dBm, NONE or UNKNOWN. ``spread``: uint8, tenths of a dB: the
    standard deviation that doubtful heights, powers, azimuths and tilts make; 25.5 at most.
    """

    hash: str
    position: Position
    window: Window
    cells: tuple[Cell, ...]
    level: NDArray[np.int16]
    spread: NDArray[np.uint8]
    faults: tuple[Fault, ...]


def predict_mast(
    position: Position,
    cells: Sequence[Cell],
    terrain: Raster,
    clutter_m: NDArray[np.float32],
    lattice: Lattice,
    settings: SignalSettings,
    environment: Environment | None = None,
) -> MastSignal:
    """Predict every cell of a mast at every pixel of the lattice within the radius.

    ``terrain`` (metres, NaN: none) and ``clutter_m`` lie on one grid in the lattice's CRS. A cell
    outside the model's ranges, or of unknown band or power, is UNKNOWN all around and said.

    Raises:
        PathRefusedError: the mast stands outside the terrain, or in a void.
    """
    environment = environment or Environment(resolution_m=lattice.step_m)
    ground, grid, own_hash = cut_ground(position, terrain, clutter_m, settings.radius_km)
    window = lattice.around(position.x, position.y, settings.radius_km)
    links, link_of, faults = _links(cells, settings, position)
    row, column = _cell_of(grid, position)
    pixel_row, pixel_column = lattice.cells_of(position.x, position.y)
    at = (float(pixel_row) - window.row, float(pixel_column) - window.column)
    inside = _within(window, at, lattice.step_m, settings.radius_km)
    shape = (len(cells), *window.shape)
    level, spread = np.full(shape, NONE), np.zeros(shape, np.uint8)
    outdoor = [number for number, cell in enumerate(cells) if not cell.indoor]
    level[outdoor] = np.where(inside, UNKNOWN, NONE)
    if links:
        pattern = make_pattern(window.shape, *at, lattice.step_m, settings.radius_km, ground.cell_m)
        mast = Mast(row, column, position.lat)
        losses = predict_area(ground, mast, links, environment, settings.radius_km, pattern)
        view = _view(position, ground, grid, window, lattice, inside)
        for number, cell in enumerate(cells):
            if link_of[number] >= 0:
                loss_db = losses[link_of[number]][inside].astype(np.float64)
                radius_km = median_effective_radius_km(environment.delta_n)
                seen = _Seen(*view, radius_km, settings)
                tenths, doubt = _receive(cell, loss_db, seen)
                level[number, inside], spread[number, inside] = tenths, doubt
    key = hash_mast(position, cells, own_hash, lattice, settings, environment)
    return MastSignal(key, position, window, tuple(cells), level, spread, faults)


def cut_ground(
    position: Position, terrain: Raster, clutter_m: NDArray[np.float32], radius_km: float
) -> tuple[Ground, Grid, str]:
    """Cut the ground within a radius of a mast; with its grid and the hash of what was cut."""
    grid, reach = terrain.grid, int(np.ceil(radius_km * 1e3 / terrain.grid.step)) + 2
    row, column = _cell_of(grid, position)
    top, left = max(int(row) - reach, 0), max(int(column) - reach, 0)
    down = slice(top, max(int(row) + reach + 1, top))
    across = slice(left, max(int(column) + reach + 1, left))
    cover = np.asarray(clutter_m[down, across], dtype=np.float32)
    # What stands on a cell of no known class is not known; it is not open land.
    heights = np.where(np.isnan(cover), np.float32(np.nan), terrain.values[down, across])
    heights = heights.astype(np.float32)
    moved = grid.transform * grid.transform.translation(left, top)
    own = Grid(grid.crs, moved, heights.shape[1], heights.shape[0])
    ground = Ground(heights, np.nan_to_num(cover), grid.step)
    digest = sha256(hash_raster(Raster(heights, own, "m", float("nan"))).encode())
    digest.update(np.ascontiguousarray(ground.clutter_m).tobytes())
    return ground, own, digest.hexdigest()


def _cell_of(grid: Grid, position: Position) -> tuple[float, float]:
    row, column = grid.cells_of(np.array([position.x]), np.array([position.y]))
    return float(row[0]), float(column[0])


def hash_mast(
    position: Position,
    cells: Sequence[Cell],
    ground_hash: str,
    lattice: Lattice,
    settings: SignalSettings,
    environment: Environment,
) -> str:
    """Return what a mast's signal depends on: cells, ground, lattice, settings, model version."""
    parts = [MODEL_VERSION, repr(position), ground_hash, repr(lattice), settings.hash]
    parts.append(repr(environment))
    for cell in cells:
        radio = cell.radio
        parts += [cell.record_id, cell.technology, cell.channel, repr(cell.operators)]
        parts += [
            repr(cell.frequency_mhz),
            repr(cell.indoor),
            repr(radio.pointing),
            _pattern_hash(radio.pattern),
        ]
        numbers = (radio.height_m, radio.reference_dbm, radio.height_spread_m)
        spreads = (radio.azimuth_spread_deg, radio.tilt_spread_deg, radio.level_spread_db)
        parts.append(repr((*numbers, *spreads)))
    return sha256("\n".join(parts).encode()).hexdigest()


def _pattern_hash(pattern: Pattern) -> str:
    if not isinstance(pattern, CutPattern):
        return repr(pattern)
    cuts = np.concatenate([pattern.horizontal_db, pattern.vertical_db]).astype("<f8").tobytes()
    return repr((pattern.gain_dbi, pattern.electrical_tilt_deg, sha256(cuts).hexdigest()))


def _links(
    cells: Sequence[Cell], settings: SignalSettings, position: Position
) -> tuple[list[Link], list[int], tuple[Fault, ...]]:
    """Return the different links of a mast, each cell's among them (-1: none), and why not."""
    links: list[Link] = []
    link_of, faults = [], []
    for cell in cells:
        link_of.append(-1)
        if cell.indoor:
            continue
        stated = isfinite(cell.frequency_mhz) and isfinite(cell.radio.reference_dbm)
        if not stated or cell.technology not in settings.generations:
            faults.append(Fault("signal_cell_unknown", params={"record": cell.record_id}))
            continue
        # Whole metres: heights are surveyed no better, and cells of one platform share the work.
        height_m = float(round(cell.radio.height_m))
        link = Link(cell.frequency_mhz / 1e3, height_m, settings.receiver_m)
        try:
            check_ranges(
                "p1812",
                frequency_ghz=link.frequency_ghz,
                tx_height_m=link.tx_height_m,
                latitude_deg=position.lat,
            )
        except OutOfRangeError as error:
            faults.append(error.fault)
            continue
        if link not in links:
            links.append(link)
        link_of[-1] = links.index(link)
    return links, link_of, tuple(faults)


def _within(
    window: Window, at: tuple[float, float], step_m: float, radius_km: float
) -> NDArray[np.bool_]:
    south = (np.arange(window.rows) - at[0])[:, None] * step_m
    east = (np.arange(window.columns) - at[1])[None, :] * step_m
    return np.asarray(np.hypot(south, east) <= radius_km * 1e3)


@dataclass(frozen=True, eq=False)
class _Seen:
    """Pixels as seen from a mast: true azimuth, distance, height above the mast's ground."""

    azimuth_deg: Floats
    distance_km: Floats
    rise_m: Floats
    radius_km: float
    settings: SignalSettings


def _view(
    position: Position,
    ground: Ground,
    grid: Grid,
    window: Window,
    lattice: Lattice,
    inside: NDArray[np.bool_],
) -> tuple[Floats, Floats, Floats]:
    x, y = (
        each[axis] for each, axis in zip(lattice.grid(window).centres(), _axes(inside), strict=True)
    )
    east, north = x - position.x, y - position.y
    turn = grid_convergence_deg(position.lon, position.lat, grid)
    azimuth = np.degrees(np.arctan2(east, north)) + turn
    rows, columns = (np.floor(each + 0.5).astype(np.int64) for each in grid.cells_of(x, y))
    known = (rows >= 0) & (rows < grid.height) & (columns >= 0) & (columns < grid.width)
    height = np.full(len(x), np.nan)
    height[known] = ground.terrain_m[rows[known], columns[known]]
    row, column = _cell_of(grid, position)
    foot = ground.terrain_m[int(np.floor(row + 0.5)), int(np.floor(column + 0.5))]
    return azimuth, np.hypot(east, north) / 1e3, height - float(foot)


def _axes(inside: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, columns = np.nonzero(inside)
    return columns, rows


def _receive(
    cell: Cell, loss_db: Floats, seen: _Seen
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Return tenths of a dBm and of the spread at the pixels, NONE and UNKNOWN among them."""
    radio, settings = cell.radio, seen.settings
    bulge_m = seen.distance_km**2 * 1e3 / (2 * seen.radius_km)
    rise_m = seen.rise_m + settings.receiver_m - radio.height_m - bulge_m
    elevation = np.degrees(np.arctan2(rise_m, np.maximum(seen.distance_km * 1e3, 1.0)))
    known = np.isfinite(loss_db) & np.isfinite(elevation)
    tenths = np.full(len(loss_db), UNKNOWN)
    doubt = np.zeros(len(loss_db), np.uint8)
    azimuth, elevation = seen.azimuth_deg[known], elevation[known]
    gain = gain_db(radio.pattern, radio.pointing, azimuth, elevation)
    dbm = radio.reference_dbm + gain - loss_db[known]
    level = np.rint(10 * dbm).astype(np.int16)
    level[level < round(10 * settings.floor_dbm)] = NONE
    tenths[known] = level
    pointed = _look_up_spread(cell, azimuth, elevation)
    higher = 1 + radio.height_spread_m / max(radio.height_m, 1.0)
    height_db = settings.height_decade_db * log10(higher)
    total = np.sqrt(radio.level_spread_db**2 + height_db**2 + pointed**2)
    doubt[known] = np.minimum(np.rint(10 * total), 255).astype(np.uint8)
    return tenths, doubt


def _look_up_spread(cell: Cell, azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
    """Return what doubtful azimuth and tilt do towards pixels, to the nearest degree or four."""
    radio = cell.radio
    turned = radio.pointing.azimuth_deg
    known = isfinite(turned)
    pointing = Pointing(
        0.0 if known else nan,
        radio.pointing.mechanical_tilt_deg,
        radio.pointing.electrical_tilt_deg,
    )
    table = _spread_table(radio.pattern, pointing, radio.azimuth_spread_deg, radio.tilt_spread_deg)
    around = (azimuth_deg - (turned if known else 0.0)) % 360.0
    step = 360.0 / len(_AZIMUTHS)
    place = np.rint(around / step).astype(np.int64) % len(_AZIMUTHS)
    upward = np.rint(elevation_deg + 90.0).astype(np.int64)
    return np.asarray(table[place, np.clip(upward, 0, len(_ELEVATIONS) - 1)])


@lru_cache(maxsize=512)
def _spread_table(
    pattern: Pattern, pointing: Pointing, azimuth_spread: float, tilt_spread: float
) -> Floats:
    azimuth, elevation = np.meshgrid(_AZIMUTHS, _ELEVATIONS, indexing="ij")
    return gain_spread_db(pattern, pointing, azimuth, elevation, azimuth_spread, tilt_spread)
