"""Offices, schools, clinics and public places: modelled positions, one office a unit."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.sample.people import apportion, stem
from geodata.sample.placing import UnitCells, central_points, scattered_points
from geodata.sample.source_tables import Source, read_names

Floats = NDArray[np.float64]


def model_places(
    source: Source, people: pd.DataFrame, index: UnitCells, rng: np.random.Generator
) -> tuple[pd.DataFrame, Floats]:
    """Return all places (place_id, name, kind, unit_code) and their positions."""
    units = np.arange(len(source.units))
    stems = stem(source.units["name"])
    parts: list[tuple[pd.DataFrame, Floats]] = []
    endings = source.units["kind"].map(read_names()["offices"])
    parts.append(
        (_frame(source, "office", units, stems + endings), central_points(index, units, rng))
    )
    for kind, ending in (("school", "小学"), ("clinic", "卫生室")):
        chance = source.units["kind"].map(source.model["places"][kind]).to_numpy(dtype=np.float64)
        chosen = np.flatnonzero(rng.random(len(units)) < chance)
        frame = _frame(source, kind, chosen, stems.iloc[chosen] + ending)
        parts.append((frame, scattered_points(index, chosen, rng)))
    chosen, names = _public(source, people, rng)
    parts.append((_frame(source, "public", chosen, names), scattered_points(index, chosen, rng)))
    frame = pd.concat([part for part, _ in parts], ignore_index=True)
    return frame, np.vstack([points for _, points in parts])


def _frame(source: Source, kind: str, units: NDArray[np.int64], names: pd.Series) -> pd.DataFrame:
    codes = source.units["code"].to_numpy()[units]
    number = pd.Series(codes).groupby(codes).cumcount()
    letter = kind[0].upper()
    return pd.DataFrame(
        {
            "place_id": [f"P{letter}{code}{k:02d}" for code, k in zip(codes, number, strict=True)],
            "name": names.to_numpy(),
            "kind": kind,
            "unit_code": codes,
        }
    )


def _public(
    source: Source, people: pd.DataFrame, rng: np.random.Generator
) -> tuple[NDArray[np.int64], pd.Series]:
    """Choose units for public places by their people; names do not repeat within a township."""
    units, rows = source.units, read_names()["public"]
    counts = apportion(source.model["places"]["public"], np.array([row["share"] for row in rows]))
    first = ~units["township_code"].duplicated()
    allowed = {"urban": people["urban"], "seat": first, "any": first | ~first}
    chosen: list[NDArray[np.int64]] = []
    names: list[str] = []
    stems = stem(units["name"])
    for row, count in zip(rows, counts, strict=True):
        mask = allowed[row["where"]].to_numpy()
        weight = people["people"].to_numpy() * mask
        size = min(int(count), int(mask.sum()))
        picked = np.sort(rng.choice(len(units), size=size, replace=False, p=weight / weight.sum()))
        chosen.append(picked)
        names += [f"{name}{row['ending']}" for name in stems.iloc[picked]]
    return np.concatenate(chosen), pd.Series(names)
