"""Jobs as rows of the ledger: what was asked, how far it is, how it ended.

A job is queued, then running, then done, failed or cancelled. Its worker writes a sign of life
every few seconds, so a job whose worker died is known from the row alone, on any machine.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from geodata.errors import StoreError
from geodata.store import schema
from geodata.store.ledger import all_rows, first_row, new_id, stamp
from geodata.store.vault import content_hash

JobEnd = Literal["done", "failed", "cancelled"]


def add_job(connection: Connection, verb: str, args: Mapping[str, Any], account: str) -> str:
    """Queue a job and return its id; ``args`` must be plain JSON."""
    identifier = new_id()
    connection.execute(
        insert(schema.job).values(
            id=identifier,
            verb=verb,
            args=dict(args),
            args_hash=_args_hash(verb, args),
            account=account,
            state="queued",
            done=0,
            total=0,
            message="",
            cancel=False,
            created_at=stamp(),
        )
    )
    return identifier


def _args_hash(verb: str, args: Mapping[str, Any]) -> str:
    text = json.dumps(args, sort_keys=True, ensure_ascii=False)
    return content_hash(f"{verb} {text}".encode())


def same_job(
    connection: Connection, verb: str, args: Mapping[str, Any], account: str
) -> dict[str, Any] | None:
    """Return an account's last job of a verb with the same arguments, None where there is none."""
    table = schema.job
    same = (table.c.args_hash == _args_hash(verb, args)) & (table.c.account == account)
    query = select(table).where(same, table.c.verb == verb)
    return first_row(connection, query.order_by(table.c.created_at.desc()).limit(1))


def get_job(connection: Connection, job_id: str) -> dict[str, Any]:
    """Return one job."""
    query = select(schema.job).where(schema.job.c.id == job_id)
    row = first_row(connection, query)
    if row is None:
        raise StoreError("job_unknown", job=job_id)
    return row


def list_job_rows(
    connection: Connection, account: str | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """Return the jobs of an account (None: of all), newest first."""
    query = select(schema.job).order_by(schema.job.c.created_at.desc()).limit(limit)
    if account is not None:
        query = query.where(schema.job.c.account == account)
    return all_rows(connection, query)


def begin_job(connection: Connection, job_id: str) -> bool:
    """Take a queued job up; False when it is no longer queued or was cancelled before it began."""
    table = schema.job
    waiting = (table.c.id == job_id) & (table.c.state == "queued")
    now = stamp()
    taken = update(table).where(waiting, table.c.cancel.is_(False))
    values = {"state": "running", "started_at": now, "beat_at": now}
    if connection.execute(taken.values(values)).rowcount == 1:
        return True
    connection.execute(update(table).where(waiting).values(state="cancelled", ended_at=now))
    return False


def write_progress(
    connection: Connection, job_id: str, done: int, total: int, message: str
) -> bool:
    """Write how far a job is; return whether it is to be cancelled."""
    table = schema.job
    values = {"done": done, "total": total, "message": message, "beat_at": stamp()}
    connection.execute(update(table).where(table.c.id == job_id).values(values))
    return bool(connection.execute(select(table.c.cancel).where(table.c.id == job_id)).scalar())


def beat(connection: Connection, job_id: str) -> None:
    """Write that a job's worker is alive."""
    table = schema.job
    running = (table.c.id == job_id) & (table.c.state == "running")
    connection.execute(update(table).where(running).values(beat_at=stamp()))


def end_job(
    connection: Connection,
    job_id: str,
    state: JobEnd,
    *,
    result: Mapping[str, Any] | None = None,
    fault: Mapping[str, Any] | None = None,
) -> None:
    """Write how a job ended; its own worker has the last word, whatever was thought of it."""
    values = {
        "state": state,
        "result": None if result is None else dict(result),
        "fault": None if fault is None else dict(fault),
        "ended_at": stamp(),
    }
    connection.execute(update(schema.job).where(schema.job.c.id == job_id).values(values))


def lose_job(connection: Connection, job_id: str, fault: Mapping[str, Any]) -> None:
    """Write that a job's worker died, unless the job has ended."""
    table = schema.job
    unended = (table.c.id == job_id) & table.c.state.in_(("queued", "running"))
    values = {"state": "failed", "fault": dict(fault), "ended_at": stamp()}
    connection.execute(update(table).where(unended).values(values))


def lost_jobs(connection: Connection, silence: timedelta) -> Sequence[str]:
    """Return jobs nobody works at: running without a sign of life, or queued behind nobody."""
    table = schema.job
    limit = stamp(-silence)
    silent = (table.c.state == "running") & (table.c.beat_at < limit)
    alive = select(table.c.id).where(table.c.state == "running", table.c.beat_at >= limit)
    left = (table.c.state == "queued") & (table.c.created_at < limit) & ~alive.exists()
    return connection.execute(select(table.c.id).where(silent | left)).scalars().all()


def is_alive(connection: Connection, verbs: Sequence[str], silence: timedelta) -> bool:
    """Say whether a worker is at a job of one of these verbs and gave signs of life lately."""
    table = schema.job
    running = (table.c.state == "running") & (table.c.beat_at >= stamp(-silence))
    query = select(table.c.id).where(running, table.c.verb.in_(verbs)).limit(1)
    return connection.execute(query).first() is not None


def ask_to_cancel(connection: Connection, job_id: str) -> None:
    """Ask a job to stop; a queued one is cancelled at once, one that ended stays as it is."""
    table = schema.job
    this = table.c.id == job_id
    connection.execute(update(table).where(this).values(cancel=True))
    queued = update(table).where(this, table.c.state == "queued")
    connection.execute(queued.values(state="cancelled", ended_at=stamp()))
