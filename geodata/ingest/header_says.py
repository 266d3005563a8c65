"""What the words of a header say of a column that no alias names: evidence for it and against.

The words are data: ``header_says.toml``.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from geodata.ingest.header_forms import header_keys
from geodata.records import Field

_CHINESE = re.compile(r"[㐀-鿿]")
# What may stand behind the word that says what a column is: 经度2, 高度值, 皮长km.
_TAIL = re.compile(
    r"(?:值|坐标|信息|情况|(?<=[㐀-鿿])(?:km|m|mhz|dbm|dbi|w))?[\d一二三四五六七八九十]*$"
)


@cache
def header_says() -> Mapping[str, Any]:
    """Read what the words of headers say."""
    text = (files("geodata.ingest") / "header_says.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True)
class Says:
    """What a header says its column is: one of some fields, or any of a type or a value set."""

    fields: tuple[str, ...]
    types: tuple[str, ...]
    sets: tuple[str, ...]

    def may_be(self, entry: Field) -> bool:
        """Say whether the column can be a field as far as its header goes.

        A text of a value set is no text of just any kind.
        """
        free = not entry.values or entry.type not in {"text", "list"}
        return (
            entry.name in self.fields
            or (entry.type in self.types and free)
            or (bool(entry.values) and ("*" in self.sets or entry.values in self.sets))
        )


@lru_cache(maxsize=65536)
def says_of(header: str) -> Says | None:
    """Return what the last word of a header says, the longest that is known; None for none."""
    key = header_keys(header)[:2][-1]
    bare = _TAIL.sub("", key) or key
    longest, found = 0, None
    for entry in header_says()["says"]:
        whole = [said for said in entry.get("whole", ()) if said == key]
        ends = [said for said in entry.get("words", ()) if bare.endswith(said)]
        length = max(map(len, (*whole, *ends)), default=0)
        if length > longest:
            fields, types, sets = (
                tuple(entry.get(name, ())) for name in ("fields", "types", "sets")
            )
            longest, found = length, Says(fields, types, sets)
    return found


def speaks_against(header: str, entry: Field) -> bool:
    """Say whether a header says that its column is something else than a field."""
    said = says_of(header)
    return said is not None and not said.may_be(entry)


def speaks_for(header: str, entry: Field) -> bool:
    """Say whether a header names just this field among a few."""
    said = says_of(header)
    return said is not None and entry.name in said.fields


@lru_cache(maxsize=65536)
def is_mute(header: str) -> bool:
    """Say whether a header says nothing or next to nothing: ``$A``, ``F3``, 字段2, 站."""
    key = header_keys(header)[0]
    if len(key) == 1 and _CHINESE.search(key):
        return True
    return any(rule.fullmatch(key) for rule in _mute())


@cache
def _mute() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rule) for rule in header_says()["mute"]["patterns"])


def are_mute(headers: Sequence[str]) -> bool:
    """Say whether so many of a table's headers say next to nothing that its values must tell."""
    named = [header for header in headers if header]
    share = float(header_says()["mute"]["share"])
    return bool(named) and sum(map(is_mute, named)) >= share * len(named)
