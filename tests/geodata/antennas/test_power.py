"""Powers against figures that planners know, and round trips."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.antennas.cell_power import settle_reference_power
from geodata.antennas.patterns import read_patterns
from geodata.antennas.power import (
    channel_dbm,
    dbm_to_watts,
    lte_boost_db,
    lte_reference_dbm,
    lte_total_dbm,
    nr_block_dbm,
    nr_blocks,
    watts_to_dbm,
)
from geodata.antennas.priors import fill_quantities, read_priors
from geodata.errors import UsageError

NAN = float("nan")


@given(st.floats(-120, 80))
def test_watts_and_dbm_undo_each_other(dbm: float) -> None:
    assert float(watts_to_dbm(dbm_to_watts(dbm))) == pytest.approx(dbm, abs=1e-9)


def test_nothing_has_no_dbm() -> None:
    assert np.isnan(watts_to_dbm([0.0, -3.0, NAN])).all()
    assert watts_to_dbm(20.0) == pytest.approx(43.0103, abs=1e-4)


@pytest.mark.parametrize(
    ("watts_a_port", "ports", "bandwidth", "pa", "pb", "expected"),
    [
        (20.0, 2, 20.0, -3.0, 1, 15.2),  # the figure every LTE planner knows
        (20.0, 2, 20.0, 0.0, 0, 12.2),
        (20.0, 2, 10.0, -3.0, 1, 18.2),
        (5.0, 1, 20.0, 0.0, 0, 6.2),
        (20.0, 2, 20.0, -6.0, 3, 18.2),
        (40.0, 2, 20.0, -3.0, 1, 18.2),
    ],
)
def test_lte_reference_signals(watts_a_port, ports, bandwidth, pa, pb, expected) -> None:
    total = watts_to_dbm(watts_a_port * ports)
    found = float(lte_reference_dbm(total, bandwidth, ports, pa, pb))
    assert found == pytest.approx(expected, abs=0.06)


def test_no_symbol_is_fuller_than_the_port() -> None:
    """The same by counting elements: 36.213's ratios, two ports, P_B 0."""
    boost = lte_boost_db(2, -3.0, 0)
    rho_a = 10**-0.3
    symbol_b = 2 + 8 * rho_a * 1.25
    assert symbol_b > 12 * rho_a
    assert boost == pytest.approx(10 * np.log10(12 / symbol_b))


@given(
    power=st.floats(-10, 60),
    bandwidth=st.sampled_from([1.4, 3.0, 5.0, 10.0, 15.0, 20.0]),
    ports=st.sampled_from([1, 2, 4]),
    pa=st.sampled_from([-6.0, -4.77, -3.0, -1.77, 0.0, 1.0, 2.0, 3.0]),
    pb=st.integers(0, 3),
)
def test_lte_totals_undo_reference_signals(power, bandwidth, ports, pa, pb) -> None:
    there = lte_reference_dbm(power, bandwidth, ports, pa, pb)
    assert float(lte_total_dbm(there, bandwidth, ports, pa, pb)) == pytest.approx(power)


def test_nr_and_the_channels_of_3g_and_2g() -> None:
    # 200 W over 273 blocks of 12 subcarriers.
    assert float(nr_block_dbm(53.01, 100.0, 30)) == pytest.approx(53.01 - 35.153, abs=0.001)
    assert nr_blocks(30.0, 15) == 160
    assert float(channel_dbm(43.0, "wcdma")) == 33.0
    assert float(channel_dbm(43.0, "cdma")) == 36.0
    assert float(channel_dbm(43.0, "evdo")) == 43.0
    assert float(channel_dbm(43.0, "gsm", -2.0)) == 41.0


def test_what_the_standards_do_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match="bandwidth_unknown"):
        lte_reference_dbm(43.0, 7.0)
    with pytest.raises(UsageError, match="bandwidth_unknown"):
        nr_block_dbm(43.0, 100.0, 15)
    with pytest.raises(UsageError, match="system_unknown"):
        channel_dbm(43.0, "lte")
    with pytest.raises(UsageError, match="lte_ports"):
        lte_boost_db(3, -3.0, 1)


def cells(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_priors_fill_what_is_silent_and_say_so() -> None:
    found = fill_quantities(
        cells(
            height_m=[41.0, NAN, 0.0, NAN, NAN],
            azimuth_deg=[120.0, NAN, 0.0, 240.0, NAN],
            indoor=[False, False, False, True, None],
            structure=["tower", "tower", "rooftop", "", "tower"],
            urban=[False, False, True, True, None],
            technology=["4G", "5G", "5G", "4G", "2G"],
            band=["1.8G", "3.5G", "700M", "1.8G", "900M"],
        )
    )
    assert found["height_m"].tolist() == [41.0, 37.0, 28.0, 3.0, 37.0]
    assert found["height_m_basis"].tolist() == ["reported"] + ["assumed"] * 4
    assert found["height_m_spread"].tolist() == [2.0, 8.0, 9.0, 1.0, 8.0]
    assert found["azimuth_deg_basis"].tolist() == [
        "reported", "assumed", "reported", "reported", "assumed",
    ]  # fmt: skip
    assert np.isnan(found["azimuth_deg"][1])
    assert found["azimuth_deg_spread"][1] == pytest.approx(360 / np.sqrt(12), abs=0.01)
    assert found["power_dbm"].tolist() == [46.0, 53.0, 52.0, 20.0, 43.0]
    assert found["pattern"].tolist() == [
        "sector_high_band",
        "massive_mimo_ssb",
        "sector_low_band",
        "indoor_ceiling",
        "sector_low_band",
    ]
    assert found["tilt_deg"].tolist() == [4.0, 4.0, 8.0, 0.0, 6.0]


def test_priors_need_no_column_at_all() -> None:
    found = fill_quantities(pd.DataFrame(index=[7, 9]))
    assert found.index.tolist() == [7, 9]
    assert set(found["height_m_basis"]) == {"assumed"}
    assert found.drop(columns="azimuth_deg").notna().all().all()


def test_every_prior_has_a_reason_and_every_pattern_exists() -> None:
    for rules in read_priors().values():
        assert all(rule.why and rule.spread >= 0 for rule in rules)
    named = {rule.value for rule in read_priors()["pattern"]}
    assert named <= set(read_patterns())


def test_reference_power_from_whatever_was_stated() -> None:
    found = settle_reference_power(
        cells(
            technology=["4G", "4G", "4G", "4G", "5G", "3G", "3G", "2G", "", "4G"],
            band=["1.8G", "1.8G", "1.8G", "800M", "2.6G", "2.1G", "800M", "900M", "", "1.8G"],
            bandwidth_mhz=[20.0, 20.0, NAN, NAN, 100.0, NAN, NAN, NAN, NAN, 20.0],
            power_dbm=[46.0, NAN, 46.0, NAN, NAN, 43.0, 43.0, NAN, 40.0, 15.2],
            rs_power_dbm=[NAN, 18.2, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
            indoor=[False] * 10,
        )
    )
    reference = found["reference_dbm"].to_numpy()
    assert reference[0] == pytest.approx(46.0 - 3.0103 - 30.7918 + 3.0, abs=0.02)
    assert reference[1] == 18.2
    assert reference[2] == reference[0]
    assert reference[3] == pytest.approx(46.0 - 3.01 - 24.77 + 3.0, abs=0.02)
    assert reference[4] == pytest.approx(53.8 - 35.153, abs=0.01)
    assert reference[5:8].tolist() == [33.0, 43.0, 43.0]
    assert np.isnan(reference[8])
    assert reference[9] == 15.2
    assert found["read_as_element"].tolist() == [False] * 9 + [True]
    assert found["reference_basis"].tolist() == [
        "reported", "reported", "assumed", "assumed", "assumed",
        "reported", "reported", "assumed", "reported", "reported",
    ]  # fmt: skip
    assert found["bandwidth_mhz"].tolist()[:5] == [20.0, 20.0, 20.0, 5.0, 100.0]
    # What is assumed is less sure than what is stated.
    assert found["reference_spread"][2] > found["reference_spread"][0]
    assert found["reference_spread"][3] > found["reference_spread"][2]
