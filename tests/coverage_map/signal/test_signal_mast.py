"""One mast: levels are power + gain - loss, on one lattice, told by a hash."""

from dataclasses import replace
from math import hypot, nan

import numpy as np
import pandas as pd
import pytest
from made_signals import CRS, cell, position, radio, terrain

from coverage_map.propagation import Environment, Link, PathRefusedError
from coverage_map.propagation.area import Ground, Mast, make_pattern, predict_area
from coverage_map.signal.cells import gather_cells
from coverage_map.signal.lattice import Lattice, Window
from coverage_map.signal.mast import LOWEST, NONE, UNKNOWN, MastSignal, predict_mast
from coverage_map.signal.settings import read_signal_settings
from geodata.antennas.cells import describe_cells
from geodata.terrain.raster import Raster

LATTICE = Lattice(CRS, 100.0)
SETTINGS = replace(read_signal_settings(), radius_km=2.0)
GROUND = terrain()
BARE = np.zeros((GROUND.grid.height, GROUND.grid.width), np.float32)


def _predict(*cells, ground=GROUND, place=None, settings=SETTINGS) -> MastSignal:
    return predict_mast(place or position(), cells, ground, BARE, LATTICE, settings)


def test_level_is_power_and_gain_less_loss() -> None:
    made = cell(made=radio(azimuth_deg=90.0, width_deg=65.0, tilt_deg=4.0))
    signal = _predict(made)
    place, window = position(), signal.window
    x, y = LATTICE.grid(window).centres()
    r, c = 25, 33
    east, north = x[c] - place.x, y[r] - place.y
    row, column = GROUND.grid.cells_of(np.array([place.x]), np.array([place.y]))
    mast = Mast(float(row[0]), float(column[0]), place.lat)
    at = LATTICE.cells_of(place.x, place.y)
    pattern = make_pattern(
        window.shape, at[0] - window.row, at[1] - window.column, 100.0, 2.0, 30.0
    )
    heights = np.asarray(GROUND.values, np.float32)
    loss = predict_area(
        Ground(heights, BARE, 30.0), mast, [Link(1.8425, 35, 1.5)], Environment(), 2.0, pattern
    )[0, r, c]
    fr, fc = (int(np.floor(v[0] + 0.5)) for v in GROUND.grid.cells_of(x[[c]], y[[r]]))
    rise = heights[fr, fc] + 1.5 - heights[round(mast.row), round(mast.column)] - 35
    below = -np.degrees(np.arctan2(rise, hypot(east, north)))
    away = np.degrees(np.arctan2(east, north)) - 90
    lost = min(12 * (away / 65) ** 2, 25) + min(12 * ((below - 4) / 8) ** 2, 20)
    expected = 15 + 15 - min(lost, 25) - loss
    assert signal.level[0, r, c] / 10 == pytest.approx(expected, abs=0.2)


def test_windows_of_masts_share_one_lattice() -> None:
    one, other = _predict(cell()), _predict(cell(), place=position(437.0, -211.0))
    part = one.window.overlap(other.window)
    assert part is not None
    mine, others = (LATTICE.grid(s.window).centres()[0] for s in (one, other))
    assert np.array_equal(mine[one.window.slices(part)[1]], others[other.window.slices(part)[1]])


def test_more_power_is_as_much_more_signal() -> None:
    weak, strong = _predict(cell(), cell("b", made=radio(reference_dbm=18.0))).level
    heard = weak >= LOWEST
    assert heard.sum() > 1000
    assert np.all(strong[heard] - weak[heard] == 30)


def test_bands_and_heights_of_one_mast_are_those_of_masts_alone() -> None:
    high = cell("b", frequency_mhz=780.5, made=radio(height_m=50.0))
    both = _predict(cell(), high).level
    assert np.array_equal(both[0], _predict(cell()).level[0])
    assert np.array_equal(both[1], _predict(high).level[0])


def test_beyond_radius_is_nothing_and_void_ground_unknown() -> None:
    heights = np.array(GROUND.values)
    heights[:, 140:] = nan  # more than a kilometre east of the mast
    level = _predict(cell(), ground=Raster(heights, GROUND.grid, "m", nan)).level[0]
    assert level[0, 0] == NONE
    assert level[20, 39] == UNKNOWN
    assert level[20, 2] >= LOWEST


def test_ground_of_no_known_class_is_unknown() -> None:
    cover = np.array(BARE)
    cover[:, 140:] = nan
    level = predict_mast(position(), [cell()], GROUND, cover, LATTICE, SETTINGS).level[0]
    assert level[20, 39] == UNKNOWN
    assert level[20, 2] == _predict(cell()).level[0, 20, 2]


def test_floor_drops_what_is_weaker() -> None:
    level = _predict(cell(), settings=replace(SETTINGS, floor_dbm=-80.0)).level
    heard = level >= LOWEST
    assert heard.any()
    assert level[heard].min() >= -800
    assert (level[~heard] == NONE).all()


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (cell("x", frequency_mhz=nan), "signal_cell_unknown"),
        (cell("x", made=radio(reference_dbm=nan)), "signal_cell_unknown"),
        (cell("x", frequency_mhz=26000.0), "range_frequency_ghz"),
        (cell("x", made=radio(height_m=0.0)), "range_tx_height_m"),
    ],
)
def test_a_bad_cell_is_unknown_and_said_and_stops_no_other(bad, code) -> None:
    signal = _predict(cell(), bad)
    assert [fault.code for fault in signal.faults] == [code]
    assert (signal.level[1] <= UNKNOWN).all()
    assert (signal.level[1] == UNKNOWN).any()
    assert np.array_equal(signal.level[0], _predict(cell()).level[0])


def test_an_indoor_cell_is_not_looked_for_outdoors() -> None:
    signal = _predict(cell(), replace(cell("in"), indoor=True))
    assert signal.faults == ()
    assert (signal.level[1] == NONE).all()
    assert (signal.level[0] >= LOWEST).any()


def test_a_mast_outside_the_ground_is_refused() -> None:
    with pytest.raises(PathRefusedError):
        _predict(cell(), place=position(8000.0))


def test_hash_is_of_what_the_signal_depends_on() -> None:
    first = _predict(cell())
    assert first.hash == _predict(cell()).hash
    heights = np.array(GROUND.values)
    heights[0, 0] += 50  # further away than the radius
    far = _predict(cell(), ground=Raster(heights, GROUND.grid, "m", nan))
    heights = np.array(GROUND.values)
    heights[100, 110] += 1
    near = _predict(cell(), ground=Raster(heights, GROUND.grid, "m", nan))
    turned = _predict(cell(made=radio(azimuth_deg=10.0)))
    assert far.hash == first.hash
    assert len({first.hash, near.hash, turned.hash}) == 3


def test_doubt_of_height_power_and_direction_adds_as_squares() -> None:
    sure = replace(radio(level_spread_db=3.0), tilt_spread_deg=0.0, azimuth_spread_deg=0.0)
    unsure = replace(sure, height_spread_m=35.0)  # 20 log10(2) = 6.02 dB
    spread = _predict(cell(made=sure), cell("b", made=unsure)).spread
    inside = spread[0] > 0
    assert set(np.unique(spread[0][inside])) == {30}
    assert set(np.unique(spread[1][inside])) == {round(10 * hypot(3.0, 6.0206))}


def test_records_become_cells() -> None:
    frame = pd.DataFrame(
        {
            "record_id": ["1", "2", "3"],
            "owner": ["telecom", "cmcc", "unicom"],
            "technology": ["4G", "5G", "4G"],
            "band": ["1.8G", "", ""],
            "frequency_mhz": [nan, 2565.0, nan],
            "earfcn": pd.array([1825, None, None], dtype="Int64"),
            "indoor": pd.array([None, True, False], dtype="boolean"),
            "networks": [("unicom", "telecom"), (), None],
        }
    )
    cells = gather_cells(frame, describe_cells(frame))
    assert [each.operators for each in cells] == [("telecom", "unicom"), ("cmcc",), ("unicom",)]
    assert [each.indoor for each in cells] == [False, True, False]
    assert [each.channel for each in cells] == ["4G/1.8G/1825", "5G//2565", "4G//unicom"]
    assert [each.frequency_mhz for each in cells][:2] == [1842.5, 2565.0]
    assert np.isnan(cells[2].frequency_mhz)


def test_tiles_cover_a_window_once() -> None:
    window = Window(-7, 3, 25, 18)
    seen = np.zeros(window.shape, int)
    for tile in window.tiles(8):
        seen[window.slices(tile)] += 1
    assert (seen == 1).all()
