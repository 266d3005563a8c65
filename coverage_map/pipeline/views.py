"""What the pipeline hands to pages and the CLI: small frozen answers, already cut for the actor."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.errors import Fault
from geodata.ingest.report import CheckedTable

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
class UploadCheck:
    """What was understood of an upload; nothing is stored as a record yet."""

    upload_id: str
    filename: str
    owner: str
    tables: tuple[CheckedTable, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the faults of all tables."""
        return tuple(fault for table in self.tables for fault in table.faults)

    @property
    def ready(self) -> bool:
        """Say whether at least one table can be taken and none waits for an answer."""
        ours = [table for table in self.tables if table.kind]
        return bool(ours) and not any(table.questions for table in self.tables)


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
