"""Population, households and natural villages: modelled, adding up per county to the census."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.sample.placing import UnitCells, scattered_points
from geodata.sample.source_tables import Source, read_names, weights

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def apportion(total: int, share: Floats) -> Ints:
    """Split a whole number by shares into whole numbers that add up (largest remainders)."""
    exact = total * share / share.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    rest = total - int(whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:rest]] += 1
    return whole


def model_people(source: Source, rng: np.random.Generator) -> pd.DataFrame:
    """Return people, households and urban by unit; people add up to each county's census."""
    model = source.model
    spread = rng.lognormal(0.0, model["people_spread"]["sigma"], len(source.units))
    weight = weights(model["people_weight"], source.units) * spread
    carved = {model["carved"]["code"]: model["carved"]["out_of"]}
    county = source.units["county_code"].replace(carved)
    people = np.zeros(len(source.units), dtype=np.int64)
    for code, total in zip(source.census["code"], source.census["population"], strict=True):
        members = np.flatnonzero(county == code)
        people[members] = apportion(int(total), weight[members])
    urban = source.units["class"].isin(model["urban"]["classes"]) & (
        source.units["kind"] != "village"
    )
    size = np.where(urban, model["household"]["urban_people"], model["household"]["rural_people"])
    return pd.DataFrame(
        {
            "households": np.maximum(np.rint(people / size), 1).astype(np.int64),
            "people": people,
            "urban": urban.to_numpy(),
        }
    )


def stem(names: pd.Series) -> pd.Series:
    """Return unit names without 村委会, 社区居委会 and the like."""
    endings = sorted(read_names()["unit_suffixes"], key=len, reverse=True)
    return names.str.replace(f"(?:{'|'.join(endings)})$", "", regex=True)


def model_settlements(
    source: Source, people: pd.DataFrame, index: UnitCells, rng: np.random.Generator
) -> tuple[pd.DataFrame, Floats]:
    """Return the natural villages of the administrative villages, and their positions."""
    settings = source.model["settlements"]
    villages = np.flatnonzero(source.units["kind"] == "village")
    extra = rng.poisson(settings["mean_above_minimum"], len(villages))
    counts = np.minimum(settings["minimum"] + extra, settings["maximum"])
    unit = np.repeat(villages, counts)
    number = np.concatenate([np.arange(count) for count in counts])
    share = rng.gamma(settings["evenness"], 1.0, len(unit)) + (number == 0)
    households = _split(unit, share, people["households"].to_numpy())
    heads = _split(unit, households.astype(np.float64), people["people"].to_numpy())
    codes = source.units["code"].to_numpy()[unit]
    frame = pd.DataFrame(
        {
            "settlement_id": [f"S{code}{k:02d}" for code, k in zip(codes, number, strict=True)],
            "name": _names(source, unit, number, rng),
            "unit_code": codes,
            "households": households,
            "people": heads,
        }
    )
    return frame, scattered_points(index, unit, rng, apart=number)


def _split(unit: Ints, share: Floats, totals: Ints) -> Ints:
    """Split each unit's total among its rows; rows of a unit stand together."""
    result = np.empty(len(unit), dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, np.diff(unit) != 0])
    for start, end in zip(starts, np.r_[starts[1:], len(unit)], strict=True):
        result[start:end] = apportion(int(totals[unit[start]]), share[start:end])
    return result


def _names(source: Source, unit: Ints, number: Ints, rng: np.random.Generator) -> list[str]:
    """Name settlements: the first after its village, others after a side of it or a family."""
    words = read_names()
    stems = stem(source.units["name"]).to_numpy()
    sides, endings = words["settlement_sides"], words["settlement_endings"]
    families = words["surnames"]
    order = rng.random((len(unit), 3))
    names: list[str] = []
    used: set[str] = set()
    for row, (village, position) in enumerate(zip(unit, number, strict=True)):
        if position == 0:
            used = set()
        base = str(stems[village])
        family = families[int(order[row, 1] * len(families))]
        name = base if position == 0 else family + endings[int(order[row, 2] * len(endings))]
        if position and order[row, 0] < 0.3:
            name = sides[int(order[row, 1] * len(sides))] + base
        while name in used:
            name = sides[len(used) % len(sides)] + name
        used.add(name)
        names.append(name)
    return names
