"""The same bytes handed in again: recognised before anything is read, and nothing done twice."""

from pathlib import Path

import pytest
from made_sites import site_file, site_rows

from coverage_map import pipeline
from geodata.errors import NotAllowedError

CRS = "EPSG:4490"


@pytest.fixture
def file(own_workspace: pipeline.Workspace, tmp_path: Path) -> Path:
    path = tmp_path / "新站.csv"
    path.write_bytes(site_file(site_rows(own_workspace, 4)))
    return path


def _count(workspace: pipeline.Workspace, actor: pipeline.Actor) -> int:
    return len(pipeline.read_submissions(workspace, actor))


def test_what_waits_or_is_accepted_is_not_handed_in_again(own_workspace, file) -> None:
    city, carrier = (pipeline.local_actor(own_workspace, name) for name in (None, "cmcc"))
    content = file.read_bytes()
    assert pipeline.find_handed_in(own_workspace, carrier, "cmcc", content) is None
    first = pipeline.import_file(own_workspace, carrier, "cmcc", file, crs=CRS)
    assert (first.state, first.repeated) == ("submitted", False)
    count = _count(own_workspace, city)

    again = pipeline.import_file(own_workspace, carrier, "cmcc", file, crs=CRS)
    assert (again.state, again.repeated, again.refusal) == ("submitted", True, None)
    assert again.check.upload_id == first.check.upload_id
    pipeline.accept_upload(own_workspace, city, first.check.upload_id)
    renamed = file.rename(file.with_name("另一个名字.csv"))
    again = pipeline.import_file(own_workspace, city, "cmcc", renamed)
    assert (again.state, again.repeated, again.accepted) == ("accepted", True, None)
    assert again.check.earlier is not None
    assert again.check.earlier.filename == "新站.csv"
    assert _count(own_workspace, city) == count

    found = pipeline.find_handed_in(own_workspace, carrier, "cmcc", content)
    assert found is not None
    assert (found.upload_id, found.state) == (first.check.upload_id, "accepted")


def test_another_reading_of_the_same_bytes_is_another_list(own_workspace, file) -> None:
    city = pipeline.local_actor(own_workspace)
    first = pipeline.import_file(own_workspace, city, "cmcc", file, crs=CRS)
    other = pipeline.import_file(own_workspace, city, "cmcc", file, crs="GCJ-02")
    assert not other.repeated
    assert other.check.upload_id != first.check.upload_id
    whole = pipeline.import_file(own_workspace, city, "cmcc", file, crs="GCJ-02", full=True)
    assert not whole.repeated
    assert pipeline.import_file(own_workspace, city, "cmcc", file, full=True).repeated


def test_withdrawn_bytes_may_come_again_and_a_rival_learns_nothing(own_workspace, file) -> None:
    carrier, rival = (pipeline.local_actor(own_workspace, name) for name in ("cmcc", "unicom"))
    first = pipeline.import_file(own_workspace, carrier, "cmcc", file, crs=CRS)
    content = file.read_bytes()
    assert pipeline.find_handed_in(own_workspace, rival, "unicom", content) is None
    with pytest.raises(NotAllowedError):
        pipeline.find_handed_in(own_workspace, rival, "cmcc", content)
    pipeline.withdraw_upload(own_workspace, carrier, first.check.upload_id)
    again = pipeline.import_file(own_workspace, carrier, "cmcc", file, crs=CRS)
    assert (again.state, again.repeated) == ("submitted", False)
