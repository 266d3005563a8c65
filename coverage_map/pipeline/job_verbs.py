"""The long verbs as jobs: plain JSON in, plain JSON out."""

from collections.abc import Callable, Mapping
from typing import Any

from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.imports import accept_upload
from coverage_map.pipeline.workspace import Workspace
from geodata.ingest import Answers

Progress = Callable[[str, int, int], None]


def accept(
    workspace: Workspace, actor: Actor, args: Mapping[str, Any], progress: Progress
) -> Mapping[str, Any]:
    """Accept an upload: args upload_id, answers (JSON text), partial; see ``accept_upload``."""
    accepted = accept_upload(
        workspace,
        actor,
        args["upload_id"],
        Answers.from_json(args["answers"]),
        partial=args["partial"],
        progress=progress,
    )
    return {
        "upload_id": accepted.upload_id,
        "rows": dict(accepted.rows),
        "changed": accepted.changed.to_dict("records"),
    }
