"""The verbs that can take long, read from ``long_verbs.toml``: rights, functions, sizes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from coverage_map.pipeline.workspace import Workspace, load_register
from geodata.errors import Place, UsageError
from geodata.store.engine import read
from geodata.store.tables import current_tables
from geodata.store.uploads import get_upload

SILENCE = timedelta(seconds=30)  # after which a worker counts as dead


@dataclass(frozen=True)
class LongVerb:
    """A row of the table; ``at_once`` is up to which sizes a page waits for it."""

    function: str
    right: str
    at_once: Mapping[str, int] = field(default_factory=dict)
    judges: bool = False


@cache
def read_long_verbs() -> Mapping[str, LongVerb]:
    """Read the table."""
    text = (files("coverage_map.pipeline") / "long_verbs.toml").read_text(encoding="utf-8")
    return {name: LongVerb(**row) for name, row in tomllib.loads(text).items()}


def long_verb(verb: str) -> LongVerb:
    """Return a verb's row; UsageError ``job_verb_unknown`` when it is no job's."""
    found = read_long_verbs().get(verb)
    if found is None:
        raise UsageError("job_verb_unknown", Place(value=verb[:80]), verb=verb[:80])
    return found


def is_quick(workspace: Workspace, verb: str, args: Mapping[str, Any]) -> bool:
    """Say whether a page may wait for a verb with these arguments.

    Looked up in the ledger alone: neither the upload nor a record is opened.
    """
    limits = long_verb(verb).at_once
    sizes = {"units": len(load_register(workspace).units)} if "units" in limits else {}
    if {"bytes", "records"} & set(limits):
        with read(workspace.store.ledger) as connection:
            upload = get_upload(connection, args["upload_id"])
        sizes["bytes"] = upload["size"]
    if "records" in limits:
        tables = current_tables(workspace.store)
        sizes["records"] = int(tables.loc[tables["owner"] == upload["owner"], "rows"].sum())
    return all(sizes[name] <= limit for name, limit in limits.items())
