"""What an owner's files are read with beside the answers: profiles, decisions, its own records.

Only what the owner said and handed in itself is looked at, and the standing towers that are open to
every carrier, so nothing of a rival can show.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import geopandas as gpd
import pandas as pd

from coverage_map.indicators.claims import in_service
from coverage_map.pipeline.access import read_access
from coverage_map.pipeline.workspace import Workspace, load_register
from geodata.ingest import Answers, Profile, TableAnswer
from geodata.ingest.known import key_texts
from geodata.records import Kind, read_kinds
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
    """Add where an owner's records and the standing towers are: kind, key, lon, lat (EPSG:4490)."""
    if not owner:
        return memory
    frames = [
        _places(read_records(workspace.store, kind.name, [owner]), kind)
        for kind in read_kinds().values()
        if kind.geometry == "point"
    ]
    if lenders := _lenders(owner):
        towers = read_records(workspace.store, "tower", lenders)
        standing = towers[in_service(towers, workspace.settings.quarter, since="built")]
        frames.append(_places(standing, read_kinds()["tower"]))
    return replace(memory, known=pd.concat(frames, ignore_index=True))


def _places(records: gpd.GeoDataFrame, kind: Kind) -> pd.DataFrame:
    placed = records[records.geometry.notna()]
    frame = pd.DataFrame({"kind": kind.name, "key": key_texts(placed, kind)})
    return frame.assign(lon=placed.geometry.x, lat=placed.geometry.y)


def _lenders(owner: str) -> list[str]:
    """Return the others whose standing towers a carrier sees."""
    return [other for other in read_access()["standing_towers"]["carrier"] if other != owner]


def reading_mark(workspace: Workspace, owner: str, answers: Answers, memory: Memory) -> str:
    """Return a hash of everything beside a file's bytes that decides what is understood of it."""
    tables = current_tables(workspace.store)
    own = tables[tables["owner"] == owner]
    lent = tables[tables["owner"].isin(_lenders(owner)) & (tables["kind"] == "tower")]
    parts = {
        "answers": answers.to_json(),
        "profiles": [asdict(profile) for profile in memory.profiles],
        "decisions": dict(memory.decisions or {}),
        "records": sorted(zip(own["kind"], own["values_hash"], strict=True)),
        "towers": sorted(lent["values_hash"]),
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
