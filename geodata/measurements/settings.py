"""What measurements look like and which are taken, from ``measurements.toml``."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.ingest.settings import word
from geodata.records import Field

_UNIT = re.compile(r"[(\[（].*?[)\]）]")


@cache
def settings() -> Mapping[str, Any]:
    """Read the settings of this room."""
    text = (files("geodata.measurements") / "measurements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def header_key(header: str) -> str:
    """Return what spellings of a header have in common; a unit in brackets does not count."""
    key = word(_UNIT.sub("", header)) or word(header)
    return key.replace("_", "").replace("-", "")


@cache
def read_fields() -> Mapping[str, Field]:
    """Read the fields of a measurement by name; see ``geodata.records.Field``."""
    return {
        name: Field(
            name=name,
            type=entry.get("type", "text"),
            values=entry.get("values", ""),
            aliases=tuple(entry["aliases"]),
        )
        for name, entry in settings()["fields"].items()
    }
