"""What the ledger knows of registers, evaluations and layers, and the audit trail.

Every function takes a connection of ``engine.read`` or ``engine.write``; what belongs together is
written in one transaction. Times: see ``schema``.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from geodata.store import schema


def stamp(later: timedelta = timedelta()) -> str:
    """Return the time now, or some time later, as the ledger writes it."""
    return f"{datetime.now(UTC) + later:%Y-%m-%dT%H:%M:%S.%fZ}"


def new_id() -> str:
    """Return a random identifier that says nothing about what it names."""
    return uuid.uuid4().hex


def first_row(connection: Connection, query: Select[Any]) -> dict[str, Any] | None:
    """Return the first row of a query by column name."""
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def all_rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """Return the rows of a query by column name."""
    return [dict(row) for row in connection.execute(query).mappings()]


def add_register(connection: Connection, version: str, objects: Mapping[str, str]) -> None:
    """Make a register the current one; loading the current one again changes nothing."""
    newest = newest_register(connection)
    if newest and newest["version"] == version and newest["objects"] == dict(objects):
        return
    connection.execute(
        insert(schema.register_version).values(
            version=version, objects=dict(objects), loaded_at=stamp()
        )
    )


def newest_register(connection: Connection) -> dict[str, Any] | None:
    """Return the register loaded last (version, objects, loaded_at)."""
    query = select(schema.register_version).order_by(schema.register_version.c.id.desc()).limit(1)
    return first_row(connection, query)


def add_evaluation(
    connection: Connection,
    *,
    scope: str,
    inputs_hash: str,
    rules_hash: str,
    register_version: str,
    quarter: str,
    objects: Mapping[str, str],
) -> str:
    """Write down a result of the engine (name → object hash) and return its id."""
    identifier = new_id()
    connection.execute(
        insert(schema.evaluation).values(
            id=identifier,
            scope=scope,
            inputs_hash=inputs_hash,
            rules_hash=rules_hash,
            register_version=register_version,
            quarter=quarter,
            objects=dict(objects),
            created_at=stamp(),
        )
    )
    return identifier


def newest_evaluation(connection: Connection, scope: str) -> dict[str, Any] | None:
    """Return the last evaluation of a scope ("city" or an owner), None before the first."""
    table = schema.evaluation
    query = select(table).where(table.c.scope == scope)
    newest = query.order_by(table.c.created_at.desc(), table.c.id).limit(1)
    return first_row(connection, newest)


def add_layer(
    connection: Connection, key: str, kind: str, scope: str, meta: Mapping[str, Any]
) -> None:
    """Write down a map layer by its object hash; the same layer again becomes the newest."""
    table = schema.layer
    same = (table.c.hash == key) & (table.c.kind == kind) & (table.c.scope == scope)
    values = {"meta": dict(meta), "created_at": stamp()}
    if connection.execute(update(table).where(same).values(values)).rowcount == 0:
        connection.execute(insert(table).values(hash=key, kind=kind, scope=scope, **values))


def list_layers(
    connection: Connection, kind: str | None = None, scope: str | None = None
) -> list[dict[str, Any]]:
    """Return map layers, newest first."""
    table = schema.layer
    query = select(table).order_by(table.c.created_at.desc(), table.c.hash)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if scope is not None:
        query = query.where(table.c.scope == scope)
    return all_rows(connection, query)


def add_audit(connection: Connection, account: str, verb: str, what: Mapping[str, Any]) -> None:
    """Add a line to the audit trail, in the transaction of the act it tells of."""
    connection.execute(
        insert(schema.audit).values(account=account, verb=verb, what=dict(what), at=stamp())
    )


def list_audit(connection: Connection, limit: int = 1000) -> list[dict[str, Any]]:
    """Return the last lines of the audit trail, newest first."""
    query = select(schema.audit).order_by(schema.audit.c.id.desc()).limit(limit)
    return all_rows(connection, query)
