"""Thresholds, load and doubts of signal, read from ``rules/signal.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Generation:
    """What a generation's phones need; ``pilot_share`` None: measured on reference elements."""

    usable_dbm: float
    noise_dbm: float
    pilot_share: float | None


@dataclass(frozen=True)
class SignalSettings:
    """All settings of signal; decibels are standard deviations where they are doubts."""

    radius_km: float
    floor_dbm: float
    receiver_m: float
    generations: Mapping[str, Generation]
    load: float
    model_db: float
    correlation: float
    height_decade_db: float
    place_kinds: tuple[str, ...]
    least_households: int
    hash: str


def _generation(entry: Mapping[str, Any]) -> Generation:
    share = entry.get("pilot_share")
    return Generation(
        usable_dbm=float(entry["usable_dbm"]["value"]),
        noise_dbm=float(entry["noise_dbm"]["value"]),
        pilot_share=None if share is None else float(share["value"]),
    )


@cache
def read_signal_settings(path: Path | None = None) -> SignalSettings:
    """Read the settings that come with the product, or a file of the same form."""
    ours = files("coverage_map") / "rules" / "signal.toml"
    text = path.read_text("utf-8") if path else ours.read_text("utf-8")
    data = tomllib.loads(text)
    single = {
        name: float(entry["value"])
        for table in ("reach", "doubt")
        for name, entry in data[table].items()
    }
    return SignalSettings(
        generations={name: _generation(entry) for name, entry in data["generations"].items()},
        load=float(data["load"]["share"]["value"]),
        place_kinds=tuple(data["points"]["kinds"]["value"]),
        least_households=int(data["points"]["least_households"]["value"]),
        hash=sha256(text.encode()).hexdigest(),
        **single,
    )
