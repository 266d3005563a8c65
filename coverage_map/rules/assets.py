"""The settings by which reports are resolved into assets, read from ``assets.toml``."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import DataFileError, Place

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AssetSettings:
    """Reach in metres, thresholds as probabilities, weights as log-odds.

    ``hash`` is the sha256 of all of them: another weight, another hash; another remark, the same.
    """

    hash: str
    reach_m: int
    same_id_m: int
    same_name_m: int
    join: float
    sure: float
    words: tuple[str, ...]
    marks: tuple[str, ...]
    contrasts: tuple[frozenset[str], ...]
    alike: float
    contains: int
    prior_across: float
    prior_within: float
    distance_to_m: Floats
    distance_across: Floats
    distance_within: Floats
    name_across: Mapping[str, float]
    name_within: Mapping[str, float]
    tenancy: Mapping[str, float]
    years: int
    age: Mapping[str, float]


def _weights(table: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in table.items()}


@cache
def read_asset_settings(path: Path | None = None) -> AssetSettings:
    """Read the settings of asset resolution, ours or those in a file.

    Raises:
        DataFileError: ``data_file_key``, a key is missing or of another type.
    """
    ours = files("coverage_map") / "rules" / "assets.toml"
    data = tomllib.loads((path or ours).read_text(encoding="utf-8"))
    try:
        bands = data["distance"]
        return AssetSettings(
            hash=sha256(json.dumps(data, sort_keys=True).encode()).hexdigest(),
            reach_m=int(data["reach_m"]),
            same_id_m=int(data["same_id_m"]),
            same_name_m=int(data["same_name_m"]),
            join=float(data["join"]),
            sure=float(data["sure"]),
            words=tuple(data["names"]["words"]),
            marks=tuple(data["names"]["marks"]),
            contrasts=tuple(frozenset(letters) for letters in data["names"]["contrasts"]),
            alike=float(data["names"]["alike"]),
            contains=int(data["names"]["contains"]),
            prior_across=float(data["prior"]["across"]),
            prior_within=float(data["prior"]["within"]),
            distance_to_m=np.array([band["to"] for band in bands], dtype=float),
            distance_across=np.array([band["across"] for band in bands], dtype=float),
            distance_within=np.array([band["within"] for band in bands], dtype=float),
            name_across=_weights(data["name"]["across"]),
            name_within=_weights(data["name"]["within"]),
            tenancy=_weights(data["tenancy"]),
            years=int(data["years"]),
            age=_weights(data["age"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        place = Place(file=str(path or "assets.toml"))
        raise DataFileError("data_file_key", place, what=str(error)) from error
