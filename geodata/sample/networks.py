"""Towers and base-station sites: dense where people are, sparse in the hills, gaps on purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.sample.city import City
from geodata.sample.placing import scattered_points

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
OPERATORS = ("cmcc", "unicom", "telecom")
_DEGREE_M = 111_000.0
_DECIMALS = 6


@dataclass(frozen=True)
class Ground:
    """What siting looks at, by unit: people, hills (0 plain to 1 all hills), labels."""

    people: Floats
    hills: Floats
    urban: NDArray[np.bool_]
    labels: pd.DataFrame


def read_ground(city: City, settings: Mapping[str, Any], stems: pd.Series) -> Ground:
    """Return people, hilliness and place names of every unit, in the register's order."""
    units = city.register.units
    span = settings["hills"]["to_m"] - settings["hills"]["from_m"]
    hills = np.clip((city.height_m - settings["hills"]["from_m"]) / span, 0.0, 1.0)
    counties = city.register.counties.set_index("code")["name"]
    townships = city.register.townships.set_index("code")["name"]
    labels = pd.DataFrame(
        {
            "code": units["code"],
            "county_code": units["county_code"],
            "county": units["county_code"].map(counties),
            "township": units["township_code"].map(townships),
            "village": units["name"],
            "stem": stems,
            "kind": units["kind"],
        }
    )
    return Ground(
        units["people"].to_numpy(dtype=np.float64), hills, units["urban"].to_numpy(), labels
    )


def shift(
    lon: Floats, lat: Floats, metres: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Move positions by so many metres in a random direction."""
    angle = rng.uniform(0.0, 2.0 * np.pi, len(lon))
    east = metres * np.cos(angle) / (_DEGREE_M * np.cos(np.radians(lat)))
    north = metres * np.sin(angle) / _DEGREE_M
    return np.round(lon + east, _DECIMALS), np.round(lat + north, _DECIMALS)


def _choose(
    ground: Ground, count: int, settings: Mapping[str, Any], rng: np.random.Generator
) -> Ints:
    weight = ground.people ** settings["people_power"]
    weight = weight * (1.0 - settings["thinning_in_hills"] * ground.hills)
    return np.sort(rng.choice(len(weight), size=count, p=weight / weight.sum()))


def model_towers(
    city: City, ground: Ground, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the tower company's towers (unit, lon, lat, structure, height_m, built, tenants …)."""
    towers = settings["towers"]
    unit = _choose(ground, towers["count"], towers, rng)
    points = scattered_points(city.cells, unit, rng)
    urban = ground.urban[unit]
    structure = np.where(
        urban,
        rng.choice(
            ["单管塔", "楼面抱杆", "美化天线", "路灯杆"], len(unit), p=[0.4, 0.3, 0.15, 0.15]
        ),
        rng.choice(["角钢塔", "单管塔", "三管塔", "水泥杆"], len(unit), p=[0.4, 0.35, 0.2, 0.05]),
    )
    height = np.where(
        urban, rng.choice([20, 25, 30, 35], len(unit)), rng.choice([35, 40, 45, 50], len(unit))
    )
    year = rng.integers(towers["first_year"], towers["last_year"] + 1, len(unit))
    hills = ground.hills[unit]
    tenants = {
        operator: rng.random(len(unit))
        < towers["tenant"][operator] * (1.0 - towers["tenant_loss_in_hills"][operator] * hills)
        for operator in OPERATORS
    }
    none = ~np.logical_or.reduce(list(tenants.values()))
    tenants["cmcc"] |= none & (rng.random(len(unit)) < 0.9)
    free = towers["free_platforms"]
    return pd.DataFrame(
        {
            "owner": "tower",
            "source_id": [
                f"{county}9080{k:08d}"
                for k, county in enumerate(ground.labels["county_code"].to_numpy()[unit], start=1)
            ],
            "name": _names(ground, unit, ""),
            "unit": unit,
            "lon": points[:, 0],
            "lat": points[:, 1],
            "structure": structure,
            "height_m": height,
            "built": _dates(year, rng),
            "platforms_free": rng.choice(len(free), len(unit), p=free),
            **tenants,
        }
    )


def _dates(year: Ints, rng: np.random.Generator) -> NDArray[np.datetime64]:
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    dates: NDArray[np.datetime64] = start + rng.integers(0, 365, len(year)).astype("timedelta64[D]")
    return dates


def _names(ground: Ground, unit: Ints, ending: str) -> list[str]:
    """Name things after their township and village, numbered where a village has several."""
    labels = ground.labels
    base = labels["township"].str.replace("(?:街道|镇|乡)$", "", regex=True) + labels["stem"]
    names = base.iloc[unit].reset_index(drop=True)
    number = names.groupby(names).cumcount()
    suffix = number.where(number > 0, other=0).map(lambda k: "" if k == 0 else str(k + 1))
    return list(names + suffix + ending)


def model_own_towers(sites: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return towers a carrier put up itself under some of its own rural sites, before 2014."""
    candidates = np.flatnonzero(sites["own"] & ~sites["indoor"] & ~sites["urban"])
    chosen = np.sort(rng.choice(candidates, size=min(count, len(candidates)), replace=False))
    rows = sites.iloc[chosen].reset_index(drop=True)
    structure = rng.choice(["角钢塔", "单管塔", "拉线塔"], len(rows))
    return pd.DataFrame(
        {
            "owner": rows["owner"],
            "source_id": [f"ZY{k:05d}" for k in range(1, len(rows) + 1)],
            "name": rows["name"] + "自有塔",
            "unit": rows["unit"],
            "lon": rows["lon"],
            "lat": rows["lat"],
            "structure": structure,
            "height_m": rng.choice([40, 45, 50, 55], len(rows)),
            "built": _dates(rng.integers(2004, 2014, len(rows)), rng),
            "platforms_free": rng.integers(0, 3, len(rows)),
            "cmcc": rows["owner"] == "cmcc",
            "unicom": rows["owner"] == "unicom",
            "telecom": rows["owner"] == "telecom",
        }
    )


def model_new_towers(
    city: City,
    ground: Ground,
    older: pd.DataFrame,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return this year's towers; some stand close to an older tower of another owner."""
    towers = settings["towers"]
    count, near = towers["new_count"], towers["duplicates"]
    unit = _choose(ground, count, towers, rng)
    points = scattered_points(city.cells, unit, rng)
    twins = np.sort(rng.choice(len(older), size=near, replace=False))
    away = rng.uniform(towers["duplicate_from_m"], towers["duplicate_to_m"], near)
    lon, lat = shift(older["lon"].to_numpy()[twins], older["lat"].to_numpy()[twins], away, rng)
    points[:near] = np.column_stack([lon, lat])
    unit[:near] = older["unit"].to_numpy()[twins]
    tenant = rng.random((count, 3)) < (0.7, 0.5, 0.4)
    tenant[:, 0] |= ~tenant.any(axis=1)
    return pd.DataFrame(
        {
            "owner": "tower",
            "source_id": [f"411000{towers['new_year']}{k:08d}" for k in range(1, count + 1)],
            "name": _names(ground, unit, "新建"),
            "unit": unit,
            "lon": points[:, 0],
            "lat": points[:, 1],
            "structure": rng.choice(["单管塔", "角钢塔", "三管塔"], count),
            "height_m": rng.choice([30, 35, 40, 45], count),
            "built": _dates(np.full(count, towers["new_year"]), rng),
            "platforms_free": rng.integers(0, 3, count),
            "cmcc": tenant[:, 0],
            "unicom": tenant[:, 1],
            "telecom": tenant[:, 2],
            "duplicate_of": np.where(
                np.arange(count) < near, np.resize(older["source_id"].to_numpy()[twins], count), ""
            ),
        }
    )


def model_sites(
    city: City,
    ground: Ground,
    towers: pd.DataFrame,
    owner: str,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return an operator's sites: tenancies on towers and places of its own."""
    rented = towers[towers[owner]].reset_index(drop=True)
    own = _choose(ground, settings["own_sites"][owner], settings["towers"], rng)
    points = scattered_points(city.cells, own, rng)
    lon, lat = shift(
        rented["lon"].to_numpy(), rented["lat"].to_numpy(), rng.uniform(0.0, 12.0, len(rented)), rng
    )
    unit = np.r_[rented["unit"].to_numpy(), own]
    urban = ground.urban[unit]
    is_own = np.arange(len(unit)) >= len(rented)
    others = [
        [name for name in OPERATORS if name != owner and row[name]]
        for row in rented[list(OPERATORS)].to_dict("records")
    ]
    number = np.arange(1, len(unit) + 1)
    year = rng.integers(2010, 2023, len(unit))
    return pd.DataFrame(
        {
            "owner": owner,
            "number": number,
            "name": _names(ground, unit, ""),
            "unit": unit,
            "lon": np.r_[lon, points[:, 0]],
            "lat": np.r_[lat, points[:, 1]],
            "own": is_own,
            "urban": urban,
            "indoor": is_own & urban & (rng.random(len(unit)) < settings["sites"]["indoor"]),
            "height_m": np.r_[
                np.maximum(rented["height_m"] - rng.integers(2, 8, len(rented)), 12),
                rng.choice([18, 22, 26, 32], len(own)),
            ].astype(np.int64),
            "shared_with": others + [[] for _ in own],
            "opened": _dates(year, rng),
            "in_service": rng.random(len(unit)) >= settings["sites"]["out_of_service"],
        }
    )
