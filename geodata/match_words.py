"""What a row's own words say about its unit: codes and names, narrowed by township and county."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.place_names import (
    Index,
    PlaceIndex,
    look_up,
    name_index,
    place_index,
    plain_name,
    settlement_keys,
    unit_keys,
    written_kind,
)
from geodata.register import Register

Codes = frozenset[str]
_NONE: Codes = frozenset()
WORDS = ("given_code", "county_name", "township_name", "village_name", "settlement_name")
_APART = "\x1f"


@dataclass(frozen=True)
class Said:
    """The units that a row's words fit, how they were found, and the county the words name.

    ``how`` is a key of the confidences in ``matching.toml``; ``unknown`` a village's name that no
    unit of the place has.
    """

    candidates: Codes = _NONE
    how: str = ""
    county: str = ""
    area: str = ""
    townships: Codes = _NONE
    unknown: str = ""

    @property
    def method(self) -> str:
        """Return the match method of a single candidate."""
        return "code" if self.how in {"code", "former_code"} else "name"


@dataclass(frozen=True)
class UnitIndex:
    """The units of a register, to be found by code, by name and by the settlements they hold."""

    places: PlaceIndex
    names: Index
    kind: Mapping[str, str]
    area: Mapping[str, str]
    settlements: Mapping[str, Codes]


def unit_index(register: Register) -> UnitIndex:
    """Index a register's units, their other names and their settlements."""
    units = register.units
    aliases = register.aliases[register.aliases["level"] == "unit"]
    pairs = [
        *zip(units["name"].astype(str), units["code"].astype(str), strict=True),
        *zip(aliases["alias"].astype(str), aliases["code"].astype(str), strict=True),
    ]
    settlements: dict[str, set[str]] = defaultdict(set)
    held = register.settlements
    for name, code in zip(held["name"].astype(str), held["unit_code"].astype(str), strict=True):
        for form in settlement_keys(name):
            settlements[form].add(code)
    return UnitIndex(
        places=place_index(register),
        names=name_index(pairs, unit_keys),
        kind=dict(zip(units["code"], units["kind"], strict=True)),
        area=dict(zip(units["code"], units["area_code"], strict=True)),
        settlements={form: frozenset(codes) for form, codes in settlements.items()},
    )


def resolve_words(
    frame: pd.DataFrame, index: UnitIndex, words: Collection[str] = WORDS
) -> tuple[list[Said], npt.NDArray[np.int64]]:
    """Resolve each combination of words in a frame once.

    Returns:
        What the combinations say, and for each row which of them it has.
    """
    joined = pd.Series("", index=frame.index, dtype="str")
    for number, name in enumerate(WORDS):
        used = name in frame and name in words
        column = frame[name].fillna("").astype("str") if used else ""
        joined = joined + column if number == 0 else joined + _APART + column
    of_row, combinations = pd.factorize(joined)
    saids = []
    for combination in combinations:
        code, county, township, village, settlement = str(combination).split(_APART)
        saids.append(say(index, code, county, township, village, settlement))
    return saids, np.asarray(of_row, dtype=np.int64)


def say(
    index: UnitIndex, code: str, county: str, township: str, village: str, settlement: str
) -> Said:
    """Resolve one combination of words; empty words say nothing."""
    digits = plain_name(code)
    unit = index.places.current("unit", digits)
    if unit in index.kind:
        how = "code" if unit == digits else "former_code"
        return Said(frozenset({unit}), how, unit[:6])
    place = _narrow(index, digits, county, township)
    if plain_name(village):
        place = _by_name(index, place, village)
    if plain_name(settlement) and len(place.candidates) != 1 and not place.unknown:
        place = _by_settlement(index, place, settlement)
    return place


def _narrow(index: UnitIndex, digits: str, county: str, township: str) -> Said:
    """Say in which county, area and townships a row lies by its words and the start of its code."""
    places = index.places
    county_code, area = places.county(county), places.area(county)
    code_county = places.current("county", digits[:6])
    if not county_code and not area and code_county in places.county_codes:
        county_code = code_county
    code_township = places.current("township", digits[:9])
    townships = (
        {code_township}
        if code_township in places.township_county
        else places.in_township(township, county_code, area)
    )
    if len(townships) == 1 and not county_code:
        county_code = places.township_county[next(iter(townships))]
    return Said(county=county_code, area=area, townships=frozenset(townships))


def _by_name(index: UnitIndex, place: Said, village: str) -> Said:
    """Find a village's or community's name in the place it is said to lie in.

    The strictest pair of forms counts. A name without 村 or 社区 behind it may mean either: then
    all units of any form count, unless one is called exactly so.
    """
    forms = unit_keys(village)
    kind = written_kind(village)
    exact = index.names[0].get(forms[0], set())
    fits: Iterable[set[str]] = look_up(index.names, forms)
    if not kind and not any(_lies_in(index, code, place) for code in exact):
        fits = [set().union(*fits)]
    for codes in fits:
        found = {code for code in codes if _lies_in(index, code, place)}
        if len(found) > 1 and kind:
            found = {code for code in found if index.kind[code] == kind} or found
        if found:
            how = "name_in_county" if place.county or place.area else "name_in_city"
            how = "name" if place.townships else how
            return Said(frozenset(found), how, place.county, place.area, place.townships)
    return Said(_NONE, "", place.county, place.area, place.townships, village)


def _lies_in(index: UnitIndex, code: str, place: Said) -> bool:
    if place.townships:
        return code[:9] in place.townships
    if place.area:
        return index.area[code] == place.area
    return not place.county or code[:6] == place.county


def _by_settlement(index: UnitIndex, place: Said, settlement: str) -> Said:
    """Tell units apart by the settlement a row names; where it names no unit, find one by it."""
    units: Codes = _NONE
    for form in settlement_keys(settlement):
        units = units or index.settlements.get(form, _NONE)
    if place.candidates:
        fit = place.candidates & units
    else:
        fit = frozenset(code for code in units if _lies_in(index, code, place))
    if len(fit) == 1:
        return Said(fit, "name_by_settlement", place.county, place.area, place.townships)
    return (
        place
        if place.candidates
        else Said(fit, "name_by_settlement", place.county, place.area, place.townships)
    )
