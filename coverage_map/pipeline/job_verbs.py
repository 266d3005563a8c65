"""The long verbs as jobs: plain JSON in, plain JSON out.

Arguments: upload_id; answers, as ``Answers.to_json`` writes them, null for what was said last;
partial; full. The verbs are told in ``imports``, ``submissions`` and ``difference``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.difference import preview_acceptance
from coverage_map.pipeline.imports import recheck_upload
from coverage_map.pipeline.submissions import accept_upload, submit_upload
from coverage_map.pipeline.workspace import Workspace
from geodata.ingest import Answers

Progress = Callable[[str, int, int], None]
Args = Mapping[str, Any]


def _answers(args: Args) -> Answers | None:
    given = args.get("answers")
    return None if given is None else Answers.from_json(given)


def check(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Read an upload that was received; what was understood is kept with it."""
    progress("progress.check", 0, 1)
    found = recheck_upload(workspace, actor, args["upload_id"], _answers(args))
    progress("progress.check", 1, 1)
    return {"upload_id": found.upload_id}


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
    return {
        "upload_id": accepted.upload_id,
        "rows": dict(accepted.rows),
        "changed": accepted.changed.to_dict("records"),
    }


def preview(workspace: Workspace, actor: Actor, args: Args, progress: Progress) -> Args:
    """Say which verdicts accepting an upload would change."""
    changed = preview_acceptance(
        workspace, actor, args["upload_id"], full=args.get("full"), progress=progress
    )
    return {"changed": changed.to_dict("records")}
