"""What reading files goes by, from ``reading.toml``: limits, delimiters, what headers look like."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.ingest.settings import word


@cache
def reading() -> Mapping[str, Any]:
    """Read the settings of reading."""
    text = (files("geodata.ingest") / "reading.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def header_words(name: str) -> frozenset[str]:
    """Return a list of words about headers as a set of normalised words."""
    return frozenset(map(word, reading()["header"][name]))
