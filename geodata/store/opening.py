"""A store is a vault and a ledger; it is made once for a workspace and opened many times."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, insert, select, update

from geodata.errors import StoreError
from geodata.store import schema
from geodata.store.engine import connect, database_url, migrate, read, write
from geodata.store.ledger import stamp
from geodata.store.vault import FolderVault, Vault

VAULT_FOLDER = "vault"


@dataclass(frozen=True)
class Store:
    """Where a workspace keeps what it was given and what it made of it."""

    vault: Vault
    ledger: Engine


def create_store(folder: Path, workspace_id: str) -> Store:
    """Make the vault and the ledger of a new workspace in a folder.

    StoreError when the ledger (a PostgreSQL database, say) already serves another workspace.
    """
    (folder / VAULT_FOLDER).mkdir(parents=True, exist_ok=True)
    with _ready(folder) as engine, write(engine) as connection:
        found = connection.execute(select(schema.workspace.c.id)).scalar()
        if found is None:
            row = {"id": workspace_id, "created_at": stamp()}
            connection.execute(insert(schema.workspace).values(row))
        elif connection.execute(select(schema.upload.c.id).limit(1)).first() is None:
            # Left by an attempt that broke off before the workspace was there: nothing is in it.
            connection.execute(update(schema.workspace).values(id=workspace_id))
        elif found != workspace_id:
            raise StoreError("ledger_taken")
    return Store(FolderVault(folder / VAULT_FOLDER), engine)


@contextmanager
def _ready(folder: Path) -> Iterator[Engine]:
    """Connect to a workspace's ledger and migrate it; a fault gives the connections back."""
    engine = connect(database_url(folder))
    with ExitStack() as on_fault:
        on_fault.callback(engine.dispose)
        migrate(engine)
        yield engine
        on_fault.pop_all()


def open_store(folder: Path, workspace_id: str) -> Store:
    """Open a workspace's store and bring an older ledger up to this version.

    StoreError when a part is missing, damaged, of a newer version or of another workspace.
    """
    vault = folder / VAULT_FOLDER
    if not vault.is_dir():
        raise StoreError("vault_missing", name=VAULT_FOLDER)
    url = database_url(folder)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise StoreError("ledger_missing", name=Path(url.database or "").name)
    with _ready(folder) as engine:
        with read(engine) as connection:
            found = connection.execute(select(schema.workspace.c.id)).scalar()
        if found != workspace_id:
            raise StoreError("ledger_of_another")
    return Store(FolderVault(vault), engine)


def close_store(store: Store) -> None:
    """Give the ledger's connections back."""
    store.ledger.dispose()
