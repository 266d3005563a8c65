"""What stands around a link and what air lies over it: settings of the models, with defaults.

Defaults are data (``environment.toml``), each with its source.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal

Surroundings = Literal["open", "suburban", "urban", "metropolitan"]


@cache
def read_defaults() -> dict[str, float]:
    """Read the default values by name."""
    text = (files("coverage_map.propagation") / "environment.toml").read_text("utf-8")
    return {name: float(entry["value"]) for name, entry in tomllib.loads(text).items()}


def _default(name: str) -> float:
    return field(default_factory=lambda: read_defaults()[name])


@dataclass(frozen=True)
class Building:
    """The building in which the receiver stands (ITU-R P.2109)."""

    construction: Literal["traditional", "thermally_efficient"] = "traditional"
    elevation_deg: float = 0.0  # of the path at the façade


@dataclass(frozen=True)
class Environment:
    """Settings that models take beside path and link; each model looks at its own few.

    ``delta_n`` (N-units/km) and ``n0`` (N-units) are the path centre's (P.1812). The location
    deviation in dB is the model's own where it is None; ``resolution_m`` is the width of the
    pixel over which it holds. ``building``: the receiver is inside one. ``surroundings``: the
    classes of Okumura-Hata and COST 231. ``line_of_sight``: which branch of TR 38.901; None:
    what the profile says. Heights and widths are those of RMa. ``spm``: a set of ``spm.toml``.
    """

    delta_n: float = _default("delta_n")
    n0: float = _default("n0")
    location_deviation_db: float | None = None
    resolution_m: float = _default("resolution_m")
    building: Building | None = None
    surroundings: Surroundings = "suburban"
    line_of_sight: bool | None = None
    building_height_m: float = _default("building_height_m")
    street_width_m: float = _default("street_width_m")
    spm: str = "hata_900"
