"""Write what radio planners list of cells: indoor ones have no height, azimuth, nor gain."""

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.varied.spelling import spell
from geodata.records import read_kinds

PARAMETERS = ("source_id", "gain_dbi", "power_dbm", "height_m", "azimuth_deg")


def spell_parameter(
    frame: pd.DataFrame, name: str, header: str, rng: np.random.Generator
) -> tuple[list[Any], list[Any]]:
    """Return the cells of a column of cells' parameters and its true values, None where any is."""
    entry, true = read_kinds()["cell"].all_fields[name], frame[name].tolist()
    indoor = np.flatnonzero(frame["indoor"].to_numpy(dtype=bool)).tolist()
    if name == "source_id":
        return _cell_ids(frame, header, rng), true
    if name == "power_dbm":
        return _spell_power(true, header, rng), true
    if name == "gain_dbi":
        known = [0.0 if row != row else row for row in true]  # noqa: PLR0124 - not a number
        cells, nothing = spell(entry, known, header, rng), str(rng.choice(["室分", "-", ""]))
        for row in indoor:
            cells[row], true[row] = nothing, None
        return cells, true
    cells = spell(entry, true, header, rng)
    if rng.random() < 0.5:
        filler = 0 if name == "height_m" else int(rng.choice([0, 360]))
        for row in indoor:
            cells[row], true[row] = filler, None
    return cells, true


def _spell_power(true: list[float], header: str, rng: np.random.Generator) -> list[Any]:
    """Return powers in W or in dBm, with the unit where the header has none."""
    watts = [round(10 ** (value / 10) / 1000) for value in true]
    named = header.lower().replace(" ", "")
    if "dbm" in named:
        return [round(value, 1) for value in true]
    if "w" in named.rsplit("(", 1)[-1] and "(" in named:
        return list(watts)
    ways = (
        [round(value, 1) for value in true],
        list(watts),
        [f"{value}W" for value in watts],
        [f"{value:.1f}dBm" for value in true],
    )
    return list(ways[int(rng.integers(len(ways)))])


def _cell_ids(frame: pd.DataFrame, header: str, rng: np.random.Generator) -> list[Any]:
    pairs = list(zip(frame["node"].tolist(), frame["cell"].tolist(), strict=True))
    if "CGI" in header.upper():
        return [f"460-00-{node}-{cell}" for node, cell in pairs]
    if rng.random() < 0.4:
        return [f"{node * 256 + cell:X}" for node, cell in pairs]
    return [node * 256 + cell for node, cell in pairs]
