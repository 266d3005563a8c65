"""Decisions of the review queue: which unit a record is about, said once and kept for the owner."""

from collections.abc import Mapping

from coverage_map.pipeline.actors import Actor, allow_owner
from coverage_map.pipeline.imports import AGAIN, open_upload, recheck_upload
from coverage_map.pipeline.views import UploadCheck
from coverage_map.pipeline.workspace import Workspace, load_register
from geodata.errors import StoreError, UsageError
from geodata.store.engine import read, write
from geodata.store.remembered import add_decisions, current_decisions


def keep_decisions(
    workspace: Workspace, actor: Actor, upload_id: str, decided: Mapping[str, str | None]
) -> None:
    """Keep what was said of an upload's rows, for it and for the owner's uploads to come.

    decided: a row's ``key`` in ``CheckedTable.queue`` → its unit's code, "" for no unit, None to
    take back what was said. The upload is not read again.

    Raises:
        UsageError: ``unit_not_known``: the register has no unit of that code.
        StoreError: ``upload_not_open``: it is no draft any more.
    """
    upload = open_upload(workspace, actor, "check", upload_id)
    if upload["state"] not in AGAIN:
        raise StoreError("upload_not_open", upload=upload_id, state=upload["state"])
    known = set(load_register(workspace).units["code"])
    strangers = sorted({unit for unit in decided.values() if unit} - known)
    if strangers:
        raise UsageError("unit_not_known", unit=strangers[0][:80])
    with write(workspace.store.ledger) as connection:
        standing = current_decisions(connection, upload["owner"])
        news = {key: unit for key, unit in decided.items() if standing.get(key) != unit}
        add_decisions(connection, upload["owner"], upload_id, news, actor.account)


def decide_units(
    workspace: Workspace, actor: Actor, upload_id: str, decided: Mapping[str, str | None]
) -> UploadCheck:
    """Keep what was said of an upload's rows and read it again; see ``keep_decisions``."""
    keep_decisions(workspace, actor, upload_id, decided)
    return recheck_upload(workspace, actor, upload_id)


def read_decisions(workspace: Workspace, actor: Actor, owner: str) -> dict[str, str]:
    """Return what holds of an owner's records: key → unit, "" for none."""
    allow_owner(actor, "check", owner)
    with read(workspace.store.ledger) as connection:
        return current_decisions(connection, owner)
