"""Signing in and out: accounts, opaque tokens, and who an actor is.

A token is random and only its hash is stored, so the ledger opens no session. There are no
passwords yet: only a demo workspace's own accounts sign in, and only from the machine itself.
"""

import ipaddress
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from coverage_map.pipeline.access import read_access
from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.workspace import Workspace
from geodata.errors import NotAllowedError
from geodata.store import people
from geodata.store.engine import read, write
from geodata.store.ledger import add_audit
from geodata.store.vault import content_hash

TOKEN_BYTES = 32


def list_accounts(workspace: Workspace) -> list[Actor]:
    """Return whom one can sign in as without a password: a demo's accounts, in their order."""
    if not workspace.settings.demo:
        return []
    with read(workspace.store.ledger) as connection:
        rows = {row["name"]: row for row in people.list_accounts(connection) if row["demo"]}
    return [_actor(rows[name]) for name in read_access()["demo"] if name in rows]


def sign_in(workspace: Workspace, account: str, remote: str) -> str:
    """Open a session for a client at an address and return its token, shown this once.

    NotAllowedError when the address is not this machine's, or the account does not exist or is
    not one of a demo workspace.
    """
    if not is_loopback(remote):
        raise NotAllowedError("sign_in_remote")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    lifetime = timedelta(hours=read_access()["session"]["hours"])
    with write(workspace.store.ledger) as connection:
        row = people.get_account(connection, account)
        if row is None or not (row["demo"] and workspace.settings.demo):
            raise NotAllowedError("sign_in_unknown", account=account[:80])
        people.open_session(connection, _hash(token), account, lifetime)
        add_audit(connection, account, "sign_in", {"from": remote})
    return token


def actor_of(workspace: Workspace, token: str) -> Actor | None:
    """Return who holds a token, None once its session has ended; asks the ledger every time."""
    with read(workspace.store.ledger) as connection:
        row = people.session_account(connection, _hash(token))
    if row is None or (row["demo"] and not workspace.settings.demo):
        return None
    return _actor(row)


def sign_out(workspace: Workspace, token: str) -> None:
    """End a session; it is over everywhere at once."""
    with write(workspace.store.ledger) as connection:
        row = people.session_account(connection, _hash(token))
        if row is not None:
            people.end_session(connection, _hash(token))
            add_audit(connection, row["name"], "sign_out", {})


def is_loopback(remote: str) -> bool:
    """Say whether a client's address is this machine itself."""
    if remote == "localhost":
        return True
    try:
        address = ipaddress.ip_address(remote)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _hash(token: str) -> str:
    return content_hash(token.encode())


def _actor(row: Mapping[str, Any]) -> Actor:
    return Actor(row["name"], row["role"], row["organisation"], tuple(row["areas"]))
