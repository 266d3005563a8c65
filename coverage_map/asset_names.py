"""What is left of a structure's name when its owner, its technology and its place are taken out."""

import re
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz.fuzz import ratio

from coverage_map.rules.assets import AssetSettings, read_asset_settings
from geodata.place_names import plain_name

# What tells the second site of a village from the first: a number, a side of the village.
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十东西南北]+$")
_LETTERS = re.compile(r"[^0-9a-z\u4e00-\u9fff]")
_ENDS = re.compile(r"(?:街道办事处|街道|镇|乡|县|市|区)$")


@cache
def _generic() -> re.Pattern[str]:
    words = sorted(read_asset_settings().words, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def name_core(name: str, places: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return a name's core and the number in it; ``places`` are the names of its county, township.

    禹州方山镇庙沟2号基站 in 方山镇 of 禹州市 has the core 庙沟 and the number 2.
    """
    rest = plain_name(name).lower()
    for place in places:
        stem = _ENDS.sub("", place)
        if len(stem) > 1:
            rest = re.sub(f"{re.escape(stem)}(?:街道|镇|乡|县|市|区)?", "", rest, count=1)
    rest = _generic().sub("", rest)
    rest = _LETTERS.sub("", rest.replace("号", ""))
    number = _NUMBER.search(rest)
    return _NUMBER.sub("", rest), number[0] if number else ""


def compare_names(
    left: pd.DataFrame, right: pd.DataFrame, settings: AssetSettings
) -> npt.NDArray[np.object_]:
    """Say of each pair of names: same, number, alike, contains, different or silent.

    Both frames have the columns core and number and equally many rows.
    """
    known: dict[tuple[str, str, bool], str] = {}
    columns = (left["core"], right["core"], left["number"], right["number"])
    words = np.empty(len(left), dtype=object)
    for row, (one, other, first, second) in enumerate(zip(*columns, strict=True)):
        key = (one, other, first == second)
        if key not in known:
            known[key] = _compare(*key, settings)
        words[row] = known[key]
    return words


def _compare(one: str, other: str, same_number: bool, settings: AssetSettings) -> str:
    if not one or not other:
        return "silent"
    if one == other:
        return "same" if same_number else "number"
    if not same_number:
        return "different"
    if ratio(one, other) >= settings.alike:
        return "alike"
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= settings.contains and shorter in longer:
        return "contains"
    return "different"
