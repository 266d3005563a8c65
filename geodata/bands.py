"""Radio bands and channel numbers, from ``kinds/_bands.toml``: which band, how many megahertz.

Sources are named there: 3GPP TS 36.101, 38.104, 25.101, 45.005 and 3GPP2 C.S0057.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
_ROUND = 4  # decimals of a megahertz: the finest raster is 5 kHz


@dataclass(frozen=True)
class Band:
    """A band by the name operators give it; ``downlink`` and ``uplink`` in MHz."""

    name: str
    numbers: tuple[int, ...]
    downlink: tuple[float, float]
    uplink: tuple[float, float]
    labels: tuple[float, ...]
    letters: tuple[str, ...] = ()
    only: str = ""


@cache
def band_data() -> Mapping[str, Any]:
    """Read the band table as it stands."""
    return tomllib.loads((files("geodata") / "kinds" / "_bands.toml").read_text(encoding="utf-8"))


@cache
def read_bands() -> Mapping[str, Band]:
    """Read every band, by name."""
    return {
        name: Band(
            name=name,
            numbers=tuple(entry["numbers"]),
            downlink=(entry["downlink"][0], entry["downlink"][1]),
            uplink=(entry["uplink"][0], entry["uplink"][1]),
            labels=tuple(entry["labels"]),
            letters=tuple(entry.get("letters", ())),
            only=entry.get("only", ""),
        )
        for name, entry in band_data()["bands"].items()
    }


def band_of_mhz(mhz: Floats) -> Objects:
    """Return the name of the band that holds each downlink frequency, "" for none."""
    names = np.full(len(mhz), "", dtype=object)
    for band in reversed(tuple(read_bands().values())):
        low, high = band.downlink
        names[(mhz >= low) & (mhz <= high)] = band.name
    return names


def channel_mhz(numbers: Floats, technologies: Objects, bands: Objects) -> tuple[Floats, Objects]:
    """Return the downlink frequency of channel numbers (ARFCN) and the technology they imply.

    Args:
        numbers: channel numbers, NaN for none.
        technologies: 2G, 3G, 4G, 5G or "" for not known, one each.
        bands: band names or "", one each: where known, only a frequency within it counts.

    Returns:
        MHz (NaN where no rule or more than one gives a frequency in a band of ours), technology.
    """
    found = np.full((len(numbers), 0), np.nan)
    said: list[str] = []
    for entry in band_data()["channels"].values():
        mhz = np.full(len(numbers), np.nan)
        for rule in entry["ranges"]:
            inside = (numbers >= rule["first"]) & (numbers <= rule["last"])
            mhz[inside] = rule["base"] + rule["step"] * (numbers[inside] - rule["offset"])
        band = band_of_mhz(mhz)
        fits = (technologies == "") | (technologies == entry["technology"])
        fits &= (band != "") & ((bands == "") | (bands == band))
        found = np.column_stack([found, np.where(fits, np.round(mhz, _ROUND), np.nan)])
        said.append(entry["technology"])
    present = np.isfinite(found)
    first = present.argmax(axis=1)
    chosen = found[np.arange(len(numbers)), first]
    # Two rules may agree on the frequency: CDMA 1X and EVDO count channels alike.
    apart = (present & (np.abs(found - chosen[:, None]) > 1e-9)).any(axis=1)
    chosen = np.where(apart, np.nan, chosen)
    sole = (present.sum(axis=1) == 1) & ~apart
    return chosen, np.where(sole, np.array(said, dtype=object)[first], "")
