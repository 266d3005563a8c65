"""A draft is submitted, sent back, withdrawn or accepted, and everything said is kept."""

from pathlib import Path

import pytest
from made_sites import PLACED, site_file, site_rows

from coverage_map import pipeline
from coverage_map.pipeline.jobs import run_here
from geodata.errors import (
    FileRefusedError,
    NotAllowedError,
    StoreError,
    TableRefusedError,
    UsageError,
)
from geodata.store.tables import current_tables, read_records

NOISE = b"\x00\x01\x02 this is no workbook"
EXAMPLE = Path(__file__).parents[3] / "examples" / "sites.csv"


@pytest.fixture
def people(own_workspace):  # type: ignore[no-untyped-def]
    names = (None, "cmcc", "unicom", "yuzhou")
    return [pipeline.local_actor(own_workspace, name) for name in names]


def _draft(workspace, actor, rows, answers=PLACED, name="新站.csv"):  # type: ignore[no-untyped-def]
    return pipeline.check_upload(workspace, actor, "cmcc", name, site_file(rows), answers)


def _tables(workspace):  # type: ignore[no-untyped-def]
    return sorted(current_tables(workspace.store)["values_hash"])


def test_a_carrier_submits_and_the_city_accepts(own_workspace, people) -> None:
    city, carrier, rival, county = people
    rows = site_rows(own_workspace, 5)
    before = _tables(own_workspace)
    check = _draft(own_workspace, carrier, rows)
    with pytest.raises(NotAllowedError):
        pipeline.accept_upload(own_workspace, carrier, check.upload_id, PLACED)
    submitted = pipeline.submit_upload(own_workspace, carrier, check.upload_id, PLACED)
    assert (submitted.state, submitted.partial, submitted.full) == ("submitted", False, False)
    assert _tables(own_workspace) == before
    for act in (pipeline.submit_upload, pipeline.read_submission, pipeline.read_difference):
        with pytest.raises(NotAllowedError):
            act(own_workspace, rival, check.upload_id)
        with pytest.raises(NotAllowedError):
            act(own_workspace, county, check.upload_id)
    assert check.upload_id not in set(pipeline.read_submissions(own_workspace, rival)["id"])

    expected = pipeline.preview_acceptance(own_workspace, city, check.upload_id)
    assert _tables(own_workspace) == before
    accepted = pipeline.accept_upload(own_workspace, city, check.upload_id)
    assert accepted.rows == {"site": 5}
    keys = ["subject_code", "indicator", "test", "operator"]
    assert len(expected) > 5
    assert_same(expected.sort_values(keys), accepted.changed.sort_values(keys))
    events = pipeline.read_submission(own_workspace, carrier, check.upload_id).events
    assert list(zip(events["state"], events["account"], strict=True)) == [
        ("received", "cmcc"),
        ("checked", "cmcc"),
        ("submitted", "cmcc"),
        ("accepted", "local"),
    ]
    for act in (pipeline.accept_upload, pipeline.withdraw_upload, pipeline.submit_upload):
        with pytest.raises(StoreError, match="upload_not_open"):
            act(own_workspace, city, check.upload_id)


def assert_same(one, other) -> None:  # type: ignore[no-untyped-def]
    assert one.to_dict("records") == other.to_dict("records")


def test_an_owner_previews_its_own_verdicts_only(own_workspace, people) -> None:
    city, carrier, *_ = people
    check = _draft(own_workspace, carrier, site_rows(own_workspace, 3))
    own = pipeline.preview_acceptance(own_workspace, carrier, check.upload_id)
    whole = pipeline.preview_acceptance(own_workspace, city, check.upload_id)
    assert set(own["operator"]) <= {"cmcc", ""}
    assert "any" in set(whole["operator"])
    assert set(own["after"]) == {"covered"}


def test_what_is_sent_back_is_mended_and_submitted_again(own_workspace, people) -> None:
    city, carrier, *_ = people
    check = _draft(own_workspace, carrier, site_rows(own_workspace, 3))
    with pytest.raises(StoreError, match="upload_not_open"):
        pipeline.send_back(own_workspace, city, check.upload_id, "还没有提交")
    pipeline.submit_upload(own_workspace, carrier, check.upload_id)
    with pytest.raises(UsageError, match="reasons_missing"):
        pipeline.send_back(own_workspace, city, check.upload_id, "  ")
    with pytest.raises(NotAllowedError):
        pipeline.send_back(own_workspace, carrier, check.upload_id, "自己退自己")
    back = pipeline.send_back(own_workspace, city, check.upload_id, "坐标系请核实")
    assert back.events.iloc[-1][["state", "account", "note"]].tolist() == [
        "sent_back",
        "local",
        "坐标系请核实",
    ]
    other = pipeline.Answers({"*": pipeline.TableAnswer(crs="GCJ-02")})
    again = pipeline.recheck_upload(own_workspace, carrier, check.upload_id, other)
    assert again.state == "checked"
    assert pipeline.submit_upload(own_workspace, carrier, check.upload_id).state == "submitted"
    records = pipeline.read_submission(own_workspace, city, check.upload_id).check.records["site"]
    assert set(records["crs"]) == {"GCJ-02"}


def test_what_is_submitted_stays_as_it_is(own_workspace, people) -> None:
    _, carrier, *_ = people
    check = _draft(own_workspace, carrier, site_rows(own_workspace, 3))
    pipeline.submit_upload(own_workspace, carrier, check.upload_id)
    other = pipeline.Answers({"*": pipeline.TableAnswer(crs="GCJ-02")})
    with pytest.raises(StoreError, match="upload_not_open"):
        pipeline.recheck_upload(own_workspace, carrier, check.upload_id, other)
    with pytest.raises(StoreError, match="upload_not_open"):
        pipeline.decide_units(own_workspace, carrier, check.upload_id, {"k": ""})
    seen = pipeline.recheck_upload(own_workspace, carrier, check.upload_id)
    assert (seen.state, seen.answers) == ("submitted", PLACED)


def test_a_withdrawn_upload_cannot_be_accepted(own_workspace, people) -> None:
    city, carrier, *_ = people
    before = _tables(own_workspace)
    check = _draft(own_workspace, carrier, site_rows(own_workspace, 3))
    pipeline.submit_upload(own_workspace, carrier, check.upload_id)
    done = pipeline.withdraw_upload(own_workspace, carrier, check.upload_id, "发错了")
    assert (done.state, done.events["note"].iloc[-1]) == ("withdrawn", "发错了")
    with pytest.raises(StoreError, match="upload_not_open"):
        pipeline.accept_upload(own_workspace, city, check.upload_id)
    assert _tables(own_workspace) == before


def test_the_same_bytes_are_recognised(own_workspace, people) -> None:
    city, carrier, rival, _ = people
    rows = site_rows(own_workspace, 4)
    asked = _draft(own_workspace, carrier, rows, None)
    assert asked.earlier is None
    pipeline.recheck_upload(own_workspace, carrier, asked.upload_id, PLACED)
    # A draft is taken up with its answers; another owner's bytes are another's.
    found = _draft(own_workspace, carrier, rows, None)
    assert (found.upload_id, found.answers) == (asked.upload_id, PLACED)
    assert found.earlier is not None
    assert (found.earlier.upload_id, found.earlier.state) == (asked.upload_id, "checked")
    theirs = pipeline.check_upload(own_workspace, rival, "unicom", "新站.csv", site_file(rows))
    assert theirs.upload_id != asked.upload_id
    assert theirs.earlier is None
    # What was accepted is no draft; handed in once more it changes nothing.
    pipeline.accept_upload(own_workspace, city, asked.upload_id)
    count = len(read_records(own_workspace.store, "site", ["cmcc"]))
    once_more = _draft(own_workspace, carrier, rows, name="又一次.csv")
    assert once_more.upload_id != asked.upload_id
    assert once_more.earlier is not None
    assert (once_more.earlier.state, once_more.earlier.filename) == ("accepted", "新站.csv")
    difference = pipeline.read_difference(own_workspace, carrier, once_more.upload_id)
    assert len(difference.records) == 0
    assert difference.unchanged == 4
    assert len(pipeline.accept_upload(own_workspace, city, once_more.upload_id).changed) == 0
    assert len(read_records(own_workspace.store, "site", ["cmcc"])) == count
    old = pipeline.read_submission(own_workspace, carrier, asked.upload_id)
    assert old.state == "superseded"
    assert old.events["note"].iloc[-1] == once_more.upload_id


def test_a_whole_list_removes_what_is_not_in_it(own_workspace, people) -> None:
    city, carrier, *_ = people
    check = _draft(own_workspace, carrier, site_rows(own_workspace, 3))
    had = len(read_records(own_workspace.store, "site", ["cmcc"]))
    pipeline.submit_upload(own_workspace, carrier, check.upload_id, full=True)
    difference = pipeline.read_difference(own_workspace, city, check.upload_id)
    assert (difference.added, difference.removed) == (3, had)
    expected = pipeline.preview_acceptance(own_workspace, city, check.upload_id)
    accepted = pipeline.accept_upload(own_workspace, city, check.upload_id)
    assert len(read_records(own_workspace.store, "site", ["cmcc"])) == 3
    assert len(expected) == len(accepted.changed) > 0
    assert "unicom" in set(read_records(own_workspace.store, "site")["owner"])


def test_a_long_way_as_jobs(own_workspace, people) -> None:
    city, carrier, *_ = people
    content = site_file(site_rows(own_workspace, 3))
    upload_id = pipeline.receive_upload(own_workspace, carrier, "cmcc", "新站.csv", content)
    assert pipeline.read_submission(own_workspace, carrier, upload_id).state == "received"
    args = {"upload_id": upload_id, "answers": PLACED.to_json(), "partial": False, "full": False}
    left = {"upload_id": upload_id, "good": 3, "doubtful": 0, "asked": 0}
    assert run_here(own_workspace, carrier, "check", args) == left
    assert pipeline.recheck_upload(own_workspace, carrier, upload_id).ready
    assert run_here(own_workspace, carrier, "submit", args)["state"] == "submitted"
    with pytest.raises(NotAllowedError):
        run_here(own_workspace, carrier, "accept", args)
    compare = pipeline.compare_args(own_workspace, city, upload_id)
    left = run_here(own_workspace, city, "difference", compare)
    difference = pipeline.difference_of(own_workspace, left)
    assert (difference.added, len(difference.records)) == (3, 3)
    ask = pipeline.preview_args(own_workspace, city, upload_id)
    changed = pipeline.changes_of(own_workspace, run_here(own_workspace, city, "preview", ask))
    left = run_here(own_workspace, city, "accept", {"upload_id": upload_id})
    accepted = pipeline.accepted_of(own_workspace, left)
    assert accepted.rows == {"site": 3}
    assert_same(changed, accepted.changed)
    # The answers of before rest on records that are others now.
    assert pipeline.compare_args(own_workspace, city, upload_id) != compare
    assert pipeline.preview_args(own_workspace, city, upload_id) != ask


def test_a_refused_file_stays_refused_and_is_one_upload(own_workspace, people) -> None:
    _, carrier, *_ = people
    for _ in range(2):
        with pytest.raises(FileRefusedError):
            pipeline.check_upload(own_workspace, carrier, "cmcc", "坏.xlsx", NOISE)
    rows = pipeline.read_submissions(own_workspace, carrier)
    refused = rows[rows["filename"] == "坏.xlsx"]
    assert list(refused["state"]) == ["refused"]
    upload_id = refused["id"].iloc[0]
    assert pipeline.read_submission(own_workspace, carrier, upload_id).check is None
    with pytest.raises(UsageError, match="upload_unread"):
        pipeline.read_difference(own_workspace, carrier, upload_id)


def test_an_open_question_keeps_a_draft_a_draft(own_workspace, people) -> None:
    _, carrier, *_ = people
    check = pipeline.check_upload(
        own_workspace, carrier, "cmcc", EXAMPLE.name, EXAMPLE.read_bytes()
    )
    with pytest.raises(TableRefusedError, match="upload_not_ready"):
        pipeline.submit_upload(own_workspace, carrier, check.upload_id, partial=True)
    submission = pipeline.read_submission(own_workspace, carrier, check.upload_id)
    assert submission.state == "checked"
