"""The agreed list of natural villages: who may, what holds, and what a published list changes."""

from pathlib import Path

import pandas as pd
import pytest

from coverage_map import pipeline
from coverage_map.pipeline import evaluate
from geodata.errors import NotAllowedError, UsageError
from geodata.store.tables import current_tables

CARRIERS = ("cmcc", "tower")


@pytest.fixture(scope="module")
def shared(sample_workspace: Path) -> pipeline.Workspace:
    return pipeline.open_workspace(sample_workspace)


def _actors(workspace: pipeline.Workspace, *names: str | None) -> list[pipeline.Actor]:
    return [pipeline.local_actor(workspace, name) for name in names]


def _proposals(found: pd.DataFrame) -> dict[str, tuple[str | None, str]]:
    columns = (found[name] for name in ("key", "proposal", "proposal_same_as"))
    return {key: (action, same_as) for key, action, same_as in zip(*columns, strict=True)}


@pytest.mark.parametrize("account", CARRIERS)
def test_a_carrier_has_no_part_in_it(shared: pipeline.Workspace, account: str) -> None:
    (actor,) = _actors(shared, account)
    for ask in (
        lambda: pipeline.read_settlement_differences(shared, actor),
        lambda: pipeline.read_township_states(shared, actor),
        lambda: pipeline.read_settlements(shared, actor, "411081113224"),
        lambda: pipeline.decide_settlements(shared, actor, {}),
        lambda: pipeline.confirm_township(shared, actor, "411081113"),
        lambda: pipeline.reopen_township(shared, actor, "411081113"),
        lambda: pipeline.publish_settlements(shared, actor),
    ):
        with pytest.raises(NotAllowedError):
            ask()


def test_a_county_sees_its_own_townships_and_does_not_publish(shared: pipeline.Workspace) -> None:
    city, county = _actors(shared, None, "yuzhou")
    whole = pipeline.read_settlement_differences(shared, city)
    own = pipeline.read_settlement_differences(shared, county)
    assert set(own["area_code"]) == {"411081"}
    assert own["key"].tolist() == whole.loc[whole["area_code"] == "411081", "key"].tolist()
    area = pipeline.read_settlement_differences(shared, city, "411081")
    assert area["key"].tolist() == own["key"].tolist()
    states = pipeline.read_township_states(shared, county)
    assert set(states["area_code"]) == {"411081"}
    assert states["open"].sum() == len(own)
    other = whole[whole["area_code"] != "411081"].iloc[0]
    with pytest.raises(UsageError, match="difference_unknown"):
        pipeline.decide_settlements(shared, county, {other["key"]: ("add", "")})
    with pytest.raises(UsageError, match="township_unknown"):
        pipeline.confirm_township(shared, county, other["township_code"])
    with pytest.raises(NotAllowedError):
        pipeline.publish_settlements(shared, county)


def test_the_offices_list_is_the_citys_to_hand_in(shared: pipeline.Workspace) -> None:
    tables = current_tables(shared.store)
    listed = tables[tables["kind"] == "settlement_list"]
    assert listed["owner"].tolist() == ["office"]
    content = "区县,乡镇,行政村,自然村名称,户数,确认单位\n禹州市,方山镇,庙沟村,小新庄,30,方山镇\n"
    (carrier,) = _actors(shared, "cmcc")
    with pytest.raises(NotAllowedError):
        pipeline.try_file(shared, carrier, "office", "名录.csv", content.encode())
    table = pipeline.try_file(shared, carrier, "cmcc", "自然村名录.csv", content.encode())[0]
    assert table.kind != "settlement_list"
    said = pipeline.Answers({"*": pipeline.TableAnswer(kind="settlement_list")})
    with pytest.raises(UsageError, match="kind_of_another"):
        pipeline.try_file(shared, carrier, "cmcc", "自然村名录.csv", content.encode(), said)
    (city,) = _actors(shared, None)
    for owner in ("office", ""):
        table = pipeline.try_file(shared, city, owner, "自然村名录.csv", content.encode())[0]
        assert table.kind == "settlement_list"


def test_what_is_decided_can_be_taken_back_until_the_township_is_confirmed(own_workspace) -> None:  # type: ignore[no-untyped-def]
    (county,) = _actors(own_workspace, "yuzhou")
    found = pipeline.read_settlement_differences(own_workspace, county)
    township = str(found["township_code"].iloc[0])
    here = found[found["township_code"] == township]
    first = here.iloc[0]
    with pytest.raises(UsageError, match="settlement_action"):
        pipeline.decide_settlements(own_workspace, county, {first["key"]: ("burn", "")})
    new = found[found["difference"] == "new"].iloc[0]
    with pytest.raises(UsageError, match="settlement_same_as"):
        pipeline.decide_settlements(own_workspace, county, {new["key"]: ("same", "S-elsewhere")})
    with pytest.raises(UsageError, match="township_open"):
        pipeline.confirm_township(own_workspace, county, township)
    assert pipeline.decide_settlements(own_workspace, county, _proposals(here)) == len(here)
    assert pipeline.decide_settlements(own_workspace, county, _proposals(here)) == 0
    assert pipeline.decide_settlements(own_workspace, county, {first["key"]: (None, "")}) == 1
    state = _state(own_workspace, county, township)
    assert (state["state"], state["open"], state["decided"]) == ("open", 1, len(here) - 1)
    pipeline.decide_settlements(own_workspace, county, _proposals(here))
    assert _state(own_workspace, county, township)["state"] == "decided"
    pipeline.confirm_township(own_workspace, county, township)
    state = _state(own_workspace, county, township)
    assert (state["state"], state["account"]) == ("confirmed", "yuzhou")
    assert state["at"]
    with pytest.raises(UsageError, match="township_confirmed"):
        pipeline.decide_settlements(own_workspace, county, {first["key"]: (None, "")})
    pipeline.reopen_township(own_workspace, county, township)
    assert _state(own_workspace, county, township)["state"] == "decided"
    assert pipeline.decide_settlements(own_workspace, county, {first["key"]: (None, "")}) == 1


def _state(workspace, actor, township):  # type: ignore[no-untyped-def]
    states = pipeline.read_township_states(workspace, actor).set_index("township_code")
    return states.loc[township]


def test_a_published_list_changes_who_is_judged(own_workspace) -> None:  # type: ignore[no-untyped-def]
    (city,) = _actors(own_workspace, None)
    with pytest.raises(UsageError, match="settlements_unchanged"):
        pipeline.publish_settlements(own_workspace, city)
    found = pipeline.read_settlement_differences(own_workspace, city)
    told = found.groupby("township_code")["difference"].agg(set)
    township = next(code for code, kinds in told.items() if {"new", "gone"} <= kinds)
    here = found[found["township_code"] == township]
    added = here[(here["difference"] == "new")].iloc[0]
    wanted = _proposals(here) | {added["key"]: ("add", "")}
    dropped = here[here["difference"] == "gone"].iloc[0]
    wanted |= {dropped["key"]: ("drop", "")}
    pipeline.decide_settlements(own_workspace, city, wanted)
    pipeline.confirm_township(own_workspace, city, township)
    before = _judged(own_workspace)
    assert dropped["settlement_id"] in before

    published = pipeline.publish_settlements(own_workspace, city)
    assert published.version == "NBS-2023+自然村2023Q4.1"
    assert (published.townships, published.added >= 1, published.dropped >= 1) == (1, True, True)
    status = pipeline.read_status(own_workspace, city)
    assert status.register_version == published.version
    after = _judged(own_workspace)
    assert dropped["settlement_id"] not in after
    held = pipeline.read_settlements(own_workspace, city, str(added["unit_code"]))
    fresh = held.loc[held["name"] == added["name"], "settlement_id"]
    assert set(fresh) <= after - before
    assert len(fresh) == 1
    for owner in ("cmcc", "unicom"):
        card = pipeline.read_card(
            own_workspace, pipeline.local_actor(own_workspace, owner), str(added["unit_code"])
        )
        assert set(fresh) <= set(card.verdicts["subject_code"])
    left = pipeline.read_settlement_differences(own_workspace, city)
    assert not set(left["key"]) & _closed(wanted)
    elsewhere = found.loc[found["township_code"] != township, "key"]
    assert set(elsewhere) <= set(left["key"])
    # Who still reports a village that was dropped is not heard again: the township stays agreed.
    assert _state(own_workspace, city, township)["state"] == "confirmed"
    with pytest.raises(UsageError, match="settlements_unchanged"):
        pipeline.publish_settlements(own_workspace, city)


def _closed(wanted: dict[str, tuple[str | None, str]]) -> set[str]:
    """Return the differences that an agreed action does away with; what is kept still differs."""
    return {key for key, (action, _) in wanted.items() if action in {"add", "drop", "same"}}


def _judged(workspace: pipeline.Workspace) -> set[str]:
    verdicts = evaluate.result(workspace, evaluate.newest(workspace, "city"), "verdicts")
    return set(verdicts.loc[verdicts["subject_kind"] == "settlement", "subject_code"])
