"""Both ledgers for every test that wants one: SQLite in a folder and a real PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from geodata.store.engine import DATABASE_VARIABLE


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.fail("PostgreSQL is needed: sudo apt-get install postgresql", pytrace=False)
    return (found[-1] if found else Path(str(on_path))).parent


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.URL]:
    """Start a PostgreSQL of our own, reached through a socket in a folder that goes afterwards."""
    programs = _postgres_programs()
    # The server refuses to run as root; the Debian package brings its own user.
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if who:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"

    def run(program: str, *options: str) -> None:
        command = [programs / program, *options]
        done = subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            **who,
        )
        assert done.returncode == 0, done.stdout.decode()

    run("initdb", "-D", str(data), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync",
        "--locale=C")  # fmt: skip
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", settings, "start")
    try:
        yield sa.URL.create(
            "postgresql+psycopg", "tester", database="postgres", query={"host": str(folder)}
        )
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Point workspaces at SQLite, then at an empty PostgreSQL database of their own."""
    if request.param == "sqlite":
        monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
        yield "sqlite"
        return
    server: sa.URL = request.getfixturevalue("postgres_server")
    name = f"ledger_{os.urandom(6).hex()}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = server.set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv(DATABASE_VARIABLE, url)
    yield "postgresql"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()
