"""Accounts and the sessions opened in their names, as rows of the ledger."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from geodata.errors import StoreError
from geodata.store import schema
from geodata.store.ledger import all_rows, first_row, stamp


def add_account(
    connection: Connection,
    name: str,
    *,
    role: str,
    organisation: str,
    areas: Sequence[str],
    demo: bool,
) -> None:
    """Make an account; StoreError when the name is taken."""
    if get_account(connection, name) is not None:
        raise StoreError("account_taken", account=name)
    values = {"role": role, "organisation": organisation, "areas": list(areas), "demo": demo}
    connection.execute(insert(schema.account).values(name=name, **values))


def get_account(connection: Connection, name: str) -> dict[str, Any] | None:
    """Return an account, None when there is none of that name."""
    query = select(schema.account).where(schema.account.c.name == name)
    return first_row(connection, query)


def list_accounts(connection: Connection) -> list[dict[str, Any]]:
    """Return all accounts, by name."""
    query = select(schema.account).order_by(schema.account.c.name)
    return all_rows(connection, query)


def open_session(
    connection: Connection, token_hash: str, account: str, lifetime: timedelta
) -> None:
    """Write down that someone signed in."""
    connection.execute(
        insert(schema.session).values(
            token_hash=token_hash,
            account=account,
            created_at=stamp(),
            expires_at=stamp(lifetime),
        )
    )


def session_account(connection: Connection, token_hash: str) -> dict[str, Any] | None:
    """Return the account of a session that is neither ended nor expired."""
    table = schema.session
    query = (
        select(schema.account)
        .join(table, table.c.account == schema.account.c.name)
        .where(
            table.c.token_hash == token_hash,
            table.c.ended_at.is_(None),
            table.c.expires_at > stamp(),
        )
    )
    return first_row(connection, query)


def end_session(connection: Connection, token_hash: str) -> None:
    """End a session; ending one that is over changes nothing."""
    table = schema.session
    is_open = (table.c.token_hash == token_hash) & table.c.ended_at.is_(None)
    connection.execute(update(table).where(is_open).values(ended_at=stamp()))
