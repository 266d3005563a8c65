"""What an owner's files are read with beside the answers: profiles, decisions, its own records.

Only what the owner said and handed in itself is looked at, so nothing of a rival can show.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import pandas as pd

from coverage_map.pipeline.workspace import Workspace, load_register
from geodata.ingest import Answers, Profile, TableAnswer
from geodata.ingest.known import key_texts
from geodata.records import read_kinds
from geodata.store.engine import read
from geodata.store.remembered import current_decisions, list_profiles
from geodata.store.tables import current_tables, read_records
from geodata.store.vault import content_hash

READERS = "geodata"  # the package whose files decide what is understood of a file
NO_READERS = {"store", "sample", "__pycache__"}


@dataclass(frozen=True)
class Memory:
    """What is remembered of an owner, as ``check_file`` takes it."""

    profiles: tuple[Profile, ...] = ()
    decisions: Mapping[str, str] | None = None
    known: pd.DataFrame | None = None


def recall(workspace: Workspace, owner: str) -> Memory:
    """Return what an owner said before; nothing for nobody ("")."""
    if not owner:
        return Memory()
    with read(workspace.store.ledger) as connection:
        profiles = list_profiles(connection, [owner])
        decisions = current_decisions(connection, owner)
    told = [
        Profile(row["name"], tuple(row["shape"]), TableAnswer(**row["answer"])) for row in profiles
    ]
    return Memory(tuple(told), decisions)


def with_places(workspace: Workspace, owner: str, memory: Memory) -> Memory:
    """Add where an owner's own records stand: kind, key, lon, lat (EPSG:4490)."""
    if not owner:
        return memory
    frames = []
    for kind in read_kinds().values():
        if kind.geometry != "point":
            continue
        records = read_records(workspace.store, kind.name, [owner])
        records = records[records.geometry.notna()]
        frame = pd.DataFrame({"kind": kind.name, "key": key_texts(records, kind)})
        frames.append(frame.assign(lon=records.geometry.x, lat=records.geometry.y))
    return replace(memory, known=pd.concat(frames, ignore_index=True))


def reading_mark(workspace: Workspace, owner: str, answers: Answers, memory: Memory) -> str:
    """Return a hash of everything beside a file's bytes that decides what is understood of it."""
    tables = current_tables(workspace.store)
    own = tables[tables["owner"] == owner]
    parts = {
        "answers": answers.to_json(),
        "profiles": [asdict(profile) for profile in memory.profiles],
        "decisions": dict(memory.decisions or {}),
        "records": sorted(zip(own["kind"], own["values_hash"], strict=True)),
        "register": load_register(workspace).version,
        "quarter": workspace.settings.quarter,
        "readers": _readers(),
    }
    return content_hash(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode())


@cache
def _readers() -> str:
    """Return a hash of the program and data files that read uploads: a change reads them again."""
    lines = [
        f"{name} {content_hash(entry.read_bytes())}"
        for name, entry in sorted(_walk(files(READERS), ""), key=lambda pair: pair[0])
    ]
    return content_hash("\n".join(lines).encode())


def _walk(folder: Traversable, path: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.name in NO_READERS:
            continue
        name = f"{path}/{entry.name}"
        found += _walk(entry, name) if entry.is_dir() else [(name, entry)]
    return found
