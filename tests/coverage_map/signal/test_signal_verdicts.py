"""The signal test's verdicts by hand, beside those of the distance test."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import worlds
from made_signals import cell, given
from scipy.stats import norm
from worlds import at, square

from coverage_map.indicators import judge
from coverage_map.indicators.subjects import find_subjects
from coverage_map.signal.judging import find_points, judge_signal, list_disagreements
from coverage_map.signal.lattice import Window
from coverage_map.signal.mast import NONE, UNKNOWN
from coverage_map.signal.mosaic import mosaic
from coverage_map.signal.points import all_pixels
from coverage_map.signal.roster import enrol
from coverage_map.signal.settings import read_signal_settings
from coverage_map.text import LANGUAGES, Text, read_catalogue
from coverage_map.verdicts import EVIDENCE, VERDICT

A, B = "990001100200", "990001100201"
SETTINGS = read_signal_settings()
SITE = worlds.record("site", "cmcc", at(700, 700), source_id="1", name="s", technologies=("4G",))
REGISTER = worlds.register_of(
    [
        {"code": A, "kind": "village", "geometry": square(0, 0), "office": at(700, 700)},
        {"code": B, "kind": "village", "geometry": square(1, 0), "office": at(2200, 700)},
    ],
    [
        {"settlement_id": "S1", "name": "前庄", "unit_code": A, "geometry": at(300, 300)},
        {
            "settlement_id": "S2", "name": "后庄", "unit_code": A, "geometry": at(900, 900),
            "households": 19,
        },
    ],
    [
        {
            "place_id": "P1", "name": "甲小学", "kind": "school", "unit_code": A,
            "geometry": at(1100, 700),
        },
        {
            "place_id": "P2", "name": "集市", "kind": "public", "unit_code": A,
            "geometry": at(1200, 700),
        },
    ],
)  # fmt: skip
TOLD = {name: {"990001"} for name in ("cmcc", "unicom", "telecom")}


def _judge(rules, levels, told=TOLD, operators=("cmcc",)):
    """Judge units where office A, office B, the school and S1 get these levels."""
    indicator = rules.indicators["mobile_4g"]
    points = find_points(REGISTER, find_subjects(REGISTER, indicator), SETTINGS)
    window = Window(0, 0, 1, len(points.subject))
    signal = given(window, (replace(cell("a", operators), owner="cmcc"), [levels]))
    roster = enrol(signal.cells)
    samples = all_pixels(mosaic(window, [signal], roster, SETTINGS, 100.0))
    verdicts, evidence = judge_signal(
        REGISTER, indicator, ["4G"], points, samples, told, roster, SETTINGS,
        rule_hash=rules.hash, quarter="2023Q4",
    )  # fmt: skip
    return verdicts, evidence


def _row(verdicts, code, operator):
    found = verdicts[(verdicts["subject_code"] == code) & (verdicts["operator"] == operator)]
    assert len(found) == 1
    return found.iloc[0]


def test_points_are_office_school_and_settlements_of_twenty_households(rules) -> None:
    points = find_points(REGISTER, find_subjects(REGISTER, rules.indicators["mobile_4g"]), SETTINGS)
    assert points.subject.tolist() == [0, 1, 0, 0]
    assert points.lonlat[2:].tolist() == [[p.x, p.y] for p in (at(1100, 700), at(300, 300))]


@pytest.mark.parametrize(
    ("levels", "states"),
    [
        ([-900, -900, -900, -900], ["covered", "covered"]),
        ([-900, -1101, -1100, -900], ["covered", "gap"]),
        ([-900, -900, -900, -1150], ["gap", "covered"]),
        ([-900, UNKNOWN, -900, UNKNOWN], ["unknown", "unknown"]),
        ([-1150, NONE, -900, UNKNOWN], ["gap", "gap"]),
    ],
)
def test_states_by_hand(rules, levels, states) -> None:
    verdicts, evidence = _judge(rules, levels)
    assert list(verdicts.columns) == list(VERDICT)
    assert list(evidence.columns) == list(EVIDENCE)
    assert [_row(verdicts, code, "cmcc")["state"] for code in (A, B)] == states
    assert (verdicts[verdicts["state"] == "unknown"]["probability"].isna()).all()
    assert (evidence["grade"] == "predicted").all()
    assert (evidence["owner"] == "cmcc").all()


def test_the_reason_names_the_point_that_decides(rules) -> None:
    verdicts, _ = _judge(rules, [-1150, -900, -900, UNKNOWN])
    row = _row(verdicts, A, "cmcc")
    assert row["reason"] == "signal_weak"
    assert json.loads(row["reason_params"]) == {"signal_dbm": -115.0, "usable_dbm": -110.0}


def test_who_told_of_no_network_is_not_accused_and_a_shared_cell_still_serves(rules) -> None:
    told = {"cmcc": {"990001"}}
    verdicts, evidence = _judge(rules, [-900, -1200, -900, -900], told, ("cmcc", "unicom"))
    states = {name: [_row(verdicts, code, name)["state"] for code in (A, B)] for name in TOLD}
    assert states == {
        "cmcc": ["covered", "gap"],
        "unicom": ["covered", "unknown"],
        "telecom": ["unknown", "unknown"],
    }
    assert [_row(verdicts, code, "any")["state"] for code in (A, B)] == ["covered", "unknown"]
    assert set(evidence["operator"]) == {"cmcc", "unicom", "any"}


def test_chances_of_points_are_one_chance_of_the_unit(rules) -> None:
    verdicts, _ = _judge(rules, [-1050, -1050, -1050, -1050])
    deviation = np.hypot(7.0, 0.85 * (0.52 + 0.024 * 1.8425) * 100**0.28)
    alone = norm.cdf(5 / deviation)
    one, three = _row(verdicts, B, "cmcc"), _row(verdicts, A, "cmcc")
    assert one["probability"] == pytest.approx(alone, abs=2e-4)
    assert alone**3 < three["probability"] < alone  # partly the same error
    assert three["low"] < three["probability"] < three["high"]
    assert _row(verdicts, A, "any")["probability"] == pytest.approx(three["probability"])


def test_every_reason_has_a_sentence_in_every_language(rules) -> None:
    worlds_of_levels = (
        [-900] * 4, [-1150] * 4, [NONE] * 4, [UNKNOWN] * 4,
    )  # fmt: skip
    for levels in worlds_of_levels:
        verdicts, _ = _judge(rules, levels)
        for row in verdicts.itertuples():
            for language in LANGUAGES:
                catalogue = read_catalogue(language)
                assert f"reason.{row.reason}" in catalogue, row.reason
                said = Text(language)(f"reason.{row.reason}", **json.loads(row.reason_params))
                assert "{" not in said
                if row.state == "gap":
                    assert f"reason_short.{row.reason}" in catalogue


def test_where_both_tests_disagree_is_listed(rules) -> None:
    records = {"site": worlds.frame([SITE], list(SITE))}
    near, _ = judge(REGISTER, records, rules, quarter="2023Q4")
    signal, _ = _judge(rules, [-900, -1200, -900, -900])
    listed = list_disagreements(pd.concat([near, signal], ignore_index=True))
    mine = listed[listed["operator"] == "cmcc"]
    assert mine[["subject_code", "distance_state", "signal_state"]].to_numpy().tolist() == [
        [B, "covered", "gap"]
    ]
    assert mine["probability"].iloc[0] < 0.2
    assert list_disagreements(near).empty
