"""Profiles: what an owner said of its tables, kept for tables of the same shape."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from coverage_map.pipeline.actors import Actor, allow, allow_owner
from coverage_map.pipeline.views import UploadCheck
from coverage_map.pipeline.workspace import Workspace
from geodata.errors import UsageError
from geodata.ingest import TableAnswer
from geodata.ingest.aliases import find_hit
from geodata.records import read_kinds
from geodata.store.engine import read, write
from geodata.store.ledger import add_audit
from geodata.store.remembered import (
    drop_profile,
    get_profile,
    keep_profile,
    list_profiles,
    name_profile,
)

COLUMNS = ["id", "owner", "name", "kind", "crs", "columns", "units", "headers", "account",
           "created_at", "changed_at"]  # fmt: skip
NAME_LENGTH = 80


def keep_profiles(connection: Connection, actor: Actor, check: UploadCheck) -> None:
    """Keep what was answered of an upload's tables, named after its file and sheet.

    It goes over what was said of tables of the same shape before.
    """
    before = {
        tuple(row["shape"]): TableAnswer(**row["answer"])
        for row in list_profiles(connection, [check.owner])
    }
    for table in check.tables:
        answer = check.answers.for_sheet(table.sheet)
        if answer == TableAnswer() or not table.shape:
            continue
        answer = answer.over(before.get(table.shape, TableAnswer()))
        stem = PurePath(check.filename).stem
        name = stem if table.sheet in ("", stem) else f"{stem} · {table.sheet}"
        said = asdict(answer)
        keep_profile(connection, check.owner, name[:NAME_LENGTH], table.shape, said, actor.account)


def read_profiles(workspace: Workspace, actor: Actor, owner: str = "") -> pd.DataFrame:
    """Return the profiles of an owner, or of all the actor may open.

    kind, crs, columns (field → header) and units (field → unit) are what was said; headers are the
    normalised headers of the tables it is for.
    """
    scope = allow_owner(actor, "check", owner) if owner else allow(actor, "check")
    owners = [owner] if owner else None if scope.owners is None else list(scope.owners)
    with read(workspace.store.ledger) as connection:
        rows = list_profiles(connection, owners)
    lines = [{**row, **row["answer"], "headers": tuple(row["shape"])} for row in rows]
    return pd.DataFrame([{name: line[name] for name in COLUMNS} for line in lines], columns=COLUMNS)


def rename_profile(workspace: Workspace, actor: Actor, profile_id: str, name: str) -> None:
    """Give a profile another name; UsageError ``profile_name`` when it is empty."""
    given = " ".join(name.split())[:NAME_LENGTH]
    if not given:
        raise UsageError("profile_name")
    with write(workspace.store.ledger) as connection:
        before = _own(connection, actor, profile_id)
        name_profile(connection, profile_id, given)
        what = {"profile": profile_id, "before": before["name"], "after": given}
        add_audit(connection, actor.account, "rename_profile", what)


def delete_profile(workspace: Workspace, actor: Actor, profile_id: str) -> None:
    """Forget a profile: the next file of its shape is read as if nothing had been said."""
    with write(workspace.store.ledger) as connection:
        before = _own(connection, actor, profile_id)
        drop_profile(connection, profile_id)
        what = {"profile": profile_id, "name": before["name"], "answer": before["answer"]}
        add_audit(connection, actor.account, "delete_profile", what)


def _own(connection: Connection, actor: Actor, profile_id: str) -> dict[str, Any]:
    profile = get_profile(connection, profile_id)
    allow_owner(actor, "check", profile["owner"])
    return profile


def kind_of_headers(headers: Sequence[str], columns: Mapping[str, str]) -> str:
    """Return the kind of record that headers are of, "" where none is the likeliest.

    ``columns``: fields that were said to be there; a kind without one of them is none.
    """
    counts = {}
    for name, kind in read_kinds().items():
        if set(columns) <= set(kind.all_fields):
            hits = (find_hit(name, header) for header in headers)
            counts[name] = len({hit.field for hit in hits if hit is not None})
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    if not ranked or not ranked[0][1] or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return ""
    return ranked[0][0]
