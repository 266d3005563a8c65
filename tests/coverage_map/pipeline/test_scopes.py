"""A carrier's answers come from its own records and the tower company's standing towers."""

from pathlib import Path

import pytest

from coverage_map import pipeline
from coverage_map.pipeline import evaluate
from geodata.errors import NotAllowedError, UsageError
from geodata.store import tables

CARRIERS = ["cmcc", "unicom", "telecom", "cbn"]


@pytest.fixture(scope="module")
def workspace(sample_workspace: Path) -> pipeline.Workspace:
    return pipeline.open_workspace(sample_workspace)


@pytest.mark.parametrize("owner", CARRIERS)
def test_carrier_sees_no_rival(workspace, owner) -> None:
    actor = pipeline.local_actor(workspace, owner)
    gaps = pipeline.read_gaps(workspace, actor)
    assert set(gaps["operator"]) <= {owner, ""}
    assert set(gaps["node_owner"]) <= {owner, ""}
    assert set(gaps["tower_owner"]) <= {owner, "tower", ""}
    sharing = pipeline.read_sharing(workspace, actor)
    assert set(sharing.opportunities["owner"]) <= {owner, "tower"}
    assert len(sharing.duplicates) == 0
    assert set(pipeline.read_status(workspace, actor).tables["owner"]) == {owner}
    frame = pipeline.read_frame(workspace, actor)
    assert frame.operators == (owner,)
    other = next(code for code in CARRIERS if code != owner)
    with pytest.raises(UsageError, match="operator_unknown"):
        pipeline.read_gaps(workspace, actor, indicator="mobile_4g", operator=other)


def test_carrier_gaps_offer_the_tower_company(workspace) -> None:
    sharing = pipeline.read_sharing(workspace, pipeline.local_actor(workspace, "cmcc"))
    assert "tower" in set(sharing.opportunities["owner"])


@pytest.mark.parametrize("owner", CARRIERS)
def test_owner_scope_opens_no_other_table(workspace, owner, monkeypatch) -> None:
    """Watch every reading of records while an owner's verdicts are computed."""
    opened: set[tuple[str, str]] = set()
    real = tables.read_records

    def watched(store, kind, owners=None, counties=None):  # type: ignore[no-untyped-def]
        opened.update((kind, name) for name in (owners or ["everybody"]))
        return real(store, kind, owners, counties)

    monkeypatch.setattr(evaluate, "read_records", watched)
    inputs = evaluate._current_inputs(workspace, owner)
    evaluate.compute(workspace, owner, inputs, None, lambda *_: None)
    assert {name for kind, name in opened if kind != "tower"} == {owner}
    assert {name for kind, name in opened if kind == "tower"} <= {owner, "tower"}


def test_carrier_cannot_hand_in_for_a_rival(workspace) -> None:
    actor = pipeline.local_actor(workspace, "cmcc")
    with pytest.raises(NotAllowedError):
        pipeline.check_upload(workspace, actor, "unicom", "x.csv", b"a,b\n1,2\n")


def test_county_planner_hands_nothing_in(workspace) -> None:
    actor = pipeline.local_actor(workspace, "yuzhou")
    with pytest.raises(NotAllowedError):
        pipeline.check_upload(workspace, actor, "cmcc", "x.csv", b"a,b\n1,2\n")
