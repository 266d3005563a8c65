"""Transmit power in watts, dBm or tenths of dBm becomes dBm; without a unit the column decides.

P(dBm) = 10 log10(P / 1 mW).
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from geodata.ingest.settings import plain, settings, word
from geodata.ingest.values.cells import NOTHING, Parsed, Parser, Reading, is_number
from geodata.ingest.values.numbers import (
    check_range,
    header_unit,
    says_no_number,
    split_number,
)
from geodata.records import Field

_MILLIWATTS = {"w": 1000.0, "mw": 1.0}


def power_reading(entry: Field, header: str, unit: str, uniques: Iterable[Any]) -> Reading:
    """Return how a column of powers is read; ``notes`` say where the unit was judged or unclear."""
    units = _units()
    known = units.get(word(unit)) or units.get(header_unit(header, units))
    if known:
        return Reading(_parser(known))
    bare = _bare_numbers(uniques)
    if not len(bare):
        return Reading(_parser(""))
    judged = _judge(bare, entry)
    if judged:
        params: dict[str, str | int | float] = {"field": entry.name, "unit": _spell(judged)}
        return Reading(_parser(judged), (Parsed(None, "unit_judged", params),))
    return Reading(_parser(""), (Parsed(None, "unit_unclear", {"field": entry.name}),))


def _units() -> Mapping[str, str]:
    units: Mapping[str, str] = settings()["power"]["units"]
    return units


def _spell(unit: str) -> str:
    return {"dbm": "dBm", "0.1dbm": "0.1 dBm", "w": "W", "mw": "mW"}.get(unit, unit)


def _bare_numbers(uniques: Iterable[Any]) -> np.ndarray:
    numbers = []
    for cell in uniques:
        if is_number(cell):
            numbers.append(float(cell))
        elif isinstance(cell, str) and (split := split_number(plain(cell))) and not split[1]:
            numbers.append(split[0])
    # Nothing and zero say nothing of the unit.
    return np.array([number for number in numbers if number])


def _judge(numbers: np.ndarray, entry: Field) -> str:
    """Return the only unit whose usual range holds nearly all numbers, "" for none or several."""
    rules = settings()["power"][entry.name]
    share = settings()["power"]["share"]
    fitting = []
    for unit, rule in rules.items():
        usual = (numbers >= rule["low"]) & (numbers <= rule["high"])
        if "step" in rule:
            usual &= numbers % rule["step"] == 0
        if usual.mean() >= share:
            fitting.append(unit)
    return fitting[0] if len(fitting) == 1 else ""


def to_dbm(number: float, unit: str) -> float | None:
    """Return a power in dBm; nothing for a power in watts that is not positive."""
    if unit in _MILLIWATTS:
        return 10.0 * math.log10(number * _MILLIWATTS[unit]) if number > 0 else None
    return number * (0.1 if unit == "0.1dbm" else 1.0)


def _parser(bare: str) -> Parser:
    def parse(cell: Any, text: str, entry: Field) -> Parsed:
        split = (float(cell), "") if is_number(cell) else split_number(plain(text))
        if split is None:
            if says_no_number(text):
                return NOTHING
            return Parsed(None, "not_a_number", {"field": entry.name})
        number, behind = split
        unit = _units().get(behind, "") if behind else bare
        if behind and not unit:
            return Parsed(None, "not_a_number", {"field": entry.name})
        if not unit:
            # The column's unit is not clear: the number is kept as it was written.
            return Parsed(None, several=True)
        dbm = to_dbm(number, unit)
        if dbm is None:
            return NOTHING if number == 0 else Parsed(None, "not_a_number", {"field": entry.name})
        return check_range(dbm, entry) or Parsed(round(dbm, 2))

    return parse
