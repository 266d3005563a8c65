"""What was answered and decided once is not asked again, of the same owner only."""

import pytest
from made_sites import HEADER, PLACED, site_file, site_rows

from coverage_map import pipeline
from coverage_map.pipeline import imports, parsing
from geodata.errors import NotAllowedError, StoreError, UsageError


@pytest.fixture
def carrier(own_workspace):  # type: ignore[no-untyped-def]
    return pipeline.local_actor(own_workspace, "cmcc")


def _check(workspace, actor, content, answers=None, name="站.csv"):  # type: ignore[no-untyped-def]
    return pipeline.check_upload(workspace, actor, actor.organisation, name, content, answers)


def _odd(rows) -> bytes:  # type: ignore[no-untyped-def]
    lines = [f"{HEADER},备注", *(",".join([*row, f"备{row[0]}"]) for row in rows)]
    return "\n".join(lines).encode()


def test_answers_are_kept_and_applied_to_the_same_shape(own_workspace, carrier) -> None:
    rows = site_rows(own_workspace, 6)
    said = pipeline.Answers({"*": pipeline.TableAnswer(crs="GCJ-02", columns={"name": "备注"})})
    first = _check(own_workspace, carrier, _odd(rows[:3]), said, "一月.csv")
    assert pipeline.read_profiles(own_workspace, carrier).query("name == '一月'").empty
    pipeline.submit_upload(own_workspace, carrier, first.upload_id)
    profile = pipeline.read_profiles(own_workspace, carrier).query("name == '一月'").iloc[0]
    assert (profile["crs"], profile["columns"]) == ("GCJ-02", {"name": "备注"})

    (second,) = _check(own_workspace, carrier, _odd(rows[3:]), name="二月.csv").tables
    assert second.profile == "一月"
    assert second.crs.chosen == "GCJ-02"
    assert set(second.records["name"]) == {f"备{row[0]}" for row in rows[3:]}
    # Another owner's table of that shape, and another shape, are read as ever.
    rival = pipeline.local_actor(own_workspace, "unicom")
    (theirs,) = _check(own_workspace, rival, _odd(rows[3:])).tables
    assert theirs.profile == ""
    (plain,) = _check(own_workspace, carrier, site_file(rows[3:]), PLACED).tables
    assert plain.profile == ""
    # Tried without storing, in the owner's name it is remembered, in nobody's it is not.
    content = _odd(rows[:2])
    (tried,) = pipeline.try_file(own_workspace, carrier, "cmcc", "三月.csv", content)
    assert tried.profile == "一月"
    (tried,) = pipeline.try_file(own_workspace, carrier, "", "三月.csv", content)
    assert tried.profile == ""


def test_a_new_answer_goes_over_the_old_one(own_workspace, carrier) -> None:
    rows = site_rows(own_workspace, 4)
    said = pipeline.Answers({"*": pipeline.TableAnswer(crs="GCJ-02", columns={"name": "备注"})})
    first = _check(own_workspace, carrier, _odd(rows[:2]), said, "一月.csv")
    pipeline.submit_upload(own_workspace, carrier, first.upload_id)
    other = pipeline.Answers({"*": pipeline.TableAnswer(crs="BD-09")})
    second = _check(own_workspace, carrier, _odd(rows[2:]), other, "二月.csv")
    assert second.tables[0].crs.chosen == "BD-09"
    assert set(second.tables[0].records["name"]) == {f"备{row[0]}" for row in rows[2:]}
    pipeline.submit_upload(own_workspace, carrier, second.upload_id)
    (profile,) = pipeline.read_profiles(own_workspace, carrier).query("name == '一月'").itertuples()
    assert (profile.crs, profile.columns) == ("BD-09", {"name": "备注"})


def test_a_profile_is_renamed_and_deleted_by_its_owner(own_workspace, carrier) -> None:
    rows = site_rows(own_workspace, 4)
    said = pipeline.Answers({"*": pipeline.TableAnswer(crs="GCJ-02")})
    first = _check(own_workspace, carrier, _odd(rows[:2]), said, "一月.csv")
    pipeline.submit_upload(own_workspace, carrier, first.upload_id)
    profile = pipeline.read_profiles(own_workspace, carrier).query("name == '一月'")["id"].iloc[0]
    rival = pipeline.local_actor(own_workspace, "unicom")
    assert profile not in set(pipeline.read_profiles(own_workspace, rival)["id"])
    for act in (
        lambda: pipeline.rename_profile(own_workspace, rival, profile, "我的"),
        lambda: pipeline.delete_profile(own_workspace, rival, profile),
        lambda: pipeline.read_profiles(own_workspace, rival, "cmcc"),
    ):
        with pytest.raises(NotAllowedError):
            act()
    with pytest.raises(UsageError, match="profile_name"):
        pipeline.rename_profile(own_workspace, carrier, profile, " \n")
    pipeline.rename_profile(own_workspace, carrier, profile, " 网管  导出 ")
    (table,) = _check(own_workspace, carrier, _odd(rows[2:]), name="二月.csv").tables
    assert table.profile == "网管 导出"
    pipeline.delete_profile(own_workspace, carrier, profile)
    (table,) = _check(own_workspace, carrier, _odd(rows[2:]), name="二月.csv").tables
    assert table.profile == ""
    with pytest.raises(StoreError, match="profile_unknown"):
        pipeline.delete_profile(own_workspace, carrier, profile)


@pytest.fixture
def doubtful(own_workspace, carrier):  # type: ignore[no-untyped-def]
    """Return a checked upload whose rows name a village that is not there."""
    rows = site_rows(own_workspace, 3)
    for row in rows:
        row[4] = "无此村"
        row[5:7] = ["", ""]
    return rows, _check(own_workspace, carrier, site_file(rows), PLACED)


def test_a_decision_holds_for_this_upload_and_the_next(own_workspace, carrier, doubtful) -> None:
    rows, check = doubtful
    queue = check.tables[0].queue
    assert len(queue) > 0
    key = str(queue["key"].iloc[0])
    unit = pipeline.read_gaps(own_workspace, carrier, indicator="village_5g")["unit_code"].iloc[0]
    decided = pipeline.decide_units(own_workspace, carrier, check.upload_id, {key: unit})
    records = decided.tables[0].records
    assert unit in set(records.loc[records["match_method"] == "decision", "unit_code"])
    assert key not in set(decided.tables[0].queue["key"])
    assert pipeline.read_decisions(own_workspace, carrier, "cmcc") == {key: unit}
    # The next file with the same row is not asked about it; a rival's is.
    again = _check(own_workspace, carrier, site_file([*rows, rows[0]]), PLACED, "二.csv")
    assert key not in set(again.tables[0].queue["key"])
    rival = pipeline.local_actor(own_workspace, "unicom")
    theirs = _check(own_workspace, rival, site_file(rows), PLACED)
    assert key in set(theirs.tables[0].queue["key"])
    # Taken back, it is asked again.
    back = pipeline.decide_units(own_workspace, carrier, check.upload_id, {key: None})
    assert key in set(back.tables[0].queue["key"])
    assert pipeline.read_decisions(own_workspace, carrier, "cmcc") == {}


def test_decisions_are_the_owners_and_name_units_there_are(
    own_workspace, carrier, doubtful
) -> None:
    _, check = doubtful
    with pytest.raises(UsageError, match="unit_not_known"):
        pipeline.decide_units(own_workspace, carrier, check.upload_id, {"k": "999999999999"})
    rival = pipeline.local_actor(own_workspace, "unicom")
    with pytest.raises(NotAllowedError):
        pipeline.decide_units(own_workspace, rival, check.upload_id, {"k": ""})
    with pytest.raises(NotAllowedError):
        pipeline.read_decisions(own_workspace, rival, "cmcc")
    assert pipeline.read_decisions(own_workspace, carrier, "cmcc") == {}


def test_a_file_is_read_again_only_when_it_could_be_otherwise(
    own_workspace, carrier, monkeypatch
) -> None:
    reads = []
    real = parsing.check_in_child

    def counted(*args, **kwargs):  # type: ignore[no-untyped-def]
        reads.append(args[1])
        return real(*args, **kwargs)

    monkeypatch.setattr(imports, "check_in_child", counted)
    check = _check(own_workspace, carrier, site_file(site_rows(own_workspace, 3)), PLACED)
    assert len(reads) == 1
    pipeline.recheck_upload(own_workspace, carrier, check.upload_id)
    pipeline.recheck_upload(own_workspace, carrier, check.upload_id, PLACED)
    assert len(reads) == 1
    pipeline.recheck_upload(own_workspace, carrier, check.upload_id, pipeline.Answers())
    pipeline.recheck_upload(own_workspace, carrier, check.upload_id, PLACED)
    assert len(reads) == 3
    pipeline.keep_decisions(own_workspace, carrier, check.upload_id, {"k": ""})
    assert len(reads) == 3
    pipeline.recheck_upload(own_workspace, carrier, check.upload_id)
    assert len(reads) == 4


def test_only_the_owners_own_records_and_open_towers_are_read_with_a_file(
    own_workspace, carrier, monkeypatch
) -> None:
    from coverage_map.pipeline import memory

    opened = []
    real = memory.read_records

    def watched(store, kind, owners=None, counties=None):  # type: ignore[no-untyped-def]
        opened.append((kind, owners))
        return real(store, kind, owners, counties)

    monkeypatch.setattr(memory, "read_records", watched)
    _check(own_workspace, carrier, site_file(site_rows(own_workspace, 3)), PLACED)
    assert opened
    assert [entry for entry in opened if entry[1] != ["cmcc"]] == [("tower", ["tower"])]
