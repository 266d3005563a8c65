"""What is left of a structure's name when its owner, its technology and its place are taken out.

Names are built of the village or place, a side of it (村东, 村西) or a number (2, 二, 2号), and
words of the trade (基站, 铁塔, -FDD1800). What they mean is data: ``rules/assets.toml``.
"""

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.fuzz import ratio

from coverage_map.rules.assets import AssetSettings, read_asset_settings
from geodata.place_names import plain_name

# What tells the second site of a village from the first, at the end: a number, a side of it.
_NUMBER = re.compile(r"(?:[东西南北]+|\d+|[一二三四五六七八九十])$")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^0-9a-z\u4e00-\u9fff]")
_ENDS = re.compile(r"(?:街道办事处|街道|镇|乡|县|市|区)$")
_CHINESE = dict(zip("一二三四五六七八九十", map(str, range(1, 11)), strict=True))


@cache
def _generic() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what technologies and bands look like, and the words that say nothing."""
    settings = read_asset_settings()
    words = sorted(settings.words, key=len, reverse=True)
    return re.compile("|".join(settings.marks)), re.compile("|".join(map(re.escape, words)))


def name_core(name: str, places: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return a name's core and what numbers it; ``places`` are its county's and township's names.

    禹州方山镇庙沟2号基站 in 方山镇 of 禹州市 has the core 庙沟 and the number 2, 庙沟村东二站 东2.
    """
    marks, words = _generic()
    rest = plain_name(name).lower()
    for place in places:
        stem = _ENDS.sub("", place)
        if len(stem) > 1:
            rest = re.sub(f"{re.escape(stem)}(?:街道|镇|乡|县|市|区)?", "", rest, count=1)
    rest = words.sub("", marks.sub("", rest))
    rest = _LETTERS.sub("", rest.replace("号", ""))
    number = ""
    while (found := _NUMBER.search(rest)) and found.start():
        part = _CHINESE.get(found[0], found[0].lstrip("0"))
        rest, number = rest[: found.start()].removesuffix("第"), part + number
    return rest, number


def compare_names(
    left: pd.DataFrame, right: pd.DataFrame, settings: AssetSettings
) -> npt.NDArray[np.object_]:
    """Say of each pair of names: same, number, more, alike, contains, different or silent.

    Both frames have the columns core and number and equally many rows. ``number``: numbers or sides
    that exclude each other; ``more``: one name has a number or side, the other none.
    """
    known: dict[tuple[str, str, str, str], str] = {}
    columns = (left["core"], right["core"], left["number"], right["number"])
    words = np.empty(len(left), dtype=object)
    for row, key in enumerate(zip(*columns, strict=True)):
        if key not in known:
            known[key] = _compare(*key, settings)
        words[row] = known[key]
    return words


def _compare(one: str, other: str, first: str, second: str, settings: AssetSettings) -> str:
    if not one or not other:
        return "silent"
    likeness = _likeness(one, other, settings)
    if likeness in {"different", "number"}:
        return likeness
    if first and second and first != second:
        return "number"
    return "more" if first != second or likeness == "more" else likeness


def _likeness(one: str, other: str, settings: AssetSettings) -> str:
    """Compare two cores, numbers aside."""
    if one == other:
        return "same"
    alike = ratio(one, other) >= settings.alike
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return "number" if alike else "different"
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) == len(longer):
        apart = [{a, b} for a, b in zip(one, other, strict=True) if a != b]
        if len(apart) == 1 and any(apart[0] <= letters for letters in settings.contrasts):
            return "number"
    elif longer[1:] == shorter and any(longer[0] in letters for letters in settings.contrasts):
        return "more"
    if alike:
        return "alike"
    return "contains" if len(shorter) >= settings.contains and shorter in longer else "different"
