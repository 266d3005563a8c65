"""Find a unit in running text: an address, a village behind its township, a site's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from geodata.place_names import fold, matching_settings, plain_name, without
from geodata.unit_index import NONE, Codes, UnitIndex

_LONGEST = 12  # characters of a place's name in running text


@dataclass(frozen=True)
class Told:
    """What a text tells: a county, townships, the units it names, and what stands behind them.

    ``rest`` is the text behind the county and township.
    """

    county: str = ""
    townships: Codes = NONE
    candidates: Codes = NONE
    rest: str = ""


@cache
def _after() -> tuple[str, ...]:
    """Return what may follow a village's name that is written without its suffix."""
    suffixes = matching_settings()["suffixes"]
    return (*suffixes["unit"], *suffixes["committee"], *matching_settings()["text"]["after"])


@cache
def _kinds() -> Mapping[str, tuple[str, ...]]:
    suffixes = matching_settings()["suffixes"]
    return {
        "community": tuple(s for s in suffixes["community"] if s != "社区居委会"),
        "village": tuple(suffixes["village"]),
    }


def tell(
    index: UnitIndex, text: str, county: str = "", townships: Codes = NONE, *, loose: bool = False
) -> Told:
    """Read county, township and unit off a text; what is known already narrows the search.

    ``loose`` lets words stand in front of them, as in what a site is called.
    """
    places = index.places
    whole = places.bare(fold(plain_name(text)))
    for city in places.city_names:
        whole = whole.removeprefix(without(city, "county")) if loose else whole
    found, rest = _front(whole, places.county_forms, NONE, loose=loose)
    if len(found) == 1 and not (county and county not in found):
        county, whole = next(iter(found)), rest
    wanted = townships or frozenset(
        code for code, own in places.township_county.items() if own == county
    )
    found, rest = _front(whole, places.township_forms, wanted, loose=loose)
    if len(found) == 1:
        townships, whole = found, rest
        county = county or places.township_county[next(iter(found))]
    return Told(county, townships, _unit(index, whole, county, townships, loose=loose), whole)


def _front(
    text: str, forms: Mapping[str, Codes], wanted: Codes, *, loose: bool
) -> tuple[Codes, str]:
    """Return the codes whose longest form begins the text, and the text behind it."""
    for start in range(len(text) if loose else 1):
        for end in range(min(len(text), start + _LONGEST), start + 1, -1):
            found = forms.get(text[start:end], NONE)
            found = found & wanted if wanted else found
            if found:
                return found, text[end:]
    return NONE, text


def _unit(index: UnitIndex, text: str, county: str, townships: Codes, *, loose: bool) -> Codes:
    """Return the units whose longest form begins the text, within the townships or the county."""
    shortest: int = matching_settings()["text"]["shortest"]
    for start in range(len(text) if loose and townships else 1):
        for end in range(min(len(text), start + _LONGEST), start + shortest - 1, -1):
            found = _holders(index, text[start:end], county, townships)
            rest = text[end:]
            if found and (not rest or loose or rest.startswith(_after()) or _closed(text[:end])):
                return _of_kind(index, found, text[start:end], rest)
    return NONE


def _closed(name: str) -> bool:
    return name.endswith(_kinds()["village"] + _kinds()["community"])


def _holders(index: UnitIndex, form: str, county: str, townships: Codes) -> Codes:
    if townships:
        return frozenset().union(*(index.forms.get(t, {}).get(form, NONE) for t in townships))
    if not county:
        return NONE
    found = set().union(*(level.get(form, set()) for level in index.names))
    return frozenset(code for code in found if code.startswith(county))


def _of_kind(index: UnitIndex, found: Codes, name: str, rest: str) -> Codes:
    """Keep the units of the kind that the name's or the following words say, if there are any."""
    for kind, endings in _kinds().items():
        if name.endswith(endings) or rest.startswith(endings):
            return frozenset(code for code in found if index.kind[code] == kind) or found
    return found
