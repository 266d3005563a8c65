"""What people write for a band becomes the band's usual name: FDD1800, B3, 1.8GHz are 1.8G."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from geodata.bands import band_data, band_of_mhz, channel_mhz, read_bands
from geodata.ingest.settings import plain, word
from geodata.ingest.values.cells import Parsed
from geodata.records import Field

_SEPARATORS = re.compile(r"[/、,;|+&\n]|和")
_MHZ = re.compile(r"(\d+(?:\.\d+)?)(ghz|mhz|g|m)?(?:hz)?")
_LETTER = re.compile(r"([a-z])\d{0,2}")
_NUMBERED = re.compile(r"(n|b|band)?(\d{1,2})")
_PREFIXED = re.compile(r"([a-z])(\d{2,4}(?:\.\d+)?)(ghz|mhz|g|m)?")
_GENERATION = re.compile(r"(?<![\d.])([2345])g(?!hz)(?!$)")
_GENERATION_ALONE = re.compile(r"[2345]g")
_JOINTS = "-_ ()（）[]:"


@dataclass(frozen=True)
class BandSaid:
    """The band that a text names, and the technology where the text tells it ("" where not)."""

    band: str
    technology: str = ""


def parse_band(_cell: Any, text: str, _entry: Field) -> Parsed:
    """Return the usual names of the bands in a cell; what names no band of ours stays as it is."""
    said = read_band(plain(text))
    return Parsed(said.band if said else " ".join(text.split()))


@lru_cache(maxsize=4096)
def read_band(text: str) -> BandSaid | None:
    """Return the band or the bands (``1.8G/2.1G``) that a half-width text names."""
    whole = _read_one(text)
    if whole:
        return whole
    parts = [part for part in _SEPARATORS.split(text) if part.strip()]
    said = [_read_one(part) for part in parts]
    known = [item for item in said if item]
    if len(parts) < 2 or len(known) < len(parts):
        return None
    technologies = {item.technology for item in known}
    names = "/".join(dict.fromkeys(item.band for item in known))
    return BandSaid(names, technologies.pop() if len(technologies) == 1 else "")


def _read_one(text: str) -> BandSaid | None:
    key = word(text)
    core, technology = _without_words(key)
    core = core.strip(_JOINTS)
    if not core or _GENERATION_ALONE.fullmatch(core):
        return None
    found = _by_number(core) or _by_letter(core) or _by_mhz(core) or _by_prefix(core)
    if found is None:
        return None
    only = read_bands()[found.band].only
    return BandSaid(found.band, technology or found.technology or only)


@cache
def _words() -> tuple[tuple[str, str], ...]:
    """Return the words beside a band with their technology, longest first."""
    data = band_data()["words"]
    pairs = [(spelling, "") for spelling in data["silent"]]
    for technology in ("2G", "3G", "4G", "5G"):
        pairs += [(spelling, technology) for spelling in data[technology]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _without_words(key: str) -> tuple[str, str]:
    """Take the words for technologies out of a text; return the rest and what they tell."""
    said: list[str] = []
    for spelling, technology in _words():
        if spelling in key:
            key = key.replace(spelling, " ", 1)
            said += [technology] if technology else []
    if generation := _GENERATION.match(key.strip(_JOINTS)):
        said.append(f"{generation[1]}G")
        key = key.strip(_JOINTS)[generation.end() :]
    rest = "".join(key.split())
    # FDD may stand beside NR: the later generation is the one that is meant.
    return rest, max(said, default="")


def _by_number(core: str) -> BandSaid | None:
    found = _NUMBERED.fullmatch(core)
    if not found:
        return None
    for band in read_bands().values():
        if int(found[2]) in band.numbers:
            return BandSaid(band.name, "5G" if found[1] == "n" else "")
    return None


def _by_letter(core: str) -> BandSaid | None:
    found = _LETTER.fullmatch(core)
    if not found:
        return None
    letter = found[1].upper()
    return next(
        (BandSaid(band.name) for band in read_bands().values() if letter in band.letters), None
    )


def _by_mhz(core: str) -> BandSaid | None:
    found = _MHZ.fullmatch(core)
    if not found:
        return None
    number, unit = float(found[1]), found[2] or ""
    giga = unit.startswith("g") or (not unit and number < 10)
    return _named(number * 1000 if giga else number) or _by_channel(number, unit)


def _named(mhz: float) -> BandSaid | None:
    """Return the band of a label or of a frequency within a band, downlink before uplink."""
    for band in read_bands().values():
        if any(abs(mhz - label) < 1e-6 for label in band.labels):
            return BandSaid(band.name)
    if name := band_of_mhz(np.array([mhz]))[0]:
        return BandSaid(str(name))
    for band in read_bands().values():
        if band.uplink[0] <= mhz <= band.uplink[1]:
            return BandSaid(band.name)
    return None


def _by_channel(number: float, unit: str) -> BandSaid | None:
    """Return the band of a channel number that stands where a band is meant."""
    if unit or not number.is_integer():
        return None
    nobody = np.array([""], dtype=object)
    mhz, technology = channel_mhz(np.array([number]), nobody, nobody)
    name = band_of_mhz(mhz)[0]
    return BandSaid(str(name), str(technology[0])) if name else None


def _by_prefix(core: str) -> BandSaid | None:
    """Read L1800, U2100M, G900, N2.1G, and L18 or N35 for hundreds of megahertz."""
    found = _PREFIXED.fullmatch(core)
    prefixes = band_data()["words"]["before_mhz"]
    if not found or found[1] not in prefixes:
        return None
    number, unit = float(found[2]), found[3] or ""
    mhz = number * (1000 if unit.startswith("g") else 1)
    if not unit and len(found[2]) == 2:
        mhz = number * 100
    said = _named(mhz)
    return BandSaid(said.band, prefixes[found[1]]) if said else None
