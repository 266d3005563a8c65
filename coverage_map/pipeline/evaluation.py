"""Results of a scope as they are kept: one object a result and indicator, read by hash.

A scope is ``city`` (all records) or an owner's code (its own records, and for sharing the tower
company's towers).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import pandas as pd

from coverage_map.pipeline.workspace import Workspace
from geodata.records import read_kinds
from geodata.store.engine import read
from geodata.store.frames import get_frame
from geodata.store.ledger import newest_evaluation
from geodata.store.vault import content_hash

CITY = "city"
INPUTS, DUPLICATES = "inputs", "duplicates"
# Several owners' reports of one structure, and what people said of them: the city's alone.
ASSETS, REPORTS, SAID = "assets", "reports", "asset_decisions"
# Results with a column "indicator"; each is kept as one object an indicator.
BY_INDICATOR = ("verdicts", "evidence", "figures", "gaps", "opportunities")


@dataclass(frozen=True)
class Inputs:
    """What an evaluation rests on: tables by kind of record, and everything else as one text.

    Beside kinds of record ``kinds`` holds what was said of assets, in the city's.
    """

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
        every = {*read_kinds(), SAID}
        if old is None or old.rest != self.rest:
            return every
        return {k for k in every if self.kinds.get(k) != old.kinds.get(k)}


@dataclass(frozen=True)
class Evaluation:
    """A scope's results: ``verdicts/mobile_4g``, ``gaps/…``, ``duplicates`` → object's hash."""

    scope: str
    inputs_hash: str
    objects: Mapping[str, str]

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the hashes that make up a result, in the order of the rules."""
        return tuple(key for entry, key in self.objects.items() if entry.split("/")[0] == name)


def find_newest(workspace: Workspace, scope: str) -> Evaluation | None:
    """Return the newest evaluation of a scope, None before the first."""
    with read(workspace.store.ledger) as connection:
        row = newest_evaluation(connection, scope)
    return Evaluation(scope, row["inputs_hash"], row["objects"]) if row is not None else None


def read_inputs(workspace: Workspace, evaluation: Evaluation) -> Inputs:
    """Return what an evaluation rested on."""
    return Inputs.from_json(workspace.store.vault.get(evaluation.objects[INPUTS]))


def result(
    workspace: Workspace, evaluation: Evaluation, name: str, indicator: str = ""
) -> pd.DataFrame:
    """Return a result, of one indicator or whole; never to be changed in place."""
    if indicator:
        return get_frame(workspace.store, evaluation.objects[f"{name}/{indicator}"])
    return _joined(workspace, evaluation.keys(name))


@lru_cache(maxsize=16)
def _joined(workspace: Workspace, keys: tuple[str, ...]) -> pd.DataFrame:
    frames = [get_frame(workspace.store, key) for key in keys]
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def figures_of(
    workspace: Workspace, evaluation: Evaluation, level: str, indicator: str
) -> pd.DataFrame:
    """Return the FIGURE rows of one level and indicator, all tests and operators."""
    key = evaluation.objects[f"figures/{indicator}"]
    found = _by_level(workspace, key).get(level)
    return found if found is not None else get_frame(workspace.store, key).iloc[:0]


@lru_cache(maxsize=128)
def _by_level(workspace: Workspace, key: str) -> Mapping[str, pd.DataFrame]:
    frame = get_frame(workspace.store, key)
    return {str(level): rows for level, rows in frame.groupby("level", sort=False)}
