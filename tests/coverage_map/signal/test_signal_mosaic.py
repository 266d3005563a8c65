"""Masts over each other: the best server, counts, power; in any order and any division."""

from dataclasses import replace
from math import log10

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from made_signals import cell, given
from scipy.stats import norm

from coverage_map.signal.chance import (
    WEIGHTS,
    any_at_nodes,
    failure_logs,
    marginal,
    over_nodes,
)
from coverage_map.signal.lattice import Lattice, Window
from coverage_map.signal.mast import NONE, UNKNOWN, MastSignal
from coverage_map.signal.mosaic import NOBODY, Tile, merge, mosaic, mosaic_tiles
from coverage_map.signal.points import all_pixels, find_states, sample_points
from coverage_map.signal.quality import quality_db
from coverage_map.signal.roster import enrol
from coverage_map.signal.settings import read_signal_settings
from coverage_map.signal.shares import count_shares, list_shares

SETTINGS = read_signal_settings()
WINDOW = Window(0, 0, 2, 3)
A, B = cell("a", ("cmcc",)), cell("b", ("telecom", "unicom"))
C = cell("c", ("unicom",), channel="4G/1.8G/1650")


def _lay(*signals: MastSignal, window: Window = WINDOW) -> tuple[Tile, object]:
    roster = enrol(each for signal in signals for each in signal.cells)
    return mosaic(window, signals, roster, SETTINGS, 100.0), roster


def _same(one: Tile, other: Tile) -> bool:
    names = ("best", "server", "usable", "unknown", "power", "fails")
    return all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


def test_a_shared_cell_serves_both_and_the_strongest_leads() -> None:
    tile, roster = _lay(given(WINDOW, (B, -900)), given(WINDOW, (C, -1000), (A, -1150)))
    assert [n.operator for n in roster.networks] == ["cmcc", "telecom", "unicom"]
    assert tile.best[:, 0, 0].tolist() == [-1150, -900, -900]
    assert tile.server[:, 0, 0].tolist() == [0, 1, 1]
    assert tile.usable[:, 0, 0].tolist() == [0, 1, 2]  # -110 dBm is needed
    states = find_states(all_pixels(tile), roster, SETTINGS)
    assert states[:, 0].tolist() == [1, 0, 0]


def test_equal_levels_go_to_the_first_record() -> None:
    one, other = given(WINDOW, (replace(A, record_id="z"), -900)), given(WINDOW, (A, -900))
    tile, _ = _lay(one, other)
    assert (tile.server == 0).all()


def test_what_cannot_be_predicted_is_unknown_unless_another_covers() -> None:
    levels = np.array([[-900, -1200, NONE], [NONE, NONE, UNKNOWN]], np.int16)
    dark = given(WINDOW, (replace(A, record_id="z"), [[UNKNOWN] * 2 + [NONE], [NONE] * 3]))
    tile, roster = _lay(given(WINDOW, (A, levels)), dark)
    states = find_states(all_pixels(tile), roster, SETTINGS)
    assert states.tolist() == [[0, 2, 1, 1, 1, 2]]
    assert tile.server[0, 1].tolist() == [NOBODY] * 3


def test_a_network_of_no_known_generation_is_unknown() -> None:
    tile, roster = _lay(given(WINDOW, (replace(A, technology="6G"), -900), (C, -900)))
    states = find_states(all_pixels(tile), roster, SETTINGS)
    assert [[n.technology, *set(states[i])] for i, n in enumerate(roster.networks)] == [
        ["6G", 2],
        ["4G", 0],
    ]


def test_quality_at_a_stated_load_by_hand() -> None:
    tile, roster = _lay(given(WINDOW, (A, -900)), given(WINDOW, (replace(A, record_id="z"), -960)))
    noise = 10 ** (SETTINGS.generations["4G"].noise_dbm / 10)
    hand = 10 * log10(1e-9 / (0.5 * 10**-9.6 + noise))
    assert quality_db(tile, roster, SETTINGS)[0, 0, 0] == pytest.approx(hand, abs=1e-4)
    clean = quality_db(tile, roster, SETTINGS, load=0.0)[0, 0, 0]
    assert clean == pytest.approx(-90 - SETTINGS.generations["4G"].noise_dbm, abs=1e-4)


def test_pilots_against_everything_by_hand() -> None:
    pilot = replace(A, technology="3G", channel="3G/2.1G/10713")
    tile, roster = _lay(given(WINDOW, (pilot, -700)))
    noise = 10 ** (SETTINGS.generations["3G"].noise_dbm / 10)
    hand = 10 * log10(1e-7 / (1e-7 * (0.1 + 0.9 * 0.5) / 0.1 + noise))
    assert quality_db(tile, roster, SETTINGS)[0, 0, 0] == pytest.approx(hand, abs=1e-4)


def test_other_channels_do_not_disturb() -> None:
    tile, roster = _lay(given(WINDOW, (A, -900)), given(WINDOW, (C, -900)))
    noise = SETTINGS.generations["4G"].noise_dbm
    assert quality_db(tile, roster, SETTINGS)[:, 0, 0] == pytest.approx(-90 - noise, abs=1e-3)


levels = st.one_of(st.sampled_from([int(NONE), int(UNKNOWN)]), st.integers(-1250, -500))
worlds = st.lists(
    st.tuples(
        st.integers(-2, 2),
        st.integers(-2, 3),
        st.lists(levels, min_size=6, max_size=6),
        st.sampled_from([("cmcc",), ("unicom",), ("telecom", "unicom")]),
        st.floats(0, 12),
    ),
    min_size=1,
    max_size=6,
)


def _signals(world) -> list[MastSignal]:
    return [
        given(
            Window(row, column, 2, 3),
            (cell(f"{n}", who), np.array(values, np.int16).reshape(2, 3)),
            spread_db=spread,
        )
        for n, (row, column, values, who, spread) in enumerate(world)
    ]


@hypothesis_settings(max_examples=60, deadline=None)
@hypothesis_given(worlds, st.randoms(), st.integers(0, 6))
def test_order_and_division_play_no_part(world, random, cut) -> None:
    signals = _signals(world)
    roster = enrol(each for signal in signals for each in signal.cells)
    whole = mosaic(WINDOW, signals, roster, SETTINGS, 100.0)
    random.shuffle(signals)
    parts = [mosaic(WINDOW, p, roster, SETTINGS, 100.0) for p in (signals[:cut], signals[cut:])]
    assert _same(whole, merge(*parts))
    assert _same(whole, merge(*reversed(parts)))


@hypothesis_settings(max_examples=60, deadline=None)
@hypothesis_given(worlds)
def test_against_the_slow_way(world) -> None:
    signals = _signals(world)
    roster = enrol(each for signal in signals for each in signal.cells)
    tile = mosaic(WINDOW, signals, roster, SETTINGS, 100.0)
    for number, network in enumerate(roster.networks):
        for r in range(2):
            for c in range(3):
                heard = []
                for signal in signals:
                    i, j = r - signal.window.row, c - signal.window.column
                    if 0 <= i < 2 and 0 <= j < 3 and network.operator in signal.cells[0].operators:
                        heard.append((signal.level[0, i, j], -int(signal.cells[0].record_id)))
                good = [each for each in heard if each[0] > UNKNOWN]
                assert tile.best[number, r, c] == max(good, default=(NONE, 0))[0]
                if good:
                    first = roster.cells[tile.server[number, r, c]].record_id
                    assert int(first) == -max(good)[1]
                assert tile.unknown[number, r, c] == sum(each[0] == UNKNOWN for each in heard)
                assert tile.usable[number, r, c] == sum(each[0] >= -1100 for each in good)


@hypothesis_settings(max_examples=60, deadline=None)
@hypothesis_given(worlds)
def test_one_more_mast_never_lowers_anything(world) -> None:
    signals = _signals(world)
    roster = enrol(each for signal in signals for each in signal.cells)
    before = mosaic(WINDOW, signals[:-1], roster, SETTINGS, 100.0)
    after = mosaic(WINDOW, signals, roster, SETTINGS, 100.0)
    for name in ("best", "usable", "power", "fails"):
        assert (getattr(after, name) >= getattr(before, name)).all()
    one, other = (find_states(all_pixels(tile), roster, SETTINGS) == 0 for tile in (before, after))
    assert (other >= one).all()


@hypothesis_settings(max_examples=60, deadline=None)
@hypothesis_given(worlds, st.integers(0, 5), st.integers(1, 200))
def test_more_power_never_serves_fewer(world, which, tenths) -> None:
    which %= len(world)
    row, column, values, who, spread = world[which]
    raised = [each + tenths if each > UNKNOWN else each for each in values]
    stronger = [*world[:which], (row, column, raised, who, spread), *world[which + 1 :]]
    signals, others = _signals(world), _signals(stronger)
    roster = enrol(each for signal in signals for each in signal.cells)
    before, after = (mosaic(WINDOW, s, roster, SETTINGS, 100.0) for s in (signals, others))
    for name in ("best", "usable", "power", "fails"):
        assert (getattr(after, name) >= getattr(before, name)).all()
    states = [find_states(all_pixels(tile), roster, SETTINGS) for tile in (before, after)]
    assert ((states[1] == 0) >= (states[0] == 0)).all()


def test_tiles_are_cut_from_the_whole_and_read_at_points() -> None:
    rng = np.random.default_rng(3)
    window = Window(-4, -3, 9, 11)
    signals = {
        name: given(
            Window(-5 + n, -4 + 2 * n, 6, 7), (cell(name), rng.integers(-1250, -700, (6, 7)))
        )
        for n, name in enumerate("pqr")
    }
    roster = enrol(each for signal in signals.values() for each in signal.cells)
    whole = mosaic(window, signals.values(), roster, SETTINGS, 100.0)
    reach = {name: signal.window for name, signal in signals.items()}
    tiles = list(mosaic_tiles(window, 4, reach, signals.__getitem__, roster, SETTINGS, 100.0))
    assert len(tiles) == 9
    for tile in tiles:
        assert np.array_equal(tile.fails, whole.fails[:, :, *window.slices(tile.window)])
        assert np.array_equal(tile.best, whole.best[:, *window.slices(tile.window)])
    x, y = np.array([-250.0, 50.0, 5000.0]), np.array([350.0, -120.0, 0.0])
    found = sample_points(tiles, x, y, Lattice("EPSG:4547", 100.0))
    assert found.best[0].tolist() == [whole.best[0, 0, 0], whole.best[0, 5, 3], NONE]
    assert found.unknown[0].tolist() == [0, 0, 1]


def test_one_server_alone_has_its_marginal_chance() -> None:
    margin = np.linspace(-15, 15, 31)
    shared, own = np.full(31, 8.0), np.full(31, 3.0)
    chance = over_nodes(any_at_nodes(failure_logs(margin, shared, own, 0.5)))
    assert chance == pytest.approx(marginal(margin, [shared, own]), abs=2e-4)
    assert marginal(np.array([0.0, 8.0]), [np.array(8.0)]) == pytest.approx([0.5, norm.cdf(1)])


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
def test_several_servers_lie_between_the_best_and_independent_ones(correlation) -> None:
    margins = np.array([-2.0, 1.0, -4.0])
    logs = sum(
        failure_logs(np.array([each]), np.array([8.0]), np.array([3.0]), correlation)
        for each in margins
    )
    chance = over_nodes(any_at_nodes(logs))[0]
    alone = marginal(margins, [np.full(3, 8.0), np.full(3, 3.0)])
    independent = 1 - np.prod(1 - alone)
    assert alone.max() - 1e-3 <= chance <= independent + 1e-3
    rng = np.random.default_rng(1)
    size = 400_000
    common = rng.normal(size=size) * np.sqrt(correlation) * 8
    each = rng.normal(size=(3, size)) * np.sqrt((1 - correlation) * 64 + 9)
    drawn = np.mean((margins[:, None] + common + each >= 0).any(axis=0))
    assert chance == pytest.approx(drawn, abs=0.003)


def test_shares_by_hand() -> None:
    row = np.array([[-1000, -1200, -1000], [UNKNOWN, -1000, -1200]], np.int16)
    tile, roster = _lay(given(WINDOW, (A, row)))
    unit = np.array([0, 0, 1, 1, -1, 1])
    people = np.array([30, 10, 5, 7, 99, 20])
    counts = count_shares(all_pixels(tile), unit, people, 2, roster, SETTINGS)
    table = list_shares(counts, pd.Series(["u", "v"]), roster, "people")
    assert table[["covered", "gap", "unknown"]].to_numpy().tolist() == [[30, 10, 0], [5, 20, 7]]
    assert (table["low"] < table["high"]).all()
    assert table["middle"].between(table["low"], table["high"]).all()
    deviation = np.hypot(7.0, 0.85 * (0.52 + 0.024 * 1.8425) * 100**0.28)
    chances = norm.cdf(np.array([10, -10]) / deviation)
    assert table["expected"][0] == pytest.approx((chances @ [30, 10]) / 40, abs=1e-3)


def test_shares_add_up_over_parts() -> None:
    rng = np.random.default_rng(5)
    wide = Window(0, 0, 10, 10)
    tile, roster = _lay(given(wide, (A, rng.integers(-1250, -950, (10, 10)))), window=wide)
    unit, people = rng.integers(-1, 4, 100), rng.integers(0, 50, 100)
    whole = count_shares(all_pixels(tile), unit, people, 4, roster, SETTINGS)
    halves = [
        count_shares(
            all_pixels(tile),
            np.where(np.arange(100) % 2 == k, unit, -1),
            people,
            4,
            roster,
            SETTINGS,
        )
        for k in (0, 1)
    ]
    both = halves[1] + halves[0]
    for name in ("covered", "gap", "unknown", "likely", "scatter"):
        assert np.array_equal(getattr(whole, name), getattr(both, name))


def test_the_interval_of_a_share_holds_what_is_drawn() -> None:
    """Draw the world as the model states it: 80 % of drawn shares lie within 10 to 90 %."""
    size = Window(0, 0, 5, 8)
    margin = np.linspace(-6, 8, 40)
    levels = np.rint(10 * (margin - 110)).astype(np.int16).reshape(size.shape)
    tile, roster = _lay(given(size, (A, levels), spread_db=2.0), window=size)
    counts = count_shares(
        all_pixels(tile), np.zeros(40, int), np.ones(40, int), 1, roster, SETTINGS
    )
    table = list_shares(counts, pd.Series(["u"]), roster, "settlements")
    place = 0.85 * (0.52 + 0.024 * 1.8425) * 100**0.28
    variance = 7.0**2 + place**2
    rng = np.random.default_rng(2)
    common = rng.normal(size=(20_000, 1)) * np.sqrt(0.5 * variance)
    own = rng.normal(size=(20_000, 40)) * np.sqrt(0.5 * variance + 4)
    drawn = (margin + common + own >= 0).mean(axis=1)
    assert table["expected"][0] == pytest.approx(drawn.mean(), abs=0.01)
    for name, share in (("low", 10), ("middle", 50), ("high", 90)):
        assert table[name][0] == pytest.approx(np.percentile(drawn, share), abs=0.04)


def test_weights_are_those_of_a_normal_error() -> None:
    assert WEIGHTS.sum() == pytest.approx(1.0)
