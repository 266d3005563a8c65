"""What calibration goes by, from ``calibration.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def settings() -> Mapping[str, Any]:
    """Read the settings of this room."""
    text = (files("coverage_map.calibration") / "calibration.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
