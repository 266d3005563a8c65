"""The table of access, read from ``access.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.errors import DataFileError, Place

ACCESS_FILE = "access.toml"


@cache
def read_access() -> Mapping[str, Any]:
    """Read the table of access; DataFileError when a role leaves a verb open."""
    text = (files("coverage_map.pipeline") / ACCESS_FILE).read_text(encoding="utf-8")
    access = tomllib.loads(text)
    for role, row in access["roles"].items():
        if set(row) != set(access["verbs"]) or not set(row.values()) <= set(access["scopes"]):
            raise DataFileError("data_file_key", Place(file=ACCESS_FILE, column=role), what=role)
    return access
