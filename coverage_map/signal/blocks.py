"""Whole cities: masts laid block by block, in as many processes as there are; the same result.

A block of neighbouring masts is predicted and laid at once, mast by mast, so that only its own
tile is held; the tiles of blocks overlap and are added. One bad mast is said and stops no other.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from math import floor
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation import OutOfRangeError, PathRefusedError
from coverage_map.signal.cells import Cell
from coverage_map.signal.lattice import Lattice, Window
from coverage_map.signal.mast import Position, predict_mast
from coverage_map.signal.mosaic import Tile, add_mast, add_tile, empty_tile
from coverage_map.signal.roster import Roster
from coverage_map.signal.settings import SignalSettings
from geodata.errors import Fault
from geodata.terrain.raster import Raster


@dataclass(frozen=True, eq=False)
class MastCells:
    """A mast by name: where it stands and what hangs on it."""

    name: str
    position: Position
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class World:
    """What all blocks share; see ``predict_mast``."""

    terrain: Raster
    clutter_m: NDArray[np.float32]
    lattice: Lattice
    roster: Roster
    settings: SignalSettings


@dataclass(frozen=True, eq=False)
class Block:
    """A block's tile, what was wrong by mast, and how many masts were laid."""

    tile: Tile
    faults: dict[str, tuple[Fault, ...]]
    laid: int


def split_blocks(masts: Sequence[MastCells], side_km: float) -> list[list[MastCells]]:
    """Divide masts among squares of a side; masts and squares in fixed order."""
    squares: dict[tuple[int, int], list[MastCells]] = {}
    for mast in sorted(masts, key=lambda each: each.name):
        at = mast.position
        square = (floor(at.y / side_km / 1e3), floor(at.x / side_km / 1e3))
        squares.setdefault(square, []).append(mast)
    return [squares[square] for square in sorted(squares)]


def lay_block(masts: Sequence[MastCells], world: World) -> Block:
    """Predict the masts of a block and lay them over each other."""
    lattice, settings = world.lattice, world.settings
    windows = [
        lattice.around(mast.position.x, mast.position.y, settings.radius_km) for mast in masts
    ]
    tile = empty_tile(_enclose(windows), world.roster)
    faults: dict[str, tuple[Fault, ...]] = {}
    laid = 0
    for mast in masts:
        try:
            signal = predict_mast(
                mast.position, mast.cells, world.terrain, world.clutter_m, lattice, settings
            )
        except (OutOfRangeError, PathRefusedError) as error:
            faults[mast.name] = (error.fault,)
            continue
        laid += 1
        if signal.faults:
            faults[mast.name] = signal.faults
        add_mast(tile, signal, world.roster, settings, lattice.step_m)
    return Block(tile, faults, laid)


def lay_blocks(
    blocks: Sequence[Sequence[MastCells]], world: World, processes: int
) -> Iterator[Block]:
    """Lay blocks in spawned processes, as they are done; with one process, here and in order."""
    if processes <= 1:
        yield from (lay_block(block, world) for block in blocks)
        return
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_remember, initargs=(world,)
    ) as pool:
        for done in as_completed([pool.submit(_lay_remembered, block) for block in blocks]):
            yield done.result()


def lay_city(
    masts: Sequence[MastCells],
    whole: Window,
    world: World,
    side_km: float,
    processes: int = 1,
) -> tuple[Tile, dict[str, tuple[Fault, ...]]]:
    """Lay all masts over a window; with what was wrong by mast."""
    tile = empty_tile(whole, world.roster)
    faults: dict[str, tuple[Fault, ...]] = {}
    for block in lay_blocks(split_blocks(masts, side_km), world, processes):
        add_tile(tile, block.tile)
        faults |= block.faults
    return tile, dict(sorted(faults.items()))


def _enclose(windows: Sequence[Window]) -> Window:
    row, column = min(each.row for each in windows), min(each.column for each in windows)
    rows = max(each.row + each.rows for each in windows) - row
    return Window(row, column, rows, max(w.column + w.columns for w in windows) - column)


_held: list[World] = []


def _remember(world: World) -> None:
    _held[:] = [world]


def _lay_remembered(masts: Sequence[MastCells]) -> Block:
    return lay_block(masts, _held[0])
