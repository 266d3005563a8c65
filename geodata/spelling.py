"""Say whether one name of a place can be another misheard, mistyped or misread.

Names are compared without their suffixes. Characters that tell places apart (directions, numerals)
are never edited. Sounds are Mandarin syllables without tones (pypinyin, all readings); what looks
alike and what is edited at will stands in ``matching.toml``.
"""

from functools import cache, lru_cache
from typing import Literal

from geodata.place_names import matching_settings

Likeness = Literal["", "same", "sound", "misprint", "near"]
ORDER: tuple[Likeness, ...] = ("same", "sound", "misprint", "near")
_SHORTEST_EDITED = 3  # characters


@cache
def _never() -> frozenset[str]:
    return frozenset(matching_settings()["spelling"]["never"])


@cache
def _telling() -> frozenset[str]:
    return frozenset(matching_settings()["spelling"]["telling"])


@cache
def _loose() -> frozenset[str]:
    return frozenset(matching_settings()["spelling"]["loose"])


@cache
def _looks() -> dict[str, frozenset[int]]:
    """Return for each character the groups of look-alikes it is in."""
    groups: dict[str, set[int]] = {}
    for number, group in enumerate(matching_settings()["spelling"]["alike"]):
        for character in group:
            groups.setdefault(character, set()).add(number)
    return {character: frozenset(numbers) for character, numbers in groups.items()}


def _look(character: str) -> frozenset[int]:
    return _looks().get(character, frozenset())


@lru_cache(maxsize=16384)
def syllables(character: str) -> frozenset[str]:
    """Return a character's readings without tones; the character itself where it has none."""
    from pypinyin import Style, pinyin

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def likeness(said: str, unit: str) -> Likeness:
    """Say how a name that was said can be the unit's, both without suffixes.

    ``same``; ``sound``, each character sounds as the unit's; ``misprint``, one character that looks
    alike, is left out or added at will, or two changed places; ``near``, any other single edit;
    nothing otherwise.
    """
    if said == unit:
        return "same"
    if len(said) == len(unit):
        return _exchanged(said, unit)
    if abs(len(said) - len(unit)) == 1:
        return _added(*((said, unit) if len(said) < len(unit) else (unit, said)))
    return ""


def _exchanged(said: str, unit: str) -> Likeness:
    pairs = [(a, b) for a, b in zip(said, unit, strict=True) if a != b]
    if len(pairs) == len(unit) or not _never().isdisjoint("".join(a + b for a, b in pairs)):
        return ""
    if all(syllables(a) & syllables(b) for a, b in pairs):
        return "sound"
    if len(pairs) > 2:
        return ""
    if len(pairs) == 2:
        swapped = pairs[0] == pairs[1][::-1] and said.find(pairs[0][0] + pairs[1][0]) >= 0
        return "misprint" if swapped else ""
    alike = bool(_look(pairs[0][0]) & _look(pairs[0][1]))
    if len(unit) < _SHORTEST_EDITED:
        return "near" if alike else ""
    return "misprint" if alike else "near"


def _added(short: str, long: str) -> Likeness:
    """Say whether the longer name is the shorter with one character put in."""
    i = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if short[i:] != long[i + 1 :] or len(long) < _SHORTEST_EDITED or long[i] in _never():
        return ""
    if long[i] in _loose():
        return "misprint"
    return "misprint" if len(short) >= _SHORTEST_EDITED and long[i] not in _telling() else "near"
