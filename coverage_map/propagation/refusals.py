"""What no propagation model may be asked, and the ranges in which each is valid (``ranges.toml``).

Every refusal carries a code, the value that was given, and the limits; the sentence and the
remedy stand in the room ``propagation`` of the message catalogues.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geodata.errors import CoverageMapError


class PathRefusedError(CoverageMapError):
    """A profile is not one: points are missing, out of order, or of no known zone."""


class OutOfRangeError(CoverageMapError):
    """A model is asked for something outside its range of validity."""


@dataclass(frozen=True)
class Validity:
    """The ranges of one model, both ends included, and the document that gives them."""

    name: str
    source: str
    ranges: Mapping[str, tuple[float, float]]


@cache
def read_validity() -> Mapping[str, Validity]:
    """Read the ranges of all models, by name."""
    text = (files("coverage_map.propagation") / "ranges.toml").read_text("utf-8")
    return {
        name: Validity(
            str(entry.pop("name")),
            str(entry.pop("source")),
            {quantity: (float(low), float(high)) for quantity, (low, high) in entry.items()},
        )
        for name, entry in tomllib.loads(text).items()
    }


def check_range(model: str, quantity: str, value: float) -> None:
    """Refuse a value outside the model's range: quantity as named in ``ranges.toml``.

    Raises:
        OutOfRangeError: code ``range_<quantity>`` with model, value, low and high.
    """
    check_between(model, quantity, value, read_validity()[model].ranges[quantity])


def check_between(model: str, quantity: str, value: float, limits: tuple[float, float]) -> None:
    """Refuse a value outside limits that stand elsewhere, as ``check_range`` does."""
    low, high = limits
    if not (math.isfinite(value) and low <= value <= high):
        raise OutOfRangeError(
            f"range_{quantity}",
            model=read_validity()[model].name,
            value=f"{value:g}",
            low=f"{low:g}",
            high=f"{high:g}",
        )


def check_ranges(model: str, **values: float) -> None:
    """Refuse the first value that is outside the model's range (see ``check_range``)."""
    for quantity, value in values.items():
        check_range(model, quantity, value)
