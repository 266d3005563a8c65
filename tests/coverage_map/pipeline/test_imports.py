"""An upload changes the map, or changes nothing and says why."""

from pathlib import Path

import pytest

from coverage_map import pipeline
from coverage_map.pipeline.workspace import load_register
from geodata.errors import FileRefusedError, TableRefusedError, UsageError
from geodata.store.tables import current_tables

EXAMPLE = Path(__file__).parents[3] / "examples" / "sites.csv"


def _tables(workspace: pipeline.Workspace) -> list[tuple[str, str, str]]:
    frame = current_tables(workspace.store)
    return list(frame[["kind", "owner", "values_hash"]].itertuples(index=False, name=None))


def _site_list(workspace: pipeline.Workspace, gaps, rows: int) -> bytes:  # type: ignore[no-untyped-def]
    lines = ["站址编码,基站名称,区县,乡镇,行政村,经度,纬度,制式,开通状态"]
    for number, gap in enumerate(gaps.head(rows).itertuples()):
        lines.append(
            f"T{number:04d},{gap.unit_name}新站,{gap.area_name},{gap.township_name},"
            f"{gap.unit_name},{gap.lon:.6f},{gap.lat:.6f},5G,开通"
        )
    return "\n".join(lines).encode("gb18030")


def test_new_sites_close_gaps(own_workspace) -> None:
    workspace = own_workspace
    city = pipeline.local_actor(workspace)
    carrier = pipeline.local_actor(workspace, "cmcc")
    before = pipeline.read_gaps(workspace, city, indicator="village_5g")
    content = _site_list(workspace, before, 30)
    answers = pipeline.Answers({"*": pipeline.TableAnswer(crs="EPSG:4490")})
    check = pipeline.check_upload(workspace, carrier, "cmcc", "新站.csv", content, answers)
    assert [table.kind for table in check.tables] == ["site"]
    assert check.ready
    pipeline.submit_upload(workspace, carrier, check.upload_id, answers)
    waiting = pipeline.read_gaps(workspace, city, indicator="village_5g")
    assert list(waiting["unit_code"]) == list(before["unit_code"])
    accepted = pipeline.accept_upload(workspace, city, check.upload_id)
    assert accepted.rows == {"site": 30}
    closed = set(before["unit_code"].head(30))
    after = pipeline.read_gaps(workspace, city, indicator="village_5g")
    assert closed.isdisjoint(after["unit_code"])
    changed = accepted.changed.query("indicator == 'village_5g' and after == 'covered'")
    assert closed <= set(changed["unit_code"])
    letters = pipeline.read_overview(workspace, city, "", "village_5g").classes["unit"]
    codes = sorted(load_register(workspace).units["code"])
    assert all(letters[codes.index(code)] == "c" for code in closed)


def test_same_records_again_change_nothing(own_workspace, tmp_path) -> None:
    city = pipeline.local_actor(own_workspace)
    copy = tmp_path / EXAMPLE.name
    copy.write_bytes(EXAMPLE.read_bytes() + b"\r\n")

    def bring(path):
        return pipeline.import_file(
            own_workspace, city, "cmcc", path, crs="EPSG:4490", partial=True
        )

    first = bring(EXAMPLE)
    rows = pipeline.read_status(own_workspace, city).records["site"]
    same_bytes = bring(EXAMPLE)
    assert (same_bytes.repeated, same_bytes.accepted) == (True, None)
    assert same_bytes.check.upload_id == first.check.upload_id
    same_records = bring(copy)
    assert not same_records.repeated
    assert same_records.accepted is not None
    assert len(same_records.accepted.changed) == 0
    assert pipeline.read_status(own_workspace, city).records["site"] == rows


def test_unanswered_question_keeps_the_file_out(own_workspace) -> None:
    before = _tables(own_workspace)
    actor = pipeline.local_actor(own_workspace)
    outcome = pipeline.import_file(own_workspace, actor, "cmcc", EXAMPLE, partial=True)
    assert outcome.accepted is None
    assert [q.code for table in outcome.check.tables for q in table.questions] == ["crs"]
    assert _tables(own_workspace) == before


def test_faults_keep_the_file_out_unless_partial(own_workspace) -> None:
    before = _tables(own_workspace)
    content = EXAMPLE.read_bytes().decode("gb18030")
    content = content.replace("YZ5G0002,禹州李庄5G", ",禹州李庄5G").encode("gb18030")
    actor = pipeline.local_actor(own_workspace, "cmcc")
    answers = pipeline.Answers({"*": pipeline.TableAnswer(crs="EPSG:4490")})
    check = pipeline.check_upload(own_workspace, actor, "cmcc", "sites.csv", content, answers)
    city = pipeline.local_actor(own_workspace)
    for act, who in ((pipeline.submit_upload, actor), (pipeline.accept_upload, city)):
        with pytest.raises(TableRefusedError, match="upload_has_faults"):
            act(own_workspace, who, check.upload_id, answers)
    assert _tables(own_workspace) == before
    accepted = pipeline.accept_upload(own_workspace, city, check.upload_id, answers, partial=True)
    assert accepted.rows == {"site": 10}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("noise.xlsx", b"\x00\x01\x02 this is no workbook"),
        ("cut.xlsx", b"PK\x03\x04" + b"\x00" * 40),
        ("drawing.dwg", b"AC1027" + b"\x00" * 200),
        ("noise.zip", b"PK\x05\x06" + b"\x00" * 18),
        ("broken.geojson", b'{"type": "FeatureCollection", "features": [{'),
    ],
)
def test_unreadable_files_are_refused_and_nothing_changes(own_workspace, name, content) -> None:
    before = _tables(own_workspace)
    actor = pipeline.local_actor(own_workspace, "cmcc")
    with pytest.raises(FileRefusedError) as refusal:
        pipeline.check_upload(own_workspace, actor, "cmcc", name, content)
    assert refusal.value.fault.place.file == name
    assert _tables(own_workspace) == before
    assert pipeline.read_submissions(own_workspace, actor)["state"].iloc[0] == "refused"


def test_unknown_owner_and_missing_file(own_workspace, tmp_path) -> None:
    actor = pipeline.local_actor(own_workspace)
    with pytest.raises(UsageError, match="owner_unknown"):
        pipeline.check_upload(own_workspace, actor, "nobody", "x.csv", b"a,b\n")
    with pytest.raises(UsageError, match="file_missing"):
        pipeline.import_file(own_workspace, actor, "cmcc", tmp_path / "nowhere.csv")


def test_ten_thousand_faults_are_all_told(own_workspace) -> None:
    before = _tables(own_workspace)
    lines = ["站址编码,基站名称,区县,经度,纬度,挂高"]
    lines += [f"F{n},站{n},禹州市,7{n % 10}.5,88.1,高" for n in range(10_000)]
    actor = pipeline.local_actor(own_workspace, "cmcc")
    answers = pipeline.Answers({"*": pipeline.TableAnswer(crs="EPSG:4490")})
    content = "\n".join(lines).encode()
    check = pipeline.check_upload(own_workspace, actor, "cmcc", "坏.csv", content, answers)
    assert len({fault.place.row for fault in check.faults} - {None}) == 10_000
    with pytest.raises(TableRefusedError, match="upload_nothing"):
        pipeline.submit_upload(own_workspace, actor, check.upload_id, answers, partial=True)
    assert _tables(own_workspace) == before


def test_records_of_a_later_quarter_are_told(own_workspace) -> None:
    content = EXAMPLE.read_bytes().decode("gb18030").replace("2023-12-20", "2024-01-15", 3)
    actor = pipeline.local_actor(own_workspace, "cmcc")
    answers = pipeline.Answers({"*": pipeline.TableAnswer(crs="EPSG:4490")})
    check = pipeline.check_upload(
        own_workspace, actor, "cmcc", "sites.csv", content.encode("gb18030"), answers
    )
    later = [fault for fault in check.faults if fault.code == "after_quarter"]
    assert [(fault.place.row, fault.place.value) for fault in later] == [
        (2, "2024-01-15"),
        (3, "2024-01-15"),
        (4, "2024-01-15"),
    ]
    assert {fault.severity for fault in later} == {"warning"}
