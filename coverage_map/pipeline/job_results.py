"""What long verbs are asked with and what they leave, between plain JSON and frames.

A question's arguments hold a mark of all that its answer rests on. So the answer of an earlier job
with the same arguments still holds, and is read instead of being worked out again.
"""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.evaluate import newest
from coverage_map.pipeline.imports import open_upload
from coverage_map.pipeline.jobs import read_job
from coverage_map.pipeline.views import Accepted, Difference
from coverage_map.pipeline.workspace import Workspace, load_register
from geodata.errors import StoreError
from geodata.store.frames import get_frame, put_frame
from geodata.store.tables import current_tables
from geodata.store.vault import content_hash

Result = Mapping[str, Any]


def compare_args(
    workspace: Workspace, actor: Actor, upload_id: str, *, full: bool | None = None
) -> dict[str, Any]:
    """Return the arguments of ``difference``; see ``read_difference``."""
    return _asked(workspace, actor, "submissions", upload_id, full)


def preview_args(
    workspace: Workspace, actor: Actor, upload_id: str, *, full: bool | None = None
) -> dict[str, Any]:
    """Return the arguments of ``preview``; see ``preview_acceptance``."""
    scope = allow(actor, "overview").evaluation
    evaluation = newest(workspace, scope)
    return _asked(workspace, actor, "preview", upload_id, full, scope, evaluation.inputs_hash)


def _asked(
    workspace: Workspace,
    actor: Actor,
    verb: str,
    upload_id: str,
    full: bool | None,
    *rests_on: str,
) -> dict[str, Any]:
    """Return arguments with a mark of upload, register and the owner's own records alone."""
    upload = open_upload(workspace, actor, verb, upload_id)
    whole = bool(upload["full_list"]) if full is None else full
    tables = current_tables(workspace.store)
    own = tables[tables["owner"] == upload["owner"]]
    parts = [
        upload["report_hash"],
        load_register(workspace).version,
        sorted(zip(own["kind"], own["values_hash"], strict=True)),
        *rests_on,
    ]
    mark = content_hash(json.dumps(parts, ensure_ascii=False).encode())
    return {"upload_id": upload_id, "full": whole, "mark": mark}


def keep_difference(workspace: Workspace, difference: Difference) -> Result:
    """Keep a difference and return what a job's row says of it."""
    figures = {name: value for name, value in vars(difference).items() if name != "records"}
    return {**figures, "records": put_frame(workspace.store, difference.records)}


def difference_of(workspace: Workspace, result: Result) -> Difference:
    """Return the difference that a job left."""
    return Difference(**{**result, "records": get_frame(workspace.store, result["records"])})


def keep_changes(workspace: Workspace, changed: pd.DataFrame) -> Result:
    """Keep changed verdicts and return what a job's row says of them."""
    return {"changed": put_frame(workspace.store, changed), "verdicts": len(changed)}


def changes_of(workspace: Workspace, result: Result) -> pd.DataFrame:
    """Return the changed verdicts that a job left."""
    return get_frame(workspace.store, result["changed"])


def keep_accepted(workspace: Workspace, accepted: Accepted) -> Result:
    """Keep what was accepted and return what a job's row says of it."""
    kept = keep_changes(workspace, accepted.changed)
    return {"upload_id": accepted.upload_id, "rows": dict(accepted.rows), **kept}


def accepted_of(workspace: Workspace, result: Result) -> Accepted:
    """Return what a job accepted."""
    return Accepted(result["upload_id"], result["rows"], changes_of(workspace, result))


def changed_places(workspace: Workspace, actor: Actor, job_id: str) -> list[list[Any]]:
    """Return where the records of a difference are, each once: what a map of it draws.

    A record is a list: its row in ``Difference.records``, change, lon, lat, lon and lat before
    (of one that moved, else None), name, metres moved (EPSG:4490).

    Raises:
        StoreError, NotAllowedError: as ``read_job``; ``job_unknown`` where it left no difference.
    """
    job = read_job(workspace, actor, job_id)
    if job.verb != "difference" or job.result is None:
        raise StoreError("job_unknown", job=job_id[:80])
    frame = difference_of(workspace, job.result).records
    frame = frame.assign(row=range(len(frame)))
    now = frame["lon_after"].notna()
    frame["at_lon"] = frame["lon_after"].where(now, frame["lon"])
    frame["at_lat"] = frame["lat_after"].where(now, frame["lat"])
    # One that moved and changed is drawn as one that moved.
    order = frame["change"].eq("changed").sort_values(kind="stable").index
    frame = frame.loc[order]
    frame = frame[frame["at_lon"].notna()].drop_duplicates(["kind", "key"])
    moved = frame["change"].eq("moved").to_numpy()
    degrees = frame[["at_lon", "at_lat", "lon", "lat"]].round(6).to_numpy()
    metres = frame["moved_m"].fillna(0).astype("int64")
    return [
        [row, change, lon, lat, *((was_lon, was_lat) if move else (None, None)), name, metre]
        for row, change, (lon, lat, was_lon, was_lat), move, name, metre in zip(
            frame["row"].tolist(),
            frame["change"],
            degrees.tolist(),
            moved,
            frame["name"],
            metres.tolist(),
            strict=True,
        )
    ]
