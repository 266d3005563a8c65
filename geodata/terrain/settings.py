"""What rasters of heights may look like and how they are read, from ``settings.toml``."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Product:
    """A published elevation model; ``surface``: its heights hold canopy and roofs in part."""

    name: str
    datum: str
    surface: bool


@cache
def settings() -> Mapping[str, Any]:
    """Read the settings of this room."""
    text = (files("geodata.terrain") / "settings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def product_of(file_name: str) -> Product | None:
    """Return the product that a file's name speaks of, None where it speaks of none."""
    for entry in settings()["product"]:
        if re.search(entry["pattern"], file_name.lower()):
            return Product(entry["name"], entry["datum"], entry["surface"])
    return None


def lies_beside(file_name: str) -> bool:
    """Say whether a file of a package holds no values but a mask, an error estimate or a count."""
    return any(re.search(each, file_name.lower()) for each in settings()["beside"]["patterns"])
