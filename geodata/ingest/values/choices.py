"""Cells become yes or no, one value of a set, or a list of such values."""

import re
from functools import cache
from typing import Any

from geodata.ingest.settings import plain, settings, word, words
from geodata.ingest.values.cells import NOTHING, Params, Parsed
from geodata.owners import read_joint, read_owners
from geodata.records import Field, read_values

_LIST = re.compile(r"[/、,;|+&\n]|和")
_BAND = re.compile(r"[-_ ]?[\d.]+(?:mhz|ghz|m|g)?$")


@cache
def spellings(name: str) -> dict[str, str]:
    """Return the value of every spelling of a value set, normalised."""
    known: dict[str, str] = {}
    if name == "owner":
        for code, owner in read_owners().items():
            for spelling in (code, *owner.name.values(), *owner.aliases, *owner.plmns):
                known.setdefault(word(spelling), code)
        return known
    for value, spelled in read_values()[name].items():
        for spelling in (value, *spelled):
            known.setdefault(word(spelling), value)
    return known


def value_of(text: str, name: str) -> str | None:
    """Return the value a spelling means; a technology may carry its band: LTE1800."""
    key = word(text)
    known = spellings(name)
    if key in known:
        return known[key]
    if name == "technology":
        return known.get(_BAND.sub("", key)) or _technology_of(key)
    return None


@cache
def _technology_of(text: str) -> str | None:
    """Return the technology that all parts of a cell mean together: TDD-LTE, NR(SA) 2.6G.

    FDD and TDD say nothing beside another part; None where parts differ or one means nothing.
    """
    known, rule = spellings("technology"), settings()["technology"]
    duplex, beside = words("technology", "duplex"), words("technology", "beside")
    frequency = re.compile(rule["frequency"])
    told: set[str] = set()
    at = 0
    while at < len(text):
        end = next((n for n in range(len(text), at, -1) if text[at:n] in known), 0)
        if end and text[at:end] not in duplex:
            told.add(known[text[at:end]])
        if not end:
            end = next((n for n in range(len(text), at, -1) if text[at:n] in beside), 0)
        if not end and (number := frequency.match(text, at)):
            end = number.end()
        if not end and not text[at].isalnum():
            end = at + 1
        if not end:
            return None
        at = end
    return told.pop() if len(told) == 1 else None


def _joined(text: str, name: str) -> list[str]:
    """Return the values of spellings that stand one behind the other: 移动联通; none if any is not.

    Spellings of one character are left out: they begin too many words.
    """
    known = spellings(name)
    values: list[str] = []
    while text:
        found = next((n for n in range(len(text), 1, -1) if text[:n] in known), 0)
        if not found:
            return []
        values.append(known[text[:found]])
        text = text[found:]
    return values


def owners_together(text: str) -> list[str]:
    """Return the owners that a word for several means, 电联共享; none where it means none."""
    joint = read_joint()
    key = word(text)
    for ending in joint.endings:
        key = key.removesuffix(ending).removeprefix(ending).strip("()")
    if key in joint.words:
        return list(joint.words[key])
    one = spellings("owner").get(key)
    return [one] if one else _joined(key, "owner")


def _several(text: str, name: str) -> list[str]:
    return owners_together(text) if name == "owner" else _joined(word(text), name)


def parse_boolean(_cell: Any, text: str, entry: Field) -> Parsed:
    """Return yes or no, in the words of the field's set or the usual ones."""
    key = word(text)
    if entry.values:
        value = spellings(entry.values).get(key)
        if value is not None:
            return Parsed(value == "true")
    for answer in (True, False):
        if key in words("boolean", "true" if answer else "false"):
            return Parsed(answer)
    return Parsed(None, "not_yes_or_no", {"field": entry.name})


def parse_choice(_cell: Any, text: str, entry: Field) -> Parsed:
    """Return the value of the field's set that a cell means."""
    value = value_of(text, entry.values)
    if value is not None:
        return Parsed(value)
    if word(text) in words("empty", "nothing"):
        return NOTHING
    if entry.values == "owner" and len(parse_list(_cell, text, entry).value or ()) > 1:
        return Parsed(None, "owner_joint", {"field": entry.name})
    return Parsed(None, "value_unknown", {"field": entry.name, "set": entry.values})


def parse_list(_cell: Any, text: str, entry: Field) -> Parsed:
    """Return a list without repetitions, in the order of the cell; unknown members are a fault."""
    half = plain(text)
    nobody = words("empty", "nothing") | words("empty", "words") | words("empty", "others")
    if word(half) in nobody:
        return Parsed([])
    whole = value_of(half, entry.values) if entry.values else None
    # FDD/NR are two of a list; NR(SA)/2.6G is one, as not every part of it is a member.
    if whole is not None and (word(half) in spellings(entry.values) or not _LIST.search(half)):
        return Parsed([whole])
    members: dict[str, None] = {}
    for part in _LIST.split(half):
        if word(part) in nobody:
            continue
        value = value_of(part, entry.values) if entry.values else part.strip()
        if value is None and (several := _several(part, entry.values)):
            members |= dict.fromkeys(several)
            continue
        if value is None and whole is not None:
            return Parsed([whole])
        if value is None:
            params: Params = {"field": entry.name, "set": entry.values}
            return Parsed(list(members), "value_unknown", params)
        members[value] = None
    return Parsed(list(members))
