"""What is true in the sample city, by kind of record: the ground that varied files are made from.

Every frame holds the kind's fields in the product's own values and units, ``unit`` (row of the
register's units), ``subject_id`` where the kind has one, and lon, lat (CGCS2000) or ``geometry``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shapely

from benchmarks.varied.more_records import (
    add_parameters,
    add_sectors,
    list_settlements,
    model_duct_points,
    model_village_coverage,
)
from geodata.records import read_values
from geodata.sample.city import City, build_city
from geodata.sample.fibre import model_broadband, model_estates, model_nodes, model_routes
from geodata.sample.networks import OPERATORS, Ground, model_sites, model_towers, read_ground
from geodata.sample.people import stem
from geodata.sample.radio import model_cells, site_technologies
from geodata.sample.services import model_cable, model_hotspots, model_penetration, model_totals
from geodata.sample.source_tables import SOURCE, read_source

SEED = 2023
FIRST_NODE = {"cmcc": 482_000, "unicom": 510_000, "telecom": 530_000}


@dataclass(frozen=True)
class World:
    """The city, the labels of its units, and the true records of each kind."""

    city: City
    ground: Ground
    records: Mapping[str, pd.DataFrame]


@cache
def build_world() -> World:
    """Model the city and all its carriers' records once."""
    city_stream, stream = np.random.default_rng(SEED).spawn(2)
    city = build_city(read_source(), city_stream)
    settings = tomllib.loads((SOURCE / "carriers.toml").read_text(encoding="utf-8"))
    settings["not_reported"] = {"cbn": []}
    ground = read_ground(city, settings, stem(city.register.units["name"]))
    records: dict[str, pd.DataFrame] = {}
    _networks(city, ground, settings, stream, records)
    _fibre(city, ground, settings, stream, records)
    _services(city, ground, settings, stream, records)
    records["duct_point"] = model_duct_points(city, records["fibre_route"])
    records["village_coverage"] = model_village_coverage(city)
    records["settlement_list"] = list_settlements(city)
    return World(city, ground, records)


def _canonical(spelt: Any, name: str) -> list[str]:
    """Return the value of a value set that each spelling stands for."""
    known = {
        spelling: value for value, listed in read_values()[name].items() for spelling in listed
    }
    return [known.get(str(item), "") for item in spelt]


def _networks(
    city: City,
    ground: Ground,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
    records: dict[str, pd.DataFrame],
) -> None:
    towers = model_towers(city, ground, settings, rng)
    tenants = [
        [name for name in OPERATORS if row[name]]
        for row in towers[list(OPERATORS)].to_dict("records")
    ]
    records["tower"] = towers[["source_id", "name", "unit", "lon", "lat", "height_m"]].assign(
        structure=_canonical(towers["structure"], "structure"),
        built=towers["built"],
        tenants=pd.Series(tenants, dtype=object),
        tenant_count=[len(names) for names in tenants],
        platforms_free=towers["platforms_free"],
        state="in_service",
    )
    sites, cells = [], []
    for owner in OPERATORS:
        mine = model_sites(city, ground, towers, owner, settings, rng)
        own = model_cells(mine, settings["layers"][owner], FIRST_NODE[owner], rng)
        sites.append(_sites(mine, own, owner))
        cells.append(_cells(own))
    records["site"] = add_sectors(pd.concat(sites, ignore_index=True))
    records["cell"] = add_parameters(pd.concat(cells, ignore_index=True))


def _sites(sites: pd.DataFrame, cells: pd.DataFrame, owner: str) -> pd.DataFrame:
    spelt = site_technologies(sites, cells).str.split("/")
    technologies = [list(dict.fromkeys(_canonical(names, "technology"))) for names in spelt]
    prefix = {"cmcc": "XC", "unicom": "5", "telecom": "411000"}[owner]
    return pd.DataFrame(
        {
            "owner": owner,
            "source_id": [f"{prefix}{number:05d}" for number in sites["number"]],
            "name": sites["name"],
            "unit": sites["unit"],
            "lon": sites["lon"],
            "lat": sites["lat"],
            "technologies": pd.Series(technologies, dtype=object),
            "height_m": sites["height_m"],
            "tower_owner": np.where(sites["own"], owner, "tower"),
            "shared": sites["shared_with"].map(bool),
            "shared_with": sites["shared_with"],
            "state": np.where(sites["in_service"], "in_service", "out_of_service"),
            "opened": sites["opened"],
        }
    )


def _cells(cells: pd.DataFrame) -> pd.DataFrame:
    names = zip(cells["name"], cells["band"], cells["cell"], strict=True)
    return pd.DataFrame(
        {
            "owner": cells["owner"],
            "node": cells["node"],
            "cell": cells["cell"],
            "source_id": cells["node"] * 256 + cells["cell"],
            "name": [f"{name}-{band}-{cell}" for name, band, cell in names],
            "site_id": cells["node"].astype(str),
            "unit": cells["unit"],
            "lon": cells["lon"],
            "lat": cells["lat"],
            "technology": _canonical(cells["technology"], "technology"),
            "band": cells["band"],
            "frequency_mhz": cells["mhz"],
            "networks": cells["networks"],
            "height_m": cells["height_m"],
            "azimuth_deg": cells["azimuth_deg"],
            "tilt_deg": cells["tilt_deg"],
            "indoor": cells["indoor"],
            "state": np.where(cells["in_service"], "in_service", "out_of_service"),
        }
    )


def _fibre(
    city: City,
    ground: Ground,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
    records: dict[str, pd.DataFrame],
) -> None:
    nodes = model_nodes(city, ground, settings, rng)
    records["fibre_node"] = nodes.rename(
        columns={"installed": "ports_installed", "used": "ports_used", "free": "ports_free"}
    ).assign(node_class=_canonical(nodes["node_class"], "node_class"), state="in_service")
    routes = model_routes(city, nodes, settings, rng)
    middle = shapely.line_interpolate_point(routes["geometry"].to_numpy(), 0.5, normalized=True)
    routes["lon"], routes["lat"] = shapely.get_coordinates(middle).T
    records["fibre_route"] = routes.assign(laying=_canonical(routes["laying"], "laying"))
    estates = model_estates(city, ground, settings, rng).rename(
        columns={"fibre": "households_fibre"}
    )
    records["ftth_community"] = estates
    broadband = model_broadband(city, ground, settings, rng)
    spoken = broadband["access"].where(broadband["available"], "FTTH")
    records["settlement_broadband"] = broadband.rename(
        columns={"settlement": "settlement_name", "settlement_id": "subject_id"}
    ).assign(access=_canonical(spoken, "access"))


def _services(
    city: City,
    ground: Ground,
    settings: Mapping[str, Any],
    rng: np.random.Generator,
    records: dict[str, pd.DataFrame],
) -> None:
    hotspots = model_hotspots(city, settings, rng)
    records["wlan_hotspot"] = hotspots.rename(
        columns={"place": "place_name", "place_id": "subject_id"}
    ).assign(state="in_service")
    records["cable_tv"] = model_cable(city, ground, settings, rng).rename(
        columns={"digital": "households_digital", "two_way": "households_two_way"}
    )
    penetration = model_penetration(city, settings, rng)
    records["internet_penetration"] = penetration.assign(
        subject_id=penetration["county_code"],
        county_name=penetration["county"],
        method=_canonical(penetration["method"], "penetration_method"),
    )
    sites = records["site"]
    nodes = records["fibre_node"].rename(columns={"ports_installed": "installed"})
    totals = model_totals(ground, sites[sites["owner"] == "cmcc"], nodes, rng)
    records["reported_total"] = totals.assign(
        subject_id=totals["county_code"],
        county_name=totals["county"],
        measure=_canonical(totals["measure"], "measure"),
    )
