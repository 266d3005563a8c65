"""Channel numbers against frequencies published or computed by hand from the standards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.bands import band_of_mhz, channel_mhz, read_bands


def mhz(number, technology="", band=""):
    found, said = channel_mhz(
        np.array([float(number)]),
        np.array([technology], dtype=object),
        np.array([band], dtype=object),
    )
    return found[0], said[0]


@pytest.mark.parametrize(
    ("technology", "number", "expected", "band"),
    [
        # TS 36.101 5.7.3: F = F_low + 0.1 (N - N_offs).
        ("4G", 1825, 1805 + 0.1 * 625, "1.8G"),
        ("4G", 1300, 1815.0, "1.8G"),
        ("4G", 100, 2120.0, "2.1G"),
        ("4G", 2452, 874.2, "800M"),
        ("4G", 3590, 939.0, "900M"),
        ("4G", 37900, 2585.0, "2.6G"),
        ("4G", 38400, 1895.0, "1.9G"),
        ("4G", 38950, 2330.0, "2.3G"),
        ("4G", 40936, 2624.6, "2.6G"),
        ("4G", 36275, 2017.5, "2.0G"),
        # TS 38.104 5.4.2.1: 5 kHz below 3 GHz, 15 kHz above.
        ("5G", 504990, 2524.95, "2.6G"),
        ("5G", 627264, 3408.96, "3.5G"),
        ("5G", 633984, 3509.76, "3.5G"),
        ("5G", 723360, 4850.4, "4.9G"),
        ("5G", 154810, 774.05, "700M"),
        ("5G", 427250, 2136.25, "2.1G"),
        # GSCN, TS 38.104 5.4.3.1: 3000 + 1.44 N.
        ("5G", 7783, 3408.96, "3.5G"),
        # TS 25.101 5.4.4, TS 45.005 2, C.S0057.
        ("3G", 10713, 2142.6, "2.1G"),
        ("3G", 283, 878.49, "800M"),
        ("2G", 600, 1822.8, "1.8G"),
    ],
)
def test_channel_numbers_as_the_standards_have_them(technology, number, expected, band):
    found, _ = mhz(number, technology)
    assert found == pytest.approx(expected, abs=1e-3)
    assert band_of_mhz(np.array([found]))[0] == band


def test_what_two_systems_count_alike_needs_a_technology_or_a_band():
    assert np.isnan(mhz(100)[0])  # LTE 2120 MHz, GSM 955 MHz, CDMA 873 MHz
    assert mhz(100, band="2.1G") == (2120.0, "4G")
    assert mhz(60, "2G", "900M")[0] == 947.0
    assert mhz(38400) == (1895.0, "4G")
    assert mhz(504990) == (2524.95, "5G")
    assert np.isnan(mhz(38400, "5G")[0])
    assert np.isnan(mhz(np.nan, "4G")[0])


@given(st.floats(600, 5100, allow_nan=False))
def test_a_band_holds_what_it_is_said_to_hold(frequency):
    name = band_of_mhz(np.array([frequency]))[0]
    inside = [b.name for b in read_bands().values() if b.downlink[0] <= frequency <= b.downlink[1]]
    assert name == (inside[0] if inside else "")


@given(st.integers(0, 3_279_165), st.sampled_from(["", "2G", "3G", "4G", "5G"]))
def test_any_number_gives_a_frequency_in_a_band_or_none(number, technology):
    found, _ = mhz(number, technology)
    assert np.isnan(found) or band_of_mhz(np.array([found]))[0]
