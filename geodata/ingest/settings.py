"""What reading goes by, from ``settings.toml``, and how words are normalised before comparing."""

import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any


@cache
def settings() -> Mapping[str, Any]:
    """Read the settings of this room."""
    text = (files("geodata.ingest") / "settings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def plain(text: str) -> str:
    """Return a text in half-width characters with single inner spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


@lru_cache(maxsize=65536)
def word(text: str) -> str:
    """Return what two spellings of a word have in common: half-width, lower case, no spaces."""
    return "".join(plain(text).lower().split())


@cache
def words(*path: str) -> frozenset[str]:
    """Return a list of the settings as a set of normalised words."""
    entry: Any = settings()
    for part in path:
        entry = entry[part]
    return frozenset(word(item) for item in entry)
