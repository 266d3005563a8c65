"""The command on long jobs: whose they are, how far, how they ended; stop one.

It is registered by ``cli``. What the command line itself does long is such a job too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from coverage_map import pipeline
from coverage_map.cli_options import WORKSPACE, AsAccount, Folder, Json, open_as, print_json, text
from geodata.errors import StoreError


def jobs(
    job: Annotated[str, typer.Argument(metavar="[ID]", help=text("cli.jobs.id"))] = "",
    workspace: Folder = WORKSPACE,
    *,
    stop: Annotated[bool, typer.Option("--stop", help=text("cli.jobs.stop"))] = False,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """List the last long jobs within sight, or stop one."""
    opened, actor = open_as(workspace, account, "jobs")
    found = [one for one in pipeline.list_jobs(opened, actor) if one.id.startswith(job.lower())]
    if job and len(found) != 1:
        raise StoreError("job_unknown", job=job[:80])
    if stop and not job:
        raise StoreError("job_unknown", job="--stop")
    if stop:
        pipeline.cancel_job(opened, actor, found[0].id)
        found = [pipeline.read_job(opened, actor, found[0].id)]
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        typer.echo("\t".join(_line(one)))
    if stop:
        typer.echo(text("cli.jobs.stopped"))


def _line(job: pipeline.Job) -> list[str]:
    """Return a job as columns: id, when, whose, what, state, how far or why it failed."""
    far = "" if job.ended or not job.total else f"{job.done}/{job.total}"
    said = text.fault(job.fault)[0] if job.fault is not None else far
    when = job.created_at[:16].replace("T", " ")
    words = [text(f"job_verb.{job.verb}"), text(f"job_state.{job.state}"), said]
    return [job.id, when, job.account, *words]


COMMANDS: Mapping[str, Callable[..., Any]] = {"jobs": jobs}
