"""A workspace is a folder: its settings, its vault and, unless a database is named, its ledger."""

import re
import secrets
import tomllib
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverage_map.pipeline.access import read_access
from geodata.errors import Place, StoreError, UsageError
from geodata.store import ledger
from geodata.store.engine import read, write
from geodata.store.opening import Store, close_store, create_store, open_store
from geodata.store.people import add_account, get_account

if TYPE_CHECKING:
    from geodata.register import Register

SETTINGS_FILE = "workspace.toml"
FORMAT = 1  # raised when an older version could no longer open what this one writes
_QUARTER = re.compile(r"[0-9]{4}Q[1-4]")


@dataclass(frozen=True)
class Settings:
    """What ``workspace.toml`` says.

    ``salt`` (hexadecimal) goes into every hash that leaves the house; ``demo`` allows the accounts
    of the sample; ``quarter`` (2015Q2) is the one verdicts are given for.
    """

    format: int
    id: str
    salt: str
    created: str
    quarter: str
    demo: bool


@dataclass(frozen=True)
class Workspace:
    """An open workspace."""

    folder: Path
    settings: Settings
    store: Store


def is_workspace(folder: Path) -> bool:
    """Say whether a folder holds a workspace."""
    return (folder / SETTINGS_FILE).is_file()


def create_workspace(folder: Path, *, demo: bool, quarter: str) -> Workspace:
    """Make an empty workspace and open it; its settings are written last, so it is whole or none.

    StoreError when one is there already or the database named serves another; UsageError when the
    quarter is not written as 2015Q2.
    """
    if not _QUARTER.fullmatch(quarter):
        raise UsageError("quarter_form", given=quarter[:80])
    if is_workspace(folder):
        raise StoreError("workspace_exists", folder=folder.name)
    settings = Settings(
        format=FORMAT,
        id=uuid.uuid4().hex,
        salt=secrets.token_hex(32),
        created=ledger.stamp(),
        quarter=quarter,
        demo=demo,
    )
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as on_fault:
        store = create_store(folder, settings.id)
        on_fault.callback(close_store, store)
        if demo:
            _add_demo_accounts(store)
        draft = folder / f"{SETTINGS_FILE}.draft"
        draft.touch(mode=0o600)  # the salt is nobody else's business
        draft.write_text(_to_toml(settings), encoding="utf-8")
        draft.replace(folder / SETTINGS_FILE)
        on_fault.pop_all()
    return Workspace(folder, settings, store)


def _add_demo_accounts(store: Store) -> None:
    with write(store.ledger) as connection:
        for name, entry in read_access()["demo"].items():
            if get_account(connection, name) is None:
                areas = entry.get("areas", ())
                role, organisation = entry["role"], entry["organisation"]
                add_account(
                    connection, name, role=role, organisation=organisation, areas=areas, demo=True
                )


def open_workspace(folder: Path) -> Workspace:
    """Open a workspace; StoreError says what is missing, damaged or of a newer version."""
    if not is_workspace(folder):
        raise StoreError("workspace_missing", folder=str(folder))
    settings = _read_settings(folder / SETTINGS_FILE)
    return Workspace(folder, settings, open_store(folder, settings.id))


def close_workspace(workspace: Workspace) -> None:
    """Give the connections of a workspace back."""
    close_store(workspace.store)


def _to_toml(settings: Settings) -> str:
    return (
        "# A workspace of coverage-map. Keep this file with the vault; never change the salt.\n"
        f"format = {settings.format}\n"
        f'id = "{settings.id}"\n'
        f'salt = "{settings.salt}"\n'
        f'created = "{settings.created}"\n'
        f'quarter = "{settings.quarter}"\n'
        f"demo = {str(settings.demo).lower()}\n"
    )


def _read_settings(file: Path) -> Settings:
    place = Place(file=file.name)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StoreError("workspace_damaged", place, name=file.name) from error
    if isinstance(data.get("format"), int) and data["format"] > FORMAT:
        raise StoreError("store_newer", place, found=str(data["format"]))
    fitting = {
        name: data[name]
        for name, kind in Settings.__annotations__.items()
        if type(data.get(name)) is kind
    }
    whole = len(fitting) == len(Settings.__annotations__)
    if not whole or not _QUARTER.fullmatch(data["quarter"]):
        raise StoreError("workspace_damaged", place, name=file.name)
    return Settings(**fitting)


def save_register(workspace: Workspace, register: "Register") -> None:
    """Keep a register's tables in the vault and make it the current one."""
    from geodata.register import REGISTER_TABLES
    from geodata.store.frames import put_frame

    tables = (*REGISTER_TABLES, "aliases")
    objects = {name: put_frame(workspace.store, getattr(register, name)) for name in tables}
    with write(workspace.store.ledger) as connection:
        ledger.add_register(connection, register.version, objects)


def load_register(workspace: Workspace) -> "Register":
    """Return the current register; StoreError while there is none. Its frames are shared."""
    with read(workspace.store.ledger) as connection:
        row = ledger.newest_register(connection)
    if row is None:
        raise StoreError("no_register")
    return _register(workspace.store, row["version"], tuple(sorted(row["objects"].items())))


@lru_cache(maxsize=4)
def _register(store: Store, version: str, objects: tuple[tuple[str, str], ...]) -> "Register":
    from geodata.register import Register
    from geodata.store.frames import get_frame

    frames: Mapping[str, Any] = {name: get_frame(store, key) for name, key in objects}
    return Register(version=version, **frames)


def save_raster(workspace: Workspace, name: str, file: Path) -> str:
    """Keep a raster (terrain, say) under a name, of which the newest counts; return its hash."""
    key = workspace.store.vault.put_file(file)
    with write(workspace.store.ledger) as connection:
        ledger.add_layer(connection, key, "raster", name, {"file": file.name})
    return key


def raster_path(workspace: Workspace, name: str) -> Path | None:
    """Return the file of a raster by name, None when none was kept."""
    with read(workspace.store.ledger) as connection:
        rows = ledger.list_layers(connection, "raster", name)
    return workspace.store.vault.path(rows[0]["hash"]) if rows else None
