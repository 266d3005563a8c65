"""Compute the verdicts of a scope from its records, and again only what changed.

An owner's scope opens no other owner's table, so nothing of a rival can show.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from threading import Lock

import geopandas as gpd
import pandas as pd

from coverage_map.assets import Decision, resolve_assets, surely_one
from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.pipeline.evaluation import (
    ASSETS,
    BY_INDICATOR,
    CITY,
    DUPLICATES,
    INPUTS,
    REPORTS,
    SAID,
    Evaluation,
    Inputs,
    find_newest,
    read_inputs,
    result,
)
from coverage_map.pipeline.long_verbs import SILENCE, read_long_verbs
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rollup import roll_up
from coverage_map.rules import Indicator, RulePack, read_rules
from coverage_map.rules.assets import read_asset_settings
from coverage_map.rules.sharing import read_sharing
from coverage_map.sharing import find_duplicates, find_opportunities
from coverage_map.verdicts import DUPLICATE, empty
from geodata.match_subjects import match_again
from geodata.owners import read_owners
from geodata.records import read_kinds
from geodata.register import Register
from geodata.store.agreed import asset_decisions
from geodata.store.engine import read, write
from geodata.store.frames import put_frame
from geodata.store.joblog import is_alive
from geodata.store.ledger import add_evaluation
from geodata.store.tables import current_tables, read_records
from geodata.store.vault import content_hash

TOWER_COMPANY = "tower"
STRUCTURES = ("tower", "site", "cell")  # kinds of record that report a structure
PACKAGE = "xuchang-coverage-map"  # another version of the engine computes everything again

Progress = Callable[[str, int, int], None]

_lock = Lock()


def newest(workspace: Workspace, scope: str) -> Evaluation:
    """Return the newest evaluation of a scope; one by other rules or software is made anew.

    So is one of other records, unless a job is about to: whoever accepted them may have died since.
    """
    found = find_newest(workspace, scope)
    if found is None or read_inputs(workspace, found).rest != _rest(workspace, scope):
        return evaluate(workspace, scope)
    now = _current_inputs(workspace, scope).hash
    if found.inputs_hash == now or _is_judging(workspace):
        return found
    with _lock:  # several readers of one process wait for the first of them
        return evaluate(workspace, scope)


def _is_judging(workspace: Workspace) -> bool:
    """Say whether a job that ends with new verdicts is at work."""
    judging = [name for name, verb in read_long_verbs().items() if verb.judges]
    with read(workspace.store.ledger) as connection:
        return is_alive(connection, judging, SILENCE)


def evaluate(workspace: Workspace, scope: str, progress: Progress | None = None) -> Evaluation:
    """Compute a scope's results unless its inputs are those of its newest evaluation.

    Only indicators that rest on a kind of record that changed are judged again; the others' objects
    are taken over.
    """
    inputs = _current_inputs(workspace, scope)
    before = find_newest(workspace, scope)
    if before is not None and before.inputs_hash == inputs.hash:
        return before
    results = compute(workspace, scope, inputs, before, progress or (lambda *_: None))
    objects = dict(before.objects) if before is not None else {}
    objects |= {name: put_frame(workspace.store, frame) for name, frame in results.items()}
    objects[INPUTS] = workspace.store.vault.put(inputs.to_json())
    rules = read_rules()
    entries = [f"{name}/{indicator}" for name in BY_INDICATOR for indicator in rules.indicators]
    whole = [name for name in _results(scope) if name not in BY_INDICATOR]
    objects = {entry: objects[entry] for entry in [*entries, *whole, INPUTS]}
    with write(workspace.store.ledger) as connection:
        add_evaluation(
            connection,
            scope=scope,
            inputs_hash=inputs.hash,
            rules_hash=rules.hash,
            register_version=load_register(workspace).version,
            quarter=workspace.settings.quarter,
            objects=objects,
        )
    return Evaluation(scope, inputs.hash, objects)


def every_scope() -> tuple[str, ...]:
    """Return every scope there is: the city, and each owner of anything."""
    return (CITY, *(code for code, owner in read_owners().items() if owner.assets))


def _current_inputs(workspace: Workspace, scope: str) -> Inputs:
    tables = current_tables(workspace.store)
    if scope != CITY:
        towers = (tables["owner"] == TOWER_COMPANY) & (tables["kind"] == "tower")
        tables = tables[(tables["owner"] == scope) | towers]
    kinds = {
        str(kind): str(sorted(zip(rows["owner"], rows["values_hash"], strict=True)))
        for kind, rows in tables.groupby("kind")
    }
    if scope == CITY and (said := _said_of_assets(workspace)):
        kinds[SAID] = str(said)
    return Inputs(_rest(workspace, scope), kinds)


def _rest(workspace: Workspace, scope: str) -> str:
    register, quarter = load_register(workspace).version, workspace.settings.quarter
    results = " ".join(_results(scope))
    # Settings beside the rules: of sharing for everyone, of what is one asset for the city alone.
    sharing = content_hash(repr(read_sharing()).encode())
    weights = read_asset_settings().hash if scope == CITY else ""
    rules = [read_rules().hash, sharing, weights]
    return "\n".join([scope, quarter, register, *rules, version(PACKAGE), results])


def _results(scope: str) -> tuple[str, ...]:
    """Return the names of the results a scope has."""
    return (*BY_INDICATOR, DUPLICATES, *((ASSETS, REPORTS) if scope == CITY else ()))


def compute(
    workspace: Workspace,
    scope: str,
    inputs: Inputs,
    before: Evaluation | None,
    progress: Progress,
) -> dict[str, pd.DataFrame]:
    """Return what must be computed anew since an evaluation (None: everything), by entry."""
    rules, settings = read_rules(), read_sharing()
    changed = inputs.changed(read_inputs(workspace, before) if before else None)
    judged = _restrict(rules, lambda i: bool(set(i.records) & changed))
    assets = {asset_class.kind for asset_class in settings.classes.values()}
    # Where assets changed, every gap may have another neighbour.
    listed = rules if assets & changed else judged
    register, quarter = load_register(workspace), workspace.settings.quarter
    needed = {kind for indicator in judged.indicators.values() for kind in indicator.records}
    needed |= assets | ({"site"} if scope == CITY else set())  # duplicates look at sites too
    records = _read_records(workspace, scope, needed)
    progress("progress.evaluate", 0, 4)
    verdicts, evidence = judge(register, records, judged, quarter=quarter)
    verdicts, evidence = _of_scope(verdicts, scope), _of_scope(evidence, scope)
    progress("progress.evaluate", 1, 4)
    figures = roll_up(verdicts, register, judged)
    found = _split(judged, verdicts=verdicts, evidence=evidence, figures=figures)
    progress("progress.evaluate", 2, 4)
    if scope not in (CITY, TOWER_COMPANY):
        towers = read_records(workspace.store, "tower", [TOWER_COMPANY])
        records = {**records, "tower": pd.concat([records["tower"], towers], ignore_index=True)}
    if before is not None and listed is not judged:
        stay = [name for name in listed.indicators if name not in judged.indicators]
        kept = {
            name: [result(workspace, before, name, indicator) for indicator in stay]
            for name in ("verdicts", "evidence")
        }
        verdicts = pd.concat([verdicts, *kept["verdicts"]], ignore_index=True)
        evidence = pd.concat([evidence, *kept["evidence"]], ignore_index=True)
    gaps = find_gaps(verdicts, evidence, register, records, listed, quarter=quarter)
    progress("progress.evaluate", 3, 4)
    opportunities = find_opportunities(gaps, records, settings)
    indicator = opportunities["gap_id"].str.replace("/.*", "", regex=True)
    found |= _split(listed, gaps=gaps, opportunities=opportunities.assign(indicator=indicator))
    if scope != CITY:
        return {**found, DUPLICATES: empty(DUPLICATE)}
    resolved = _resolve_assets(workspace, register, records, before, changed)
    same = surely_one(resolved[REPORTS])
    duplicates = find_duplicates(records, register, settings, quarter=quarter, same=same)
    return {**found, **resolved, DUPLICATES: duplicates}


def _said_of_assets(workspace: Workspace) -> list[Decision]:
    with read(workspace.store.ledger) as connection:
        said = asset_decisions(connection)
    return [Decision(row["one"], row["other"], row["together"]) for row in said]


def _resolve_assets(
    workspace: Workspace,
    register: Register,
    records: Mapping[str, gpd.GeoDataFrame],
    before: Evaluation | None,
    changed: set[str],
) -> dict[str, pd.DataFrame]:
    """Return assets and their reports, those of before where nothing about them changed.

    Of everybody's records: for the city's scope alone.
    """
    if before is not None and not changed & {*STRUCTURES, SAID}:
        return {name: result(workspace, before, name) for name in (ASSETS, REPORTS)}
    missing = set(STRUCTURES) - set(records)
    records = {**records, **_read_records(workspace, CITY, missing)}
    assets, reports = resolve_assets(records, register, _said_of_assets(workspace))
    return {ASSETS: assets, REPORTS: reports}


def judge_with(
    workspace: Workspace, scope: str, owner: str, tables: Mapping[str, gpd.GeoDataFrame]
) -> dict[str, pd.DataFrame]:
    """Return a scope's verdicts by indicator as if an owner's tables (by kind) were others.

    Only indicators that rest on these kinds are judged; nothing is stored.
    """
    judged = _restrict(read_rules(), lambda i: bool(set(i.records) & set(tables)))
    needed = {kind for indicator in judged.indicators.values() for kind in indicator.records}
    records = _read_records(workspace, scope, needed)
    for kind in needed & set(tables):
        others = records[kind][records[kind]["owner"] != owner]
        records[kind] = gpd.GeoDataFrame(pd.concat([others, tables[kind]], ignore_index=True))
    register, quarter = load_register(workspace), workspace.settings.quarter
    verdicts, _ = judge(register, records, judged, quarter=quarter)
    verdicts = _of_scope(verdicts, scope)
    return {name: verdicts[verdicts["indicator"] == name] for name in judged.indicators}


def _of_scope(frame: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Return what a scope is told: an owner's shared cells may serve another, who is told that."""
    if scope == CITY:
        return frame
    return frame[frame["operator"].isin([scope, ""])].reset_index(drop=True)


def _read_records(
    workspace: Workspace, scope: str, kinds: Iterable[str]
) -> dict[str, gpd.GeoDataFrame]:
    """Return the records of some kinds that verdicts of a scope rest on, by kind."""
    owners = None if scope == CITY else [scope]
    register = load_register(workspace)
    return {
        kind: _beside(read_records(workspace.store, kind, owners), kind, register)
        for kind in sorted(kinds)
    }


def _beside(records: gpd.GeoDataFrame, kind: str, register: Register) -> gpd.GeoDataFrame:
    """Return records beside today's natural villages, which change from quarter to quarter."""
    about = read_kinds()[kind].subject
    return match_again(records, register) if about == "settlement" else records


def _restrict(rules: RulePack, wanted: Callable[[Indicator], bool]) -> RulePack:
    """Return the pack with some indicators only; its hash stays that of the whole."""
    chosen = {name: entry for name, entry in rules.indicators.items() if wanted(entry)}
    return replace(rules, indicators=chosen)


def _split(rules: RulePack, **results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Cut results by indicator; one without rows is an empty frame."""
    return {
        f"{name}/{indicator}": frame[frame["indicator"] == indicator].reset_index(drop=True)
        for name, frame in results.items()
        for indicator in rules.indicators
    }
