"""What stands on the ground: representative clutter heights along a path (P.1812 §3.2)."""

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.path import Floats, Path


@cache
def read_clutter_heights() -> dict[str, float]:
    """Read the default representative height of each category, m (P.1812 Table 2)."""
    text = (files("coverage_map.propagation") / "clutter.toml").read_text("utf-8")
    return {name: float(entry["height_m"]) for name, entry in tomllib.loads(text)["class"].items()}


def clutter_heights_m(categories: NDArray[np.str_]) -> Floats:
    """Return the representative height of each point's category.

    Raises:
        KeyError: a category that ``clutter.toml`` does not know.
    """
    heights = read_clutter_heights()
    return np.array([heights[str(name)] for name in categories], dtype=np.float64)


def clutter_from_surface_m(terrain_m: Floats, surface_m: Floats) -> Floats:
    """Return what a surface model shows above the bare ground, never below it (§3.2.2)."""
    return np.maximum(surface_m - terrain_m, 0.0)


def surface_with_clutter_m(path: Path) -> Floats:
    """Return g, the ground with its clutter; both ends stay bare, eq. (1c)."""
    surface_m = path.terrain_m + path.clutter_m
    surface_m[0] = path.terrain_m[0]
    surface_m[-1] = path.terrain_m[-1]
    return surface_m
