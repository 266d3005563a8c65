"""Who owns assets and who runs networks, read from ``owners.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


@cache
def read_owners() -> Mapping[str, Owner]:
    """Read all owners, by code, in the order of the data file."""
    text = (files("geodata") / "owners.toml").read_text(encoding="utf-8")
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
        for code, entry in tomllib.loads(text)["owners"].items()
    }


def operators() -> tuple[str, ...]:
    """Return the codes of the owners that run a mobile network."""
    return tuple(code for code, owner in read_owners().items() if owner.operator)
