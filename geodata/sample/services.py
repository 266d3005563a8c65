"""WLAN hotspots, cable television, internet penetration and the totals that carriers report."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geodata.sample.city import City
from geodata.sample.networks import Ground, shift


def model_hotspots(
    city: City, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return hotspots at a share of the public places, some places with several."""
    rules = settings["hotspots"]
    places = city.register.places[city.register.places["kind"] == "public"].reset_index(drop=True)
    served = np.flatnonzero(rng.random(len(places)) < rules["places"])
    more = rng.choice(served, max(rules["count"] - len(served), 0))
    chosen = np.sort(np.r_[served, more])
    points = shapely.get_coordinates(places.geometry.to_numpy())[chosen]
    lon, lat = shift(points[:, 0], points[:, 1], rng.uniform(0.0, 40.0, len(chosen)), rng)
    names = places["name"].to_numpy()[chosen]
    number = pd.Series(names).groupby(chosen).cumcount() + 1
    owners, shares = list(rules["carrier"]), list(rules["carrier"].values())
    return pd.DataFrame(
        {
            "owner": rng.choice(owners, len(chosen), p=shares),
            "source_id": [f"AP{k:05d}" for k in range(1, len(chosen) + 1)],
            "name": [f"{name}{k}号热点" for name, k in zip(names, number, strict=True)],
            "place": names,
            "place_id": places["place_id"].to_numpy()[chosen],
            "unit": pd.Index(city.register.units["code"]).get_indexer(
                places["unit_code"].to_numpy()[chosen]
            ),
            "lon": lon,
            "lat": lat,
            "access_points": 1 + rng.poisson(rules["access_points_mean"], len(chosen)),
        }
    )


def model_cable(
    city: City, ground: Ground, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return cable television households of every unit the broadcaster reports."""
    rules = settings["cable"]
    county = ground.labels["county_code"].to_numpy()
    unit = np.flatnonzero(~np.isin(county, settings["not_reported"]["cbn"]))
    homes = city.register.units["households"].to_numpy()[unit]
    households = np.floor(
        homes * np.clip(rng.normal(rules["households"], 0.1, len(unit)), 0.1, 0.9)
    )
    digital = np.floor(
        households * np.clip(rng.normal(rules["digital"], 0.05, len(unit)), 0.5, 1.0)
    )
    reach = np.clip(rng.normal(rules["two_way"], 0.25, len(unit)), 0.0, 1.0)
    return pd.DataFrame(
        {
            "owner": "cbn",
            "unit": unit,
            "households": households.astype(np.int64),
            "digital": digital.astype(np.int64),
            "two_way": np.floor(digital * reach).astype(np.int64),
        }
    )


def model_penetration(
    city: City, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Return internet users by county, from a survey and from subscribers (a proxy)."""
    units = city.register.units
    # A zone that reports by itself (东城区) is not in its county's figure.
    own = units[units["area_code"] == units["county_code"]]
    people = own.groupby("county_code")["people"].sum()
    survey = pd.Series(settings["penetration"]["survey"]).reindex(people.index)
    proxy = survey * rng.uniform(0.85, 1.05, len(people))
    names = city.register.counties.set_index("code")["name"]
    rows = [
        pd.DataFrame(
            {
                "county_code": people.index,
                "county": names.reindex(people.index).to_numpy(),
                "population": people.to_numpy(),
                "users": np.rint(people * share).astype(np.int64).to_numpy(),
                "method": method,
            }
        )
        for share, method in ((survey, "抽样调查"), (proxy, "用户推算"))
    ]
    return pd.concat(rows, ignore_index=True)


def model_totals(
    ground: Ground, sites: pd.DataFrame, nodes: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return county totals as a carrier reports them: near the sum of its records, rarely equal."""
    labels = ground.labels
    order = labels[["county_code", "county"]].drop_duplicates().sort_values("county_code")
    stations = labels["county_code"].iloc[sites["unit"]].value_counts()
    ports = (
        nodes.assign(county=labels["county_code"].to_numpy()[nodes["unit"]])
        .groupby("county")["installed"]
        .sum()
    )
    rows: list[pd.DataFrame] = []
    for measure, sums in (("基站数", stations), ("宽带端口数", ports)):
        values = sums.reindex(order["county_code"]).fillna(0).to_numpy()
        drift = np.where(rng.random(len(values)) < 0.3, 1.0, rng.uniform(0.97, 1.06, len(values)))
        rows.append(
            pd.DataFrame(
                {
                    "county_code": order["county_code"].to_numpy(),
                    "county": order["county"].to_numpy(),
                    "measure": measure,
                    "value": np.rint(values * drift).astype(np.int64),
                }
            )
        )
    frame = pd.concat(rows, ignore_index=True)
    return frame[frame["value"] > 0].reset_index(drop=True)
