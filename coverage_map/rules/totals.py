"""What reported totals are compared with, read from ``totals.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geodata.errors import DataFileError, Place
from geodata.records import read_kinds

TOTALS_FILE = "totals.toml"


@dataclass(frozen=True)
class Summed:
    """A kind of record and the field that is summed, "" where records are counted."""

    kind: str
    field: str = ""


@cache
def read_totals_rules() -> Mapping[str, Summed]:
    """Read what each measure is compared with; DataFileError ``data_file_key`` for what is none."""
    text = (files("coverage_map") / "rules" / TOTALS_FILE).read_text(encoding="utf-8")
    rules = {}
    for measure, entry in tomllib.loads(text).items():
        kind = read_kinds().get(str(entry.get("kind")))
        field = str(entry.get("field", ""))
        if kind is None or (field and field not in kind.fields) or set(entry) - {"kind", "field"}:
            raise DataFileError(
                "data_file_key", Place(file=TOTALS_FILE, column=measure), what=str(entry)
            )
        rules[measure] = Summed(kind.name, field)
    return rules
