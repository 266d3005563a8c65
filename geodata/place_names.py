"""Compare names of places as people write them: suffixes, full-width forms, old names and codes."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import pandas as pd

from geodata.register import Register

_PROVINCE = re.compile(r"^.{2,7}?(?:省|自治区)(?=.)")


@cache
def matching_settings() -> Mapping[str, Any]:
    """Read ``matching.toml``."""
    return tomllib.loads((files("geodata") / "matching.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=65536)
def plain_name(text: str) -> str:
    """Return a name in half-width characters without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=65536)
def without(text: str, *lists: str) -> str:
    """Return a name without a suffix of each list in turn; never less than one character."""
    for name in lists:
        for suffix in matching_settings()["suffixes"][name]:
            if text.endswith(suffix) and len(text) > len(suffix):
                text = text[: -len(suffix)]
                break
    return text


def unit_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a village's or community's name, strictest first."""
    whole = plain_name(name)
    bare = without(whole, "committee")
    short = without(bare, "unit")
    return tuple(dict.fromkeys((whole, bare, short, without(short, "unit"))))


def township_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a township's name, strictest first."""
    whole = plain_name(name)
    bare = without(whole, "township")
    return tuple(dict.fromkeys((whole, bare, without(bare, "street"))))


def county_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a county's or area's name, strictest first."""
    whole = plain_name(name)
    return tuple(dict.fromkeys((whole, without(whole, "county"))))


def settlement_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a natural village's name, strictest first."""
    whole = plain_name(name)
    return tuple(dict.fromkeys((whole, without(whole, "settlement"))))


def written_kind(name: str) -> str:
    """Return what kind of unit a name says it is: community, village or nothing."""
    whole = plain_name(name)
    for kind in ("community", "village"):
        if whole.endswith(tuple(matching_settings()["suffixes"][kind])):
            return kind
    return ""


# Codes by the forms of their names: the first dictionary holds the strictest form of each.
Index = tuple[dict[str, set[str]], ...]
_LEVELS = 4


def name_index(pairs: Iterable[tuple[str, str]], keys: Callable[[str], tuple[str, ...]]) -> Index:
    """Index (name, code) pairs by the forms of the names, one dictionary a level of strictness."""
    index: Index = tuple(defaultdict(set) for _ in range(_LEVELS))
    for name, code in pairs:
        for level, form in enumerate(keys(name)):
            index[level][form].add(code)
    return index


def look_up(index: Index, forms: tuple[str, ...]) -> Iterator[set[str]]:
    """Yield the codes that a name's forms fit, the strictest pairs of forms first."""
    for looseness in range(len(forms) + _LEVELS - 1):
        found: set[str] = set()
        for level, form in enumerate(forms):
            if 0 <= looseness - level < _LEVELS:
                found |= index[looseness - level].get(form, set())
        if found:
            yield found


def first_fit(index: Index, forms: tuple[str, ...]) -> set[str]:
    """Return the codes that fit a name best."""
    return next(look_up(index, forms), set())


@dataclass(frozen=True)
class PlaceIndex:
    """Counties, areas and townships of a register, to be found by name or code."""

    counties: Index
    areas: Index
    townships: Index
    township_county: Mapping[str, str]
    township_area: Mapping[str, str]
    county_codes: frozenset[str]
    former: Mapping[str, Mapping[str, str]]
    city_names: tuple[str, ...]

    def county(self, name: str) -> str:
        """Return the code of the one county a name means, else nothing."""
        return self._one(self.counties, name)

    def area(self, name: str) -> str:
        """Return the code of the one reporting area a name means, else nothing."""
        return self._one(self.areas, name)

    def _one(self, index: Index, name: str) -> str:
        whole = _PROVINCE.sub("", plain_name(name))
        for city in self.city_names:
            if whole.startswith(city) and len(whole) > len(city) + 1:
                whole = whole.removeprefix(city)
        found = first_fit(index, county_keys(whole)) if whole else set()
        return next(iter(found)) if len(found) == 1 else ""

    def in_township(self, name: str, county: str, area: str) -> set[str]:
        """Return the codes of townships of a name, within the county or area that is named."""
        if not plain_name(name):
            return set()
        for found in look_up(self.townships, township_keys(name)):
            here = {code for code in found if self._lies_in(code, county, area)}
            if here:
                return here
        return set()

    def _lies_in(self, township: str, county: str, area: str) -> bool:
        if area and self.township_area.get(township) == area:
            return True
        if county:
            return self.township_county.get(township) == county
        return not area

    def current(self, level: str, code: str) -> str:
        """Return today's code for a former one."""
        return self.former[level].get(code, code)


def _aliases(register: Register, level: str) -> list[tuple[str, str]]:
    rows = register.aliases[register.aliases["level"] == level]
    return [
        (str(alias), str(code)) for alias, code in zip(rows["alias"], rows["code"], strict=True)
    ]


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return [(str(name), str(code)) for name, code in zip(frame["name"], frame["code"], strict=True)]


def place_index(register: Register) -> PlaceIndex:
    """Index the names and former codes of a register's counties, areas and townships."""
    areas = register.areas[register.areas["level"] == "area"]
    cities = register.areas[register.areas["level"] == "city"]
    named = {level: _aliases(register, level) for level in ("county", "township", "unit")}
    townships = register.townships
    area_codes = set(areas["code"].astype(str))
    return PlaceIndex(
        counties=name_index([*_pairs(register.counties), *named["county"]], county_keys),
        areas=name_index(
            [*_pairs(areas), *(p for p in named["county"] if p[1] in area_codes)], county_keys
        ),
        townships=name_index([*_pairs(townships), *named["township"]], township_keys),
        township_county=dict(zip(townships["code"], townships["county_code"], strict=True)),
        township_area=dict(zip(townships["code"], townships["area_code"], strict=True)),
        county_codes=frozenset(register.counties["code"].astype(str)),
        former={
            level: {a: code for a, code in pairs if a.isdigit()} for level, pairs in named.items()
        },
        city_names=tuple(str(name) for name in cities["name"]),
    )
