"""The long verbs as jobs: plain JSON in, plain JSON out; frames go by their hash in the vault.

Arguments: upload_id; answers, as ``Answers.to_json`` writes them, null for what was said last;
partial; full. The verbs are told in ``imports``, ``submissions``, ``difference`` and
``settlements``; ``job_results`` makes frames of what they leave.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.difference import preview_acceptance, read_difference
from coverage_map.pipeline.imports import recheck_upload
from coverage_map.pipeline.job_results import keep_accepted, keep_changes, keep_difference
from coverage_map.pipeline.settlements import publish_settlements
from coverage_map.pipeline.submissions import accept_upload, submit_upload
from coverage_map.pipeline.workspace import Workspace
from geodata.ingest import Answers

Progress = Callable[[str, int, int], None]
Args = Mapping[str, Any]


def _answers(args: Args) -> Answers | None:
    given = args.get("answers")
    return None if given is None else Answers.from_json(given)


def check(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Read an upload that was received; what was understood is kept with it.

    Told are open questions, good rows and rows whose unit is in doubt.
    """
    progress("progress.check", 0, 1)
    found = recheck_upload(workspace, actor, args["upload_id"], _answers(args))
    return {
        "upload_id": found.upload_id,
        "asked": sum(len(table.questions) for table in found.tables),
        "good": sum(len(table.records) for table in found.tables),
        "doubtful": sum(len(table.queue) for table in found.tables),
    }


def submit(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Submit an upload."""
    partial, full = bool(args.get("partial")), bool(args.get("full"))
    submitted = submit_upload(
        workspace,
        actor,
        args["upload_id"],
        _answers(args),
        partial=partial,
        full=full,
        progress=progress,
    )
    return {"upload_id": submitted.upload_id, "state": submitted.state}


def accept(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Accept an upload."""
    partial, full = bool(args.get("partial")), bool(args.get("full"))
    accepted = accept_upload(
        workspace,
        actor,
        args["upload_id"],
        _answers(args),
        partial=partial,
        full=full,
        progress=progress,
    )
    return keep_accepted(workspace, accepted)


def difference(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Say how an upload differs from its owner's records; arguments: ``compare_args``."""
    found = read_difference(
        workspace, actor, args["upload_id"], full=args["full"], progress=progress
    )
    return keep_difference(workspace, found)


def preview(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Say which verdicts accepting an upload would change; arguments: ``preview_args``."""
    changed = preview_acceptance(
        workspace, actor, args["upload_id"], full=args["full"], progress=progress
    )
    return keep_changes(workspace, changed)


def publish(workspace: Workspace, actor: Actor, _args: Args, progress: Progress) -> Args:
    """Publish what the confirmed townships agreed on."""
    return asdict(publish_settlements(workspace, actor, progress))
