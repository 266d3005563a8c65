"""Several reports, one asset: what the city sees of it, and what people say of it.

Resolved from everybody's records in the city's evaluation. No verb here is a carrier's, and none of
a carrier's verbs comes by here: it could learn from an answer, or its time, what a rival reports.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from coverage_map.pipeline.actors import Actor, Scope, allow
from coverage_map.pipeline.evaluate import evaluate, newest
from coverage_map.pipeline.evaluation import ASSETS, CITY, REPORTS, result
from coverage_map.pipeline.frame import inside, trail_of
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules.assets import read_asset_settings
from geodata.crs import geodesic_m, pairs_within
from geodata.errors import UsageError
from geodata.store import agreed
from geodata.store.engine import hold, read, write
from geodata.store.ledger import add_audit

PAIR = ["one", "other", "together", "account", "at", "one_name", "other_name", "one_owner",
        "other_owner", "unit_code"]  # fmt: skip


def read_assets(
    workspace: Workspace, actor: Actor, area: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return an area's assets and their reports: ``assets.ASSET`` and ``assets.REPORT``.

    ``sure`` says of an asset whether its weakest link is beyond doubt. Assets of several reports
    come first, the least sure and farthest apart before others. An asset lies where its most
    trusted report does; whoever answers for that area sees all reports of it.
    """
    scope = allow(actor, "assets")
    assets, reports = _seen(workspace, scope, area)
    assets = assets.assign(single=assets["reports"] == 1)
    assets["sure"] = assets["probability"] >= read_asset_settings().sure
    order = ["single", "probability", "spread_m", "asset_id"]
    assets = assets.sort_values(order, ascending=[True, True, False, True], ignore_index=True)
    return assets.drop(columns="single"), reports


def asset_places(workspace: Workspace, actor: Actor, area: str) -> list[list[Any]]:
    """Return where an area's assets of several reports are, as ``changed_places`` does.

    An asset is a list: its row among them, sure or unsure, lon, lat, of an unsure one lon and lat
    of the report farthest off, name, metres to there.
    """
    assets, reports = read_assets(workspace, actor, area)
    assets = assets[assets["reports"] > 1].reset_index(drop=True)
    home = assets.set_index("asset_id")[["lon", "lat"]]
    ends = reports[reports["asset_id"].isin(home.index)].reset_index(drop=True)
    there = home.loc[ends["asset_id"]].to_numpy(float).T
    ends["away_m"] = geodesic_m(*ends[["lon", "lat"]].to_numpy(float).T, *there)
    farthest = ends.loc[ends.groupby("asset_id")["away_m"].idxmax()].set_index("asset_id")
    rows = []
    for number, asset in enumerate(assets.to_dict("records")):
        end = farthest.loc[asset["asset_id"]]
        off = (None, None) if asset["sure"] else (float(end["lon"]), float(end["lat"]))
        metres = 0 if asset["sure"] else int(asset["spread_m"])
        sure = "sure" if asset["sure"] else "unsure"
        rows.append([number, sure, asset["lon"], asset["lat"], *off, asset["name"], metres])
    return rows


def _seen(workspace: Workspace, scope: Scope, area: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    register = load_register(workspace)
    evaluation = newest(workspace, CITY)
    assets, reports = (result(workspace, evaluation, name) for name in (ASSETS, REPORTS))
    trail = trail_of(register, scope, area)
    if trail[-1].level != "city" or scope.areas is not None:
        units = register.units
        seen = units.loc[inside(units, scope, trail), "code"]
        assets = assets[assets["unit_code"].isin(seen)]
        reports = reports[reports["asset_id"].isin(assets["asset_id"])]
    return assets.reset_index(drop=True), reports.reset_index(drop=True)


def near_assets(workspace: Workspace, actor: Actor, asset_id: str) -> tuple[pd.DataFrame, int]:
    """Return the assets beside one, nearest first, and how many metres were looked.

    ``distance_m``, and ``first``: the record_id of the report that stands for it.
    """
    scope = allow(actor, "assets")
    assets, reports = _seen(workspace, scope)
    first = reports[reports["linked_to"] == ""].drop_duplicates("asset_id")
    assets = assets.assign(first=assets["asset_id"].map(first.set_index("asset_id")["record_id"]))
    reach_m = read_asset_settings().reach_m
    one = assets[assets["asset_id"] == asset_id]
    others = assets[assets["asset_id"] != asset_id].reset_index(drop=True)
    here, there = (frame[["lon", "lat"]].to_numpy(float) for frame in (one, others))
    _, found, metres = pairs_within(here, there, reach_m)
    near = others.iloc[found].assign(distance_m=metres)
    return near.sort_values("distance_m", ignore_index=True), reach_m


def decide_assets(
    workspace: Workspace, actor: Actor, decided: Iterable[tuple[str, str, bool | None]]
) -> int:
    """Keep whether pairs of reports (record_ids) are one asset, and resolve anew.

    True joins them, False keeps them apart, None takes back what was said. Returns how many pairs
    that changes.

    Raises:
        UsageError: ``report_unknown``: a report is none, or lies outside the actor's sight;
            ``report_pair``: a report is paired with itself.
    """
    scope = allow(actor, "resolve")
    known = set(_seen(workspace, scope)[1]["record_id"])
    wanted: dict[tuple[str, str], bool | None] = {}
    for one, other, together in decided:
        for record_id in (one, other):
            if record_id not in known:
                raise UsageError("report_unknown", report=record_id[:80])
        if one == other:
            raise UsageError("report_pair", report=one)
        wanted[min(one, other), max(one, other)] = together
    with write(workspace.store.ledger) as connection:
        hold(connection, "assets")
        said = {(r["one"], r["other"]): r["together"] for r in agreed.asset_decisions(connection)}
        news = [
            (*pair, together) for pair, together in wanted.items() if said.get(pair) != together
        ]
        agreed.add_asset_decisions(connection, news, actor.account)
        if news:
            add_audit(connection, actor.account, "resolve", {"pairs": [list(n) for n in news]})
    if news:
        evaluate(workspace, CITY)
    return len(news)


def read_asset_decisions(workspace: Workspace, actor: Actor) -> pd.DataFrame:
    """Return what people said of pairs of reports within sight, newest first.

    one, other (record_ids) with name and owner, together, account, at, unit_code.
    """
    scope = allow(actor, "assets")
    reports = _seen(workspace, scope)[1].set_index("record_id")
    with read(workspace.store.ledger) as connection:
        said = pd.DataFrame(agreed.asset_decisions(connection), columns=PAIR[:5])
    said = said[said["one"].isin(reports.index) & said["other"].isin(reports.index)]
    for side in ("one", "other"):
        for name in ("name", "owner"):
            said[f"{side}_{name}"] = said[side].map(reports[name])
    said["unit_code"] = said["one"].map(reports["unit_code"])
    return said[PAIR].iloc[::-1].reset_index(drop=True)
