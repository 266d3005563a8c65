"""What points - offices, schools, clinics, settlements - and pixels get out of mosaics."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverage_map.signal.chance import NODES
from coverage_map.signal.lattice import Lattice
from coverage_map.signal.mast import NONE
from coverage_map.signal.mosaic import NOBODY, Tile
from coverage_map.signal.roster import Roster
from coverage_map.signal.settings import SignalSettings
from coverage_map.verdicts import STATES
from geodata.terrain.raster import Floats

COVERED, GAP, UNKNOWN = (STATES.index(state) for state in ("covered", "gap", "unknown"))


@dataclass(frozen=True, eq=False)
class Samples:
    """A mosaic at points: arrays of (networks, points), ``fails`` of (networks, nodes, points)."""

    best: NDArray[np.int16]
    server: NDArray[np.int32]
    usable: NDArray[np.int16]
    unknown: NDArray[np.int16]
    fails: NDArray[np.int32]


def sample_points(tiles: Iterable[Tile], x: Floats, y: Floats, lattice: Lattice) -> Samples:
    """Read mosaics at points of the lattice's CRS; each takes the value of its pixel.

    So a point says what the map says there; how places in a pixel differ is in the chance. A
    point outside of all tiles, or without a position (NaN), is unknown.
    """
    row, column = np.floor(-y / lattice.step_m), np.floor(x / lattice.step_m)
    found: Samples | None = None
    for tile in tiles:
        if found is None:
            found = _unknown(tile.best.shape[0], len(x))
        r, c = row - tile.window.row, column - tile.window.column
        at = (r >= 0) & (r < tile.window.rows) & (c >= 0) & (c < tile.window.columns)
        place = (..., r[at].astype(np.int64), c[at].astype(np.int64))
        for ours, theirs in (
            (found.best, tile.best),
            (found.server, tile.server),
            (found.usable, tile.usable),
            (found.unknown, tile.unknown),
            (found.fails, tile.fails),
        ):
            ours[..., at] = theirs[place]
    return _unknown(0, len(x)) if found is None else found


def _unknown(networks: int, points: int) -> Samples:
    each = (networks, points)
    return Samples(
        best=np.full(each, NONE),
        server=np.full(each, NOBODY),
        usable=np.zeros(each, np.int16),
        unknown=np.ones(each, np.int16),
        fails=np.zeros((networks, len(NODES), points), np.int32),
    )


def all_pixels(tile: Tile) -> Samples:
    """Return a tile's pixels as points, row by row."""
    networks = tile.best.shape[0]
    return Samples(
        best=tile.best.reshape(networks, -1),
        server=tile.server.reshape(networks, -1),
        usable=tile.usable.reshape(networks, -1),
        unknown=tile.unknown.reshape(networks, -1),
        fails=tile.fails.reshape(networks, len(NODES), -1),
    )


def find_states(samples: Samples, roster: Roster, settings: SignalSettings) -> NDArray[np.int8]:
    """Return each network's state at each point.

    Covered where the best server is strong enough. Otherwise unknown where a cell within its
    radius could not be predicted, for that cell may serve it, and for a
    network of no known generation. Otherwise a gap.
    """
    needed, known = [], []
    for network in roster.networks:
        generation = settings.generations.get(network.technology)
        known.append(generation is not None)
        needed.append(0 if generation is None else round(10 * generation.usable_dbm))
    enough = samples.best >= np.array(needed, np.int64).reshape(-1, 1)
    unknown = (samples.unknown > 0) | ~np.array(known, np.bool_).reshape(-1, 1)
    choices = np.select([enough, unknown], [COVERED, UNKNOWN], GAP)
    return np.asarray(choices.astype(np.int8))
