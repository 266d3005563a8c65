import os
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from geodata.errors import StoreError
from geodata.store import ledger, schema, uploads
from geodata.store.engine import (
    DATABASE_VARIABLE,
    _config,
    _rebuild,
    connect,
    database_url,
    migrate,
    read,
    revision,
    write,
)
from geodata.store.opening import Store, close_store, create_store, open_store


@pytest.fixture
def engine(tmp_path: Path, ledger_database: str):
    made = connect(database_url(tmp_path))
    assert made.dialect.name == ledger_database
    yield made
    made.dispose()


def test_migrations_lead_to_the_schema_and_back(engine: sa.Engine) -> None:
    migrate(engine)
    with read(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    migrate(engine, "base")
    assert revision(engine) is None
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    assert "upload" in sa.inspect(engine).get_table_names()


def test_an_older_ledger_keeps_its_uploads_and_tells_what_it_knows(engine: sa.Engine) -> None:
    migrate(engine, "0001")
    at, later = "2015-06-30T08:00:00.000000Z", "2015-07-01T08:00:00.000000Z"
    upload = {"owner": "cmcc", "account": "cmcc", "filename": "f", "object_hash": "h", "size": 1,
              "received_at": at}  # fmt: skip
    old = sa.MetaData()
    with write(engine) as connection:
        old.reflect(connection)
        rows = [
            {**upload, "id": "u1", "state": "accepted"},
            {**upload, "id": "u2", "state": "checked"},
        ]
        connection.execute(sa.insert(old.tables["upload"]), rows)
        version = {"id": "t1", "kind": "tower", "owner": "cmcc", "values_hash": "v", "rows": 0,
                   "upload_id": "u1", "accepted_at": later}  # fmt: skip
        connection.execute(sa.insert(old.tables["table_version"]), version)
        line = {"account": "local", "verb": "import", "what": {"upload": "u1"}, "at": later}
        connection.execute(sa.insert(schema.audit), line)
    migrate(engine)
    with read(engine) as connection:
        assert {row["id"]: row["state"] for row in uploads.list_uploads(connection)} == {
            "u1": "accepted",
            "u2": "checked",
        }
        told = [(e["state"], e["account"], e["at"]) for e in uploads.list_events(connection, "u1")]
        assert told == [("received", "cmcc", at), ("accepted", "local", later)]
        assert connection.execute(sa.select(schema.table_version.c.uploads)).scalar() is None
    with write(engine) as connection:
        uploads.set_upload_state(connection, "u2", "submitted")
    if engine.dialect.name == "sqlite":  # references are watched again
        with pytest.raises(sa.exc.IntegrityError), write(engine) as connection:
            connection.exec_driver_sql("DELETE FROM upload")
    _go_back(engine)
    with read(engine) as connection:
        states = connection.exec_driver_sql("SELECT id, state FROM upload ORDER BY id").all()
    assert [tuple(row) for row in states] == [("u1", "accepted"), ("u2", "checked")]


def _go_back(engine: sa.Engine) -> None:
    """Go down one revision, as ``migrate`` goes down to none."""
    with _rebuild(engine) as connection:
        command.downgrade(_config(connection), "0001")


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(engine: sa.Engine) -> None:
    with write(engine) as connection:  # a stranger's table stands in the way of the last ones
        connection.exec_driver_sql("CREATE TABLE part (x INTEGER)")
    with pytest.raises(StoreError, match="ledger_"):
        migrate(engine)
    assert set(sa.inspect(engine).get_table_names()) == {"part"}


def test_a_newer_ledger_is_refused(engine: sa.Engine) -> None:
    migrate(engine)
    with write(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="store_newer"):
        migrate(engine)


def test_opening_at_once_migrates_once(tmp_path: Path, ledger_database: str) -> None:
    faults = []

    def go() -> None:
        own = connect(database_url(tmp_path))
        try:
            migrate(own)
        except StoreError as error:
            faults.append(error)
        own.dispose()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_write_is_whole_or_nothing(store: Store) -> None:
    def break_off() -> None:
        with write(store.ledger) as connection:
            ledger.add_audit(connection, "a", "export", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with read(store.ledger) as connection:
        assert ledger.list_audit(connection) == []


def test_writers_wait_for_each_other(store: Store) -> None:
    def add(number: int) -> None:
        for step in range(5):
            with write(store.ledger) as connection:
                seen = len(ledger.list_audit(connection))
                time.sleep(0.002)  # a reader turned writer would now be refused as busy
                ledger.add_audit(connection, str(number), "export", {"step": step, "seen": seen})

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read(store.ledger) as connection:
        lines = ledger.list_audit(connection)
    assert len(lines) == 40
    if store.ledger.dialect.name == "sqlite":  # one writer at a time: each saw all before it
        assert sorted(line["what"]["seen"] for line in lines) == list(range(40))


def test_a_reader_sees_one_state(store: Store) -> None:
    with read(store.ledger) as before:
        assert ledger.list_audit(before) == []
        with write(store.ledger) as connection:
            ledger.add_audit(connection, "a", "export", {})
        assert ledger.list_audit(before) == []
    with read(store.ledger) as after:
        assert len(ledger.list_audit(after)) == 1


@pytest.mark.parametrize("act", ["UPDATE audit SET account = 'b'", "DELETE FROM audit"])
def test_the_audit_trail_only_grows(store: Store, act: str) -> None:
    with write(store.ledger) as connection:
        ledger.add_audit(connection, "a", "export", {})
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        write(store.ledger) as connection,
    ):
        connection.exec_driver_sql(act)


def test_references_are_checked(store: Store) -> None:
    row = {"table_version_id": "no such", "county_code": "", "object_hash": "", "values_hash": "",
           "rows": 0}  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError), write(store.ledger) as connection:
        connection.execute(sa.insert(schema.part), row)


def test_sqlite_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    store = create_store(tmp_path, "w")
    with read(store.ledger) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    close_store(store)


def test_a_store_opens_again(tmp_path: Path, ledger_database: str) -> None:
    close_store(create_store(tmp_path, "w"))
    store = open_store(tmp_path, "w")
    assert store.ledger.dialect.name == ledger_database
    close_store(store)


def test_a_ledger_of_another_workspace_is_refused(tmp_path: Path, ledger_database: str) -> None:
    store = create_store(tmp_path, "w")
    with pytest.raises(StoreError, match="ledger_of_another"):
        open_store(tmp_path, "other")
    with write(store.ledger) as connection:
        uploads.add_upload(
            connection, owner="o", account="a", filename="f", object_hash="h", size=1
        )
    with pytest.raises(StoreError, match="ledger_taken"):
        create_store(tmp_path, "other")
    close_store(store)


def test_a_store_with_parts_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="vault_missing"):
        open_store(tmp_path, "w")
    close_store(create_store(tmp_path, "w"))
    (tmp_path / "ledger.sqlite").unlink()
    with pytest.raises(StoreError, match="ledger_missing"):
        open_store(tmp_path, "w")


def test_a_damaged_ledger_is_said_to_be(tmp_path: Path) -> None:
    close_store(create_store(tmp_path, "w"))
    for rest in tmp_path.glob("ledger.sqlite-*"):
        rest.unlink()
    (tmp_path / "ledger.sqlite").write_bytes(os.urandom(8192))
    with pytest.raises(StoreError, match="ledger_damaged"):
        open_store(tmp_path, "w")


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "sqlite:///other.db"])
def test_only_postgresql_is_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    with pytest.raises(StoreError, match="database_url"):
        create_store(tmp_path, "w")


def test_an_unreachable_database_is_said_to_be_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql+psycopg://me:secret@127.0.0.1:1/ledger")
    with pytest.raises(StoreError, match="ledger_unreachable") as caught:
        create_store(tmp_path, "w")
    assert "secret" not in str(caught.value)
