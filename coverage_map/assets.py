"""Several reports, one structure: resolve the towers and sites of all owners, with evidence.

Reports are weighed in pairs (``asset_pairs``); here the likely ones are joined, under what a person
said of them. This looks at every owner's records and is for the city's scope only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.asset_pairs import weigh_pairs
from coverage_map.asset_reports import read_reports
from coverage_map.rules.assets import AssetSettings, read_asset_settings
from geodata.crs import geodesic_m
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
    "by": "str",  # id, name, evidence, person, "" for the first
    "distance_m": "Int64",
    "names": "str",  # same, number, more, alike, contains, different, silent
    "tenancy": "str",  # told, denied, silent
    "probability": "float64",
}
_LINK = ("asset_id", "linked_to", "by", "distance_m", "names", "tenancy", "probability")
Link = tuple[int, int, str]  # two reports, by what


@dataclass(frozen=True)
class Decision:
    """What a person said of two reports: that they are one structure, or that they are not."""

    one: str
    other: str
    together: bool


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
    columns = (ordered[name].tolist() for name in ("one", "other", "by"))
    for one, other, by in zip(*columns, strict=True):
        if (one, other) not in said:
            yield one, other, by


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
