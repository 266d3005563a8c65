"""Rule packs are data: read strictly, hashed by content, every number with a source."""

import ast
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.rules import halo_m, read_rules
from coverage_map.rules.form import METHODS
from coverage_map.rules.quarter import first_day, last_day
from coverage_map.rules.sharing import read_sharing
from coverage_map.sharing import find_opportunities
from coverage_map.text import LANGUAGES, Text
from geodata.errors import DataFileError, UsageError

OURS = files("coverage_map") / "rules"


def policy() -> str:
    return (OURS / "policy-2013.toml").read_text(encoding="utf-8")


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_2013_pack_holds_the_policys_targets():
    rules = read_rules(("policy-2013",))
    targets = {
        name: None if one.target is None else one.target.value
        for name, one in rules.indicators.items()
    }
    assert targets == {
        "village_fibre": 100,
        "settlement_broadband": 100,
        "urban_ftth": 100,
        "mobile_3g": 100,
        "mobile_4g": 100,
        "wlan_public": 100,
        "internet_penetration": 45,
        "digital_tv": None,
        "two_way_tv": None,
    }
    assert rules.indicators["village_fibre"].unit_kinds == ("village",)
    assert rules.indicators["mobile_4g"].tests["distance"].whole("limit_m") == 5000
    # 基本建成 and 基本覆盖 give no number: ours are marked as not confirmed.
    assert rules.indicators["mobile_4g"].target.unconfirmed
    assert not rules.indicators["village_fibre"].target.unconfirmed


def test_todays_questions_stand_beside_it_and_what_cannot_be_judged_is_named():
    rules = read_rules()
    assert rules.packs == ("policy-2013", "today")
    assert rules.indicators["natural_village_4g"].least_households.value == 20
    assert rules.indicators["key_places_5g"].target.value == 80
    assert rules.pending["stations_5g_per_10000"].target.value == 12
    assert all(one.target.unconfirmed for one in rules.pending.values())
    assert halo_m(rules) == 20_000


def test_the_hash_is_that_of_content_and_not_of_layout(tmp_path):
    plain = read_rules(("policy-2013",))
    again = write(tmp_path, "# another comment\n\n" + policy(), "again.toml")
    assert read_rules((again,)).hash == plain.hash
    changed = write(tmp_path, policy().replace("{ value = 45,", "{ value = 46,"), "changed.toml")
    assert read_rules((changed,)).hash != plain.hash
    assert len(plain.hash) == 64


REACH = "indicators.village_fibre.tests.reach.reach_m"
MISTAKES = [
    ('subject = "settlement"', 'subject = "hamlet"', "indicators.settlement_broadband.subject"),
    ('"hotspot_report"', '"guess"', "indicators.wlan_public.tests.reported.method"),
    ('field = "households_', 'fields = "', "indicators.digital_tv.tests.reported.field"),
    ('headline = "distance"', 'headline = "signal"', "indicators.mobile_3g.headline"),
    ("reach_m = { value = 500, ", "reach_m = { ", f"{REACH}.value"),
    ("reach_m = { value = 500, ", 'reach_m = { value = "500", ', f"{REACH}.value"),
    ("reach_m = { value = 500, ", "reach_m = { value = true, ", f"{REACH}.value"),
    ("[sources.setting]", "[sources.other]", f"{REACH}.source"),
    ('headline = "reach"', 'headline = "reach"\nweight = 3', "indicators.village_fibre.weight"),
    ('records = ["wlan_hotspot"]', 'records = ["hotspot"]', "indicators.wlan_public.records"),
    ('of = "reach"', 'of = "reaches"', "indicators.village_fibre.of"),
    ('pack = "policy-2013"', "", "pack"),
]


@pytest.mark.parametrize(("old", "new", "column"), MISTAKES)
def test_a_pack_with_a_mistake_is_refused_with_its_place(tmp_path, old, new, column):
    text = policy()
    assert old in text
    path = write(tmp_path, text.replace(old, new, 1))
    with pytest.raises(DataFileError) as refusal:
        read_rules((path,))
    assert refusal.value.fault.code == "rule_file"
    assert refusal.value.fault.place.column == column
    assert refusal.value.fault.place.file == str(path)
    for language in LANGUAGES:
        sentence, remedy = Text(language).fault(refusal.value.fault)
        assert column in sentence
        assert remedy


def test_one_indicator_in_two_packs_is_refused(tmp_path):
    path = write(tmp_path, policy().replace('pack = "policy-2013"', 'pack = "mine"'))
    with pytest.raises(DataFileError) as refusal:
        read_rules(("policy-2013", path))
    assert "two packs" in str(refusal.value)


def test_sharing_settings_are_read_as_strictly(tmp_path):
    settings = read_sharing()
    assert settings.same_place.in_settlement_m.value == 500
    assert settings.same_place.outside_m.value == 3000
    assert settings.same_place.outside_m.unconfirmed
    text = (OURS / "sharing.toml").read_text(encoding="utf-8")
    for old, new in (("order = [", 'order = ["age", '), ("[same_place]", "[same_place]\nx = 1")):
        with pytest.raises(DataFileError):
            read_sharing(write(tmp_path, text.replace(old, new, 1), f"{new[:3]}.toml"))


def test_every_name_has_words_in_both_languages():
    rules, sharing = read_rules(), read_sharing()
    names = {f"indicator.{name}" for name in rules.indicators}
    names |= {f"test.{test}" for one in rules.indicators.values() for test in one.tests}
    names |= {"test.operators", "state.covered", "state.gap", "state.unknown"}
    names |= {f"source.{name}" for name in {**rules.sources, **sharing.sources}}
    names |= {f"pending.{name}" for name in rules.pending}
    names |= {f"pack.{name}" for name in rules.packs}
    for language in LANGUAGES:
        text = Text(language)
        assert {name for name in names if not text.has(name)} == set()


ENGINE = Path(str(files("coverage_map")))
ROOMS = [
    *sorted((ENGINE / "indicators").glob("*.py")),
    *(ENGINE / f"{name}.py" for name in ("rollup", "gaps", "sharing", "standing", "parts")),
]
# Small counts and indices; per cent; the length of an ISO date; slack of a projection, see there.
PLAIN = {-1, 0, 1, 2, 3, 10, 100, 1.001}


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.name)
def test_no_threshold_stands_in_code(room):
    tree = ast.parse(room.read_text(encoding="utf-8"))
    numbers = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    assert numbers <= PLAIN


def test_every_reason_and_condition_has_words_that_take_its_parameters():
    rules, rng = read_rules(), np.random.default_rng(3)
    register = worlds.random_register(rng, 60)
    records = worlds.random_records(rng, register, sites=25, nodes=60)
    verdicts, evidence = judge(register, records, rules, quarter="2023Q4")
    gaps = find_gaps(verdicts, evidence, register, records, rules, quarter="2023Q4")
    offers = find_opportunities(gaps, records)
    given = pd.concat([frame[["reason", "reason_params"]] for frame in (verdicts, offers)])
    given = given.drop_duplicates("reason")
    assert len(given) > 25
    for language in LANGUAGES:
        text = Text(language)
        for reason, params in given.itertuples(index=False):
            assert text.has(f"reason.{reason}"), reason
            assert "{" not in text(f"reason.{reason}", **json.loads(params))
        for condition in set(verdicts["condition"]) - {""}:
            assert text.has(f"condition.{condition}"), condition


def test_methods_are_all_used():
    used = {test.method for one in read_rules().indicators.values() for test in one.tests.values()}
    assert used == set(METHODS)


@given(year=st.integers(1000, 9998), number=st.integers(1, 4))
def test_a_quarter_ends_the_day_before_the_next_begins(year, number):
    quarter = f"{year}Q{number}"
    following = f"{year}Q{number + 1}" if number < 4 else f"{year + 1}Q1"
    assert last_day(quarter) < first_day(following)
    assert first_day(following, back=1) == first_day(quarter)
    assert first_day(quarter, back=4)[4:] == first_day(quarter)[4:]


@pytest.mark.parametrize("given", ["2023", "2023Q5", "2023q1", " 2023Q1", ""])
def test_what_is_no_quarter_is_refused(given):
    with pytest.raises(UsageError):
        last_day(given)


def test_days_of_a_quarter():
    assert (first_day("2023Q4"), last_day("2023Q4")) == ("2023-10-01", "2023-12-31")
    assert first_day("2023Q4", back=4) == "2022-10-01"
    assert last_day("2024Q1") == "2024-03-31"
