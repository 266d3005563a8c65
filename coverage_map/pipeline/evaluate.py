"""Compute the verdicts of a scope from its records; kept under the hash of what went in.

A scope is ``city`` (all records) or an owner's code (its own records, and for sharing the tower
company's towers). An owner's scope opens no other owner's table, so nothing of a rival can show.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from typing import Self

import geopandas as gpd
import pandas as pd

from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rollup import roll_up
from coverage_map.rules import Indicator, RulePack, read_rules
from coverage_map.rules.sharing import read_sharing
from coverage_map.sharing import find_duplicates, find_opportunities
from coverage_map.verdicts import DUPLICATE, empty
from geodata.records import read_kinds
from geodata.store.engine import read, write
from geodata.store.frames import get_frame, put_frame
from geodata.store.ledger import add_evaluation, newest_evaluation
from geodata.store.tables import current_tables, read_records
from geodata.store.vault import content_hash

CITY = "city"
TOWER_COMPANY = "tower"

PACKAGE = "xuchang-coverage-map"  # another version of the engine computes everything again
INPUTS = "inputs"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Inputs:
    """What an evaluation rests on: tables by kind of record, and everything else as one text."""

    rest: str
    kinds: Mapping[str, str]

    def to_json(self) -> bytes:
        """Write the inputs canonically."""
        return json.dumps({"rest": self.rest, "kinds": self.kinds}, sort_keys=True).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(data))

    @property
    def hash(self) -> str:
        """Return the hash of the inputs."""
        return content_hash(self.to_json())

    def changed(self, old: Self | None) -> set[str]:
        """Return the kinds whose tables differ from older inputs; all when the rest differs."""
        if old is None or old.rest != self.rest:
            return set(read_kinds())
        return {k for k in read_kinds() if self.kinds.get(k) != old.kinds.get(k)}


@dataclass(frozen=True)
class Evaluation:
    """A scope's results: name (verdicts, evidence, figures, gaps, …) → object in the vault."""

    scope: str
    quarter: str
    register_version: str
    rules_hash: str
    objects: Mapping[str, str]


def _read_inputs(workspace: Workspace, scope: str, rules: RulePack, register: str) -> Inputs:
    tables = current_tables(workspace.store)
    if scope != CITY:
        towers = (tables["owner"] == TOWER_COMPANY) & (tables["kind"] == "tower")
        tables = tables[(tables["owner"] == scope) | towers]
    rest = [scope, workspace.settings.quarter, register, rules.hash, version(PACKAGE)]
    kinds = {
        str(kind): sorted(zip(rows["owner"], rows["values_hash"], strict=True))
        for kind, rows in tables.groupby("kind")
    }
    return Inputs("\n".join(rest), {kind: str(rows) for kind, rows in kinds.items()})


def read_scope_records(
    workspace: Workspace, scope: str, kinds: Iterable[str]
) -> dict[str, gpd.GeoDataFrame]:
    """Return the records of some kinds that verdicts of a scope rest on, by kind."""
    owners = None if scope == CITY else [scope]
    return {kind: read_records(workspace.store, kind, owners) for kind in sorted(kinds)}


def evaluate(workspace: Workspace, scope: str, progress: Progress | None = None) -> Evaluation:
    """Compute a scope's results unless its inputs are those of its newest evaluation.

    Only indicators that rest on a kind of record that changed are judged again.
    """
    rules = read_rules()
    register = load_register(workspace)
    inputs = _read_inputs(workspace, scope, rules, register.version)
    with read(workspace.store.ledger) as connection:
        row = newest_evaluation(connection, scope)
    before = _evaluation(row) if row is not None else None
    if row is not None and before is not None and row["inputs_hash"] == inputs.hash:
        return before
    results = _results(workspace, scope, inputs, before, progress or (lambda *_: None))
    objects = {name: put_frame(workspace.store, frame) for name, frame in results.items()}
    objects[INPUTS] = workspace.store.vault.put(inputs.to_json())
    with write(workspace.store.ledger) as connection:
        add_evaluation(
            connection,
            scope=scope,
            inputs_hash=inputs.hash,
            rules_hash=rules.hash,
            register_version=register.version,
            quarter=workspace.settings.quarter,
            objects=objects,
        )
    return Evaluation(scope, workspace.settings.quarter, register.version, rules.hash, objects)


def _results(
    workspace: Workspace,
    scope: str,
    inputs: Inputs,
    before: Evaluation | None,
    progress: Progress,
) -> dict[str, pd.DataFrame]:
    """Return the result frames; what did not change is taken from the evaluation before."""
    rules, settings = read_rules(), read_sharing()
    changed = inputs.changed(_inputs_of(workspace, before))
    again = _restrict(rules, lambda i: bool(set(i.records) & changed))
    near = {asset_class.kind for asset_class in settings.classes.values()}
    again_near = rules if near & changed else again
    register, quarter = load_register(workspace), workspace.settings.quarter

    def kept(name: str, fresh: pd.DataFrame, of: RulePack) -> pd.DataFrame:
        stays = set(rules.indicators) - set(of.indicators)
        if before is not None and stays:
            old = result(workspace, before, name)
            fresh = pd.concat([old[old["indicator"].isin(stays)], fresh], ignore_index=True)
        return _by_indicator(fresh, list(rules.indicators))

    needed = {kind for indicator in again.indicators.values() for kind in indicator.records}
    needed |= near | ({"site"} if scope == CITY else set())  # duplicates look at sites too
    records = read_scope_records(workspace, scope, needed)
    progress("progress.evaluate", 0, 4)
    verdicts, evidence = judge(register, records, again, quarter=quarter)
    if scope != CITY:
        # What an owner's shared cells do for another operator is the other's business.
        verdicts = verdicts[verdicts["operator"].isin([scope, ""])].reset_index(drop=True)
        evidence = evidence[evidence["operator"].isin([scope, ""])].reset_index(drop=True)
    progress("progress.evaluate", 1, 4)
    figures = kept("figures", roll_up(verdicts, register, again), again)
    verdicts, evidence = (
        kept("verdicts", verdicts, again),
        kept("evidence", evidence, again),
    )
    progress("progress.evaluate", 2, 4)
    if scope not in (CITY, TOWER_COMPANY):
        towers = read_records(workspace.store, "tower", [TOWER_COMPANY])
        records = {**records, "tower": pd.concat([records["tower"], towers], ignore_index=True)}
    asked = verdicts[verdicts["indicator"].isin(again_near.indicators)]
    fresh_gaps = find_gaps(asked, evidence, register, records, again_near, quarter=quarter)
    progress("progress.evaluate", 3, 4)
    opportunities = find_opportunities(fresh_gaps, records, settings)
    opportunities = opportunities.assign(
        indicator=opportunities["gap_id"].str.replace("/.*", "", regex=True)
    )
    duplicates = (
        find_duplicates(records, register, settings, quarter=quarter)
        if scope == CITY
        else empty(DUPLICATE)
    )
    return {
        "verdicts": verdicts,
        "evidence": evidence,
        "figures": figures,
        "gaps": kept("gaps", fresh_gaps, again_near),
        "opportunities": kept("opportunities", opportunities, again_near),
        "duplicates": duplicates,
    }


def _inputs_of(workspace: Workspace, evaluation: Evaluation | None) -> Inputs | None:
    if evaluation is None:
        return None
    return Inputs.from_json(workspace.store.vault.get(evaluation.objects[INPUTS]))


def _restrict(rules: RulePack, wanted: Callable[[Indicator], bool]) -> RulePack:
    """Return the pack with some indicators only; its hash stays that of the whole."""
    chosen = {name: entry for name, entry in rules.indicators.items() if wanted(entry)}
    return replace(rules, indicators=chosen)


def _by_indicator(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Order rows by indicator, so that parts put together read as a whole computation does."""
    place = rows["indicator"].map({name: number for number, name in enumerate(order)})
    return rows.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _evaluation(row: Mapping[str, object]) -> Evaluation:
    return Evaluation(
        scope=str(row["scope"]),
        quarter=str(row["quarter"]),
        register_version=str(row["register_version"]),
        rules_hash=str(row["rules_hash"]),
        objects=row["objects"],  # type: ignore[arg-type]
    )


def newest(workspace: Workspace, scope: str) -> Evaluation:
    """Return the newest evaluation of a scope, computing the first."""
    with read(workspace.store.ledger) as connection:
        row = newest_evaluation(connection, scope)
    return _evaluation(row) if row is not None else evaluate(workspace, scope)


def result(workspace: Workspace, evaluation: Evaluation, name: str) -> pd.DataFrame:
    """Return one result frame; shared between callers, never to be changed in place."""
    return get_frame(workspace.store, evaluation.objects[name])


@lru_cache(maxsize=64)
def _figures_by(workspace: Workspace, figures_hash: str) -> Mapping[tuple[str, str], pd.DataFrame]:
    frame = get_frame(workspace.store, figures_hash)
    return {
        (str(level), str(indicator)): rows
        for (level, indicator), rows in frame.groupby(["level", "indicator"], sort=False)
    }


def figures_of(
    workspace: Workspace, evaluation: Evaluation, level: str, indicator: str
) -> pd.DataFrame:
    """Return the FIGURE rows of one level and indicator, all tests and operators."""
    found = _figures_by(workspace, evaluation.objects["figures"]).get((level, indicator))
    return found if found is not None else result(workspace, evaluation, "figures").iloc[:0]
