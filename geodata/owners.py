"""Who owns assets and who runs networks, read from ``owners.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Owner:
    """Who hands in records; ``operator``: it runs a mobile network, ``assets``: owns anything."""

    code: str
    name: Mapping[str, str]
    aliases: tuple[str, ...]
    operator: bool
    plmns: tuple[str, ...]
    colour: str
    sign: str
    assets: bool = True


@dataclass(frozen=True)
class Joint:
    """How several owners are written as one: words for them, and what may stand around names."""

    words: Mapping[str, tuple[str, ...]]
    endings: tuple[str, ...]


@cache
def read_owners() -> Mapping[str, Owner]:
    """Read all owners, by code, in the order of the data file."""
    return {
        code: Owner(
            code=code,
            name=entry["name"],
            aliases=tuple(entry["aliases"]),
            operator=entry["operator"],
            plmns=tuple(entry["plmns"]),
            colour=entry["colour"],
            sign=entry["sign"],
            assets=entry.get("assets", True),
        )
        for code, entry in _read()["owners"].items()
    }


@cache
def read_joint() -> Joint:
    """Read the words that stand for several owners."""
    entry = _read()["joint"]
    words = {word: tuple(codes) for word, codes in entry["words"].items()}
    return Joint(words, tuple(sorted(entry["endings"], key=len, reverse=True)))


def _read() -> dict[str, Any]:
    return tomllib.loads((files("geodata") / "owners.toml").read_text(encoding="utf-8"))


def operators() -> tuple[str, ...]:
    """Return the codes of the owners that run a mobile network."""
    return tuple(code for code, owner in read_owners().items() if owner.operator)
