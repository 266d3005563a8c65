"""Workers that are killed, and people who act at the same time: real processes, one ledger."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from made_sites import PLACED, site_file, site_rows

from coverage_map import pipeline
from coverage_map.pipeline import evaluate, worker
from coverage_map.pipeline.evaluation import find_newest
from geodata.store.engine import read
from geodata.store.tables import current_tables, read_records
from geodata.store.uploads import list_events

ROOM = str(Path(__file__).parent)
PATIENCE_S = 120


@pytest.fixture
def submitted(own_workspace):
    """Return a workspace in which an upload of five sites waits to be accepted, and its id."""
    carrier = pipeline.local_actor(own_workspace, "cmcc")
    content = site_file(site_rows(own_workspace, 5))
    check = pipeline.check_upload(own_workspace, carrier, "cmcc", "新站.csv", content, PLACED)
    pipeline.submit_upload(own_workspace, carrier, check.upload_id)
    return own_workspace, check.upload_id


def state_of(workspace, upload_id):
    actor = pipeline.local_actor(workspace)
    return pipeline.read_submission(workspace, actor, upload_id).state


def tables_of(workspace):
    return sorted(current_tables(workspace.store)["values_hash"])


def run(workspace, code, *, wait=True):
    """Run a script in a process of its own; it finds ``workspace``, ``city`` and ``carrier``."""
    script = textwrap.dedent(
        f"""
        import json, os, signal, sys, time
        from pathlib import Path
        from coverage_map import pipeline
        from coverage_map.pipeline import evaluate, submissions
        from geodata.errors import CoverageMapError
        workspace = pipeline.open_workspace(Path({str(workspace.folder)!r}))
        city = pipeline.local_actor(workspace)
        carrier = pipeline.local_actor(workspace, "cmcc")
        """
    ) + textwrap.dedent(code)
    command = [sys.executable, "-c", script]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOM)
    if wait:
        process.communicate(timeout=PATIENCE_S)
    return process


KILL = "os.kill(os.getpid(), signal.SIGKILL)"


def test_one_killed_before_it_is_accepted_leaves_the_old_state(submitted) -> None:
    workspace, upload_id = submitted
    before = tables_of(workspace)
    killed = run(
        workspace,
        f"""
        def die(message, done, total):
            if message == "progress.accept":
                {KILL}
        pipeline.run_here(workspace, city, "accept", {{"upload_id": {upload_id!r}}}, die)
        """,
    )
    assert killed.returncode == -signal.SIGKILL
    assert state_of(workspace, upload_id) == "submitted"
    assert tables_of(workspace) == before
    # Nothing stands in the way of doing it again.
    city = pipeline.local_actor(workspace)
    assert len(pipeline.accept_upload(workspace, city, upload_id).changed) > 0


def test_one_killed_while_judging_leaves_the_new_state_and_it_is_judged(submitted) -> None:
    workspace, upload_id = submitted
    city = pipeline.local_actor(workspace)
    old = find_newest(workspace, "city")
    expected = pipeline.preview_acceptance(workspace, city, upload_id)
    killed = run(
        workspace,
        f"""
        def die(message, done, total):
            if message == "progress.evaluate":
                {KILL}
        pipeline.accept_upload(workspace, city, {upload_id!r}, progress=die)
        """,
    )
    assert killed.returncode == -signal.SIGKILL
    assert state_of(workspace, upload_id) == "accepted"
    assert find_newest(workspace, "city") == old
    # Whoever looks next sees verdicts of what is in the store.
    gone = set(expected.loc[expected["indicator"] == "village_5g", "unit_code"])
    gaps = pipeline.read_gaps(workspace, city, "", "village_5g", "any")
    assert gone
    assert not gone & set(gaps["unit_code"])


def test_while_a_job_judges_the_old_verdicts_are_shown(submitted) -> None:
    workspace, upload_id = submitted
    old = find_newest(workspace, "city")
    process = run(
        workspace,
        f"""
        def wait(message, done, total):
            if message == "progress.evaluate":
                print("accepted", flush=True)
                time.sleep(600)
        pipeline.run_here(workspace, city, "accept", {{"upload_id": {upload_id!r}}}, wait)
        """,
        wait=False,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "accepted\n"
        actor = pipeline.local_actor(workspace)
        pipeline.read_gaps(workspace, actor, "", "village_5g", "any")
        assert find_newest(workspace, "city") == old
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


def test_a_killed_worker_leaves_the_old_state_and_is_told(submitted) -> None:
    workspace, upload_id = submitted
    before = tables_of(workspace)
    city = pipeline.local_actor(workspace)
    pipeline.start_worker()
    job_id = pipeline.start_job(workspace, city, "accept", {"upload_id": upload_id})
    end = time.monotonic() + PATIENCE_S
    while pipeline.read_job(workspace, city, job_id).state == "queued":
        assert time.monotonic() < end
        time.sleep(0.005)
    for pid in list(worker._executor()._processes):  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
    while not (job := pipeline.read_job(workspace, city, job_id)).ended:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert (job.state, job.fault and job.fault.code) == ("failed", "job_died")
    # All of it or nothing, however far it was.
    whole = state_of(workspace, upload_id) == "accepted"
    assert (tables_of(workspace) != before) == whole
    assert pipeline.same_job(workspace, city, "accept", {"upload_id": upload_id}) == job


def test_who_asks_to_stop_after_it_is_accepted_asks_too_late(submitted) -> None:
    workspace, upload_id = submitted
    city = pipeline.local_actor(workspace)

    def stop(message: str, _done: int, _total: int) -> None:
        if message == "progress.evaluate":
            job = pipeline.last_job(workspace, city, ["accept"], upload_id)
            assert job is not None
            pipeline.cancel_job(workspace, city, job.id)

    left = pipeline.run_here(workspace, city, "accept", {"upload_id": upload_id}, stop)
    assert left["verdicts"] > 0
    job = pipeline.last_job(workspace, city, ["accept"], upload_id)
    assert job is not None
    assert (job.state, job.result) == ("done", left)
    assert state_of(workspace, upload_id) == "accepted"


def at_once(workspace, tmp_path, *acts):
    """Run acts in processes that begin at the same moment; return what each said."""
    go = tmp_path / "go"
    code = """
        print("ready", flush=True)
        while not Path({go!r}).exists():
            time.sleep(0.001)
        try:
            said = {act}
        except CoverageMapError as error:
            said = error.fault.code
        print(json.dumps(said))
    """
    processes = [run(workspace, code.format(go=str(go), act=act), wait=False) for act in acts]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    go.touch()
    return [json.loads(process.communicate(timeout=PATIENCE_S)[0]) for process in processes]


def test_of_accepting_and_withdrawing_at_once_one_happens(submitted, tmp_path) -> None:
    workspace, upload_id = submitted
    before = tables_of(workspace)
    said = at_once(
        workspace,
        tmp_path,
        f"pipeline.accept_upload(workspace, city, {upload_id!r}).rows",
        f"pipeline.withdraw_upload(workspace, carrier, {upload_id!r}).state",
    )
    state = state_of(workspace, upload_id)
    if state == "accepted":
        assert said == [{"site": 5}, "upload_not_open"]
    else:
        assert (state, said) == ("withdrawn", ["upload_not_open", "withdrawn"])
    assert (tables_of(workspace) != before) == (state == "accepted")


def test_an_upload_is_accepted_once_however_many_accept_it(submitted, tmp_path) -> None:
    workspace, upload_id = submitted
    act = f"pipeline.accept_upload(workspace, city, {upload_id!r}).rows"
    said = at_once(workspace, tmp_path, act, act, act)
    assert said.count({"site": 5}) == 1
    assert said.count("upload_not_open") == 2
    with read(workspace.store.ledger) as connection:
        events = [event["state"] for event in list_events(connection, upload_id)]
    assert events.count("accepted") == 1


def test_two_lists_of_one_owner_accepted_at_once_both_count(own_workspace, tmp_path) -> None:
    workspace = own_workspace
    city, carrier = (pipeline.local_actor(workspace, name) for name in (None, "cmcc"))
    before = pipeline.read_gaps(workspace, city, "", "village_5g", "any")
    rows = site_rows(workspace, 8)
    had = len(read_records(workspace.store, "site", ["cmcc"]))
    uploads = []
    for name, part in (("甲.csv", rows[:5]), ("乙.csv", rows[3:])):
        check = pipeline.check_upload(workspace, carrier, "cmcc", name, site_file(part), PLACED)
        uploads.append(check.upload_id)
    said = at_once(
        workspace,
        tmp_path,
        *(f"pipeline.submit_upload(workspace, carrier, {one!r}).state" for one in uploads),
    )
    assert said == ["submitted", "submitted"]
    (tmp_path / "go").unlink()
    said = at_once(
        workspace,
        tmp_path,
        *(f"pipeline.accept_upload(workspace, city, {one!r}).rows" for one in uploads),
    )
    assert said == [{"site": 5}, {"site": 5}]
    records = read_records(workspace.store, "site", ["cmcc"])
    assert len(records) == had + 8  # two of them were in both lists
    assert records["source_id"].is_unique
    # Whichever judged last, what is shown rests on both lists.
    gaps = pipeline.read_gaps(workspace, city, "", "village_5g", "any")
    assert len(gaps) < len(before)
    shown = find_newest(workspace, "city")
    assert shown is not None
    assert shown.inputs_hash == evaluate._current_inputs(workspace, "city").hash
