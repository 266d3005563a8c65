"""What a page waits for, what an earlier job answered, and what a map of a difference draws."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from made_sites import PLACED, site_file, site_rows

from coverage_map import pipeline
from coverage_map.pipeline.access import read_access
from coverage_map.pipeline.long_verbs import long_verb, read_long_verbs
from coverage_map.pipeline.worker import import_verbs
from geodata.errors import NotAllowedError, StoreError
from geodata.store.tables import read_records

PROGRAM = Path(sys.executable).with_name("coverage-map")


@pytest.fixture
def carrier(own_workspace):
    return pipeline.local_actor(own_workspace, "cmcc")


def test_every_long_verb_has_a_function_and_a_right() -> None:
    import_verbs()
    for verb in read_long_verbs().values():
        module, _, name = verb.function.partition(":")
        assert callable(getattr(sys.modules[module], name))
        assert verb.right in read_access()["verbs"]


def test_the_size_decides_whether_a_page_waits(own_workspace, carrier) -> None:
    limit = long_verb("check").at_once["bytes"]
    for size, quick in ((limit, True), (limit + 1, False)):
        upload = pipeline.receive_upload(
            own_workspace, carrier, "cmcc", f"{size}.csv", b"\0" * size
        )
        for verb in ("check", "submit"):
            assert pipeline.is_quick(own_workspace, verb, {"upload_id": upload}) is quick
        assert pipeline.is_quick(own_workspace, "difference", {"upload_id": upload})
        assert not pipeline.is_quick(own_workspace, "accept", {"upload_id": upload})
    # Every scope is judged anew: that is left to the worker in a city of this size.
    assert not pipeline.is_quick(own_workspace, "publish", {})


def moved_sites(workspace):
    """Return a file of one new site, two of the carrier's elsewhere, one under another name."""
    held = read_records(workspace.store, "site", ["cmcc"]).iloc[:3]
    rows = site_rows(workspace, 1)
    for number, site in enumerate(held.itertuples()):
        shift = 0.01 if number < 2 else 0.0
        name = f"{site.name}改" if number else site.name
        lon, lat = site.geometry.x + shift, site.geometry.y
        rows.append([site.source_id, name, site.county_name, site.township_name,
                     site.village_name, f"{lon:.6f}", f"{lat:.6f}", "5G", "开通"])  # fmt: skip
    return held, site_file(rows)


def test_a_map_of_a_difference_draws_each_record_once(own_workspace, carrier) -> None:
    held, content = moved_sites(own_workspace)
    check = pipeline.check_upload(own_workspace, carrier, "cmcc", "移.csv", content, PLACED)
    args = pipeline.compare_args(own_workspace, carrier, check.upload_id)
    left = pipeline.run_here(own_workspace, carrier, "difference", args)
    job = pipeline.same_job(own_workspace, carrier, "difference", args)
    assert job is not None
    assert (job.state, job.result) == ("done", left)
    places = pipeline.changed_places(own_workspace, carrier, job.id)
    records = pipeline.difference_of(own_workspace, left).records
    assert sorted(place[1] for place in places) == ["added", "changed", "moved", "moved"]
    for row, change, lon, lat, was_lon, was_lat, name, metres in places:
        told = records.iloc[row]
        assert (told["change"], told["name"]) == (change, name)
        assert (lon, lat) == pytest.approx((told["lon_after"], told["lat_after"]), abs=1e-6)
        if change == "moved":
            assert metres == told["moved_m"]
            assert 900 < metres < 940  # 0.01° of longitude at 34° north
            assert lon - was_lon == pytest.approx(0.01)
            assert was_lat == pytest.approx(lat)
        else:
            assert (was_lon, was_lat, metres) == (None, None, 0)
    assert len(held) == 3
    json.dumps(places)
    # It is its owner's and the city's.
    city, rival = (pipeline.local_actor(own_workspace, name) for name in (None, "unicom"))
    assert pipeline.changed_places(own_workspace, city, job.id) == places
    with pytest.raises(NotAllowedError):
        pipeline.changed_places(own_workspace, rival, job.id)
    # The city asks for itself: an answer is kept for who asked.
    assert pipeline.same_job(own_workspace, city, "difference", args) is None
    pipeline.run_here(own_workspace, carrier, "submit", {"upload_id": check.upload_id})
    other = pipeline.last_job(own_workspace, carrier, ["submit"], check.upload_id)
    assert other is not None
    with pytest.raises(StoreError, match="job_unknown"):
        pipeline.changed_places(own_workspace, carrier, other.id)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COVERAGE_MAP_LANGUAGE": "en"}
    command = [PROGRAM, "jobs", *words, "-w", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_jobs_are_listed_and_stopped_at_the_command_line(own_workspace, carrier) -> None:
    content = site_file(site_rows(own_workspace, 2))
    upload_id = pipeline.receive_upload(own_workspace, carrier, "cmcc", "新.csv", content)
    pipeline.run_here(own_workspace, carrier, "check", {"upload_id": upload_id})
    job = pipeline.last_job(own_workspace, carrier, ["check"], upload_id)
    assert job is not None
    listed = json.loads(run(own_workspace.folder, "--as", "cmcc", "--json").stdout)
    assert [(one["id"], one["verb"], one["state"]) for one in listed] == [(job.id, "check", "done")]
    assert json.loads(run(own_workspace.folder, "--as", "unicom", "--json").stdout) == []
    said = run(own_workspace.folder, job.id[:8], "--stop")
    assert said.returncode == 0
    assert "reading a file" in said.stdout
    assert pipeline.read_job(own_workspace, carrier, job.id).state == "done"
    assert run(own_workspace.folder, "nosuch").returncode in {1, 2}
