"""Long verbs are jobs: a row in the ledger, and a process of its own that works at it.

A job's verb is a function ``verb(workspace, actor, args, progress) -> result`` named in
``long_verbs.toml``; arguments and result are plain JSON. A person may leave and come back: the row
tells how far it is and what came of it. Which process works at it is ``worker``'s business.
"""

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from coverage_map.pipeline import worker
from coverage_map.pipeline.actors import Actor, allow, local_actor
from coverage_map.pipeline.long_verbs import SILENCE, long_verb
from coverage_map.pipeline.workspace import Workspace, open_workspace
from geodata.errors import (
    CoverageMapError,
    Fault,
    JobCancelledError,
    NotAllowedError,
    Place,
)
from geodata.store import joblog
from geodata.store.engine import read, write

Progress = Callable[[str, int, int], None]  # message, done, total (0 while not known)
Verb = Callable[[Workspace, Actor, Mapping[str, Any], Progress], Mapping[str, Any]]

WRITE_EVERY_S = 0.25  # progress that comes faster is not written
BEAT_EVERY_S = 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A job as its row tells it; ``fault`` says why it failed."""

    id: str
    verb: str
    args: Mapping[str, Any]
    account: str
    state: str
    done: int
    total: int
    message: str
    cancelling: bool
    result: Mapping[str, Any] | None
    fault: Fault | None
    created_at: str
    started_at: str | None
    ended_at: str | None

    @property
    def ended(self) -> bool:
        """Say whether nothing more will happen."""
        return self.state in {"done", "failed", "cancelled"}


def start_job(workspace: Workspace, actor: Actor, verb: str, args: Mapping[str, Any]) -> str:
    """Queue a job for the worker process and return its id at once.

    NotAllowedError when the actor may not use the verb, UsageError when it is no job's.
    """
    target = long_verb(verb).function
    job_id = _add(workspace, actor, verb, args)
    future = worker.submit(run_job, workspace.folder, workspace.settings.id, job_id, target)
    future.add_done_callback(partial(_notice_end, workspace, job_id))
    return job_id


def run_here(
    workspace: Workspace,
    actor: Actor,
    verb: str,
    args: Mapping[str, Any],
    progress: Progress | None = None,
) -> Mapping[str, Any]:
    """Run a verb in this process with a row like any job's; return its result or raise its fault.

    The actor is taken as given; ``progress`` is told what the row is told, every time.
    """
    function = _load(long_verb(verb).function)
    job_id = _add(workspace, actor, verb, args)
    return _work(workspace, actor, job_id, function, progress or _quiet)


def read_job(workspace: Workspace, actor: Actor, job_id: str) -> Job:
    """Return a job the actor may see; one whose worker died is said to have failed."""
    _notice_lost(workspace)
    with read(workspace.store.ledger) as connection:
        job = _job(joblog.get_job(connection, job_id))
    if allow(actor, "jobs").reach != "all" and job.account != actor.account:
        raise NotAllowedError("not_own", verb="jobs", role=actor.role, account=actor.account)
    return job


def same_job(workspace: Workspace, actor: Actor, verb: str, args: Mapping[str, Any]) -> Job | None:
    """Return the actor's last job of a verb with the same arguments, however it went, if any."""
    _notice_lost(workspace)
    allow(actor, "jobs")
    with read(workspace.store.ledger) as connection:
        row = joblog.same_job(connection, verb, args, actor.account)
    return None if row is None else _job(row)


def last_job(
    workspace: Workspace, actor: Actor, verbs: Iterable[str], upload_id: str = ""
) -> Job | None:
    """Return the last job of some verbs that the actor may see, on an upload where one is named."""
    wanted = set(verbs)
    for job in list_jobs(workspace, actor):
        if job.verb in wanted and upload_id in ("", job.args.get("upload_id")):
            return job
    return None


def list_jobs(workspace: Workspace, actor: Actor) -> list[Job]:
    """Return the last jobs the actor may see, newest first."""
    _notice_lost(workspace)
    account = None if allow(actor, "jobs").reach == "all" else actor.account
    with read(workspace.store.ledger) as connection:
        return [_job(row) for row in joblog.list_job_rows(connection, account)]


def cancel_job(workspace: Workspace, actor: Actor, job_id: str) -> None:
    """Ask a job to stop, which it does when it next reports; its own actor and the city may."""
    job = read_job(workspace, actor, job_id)
    if job.account != actor.account:
        allow(actor, "evaluate")  # who looks on, an auditor say, does not stop others' work
    with write(workspace.store.ledger) as connection:
        joblog.ask_to_cancel(connection, job_id)


def run_job(folder: Path, workspace_id: str, job_id: str, target: str) -> None:
    """Work at a queued job in a worker process, with the rights its account has now."""
    workspace = _workspace(folder, workspace_id)
    with read(workspace.store.ledger) as connection:
        account = joblog.get_job(connection, job_id)["account"]
    try:
        actor = local_actor(workspace, account)
        _work(workspace, actor, job_id, _load(target), _quiet)
    except CoverageMapError:
        return  # the row tells it; a worker has nobody else to tell


@cache
def _workspace(folder: Path, _workspace_id: str) -> Workspace:
    """Keep a worker's workspaces open from job to job; one made anew in a folder is another."""
    return open_workspace(folder)


def _load(target: str) -> Verb:
    module, _, name = target.partition(":")
    function: Verb = getattr(importlib.import_module(module), name)
    return function


def _add(workspace: Workspace, actor: Actor, verb: str, args: Mapping[str, Any]) -> str:
    allow(actor, long_verb(verb).right)
    with write(workspace.store.ledger) as connection:
        return joblog.add_job(connection, verb, args, actor.account)


def _work(
    workspace: Workspace, actor: Actor, job_id: str, function: Verb, shown: Progress
) -> Mapping[str, Any]:
    """Run a job's function from its row and write how it ended, whatever happens."""
    with write(workspace.store.ledger) as connection:
        begun = joblog.begin_job(connection, job_id)
        args = joblog.get_job(connection, job_id)["args"]
    if not begun:
        raise JobCancelledError("job_cancelled", job=job_id)
    with _ending(workspace, job_id) as outcome, _beating(workspace, job_id):
        result = function(workspace, actor, args, _writer(workspace, job_id, shown))
        outcome["state"], outcome["result"] = "done", result
    return result


@contextmanager
def _ending(workspace: Workspace, job_id: str) -> Iterator[dict[str, Any]]:
    """Write a job's end: what the block put into the outcome, else the fault that broke it off."""
    crash = Fault("job_crashed", params={"job": job_id})
    outcome: dict[str, Any] = {"state": "failed", "fault": _plain(crash)}
    try:
        yield outcome
    except (JobCancelledError, KeyboardInterrupt):
        outcome.update(state="cancelled", fault=None)
        raise
    except CoverageMapError as error:
        outcome["fault"] = _plain(error.fault)
        raise
    finally:
        if outcome["state"] == "done":
            outcome["fault"] = None
        with write(workspace.store.ledger) as connection:
            joblog.end_job(connection, job_id, **outcome)


@contextmanager
def _beating(workspace: Workspace, job_id: str) -> Iterator[None]:
    """Write signs of life while the block runs, also while it says nothing of its progress."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(BEAT_EVERY_S):
            with write(workspace.store.ledger) as connection:
                joblog.beat(connection, job_id)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _writer(workspace: Workspace, job_id: str, shown: Progress) -> Progress:
    """Make the callback a verb reports to; it raises JobCancelledError when the job is to stop."""
    last = -WRITE_EVERY_S

    def report(message: str, done: int, total: int) -> None:
        nonlocal last
        shown(message, done, total)
        if time.monotonic() - last < WRITE_EVERY_S and done != total:
            return
        last = time.monotonic()
        with write(workspace.store.ledger) as connection:
            cancelled = joblog.write_progress(connection, job_id, done, total, message)
        if cancelled:
            raise JobCancelledError("job_cancelled", job=job_id)

    return report


def _quiet(_message: str, _done: int, _total: int) -> None:
    """Show no progress."""


def _notice_end(workspace: Workspace, job_id: str, future: Future[None]) -> None:
    """Write that a job's worker died or never began, where the row does not say how it ended."""
    error = None if future.cancelled() else future.exception()
    if error is not None and not isinstance(error, BrokenExecutor):
        _log.error("job %s broke off", job_id, exc_info=error)
    _lose(workspace, job_id)


def _notice_lost(workspace: Workspace) -> None:
    with read(workspace.store.ledger) as connection:
        lost = joblog.lost_jobs(connection, SILENCE)
    for job_id in lost:
        _lose(workspace, job_id)


def _lose(workspace: Workspace, job_id: str) -> None:
    fault = Fault("job_died", params={"job": job_id})
    with write(workspace.store.ledger) as connection:
        joblog.lose_job(connection, job_id, _plain(fault))


def _plain(fault: Fault) -> dict[str, Any]:
    return {**asdict(fault), "params": dict(fault.params)}


def _job(row: Mapping[str, Any]) -> Job:
    fault = row["fault"]
    if fault is not None:
        fault = Fault(**{**fault, "place": Place(**fault["place"])})
    return Job(
        id=row["id"],
        verb=row["verb"],
        args=row["args"],
        account=row["account"],
        state=row["state"],
        done=row["done"],
        total=row["total"],
        message=row["message"],
        cancelling=row["cancel"],
        result=row["result"],
        fault=fault,
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )
