"""Sharing before building: what stands near a gap, and what was built twice at one place."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage_map.indicators.answers import params_of
from coverage_map.indicators.claims import dates, in_service, positions, records_of, spread, text
from coverage_map.rules.quarter import first_day, last_day
from coverage_map.rules.sharing import AssetClass, SamePlace, SharingSettings, read_sharing
from coverage_map.standing import read_assets
from coverage_map.verdicts import DUPLICATE, OPPORTUNITY, empty, shape
from geodata.crs import CGCS2000, from_cgcs2000, geodesic_m, metric_crs, pairs_within, to_cgcs2000
from geodata.owners import operators
from geodata.register import Register

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A metric projection lengthens lines by less than this share within its zone.
_SLACK = 1.001


def _lines_within(points: Floats, lines: npt.NDArray[np.object_], limit_m: int) -> pd.DataFrame:
    """Pair points with lines no farther than a limit: point, asset, distance_m, lon, lat.

    The nearest point of a line is found in a metric CRS; the distance to it is geodesic.
    """
    if not len(points) or not len(lines):
        return pd.DataFrame({"point": [], "asset": [], "distance_m": [], "lon": [], "lat": []})
    west, south, east, north = (
        float(value) for value in (*points.min(axis=0), *points.max(axis=0))
    )
    crs = metric_crs((west, south, east, north))

    def project(xy: Floats) -> Floats:
        return np.column_stack(from_cgcs2000(xy[:, 0], xy[:, 1], crs))

    metric = shapely.transform(lines, project)
    start = shapely.points(project(points))
    tree = shapely.STRtree(metric)
    point, asset = tree.query(start, predicate="dwithin", distance=limit_m * _SLACK)
    closest = shapely.get_point(shapely.shortest_line(metric[asset], start[point]), 0)
    lon, lat = to_cgcs2000(shapely.get_x(closest), shapely.get_y(closest), crs)
    metres = np.rint(geodesic_m(points[point, 0], points[point, 1], lon, lat)).astype(np.int64)
    pairs = {"point": point, "asset": asset, "distance_m": metres, "lon": lon, "lat": lat}
    return pd.DataFrame(pairs)[metres <= limit_m]


def _points_within(points: Floats, assets: pd.DataFrame, limit_m: int) -> pd.DataFrame:
    goal = assets[["lon", "lat"]].to_numpy(float)
    point, asset, metres = pairs_within(points, goal, limit_m)
    pairs = pd.DataFrame({"point": point, "asset": asset, "distance_m": metres})
    return pairs.assign(lon=goal[asset, 0], lat=goal[asset, 1])


def _near(points: Floats, assets: pd.DataFrame, asset_class: AssetClass) -> pd.DataFrame:
    """Pair points with the assets of a class within its limit; asset becomes the frame's row."""
    rows = np.flatnonzero((assets["asset_class"] == asset_class.name).to_numpy(dtype=bool))
    chosen = assets.iloc[rows]
    limit = int(asset_class.limit_m.value)
    if chosen["lon"].isna().all():
        there = chosen["geometry"].notna().to_numpy(dtype=bool)
        rows, chosen = rows[there], chosen[there]
        pairs = _lines_within(points, chosen["geometry"].to_numpy(dtype=object), limit)
    else:
        pairs = _points_within(points, chosen, limit)
    pairs = pairs.assign(asset=rows[pairs["asset"].to_numpy(dtype=np.int64)])
    return pairs.assign(asset_class=asset_class.name)


def _ranking(pairs: pd.DataFrame, settings: SharingSettings) -> pd.DataFrame:
    """Return the sort keys of the setting ``order``; room that is told comes before silence."""
    free = pairs["free"]
    room = np.select([free.notna() & (free > 0).fillna(False).astype(bool), free.isna()], [0, 1], 2)
    place = {name: position for position, name in enumerate(settings.classes)}
    keys = {
        "free": room,
        "distance_m": pairs["distance_m"].to_numpy(dtype=np.int64),
        "asset_class": pairs["asset_class"].map(place).to_numpy(dtype=np.int64),
    }
    frame = pd.DataFrame({name: keys[name] for name in settings.order}, index=pairs.index)
    return frame.assign(record_id=pairs["record_id"])


def _best(pairs: pd.DataFrame, settings: SharingSettings) -> pd.DataFrame:
    """Order the pairs of each point best first and keep so many of each class."""
    order = _ranking(pairs, settings).assign(point=pairs["point"])
    order = order.sort_values(["point", *settings.order, "record_id"], kind="stable")
    best = pairs.loc[order.index]
    within = best.groupby(["point", "asset_class"], sort=False).cumcount()
    return best[within < settings.at_most].reset_index(drop=True)


def _reasons(found: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Say why an asset is offered: whose it is to the gap's operator, and what room it has."""
    own = found["owner"] == found["operator"]
    row, tenant = spread(found["tenants"])
    same = tenant == found["operator"].to_numpy(dtype=object)[row]
    tenancy = np.bincount(row[same], minlength=len(found)) > 0
    free = found["free"]
    told = free.notna().to_numpy(dtype=bool)
    room = (free.fillna(0) > 0).to_numpy(dtype=bool)
    reasons: npt.NDArray[np.object_] = np.select(
        [own, tenancy, found["asset_class"] == "duct", told & room, told & ~room],
        np.array(["own_asset", "already_tenant", "duct_near", "has_room", "no_room"], dtype=object),
        "room_not_reported",
    ).astype(object)
    return reasons


def find_opportunities(
    gaps: pd.DataFrame,
    records: Mapping[str, gpd.GeoDataFrame],
    settings: SharingSettings | None = None,
) -> pd.DataFrame:
    """List what stands near enough to each gap to be shared, best first; frame of ``OPPORTUNITY``.

    ``gaps`` is a frame of ``verdicts.GAP``; the classes, their limits, which indicators they
    serve, how many are kept and the order are settings. Hand in only records the asker may see.
    Duct distances are to the nearest point of the duct, which lon and lat then name.
    """
    if gaps.empty:
        return empty(OPPORTUNITY)
    settings = settings or read_sharing()
    assets = read_assets(records, str(gaps["quarter"].iloc[0]), settings)
    where = gaps[["lon", "lat"]].to_numpy(float)
    points, of_gap = np.unique(where, axis=0, return_inverse=True)
    gaps = gaps[["gap_id", "unit_code", "indicator", "operator"]].assign(point=of_gap.ravel())
    parts = [
        pairs
        for name in settings.classes
        if len(pairs := _near(points, assets, settings.classes[name]))
    ]
    if not parts:
        return empty(OPPORTUNITY)
    pairs = pd.concat(parts, ignore_index=True)
    described = assets.iloc[pairs["asset"].to_numpy(dtype=np.int64)].reset_index(drop=True)
    names = ["record_id", "name", "owner", "tenants", "free"]
    best = _best(pd.concat([pairs, described[names]], axis=1), settings)
    serves = pd.DataFrame(
        [
            (one.name, indicator)
            for one in settings.classes.values()
            for indicator in one.indicators
        ],
        columns=["asset_class", "indicator"],
    )
    best["nth"] = np.arange(len(best))
    found = gaps.assign(gap=np.arange(len(gaps))).merge(serves, on="indicator")
    found = found.merge(best, on=["point", "asset_class"]).sort_values(["gap", "nth"])
    found = found.reset_index(drop=True)
    found["rank"] = found.groupby("gap").cumcount() + 1
    found["reason"] = _reasons(found)
    free = found["free"].astype("object").where(found["free"].notna(), "null")
    found["reason_params"] = params_of(distance_m=found["distance_m"], free=free)
    return shape(found.rename(columns={"name": "asset_name"}), OPPORTUNITY)


def _towers(records: Mapping[str, gpd.GeoDataFrame], rule: SamePlace, quarter: str) -> pd.DataFrame:
    """List towers with a date, each once: tower records, and sites on a carrier's own tower."""
    towers = records_of(records, "tower")
    towers = towers[text(towers["structure"]).isin(rule.structures)]
    towers = towers.assign(tower_owner=text(towers["owner"]), since=dates(towers["built"]))
    sites = records_of(records, "site")
    sites = sites.assign(tower_owner=text(sites["tower_owner"]), since=dates(sites["opened"]))
    sites = sites[sites["tower_owner"].isin(operators())]
    columns = ["kind", "record_id", "name", "tower_owner", "since", "state", "unit_code"]
    both = pd.concat(
        [towers[[*columns, "geometry"]], sites[[*columns, "geometry"]]], ignore_index=True
    )
    points = positions(both["geometry"])
    both = both.assign(name=text(both["name"]), lon=points[:, 0], lat=points[:, 1])
    standing = in_service(both, quarter, since="since") & np.isfinite(points).all(axis=1)
    return _one_each(both[standing].reset_index(drop=True), int(rule.same_structure_m.value))


def _one_each(towers: pd.DataFrame, within_m: int) -> pd.DataFrame:
    """Keep one entry of each structure, and only what has a date.

    A site stands on its owner's tower where the owner reports one there, and on that of its
    owner's older site: its own date is not that of the tower.
    """
    first = (towers["kind"] != "tower").astype("int64")
    towers = towers.assign(order=first).sort_values(["order", "since", "record_id"])
    towers = towers.reset_index(drop=True)
    lonlat = towers[["lon", "lat"]].to_numpy(float)
    one, other, _ = pairs_within(lonlat, lonlat, within_m)
    owner = towers["tower_owner"].to_numpy(dtype=object)
    again = one[(other < one) & (owner[one] == owner[other])]
    kept = ~np.isin(np.arange(len(towers)), again) | (towers["order"] == 0)
    return towers[kept & (towers["since"] != "")].reset_index(drop=True)


def _in_settlement(towers: pd.DataFrame, register: Register, rule: SamePlace) -> pd.Series:
    """Say which towers stand in a settlement: in an urban unit or near a settlement's point."""
    units = register.units
    urban = text(towers["unit_code"]).isin(units.loc[units["urban"].astype(bool), "code"])
    settlements = register.settlements.geometry
    near, _, _ = pairs_within(
        towers[["lon", "lat"]].to_numpy(float), settlements, int(rule.settlement_radius_m.value)
    )
    return urban | pd.Series(np.isin(np.arange(len(towers)), near), index=towers.index)


def find_duplicates(
    records: Mapping[str, gpd.GeoDataFrame],
    register: Register,
    settings: SharingSettings | None = None,
    *,
    quarter: str,
    same: Mapping[str, str] | None = None,
) -> gpd.GeoDataFrame:
    """List newly built towers at the place of an older one of another owner; ``DUPLICATE``.

    One row per new tower and other owner, with that owner's nearest older tower.
    Newly built: dated in the quarter or ``new_quarters`` before it. Only towers from the ground
    count, on both sides, and only those with a date: what is not dated accuses nobody. The limit
    is that of settlements where the new tower stands in one. Geometry is the new tower. ``same``
    (record_id → what stands for its structure) leaves out pairs that are one tower reported twice.
    """
    rule = (settings or read_sharing()).same_place
    towers = _towers(records, rule, quarter)
    new = (towers["since"] >= first_day(quarter, back=int(rule.new_quarters.value))) & (
        towers["since"] <= last_day(quarter)
    )
    fresh = towers[new].reset_index(drop=True)
    limits = {"settlement": int(rule.in_settlement_m.value), "outside": int(rule.outside_m.value)}
    setting = np.where(_in_settlement(fresh, register, rule), "settlement", "outside")
    limit = np.array([limits[name] for name in setting], dtype=np.int64)
    lonlat = ["lon", "lat"]
    one, other, metres = pairs_within(
        fresh[lonlat].to_numpy(float), towers[lonlat].to_numpy(float), max(limits.values())
    )
    left, right = fresh.iloc[one].reset_index(drop=True), towers.iloc[other].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            **{f"new_{name}": left[source] for name, source in _NAMES.items()},
            **{f"old_{name}": right[source] for name, source in _NAMES.items()},
            "distance_m": pd.array(metres, dtype="Int64"),
            "limit_m": limit[one],
            "setting": setting[one],
            "unit_code": text(left["unit_code"]),
            "lon": left["lon"],
            "lat": left["lat"],
        }
    )
    counts = (metres <= limit[one]) & (frame["old_date"] < frame["new_date"]).to_numpy(bool)
    counts &= (frame["old_owner"] != frame["new_owner"]).to_numpy(bool)
    one_tower = frame["new_id"].map(same or {}).eq(frame["old_id"].map(same or {}))
    counts &= ~one_tower.to_numpy(bool)
    frame = frame[counts].sort_values(["new_id", "distance_m", "old_id"])
    found = shape(frame.drop_duplicates(["new_id", "old_owner"]), DUPLICATE)
    points = gpd.points_from_xy(found["lon"], found["lat"])
    return gpd.GeoDataFrame(found, geometry=points, crs=CGCS2000)


_NAMES = {"id": "record_id", "name": "name", "owner": "tower_owner", "date": "since"}
