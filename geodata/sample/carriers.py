"""Carriers' records of the sample, the files they send, and the office's list of villages."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geodata.sample import files_cmcc, files_office, files_others, files_telecom, files_unicom
from geodata.sample.city import City
from geodata.sample.delivery import Delivery
from geodata.sample.fibre import model_broadband, model_estates, model_nodes, model_routes
from geodata.sample.networks import (
    OPERATORS,
    Ground,
    model_new_towers,
    model_own_towers,
    model_sites,
    model_towers,
    read_ground,
)
from geodata.sample.people import stem
from geodata.sample.radio import model_cells
from geodata.sample.services import (
    model_cable,
    model_hotspots,
    model_penetration,
    model_totals,
)
from geodata.sample.source_tables import SOURCE

# First eNodeB number of each operator: any range will do, they must only not overlap.
_FIRST_NODE = {"cmcc": 482_000, "unicom": 510_000, "telecom": 530_000}
_SITE_PREFIX = {"cmcc": "XC", "unicom": "", "telecom": "411000"}


def write_uploads(city: City, folder: Path, rng: np.random.Generator) -> None:
    """Model all carriers' records and write them as the files they would send."""
    settings = tomllib.loads((SOURCE / "carriers.toml").read_text(encoding="utf-8"))
    ground = read_ground(city, settings, stem(city.register.units["name"]))
    delivery = Delivery(folder, ground)
    streams = rng.spawn(4)
    networks = _send_networks(city, ground, settings, delivery, streams[0])
    _send_fibre(city, ground, settings, delivery, streams[1], networks)
    _send_services(city, ground, settings, delivery, streams[2])
    files_office.send_list(delivery, files_office.model_list(city, settings, streams[3]))
    delivery.finish()


def _reported(frame: pd.DataFrame, owner: str, ground: Ground, settings: Mapping[str, Any]) -> Any:
    missing = settings["not_reported"].get(owner, [])
    county = ground.labels["county_code"].to_numpy()[frame["unit"]]
    return ~np.isin(county, missing)


def _send_networks(
    city: City,
    ground: Ground,
    settings: Mapping[str, Any],
    delivery: Delivery,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    towers = model_towers(city, ground, settings, rng)
    files_others.send_towers(delivery, towers)
    sites: dict[str, pd.DataFrame] = {}
    for owner in OPERATORS:
        mine = model_sites(city, ground, towers, owner, settings, rng)
        mine = mine[_reported(mine, owner, ground, settings)].reset_index(drop=True)
        cells = model_cells(mine, settings["layers"][owner], _FIRST_NODE[owner], rng)
        cells = cells.assign(label=_labels(cells))
        mine = mine.assign(source_id=_site_ids(mine, owner))
        sites[owner] = mine
        if owner == "cmcc":
            files_cmcc.send_sites(delivery, mine, cells)
            files_cmcc.send_cells(delivery, cells)
        elif owner == "unicom":
            files_unicom.send_network(delivery, mine, cells)
        else:
            files_telecom.send_sites(delivery, mine, cells)
            files_telecom.send_cells(delivery, cells)
    own = model_own_towers(sites["cmcc"], settings["own_towers"]["cmcc"], rng)
    files_cmcc.send_own_towers(delivery, own)
    new = model_new_towers(city, ground, own, settings, rng)
    files_others.send_new_towers(delivery, new)
    return sites


def _site_ids(sites: pd.DataFrame, owner: str) -> list[str]:
    """Return ids in each carrier's habit; unicom's is the number of the eNodeB itself."""
    if owner == "unicom":
        return [str(_FIRST_NODE[owner] + row) for row in range(len(sites))]
    return [f"{_SITE_PREFIX[owner]}{number:05d}" for number in sites["number"]]


def _labels(cells: pd.DataFrame) -> list[str]:
    parts = zip(cells["name"], cells["band"], cells["cell"], strict=True)
    return [f"{name}-{band}-{cell}" for name, band, cell in parts]


def _send_fibre(
    city: City,
    ground: Ground,
    settings: Mapping[str, Any],
    delivery: Delivery,
    rng: np.random.Generator,
    sites: Mapping[str, pd.DataFrame],
) -> None:
    nodes = model_nodes(city, ground, settings, rng)
    routes = model_routes(city, nodes, settings, rng)
    estates = model_estates(city, ground, settings, rng)
    broadband = model_broadband(city, ground, settings, rng)

    def of(frame: pd.DataFrame, owner: str) -> pd.DataFrame:
        return frame[frame["owner"] == owner].reset_index(drop=True)

    files_cmcc.send_nodes(delivery, of(nodes, "cmcc"))
    files_unicom.send_nodes(delivery, of(nodes, "unicom"))
    files_unicom.send_routes(delivery, of(routes, "unicom"))
    files_unicom.send_estates(delivery, of(estates, "unicom"))
    files_unicom.send_broadband(delivery, of(broadband, "unicom"))
    files_telecom.send_nodes(delivery, of(nodes, "telecom"))
    files_telecom.send_routes(delivery, of(routes, "telecom"))
    files_telecom.send_estates(delivery, of(estates, "telecom"))
    files_telecom.send_broadband(delivery, of(broadband, "telecom"))
    penetration = model_penetration(city, settings, rng)
    totals = {
        owner: model_totals(ground, sites[owner], of(nodes, owner), rng) for owner in OPERATORS
    }
    survey = penetration["method"] == "抽样调查"
    files_cmcc.send_report(delivery, totals["cmcc"], penetration[~survey])
    files_unicom.send_report(delivery, totals["unicom"])
    files_telecom.send_report(delivery, totals["telecom"], penetration[survey])


def _send_services(
    city: City,
    ground: Ground,
    settings: Mapping[str, Any],
    delivery: Delivery,
    rng: np.random.Generator,
) -> None:
    hotspots = model_hotspots(city, settings, rng)
    for owner, module in (
        ("cmcc", files_cmcc),
        ("telecom", files_telecom),
        ("unicom", files_unicom),
    ):
        mine = hotspots[hotspots["owner"] == owner]
        mine = mine[_reported(mine, owner, ground, settings)]
        module.send_hotspots(delivery, mine.reset_index(drop=True))
    files_others.send_cable(delivery, model_cable(city, ground, settings, rng))
