"""The card of one unit: its verdicts, what they rest on, and what stands near."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.evaluate import newest
from coverage_map.pipeline.evaluation import CITY, Evaluation, result
from coverage_map.pipeline.frame import trail_of
from coverage_map.pipeline.views import Card
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.verdicts import OPPORTUNITY
from geodata.errors import UsageError
from geodata.store.tables import current_tables, read_records

EVIDENCE_KEYS = ["subject_kind", "subject_code", "indicator", "test", "operator"]


def read_card(workspace: Workspace, actor: Actor, unit_code: str) -> Card:
    """Return everything the actor may know about a unit.

    Raises:
        UsageError: there is no such unit, or it lies outside the actor's areas.
    """
    scope = allow(actor, "card")
    register = load_register(workspace)
    trail = trail_of(register, scope, unit_code)
    if trail[-1].level != "unit":
        raise UsageError("area_unknown", area=unit_code)
    evaluation = newest(workspace, scope.evaluation)
    verdicts = _rows(workspace, evaluation, "verdicts", "unit_code", [unit_code])
    subjects = verdicts["subject_code"].unique().tolist()
    evidence = _rows(workspace, evaluation, "evidence", "subject_code", subjects)
    evidence = evidence.merge(verdicts[EVIDENCE_KEYS].drop_duplicates(), on=EVIDENCE_KEYS)
    nearby = _rows(workspace, evaluation, "opportunities", "unit_code", [unit_code])
    unit = register.units[register.units["code"] == unit_code].iloc[0]
    names = _subject_names(workspace, register.version)
    return Card(
        unit={str(name): value for name, value in unit.items() if name != "geometry"},
        trail=trail,
        verdicts=verdicts.assign(
            subject_name=names.reindex(verdicts["subject_code"]).fillna("").to_numpy()
        ),
        evidence=_with_names(workspace, scope.evaluation, evidence),
        nearby=nearby[list(OPPORTUNITY)].reset_index(drop=True),
    )


def _rows(
    workspace: Workspace, evaluation: Evaluation, name: str, column: str, values: Sequence[str]
) -> pd.DataFrame:
    """Return a result's rows with one of some values in a column, looked up instead of scanned."""
    rows = result(workspace, evaluation, name)
    places = _places(workspace, evaluation.inputs_hash, evaluation.scope, name, column)
    found = [places[value] for value in values if value in places]
    return rows.iloc[np.concatenate(found) if found else []]


@lru_cache(maxsize=24)
def _places(
    workspace: Workspace,
    inputs: str,  # noqa: ARG001  # part of the key: a result stands as long as they do
    scope: str,
    name: str,
    column: str,
) -> Mapping[str, npt.NDArray[np.intp]]:
    rows = result(workspace, newest(workspace, scope), name)
    found = rows.groupby(column).indices
    return {str(value): np.asarray(places, np.intp) for value, places in found.items()}


@lru_cache(maxsize=4)
def _subject_names(workspace: Workspace, version: str) -> pd.Series:  # noqa: ARG001  # the key
    register = load_register(workspace)
    names = pd.concat(
        [
            register.units.set_index("code")["name"],
            register.settlements.set_index("settlement_id")["name"],
            register.places.set_index("place_id")["name"],
        ]
    )
    unique: pd.Series = names[~names.index.duplicated()].astype("str")
    return unique


def _with_names(workspace: Workspace, scope: str, evidence: pd.DataFrame) -> pd.DataFrame:
    """Add each record's name and source id; records of the scope only are ever opened."""
    tables = current_tables(workspace.store)
    mine = tables if scope == CITY else tables[tables["owner"] == scope]
    versions = tuple(mine["values_hash"])
    named = [_names(workspace, scope, kind, versions) for kind in sorted(set(evidence["kind"]))]
    if not named:
        return evidence.assign(record_name="", record_source_id="")
    names = pd.concat(named)
    found = names.reindex(evidence["record_id"].to_numpy()).fillna("")
    return evidence.assign(
        record_name=found["name"].to_numpy(), record_source_id=found["source_id"].to_numpy()
    )


@lru_cache(maxsize=64)
def _names(
    workspace: Workspace,
    scope: str,
    kind: str,
    versions: tuple[str, ...],  # noqa: ARG001  # part of the key
) -> pd.DataFrame:
    """Return name and source id by record id; kept while the scope's tables stay as they are."""
    owners = None if scope == CITY else [scope]
    records = pd.DataFrame(read_records(workspace.store, kind, owners))
    names = records.reindex(columns=["record_id", "name", "source_id"]).astype("str").fillna("")
    return names.drop_duplicates("record_id").set_index("record_id")
