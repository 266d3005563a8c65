"""What owners report of structures: their towers, their sites, the stations their cells name."""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.asset_names import name_core
from coverage_map.indicators.claims import dates, positions, records_of, text
from geodata.crs import CGCS2000
from geodata.owners import operators
from geodata.register import Register

Objects = npt.NDArray[np.object_]
_TRUST = {"tower": 0, "site": 1, "cell": 2}
_SECTOR = re.compile(r"[-_ ]\d*$")  # behind the name of a station
_TEXTS = ("record_id", "owner", "source_id", "name", "unit_code", "holder", "station", "tower_id")
_COLUMNS = ["record_id", "kind", "owner", "source_id", "name", "unit_code", "mentions"]
_COLUMNS += ["holder", "station", "tower_id", "tower_name", "built"]


def read_reports(records: Mapping[str, gpd.GeoDataFrame], register: Register) -> pd.DataFrame:
    """List what owners report of structures: towers, sites, and the stations their cells name.

    Cells are one report for each owner and site id, at the middle of their positions. Reports
    without a position are left out. Ordered by trust: towers first, cells last.

    Returns:
        record_id, kind, owner, source_id, name, unit_code, lon, lat; ``mentions`` (owners said to
        be on it), ``holder`` (whose it is, "" where that is not said), ``station`` (the owner's id
        of the station), ``tower_id`` (the tower's id in its holder's list), ``built`` (year, NaN);
        core and number of its name, ``tower_core`` and ``tower_number`` of the name that it gives
        the tower.
    """
    parts = [_towers(records), _sites(records), _stations(records_of(records, "cell"))]
    points = np.vstack([positions(part["geometry"]) for part in parts])
    frame = pd.concat([part[_COLUMNS] for part in parts], ignore_index=True)
    frame = frame.assign(lon=points[:, 0], lat=points[:, 1])
    for name in (*_TEXTS, "tower_name"):
        frame[name] = text(frame[name])
    frame["built"] = frame["built"].astype("float64")
    frame = frame.iloc[np.flatnonzero(np.isfinite(points).all(axis=1))]
    order = frame["kind"].map(_TRUST)
    frame = frame.assign(trust=order).sort_values(["trust", "record_id"]).reset_index(drop=True)
    core, number = _cores(frame, "name", register)
    tower_core, tower_number = _cores(frame, "tower_name", register)
    return frame.assign(
        core=core, number=number, tower_core=tower_core, tower_number=tower_number
    ).drop(columns="tower_name")


def _towers(records: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    """Return towers; a carrier's list may hold what it rents, so only the list can say whose."""
    towers = records_of(records, "tower")
    owner, said = text(towers["owner"]), text(towers["tower_owner"])
    built = pd.to_numeric(dates(towers["built"]).str.slice(0, 4), errors="coerce")
    return towers.assign(
        mentions=towers["tenants"],
        holder=said.mask(~owner.isin(operators()), owner),
        station="",
        tower_id=towers["source_id"],
        tower_name="",
        built=built,
    )


def _sites(records: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
    sites = records_of(records, "site")
    return sites.assign(
        mentions=sites["shared_with"],
        holder=text(sites["tower_owner"]),
        station=text(sites["source_id"]),
        built=np.nan,
    )


def _stations(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each owner's station that cells name; the first cell stands for it.

    Stations are told apart by id, where cells give none by name.
    """
    points = positions(cells["geometry"])
    station, said = text(cells["site_id"]), text(cells["site_name"])
    cells = cells.assign(
        station=station,
        said=said,
        told_by=station.mask(station == "", "\x1f" + said),
        lon=points[:, 0],
        lat=points[:, 1],
    )
    cells = cells[(station != "") | (said != "")].sort_values("record_id")
    groups = cells.groupby(["owner", "told_by"], sort=True)
    first = groups.first().reset_index()
    middle = groups[["lon", "lat"]].median().reset_index(drop=True)
    starts = [_common_start(list(rows)) for _, rows in groups["name"]]
    named = zip(first["said"], starts, strict=True)
    return first.assign(
        source_id=first["station"],
        name=[said or start for said, start in named],
        mentions=first["networks"],
        holder="",
        kind="cell",
        tower_id="",
        tower_name="",
        built=np.nan,
        geometry=gpd.points_from_xy(middle["lon"], middle["lat"], crs=CGCS2000),
    )


def _common_start(names: Sequence[str]) -> str:
    """Return what the names of a station's cells have in common at their start: their station's."""
    first, last = min(map(str, names)), max(map(str, names))
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    start = "".join(letter for letter, _ in same)
    return _SECTOR.sub("", start) or start


def _cores(frame: pd.DataFrame, column: str, register: Register) -> tuple[Objects, Objects]:
    """Return the cores and numbers of names, without what their county and township are called."""
    counties = dict(zip(register.counties["code"], register.counties["name"], strict=True))
    townships = dict(zip(register.townships["code"], register.townships["name"], strict=True))
    core, number = np.empty(len(frame), dtype=object), np.empty(len(frame), dtype=object)
    for row, (name, code) in enumerate(zip(frame[column], frame["unit_code"], strict=True)):
        places = (counties.get(code[:6], ""), townships.get(code[:9], ""))
        core[row], number[row] = name_core(name, places)
    return core, number
