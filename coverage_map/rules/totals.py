"""What reported totals are compared with, read from ``totals.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.errors import DataFileError, Place
from geodata.records import read_kinds

TOTALS_FILE = "totals.toml"
LARGE = "large_share"


@dataclass(frozen=True)
class Summed:
    """A kind of record and the field that is summed, "" where records are counted."""

    kind: str
    field: str = ""


@cache
def read_totals_rules() -> Mapping[str, Summed]:
    """Read what each measure is compared with; DataFileError ``data_file_key`` for what is none."""
    rules = {}
    for measure, entry in _read().items():
        if measure == LARGE:
            continue
        kind = read_kinds().get(str(entry.get("kind")))
        field = str(entry.get("field", ""))
        if kind is None or (field and field not in kind.fields) or set(entry) - {"kind", "field"}:
            raise DataFileError(
                "data_file_key", Place(file=TOTALS_FILE, column=measure), what=str(entry)
            )
        rules[measure] = Summed(kind.name, field)
    return rules


def read_large_share() -> float:
    """Return from which share of a reported total on its difference is shown as large."""
    share = _read().get(LARGE)
    if not isinstance(share, float) or not 0.0 < share <= 1.0:
        raise DataFileError("data_file_key", Place(file=TOTALS_FILE, column=LARGE), what=str(share))
    return share


def _read() -> dict[str, Any]:
    path = files("coverage_map") / "rules" / TOTALS_FILE
    return tomllib.loads(path.read_text(encoding="utf-8"))
