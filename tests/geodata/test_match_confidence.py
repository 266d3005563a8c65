import tomllib
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from small_city import build_small_city

from benchmarks.calibrate_matching import calibration_error, count_rates
from benchmarks.place_words import make_file, make_world
from geodata.match_confidence import AGREEMENTS, match_confidence, prior, smoothed_rate
from geodata.place_names import matching_settings


def test_few_cases_lean_on_the_prior():
    weight = matching_settings()["calibration"]["weight"]
    assert smoothed_rate(0, 0, 0.9) == 0.9
    assert smoothed_rate(0, weight, 0.9) == pytest.approx(0.45)
    assert smoothed_rate(10**6, 10**6, 0.5) == pytest.approx(1.0, abs=1e-4)


def test_every_way_has_a_confidence_of_the_counts():
    table = match_confidence()
    assert set(table) == {
        (how, agreement) for how in matching_settings()["prior"] for agreement in AGREEMENTS
    }
    assert all(0 <= rate <= 1 for rate in table.values())
    data = tomllib.loads((files("geodata") / "calibration.toml").read_text(encoding="utf-8"))
    assert data["rows"] > 50_000
    for entry in data["rate"]:
        way = entry["how"], entry["agreement"]
        rate = smoothed_rate(entry["right"], entry["cases"], prior(*way))
        assert table[way] == (1.0 if way[0] == "decision" else pytest.approx(rate))
    assert table["name", "inside"] > table["name", "far"]
    assert table["position", "inside"] > table["position", "edge"]


def test_calibration_error_by_hand():
    confidence = pd.Series([0.95, 0.95, 0.25, 0.25])
    right = pd.Series([True, True, True, False])
    # Half of the rows are off by 0.05, half by 0.25.
    assert calibration_error(confidence, right) == pytest.approx(0.15)


def test_rates_are_counted_by_way():
    matched = pd.DataFrame(
        {
            "unit": ["a", "a", "b", ""],
            "truth": ["a", "b", "b", "c"],
            "how": ["name", "name", "code", "none"],
            "agreement": ["inside", "inside", "none", "none"],
        }
    )
    rates = count_rates(matched).set_index(["how", "agreement"])
    assert rates.loc[("name", "inside")].tolist() == [1, 2]
    assert rates.loc[("code", "none")].tolist() == [1, 1]
    assert len(rates) == 2


def test_generated_files_are_the_same_for_the_same_seed():
    world = make_world(build_small_city())
    first, second = (make_file(world, np.random.default_rng(3)) for _ in range(2))
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))
    assert set(first["truth"]) <= {"", *world.units["code"]}
