"""Fibre nodes with their ports, routes between them, estates and broadband of settlements."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.sample.city import City
from geodata.sample.networks import Ground
from geodata.sample.placing import central_points, scattered_points
from geodata.sample.source_tables import read_names

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_DECIMALS = 6


def model_nodes(
    city: City, ground: Ground, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return OLTs, cabinets and boxes with ports installed, used and free, by carrier."""
    fibre = settings["fibre"]
    names, shares = list(fibre["carrier"]), list(fibre["carrier"].values())
    main = rng.choice(names, len(ground.hills), p=shares)
    villages = ground.labels["kind"].to_numpy() == "village"
    chance = (
        fibre["village_plain"] + (fibre["village_hills"] - fibre["village_plain"]) * ground.hills
    )
    chance = np.where(villages, chance, fibre["rural_community"] * ~ground.urban)
    first = np.flatnonzero(rng.random(len(chance)) < chance)
    second = first[rng.random(len(first)) < fibre["second_carrier"]]
    weight = ground.people * ground.urban
    towns = np.sort(rng.choice(len(weight), fibre["urban_boxes"], p=weight / weight.sum()))
    seats = np.flatnonzero(~city.register.units["township_code"].duplicated())
    cabinets = np.sort(rng.choice(seats, fibre["cabinets"]))
    olts = np.sort(rng.choice(seats, fibre["olts"], replace=False))
    boxes = np.r_[first, second, towns]
    other = rng.choice(names, len(second))
    unit = np.r_[olts, cabinets, boxes]
    node_class = np.repeat(["OLT", "光交箱", "分纤箱"], [len(olts), len(cabinets), len(boxes)])
    owner = np.r_[
        rng.choice(["unicom", "telecom"], len(olts)),
        rng.choice(names, len(cabinets), p=shares),
        main[first],
        np.where(other == main[second], "unicom", other),
        rng.choice(names, len(towns), p=shares),
    ]
    points = central_points(city.cells, unit, rng)
    points[-len(towns) :] = scattered_points(city.cells, towns, rng)
    kinds = {"OLT": "olt_ports", "光交箱": "cabinet_ports", "分纤箱": "box_ports"}
    installed = np.array([rng.choice(fibre[kinds[name]]) for name in node_class], dtype=np.int64)
    used = np.floor(installed * rng.beta(4.0, 3.0, len(unit))).astype(np.int64)
    full = (node_class == "分纤箱") & (rng.random(len(unit)) < fibre["no_free_port"])
    used = np.where(full, installed, np.minimum(used, installed - 1))
    base = ground.labels["stem"].to_numpy()[unit]
    number = np.arange(1, len(unit) + 1)
    frame = pd.DataFrame(
        {
            "owner": owner,
            "source_id": [f"GX{k:06d}" for k in number],
            "name": [f"{a}{b}{k:04d}" for a, b, k in zip(base, node_class, number, strict=True)],
            "node_class": node_class,
            "unit": unit,
            "lon": points[:, 0],
            "lat": points[:, 1],
            "installed": installed,
            "used": used,
            "free": installed - used,
        }
    )
    frame = _report(frame, ground, settings)
    return frame.assign(upstream=_upstream(frame, city))


def _report(frame: pd.DataFrame, ground: Ground, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Leave out what a carrier has not reported."""
    county = ground.labels["county_code"].to_numpy()[frame["unit"]]
    keep = np.ones(len(frame), dtype=bool)
    for owner, counties in settings["not_reported"].items():
        keep &= ~((frame["owner"].to_numpy() == owner) & np.isin(county, counties))
    return frame[keep].reset_index(drop=True)


def _upstream(frame: pd.DataFrame, city: City) -> list[str]:
    """Name a box's cabinet: one of the same carrier in the same township, if there is one."""
    township = city.register.units["township_code"].to_numpy()[frame["unit"]]
    keys = list(zip(frame["owner"], township, strict=True))
    cabinets = {
        key: name
        for key, name, kind in zip(keys, frame["name"], frame["node_class"], strict=True)
        if kind == "光交箱"
    }
    return [
        cabinets.get(key, "") if kind == "分纤箱" else ""
        for key, kind in zip(keys, frame["node_class"], strict=True)
    ]


def model_routes(
    city: City, nodes: pd.DataFrame, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return routes from a carrier's boxes to its nearest cabinet or OLT, with a bend or two.

    A route belongs to the unit its middle lies in (where its box is, if that is outside the city).
    """
    fibre = settings["fibre"]
    parts: list[pd.DataFrame] = []
    for owner in ("unicom", "telecom"):
        mine = nodes[nodes["owner"] == owner]
        hubs = mine[mine["node_class"] != "分纤箱"].reset_index(drop=True)
        ends = mine[mine["node_class"] == "分纤箱"]
        count = min(fibre["routes"] // 2, len(ends))
        ends = ends.iloc[np.sort(rng.choice(len(ends), count, replace=False))]
        tree = shapely.STRtree(shapely.points(hubs["lon"], hubs["lat"]))
        hub = hubs.iloc[tree.nearest(shapely.points(ends["lon"], ends["lat"]))]
        parts.append(
            pd.DataFrame(
                {
                    "owner": owner,
                    "unit": ends["unit"].to_numpy(),
                    "name": [
                        f"{a}至{b}光缆" for a, b in zip(hub["name"], ends["name"], strict=True)
                    ],
                    "geometry": _bend(
                        hub[["lon", "lat"]].to_numpy(), ends[["lon", "lat"]].to_numpy(), rng
                    ),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    units = shapely.STRtree(city.register.units.geometry.to_numpy())
    middle = shapely.line_interpolate_point(frame["geometry"].to_numpy(), 0.5, normalized=True)
    row, unit = units.query(middle, predicate="within")
    frame.loc[row, "unit"] = unit
    count = len(frame)
    cores = rng.choice(fibre["cores"], count)
    line = shapely.length(frame["geometry"].to_numpy()) * 102_000.0
    return frame.assign(
        source_id=[f"GL{k:05d}" for k in range(1, count + 1)],
        laying=rng.choice(["管道", "架空", "直埋"], count, p=[0.3, 0.6, 0.1]),
        cores=cores,
        cores_used=np.floor(cores * rng.uniform(0.1, 0.95, count)).astype(np.int64),
        length_m=np.round(line * rng.uniform(1.02, 1.1, count)),
        built=np.datetime64("2012-01-01") + rng.integers(0, 4000, count).astype("timedelta64[D]"),
    )


def _bend(start: Floats, end: Floats, rng: np.random.Generator) -> NDArray[np.object_]:
    """Return lines that leave the straight way by up to a tenth of its length."""
    along = np.sort(rng.uniform(0.2, 0.8, (len(start), 2)), axis=1)
    aside = rng.normal(0.0, 0.05, (len(start), 2))
    way = end - start
    across = np.column_stack([-way[:, 1], way[:, 0]])
    middle = [start + along[:, [k]] * way + aside[:, [k]] * across for k in (0, 1)]
    points = np.stack([start, *middle, end], axis=1)
    return np.asarray(shapely.linestrings(np.round(points, _DECIMALS)))


def model_estates(
    city: City, ground: Ground, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return urban estates (name unique within a township) with households and those on fibre."""
    estates, words = settings["estates"], read_names()
    villages = ground.labels["kind"].to_numpy() == "village"
    weight = ground.people * np.where(ground.urban, 1.0, estates["outside_towns"] * ~villages)
    unit = np.sort(rng.choice(len(weight), estates["count"], p=weight / weight.sum()))
    township = city.register.units["township_code"].to_numpy()[unit]
    used: set[tuple[str, str]] = set()
    names: list[str] = []
    for place in township:
        parts = [words["estate_first"], words["estate_second"], words["estate_ending"]]
        name = "".join(str(rng.choice(part)) for part in parts)
        while (place, name) in used:
            name = name + "二期"
        used.add((place, name))
        names.append(name)
    points = scattered_points(city.cells, unit, rng)
    households = rng.integers(120, 2400, len(unit))
    share = np.where(
        rng.random(len(unit)) < estates["complete"], 1.0, rng.beta(2.0, 2.0, len(unit))
    )
    owner = rng.choice(["unicom", "telecom"], len(unit), p=[0.55, 0.45])
    frame = pd.DataFrame(
        {
            "owner": owner,
            "name": names,
            "unit": unit,
            "lon": points[:, 0],
            "lat": points[:, 1],
            "households": households,
            "fibre": np.floor(households * share).astype(np.int64),
            "built": np.datetime64("2005-01-01")
            + rng.integers(0, 6500, len(unit)).astype("timedelta64[D]"),
        }
    )
    again = frame[rng.random(len(frame)) < estates["both"]].copy()
    again["owner"] = np.where(again["owner"] == "unicom", "telecom", "unicom")
    return _report(pd.concat([frame, again], ignore_index=True), ground, settings)


def model_broadband(
    city: City, ground: Ground, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return broadband of natural villages as the carrier of each county reports it."""
    rules = settings["broadband"]
    settlements = city.register.settlements
    unit = pd.Index(city.register.units["code"]).get_indexer(settlements["unit_code"])
    hills = ground.hills[unit]
    available = rng.random(len(unit)) < rules["plain"] + (rules["hills"] - rules["plain"]) * hills
    kinds = rng.choice(["fibre", "copper", "cable"], len(unit), p=_mix(rules["fibre_share"]))
    speed = np.array([int(rng.choice(rules["speeds_mbps"][kind])) for kind in kinds])
    households = settlements["households"].to_numpy()
    users = np.floor(households * rng.uniform(0.3, 0.9, len(unit))).astype(np.int64)
    words = pd.Series({"fibre": "FTTH", "copper": "ADSL", "cable": "EOC"})
    frame = pd.DataFrame(
        {
            "unit": unit,
            "settlement_id": settlements["settlement_id"].to_numpy(),
            "settlement": settlements["name"].to_numpy(),
            "available": available,
            "access": np.where(available, words[kinds].to_numpy(), "-"),
            "speed_mbps": np.where(available, speed, 0),
            "households": households,
            "subscribers": np.where(available, users, 0),
        }
    )
    county = ground.labels["county_code"].to_numpy()[unit]
    owner = np.full(len(frame), "", dtype=object)
    for name, counties in settings["broadband_counties"].items():
        owner[np.isin(county, counties)] = name
    reported: pd.DataFrame = frame.assign(owner=owner)[owner != ""]
    return reported.reset_index(drop=True)


def _mix(fibre: float) -> list[float]:
    rest = 1.0 - fibre
    return [fibre, rest * 0.6, rest * 0.4]
