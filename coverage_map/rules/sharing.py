"""The settings of sharing, read from ``sharing.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from coverage_map.rules.form import Number, Source, Table, read_number, read_source
from geodata.records import read_kinds

ORDERS = ("free", "distance_m", "asset_class")


@dataclass(frozen=True)
class AssetClass:
    """One class of thing that can be shared: its records, how near it must be, and for what.

    ``free`` names the field that says how much room is left, "" where none does.
    """

    name: str
    kind: str
    structures: tuple[str, ...]
    laying: tuple[str, ...]
    free: str
    limit_m: Number
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class SamePlace:
    """When a newly built tower stands at the place of an older one of another owner."""

    structures: tuple[str, ...]
    in_settlement_m: Number
    outside_m: Number
    settlement_radius_m: Number
    same_structure_m: Number
    new_quarters: Number


@dataclass(frozen=True)
class SharingSettings:
    """All settings of sharing; ``order`` ranks opportunities, the first key counting most."""

    classes: Mapping[str, AssetClass]
    order: tuple[str, ...]
    at_most: int
    same_place: SamePlace
    sources: Mapping[str, Source]


def _read_class(table: Table) -> AssetClass:
    found = AssetClass(
        name=table.name,
        kind=table.word("kind", of=read_kinds()),
        structures=table.words("structures", absent=()),
        laying=table.words("laying", absent=()),
        free=table.text("free", absent=""),
        limit_m=read_number(table.table("limit_m")),
        indicators=table.words("indicators"),
    )
    table.done()
    return found


def _read_same_place(table: Table) -> SamePlace:
    found = SamePlace(
        structures=table.words("structures"),
        in_settlement_m=read_number(table.table("in_settlement_m")),
        outside_m=read_number(table.table("outside_m")),
        settlement_radius_m=read_number(table.table("settlement_radius_m")),
        same_structure_m=read_number(table.table("same_structure_m")),
        new_quarters=read_number(table.table("new_quarters")),
    )
    table.done()
    return found


@cache
def read_sharing(path: Path | None = None) -> SharingSettings:
    """Read the settings of sharing, ours or those in a file.

    Raises:
        DataFileError: ``rule_file`` with the key and what is wrong about it.
    """
    ours = files("coverage_map") / "rules" / "sharing.toml"
    text = (path or ours).read_text(encoding="utf-8")
    table = Table(str(path or "sharing.toml"), "", tomllib.loads(text))
    classes = table.table("classes")
    sources = table.table("sources")
    settings = SharingSettings(
        classes={name: _read_class(classes.table(name)) for name in classes.keys},
        order=table.words("order", of=ORDERS),
        at_most=int(read_number(table.table("at_most")).value),
        same_place=_read_same_place(table.table("same_place")),
        sources={name: read_source(sources.table(name)) for name in sources.keys},
    )
    table.done()
    table.check_sources(settings.sources)
    return settings
