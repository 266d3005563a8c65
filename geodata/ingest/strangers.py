"""What speaks against a table being ours: words of other tables, and rows that repeat like a log's.

The words and weights are data, ``strangers.toml``.
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from geodata.ingest.header_forms import header_keys
from geodata.ingest.settings import word


@dataclass(frozen=True)
class Against:
    """How much speaks against a table, the reason that most of it gives, and the headers behind."""

    weight: float
    reason: str
    headers: tuple[str, ...]


@cache
def strangers() -> Mapping[str, Any]:
    """Read the words of other tables and what they weigh."""
    text = (files("geodata.ingest") / "strangers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _spared() -> re.Pattern[str]:
    return re.compile("|".join(strangers()["spared"]["parts"]))


@lru_cache(maxsize=65536)
def stranger_of(header: str) -> tuple[str, float]:
    """Return the reason a header speaks for and its weight, the heaviest; "" for none."""
    spared = _spared()
    keys = [key for whole in header_keys(header)[:2] if (key := spared.sub("", whole))]
    found = ("", 0.0)
    if not keys:
        return found
    for entry in strangers()["strangers"]:
        told = (
            any(word(part) in keys[0] for part in entry.get("parts", ()))
            or any(key.endswith(word(end)) for end in entry.get("ends", ()) for key in keys)
            or any(word(whole) in keys for whole in entry.get("whole", ()))
        )
        if told and entry["weight"] > found[1]:
            found = (entry["reason"], float(entry["weight"]))
    return found


def belongs_to_another(group: str) -> bool:
    """Say whether a heading over several headers is that of another thing's: 邻区, 目标小区."""
    return bool(group) and stranger_of(group)[0] in strangers()["groups"]["of_another"]


@lru_cache(maxsize=65536)
def is_bystander(header: str) -> bool:
    """Say whether a header is known to be something that no record of ours holds."""
    keys, known = header_keys(header), strangers()["bystanders"]
    return (
        bool(stranger_of(header)[0])
        or any(word(part) in keys[0] for part in known["parts"])
        or any(word(whole) in keys for whole in known["whole"])
    )


def weigh_headers(headers: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    """Return by reason the headers that speak for it, each with its weight."""
    told: dict[str, list[tuple[str, float]]] = {}
    for header in dict.fromkeys(headers):
        reason, weight = stranger_of(header)
        if reason:
            told.setdefault(reason, []).append((header, weight))
    return told


def weigh_titles(titles: Sequence[str], file: str) -> dict[str, float]:
    """Return by reason what the titles of a table and the name of its file say, each once."""
    rule = strangers()["rule"]
    said_by = [*((word(title), rule["title"]) for title in titles), (word(file), rule["file"])]
    told: dict[str, float] = {}
    for entry in strangers()["strangers"]:
        words_said = [word(said) for said in entry.get("titles", ())]
        total = sum(w for text, w in said_by if any(said in text for said in words_said))
        if total:
            weight = float(total * entry.get("titles_weigh", 1.0))
            told[entry["reason"]] = told.get(entry["reason"], 0.0) + weight
    return told


def speak_against(
    headers: Sequence[str], titles: Sequence[str], file: str, *, repeats: bool, placed: bool
) -> Against:
    """Weigh what speaks against a table, by the headers that name no field of its likeliest kind.

    ``titles``: its sheet's name and the lines above its header. ``repeats``: no column of a key
    tells its rows apart. ``placed``: it says where each row is.
    """
    told = weigh_headers(headers)
    most: Mapping[str, float] = strangers()["most"] if placed else {}
    weights = {
        reason: min(sum(weight for _, weight in found), most.get(reason, math.inf))
        for reason, found in told.items()
    }
    bounded = sum(weight for reason, weight in weights.items() if reason in most)
    if placed and bounded > most["together"]:
        part = most["together"] / bounded
        weights = {reason: w * part if reason in most else w for reason, w in weights.items()}
    for reason, weight in weigh_titles(titles, file).items():
        weights[reason] = weights.get(reason, 0.0) + weight
    if repeats:
        weights["log_table"] = float(strangers()["rule"]["log"])
    if not weights:
        return Against(0.0, "", ())
    reason = max(weights, key=lambda name: weights[name])
    return Against(sum(weights.values()), reason, tuple(h for h, _ in told.get(reason, ())))
