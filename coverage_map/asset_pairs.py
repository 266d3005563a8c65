"""What owners report of structures, and how likely two reports speak of the same one.

Owners name and number the same tower each in its own way. Reports near each other are weighed in
pairs by distance, name and tenancy; the weights are data (``rules/assets.toml``).
"""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.asset_names import compare_names, name_core
from coverage_map.indicators.claims import positions, records_of, spread, text
from coverage_map.rules.assets import AssetSettings, read_asset_settings
from geodata.crs import CGCS2000, geodesic_m, pairs_within
from geodata.register import Register

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
_TRUST = {"tower": 0, "site": 1, "cell": 2}
_SECTOR = re.compile(r"[-_ ]\d*$")  # behind the name of a station


def read_reports(records: Mapping[str, gpd.GeoDataFrame], register: Register) -> pd.DataFrame:
    """List what owners report of structures: towers, sites, and the stations their cells name.

    Cells are one report for each owner and site id, at the middle of their positions. Reports
    without a position are left out. Ordered by trust: towers first, cells last.
    """
    towers, sites = records_of(records, "tower"), records_of(records, "site")
    parts = [
        towers.assign(mentions=towers["tenants"], holder=text(towers["owner"]), station=""),
        sites.assign(
            mentions=sites["shared_with"],
            holder=text(sites["tower_owner"]),
            station=text(sites["source_id"]),
        ),
        _stations(records_of(records, "cell")),
    ]
    columns = ["record_id", "kind", "owner", "source_id", "name", "unit_code"]
    columns += ["mentions", "holder", "station"]
    points = np.vstack([positions(part["geometry"]) for part in parts])
    frame = pd.concat([part[columns] for part in parts], ignore_index=True)
    frame = frame.assign(lon=points[:, 0], lat=points[:, 1])
    for name in ("record_id", "owner", "source_id", "name", "unit_code", "holder", "station"):
        frame[name] = text(frame[name])
    frame = frame.iloc[np.flatnonzero(np.isfinite(points).all(axis=1))]
    order = frame["kind"].map(_TRUST)
    frame = frame.assign(trust=order).sort_values(["trust", "record_id"]).reset_index(drop=True)
    return frame.assign(**_cores(frame, register))


def _stations(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each owner's station that cells name; the first cell stands for it."""
    cells = cells[text(cells["site_id"]) != ""]
    points = positions(cells["geometry"])
    cells = cells.assign(station=text(cells["site_id"]), lon=points[:, 0], lat=points[:, 1])
    cells = cells.sort_values("record_id")
    groups = cells.groupby(["owner", "station"], sort=True)
    first = groups.first().reset_index()
    middle = groups[["lon", "lat"]].median().reset_index(drop=True)
    names = [_common_start(list(rows)) for _, rows in groups["name"]]
    return first.assign(
        source_id=first["station"],
        name=names,
        mentions=first["networks"],
        holder="",
        kind="cell",
        geometry=gpd.points_from_xy(middle["lon"], middle["lat"], crs=CGCS2000),
    )


def _common_start(names: Sequence[str]) -> str:
    """Return what the names of a station's cells have in common at their start: their station's."""
    first, last = min(map(str, names)), max(map(str, names))
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    start = "".join(letter for letter, _ in same)
    return _SECTOR.sub("", start) or start


def _cores(frame: pd.DataFrame, register: Register) -> dict[str, Objects]:
    """Return what is left of each name without generic words and the names of its place."""
    counties = dict(zip(register.counties["code"], register.counties["name"], strict=True))
    townships = dict(zip(register.townships["code"], register.townships["name"], strict=True))
    pairs = [
        name_core(name, (counties.get(code[:6], ""), townships.get(code[:9], "")))
        for name, code in zip(frame["name"], frame["unit_code"], strict=True)
    ]
    core, number = np.empty(len(pairs), dtype=object), np.empty(len(pairs), dtype=object)
    core[:] = [pair[0] for pair in pairs]
    number[:] = [pair[1] for pair in pairs]
    return {"core": core, "number": number}


def weigh_pairs(reports: pd.DataFrame, settings: AssetSettings | None = None) -> pd.DataFrame:
    """Weigh every pair of reports within reach; the first report of a pair is the more trusted.

    Returns:
        one, other (rows of ``reports``), distance_m, names, tenancy, within (one owner), same_id,
        probability. Pairs of towers of one owner are left out: an owner knows its own ids.
    """
    settings = settings or read_asset_settings()
    lonlat = reports[["lon", "lat"]].to_numpy(float)
    one, other, metres = pairs_within(lonlat, lonlat, settings.reach_m)
    named_one, named_other = _same_ids(reports)
    far = geodesic_m(*lonlat[named_one].T, *lonlat[named_other].T)
    named = pd.DataFrame({"one": named_one, "other": named_other, "distance_m": far})
    named = named[named["distance_m"] <= settings.same_id_m].assign(same_id=True)
    near = pd.DataFrame({"one": one, "other": other, "distance_m": metres})[one < other]
    pairs = pd.concat([named, near.assign(same_id=False)], ignore_index=True)
    pairs = pairs.drop_duplicates(["one", "other"]).reset_index(drop=True)
    left, right = (
        reports.iloc[pairs[side].to_numpy(np.int64)].reset_index(drop=True)
        for side in ("one", "other")
    )
    within = (left["owner"] == right["owner"]).to_numpy(bool)
    towers = (left["kind"] == "tower").to_numpy(bool) & (right["kind"] == "tower").to_numpy(bool)
    pairs = pairs.assign(
        distance_m=pairs["distance_m"].round().astype("int64"),
        within=within,
        names=compare_names(left, right, settings),
        tenancy=_tenancy(left, right),
    )
    pairs["probability"] = np.where(pairs["same_id"], 1.0, _probability(pairs, settings))
    return pairs[~(within & towers)].reset_index(drop=True)


def _same_ids(reports: pd.DataFrame) -> tuple[Ints, Ints]:
    """Pair an owner's sites with the stations that its cells name by the same id."""
    rows = reports.assign(row=np.arange(len(reports)))[["row", "kind", "owner", "station"]]
    rows = rows[rows["station"] != ""]
    both = rows[rows["kind"] == "site"].merge(rows[rows["kind"] == "cell"], on=["owner", "station"])
    return both["row_x"].to_numpy(np.int64), both["row_y"].to_numpy(np.int64)


def _tenancy(left: pd.DataFrame, right: pd.DataFrame) -> Objects:
    """Say whether one report names the other's owner on the structure, or leaves it out."""
    told = _mentions(left, right["owner"]) | _mentions(right, left["owner"])
    stated = left["holder"].ne("") & right["holder"].ne("")
    denied = (stated & left["holder"].ne(right["holder"])).to_numpy(bool)
    tower = (left["kind"] == "tower").to_numpy(bool) & (right["kind"] != "tower").to_numpy(bool)
    listed = left["mentions"].map(_some).to_numpy(bool)
    apart = (left["owner"] != right["owner"]).to_numpy(bool)
    denied = denied | (tower & listed & ~told & apart)
    return np.select([told, denied], np.array(["told", "denied"], dtype=object), "silent")


def _some(value: object) -> bool:
    return isinstance(value, list | tuple | np.ndarray) and len(value) > 0


def _mentions(frame: pd.DataFrame, owners: pd.Series) -> npt.NDArray[np.bool_]:
    row, member = spread(frame["mentions"])
    same = member == owners.to_numpy(dtype=object)[row]
    return np.bincount(row[same.astype(bool)], minlength=len(frame)) > 0


def _probability(pairs: pd.DataFrame, settings: AssetSettings) -> Floats:
    """Add up the log-odds of a pair's evidence."""
    band = np.searchsorted(settings.distance_to_m, pairs["distance_m"].to_numpy())
    band = np.minimum(band, len(settings.distance_to_m) - 1)
    within = pairs["within"].to_numpy(bool)
    odds = np.where(within, settings.prior_within, settings.prior_across)
    odds = odds + np.where(within, settings.distance_within[band], settings.distance_across[band])
    names = pairs["names"]
    odds = odds + np.where(within, names.map(settings.name_within), names.map(settings.name_across))
    odds = odds + pairs["tenancy"].map(settings.tenancy).to_numpy(float)
    return np.round(1.0 / (1.0 + np.exp(-odds)), 4)
