"""One asset, several reports: the city's and the counties' to see and decide, nobody else's."""

from pathlib import Path

import pytest

from coverage_map import pipeline
from coverage_map.pipeline import evaluate
from coverage_map.pipeline.evaluation import ASSETS, REPORTS
from geodata.errors import NotAllowedError, UsageError


@pytest.fixture(scope="module")
def shared(sample_workspace: Path) -> pipeline.Workspace:
    return pipeline.open_workspace(sample_workspace)


@pytest.mark.parametrize("account", ["cmcc", "unicom", "cbn", "tower"])
def test_a_carrier_neither_sees_nor_decides_assets(
    shared: pipeline.Workspace, account: str
) -> None:
    actor = pipeline.local_actor(shared, account)
    for ask in (
        lambda: pipeline.read_assets(shared, actor),
        lambda: pipeline.near_assets(shared, actor, "x"),
        lambda: pipeline.read_asset_decisions(shared, actor),
        lambda: pipeline.decide_assets(shared, actor, []),
    ):
        with pytest.raises(NotAllowedError):
            ask()
    own = evaluate.newest(shared, account)
    assert not {ASSETS, REPORTS} & set(own.objects)


@pytest.mark.parametrize("account", ["cmcc", "tower"])
def test_assets_are_not_resolved_while_a_carrier_waits(own_workspace, account, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(evaluate, "resolve_assets", never)
    monkeypatch.setattr(evaluate, "asset_decisions", never)
    inputs = evaluate._current_inputs(own_workspace, account)
    evaluate.compute(own_workspace, account, inputs, None, lambda *_: None)
    pipeline.read_sharing(own_workspace, pipeline.local_actor(own_workspace, account))


def test_the_same_tower_under_several_names_is_one_asset(shared: pipeline.Workspace) -> None:
    city = pipeline.local_actor(shared)
    assets, reports = pipeline.read_assets(shared, city)
    several = assets[assets["reports"] > 1]
    assert several.index.tolist() == list(range(len(several)))
    assert several["probability"].is_monotonic_increasing
    assert several["owners"].map(len).max() >= 3
    assert assets["reports"].sum() == len(reports)
    counts = reports["asset_id"].value_counts()
    assert (assets.set_index("asset_id")["reports"] == counts.reindex(assets["asset_id"])).all()


def test_a_county_sees_the_assets_of_its_area(shared: pipeline.Workspace) -> None:
    city, county = (pipeline.local_actor(shared, name) for name in (None, "yuzhou"))
    whole, _ = pipeline.read_assets(shared, city, "411081")
    own, reports = pipeline.read_assets(shared, county)
    assert set(own["asset_id"]) == set(whole["asset_id"])
    assert set(reports["asset_id"]) == set(own["asset_id"])
    assert set(own["unit_code"].str.slice(0, 6)) == {"411081"}
    outside, elsewhere = pipeline.read_assets(shared, city, "411082")
    assert len(outside)
    pair = elsewhere["record_id"].iloc[0], reports["record_id"].iloc[0]
    with pytest.raises(UsageError, match="report_unknown"):
        pipeline.decide_assets(shared, county, [(*pair, True)])


def test_what_is_decided_of_assets_is_kept_and_undone(own_workspace) -> None:  # type: ignore[no-untyped-def]
    city = pipeline.local_actor(own_workspace)
    assets, reports = pipeline.read_assets(own_workspace, city)
    weakest = assets.iloc[0]
    mine = reports[reports["asset_id"] == weakest["asset_id"]]
    gone = mine[mine["linked_to"] != ""].iloc[-1]["record_id"]
    apart = [(gone, other, False) for other in mine["record_id"] if other != gone]
    before = evaluate.newest(own_workspace, "city")
    assert pipeline.decide_assets(own_workspace, city, apart) == len(apart)
    assert pipeline.decide_assets(own_workspace, city, apart) == 0
    parted, now = pipeline.read_assets(own_workspace, city)
    assert len(parted) == len(assets) + 1
    of = now.set_index("record_id")["asset_id"]
    assert (of[[other for _, other, _ in apart]] != of[gone]).all()
    said = pipeline.read_asset_decisions(own_workspace, city)
    assert len(said) == len(apart)
    assert not said["together"].any()
    # Only what rests on assets was made anew.
    after = evaluate.newest(own_workspace, "city")
    changed = {name for name, key in after.objects.items() if key != before.objects[name]}
    assert {ASSETS, REPORTS} <= changed <= {ASSETS, REPORTS, "duplicates", "inputs"}

    undone = [(one, other, None) for one, other, _ in apart]
    assert pipeline.decide_assets(own_workspace, city, undone) == len(apart)
    again, _ = pipeline.read_assets(own_workspace, city)
    assert again["asset_id"].tolist() == assets["asset_id"].tolist()
    assert pipeline.read_asset_decisions(own_workspace, city).empty


def test_reports_that_are_joined_are_no_duplicate_any_more(own_workspace) -> None:  # type: ignore[no-untyped-def]
    city = pipeline.local_actor(own_workspace)
    duplicates = pipeline.read_sharing(own_workspace, city).duplicates
    pair = duplicates.iloc[0]
    ids = (pair["new_id"], pair["old_id"])
    with pytest.raises(UsageError, match="report_pair"):
        pipeline.decide_assets(own_workspace, city, [(ids[0], ids[0], True)])
    pipeline.decide_assets(own_workspace, city, [(*ids, True)])
    left = pipeline.read_sharing(own_workspace, city).duplicates
    assert ids not in set(zip(left["new_id"], left["old_id"], strict=True))
    near, reach_m = pipeline.near_assets(
        own_workspace, city, pipeline.read_assets(own_workspace, city)[0]["asset_id"].iloc[0]
    )
    assert near["distance_m"].is_monotonic_increasing
    assert (near["distance_m"] <= reach_m).all()


def test_totals_are_the_owners_own_and_the_citys(shared: pipeline.Workspace) -> None:
    city, carrier, county = (
        pipeline.local_actor(shared, name) for name in (None, "cmcc", "yuzhou")
    )
    whole = pipeline.read_totals(shared, city)
    assert set(whole["owner"]) == {"cmcc", "unicom", "telecom"}
    own = pipeline.read_totals(shared, carrier)
    assert own.to_dict("records") == whole[whole["owner"] == "cmcc"].to_dict("records")
    assert set(pipeline.read_totals(shared, county)["area_code"]) == {"411081"}
    assert (whole["reported"] - whole["counted"] == whole["difference"]).all()
    assert (whole["difference"] == 0).any()
    assert (whole["difference"] > 0).any()
    uploads = pipeline.read_submissions(shared, city)
    report = uploads[uploads["filename"] == "移动统计报表2023Q4.xlsx"]["id"].iloc[0]
    told = pipeline.read_totals(shared, carrier, report)
    assert told.to_dict("records") == own.to_dict("records")
    rival = pipeline.local_actor(shared, "unicom")
    with pytest.raises(NotAllowedError):
        pipeline.read_totals(shared, rival, report)


def test_the_map_shows_every_asset_of_several_reports(shared: pipeline.Workspace) -> None:
    city, county = (pipeline.local_actor(shared, name) for name in (None, "yuzhou"))
    assets, reports = pipeline.read_assets(shared, city)
    several = assets[assets["reports"] > 1]
    places = pipeline.asset_places(shared, city, "")
    assert [place[0] for place in places] == list(range(len(several)))
    assert [place[1] == "sure" for place in places] == several["sure"].tolist()
    assert [place[2] for place in places] == several["lon"].tolist()
    unsure = [place for place in places if place[1] == "unsure"]
    assert 0 < len(unsure) < len(places)
    assert [place[7] for place in unsure] == several.loc[~several["sure"], "spread_m"].tolist()
    ends = set(zip(reports["lon"], reports["lat"], strict=True))
    assert all((place[4], place[5]) in ends for place in unsure)
    assert all(place[4] is None for place in places if place[1] == "sure")
    own = pipeline.asset_places(shared, county, "411081")
    assert 0 < len(own) < len(places)
    with pytest.raises(NotAllowedError):
        pipeline.asset_places(shared, pipeline.local_actor(shared, "cmcc"), "")
