"""Find the counties, areas and townships of a register by their names, old names and codes."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from geodata.lineage import trace_lineage
from geodata.place_names import (
    Index,
    county_keys,
    first_fit,
    fold,
    look_up,
    name_index,
    plain_code,
    plain_name,
    township_keys,
    without,
)
from geodata.register import Register
from geodata.spelling import ORDER, likeness

Known = Literal["", "exact", "like", "unknown"]
Pairs = list[tuple[str, str]]
_PROVINCE = re.compile(r"^.{2,7}?(?:省|自治区)(?=.)")


@dataclass(frozen=True)
class PlaceIndex:
    """Counties, areas and townships of a register, to be found by name or code.

    ``former``: by level, a former code → today's codes. ``forms``: how a county or a township may
    stand in front of a village's name in one text → codes.
    """

    counties: Index
    areas: Index
    townships: Index
    township_county: Mapping[str, str]
    township_area: Mapping[str, str]
    county_codes: frozenset[str]
    former: Mapping[str, Mapping[str, frozenset[str]]]
    city_names: tuple[str, ...]
    county_forms: Mapping[str, frozenset[str]]
    township_forms: Mapping[str, frozenset[str]]
    unit_names: tuple[tuple[str, str], ...]

    def county(self, name: str) -> str:
        """Return the code of the one county a name means, else nothing."""
        digits = plain_code(name)[:6]
        if digits:
            code = self.current("county", digits)
            return code if code in self.county_codes else ""
        return self._one(self.counties, name)

    def area(self, name: str) -> str:
        """Return the code of the one reporting area a name means, else nothing."""
        return self._one(self.areas, name)

    def bare(self, name: str) -> str:
        """Return a name without the province and the city in front."""
        whole = _PROVINCE.sub("", plain_name(name))
        for city in self.city_names:
            if whole.startswith(city) and len(whole) > len(city) + 1:
                whole = whole.removeprefix(city)
        return whole

    def is_city(self, name: str) -> bool:
        """Say whether a name is the city's own, which tells no county."""
        whole = self.bare(name)
        return whole in self.city_names or whole in {without(c, "county") for c in self.city_names}

    def _one(self, index: Index, name: str) -> str:
        whole = self.bare(name)
        found = first_fit(index, county_keys(whole)) if whole else set()
        return next(iter(found)) if len(found) == 1 else ""

    def county_like(self, name: str) -> str:
        """Return the one county whose name a word may be misspelt for, else nothing.

        The word is compared as it is written: 县 and 区 behind it tell counties apart.
        """
        found = _like(fold(self.bare(name)), self.county_forms, self.county_codes)
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

    def township_like(self, name: str, county: str, area: str) -> set[str]:
        """Return the one township in the county or area a word may be misspelt for."""
        here = {code for code in self.township_county if self._lies_in(code, county, area)}
        found = _like(township_keys(name)[-1], self.township_forms, here)
        return found if len(found) == 1 else set()

    def _lies_in(self, township: str, county: str, area: str) -> bool:
        if area and self.township_area.get(township) == area:
            return True
        if county:
            return self.township_county.get(township) == county
        return not area

    def current(self, level: str, code: str) -> str:
        """Return today's code for a former one, the code itself where there is no other."""
        now = self.former[level].get(code, frozenset())
        return next(iter(now)) if len(now) == 1 else code


def _like(core: str, forms: Mapping[str, frozenset[str]], wanted: Collection[str]) -> set[str]:
    """Return the wanted codes whose forms are most like a name; only slips, no mere nearness."""
    best: dict[str, set[str]] = {}
    for form, codes in forms.items():
        here = codes.intersection(wanted)
        how = likeness(core, form) if here else ""
        if how:
            best.setdefault(how, set()).update(here)
    return next((best[how] for how in ORDER[:-1] if how in best), set())


def _pairs(frame: pd.DataFrame) -> Pairs:
    return [(str(name), str(code)) for name, code in zip(frame["name"], frame["code"], strict=True)]


def _forms(index: Index) -> dict[str, frozenset[str]]:
    """Merge the levels of an index; forms of one character are left out."""
    merged: dict[str, set[str]] = {}
    for level in index:
        for form, codes in level.items():
            if len(form) > 1:
                merged.setdefault(form, set()).update(codes)
    return {form: frozenset(codes) for form, codes in merged.items()}


def place_index(register: Register) -> PlaceIndex:
    """Index the names and former codes of a register's counties, areas and townships."""
    areas = register.areas[register.areas["level"] == "area"]
    cities = register.areas[register.areas["level"] == "city"]
    townships = register.townships
    area_codes = set(areas["code"].astype(str))
    county_codes = frozenset(register.counties["code"].astype(str))
    lineage = trace_lineage(
        register.aliases,
        {
            "county": county_codes | area_codes,
            "township": set(townships["code"].astype(str)),
            "unit": set(register.units["code"].astype(str)),
        },
    )
    named = lineage.names
    county_index = name_index([*_pairs(register.counties), *named["county"]], county_keys)
    township_index = name_index([*_pairs(townships), *named["township"]], township_keys)
    return PlaceIndex(
        counties=county_index,
        areas=name_index(
            [*_pairs(areas), *(p for p in named["county"] if p[1] in area_codes)], county_keys
        ),
        townships=township_index,
        township_county=dict(zip(townships["code"], townships["county_code"], strict=True)),
        township_area=dict(zip(townships["code"], townships["area_code"], strict=True)),
        county_codes=county_codes,
        former=lineage.former,
        city_names=tuple(str(name) for name in cities["name"]),
        county_forms=_forms(county_index),
        township_forms=_forms(township_index),
        unit_names=named["unit"],
    )
