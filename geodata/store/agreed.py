"""What people agreed on: natural villages by quarter and township, reports that are one asset.

Every function takes a connection of ``engine.read`` or ``engine.write``. Lines are only added; the
newest one counts. Times: see ``schema``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from geodata.store import schema
from geodata.store.ledger import all_rows, stamp


def add_settlement_decisions(
    connection: Connection,
    quarter: str,
    decided: Mapping[str, tuple[str | None, str]],
    account: str,
) -> None:
    """Write down what was said of differences: key → action and same_as; None takes it back."""
    now = stamp()
    lines = [
        {
            "quarter": quarter,
            "key": key,
            "action": action,
            "same_as": same_as,
            "account": account,
            "at": now,
        }
        for key, (action, same_as) in decided.items()
    ]
    if lines:
        connection.execute(insert(schema.settlement_decision), lines)


def settlement_decisions(connection: Connection, quarter: str) -> list[dict[str, Any]]:
    """Return what holds of a quarter's differences (key, action, same_as, account, at), by key."""
    table = schema.settlement_decision
    newest = select(func.max(table.c.id)).where(table.c.quarter == quarter).group_by(table.c.key)
    columns = [table.c[name] for name in ("key", "action", "same_as", "account", "at")]
    query = select(*columns).where(table.c.id.in_(newest), table.c.action.is_not(None))
    return all_rows(connection, query.order_by(table.c.key))


def add_confirmation(
    connection: Connection, quarter: str, township_code: str, account: str, *, confirmed: bool
) -> None:
    """Write down that a township's list is agreed, or is not any more."""
    connection.execute(
        insert(schema.township_confirmation).values(
            quarter=quarter,
            township_code=township_code,
            confirmed=confirmed,
            account=account,
            at=stamp(),
        )
    )


def confirmations(connection: Connection, quarter: str) -> list[dict[str, Any]]:
    """Return the townships whose list is agreed (township_code, account, at), by code."""
    table = schema.township_confirmation
    newest = (
        select(func.max(table.c.id))
        .where(table.c.quarter == quarter)
        .group_by(table.c.township_code)
    )
    columns = [table.c[name] for name in ("township_code", "account", "at")]
    query = select(*columns).where(table.c.id.in_(newest), table.c.confirmed.is_(True))
    return all_rows(connection, query.order_by(table.c.township_code))


def add_asset_decisions(
    connection: Connection, decided: Iterable[tuple[str, str, bool | None]], account: str
) -> None:
    """Write down whether pairs of reports are of one asset; None takes what was said back."""
    now = stamp()
    lines = [
        {
            "one": min(one, other),
            "other": max(one, other),
            "together": together,
            "account": account,
            "at": now,
        }
        for one, other, together in decided
    ]
    if lines:
        connection.execute(insert(schema.asset_decision), lines)


def asset_decisions(connection: Connection) -> list[dict[str, Any]]:
    """Return what holds of pairs of reports (one, other, together, account, at), oldest first."""
    table = schema.asset_decision
    newest = select(func.max(table.c.id)).group_by(table.c.one, table.c.other)
    columns = [table.c[name] for name in ("one", "other", "together", "account", "at")]
    query = select(*columns).where(table.c.id.in_(newest), table.c.together.is_not(None))
    return all_rows(connection, query.order_by(table.c.id))
