"""资产归并: which reports of several owners are one tower or site, on what evidence."""

from collections.abc import Callable
from hashlib import sha256
from html import escape

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.asset_card import owners_said, show_asset, show_done, show_said
from app_pages.picture import show_map
from app_pages.scene import (
    Scene,
    focus_now,
    keep_address,
    look_at,
    open_place,
    reporting_area,
    show_filters,
    show_refusal,
    show_trail,
)
from app_pages.table import Column, show_table
from coverage_map import pipeline
from coverage_map.maps import Changes, Marker
from coverage_map.palette import state_style
from coverage_map.text import Text
from geodata.errors import CoverageMapError
from geodata.owners import read_owners

HEIGHT = "calc(100vh - var(--map) - 215px)"
MARGIN_M = 150  # shown around an asset's reports
DEGREE_M = 111_320  # of latitude; of longitude a little less, so the margin is no smaller
VIEWS = ("all", "unsure")
# How the map shows an asset: sign, and the state whose colour it borrows.
SIGNS = {"sure": ("circle", "covered"), "unsure": ("triangle", "gap")}


def show() -> None:
    """Show the page."""
    scene, overview, _ = open_place()
    text, place = scene.text, scene.place
    try:
        assets, reports = pipeline.read_assets(scene.workspace, scene.actor, place.area)
    except CoverageMapError as error:
        show_refusal(error, text)
        return
    keep_address(place, text)
    show_filters(scene, reporting_area(scene, overview), judged=False)
    several = assets[assets["reports"] > 1].reset_index(drop=True)
    with st.container(horizontal=True, key="views"):
        show_trail(overview.trail, scene)
        view = _choose_view(several, text)
    chosen = several[several["asset_id"] == st.session_state.get("asset")]
    mine = reports[reports["asset_id"].isin(chosen["asset_id"])].reset_index(drop=True)
    left, right = st.columns([2, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level="area" if scene.subject == "area" else "unit",
            on_point=_pick_at(several),
            markers=_markers(mine, text),
            focus=focus_now(),
            plain=text(f"assets.title_{view}"),
            changes=_places(scene, several, view),
        )
    with right, st.container(key="beside"):
        refused = st.session_state.pop("assets_refused", None)
        if refused is not None:
            show_refusal(refused, text)
        show_done(scene)
        if chosen.empty:
            _explain(assets, several, text)
        else:
            show_asset(scene, chosen.iloc[0], mine, _next(several, chosen.index[0], view))
        show_said(scene)
    _show_assets(_seen(several, view), view, text)


def _choose_view(several: pd.DataFrame, text: Text) -> str:
    """Choose which assets are listed, each with how many there are."""
    counts = {name: words.count(len(_seen(several, name))) for name in VIEWS}
    view = st.segmented_control(
        text("assets.view"),
        VIEWS,
        key="assets_view",
        default=VIEWS[0],
        required=True,
        format_func=lambda name: text(f"assets.view_{name}", n=counts[name]),
        label_visibility="collapsed",
    )
    return str(view)


def _seen(several: pd.DataFrame, view: str) -> pd.DataFrame:
    """Return the assets of a view, the least sure first."""
    return several[~several["sure"]] if view == "unsure" else several


def _pick(asset: pd.Series) -> None:
    """Choose an asset and turn the map to all its reports."""
    st.session_state["asset"] = asset["asset_id"]
    away = (MARGIN_M + float(asset["spread_m"])) / DEGREE_M
    lon, lat = float(asset["lon"]), float(asset["lat"])
    look_at((lon - away, lat - away, lon + away, lat + away))


def _choose(asset: pd.Series) -> None:
    """Choose an asset by hand: what was done with the one before is no longer said."""
    st.session_state.pop("assets_done", None)
    _pick(asset)


def _next(several: pd.DataFrame, chosen: int, view: str) -> Callable[[], None] | None:
    """Return what goes on to the doubtful asset behind one; None where no queue is worked through.

    ``chosen`` is its row among those of several reports; behind the last comes the first.
    """
    queue = _seen(several, "unsure").drop(index=chosen, errors="ignore")
    if view != "unsure" or queue.empty:
        return None
    behind = queue[queue.index > chosen]
    following = (behind if len(behind) else queue).iloc[0]
    return lambda: _pick(following)


def _pick_at(several: pd.DataFrame) -> Callable[[float, float], None]:
    """Return what a click on a sign does: choose the asset that stands there."""

    def pick(lon: float, lat: float) -> None:
        at = (several["lon"].round(6) == round(lon, 6)) & (several["lat"].round(6) == round(lat, 6))
        if at.any():
            _choose(several[at].iloc[0])

    return pick


def _places(scene: Scene, several: pd.DataFrame, view: str) -> Changes:
    """Return what the map shows: every asset of the view, near ones as a count."""
    mark = several[["asset_id", "sure", "lon", "lat"]].to_csv(index=False)
    version = sha256(mark.encode()).hexdigest()[:16]
    chosen = several.index[several["asset_id"] == st.session_state.get("asset")]
    shown = {True: "sure", False: "unsure"}
    present = [shown[sure] for sure in sorted(set(_seen(several, view)["sure"]))]
    return Changes(
        url=f"/structures/{scene.place.area}.json?v={version}",
        signs={
            name: (SIGNS[name][0], state_style(SIGNS[name][1]).fill, scene.text(f"assets.{name}"))
            for name in present
        },
        only="" if view == VIEWS[0] else view,
        picked=int(chosen[0]) if len(chosen) else -1,
    )


def _show_assets(listed: pd.DataFrame, view: str, text: Text) -> None:
    frame = listed.assign(
        owners_said=[owners_said(codes, text) for codes in listed["owners"]],
        said=[f"{share:.2f}" for share in listed["probability"]],
    )
    show_table(
        "assets",
        frame,
        [
            Column("name", text("assets.name")),
            Column("owners_said", text("assets.owners")),
            Column("reports", text("assets.count"), "int"),
            Column("spread_m", text("assets.spread"), "distance"),
            Column("said", text("assets.probability")),
        ],
        text,
        title=text(f"assets.title_{view}"),
        code="asset_id",
        chosen=str(st.session_state.get("asset", "")),
        height=HEIGHT,
        on_pick=lambda asset: _choose(listed[listed["asset_id"] == asset].iloc[0]),
    )


def _markers(reports: pd.DataFrame, text: Text) -> list[Marker]:
    owners = read_owners()
    return [
        Marker(
            float(row["lon"]),
            float(row["lat"]),
            str(row["name"]),
            owners[row["owner"]].sign,
            owners[row["owner"]].colour,
            who=words.owner(str(row["owner"]), text),
        )
        for row in reports.to_dict("records")
    ]


def _explain(assets: pd.DataFrame, several: pd.DataFrame, text: Text) -> None:
    """Say how many assets there are and what to click."""
    facts = [
        ("assets.assets", len(assets)),
        ("assets.several", int((several["owners"].map(len) > 1).sum())),
        ("assets.reports", int(assets["reports"].sum())),
        ("assets.unsure", len(_seen(several, "unsure"))),
    ]
    cells = "".join(
        f"<div><b>{words.count(value)}</b><span>{escape(text(name))}</span></div>"
        for name, value in facts
    )
    said = text("assets.choose" if len(several) else "assets.none")
    st.html(
        f'<div class="figures"><div class="facts">{cells}</div>'
        f"<p>{escape(text('assets.intro'))}</p><p><b>{escape(said)}</b></p></div>"
    )
