"""Judge by what stands in its columns what kind of record a table holds whose headers say nothing.

What a kind must show and what each field weighs is data: ``value_shapes.toml``, ``[told]``. What is
found so is a suggestion: the kind is used, and asked about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geodata.ingest.guess import geometry_fits, owner_bonus, table_hits, title_bonus
from geodata.ingest.header_says import speaks_for
from geodata.ingest.judge_values import Candidate, Judge, coordinate_pairs
from geodata.ingest.profile_values import is_fine, shape_of, value_shapes
from geodata.ingest.raw import RawTable
from geodata.records import Kind, read_kinds


@dataclass(frozen=True)
class Told:
    """How much the columns of a table speak for a kind, and whether one of them tells of it."""

    kind: str
    weight: float
    telling: bool


def tell_kinds(table: RawTable, titles: tuple[str, ...], owner: str, judge: Judge) -> list[Told]:
    """Return the kinds whose required fields have columns that may be theirs, likeliest first.

    Kinds that lack one are among those a person may choose, but are not told.

    ``titles``: the names of the table, the sheet and the file; ``owner``: who hands it in.
    """
    found = []
    for kind in read_kinds().values():
        if geometry_fits(table, kind) and kind.comes_from(owner):
            told = _tell(table, kind, judge)
            if told is not None:
                leaning = title_bonus(kind.name, titles) + owner_bonus(kind.name, owner)
                found.append(replace(told, weight=told.weight + leaning))
    return sorted(found, key=lambda one: (-one.weight, one.kind))


def leading(found: list[Told]) -> str:
    """Return the kind that values tell, "" where they do not suffice or do not tell two apart."""
    rule = value_shapes()["told"]
    able = [one for one in found if one.telling]
    if not able or able[0].weight < rule["least"]:
        return ""
    clear = len(able) == 1 or able[0].weight - able[1].weight >= rule["margin"]
    return able[0].kind if clear else ""


def _tell(table: RawTable, kind: Kind, judge: Judge) -> Told | None:
    """Give each field the likeliest column that is left, the most telling field first."""
    rule = value_shapes()["told"]
    taken = _named(table, kind, judge)
    weight = sum(_weight(kind, name) for name in taken if name not in {"x", "y"})
    telling = not taken.keys().isdisjoint(rule["kinds"].get(kind.name, ()))
    if kind.geometry == "point":
        pairs = coordinate_pairs(judge, kind, set(taken.values()))
        pairs = [pair for pair in pairs if _is_position(judge, pair.values())]
        if pairs and taken.keys().isdisjoint({"x", "y"}):
            taken |= {name: option.column for name, option in pairs[0].items()}
        if {"x", "y"} <= taken.keys():
            weight += rule["pair"] + _crowding(table, kind, (taken["x"], taken["y"]))
    for name in _by_weight(kind):
        option = None if name in taken else _best(judge, kind, name, taken)
        if option is None:
            continue
        taken[name] = option.column
        hint = (
            rule["hint"] if speaks_for(table.headers[option.column], kind.all_fields[name]) else 0
        )
        weight += (_weight(kind, name) + hint) * option.fit
        telling = telling or name in rule["kinds"].get(kind.name, ())
    required = [name for name, entry in kind.fields.items() if entry.required]
    serve = {name: (*kind.stand_ins(name), *rule["derived"].get(name, ())) for name in required}
    missing = sum({name, *others}.isdisjoint(taken) for name, others in serve.items())
    if missing > rule["missing"]:
        return None
    return Told(kind.name, weight - missing, telling and not missing)


def _named(table: RawTable, kind: Kind, judge: Judge) -> dict[str, int]:
    """Return the columns of the fields that headers name, as far as their cells bear it out."""
    held = value_shapes()["rule"]["held"]
    named: dict[str, int] = {}
    for j, hit in table_hits(table, kind.name).items():
        if judge.holds(j, kind.all_fields[hit.field]) >= held:
            named.setdefault(hit.field, j)
    return named


def _is_position(judge: Judge, pair: Iterable[Candidate]) -> bool:
    below, least = value_shapes()["told"]["fine"]
    return all(is_fine(judge.sample(option.column), below, least) for option in pair)


def _best(judge: Judge, kind: Kind, name: str, taken: Mapping[str, int]) -> Candidate | None:
    options = judge.candidates(kind, name, set(taken.values()), taken, borrowed=True)
    good = options and options[0].mark >= value_shapes()["rule"]["used"]
    return options[0] if good else None


def _by_weight(kind: Kind) -> list[str]:
    """Return the fields that cells can be told by, those that tell most before others."""
    names = [
        name
        for name, entry in kind.all_fields.items()
        if name not in {"x", "y"} and (shape_of(kind.name, name) or entry.values)
    ]
    return sorted(names, key=lambda name: -_weight(kind, name))


def _weight(kind: Kind, name: str) -> float:
    rule: Mapping[str, Any] = value_shapes()["told"]
    tells = shape_of(kind.name, name).get("tells")
    if tells is not None:
        return float(tells)
    if name not in kind.fields:
        return float(rule["place"])
    return float(rule["set"] if kind.fields[name].values else rule["own"])


def _crowding(table: RawTable, kind: Kind, pair: tuple[int, ...]) -> float:
    """Return what the places say: cells share those of their site, other things have their own."""
    rule = value_shapes()["told"]
    rows = list(zip(*(table.columns[j].tolist() for j in pair), strict=True))
    crowded = len(set(rows)) <= rule["crowded"] * len(rows)
    return float(rule["together"]) if crowded == (kind.name in rule["sharing"]) else 0.0
