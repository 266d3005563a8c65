"""Colours and signs of every map, read from ``maps.toml``: states, share classes, base lines."""

import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class StateStyle:
    """How a state is drawn; ``hatch`` is matplotlib's code, "" for a plain fill."""

    fill: str
    outline: str
    outline_px: float
    hatch: str
    hatch_colour: str
    opacity: float


@dataclass(frozen=True)
class ShareScale:
    """The sequential scale of covered shares; ``breaks`` in per cent part the ``colours``.

    ``unknown_from``: the unknown share, in per cent, from which a class is hatched.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    outline: str
    outline_px: float
    unknown_from: float
    hatch: str
    hatch_colour: str


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads((files("coverage_map") / "maps.toml").read_text(encoding="utf-8"))


@cache
def state_style(state: str) -> StateStyle:
    """Return the style of a state; anything but covered, gap and unknown is drawn as "none"."""
    states = _read()["states"]
    return StateStyle(**states.get(state, states["none"]))


@cache
def share_scale() -> ShareScale:
    """Return the five-class scale of covered shares."""
    entry = _read()["share"]
    return ShareScale(
        breaks=tuple(entry["breaks"]),
        colours=tuple(entry["colours"]),
        outline=entry["outline"],
        outline_px=entry["outline_px"],
        unknown_from=entry["unknown_from"],
        hatch=entry["hatch"],
        hatch_colour=entry["hatch_colour"],
    )


def mark_colour(severity: str) -> str:
    """Return the fill of a cell with a fault."""
    return str(_read()["marks"][severity])


def breaks() -> tuple[float, ...]:
    """Return the four breaks, in per cent, that part the five classes."""
    return share_scale().breaks


def share_class(share: float) -> int:
    """Return the class, 0 to 4, of a covered share between 0 and 1; NaN (nothing known) is -1."""
    if math.isnan(share):
        return -1
    # Shares are ratios of integers: rounding keeps 0.98 · 100 from falling below its break.
    return bisect_right(breaks(), round(share * 100, 9))


def share_letter(share: float, unknown: float) -> str:
    """Return the character of a covered share (NaN: nothing known) beside its unknown share.

    0 to 4 are the classes, 5 to 9 the same where much is unknown, "u" where all is. Both are
    between 0 and 1.
    """
    number = share_class(share)
    if number < 0:
        return "u"
    much = round(unknown * 100, 9) >= share_scale().unknown_from
    return str(number + len(share_scale().colours) * much)


def class_label(number: int) -> str:
    """Return a class's range in words of no language: "< 50 %", "50-80 %", "≥ 98 %"."""
    limits = [f"{limit:g}" for limit in breaks()]
    if number == 0:
        return f"< {limits[0]} %"
    if number == len(limits):
        return f"≥ {limits[-1]} %"
    return f"{limits[number - 1]}\N{EN DASH}{limits[number]} %"


@cache
def base_colours() -> Mapping[str, str]:
    """Return the colours of base lines, paper and lettering, by name."""
    return dict(_read()["base"])


@cache
def series_colours() -> tuple[str, ...]:
    """Return the colours of indicators side by side; they repeat after the last."""
    return tuple(_read()["series"]["colours"])
