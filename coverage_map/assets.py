"""Several reports, one structure: resolve the towers and sites of all owners, with evidence.

Owners name and number the same tower each in its own way. Reports near each other are weighed in
pairs by distance, name and tenancy; the weights are data (``rules/assets.toml``). This looks at
every owner's records and is for the city's scope only.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
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

# An asset: where the most trusted report places it, who reports it, how far its reports lie apart.
ASSET: dict[str, str] = {
    "asset_id": "str",
    "name": "str",
    "lon": "float64",
    "lat": "float64",
    "owners": "object",  # tuple, sorted
    "reports": "int64",
    "spread_m": "int64",
    "probability": "float64",  # of the weakest link that holds it together; 1 for a single report
    "unit_code": "str",
}
# A report and the link by which it joined its asset.
REPORT: dict[str, str] = {
    "record_id": "str",
    "asset_id": "str",
    "kind": "str",
    "owner": "str",
    "source_id": "str",
    "name": "str",
    "lon": "float64",
    "lat": "float64",
    "unit_code": "str",
    "linked_to": "str",  # record_id, "" for the first report of an asset
    "by": "str",  # id, evidence, person, "" for the first
    "distance_m": "Int64",
    "names": "str",  # same, number, alike, contains, different, silent
    "tenancy": "str",  # told, denied, silent
    "probability": "float64",
}
_TRUST = {"tower": 0, "site": 1, "cell": 2}
_LINK = ("asset_id", "linked_to", "by", "distance_m", "names", "tenancy", "probability")
_SECTOR = re.compile(r"[-_ ]\d*$")  # behind the name of a station
Link = tuple[int, int, str]  # two reports, by what


@dataclass(frozen=True)
class Decision:
    """What a person said of two reports: that they are one structure, or that they are not."""

    one: str
    other: str
    together: bool


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


def resolve_assets(
    records: Mapping[str, gpd.GeoDataFrame],
    register: Register,
    decisions: Sequence[Decision] = (),
    settings: AssetSettings | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Resolve all reports into assets; frames of ``ASSET`` and ``REPORT``.

    The likeliest pairs are joined first, and two groups only where all evidence between their
    reports together speaks for it. An asset holds at most one tower of an owner, and nothing that a
    person has taken apart. ``decisions`` go before all evidence, the last of a pair counts.
    """
    settings = settings or read_asset_settings()
    reports = read_reports(records, register)
    pairs = weigh_pairs(reports, settings)
    joined = _join(reports, pairs, settings.join, decisions)
    frame = _described(reports, pairs, *joined)
    return _assets(frame), _typed(frame, REPORT)


def _join(
    reports: pd.DataFrame, pairs: pd.DataFrame, likely: float, decisions: Sequence[Decision]
) -> tuple[Ints, list[Link]]:
    """Join reports, the likeliest pairs first.

    Returns:
        For each report the first, most trusted report of its asset, and the links that were made.
    """
    said = _said(reports, decisions)
    apart: dict[int, set[int]] = {}
    for (one, other), together in said.items():
        if not together:
            apart.setdefault(one, set()).add(other)
            apart.setdefault(other, set()).add(one)
    group = np.arange(len(reports), dtype=np.int64)
    members = {number: [number] for number in range(len(reports))}
    towers = [
        {owner} if kind == "tower" else set()
        for owner, kind in zip(reports["owner"], reports["kind"], strict=True)
    ]
    links: list[Link] = []
    odds = _odds(pairs)
    for one, other, by in _in_order(pairs[pairs["probability"] >= likely], said):
        first, second = sorted((int(group[one]), int(group[other])))
        if first == second or (by != "person" and towers[first] & towers[second]):
            continue
        if any(apart.get(member, set()) & set(members[first]) for member in members[second]):
            continue
        between = (
            odds.get((min(a, b), max(a, b)), 0.0) for a in members[first] for b in members[second]
        )
        if by == "evidence" and sum(between) < 0.0:
            continue
        members[first] += members.pop(second)
        group[members[first]] = first
        towers[first] = towers[first] | towers[second]
        links.append((one, other, by))
    return group, links


def surely_one(reports: pd.DataFrame, settings: AssetSettings | None = None) -> dict[str, str]:
    """Return which reports (frame of ``REPORT``) are one structure beyond doubt.

    record_id → the record_id that stands for its structure. Links of less than the setting ``sure``
    part an asset; those by id and those that a person made do not.
    """
    least = (settings or read_asset_settings()).sure
    weak = (reports["linked_to"] == "") | (reports["probability"] < least)
    above = dict(zip(reports["record_id"], reports["linked_to"].mask(weak, ""), strict=True))
    found: dict[str, str] = {}
    for record_id in above:
        way = [record_id]
        while above[way[-1]] and way[-1] not in found:
            way.append(above[way[-1]])
        found |= dict.fromkeys(way, found.get(way[-1], way[-1]))
    return found


def _odds(pairs: pd.DataFrame) -> dict[tuple[int, int], float]:
    """Return the log-odds of every pair, no farther from even than what is printed can tell."""
    probability = pairs["probability"].to_numpy(float).clip(1e-4, 1.0 - 1e-4)
    values = np.log(probability / (1.0 - probability))
    keys = zip(pairs["one"].tolist(), pairs["other"].tolist(), strict=True)
    return dict(zip(keys, values.tolist(), strict=True))


def _said(reports: pd.DataFrame, decisions: Sequence[Decision]) -> dict[tuple[int, int], bool]:
    """Return for pairs of reports whether a person said that they belong together."""
    row = {identifier: number for number, identifier in enumerate(reports["record_id"])}
    said: dict[tuple[int, int], bool] = {}
    for decision in decisions:
        one, other = row.get(decision.one), row.get(decision.other)
        if one is not None and other is not None and one != other:
            said[min(one, other), max(one, other)] = decision.together
    return said


def _in_order(pairs: pd.DataFrame, said: dict[tuple[int, int], bool]) -> Iterator[Link]:
    """Yield the links to be made: a person's first, then by likelihood; none against a person."""
    yield from ((one, other, "person") for (one, other), together in said.items() if together)
    ordered = pairs.sort_values(
        ["probability", "distance_m", "one", "other"], ascending=[False, True, True, True]
    )
    columns = (ordered[name].tolist() for name in ("one", "other", "same_id"))
    for one, other, same_id in zip(*columns, strict=True):
        if (one, other) not in said:
            yield one, other, "id" if same_id else "evidence"


def _from_first(links: list[Link]) -> dict[int, tuple[int, str]]:
    """Return for each report that joined another which one, seen from the first of its asset."""
    beside: dict[int, list[tuple[int, str]]] = {}
    for one, other, by in links:
        beside.setdefault(one, []).append((other, by))
        beside.setdefault(other, []).append((one, by))
    joined: dict[int, tuple[int, str]] = {}
    seen: set[int] = set()
    for start in sorted(beside):
        if start in seen:
            continue
        seen.add(start)
        edge = [start]
        while edge:
            here = edge.pop()
            for there, by in beside[here]:
                if there not in seen:
                    seen.add(there)
                    joined[there] = (here, by)
                    edge.append(there)
    return joined


def _described(
    reports: pd.DataFrame, pairs: pd.DataFrame, group: Ints, links: list[Link]
) -> pd.DataFrame:
    """Return the reports with their asset and the evidence of the link by which they joined."""
    ids = reports["record_id"].to_numpy(dtype=object)
    known = pairs.set_index(["one", "other"])[["distance_m", "names", "tenancy", "probability"]]
    evidence = known.to_dict("index")
    joined = _from_first(links)
    rows = []
    for number, first in enumerate(group.tolist()):
        linked, by = joined.get(number, (-1, ""))
        weighed = evidence.get((min(number, linked), max(number, linked)), {})
        rows.append(
            {
                "asset_id": _asset_id(ids[first]),
                "linked_to": ids[linked] if by else "",
                "by": by,
                "distance_m": weighed.get("distance_m", pd.NA),
                "names": weighed.get("names", ""),
                "tenancy": weighed.get("tenancy", ""),
                "probability": weighed["probability"] if by == "evidence" else 1.0,
            }
        )
    return pd.concat([reports, pd.DataFrame(rows, columns=list(_LINK))], axis=1)


def _asset_id(record_id: str) -> str:
    """Return an id that stays while the first of an asset's reports does; it tells nothing."""
    return sha256(record_id.encode()).hexdigest()[:16]


def _assets(frame: pd.DataFrame) -> pd.DataFrame:
    """Return an asset for each group of reports; the most trusted report names and places it."""
    groups = frame.groupby("asset_id", sort=True)
    first = groups.first()
    home = first.loc[frame["asset_id"], ["lon", "lat"]].to_numpy(float)
    away = geodesic_m(*frame[["lon", "lat"]].to_numpy(float).T, *home.T)
    spread_m = pd.Series(np.rint(away), index=frame.index).groupby(frame["asset_id"]).max()
    owners = np.empty(len(first), dtype=object)
    owners[:] = [tuple(sorted(set(rows["owner"]))) for _, rows in groups]
    assets = first.reset_index().assign(
        owners=owners,
        reports=groups.size().to_numpy(),
        spread_m=spread_m.to_numpy(),
        probability=groups["probability"].min().to_numpy(),
    )
    return _typed(assets, ASSET)


def _typed(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    kinds = {name: dtype for name, dtype in columns.items() if dtype != "object"}
    return frame[list(columns)].astype(kinds)
