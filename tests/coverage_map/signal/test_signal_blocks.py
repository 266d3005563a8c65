"""Whole cities: any division into blocks and processes gives the same mosaic."""

from dataclasses import replace

import numpy as np
import pytest
from made_signals import CRS, X, Y, cell, position, terrain

from coverage_map.signal.blocks import MastCells, World, lay_city, split_blocks
from coverage_map.signal.lattice import Lattice
from coverage_map.signal.mast import LOWEST, predict_mast
from coverage_map.signal.mosaic import Tile, mosaic
from coverage_map.signal.roster import enrol
from coverage_map.signal.settings import read_signal_settings

LATTICE = Lattice(CRS, 100.0)
SETTINGS = replace(read_signal_settings(), radius_km=1.0)
GROUND = terrain()
MASTS = [
    MastCells("a", position(-900, 0), (cell("1"), cell("2", ("unicom",), frequency_mhz=942.5))),
    MastCells("b", position(800, 300), (cell("3", ("cmcc", "unicom")),)),
    MastCells("c", position(700, -900), (cell("4", frequency_mhz=float("nan")), cell("5"))),
    MastCells("far", position(9000, 0), (cell("6"),)),
]
WORLD = World(
    GROUND,
    np.zeros((GROUND.grid.height, GROUND.grid.width), np.float32),
    LATTICE,
    enrol(each for mast in MASTS for each in mast.cells),
    SETTINGS,
)
WHOLE = LATTICE.around(X, Y, 2.0)


@pytest.fixture(scope="module")
def slow() -> Tile:
    signals = [
        predict_mast(m.position, m.cells, GROUND, WORLD.clutter_m, LATTICE, SETTINGS)
        for m in MASTS[:3]
    ]
    return mosaic(WHOLE, signals, WORLD.roster, SETTINGS, 100.0)


@pytest.mark.parametrize(("side_km", "processes"), [(50.0, 1), (1.0, 1), (1.0, 2)])
def test_blocks_and_processes_play_no_part(slow, side_km, processes) -> None:
    if processes > 1:
        assert len(split_blocks(MASTS, side_km)) > 1
    tile, faults = lay_city(list(reversed(MASTS)), WHOLE, WORLD, side_km, processes)
    for name in ("best", "server", "usable", "unknown", "power", "fails"):
        assert np.array_equal(getattr(tile, name), getattr(slow, name)), name
    assert (tile.best >= LOWEST).any()
    codes = {name: [fault.code for fault in each] for name, each in faults.items()}
    assert codes == {"c": ["signal_cell_unknown"], "far": ["area_mast_outside"]}
