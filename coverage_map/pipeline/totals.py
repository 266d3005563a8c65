"""Reported totals beside summed records: an owner sees its own, the city everybody's."""

import pandas as pd

from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.imports import kept_check, open_upload
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules.totals import read_totals_rules
from coverage_map.totals import REPORTED, compare_totals
from geodata.store.tables import read_records


def read_totals(workspace: Workspace, actor: Actor, upload_id: str = "") -> pd.DataFrame:
    """Return reported totals beside what the records add up to; see ``totals.TOTAL``.

    upload_id: an upload whose totals are meant, accepted or not, beside its owner's records.
    """
    scope = allow(actor, "totals")
    owners = None if scope.owners is None else list(scope.owners)
    told = None
    if upload_id:
        upload = open_upload(workspace, actor, "submissions", upload_id)
        owners = [upload["owner"]]
        check = kept_check(workspace, upload)
        told = check.records.get(REPORTED) if check else None
        told = read_records(workspace.store, REPORTED, []) if told is None else told
        told = told.assign(owner=upload["owner"])
    kinds = {REPORTED, *(summed.kind for summed in read_totals_rules().values())}
    records = {kind: read_records(workspace.store, kind, owners) for kind in sorted(kinds)}
    records = {**records, REPORTED: records[REPORTED] if told is None else told}
    found = compare_totals(records, load_register(workspace), workspace.settings.quarter)
    if scope.areas is not None:
        found = found[found["area_code"].isin(scope.areas)]
    return found.reset_index(drop=True)
