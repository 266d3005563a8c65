"""A store of its own for each test, over either ledger, and records to put into it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databases import ledger_database, postgres_server

from geodata.store.engine import write
from geodata.store.opening import Store, close_store, create_store
from geodata.store.uploads import add_upload

__all__ = ["ledger_database", "postgres_server"]  # fixtures


@pytest.fixture
def store(tmp_path: Path, ledger_database: str) -> Iterator[Store]:
    made = create_store(tmp_path / "workspace", "w1")
    yield made
    close_store(made)


@pytest.fixture
def upload(store: Store) -> Callable[..., str]:
    def make(owner: str = "tower") -> str:
        key = store.vault.put(b"as it came")
        with write(store.ledger) as connection:
            return add_upload(
                connection,
                owner=owner,
                account=owner,
                filename="铁塔.csv",
                object_hash=key,
                size=10,
            )

    return make
