"""Small worlds whose correction is worked out by hand, and what must hold in any."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_map.calibration import apply_calibration, calibrate, find_interval
from coverage_map.calibration.blocks import deal_folds, number_blocks
from coverage_map.calibration.field import Correlation, Field, fit_correlation, interpolate
from coverage_map.calibration.robust import fit_line
from coverage_map.calibration.terms import correct, fit_terms


def make_bins(
    errors_db: dict[str, float], each: int = 40, noise_db: float = 0.5, seed: int = 1
) -> pd.DataFrame:
    """Return bins of several square kilometres whose prediction is off by a number a class."""
    rng = np.random.default_rng(seed)
    clutter = np.repeat(list(errors_db), each)
    count = len(clutter)
    predicted = rng.uniform(-110, -70, count)
    wrong = np.array([errors_db[name] for name in clutter]) + rng.normal(0, noise_db, count)
    return pd.DataFrame(
        {
            "operator": "cmcc",
            "band": "1.8G",
            "clutter": clutter,
            "x_m": rng.uniform(0, 6_000, count).round(),
            "y_m": rng.uniform(0, 6_000, count).round(),
            "distance_km": rng.uniform(0.3, 5, count),
            "predicted_dbm": predicted,
            "signal_dbm": predicted + wrong,
        }
    )


def apply(calibration, bins: pd.DataFrame, operator: str = "cmcc", deviation: float = 9.0):
    return apply_calibration(
        calibration,
        bins["predicted_dbm"].to_numpy(),
        np.full(len(bins), deviation),
        operator=operator,
        band="1.8G",
        clutter=bins["clutter"].to_numpy(dtype=object),
        distance_km=bins["distance_km"].to_numpy(),
        x_m=bins["x_m"].to_numpy(),
        y_m=bins["y_m"].to_numpy(),
    )


def test_wild_values_do_not_move_the_offset() -> None:
    values = np.array([4.9, 5.0, 5.1] * 10 + [60.0, 70.0])
    assert fit_line(values)[0] == pytest.approx(5.0, abs=0.05)
    assert values.mean() > 8


def test_a_slope_is_found_and_few_values_leave_it_near_nothing() -> None:
    along = np.linspace(-1, 1, 201)
    offset, slope = fit_line(3 - 6 * along, along, 5.0)
    assert (offset, slope) == pytest.approx((3, -6), abs=1e-3)
    few = np.array([-1.0, 1.0])
    rough = fit_line(np.array([3 + 6.0, 3 - 6.0]), few, 0.5)[1]
    assert abs(rough) < 6


def test_each_class_is_corrected_by_its_own_error() -> None:
    calibration = calibrate(make_bins({"open": 6.0, "forest": -10.0}))
    assert calibration is not None
    offsets = calibration.terms.set_index("clutter")["offset_db"]
    assert offsets["open"] == pytest.approx(6, abs=0.3)
    assert offsets["forest"] == pytest.approx(-10, abs=0.3)
    errors = calibration.errors
    assert (errors["rms_before_db"] > 5).all()
    assert (errors["rms_after_db"] < 1).all()
    assert set(errors["bins"]) == {40}


def test_pooling_by_hand() -> None:
    # Two classes of two blocks: medians −1 and 1, 9 and 11. Between blocks 4/2 = 2, so s² = 1 each;
    # mean 5, Q = 50, τ² = (50 − 1)/(2 − 1) = 49: 49/50 of each class's own stays.
    rows = [
        {"clutter": clutter, "x_m": x, "y_m": 10.0 * i, "residual_db": value}
        for clutter, x, value in (("a", 0, -1), ("a", 5e3, 1), ("b", 0, 9), ("b", 5e3, 11))
        for i in range(10)
    ]
    bins = pd.DataFrame(rows).assign(operator="cmcc", band="1.8G", distance_km=1.0)
    terms = fit_terms(bins, sloped=False)
    assert terms["own_db"].tolist() == pytest.approx([0, 10])
    assert terms["offset_db"].tolist() == pytest.approx([0.1, 9.9])
    # 0.98 · 1 + 0.02² · 50/2
    assert terms["offset_sd_db"].tolist() == pytest.approx([0.99**0.5] * 2)


def test_pooling_draws_a_poor_class_to_the_others() -> None:
    rng = np.random.default_rng(3)
    rich = make_bins({"a": 0.0, "b": 1.0, "c": -1.0}, each=200, noise_db=6)
    poor = make_bins({"d": 6.0}, each=10, noise_db=6, seed=5)
    poor[["x_m", "y_m"]] = rng.uniform(0, 900, (10, 2))  # one block
    bins = pd.concat([rich, poor], ignore_index=True)
    terms = fit_terms(
        bins.assign(residual_db=bins["signal_dbm"] - bins["predicted_dbm"]), sloped=False
    ).set_index("clutter")
    kept = terms["offset_db"] / terms["own_db"]
    assert terms.loc["d", "blocks"] == 1
    assert 0 < kept["d"] < 0.8
    assert abs(terms.loc["b", "offset_db"] - terms.loc["b", "own_db"]) < 1.0
    assert terms.loc["d", "offset_sd_db"] > terms.loc["b", "offset_sd_db"]


def test_what_does_not_help_held_out_bins_is_not_applied() -> None:
    bins = make_bins({"open": 0.0})
    # Errors of alternating sign by block: an offset learnt elsewhere can only be wrong here.
    blocks = number_blocks(bins["x_m"].to_numpy(float), bins["y_m"].to_numpy(float), 1_000)
    sign = np.where(deal_folds(blocks, 5) % 2 == 0, 1.0, -1.0)
    bins["signal_dbm"] = bins["predicted_dbm"] + 0.01 * sign
    calibration = calibrate(bins)
    assert calibration is not None
    before, after = (calibration.errors[f"rms_{name}_db"] for name in ("before", "after"))
    assert (after <= before + 1e-12).all()


@given(st.integers(0, 10_000), st.floats(-15, 15), st.floats(0.5, 9))
@settings(max_examples=6, deadline=None)
def test_held_out_errors_never_grow(seed: int, error: float, noise: float) -> None:
    calibration = calibrate(make_bins({"open": error, "town": 0.0}, 40, noise, seed))
    assert calibration is not None
    errors = calibration.errors
    away = errors[errors["held_out"] == "away"]
    assert (away["rms_after_db"] <= away["rms_before_db"] + 1e-9).all()


@pytest.mark.parametrize("rows", [0, 5])
def test_without_measurements_nothing_changes(rows: int) -> None:
    bins = make_bins({"open": 6.0})
    calibration = calibrate(bins.head(rows))
    assert calibration is None
    signal = apply(calibration, bins)
    assert np.array_equal(signal.signal_dbm, bins["predicted_dbm"].to_numpy())
    assert np.array_equal(signal.deviation_db, np.full(len(bins), 9.0))
    assert not signal.measured_share.any()


def test_another_network_and_another_class_stay_as_they_are() -> None:
    bins = make_bins({"open": 6.0})
    calibration = calibrate(bins)
    other = apply(calibration, bins, operator="telecom")
    assert np.array_equal(other.signal_dbm, bins["predicted_dbm"].to_numpy())
    forest = apply(calibration, bins.assign(clutter="forest"))
    assert np.array_equal(forest.signal_dbm, bins["predicted_dbm"].to_numpy())
    assert np.array_equal(forest.deviation_db, np.full(len(bins), 9.0))


def test_one_block_cannot_be_held_out_and_is_not_applied() -> None:
    bins = make_bins({"open": 6.0}).assign(x_m=10.0, y_m=10.0)
    assert calibrate(bins) is None


@given(st.randoms(use_true_random=False))
@settings(max_examples=3, deadline=None)
def test_the_order_of_bins_does_not_matter(random) -> None:
    bins = make_bins({"open": 6.0, "forest": -3.0}, 40, 3.0)
    order = list(range(len(bins)))
    random.shuffle(order)
    one, other = calibrate(bins), calibrate(bins.iloc[order])
    assert one is not None
    assert other is not None
    pd.testing.assert_frame_equal(one.terms, other.terms)
    assert np.array_equal(apply(one, bins).signal_dbm, apply(other, bins).signal_dbm)


def test_one_measurement_counts_where_it_stands_and_fades_with_distance() -> None:
    # Simple kriging by hand: weight v·e^(−d/L) / (v + n) of the one residual.
    law = Correlation(field_db=6.0, place_db=2.0, length_m=100.0)
    field = Field(np.array([[0.0, 0.0]]), np.array([-8.0]), law)
    away = np.array([0.0, 100.0, 200.0, 5_000.0])
    mean, deviation, share = interpolate(field, np.column_stack([away, np.zeros(4)]))
    near = 36 * np.exp(-away / 100) / (36 + 4)
    near[3] = 0.0  # beyond reach
    assert mean == pytest.approx(-8 * near, abs=1e-6)
    left = 36 - near * 36 * np.exp(-away / 100)
    assert deviation == pytest.approx(np.sqrt(left + 4), abs=1e-4)
    assert share == pytest.approx(1 - left / 36, abs=1e-4)
    assert (np.diff(share) < 0).all()


def make_field(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    points = rng.uniform(0, 4_000, (count, 2))
    apart = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    root = np.linalg.cholesky(36 * np.exp(-apart / 250) + 1e-9 * np.eye(count))
    return points, root @ rng.standard_normal(count) + 2 * rng.standard_normal(count)


def test_the_correlation_that_made_a_field_is_found_again() -> None:
    law = fit_correlation(*make_field(np.random.default_rng(7), 450))
    assert 3.5 < law.field_db < 8.5
    assert 100 < law.length_m < 600
    assert 0.5 <= law.place_db < 4


def test_measured_shadowing_outranks_the_prediction_and_the_interval_holds() -> None:
    rng = np.random.default_rng(11)
    points, residual = make_field(rng, 900)
    bins = pd.DataFrame(points, columns=["x_m", "y_m"]).assign(
        operator="cmcc", band="1.8G", clutter="open", distance_km=rng.uniform(0.3, 4, 900)
    )
    bins["predicted_dbm"] = -90.0
    bins["signal_dbm"] = -95.0 + residual
    known, asked = bins.iloc[:600], bins.iloc[600:]
    calibration = calibrate(known)
    assert calibration is not None
    assert set(calibration.fields) == {("cmcc", "1.8G")}
    signal = apply(calibration, asked)
    truth = asked["signal_dbm"].to_numpy()
    alone = float(np.std(truth))
    assert np.sqrt(np.mean((truth - signal.signal_dbm) ** 2)) < 0.8 * alone
    low, high = find_interval(signal)
    assert 0.84 < np.mean((truth >= low) & (truth <= high)) < 0.96
    # Rasters come back as rasters.
    square = apply_calibration(
        calibration,
        asked["predicted_dbm"].to_numpy().reshape(20, 15),
        np.full((20, 15), 9.0),
        operator="cmcc",
        band="1.8G",
        clutter=np.full((20, 15), "open", dtype=object),
        distance_km=asked["distance_km"].to_numpy().reshape(20, 15),
        x_m=asked["x_m"].to_numpy().reshape(20, 15),
        y_m=asked["y_m"].to_numpy().reshape(20, 15),
    )
    assert np.array_equal(square.signal_dbm.ravel(), signal.signal_dbm)


def test_the_slope_goes_no_farther_than_what_was_measured() -> None:
    bins = make_bins({"open": 0.0}, each=400)
    bins["signal_dbm"] = bins["predicted_dbm"] - 8 * np.log10(bins["distance_km"])
    bins["residual_db"] = bins["signal_dbm"] - bins["predicted_dbm"]
    terms = fit_terms(bins, sloped=True)
    assert terms["slope_db"].iloc[0] == pytest.approx(-8, abs=0.1)
    far = bins.head(2).assign(distance_km=[bins["distance_km"].max(), 50.0])
    added, _ = correct(terms, far)
    assert added[0] == pytest.approx(added[1])
