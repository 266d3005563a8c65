"""Uploads as rows of the ledger: their states, and who brought them about when and why.

Every function takes a connection of ``engine.read`` or ``engine.write``. Times: see ``schema``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from geodata.errors import StoreError
from geodata.store import schema
from geodata.store.ledger import all_rows, first_row, new_id, stamp

UploadState = Literal[
    "received",
    "checked",
    "submitted",
    "accepted",
    "sent_back",
    "superseded",
    "refused",
    "withdrawn",
]

# What a state may become. A draft is "checked"; who may accept may do so without submitting first.
NEXT: Mapping[str, tuple[UploadState, ...]] = {
    "received": ("checked", "refused", "submitted", "accepted", "withdrawn"),
    "checked": ("refused", "submitted", "accepted", "withdrawn"),
    "submitted": ("accepted", "sent_back", "withdrawn"),
    "sent_back": ("checked", "refused", "submitted", "accepted", "withdrawn"),
    "accepted": ("superseded",),
    "refused": ("checked",),
    "superseded": (),
    "withdrawn": (),
}
# States in which an upload is its owner's to change.
OPEN: tuple[UploadState, ...] = ("received", "checked", "sent_back")


def add_upload(
    connection: Connection,
    *,
    owner: str,
    account: str,
    filename: str,
    object_hash: str,
    size: int,
) -> str:
    """Write down that a file came in and return the upload's id; its bytes are in the vault."""
    identifier, now = new_id(), stamp()
    connection.execute(
        insert(schema.upload).values(
            id=identifier,
            owner=owner,
            account=account,
            filename=filename,
            object_hash=object_hash,
            size=size,
            received_at=now,
            state="received",
        )
    )
    _tell(connection, identifier, "received", account, now, "")
    return identifier


def set_upload_state(
    connection: Connection,
    upload_id: str,
    state: UploadState,
    report_hash: str | None = None,
    *,
    account: str = "",
    note: str = "",
    **submitted: bool,
) -> None:
    """Change an upload's state; a report, once there, stays unless another is given.

    ``account``: who did it, by default who handed the file in. ``submitted``: partial and full_list
    of a submission. StoreError ``upload_not_open`` when the present state does not lead there; a
    state that stays is no event.
    """
    table = schema.upload
    query = select(table.c.state, table.c.account).where(table.c.id == upload_id)
    row = first_row(connection, query.with_for_update())
    if row is None:
        raise StoreError("upload_unknown", upload=upload_id)
    if state not in (row["state"], *NEXT[row["state"]]):
        raise StoreError("upload_not_open", upload=upload_id, state=row["state"])
    values = {"state": state, **submitted} | ({"report_hash": report_hash} if report_hash else {})
    connection.execute(update(table).where(table.c.id == upload_id).values(values))
    if state != row["state"]:
        _tell(connection, upload_id, state, account or row["account"], stamp(), note)


def _tell(
    connection: Connection, upload_id: str, state: str, account: str, at: str, note: str
) -> None:
    connection.execute(
        insert(schema.upload_event).values(
            upload_id=upload_id, state=state, account=account, at=at, note=note
        )
    )


def get_upload(connection: Connection, upload_id: str) -> dict[str, Any]:
    """Return one upload."""
    row = first_row(connection, select(schema.upload).where(schema.upload.c.id == upload_id))
    if row is None:
        raise StoreError("upload_unknown", upload=upload_id)
    return row


def list_uploads(
    connection: Connection, owners: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return the uploads of some owners (None: of all), newest first."""
    query = select(schema.upload).order_by(schema.upload.c.received_at.desc())
    if owners is not None:
        query = query.where(schema.upload.c.owner.in_(owners))
    return all_rows(connection, query)


def same_bytes(connection: Connection, owner: str, object_hash: str) -> list[dict[str, Any]]:
    """Return an owner's uploads of the same bytes, newest first."""
    table = schema.upload
    same = (table.c.owner == owner) & (table.c.object_hash == object_hash)
    return all_rows(connection, select(table).where(same).order_by(table.c.received_at.desc()))


def list_events(connection: Connection, upload_id: str) -> list[dict[str, Any]]:
    """Return what happened to an upload, oldest first: state, account, at, note."""
    table = schema.upload_event
    query = select(table.c.state, table.c.account, table.c.at, table.c.note)
    return all_rows(connection, query.where(table.c.upload_id == upload_id).order_by(table.c.id))


def last_events(
    connection: Connection, owners: Sequence[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return the last event of each upload of some owners (None: of all), by upload."""
    table, upload = schema.upload_event, schema.upload
    query = select(table).join(upload, upload.c.id == table.c.upload_id).order_by(table.c.id)
    if owners is not None:
        query = query.where(upload.c.owner.in_(owners))
    return {row["upload_id"]: row for row in all_rows(connection, query)}


def supersede_uploads(
    connection: Connection, owner: str, standing: set[str], by: str, account: str
) -> None:
    """Make an owner's accepted uploads superseded of which no record stands any more.

    standing: uploads that records stand of. by: the upload that took the last one's place.
    """
    table = schema.upload
    accepted = (table.c.owner == owner) & (table.c.state == "accepted")
    for upload_id in connection.execute(select(table.c.id).where(accepted)).scalars().all():
        if upload_id not in standing and upload_id != by:
            set_upload_state(connection, upload_id, "superseded", account=account, note=by)
