"""资产归并: which reports of several owners are one tower or site, on what evidence."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.picture import near_box, open_unit_at, show_map
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
from coverage_map.maps import Marker
from coverage_map.rules.assets import read_asset_settings
from coverage_map.text import Text
from geodata.errors import CoverageMapError
from geodata.owners import read_owners

HEIGHT = "calc(100vh - var(--map) - 215px)"
SHOWN_NEAR = 3
SHOWN_SAID = 20
Pairs = Sequence[tuple[str, str, bool | None]]


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
    with st.container(horizontal=True, key="views"):
        show_trail(overview.trail, scene)
    several = assets[assets["reports"] > 1].reset_index(drop=True)
    chosen = several[several["asset_id"] == st.session_state.get("asset")]
    mine = reports[reports["asset_id"].isin(chosen["asset_id"])].reset_index(drop=True)
    left, right = st.columns([2, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level="area" if scene.subject == "area" else "unit",
            on_point=open_unit_at(scene),
            markers=_markers(mine, text),
            focus=focus_now(),
            plain=text("assets.title"),
        )
    with right, st.container(key="beside"):
        refused = st.session_state.pop("assets_refused", None)
        if refused is not None:
            show_refusal(refused, text)
        if chosen.empty:
            _explain(assets, several, text)
        else:
            _show_asset(scene, chosen.iloc[0], mine)
        _show_said(scene)
    _show_assets(several, text)


def _act(scene: Scene, pairs: Pairs) -> None:
    """Keep what was said of pairs of reports; a refusal is shown with the next run."""
    try:
        pipeline.decide_assets(scene.workspace, scene.actor, pairs)
    except CoverageMapError as error:
        st.session_state["assets_refused"] = error


def _owners(codes: Sequence[str], text: Text) -> str:
    return text("words.comma").join(words.owner(code, text) for code in codes)


def _show_assets(several: pd.DataFrame, text: Text) -> None:
    frame = several.assign(
        owners_said=[_owners(codes, text) for codes in several["owners"]],
        sure=[f"{share:.2f}" for share in several["probability"]],
    )
    columns = (several[name] for name in ("asset_id", "lon", "lat"))
    where = {asset: (lon, lat) for asset, lon, lat in zip(*columns, strict=True)}

    def pick(asset: str) -> None:
        st.session_state["asset"] = asset
        look_at(near_box(*where[asset]))

    show_table(
        "assets",
        frame,
        [
            Column("name", text("assets.name")),
            Column("owners_said", text("assets.owners")),
            Column("reports", text("assets.count"), "int"),
            Column("spread_m", text("assets.spread"), "distance"),
            Column("sure", text("assets.probability")),
        ],
        text,
        title=text("assets.title"),
        code="asset_id",
        chosen=str(st.session_state.get("asset", "")),
        height=HEIGHT,
        on_pick=pick,
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
    unsure = several["probability"] < read_asset_settings().sure
    shared = several["owners"].map(len) > 1
    facts = [
        ("assets.assets", len(assets)),
        ("assets.several", int(shared.sum())),
        ("assets.reports", int(assets["reports"].sum())),
        ("assets.unsure", int(unsure.sum())),
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


def evidence_said(report: pd.Series, text: Text) -> str:
    """Return on what evidence a report was joined, in words."""
    if not report["by"]:
        return text("asset_by.first")
    if report["by"] != "evidence":
        return text(f"asset_by.{report['by']}")
    parts = [f"asset_names.{report['names']}", f"asset_tenancy.{report['tenancy']}"]
    said = text("words.comma").join(text(part) for part in parts)
    return f"{said} · {report['probability']:.2f}"


def _show_asset(scene: Scene, asset: pd.Series, reports: pd.DataFrame) -> None:
    """Show an asset's reports with their evidence, and what can be joined or parted."""
    text = scene.text
    title = f"{asset['name']} · {words.distance(asset['spread_m'])}"
    st.html(f'<p class="lead"><b>{escape(title)}</b></p>')
    decides = pipeline.may(scene.actor, "resolve")
    ids = reports["record_id"].tolist()
    linked = [text("assets.linked", name=name) for name in reports["name"]]
    names = dict(zip(ids, linked, strict=True))
    for _, report in reports.iterrows():
        parts = [
            words.owner(str(report["owner"]), text),
            text(f"kind.{report['kind']}"),
            str(report["source_id"]),
        ]
        away = "" if pd.isna(report["distance_m"]) else words.distance(report["distance_m"])
        joined = [evidence_said(report, text), away, names.get(str(report["linked_to"]), "")]
        lines = [" · ".join(parts), " · ".join(filter(None, joined))]
        line = "<br>".join(escape(part) for part in lines)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(f'<b>{escape(str(report["name"]))}</b><br><span class="soft">{line}</span>')
            if decides:
                others = [other for other in ids if other != report["record_id"]]
                st.button(
                    text("assets.part"),
                    key=f"part_{report['record_id']}",
                    on_click=_act,
                    args=(scene, [(report["record_id"], other, False) for other in others]),
                )
    if decides:
        _show_near(scene, asset, ids[0])


def _show_near(scene: Scene, asset: pd.Series, first: str) -> None:
    text = scene.text
    near, reach_m = pipeline.near_assets(scene.workspace, scene.actor, str(asset["asset_id"]))
    if near.empty:
        st.html(f'<p class="hint">{escape(text("assets.near_none", metres=reach_m))}</p>')
        return
    st.html(f"<h4>{escape(text('assets.near'))}</h4>")
    for other in near.head(SHOWN_NEAR).to_dict("records"):
        said = f"{other['name']} · {_owners(other['owners'], text)} · "
        said += words.distance(other["distance_m"])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(escape(said))
            st.button(
                text("assets.join"),
                key=f"join_{other['asset_id']}",
                on_click=_act,
                args=(scene, [(first, other["first"], True)]),
            )


def _show_said(scene: Scene) -> None:
    """Show what people said of pairs, newest first, each to be taken back."""
    text = scene.text
    said = pipeline.read_asset_decisions(scene.workspace, scene.actor)
    if said.empty:
        return
    decides = pipeline.may(scene.actor, "resolve")
    acts = [rows for _, rows in said.groupby("at", sort=False)]  # what was said with one click
    with st.expander(text("assets.said", n=len(acts))):
        for rows in acts[:SHOWN_SAID]:
            row = rows.iloc[0]
            back = [
                (one, other, None) for one, other in zip(rows["one"], rows["other"], strict=True)
            ]
            line = text(
                "assets.line",
                one=row["one_name"],
                one_owner=words.owner(row["one_owner"], text),
                other=row["other_name"],
                other_owner=words.owner(row["other_owner"], text),
                said=text("assets.together" if row["together"] else "assets.apart"),
                account=row["account"],
                when=words.moment(row["at"]),
            )
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(escape(line))
                if decides:
                    st.button(
                        text("assets.undo"),
                        key=f"undo_{row['one']}_{row['other']}",
                        on_click=_act,
                        args=(scene, back),
                    )
