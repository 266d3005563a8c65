"""The units of a register, to be found by code, by name and by the settlements they hold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from geodata.place_index import PlaceIndex, place_index
from geodata.place_names import (
    Index,
    fold,
    name_index,
    plain_code,
    settlement_keys,
    unit_keys,
)
from geodata.register import Register

Codes = frozenset[str]
NONE: Codes = frozenset()
_UNIT, _TOWNSHIP, _COUNTY = 12, 9, 6
_ENDS = (0, -1)


@dataclass(frozen=True)
class UnitIndex:
    """What a register's units are found by.

    ``cores``: by township or county and by the first or last character, the folded names without
    suffixes of its units and their other names.
    ``forms``: by township, every form of its units' names. ``settlements``: a form of a
    settlement's name → the units that have one of that name. ``own``: the forms of each unit's
    names; ``borne``: all of them.
    """

    places: PlaceIndex
    names: Index
    kind: Mapping[str, str]
    area: Mapping[str, str]
    settlements: Mapping[str, Codes]
    cores: Mapping[tuple[str, int, str], tuple[tuple[str, str], ...]]
    forms: Mapping[str, Mapping[str, Codes]]
    own: Mapping[str, Codes]
    borne: Codes


def unit_index(register: Register) -> UnitIndex:
    """Index a register's units, their other and former names and their settlements."""
    places = place_index(register)
    units = register.units
    pairs = [
        *zip(units["name"].astype(str).tolist(), units["code"].astype(str).tolist(), strict=True),
        *places.unit_names,
    ]
    settlements: dict[str, set[str]] = defaultdict(set)
    held = register.settlements
    named = zip(held["name"].tolist(), held["unit_code"].tolist(), strict=True)
    for name, code in named:
        for form in settlement_keys(name):
            settlements[form].add(code)
    cores: dict[tuple[str, int, str], dict[tuple[str, str], None]] = defaultdict(dict)
    forms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    own: dict[str, set[str]] = defaultdict(set)
    for name, code in pairs:
        keys = unit_keys(name)
        own[code].update(keys)
        core = fold(keys[-1])
        for holder in (code[:_TOWNSHIP], code[:_COUNTY]):
            for end in _ENDS:
                cores[holder, end, core[end]][core, code] = None
        for form in keys:
            forms[code[:_TOWNSHIP]][form].add(code)
    return UnitIndex(
        places=places,
        names=name_index(pairs, unit_keys),
        kind=dict(zip(units["code"].tolist(), units["kind"].tolist(), strict=True)),
        area=dict(zip(units["code"].tolist(), units["area_code"].tolist(), strict=True)),
        settlements={form: frozenset(codes) for form, codes in settlements.items()},
        cores={key: tuple(entries) for key, entries in cores.items()},
        forms={
            township: {form: frozenset(codes) for form, codes in entries.items()}
            for township, entries in forms.items()
        },
        own={code: frozenset(keys) for code, keys in own.items()},
        borne=NONE.union(*own.values()),
    )


def likely(index: UnitIndex, holder: str, core: str) -> Iterator[tuple[str, str]]:
    """Yield (name, unit) of a township or county that one edit could turn into a name.

    A single edit of two characters or more leaves the first or the last as it is.
    """
    for end in _ENDS:
        yield from index.cores.get((holder, end, core[end]), ()) if core else ()


def read_code(index: UnitIndex, text: str) -> tuple[str, Codes, Codes]:
    """Return a code's digits, the units it means today, and the units it meant before.

    Twelve digits are a unit's code; what follows them (a settlement's, a parcel's digits) tells
    nothing of the unit. A former code of a county or township stands in front of its units' codes.
    """
    digits = plain_code(text)
    if len(digits) < _UNIT:
        return digits, NONE, NONE
    code = digits[:_UNIT]
    now = frozenset({code}) if code in index.kind else NONE
    former = index.places.former
    before = former["unit"].get(code, NONE)
    if not now and not before:
        before = frozenset(c for c in _by_prefix(index, code) if c in index.kind)
    return digits, now, before - now


def _by_prefix(index: UnitIndex, code: str) -> Iterator[str]:
    """Yield a unit's code behind today's codes of its former township or county."""
    former = index.places.former
    for township in former["township"].get(code[:_TOWNSHIP], NONE):
        yield township + code[_TOWNSHIP:]
    for county in former["county"].get(code[:_COUNTY], NONE):
        yield county + code[_COUNTY:]
