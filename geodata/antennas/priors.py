"""What is assumed of a cell where its record is silent, with its spread, and marked as assumed.

Rules are data (``priors.toml``): by indoor, site class, structure, surroundings, technology, band.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import DataFileError, Place

REPORTED, ASSUMED = "reported", "assumed"
# What rules may look at: fields of a cell, its site or its structure.
CONDITIONS = ("owner", "indoor", "site_class", "structure", "urban", "technology", "band")
NUMBERS = ("height_m", "power_dbm", "azimuth_deg", "tilt_deg", "loss_db")


@dataclass(frozen=True)
class Prior:
    """One rule: where it fits, the value, its standard deviation and why."""

    when: Mapping[str, str | bool]
    value: float | str
    spread: float
    why: str


@cache
def read_priors() -> Mapping[str, tuple[Prior, ...]]:
    """Read the rules by quantity, in the order in which they are tried.

    Raises:
        DataFileError: ``priors_broken``, a rule looks at what no record has, or none fits all.
    """
    data = _read()
    found: dict[str, tuple[Prior, ...]] = {}
    for quantity, rules in data.items():
        if quantity == "reported":
            continue
        found[quantity] = tuple(
            Prior(rule["when"], rule["value"], float(rule["spread"]), rule["why"]) for rule in rules
        )
        strange = {name for rule in rules for name in rule["when"]} - set(CONDITIONS)
        if strange or found[quantity][-1].when:
            raise DataFileError("priors_broken", Place(file="priors.toml", column=quantity))
    return found


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((files("geodata.antennas") / "priors.toml").read_text(encoding="utf-8"))


def reported_spread(quantity: str) -> float:
    """Return how far a stated value of a quantity is off, as a standard deviation."""
    return float(_read()["reported"].get(quantity, 0.0))


def fill_quantities(
    cells: pd.DataFrame, quantities: Sequence[str] = (*NUMBERS, "pattern")
) -> pd.DataFrame:
    """Return each quantity of cells with its spread and basis, assumed where records are silent.

    Args:
        cells: one row a cell; of the columns ``CONDITIONS`` and the quantities those it has.
            A height of 0 outdoors is what exports write for nothing, and counts as silent.
        quantities: which ones.

    Returns:
        For each quantity three columns: ``<quantity>``, ``<quantity>_spread`` (standard
        deviation), ``<quantity>_basis`` (``reported`` or ``assumed``); same index as the cells.
    """
    columns: dict[str, pd.Series] = {}
    for quantity in quantities:
        value, spread = _prior_of(cells, quantity)
        known = np.zeros(len(cells), dtype=bool)
        if quantity in cells.columns:
            known = (cells[quantity].notna() & ~_silent(cells, quantity)).to_numpy(dtype=bool)
            value = cells[quantity].where(known, value)
            spread = spread.mask(known, reported_spread(quantity))
        columns[quantity] = value.astype("float64" if quantity in NUMBERS else "str")
        columns[f"{quantity}_spread"] = spread.astype("float64")
        basis = np.where(known, REPORTED, ASSUMED)
        columns[f"{quantity}_basis"] = pd.Series(basis, index=cells.index, dtype="str")
    return pd.DataFrame(columns, index=cells.index)


def _silent(cells: pd.DataFrame, quantity: str) -> pd.Series:
    """Say which stated values are what exports write for nothing."""
    if quantity == "pattern":
        return cells[quantity] == ""
    if quantity != "height_m":
        return pd.Series(np.zeros(len(cells), dtype=bool), index=cells.index)
    indoor = cells["indoor"].fillna(False).astype(bool) if "indoor" in cells.columns else False
    return (cells[quantity] <= 0) & ~pd.Series(indoor, index=cells.index)


def _prior_of(cells: pd.DataFrame, quantity: str) -> tuple[pd.Series, pd.Series]:
    """Return the value and spread of the first rule that fits each cell."""
    rules = read_priors()[quantity]
    first = np.full(len(cells), -1)
    for number, rule in enumerate(rules):
        first[(first < 0) & _fits(cells, rule)] = number
    values = pd.Series([rule.value for rule in rules])
    spreads = pd.Series([rule.spread for rule in rules])
    return (
        pd.Series(values.to_numpy()[first], index=cells.index),
        pd.Series(spreads.to_numpy()[first], index=cells.index),
    )


def _fits(cells: pd.DataFrame, rule: Prior) -> np.ndarray[Any, np.dtype[np.bool_]]:
    fits = np.ones(len(cells), dtype=bool)
    for name, wanted in rule.when.items():
        if name not in cells.columns:
            return np.zeros(len(cells), dtype=bool)
        fits &= (cells[name] == wanted).fillna(False).to_numpy(dtype=bool)
    return fits
