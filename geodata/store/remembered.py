"""What was once said and is to hold again: profiles of tables and decisions on units, by owner.

Every function takes a connection of ``engine.read`` or ``engine.write``. Times: see ``schema``.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from geodata.errors import StoreError
from geodata.store import schema
from geodata.store.ledger import all_rows, first_row, new_id, stamp
from geodata.store.vault import content_hash


def keep_profile(
    connection: Connection,
    owner: str,
    name: str,
    shape: Sequence[str],
    answer: Mapping[str, Any],
    account: str,
) -> str:
    """Keep what was said of an owner's tables of a shape and return the profile's id.

    One for the same shape keeps its id and its name and gets the new answer.
    """
    table, now = schema.profile, stamp()
    shape_hash = content_hash(json.dumps(list(shape), ensure_ascii=False).encode())
    said = {"answer": dict(answer), "account": account, "changed_at": now}
    same = (table.c.owner == owner) & (table.c.shape_hash == shape_hash)
    found = connection.execute(select(table.c.id, table.c.answer).where(same)).first()
    if found is None:
        identifier = new_id()
        connection.execute(
            insert(table).values(
                id=identifier,
                owner=owner,
                name=name,
                shape_hash=shape_hash,
                shape=list(shape),
                created_at=now,
                **said,
            )
        )
        return identifier
    if found.answer != said["answer"]:
        connection.execute(update(table).where(table.c.id == found.id).values(said))
    return str(found.id)


def list_profiles(
    connection: Connection, owners: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return the profiles of some owners (None: of all), by owner and name."""
    table = schema.profile
    query = select(table).order_by(table.c.owner, table.c.name, table.c.id)
    if owners is not None:
        query = query.where(table.c.owner.in_(owners))
    return all_rows(connection, query)


def get_profile(connection: Connection, profile_id: str) -> dict[str, Any]:
    """Return one profile; StoreError when there is none of that id."""
    row = first_row(connection, select(schema.profile).where(schema.profile.c.id == profile_id))
    if row is None:
        raise StoreError("profile_unknown", profile=profile_id[:80])
    return row


def name_profile(connection: Connection, profile_id: str, name: str) -> None:
    """Give a profile another name."""
    table = schema.profile
    connection.execute(update(table).where(table.c.id == profile_id).values(name=name))


def drop_profile(connection: Connection, profile_id: str) -> None:
    """Forget a profile."""
    connection.execute(delete(schema.profile).where(schema.profile.c.id == profile_id))


def add_decisions(
    connection: Connection,
    owner: str,
    upload_id: str,
    decided: Mapping[str, str | None],
    account: str,
) -> None:
    """Write down what was said of records' units: key → unit, "" for none, None to take it back."""
    now = stamp()
    lines = [
        {
            "owner": owner,
            "key": key,
            "unit_code": unit,
            "upload_id": upload_id,
            "account": account,
            "at": now,
        }
        for key, unit in decided.items()
    ]
    if lines:
        connection.execute(insert(schema.decision), lines)


def current_decisions(connection: Connection, owner: str) -> dict[str, str]:
    """Return what holds of an owner's records: key → unit, "" for none."""
    table = schema.decision
    newest = select(func.max(table.c.id)).where(table.c.owner == owner).group_by(table.c.key)
    query = select(table.c.key, table.c.unit_code).where(
        table.c.id.in_(newest), table.c.unit_code.is_not(None)
    )
    return {row.key: row.unit_code for row in connection.execute(query.order_by(table.c.key))}
