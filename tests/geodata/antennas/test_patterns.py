"""Gains of 3GPP's patterns by hand, and of cuts where the cuts are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.antennas.patterns import (
    CutPattern,
    ParametricPattern,
    half_power_width_deg,
    loss_db,
    read_patterns,
)
from geodata.antennas.pointing import (
    Pointing,
    gain_db,
    point,
    spread_over_azimuth_db,
    with_gain,
    with_width,
)
from geodata.errors import UsageError

MACRO = read_patterns()["tr36814_macro"]


def cuts(tilt: int = 0) -> CutPattern:
    """Sample the macro's parabolas; the horizontal cut goes through the beam."""
    angle = np.arange(360.0)
    away = (angle + 180) % 360 - 180
    horizontal = np.minimum(12 * (away / 65) ** 2, 25.0)
    below = np.where(np.abs(away) <= 90, away, 180 - angle)
    vertical = np.minimum(12 * ((below - tilt) / 10) ** 2, 20.0)
    vertical = np.where(np.abs(away) <= 90, vertical, np.minimum(vertical + 25.0, 25.0))
    return CutPattern("cuts", 15.0, horizontal, vertical, electrical_tilt_deg=float(tilt))


def at(pattern, pointing: Pointing, azimuth: float, elevation: float) -> float:
    return float(gain_db(pattern, pointing, np.array([azimuth]), np.array([elevation]))[0])


@pytest.mark.parametrize(
    ("azimuth", "elevation", "expected"),
    [
        (0.0, -15.0, 14.0),  # into the beam
        (35.0, -15.0, 11.0),  # half the horizontal width aside: 3 dB
        (0.0, -10.0, 11.0),  # half the vertical width off: 12 * 0.25
        (0.0, 0.0, 14.0 - 20.0),  # 15 degrees off: 27, at most SLAv
        (180.0, -15.0, 14.0 - 25.0),  # behind: Am
        (180.0, 30.0, 14.0 - 25.0),  # both together: at most Am
        (70.0, -20.0, 14.0 - 15.0),  # 12 + 3
    ],
)
def test_tr36814_by_hand(azimuth: float, elevation: float, expected: float) -> None:
    assert at(MACRO, Pointing(0.0), azimuth, elevation) == pytest.approx(expected)


def test_tr38901_element_by_hand() -> None:
    element = read_patterns()["tr38901_element"]
    assert at(element, Pointing(0.0), 0.0, 0.0) == 8.0
    assert at(element, Pointing(0.0), 32.5, 32.5) == pytest.approx(2.0)
    assert at(element, Pointing(0.0), 180.0, 0.0) == pytest.approx(8.0 - 30.0)


@given(
    azimuth=st.floats(0, 360),
    turn=st.floats(-360, 360),
    elevation=st.floats(-80, 80),
    tilt=st.floats(0, 15),
)
def test_turning_the_antenna_turns_its_gain(azimuth, turn, elevation, tilt) -> None:
    first = at(MACRO, Pointing(30.0, tilt), azimuth, elevation)
    second = at(MACRO, Pointing((30.0 + turn) % 360, tilt), azimuth + turn, elevation)
    assert first == pytest.approx(second, abs=1e-6)


@given(tilt=st.floats(0, 20), electrical=st.floats(0, 10))
def test_both_tilts_lower_the_beam_and_differ_behind_it(tilt: float, electrical: float) -> None:
    hung = Pointing(0.0, tilt, electrical)
    assert at(MACRO, hung, 0.0, -tilt - electrical) == pytest.approx(14.0, abs=1e-6)
    # Leaning forward raises what is behind; setting the phases lowers it.
    omni = replace(MACRO, horizontal_width_deg=None)
    assert at(omni, Pointing(0.0, tilt, 0.0), 180.0, tilt) == pytest.approx(14.0, abs=1e-6)
    assert at(omni, Pointing(0.0, 0.0, tilt), 180.0, -tilt) == pytest.approx(14.0, abs=1e-6)
    assert at(omni, Pointing(0.0, tilt, 0.0), 90.0, 0.0) == pytest.approx(14.0, abs=0.01)


@pytest.mark.parametrize("tilt", [0, 6])
def test_cuts_are_kept_where_they_were_measured(tilt: int) -> None:
    pattern = cuts(tilt)
    around = np.arange(0.0, 360.0, 7.0)
    level = np.full(len(around), float(tilt))
    found = loss_db(pattern, around, level, None)
    # Of the beam's own cone in front; behind, the vertical cut has its say.
    ahead = np.abs((around + 180) % 360 - 180) <= 90
    np.testing.assert_allclose(
        found[ahead], pattern.horizontal_db[around[ahead].astype(int)], atol=0.5
    )
    below = np.arange(-89.0, 90.0)
    front = loss_db(pattern, np.zeros(len(below)), below, None)
    np.testing.assert_allclose(front, pattern.vertical_db[below.astype(int) % 360])
    behind = loss_db(pattern, np.full(len(below), 180.0), below, None)
    np.testing.assert_allclose(behind, pattern.vertical_db[(180 - below).astype(int) % 360])


@given(angle=st.floats(-180, 180), below=st.floats(-90, 90), tilt=st.integers(0, 10))
def test_an_electrical_tilt_moves_the_cut_as_a_whole(angle: float, below: float, tilt: int) -> None:
    pattern = cuts(0)
    moved = loss_db(pattern, np.array([angle]), np.array([below]), float(tilt))
    own = loss_db(pattern, np.array([angle]), np.array([below - tilt]), 0.0)
    np.testing.assert_allclose(moved, own)
    assert moved[0] >= 0


def test_an_unknown_azimuth_counts_with_the_mean_power_and_a_spread() -> None:
    nowhere = Pointing(float("nan"), electrical_tilt_deg=0.0)
    around = np.arange(0.0, 360.0, 30.0)
    gains = gain_db(MACRO, nowhere, around, np.zeros(12))
    assert np.ptp(gains) == 0
    known = gain_db(MACRO, Pointing(0.0, 0.0, 0.0), np.arange(0.0, 360.0, 0.1), np.zeros(3600))
    assert gains[0] == pytest.approx(10 * np.log10(np.mean(10 ** (known / 10))), abs=0.01)
    spread = spread_over_azimuth_db(MACRO, nowhere, 0.0)
    assert spread == pytest.approx(known.std(), abs=0.05)
    assert spread > 5
    two = gain_db(MACRO, nowhere, around[:, None], np.array([[0.0, -5.0]]))
    assert two.shape == (12, 2)


def test_losses_and_stated_gains_and_widths() -> None:
    assert at(MACRO, Pointing(0.0, loss_db=2.5), 0.0, -15.0) == pytest.approx(11.5)
    assert at(with_gain(MACRO, 18.0), Pointing(0.0), 0.0, -15.0) == pytest.approx(18.0)
    assert with_gain(MACRO, float("nan")) is MACRO
    narrow = with_width(MACRO, 32.0)
    assert at(narrow, Pointing(0.0), 16.0, -15.0) == pytest.approx(11.0)
    round_about = with_width(MACRO, 360.0)
    assert isinstance(round_about, ParametricPattern)
    assert round_about.horizontal_width_deg is None
    measured = cuts()
    assert with_width(measured, 32.0) is measured


@pytest.mark.parametrize(
    ("tilts", "expected"),
    [
        ({"tilt_deg": 6.0}, (0.0, 6.0)),
        ({"tilt_deg": 6.0, "mechanical_deg": 2.0}, (2.0, 4.0)),
        ({"tilt_deg": 6.0, "electrical_deg": 5.0}, (1.0, 5.0)),
        ({"mechanical_deg": 2.0, "electrical_deg": 3.0}, (2.0, 3.0)),
        ({"mechanical_deg": 2.0}, (2.0, None)),
        ({}, (0.0, None)),
    ],
)
def test_tilts_that_a_record_lacks_follow_from_the_others(tilts, expected) -> None:
    found = point(90.0, **tilts)
    assert (found.mechanical_tilt_deg, found.electrical_tilt_deg) == expected


def test_half_power_widths_are_those_of_the_parabola() -> None:
    assert half_power_width_deg(cuts().horizontal_db) == pytest.approx(65.0, abs=0.2)
    assert half_power_width_deg(cuts(4).vertical_db) == pytest.approx(10.0, abs=0.2)
    assert half_power_width_deg(np.zeros(360)) == 360.0


def test_cuts_of_another_length_are_refused() -> None:
    with pytest.raises(UsageError, match="pattern_cut"):
        CutPattern("short", 15.0, np.zeros(359), np.zeros(360))


def test_every_pattern_says_where_it_is_from() -> None:
    assert all(pattern.source for pattern in read_patterns().values())
