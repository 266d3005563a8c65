"""Figures, colours and lists of the sample city add up, and each actor sees its own cut."""

from pathlib import Path

import pytest

from coverage_map import pipeline
from coverage_map.pipeline.workspace import load_register
from geodata.errors import UsageError

UNIT_INDICATORS = ["village_fibre", "mobile_4g", "village_5g"]


@pytest.fixture(scope="module")
def workspace(sample_workspace: Path) -> pipeline.Workspace:
    return pipeline.open_workspace(sample_workspace)


@pytest.fixture(scope="module")
def city(workspace: pipeline.Workspace) -> pipeline.Actor:
    return pipeline.local_actor(workspace)


def test_status_counts_the_register(workspace, city) -> None:
    status = pipeline.read_status(workspace, city)
    assert status.units == 2505
    assert status.administrative_villages == 1591
    assert status.urban_communities == 907
    assert status.other_units == 7
    # The sample holds every kind but what no indicator counts yet.
    empty = {kind for kind, count in status.records.items() if not count}
    assert empty == {"village_coverage", "duct_point"}
    # The denominator of village fibre is the administrative villages, no more and no fewer.
    assert sum(status.verdicts["village_fibre"].values()) == 1591
    assert sum(status.verdicts["mobile_4g"].values()) == 1591 + 907


@pytest.mark.parametrize("indicator", UNIT_INDICATORS)
def test_levels_add_up(workspace, city, indicator) -> None:
    overview = pipeline.read_overview(workspace, city, "", indicator)
    whole = overview.figures.set_index("indicator").loc[indicator]
    for column in ["units_covered", "units_gap", "units_unknown", "people_gap", "households_gap"]:
        assert whole[column] == overview.children[column].sum()
    letters = overview.classes["unit"]
    assert letters.count("g") == whole["units_gap"]
    assert letters.count("u") == whole["units_unknown"]
    assert letters.count("c") + letters.count("n") == whole["units_covered"]
    gaps = pipeline.read_gaps(workspace, city, indicator=indicator)
    assert len(gaps) == whole["units_gap"]
    assert gaps["people"].sum() == whole["people_gap"]


def test_drilling_down_reaches_every_unit(workspace, city) -> None:
    seen: list[str] = []

    def descend(code: str) -> None:
        overview = pipeline.read_overview(workspace, city, code, "mobile_4g")
        for child in overview.children.itertuples():
            if child.level == "unit":
                seen.append(child.code)
            else:
                descend(child.code)

    descend("")
    units = load_register(workspace).units
    asked = units[units["kind"].isin(["village", "community"])]
    assert sorted(seen) == sorted(asked["code"])


def test_classes_follow_the_layer(workspace, city) -> None:
    layer = pipeline.boundary_layer(workspace, city)
    overview = pipeline.read_overview(workspace, city)
    assert {level: len(letters) for level, letters in overview.classes.items()} == layer.counts


def test_county_planner_sees_the_own_area_only(workspace) -> None:
    actor = pipeline.local_actor(workspace, "yuzhou")
    overview = pipeline.read_overview(workspace, actor, "", "village_fibre")
    assert [step.name for step in overview.trail] == ["禹州市"]
    assert set(overview.children["code"].str[:6]) == {"411081"}
    assert pipeline.read_frame(workspace, actor).city_name == "禹州市"
    assert "禹州市" in pipeline.export_name(workspace, actor)
    units = load_register(workspace).units.sort_values("code")
    outside = (units["area_code"] != "411081").to_numpy()
    letters = overview.classes["unit"]
    assert {letters[i] for i in outside.nonzero()[0]} == {"."}
    assert set(pipeline.read_gaps(workspace, actor)["area_code"]) == {"411081"}
    with pytest.raises(UsageError, match="area_unknown"):
        pipeline.read_overview(workspace, actor, "411082")
    foreign = units.loc[outside, "code"].iloc[0]
    with pytest.raises(UsageError, match="area_unknown"):
        pipeline.read_card(workspace, actor, foreign)


def test_card_tells_each_verdict_with_what_it_rests_on(workspace, city) -> None:
    gaps = pipeline.read_gaps(workspace, city, indicator="village_fibre")
    card = pipeline.read_card(workspace, city, gaps["unit_code"].iloc[0])
    reach = card.verdicts.query("indicator == 'village_fibre' and operator == 'any'")
    assert set(reach["state"]) == {"gap"}
    assert (reach["reason"] != "").all()
    assert card.trail[-1].code == gaps["unit_code"].iloc[0]
    assert card.evidence["record_name"].str.len().gt(0).any()


def test_find_unit_by_position(workspace, city) -> None:
    unit = load_register(workspace).units.iloc[700]
    point = unit.geometry.representative_point()
    assert pipeline.find_unit(workspace, city, point.x, point.y) == unit["code"]
    assert pipeline.find_unit(workspace, city, 100.0, 20.0) is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"area": "999999"}, "area_unknown"),
        ({"indicator": "happiness"}, "indicator_unknown"),
        ({"indicator": "mobile_4g", "operator": "nobody"}, "operator_unknown"),
    ],
)
def test_unknown_names_are_refused(workspace, city, arguments, code) -> None:
    with pytest.raises(UsageError, match=code):
        pipeline.read_gaps(workspace, city, **arguments)
