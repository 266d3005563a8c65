"""Opening the ledger: SQLite in the workspace or PostgreSQL by URL, transactions, migrations."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from geodata.errors import StoreError

DATABASE_VARIABLE = "COVERAGE_MAP_DATABASE"
LEDGER_FILE = "ledger.sqlite"
BUSY_TIMEOUT_MS = 60_000  # how long a writer waits for the one before it
MIGRATION_LOCK = 4_711_001  # any number; who migrates a PostgreSQL ledger holds it


def database_url(folder: Path) -> URL:
    """Return where a workspace's ledger lies: the environment's database, else its own file."""
    given = os.environ.get(DATABASE_VARIABLE, "")
    if not given:
        return URL.create("sqlite", database=str(folder / LEDGER_FILE))
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise StoreError("database_url", variable=DATABASE_VARIABLE) from error
    if url.drivername not in {"postgresql+psycopg", "postgresql"}:
        raise StoreError("database_url", variable=DATABASE_VARIABLE)
    return url.set(drivername="postgresql+psycopg")


def connect(url: URL) -> Engine:
    """Make an engine whose transactions begin as ``write`` and ``read`` below say."""
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; _begin_sqlite does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts reading and then writes can fail as busy at once, however long the
    # timeout; one that says so from the start waits its turn.
    immediate = connection.get_execution_options().get("ledger_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that changes the ledger: all of it is kept, or nothing."""
    with engine.execution_options(ledger_write=True).begin() as connection:
        yield connection


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one state of the ledger from its first query to its last."""
    options: dict[str, Any] = (
        {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    )
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def hold(connection: Connection, name: str) -> None:
    """Keep other writers of the same name waiting until this transaction ends."""
    if connection.dialect.name != "sqlite":  # there BEGIN IMMEDIATE already does
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def _config(connection: Connection | None = None) -> Config:
    # The environment lies in the package, so an installed copy migrates as a checkout does.
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "geodata.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


@cache
def _known_revisions() -> tuple[str, ...]:
    """Return the revisions this version knows, newest first."""
    scripts = ScriptDirectory.from_config(_config())
    return tuple(revision.revision for revision in scripts.walk_revisions())


def revision(engine: Engine) -> str | None:
    """Return the revision a ledger has, None for an empty database."""
    with read(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(engine: Engine, target: str = "head") -> None:
    """Bring a ledger up to a revision (``head``) or down (``base``), in one transaction.

    StoreError when the ledger is of a newer version, is not a database, or cannot be reached.
    """
    try:
        found = revision(engine)
        if found is not None and found not in _known_revisions():
            raise StoreError("store_newer", found=found)
        if target == "head" and found == _known_revisions()[0]:
            return
        with _rebuild(engine) as connection:
            if connection.dialect.name != "sqlite":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK:d})"))
            steps = command.downgrade if target == "base" else command.upgrade
            steps(_config(connection), target)
    except OperationalError as error:
        raise StoreError("ledger_unreachable", database=_shown(engine)) from error
    except DatabaseError as error:
        raise StoreError("ledger_damaged", database=_shown(engine)) from error


@contextmanager
def _rebuild(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which a table that others refer to may be made anew.

    SQLite changes a table by dropping it for a copy, which its checks of references would refuse;
    they are made at the end instead.
    """
    if engine.dialect.name != "sqlite":
        with write(engine) as connection:
            yield connection
        return
    with engine.execution_options(ledger_write=True).connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")  # heeded outside of a transaction only
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StoreError("ledger_damaged", database=_shown(engine))
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def _shown(engine: Engine) -> str:
    """Name a database for a person: neither password nor folder."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").name
    return f"{url.host or 'localhost'}/{url.database}"
