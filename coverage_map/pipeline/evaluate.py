"""Compute the verdicts of a scope from its records; kept under the hash of what went in.

A scope is ``city`` (all records) or an owner's code (its own records, and for sharing the tower
company's towers). An owner's scope opens no other owner's table, so nothing of a rival can show.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import pandas as pd

from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rollup import roll_up
from coverage_map.rules import RulePack, read_rules
from coverage_map.rules.sharing import read_sharing
from coverage_map.sharing import find_duplicates, find_opportunities
from coverage_map.verdicts import DUPLICATE, empty
from geodata.records import read_kinds
from geodata.store.engine import read, write
from geodata.store.frames import get_frame, put_frame
from geodata.store.ledger import add_evaluation, newest_evaluation
from geodata.store.tables import current_tables, read_records

CITY = "city"
TOWER_COMPANY = "tower"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Evaluation:
    """A scope's results: name (verdicts, evidence, figures, gaps, …) → object in the vault."""

    scope: str
    quarter: str
    register_version: str
    rules_hash: str
    objects: Mapping[str, str]


def _inputs_hash(workspace: Workspace, scope: str, rules: RulePack, register_version: str) -> str:
    tables = current_tables(workspace.store)
    if scope != CITY:
        towers = (tables["owner"] == TOWER_COMPANY) & (tables["kind"] == "tower")
        tables = tables[(tables["owner"] == scope) | towers]
    rows = tables[["kind", "owner", "values_hash"]].sort_values(["kind", "owner"])
    inputs = [scope, workspace.settings.quarter, register_version, rules.hash, *rows.to_numpy()]
    return hashlib.sha256(json.dumps(inputs, default=list).encode()).hexdigest()


def read_scope_records(workspace: Workspace, scope: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the records verdicts of a scope rest on, by kind."""
    owners = None if scope == CITY else [scope]
    return {kind: read_records(workspace.store, kind, owners) for kind in read_kinds()}


def evaluate(workspace: Workspace, scope: str, progress: Progress | None = None) -> Evaluation:
    """Compute a scope's results unless its inputs are those of its newest evaluation."""
    rules = read_rules()
    register = load_register(workspace)
    inputs = _inputs_hash(workspace, scope, rules, register.version)
    with read(workspace.store.ledger) as connection:
        newest = newest_evaluation(connection, scope)
    if newest is not None and newest["inputs_hash"] == inputs:
        return _evaluation(newest)
    results = _results(workspace, scope, rules, progress or (lambda *_: None))
    objects = {name: put_frame(workspace.store, frame) for name, frame in results.items()}
    with write(workspace.store.ledger) as connection:
        add_evaluation(
            connection,
            scope=scope,
            inputs_hash=inputs,
            rules_hash=rules.hash,
            register_version=register.version,
            quarter=workspace.settings.quarter,
            objects=objects,
        )
    return Evaluation(scope, workspace.settings.quarter, register.version, rules.hash, objects)


def _results(
    workspace: Workspace, scope: str, rules: RulePack, progress: Progress
) -> dict[str, pd.DataFrame]:
    register, quarter = load_register(workspace), workspace.settings.quarter
    records = read_scope_records(workspace, scope)
    progress("progress.evaluate", 0, 4)
    verdicts, evidence = judge(register, records, rules, quarter=quarter)
    if scope != CITY:
        # What an owner's shared cells do for another operator is the other's business.
        verdicts = verdicts[verdicts["operator"].isin([scope, ""])].reset_index(drop=True)
        evidence = evidence[evidence["operator"].isin([scope, ""])].reset_index(drop=True)
    progress("progress.evaluate", 1, 4)
    figures = roll_up(verdicts, register, rules)
    progress("progress.evaluate", 2, 4)
    if scope not in (CITY, TOWER_COMPANY):
        towers = read_records(workspace.store, "tower", [TOWER_COMPANY])
        records = {**records, "tower": pd.concat([records["tower"], towers], ignore_index=True)}
    gaps = find_gaps(verdicts, evidence, register, records, rules, quarter=quarter)
    progress("progress.evaluate", 3, 4)
    settings = read_sharing()
    opportunities = find_opportunities(gaps, records, settings)
    duplicates = (
        find_duplicates(records, register, settings, quarter=quarter)
        if scope == CITY
        else empty(DUPLICATE)
    )
    return {
        "verdicts": verdicts,
        "evidence": evidence,
        "figures": figures,
        "gaps": gaps,
        "opportunities": opportunities,
        "duplicates": duplicates,
    }


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
