import logging
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from coverage_map.pipeline import jobs, worker
from coverage_map.pipeline.actors import Actor, local_actor
from coverage_map.pipeline.jobs import (
    Job,
    cancel_job,
    list_jobs,
    read_job,
    run_here,
    start_job,
)
from coverage_map.pipeline.long_verbs import LongVerb
from coverage_map.pipeline.workspace import Workspace, create_workspace
from geodata.errors import (
    Fault,
    JobCancelledError,
    NotAllowedError,
    Place,
    StoreError,
    TableRefusedError,
    UsageError,
)
from geodata.store import joblog, schema
from geodata.store.engine import DATABASE_VARIABLE, read, write
from geodata.store.ledger import stamp

CMCC = Actor("cmcc", "carrier", "cmcc")
UNICOM = Actor("unicom", "carrier", "unicom")
AUDITOR = Actor("audit", "auditor", "city")


@pytest.fixture
def city(workspace: Workspace) -> Actor:
    return local_actor(workspace)


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the verbs "submit" and "evaluate" be one of ``job_verbs``, in the worker too."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import job_verbs

    database, submit = os.environ.get(DATABASE_VARIABLE, ""), worker.submit
    monkeypatch.setattr(
        worker, "submit", lambda *call: submit(job_verbs.in_database, database, *call)
    )

    def choose(name: str) -> None:
        monkeypatch.setattr(jobs, "long_verb", lambda verb: LongVerb(f"job_verbs:{name}", verb))

    return choose


@pytest.fixture(scope="module", autouse=True)
def one_worker() -> Iterator[None]:
    yield
    pool = worker._executor()
    pool.shutdown(wait=True, cancel_futures=True)
    worker._executor.cache_clear()


def wait_for(workspace: Workspace, actor: Actor, job_id: str, seconds: float = 60) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = read_job(workspace, actor, job_id)
        if job.ended:
            return job
        time.sleep(0.02)
    pytest.fail(f"the job is still {job.state}")


def test_a_job_runs_in_another_process_and_leaves_its_result(
    workspace: Workspace, city: Actor, verb
) -> None:
    verb("count")
    job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {"to": 5}))
    assert (job.state, job.done, job.total, job.message) == ("done", 5, 5, "progress.count")
    assert job.result is not None
    assert job.result["counted"] == 5
    assert (job.result["who"], job.result["role"]) == ("local", "city")
    assert job.result["folder"] == str(workspace.folder)
    assert job.result["pid"] != os.getpid()
    assert job.fault is None
    assert job.created_at <= str(job.started_at) <= str(job.ended_at)


def test_a_job_acts_for_its_account(workspace: Workspace, verb) -> None:
    verb("count")
    job = wait_for(workspace, CMCC, start_job(workspace, CMCC, "submit", {"to": 1}))
    assert job.result is not None
    assert (job.result["who"], job.result["role"]) == ("cmcc", "carrier")


def test_a_warm_worker_serves_job_after_job(workspace: Workspace, city: Actor, verb) -> None:
    verb("count")
    workers = set()
    for _ in range(3):
        job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {"to": 1}))
        assert job.result is not None
        workers.add(job.result["pid"])
    assert len(workers) == 1


def test_run_here_keeps_the_same_row(workspace: Workspace, city: Actor, verb) -> None:
    verb("count")
    told: list[tuple[str, int, int]] = []
    result = run_here(workspace, city, "evaluate", {"to": 3}, lambda *word: told.append(word))
    assert result["pid"] == os.getpid()
    assert told == [("progress.count", step, 3) for step in (1, 2, 3)]
    (job,) = list_jobs(workspace, city)
    assert (job.state, job.result, job.done) == ("done", result, 3)


def test_a_fault_is_kept(workspace: Workspace, city: Actor, verb) -> None:
    verb("refuse")
    expected = Fault("upload_has_faults", Place(file="站址.xlsx", row=7), {"faults": 3})
    job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {}))
    assert (job.state, job.fault, job.result) == ("failed", expected, None)
    with pytest.raises(TableRefusedError):
        run_here(workspace, city, "evaluate", {})
    assert [job.fault for job in list_jobs(workspace, city)] == [expected, expected]


def test_a_mistake_of_ours_is_said_and_logged(
    workspace: Workspace, city: Actor, verb, caplog: pytest.LogCaptureFixture
) -> None:
    verb("crash")
    with caplog.at_level(logging.ERROR):
        job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {"zero": 0}))
        wait_until(lambda: "ZeroDivisionError" in caplog.text)
    assert (job.state, job.fault and job.fault.code) == ("failed", "job_crashed")
    with pytest.raises(ZeroDivisionError):
        run_here(workspace, city, "evaluate", {"zero": 0})
    assert list_jobs(workspace, city)[0].state == "failed"


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_dead_worker_is_noticed_and_the_next_job_gets_another(
    workspace: Workspace, city: Actor, verb
) -> None:
    verb("die")
    job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {}))
    assert (job.state, job.fault and job.fault.code) == ("failed", "job_died")
    verb("count")
    job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {"to": 1}))
    assert job.state == "done"


def test_cancelling_stops_a_running_job(
    workspace: Workspace, city: Actor, verb, tmp_path: Path
) -> None:
    verb("wait")
    job_id = start_job(workspace, city, "evaluate", {"began": str(tmp_path / "began")})
    wait_until((tmp_path / "began").exists)
    assert read_job(workspace, city, job_id).state == "running"
    cancel_job(workspace, city, job_id)
    job = wait_for(workspace, city, job_id, seconds=10)
    assert (job.state, job.fault, job.result) == ("cancelled", None, None)
    cancel_job(workspace, city, job_id)
    assert read_job(workspace, city, job_id).state == "cancelled"


def test_a_queued_job_is_cancelled_before_it_begins(
    workspace: Workspace, city: Actor, verb, tmp_path: Path
) -> None:
    verb("wait")
    first, second = (
        start_job(workspace, city, "evaluate", {"began": str(tmp_path / name)})
        for name in ("first", "second")
    )
    wait_until((tmp_path / "first").exists)
    cancel_job(workspace, city, second)
    assert read_job(workspace, city, second).state == "cancelled"
    cancel_job(workspace, city, first)
    wait_for(workspace, city, first, seconds=10)
    verb("count")
    wait_for(workspace, city, start_job(workspace, city, "evaluate", {"to": 1}))
    assert not (tmp_path / "second").exists()


def test_run_here_can_be_cancelled_by_another(workspace: Workspace, city: Actor, verb) -> None:
    verb("count")

    def cancel(_message: str, done: int, _total: int) -> None:
        if done == 1:
            (job,) = list_jobs(workspace, city)
            cancel_job(workspace, city, job.id)

    with pytest.raises(JobCancelledError):
        run_here(workspace, city, "evaluate", {"to": 9}, cancel)
    assert list_jobs(workspace, city)[0].state == "cancelled"


def test_who_sees_and_stops_whose_jobs(workspace: Workspace, city: Actor, verb) -> None:
    verb("count")
    run_here(workspace, CMCC, "submit", {"to": 1})
    run_here(workspace, city, "evaluate", {"to": 1})
    (own,) = list_jobs(workspace, CMCC)
    assert list_jobs(workspace, UNICOM) == []
    assert len(list_jobs(workspace, city)) == len(list_jobs(workspace, AUDITOR)) == 2
    for act in (read_job, cancel_job):
        with pytest.raises(NotAllowedError):
            act(workspace, UNICOM, own.id)
    with pytest.raises(NotAllowedError):
        cancel_job(workspace, AUDITOR, own.id)
    cancel_job(workspace, city, own.id)


def test_a_verb_beyond_the_actor_starts_no_job(workspace: Workspace, city: Actor, verb) -> None:
    verb("count")
    for run in (start_job, run_here):
        with pytest.raises(NotAllowedError):
            run(workspace, CMCC, "evaluate", {"to": 1})
    assert list_jobs(workspace, city) == []


def test_what_is_no_job_is_refused(workspace: Workspace, city: Actor) -> None:
    with pytest.raises(UsageError, match="job_verb_unknown"):
        start_job(workspace, city, "accounts", {})
    with pytest.raises(StoreError, match="job_unknown"):
        read_job(workspace, city, "none")


def test_a_job_whose_worker_fell_silent_is_lost(workspace: Workspace, city: Actor) -> None:
    long_ago = stamp(-timedelta(seconds=jobs.SILENCE.total_seconds() + 1))
    with write(workspace.store.ledger) as connection:
        silent, left = (joblog.add_job(connection, "evaluate", {}, "local") for _ in range(2))
        joblog.begin_job(connection, silent)
        connection.execute(sa.update(schema.job).values(created_at=long_ago))
    assert {job.state for job in list_jobs(workspace, city)} == {"running", "queued"}
    with write(workspace.store.ledger) as connection:
        connection.execute(sa.update(schema.job).values(beat_at=long_ago))
    for job_id in (silent, left):
        job = read_job(workspace, city, job_id)
        assert (job.state, job.fault and job.fault.code) == ("failed", "job_died")


def test_a_worker_gives_signs_of_life(
    workspace: Workspace, city: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT_EVERY_S", 0.01)
    beats = set()

    def silent(*_: object) -> dict[str, int]:
        for _step in range(50):
            with read(workspace.store.ledger) as connection:
                beats.add(connection.execute(sa.select(schema.job.c.beat_at)).scalar())
            time.sleep(0.01)
        return {}

    monkeypatch.setattr(jobs, "long_verb", lambda verb: LongVerb("nowhere:silent", verb))
    monkeypatch.setattr(jobs, "_load", lambda _target: silent)
    run_here(workspace, city, "evaluate", {})
    assert len(beats) > 3


def test_another_executor_can_take_the_workers_place(
    workspace: Workspace, city: Actor, verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Future[None]] = []

    class Elsewhere(ThreadPoolExecutor):
        def submit(self, *args, **kwargs):
            future = super().submit(*args, **kwargs)
            given.append(future)
            return future

    with Elsewhere(1) as elsewhere:

        def executor() -> Executor:
            return elsewhere

        monkeypatch.setattr(worker, "_executor", executor)
        verb("count")
        job = wait_for(workspace, city, start_job(workspace, city, "evaluate", {"to": 2}))
    assert job.state == "done"
    assert len(given) == 1


def test_a_worker_does_not_outlive_a_killed_server(tmp_path: Path, verb) -> None:
    workspace = create_workspace(tmp_path / "w", demo=True, quarter="2015Q2")
    began = tmp_path / "began"
    server = textwrap.dedent(
        f"""
        import os, signal, sys, time
        from pathlib import Path
        from coverage_map.pipeline import jobs, worker
        from coverage_map.pipeline.actors import local_actor
        from coverage_map.pipeline.long_verbs import LongVerb
        from coverage_map.pipeline.workspace import open_workspace
        if __name__ == "__main__":
            sys.path.insert(0, {str(Path(__file__).parent)!r})
            jobs.long_verb = lambda verb: LongVerb("job_verbs:wait", verb)
            workspace = open_workspace(Path({str(workspace.folder)!r}))
            began = {str(began)!r}
            jobs.start_job(workspace, local_actor(workspace), "evaluate", {{"began": began}})
            while not Path(began).exists():
                time.sleep(0.02)
            print(next(iter(worker._executor()._processes)), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    script = tmp_path / "server.py"
    script.write_text(server)
    done = subprocess.run(
        [sys.executable, script], stdout=subprocess.PIPE, check=False, timeout=120
    )
    assert done.returncode == -9
    pid = int(done.stdout)
    wait_until(lambda: not _alive(pid), seconds=10)
    workspace.store.ledger.dispose()


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
