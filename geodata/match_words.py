"""What a row says of its unit: by code, names, settlement, address or its own name."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.match_text import tell
from geodata.place_index import Known
from geodata.place_names import (
    fold,
    look_up,
    matching_settings,
    plain_name,
    settlement_keys,
    unit_keys,
    written_kind,
)
from geodata.spelling import likeness
from geodata.unit_index import NONE, Codes, UnitIndex, likely, read_code, unit_index

__all__ = [
    "WORDS",
    "Said",
    "UnitIndex",
    "look_alike",
    "resolve_words",
    "say",
    "settlement_units",
    "unit_index",
]

WORDS = ("given_code", "county_name", "township_name", "village_name", "settlement_name")
# Read only where the words above name no unit.
TEXTS = ("address", "name")
_APART = "\x1f"
_BRACKETS = str.maketrans({"(": "\x1f", ")": "\x1f", "[": "\x1f", "]": "\x1f"})


@dataclass(frozen=True)
class Said:
    """The units that a row's words fit, how they were found, and the county the words name.

    ``how`` is a key of ``prior`` in ``matching.toml``; ``unknown`` a village's name that no unit of
    the place has; ``strange`` that the words name a county or a code of no place of this register;
    ``homeless`` that they name neither county nor code.
    """

    candidates: Codes = NONE
    how: str = ""
    county: str = ""
    area: str = ""
    townships: Codes = NONE
    unknown: str = ""
    strange: bool = False
    homeless: bool = False
    known: Known = ""

    @property
    def method(self) -> str:
        """Return the match method of a single candidate."""
        return matching_settings()["method"].get(self.how, "name") if self.how else ""

    @property
    def weak(self) -> bool:
        """Say whether the words count only where the position agrees."""
        return self.how in matching_settings()["weak"]["how"] or (
            self.strange and self.method != "code"
        )


# Digits of a code, county and township → what they say.
Narrowed = dict[tuple[str, str, str], Said]


def resolve_words(
    frame: pd.DataFrame, index: UnitIndex, words: Collection[str] = (*WORDS, *TEXTS)
) -> tuple[list[Said], npt.NDArray[np.int64]]:
    """Resolve each combination of words in a frame once.

    ``words`` are the columns to read; an address and the record's own name count only in rows
    whose other words name no village.

    Returns:
        What the combinations say, and for each row which of them it has.
    """
    empty = pd.Series("", index=frame.index, dtype="str")
    columns = [
        frame[name].fillna("").astype("str") if name in frame and name in words else empty
        for name in (*WORDS, *TEXTS)
    ]
    code, _, _, village, settlement, address, name = columns
    bare = (code == "") & (village == "") & (settlement == "")
    # Numbers of houses, groups and cells tell no unit; without them the same words come again.
    columns[5] = _cut(address.where(village == "", ""), "house")
    columns[6] = _cut(name.where(bare & (address == ""), ""), "cell")
    joined = columns[0]
    for column in columns[1:]:
        joined = joined + _APART + column
    of_row, combinations = pd.factorize(joined)
    narrowed: Narrowed = {}
    saids = [say(index, str(combination).split(_APART), narrowed) for combination in combinations]
    return saids, np.asarray(of_row, dtype=np.int64)


def _cut(texts: pd.Series, what: str) -> pd.Series:
    """Leave out of texts what a pattern of ``matching.toml`` names."""
    if not texts.any():
        return texts
    return texts.str.replace(matching_settings()["text"][what], "", regex=True)


def say(index: UnitIndex, words: Sequence[str], narrowed: Narrowed | None = None) -> Said:
    """Resolve one combination of words (WORDS, then TEXTS); empty ones say nothing.

    ``narrowed`` remembers, from one combination to the next, where counties and townships are.
    """
    code, county, township, village, settlement, address, name = words
    digits, now, before = read_code(index, code)
    if now or before:
        return _by_code(index, (digits, now, before), county, township, village)
    known = {} if narrowed is None else narrowed
    asked = (digits[:9], county, township)
    if asked not in known:
        known[asked] = _narrow(index, *asked)
    place = known[asked]
    if plain_name(village):
        place = _by_name(index, place, village)
    if plain_name(settlement) and len(place.candidates) != 1 and not place.unknown:
        place = _by_settlement(index, place, settlement)
    for how, text in (("address", address), ("record_name", name)):
        if text and not place.candidates:
            place = _by_text(index, place, text, how)
    return place


def _by_code(
    index: UnitIndex, read: tuple[str, Codes, Codes], county: str, township: str, village: str
) -> Said:
    """Weigh a code, which may mean one unit today and meant another before, against the name.

    Where the name is another unit's for sure, neither counts without the position.
    """
    digits, now, before = read
    how = "code" if len(digits) == len(next(iter(now | before))) else "long_code"
    how = how if now else "former_code"
    codes = now | before
    code_county = next(iter(codes))[:6]
    if not plain_name(village):
        return Said(codes, how, code_county)
    keys = frozenset(unit_keys(village))
    for found, by in ((now, how), (before, "former_code")):
        fit = frozenset(code for code in found if index.own[code] & keys)
        if fit:
            return Said(fit, by, code_county)
    # The digits narrow no name here: they are what is in doubt.
    place = _narrow(index, "", county, township)
    if not place.county and not place.area:
        place = replace(place, county=code_county)
    named = _by_name(index, place, village)
    if named.candidates & codes:
        return Said(named.candidates & codes, how, code_county)
    if named.candidates and not named.weak and (place.townships or len(named.candidates) == 1):
        return replace(named, candidates=named.candidates | codes, how="code_or_name")
    return Said(codes, "code_against_name", code_county, unknown=village)


def _narrow(index: UnitIndex, digits: str, county: str, township: str) -> Said:
    """Say in which county, area and townships a row lies by its words and the start of its code."""
    places = index.places
    county_code, area = places.county(county), places.area(county)
    strange = False
    if plain_name(county) and not county_code and not area and not places.is_city(county):
        told = tell(index, county)
        county_code = told.county or places.county_like(county)
        strange = not county_code
        township = township or told.rest
    code_county = places.current("county", digits[:6]) if len(digits) >= 6 else ""
    if not county_code and not area and code_county:
        strange = code_county not in places.county_codes
        county_code = "" if strange else code_county
    rooted = bool(county_code or area)
    code_township = places.current("township", digits[:9]) if len(digits) >= 9 else ""
    known: Known = "exact"
    if code_township in places.township_county:
        townships = {code_township}
    else:
        townships, known = _townships(index, township, county_code, area)
    if len(townships) == 1 and not county_code and not strange:
        county_code = places.township_county[next(iter(townships))]
    strange = strange or (known == "unknown" and not county_code and not area)
    return Said(
        county=county_code,
        area=area,
        townships=frozenset(townships),
        strange=strange,
        homeless=not rooted and not strange,
        known=known,
    )


def _townships(index: UnitIndex, township: str, county: str, area: str) -> tuple[set[str], Known]:
    if not plain_name(township):
        return set(), ""
    places = index.places
    found = places.in_township(township, county, area)
    if found:
        return found, "exact"
    told = tell(index, township, county)
    if told.townships and not told.rest:
        return set(told.townships), "exact"
    found = places.township_like(township, county, area) if county or area else set()
    return (found, "like") if found else (set(), "unknown")


def _by_name(index: UnitIndex, place: Said, village: str) -> Said:
    """Find a village's or community's name in the place it is said to lie in.

    First the name as it is written, then its parts before and in brackets, then behind the
    township's name; then what sounds or looks like it in the township, and its settlements; last
    the same name elsewhere in the county.
    """
    parts = [part for part in plain_name(village).translate(_BRACKETS).split("\x1f") if part]
    for text in (village, *parts[:2]) if len(parts) > 1 else (village,):
        found = _exactly(index, place, text)
        if found:
            return replace(place, candidates=found, how=_scope(place))
    if not place.strange:
        behind = _by_text(index, place, parts[0] if parts else village, "name")
        if behind.candidates:
            return replace(behind, how=_scope(behind))
        for how, codes in _looked_for(index, place, village):
            if codes:
                unknown = village if how in matching_settings()["weak"]["how"] else ""
                return replace(place, candidates=codes, how=how, unknown=unknown)
    return replace(place, unknown=village)


def _scope(place: Said) -> str:
    """Return the way of a name that is found as written, by what narrowed it."""
    if place.townships:
        return "name_township_like" if place.known == "like" else "name"
    if place.known == "unknown":
        return "name_township_unknown"
    return "name_in_county" if place.county or place.area else "name_in_city"


def _exactly(index: UnitIndex, place: Said, village: str) -> Codes:
    """Return the units of a name in a place.

    The strictest pair of forms counts. A name without 村 or 社区 behind it may mean either: then
    all units of any form count, unless one is called exactly so.
    """
    forms = unit_keys(village)
    if index.borne.isdisjoint(forms):
        return NONE
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
            return frozenset(found)
    return NONE


def _lies_in(index: UnitIndex, code: str, place: Said) -> bool:
    if place.townships:
        return code[:9] in place.townships
    if place.area:
        return index.area[code] == place.area
    return not place.county or code[:6] == place.county


def _looked_for(index: UnitIndex, place: Said, village: str) -> Iterator[tuple[str, Codes]]:
    """Yield units that a name may mean though no unit of the place bears it, the surest first.

    Without a township likeness is only a hint: a county has many names that are alike.
    """
    if not place.townships:
        like = look_alike(index, place, village)
        yield "name_near", like.get("sound", NONE) or like.get("misprint", NONE)
        return
    like = look_alike(index, place, village)
    for how in ("sound", "misprint"):
        yield f"name_{how}", like.get(how, NONE)
    yield "name_by_settlement", settlement_units(index, place, village)
    yield "name_near", like.get("near", NONE)
    if place.county:
        yield "name_elsewhere", _exactly(index, replace(place, townships=NONE), village)


def look_alike(index: UnitIndex, place: Said, village: str) -> dict[str, Codes]:
    """Return the units of the townships, else the county, whose names are like a name, by how."""
    core, kind = fold(unit_keys(village)[-1]), written_kind(village)
    found: dict[str, set[str]] = {}
    for holder in place.townships or {place.county} - {""}:
        for own, code in likely(index, holder, core):
            how = likeness(core, own)
            if how:
                found.setdefault(how, set()).add(code)
    return {
        how: frozenset(code for code in codes if index.kind[code] == kind) or frozenset(codes)
        for how, codes in found.items()
    }


def settlement_units(index: UnitIndex, place: Said, settlement: str) -> Codes:
    """Return the units of a place that have a settlement of a name."""
    units: Codes = NONE
    for form in settlement_keys(settlement):
        units = units or index.settlements.get(form, NONE)
    return frozenset(code for code in units if _lies_in(index, code, place))


def _by_settlement(index: UnitIndex, place: Said, settlement: str) -> Said:
    """Tell units apart by the settlement a row names; where it names no unit, find one by it."""
    fit = settlement_units(index, place, settlement)
    if place.candidates:
        fit &= place.candidates
        return replace(place, candidates=fit, how="name_by_settlement") if len(fit) == 1 else place
    return replace(place, candidates=fit, how="name_by_settlement" if fit else "")


def _by_text(index: UnitIndex, place: Said, text: str, how: str) -> Said:
    """Find a unit in running text; what the text names narrows the place."""
    townships = place.townships
    if place.area and not townships:
        held = index.places.township_area.items()
        townships = frozenset(code for code, area in held if area == place.area)
    told = tell(index, text, place.county, townships, loose=how == "record_name")
    if not told.candidates:
        return place
    return replace(
        place,
        candidates=told.candidates,
        how=how,
        county=told.county,
        townships=told.townships,
        known="exact" if told.townships and not place.townships else place.known,
        homeless=False,
    )
