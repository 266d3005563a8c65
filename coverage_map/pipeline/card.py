"""The card of one unit: its verdicts, what they rest on, and what stands near."""

from functools import lru_cache

import pandas as pd

from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.evaluate import newest
from coverage_map.pipeline.evaluation import CITY, result
from coverage_map.pipeline.frame import trail_of
from coverage_map.pipeline.views import Card
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.verdicts import OPPORTUNITY
from geodata.errors import UsageError
from geodata.register import Register
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
    verdicts = result(workspace, evaluation, "verdicts")
    verdicts = verdicts[verdicts["unit_code"] == unit_code]
    evidence = result(workspace, evaluation, "evidence")
    evidence = evidence[evidence["subject_code"].isin(verdicts["subject_code"])]
    evidence = evidence.merge(verdicts[EVIDENCE_KEYS].drop_duplicates(), on=EVIDENCE_KEYS)
    opportunities = result(workspace, evaluation, "opportunities")
    unit = register.units[register.units["code"] == unit_code].iloc[0]
    return Card(
        unit={str(name): value for name, value in unit.items() if name != "geometry"},
        trail=trail,
        verdicts=verdicts.assign(subject_name=_subject_names(register, verdicts)),
        evidence=_with_names(workspace, scope.evaluation, evidence),
        nearby=opportunities.loc[
            opportunities["unit_code"] == unit_code, list(OPPORTUNITY)
        ].reset_index(drop=True),
    )


def _subject_names(register: Register, verdicts: pd.DataFrame) -> pd.Series:
    names = pd.concat(
        [
            register.units.set_index("code")["name"],
            register.settlements.set_index("settlement_id")["name"],
            register.places.set_index("place_id")["name"],
        ]
    )
    return verdicts["subject_code"].map(names).fillna("").astype("str")


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
