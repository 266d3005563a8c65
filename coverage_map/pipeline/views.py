"""What the pipeline hands to pages and the CLI: small frozen answers, already cut for the actor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.errors import Fault
from geodata.ingest.report import Answers, CheckedTable

# One character a map feature: what colour it takes. Units carry a state; townships and areas carry
# the class of their covered share (0 to 4; 5 to 9 where much is unknown beside it).
COVERED, GAP, UNKNOWN, NO_FREE_PORT, NOT_A_SUBJECT = "c", "g", "u", "n", "."


@dataclass(frozen=True)
class Crumb:
    """One step of the trail city › area › township › unit."""

    code: str
    name: str
    level: str


@dataclass(frozen=True)
class Frame:
    """What an actor can ask about; the same on every page.

    city_code and city_name: the whole of the actor's sight, which is one area for a county's
    planner. areas: code, name of the reporting areas within it. headline: indicator → the
    test whose verdict is the policy's. targets: indicator → per cent, NaN where none is set.
    subjects: indicator → who is judged (unit, settlement, place, area). unit_kinds: indicator → the
    kinds of unit it asks about. judged: indicator → the operators it judges, () for none.
    """

    quarter: str
    register_version: str
    modelled: bool
    scope: str
    city_code: str
    city_name: str
    areas: pd.DataFrame
    indicators: tuple[str, ...]
    operators: tuple[str, ...]
    by_operator: frozenset[str]
    headline: Mapping[str, str]
    targets: Mapping[str, float]
    subjects: Mapping[str, str]
    unit_kinds: Mapping[str, tuple[str, ...]]
    judged: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class LayerRef:
    """An immutable map layer: content hash, bounds (west, south, east, north), feature counts."""

    hash: str
    bounds: tuple[float, float, float, float]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Overview:
    """One area by one indicator and operator.

    figures: FIGURE rows of the area, every indicator's headline test, with name. children: FIGURE
    rows of the next level down, with name. classes: level → one character a feature, in the order
    of ascending codes (the layer's index).
    """

    trail: tuple[Crumb, ...]
    figures: pd.DataFrame
    children: pd.DataFrame
    classes: Mapping[str, str]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Card:
    """Everything an actor may know about a unit.

    unit: columns of the register's units. verdicts: VERDICT rows in the unit (its own and those of
    its settlements and places, with subject_name). evidence: EVIDENCE rows with record_name.
    nearby: OPPORTUNITY rows of the unit's gaps. settlements, places: their counts by kind.
    """

    unit: Mapping[str, object]
    trail: tuple[Crumb, ...]
    verdicts: pd.DataFrame
    evidence: pd.DataFrame
    nearby: pd.DataFrame


@dataclass(frozen=True)
class Sharing:
    """Co-siting opportunities for gaps, and possible duplicate builds (empty for carriers)."""

    opportunities: pd.DataFrame
    duplicates: pd.DataFrame
    gaps: gpd.GeoDataFrame


@dataclass(frozen=True)
class EarlierUpload:
    """The same bytes as the same owner handed them in before; ``state`` as it is now."""

    upload_id: str
    filename: str
    received_at: str
    state: str


@dataclass(frozen=True)
class UploadCheck:
    """What was understood of an upload; nothing is stored as a record yet.

    state: of the upload. answers: what was said of its tables. earlier: the same bytes handed in
    before, for a draft that was found again the draft itself. report: the hash it is kept under.
    """

    upload_id: str
    filename: str
    owner: str
    tables: tuple[CheckedTable, ...]
    state: str = "checked"
    answers: Answers = field(default_factory=Answers)
    earlier: EarlierUpload | None = None
    report: str = ""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the faults of all tables."""
        return tuple(fault for table in self.tables for fault in table.faults)

    @property
    def records(self) -> dict[str, gpd.GeoDataFrame]:
        """Return the good rows of all tables by kind of record."""
        kinds = {table.kind for table in self.tables if table.kind and len(table.records)}
        return {
            kind: gpd.GeoDataFrame(
                pd.concat([t.records for t in self.tables if t.kind == kind], ignore_index=True)
            )
            for kind in sorted(kinds)
        }

    @property
    def ready(self) -> bool:
        """Say whether at least one table can be taken and none waits for an answer."""
        ours = [table for table in self.tables if table.kind]
        return bool(ours) and not any(table.questions for table in self.tables)


@dataclass(frozen=True)
class Submission:
    """An upload from its arrival to its end; ``check`` is None while it could not be read.

    partial, full: how it was submitted, None before: without its faulty rows; as the owner's whole
    list of its kinds. events, oldest first: state, account, at, note (the reasons it was sent back
    for; of a superseded one the upload that took its place).
    """

    upload_id: str
    owner: str
    account: str
    filename: str
    size: int
    received_at: str
    state: str
    partial: bool | None
    full: bool | None
    check: UploadCheck | None
    events: pd.DataFrame


@dataclass(frozen=True)
class Difference:
    """What an upload would make of its owner's records of the kinds it holds.

    records: change (added, removed, moved, changed), kind, key, name, unit_code, unit, moved_m
    (whole metres on the ellipsoid), field, before, after (as text), lon, lat, lon_after, lat_after
    (EPSG:4490, NaN where there is none); a row for each record added, removed or moved and for each
    field changed. The figures count records, one that moved and changed in both.
    """

    records: pd.DataFrame
    added: int
    removed: int
    moved: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Accepted:
    """What an accepted upload changed: rows taken by kind, and verdicts that are different now.

    changed: indicator, operator, unit_code, before, after (state).
    """

    upload_id: str
    rows: Mapping[str, int]
    changed: pd.DataFrame


@dataclass(frozen=True)
class Status:
    """Figures of a workspace as the actor sees it."""

    quarter: str
    register_version: str
    units: int
    administrative_villages: int
    urban_communities: int
    other_units: int
    records: Mapping[str, int]
    verdicts: Mapping[str, Mapping[str, int]]
    tables: pd.DataFrame
    folder: Path
