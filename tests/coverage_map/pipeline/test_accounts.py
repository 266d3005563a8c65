from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from coverage_map.pipeline.accounts import actor_of, is_loopback, list_accounts, sign_in, sign_out
from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.workspace import Workspace, close_workspace, create_workspace
from geodata.errors import NotAllowedError, StoreError
from geodata.owners import read_owners
from geodata.store import people, schema
from geodata.store.engine import read, write
from geodata.store.ledger import list_audit, stamp

HERE = "127.0.0.1"


def test_a_demo_has_its_accounts(workspace: Workspace) -> None:
    accounts = list_accounts(workspace)
    assert [account.account for account in accounts][:2] == ["city", "yuzhou"]
    enterprises = {code for code, owner in read_owners().items() if owner.assets}
    assert {account.organisation for account in accounts[2:]} == enterprises
    assert accounts[1] == Actor("yuzhou", "county", "yuzhou", ("411081",))


@pytest.mark.parametrize("account", ["city", "yuzhou", "cmcc", "tower"])
def test_a_token_tells_who_signed_in(workspace: Workspace, account: str) -> None:
    token = sign_in(workspace, account, HERE)
    actor = actor_of(workspace, token)
    assert actor is not None
    assert actor.account == account


def test_signing_out_is_at_once_and_once(workspace: Workspace) -> None:
    one, two = (sign_in(workspace, "cmcc", HERE) for _ in range(2))
    sign_out(workspace, one)
    assert actor_of(workspace, one) is None
    assert actor_of(workspace, two) is not None
    sign_out(workspace, one)
    sign_out(workspace, "no token at all")


def test_a_session_expires(workspace: Workspace) -> None:
    token = sign_in(workspace, "cmcc", HERE)
    with write(workspace.store.ledger) as connection:
        expired = sa.update(schema.session).values(expires_at=stamp(-timedelta(seconds=1)))
        connection.execute(expired)
    assert actor_of(workspace, token) is None


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "\x00", "令牌"])
def test_what_is_no_token_tells_nobody(workspace: Workspace, token: str) -> None:
    sign_in(workspace, "city", HERE)
    assert actor_of(workspace, token) is None


def test_the_ledger_does_not_hold_the_token(workspace: Workspace) -> None:
    token = sign_in(workspace, "cmcc", HERE)
    with read(workspace.store.ledger) as connection:
        stored = connection.execute(sa.select(schema.session)).all()
        lines = list_audit(connection)
    assert token not in str(stored) + str(lines)
    assert actor_of(workspace, stored[0].token_hash) is None


def test_tokens_do_not_repeat(workspace: Workspace) -> None:
    tokens = {sign_in(workspace, "cmcc", HERE) for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43  # 32 random bytes


def test_signing_in_and_out_is_in_the_audit_trail(workspace: Workspace) -> None:
    sign_out(workspace, sign_in(workspace, "unicom", HERE))
    with read(workspace.store.ledger) as connection:
        lines = [(line["account"], line["verb"]) for line in list_audit(connection)]
    assert lines == [("unicom", "sign_out"), ("unicom", "sign_in")]


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_loopback(remote: str) -> None:
    assert is_loopback(remote)


@pytest.mark.parametrize(
    "remote", ["", "192.168.1.7", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "127.0.0.1.evil"]
)
def test_nobody_signs_in_from_elsewhere(workspace: Workspace, remote: str) -> None:
    with pytest.raises(NotAllowedError, match="sign_in_remote"):
        sign_in(workspace, "city", remote)


def test_unknown_and_real_accounts_do_not_sign_in_without_a_password(workspace: Workspace) -> None:
    with write(workspace.store.ledger) as connection:
        people.add_account(
            connection, "real", role="city", organisation="city", areas=[], demo=False
        )
        with pytest.raises(StoreError, match="account_taken"):
            people.add_account(
                connection, "real", role="city", organisation="city", areas=[], demo=False
            )
    for account in ("real", "nobody", ""):
        with pytest.raises(NotAllowedError, match="sign_in_unknown"):
            sign_in(workspace, account, HERE)
    assert "real" not in [account.account for account in list_accounts(workspace)]


def test_a_workspace_that_is_no_demo_has_no_demo_accounts(
    tmp_path: Path, ledger_database: str
) -> None:
    workspace = create_workspace(tmp_path, demo=False, quarter="2015Q2")
    assert list_accounts(workspace) == []
    with write(workspace.store.ledger) as connection:  # nor are any let in that came otherwise
        people.add_account(
            connection, "city", role="city", organisation="city", areas=[], demo=True
        )
    with pytest.raises(NotAllowedError, match="sign_in_unknown"):
        sign_in(workspace, "city", HERE)
    close_workspace(workspace)
