"""Records become radiating cells, and say what was assumed."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geodata.antennas.cells import describe_cells
from geodata.antennas.patterns import CutPattern, ParametricPattern, read_patterns
from geodata.antennas.pointing import Pointing, gain_db, gain_spread_db

NAN = float("nan")
MACRO = read_patterns()["tr36814_macro"]


def measured(name: str, tilt: float) -> CutPattern:
    return CutPattern(name, 17.0, np.zeros(360), np.zeros(360), electrical_tilt_deg=tilt)


def test_a_complete_record_rests_on_nothing_assumed() -> None:
    files = {f"t{tilt}.msi": measured("ODI-065R17", tilt) for tilt in (0, 3, 6)}
    cells = pd.DataFrame(
        {
            "technology": ["4G"],
            "band": ["1.8G"],
            "bandwidth_mhz": [20.0],
            "rs_power_dbm": [15.2],
            "height_m": [40.0],
            "azimuth_deg": [120.0],
            "tilt_mechanical_deg": [2.0],
            "tilt_electrical_deg": [4.0],
            "antenna": ["odi-065 r17"],
        }
    )
    (cell,) = describe_cells(cells, files)
    assert cell.assumed == ()
    assert cell.pattern is files["t3.msi"]
    assert cell.pointing == Pointing(120.0, 2.0, 4.0, 0.5)
    assert (cell.height_m, cell.reference_dbm) == (40.0, 15.2)
    assert (cell.azimuth_spread_deg, cell.tilt_spread_deg) == (8.0, 1.0)
    assert cell.level_spread_db == pytest.approx(np.sqrt(1.0 + 0.25 + 0.09))


def test_an_empty_record_rests_on_priors_and_is_less_sure() -> None:
    cells = pd.DataFrame(
        {
            "technology": ["4G", "4G"],
            "band": ["1.8G", "1.8G"],
            "height_m": [40.0, NAN],
            "azimuth_deg": [0.0, NAN],
            "tilt_deg": [6.0, NAN],
            "power_dbm": [46.0, NAN],
            "bandwidth_mhz": [20.0, NAN],
            "gain_dbi": [18.0, NAN],
            "beamwidth_deg": [33.0, NAN],
        }
    )
    known, unknown = describe_cells(cells)
    assert known.assumed == ("pattern",)
    assert set(unknown.assumed) == {"height_m", "azimuth_deg", "tilt_deg", "pattern", "power_dbm"}
    assert isinstance(known.pattern, ParametricPattern)
    assert (known.pattern.gain_dbi, known.pattern.horizontal_width_deg) == (18.0, 33.0)
    assert np.isnan(unknown.pointing.azimuth_deg)
    assert unknown.level_spread_db > known.level_spread_db
    assert unknown.height_spread_m > known.height_spread_m
    directions = np.array([0.0]), np.array([-2.0])
    spreads = [
        gain_spread_db(
            cell.pattern, cell.pointing, *directions, cell.azimuth_spread_deg, cell.tilt_spread_deg
        )[0]
        for cell in (known, unknown)
    ]
    assert spreads[1] > spreads[0] > 0


def test_spreads_of_gain_are_those_of_many_draws() -> None:
    rng = np.random.default_rng(5)
    hung = Pointing(0.0, 0.0, 4.0)
    narrow = replace(MACRO, vertical_width_deg=20.0)
    azimuth, elevation = np.array([40.0]), np.array([-9.0])
    drawn = [
        gain_db(narrow, Pointing(turn, 0.0, 4.0 + tilt), azimuth, elevation)[0]
        for turn, tilt in rng.normal(0.0, [6.0, 1.0], (4000, 2))
    ]
    found = gain_spread_db(narrow, hung, azimuth, elevation, 6.0, 1.0)[0]
    assert found == pytest.approx(np.std(drawn), rel=0.05)


def test_a_citys_cells_are_described_quickly() -> None:
    count = 13_000  # the sample city's
    rng = np.random.default_rng(1)
    cells = pd.DataFrame(
        {
            "technology": rng.choice(["2G", "3G", "4G", "5G"], count),
            "band": rng.choice(["900M", "1.8G", "2.1G", "2.6G"], count),
            "height_m": rng.choice([30.0, NAN], count),
            "azimuth_deg": rng.choice([0.0, 120.0, NAN], count),
        }
    )
    start = time.process_time()
    found = describe_cells(cells)
    assert len(found) == count
    assert time.process_time() - start < 10
    assert all(np.isfinite(cell.reference_dbm) and cell.assumed for cell in found)
