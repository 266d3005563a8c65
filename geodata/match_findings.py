"""What is to be said of a row's match: fits several, fits none, lies elsewhere, taken by likeness.

Which ways of matching are told row by row, and from how far off a row lies elsewhere and how much
that weighs, is data: ``matching.toml``, ``told`` and ``disagrees``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geodata.errors import Severity
from geodata.place_names import matching_settings
from geodata.register import Register


@dataclass(frozen=True)
class Finding:
    """A finding on one row: the code of its fault, parameters, and how much it weighs.

    ``severity`` None leaves it to what becomes of the row.
    """

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    severity: Severity | None = None


def unit_titles(register: Register) -> dict[str, str]:
    """Return what each unit is called, its township before it, by code."""
    townships = dict(zip(register.townships["code"], register.townships["name"], strict=True))
    units = register.units
    return {
        str(code): f"{townships.get(township, '')} {name}".strip()
        for code, township, name in zip(
            units["code"], units["township_code"], units["name"], strict=True
        )
    }


def match_finding(
    note: Mapping[str, Any], unit: str, confidence: float, titles: Mapping[str, str]
) -> Finding | None:
    """Return what is to be said of a match, None where its way says it all.

    Args:
        note: the row's ``match_note``, read.
        unit: the unit it was matched to, "" for none.
        confidence: of the match, 0 to 1.
        titles: what units are called, by code (``unit_titles``).
    """
    if not unit:
        return _unfound(note, titles)
    taken: dict[str, str | int | float] = {"unit": titles.get(unit, unit), "code": unit}
    if "unknown_name" in note:
        return Finding("unit_by_position", taken)
    if (apart := _apart(note, titles)) is not None:
        return apart
    if "county_named" in note:
        return Finding("county_disagrees", taken)
    if note.get("how") in matching_settings()["told"]["how"]:
        # Rounded down: likeness is never wholly sure.
        taken |= {"how": note["how"], "sure": math.floor(100 * confidence)}
        return Finding("unit_taken", taken, "note")
    return None


def _unfound(note: Mapping[str, Any], titles: Mapping[str, str]) -> Finding:
    """Say that a row's words fit several units, or none."""
    if "candidates" in note:
        return Finding("unit_ambiguous", {"candidates": _named(note["candidates"], titles)})
    return Finding("unit_unknown")


def _named(codes: Sequence[str], titles: Mapping[str, str]) -> str:
    """Name the first so many units, each with its code."""
    most: int = matching_settings()["told"]["candidates"]
    said = [f"{titles.get(code, '')} {code}".strip() for code in codes[:most]]
    return " / ".join([*said, "…"] if len(codes) > most else said)


def _apart(note: Mapping[str, Any], titles: Mapping[str, str]) -> Finding | None:
    """Say that a row lies outside the unit it names: the farther, the more it weighs."""
    away: float = note.get("away_m", 0)
    levels = [level for level in matching_settings()["disagrees"]["levels"] if away > level["m"]]
    if not levels:
        return None
    heaviest = max(levels, key=lambda level: float(level["m"]))
    params: dict[str, str | int | float] = {"km": round(away / 1000, 1)}
    here = note.get("position", "")
    if here:
        params |= {"unit": titles.get(here, here), "code": here}
    return Finding(heaviest["code"] if here else heaviest["nowhere"], params, heaviest["level"])
