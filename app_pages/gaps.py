"""缺口: where exactly, how many people, on what evidence; table and map are one selection."""

from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.card import show_card
from app_pages.picture import near_box, open_unit_at, owner_marker, show_map
from app_pages.scene import (
    Scene,
    focus_now,
    go,
    keep_address,
    look_at,
    nothing_said,
    open_place,
    reporting_area,
    show_filters,
    show_trail,
)
from app_pages.table import Column, show_table
from coverage_map import pipeline
from coverage_map.maps import Marker
from coverage_map.palette import base_colours
from coverage_map.text import Text

Gap = dict[str, Any]  # one GAP row

MOST_REASONS = 6


def _summary(scene: Scene, gaps: gpd.GeoDataFrame, overview: pipeline.Overview) -> None:
    """Say how many gaps there are, for how many people, and why."""
    text, where = scene.text, overview.trail[-1].name
    if gaps.empty:
        none = "gaps.none.area" if scene.subject == "area" else "gaps.none"
        said = nothing_said(scene, overview)
        st.html(said or f'<p class="empty">{escape(text(none))}</p>')
        return
    units = gaps.drop_duplicates("unit_code")
    facts = [
        ("gaps.count", words.count(len(gaps))),
        ("gaps.units", words.count(len(units))),
        ("gaps.people", words.people(float(gaps["people"].sum()), text)),
        ("gaps.households", words.count(float(gaps["households"].sum()))),
    ]
    if scene.subject == "place":
        facts = facts[:2]
    cells = "".join(f"<div><b>{value}</b><span>{text(name)}</span></div>" for name, value in facts)
    reasons = gaps["reason"].value_counts().head(MOST_REASONS)
    lines = "".join(
        f'<tr><td>{escape(text(f"reason_short.{code}"))}</td><td class="number">'
        f"{words.count(number)}</td></tr>"
        for code, number in reasons.items()
    )
    st.html(
        f'<div class="figures"><h3>{escape(where)}</h3><div class="facts">{cells}</div>'
        f'<h4>{escape(text("gaps.why"))}</h4><table class="small">{lines}</table>'
        f'<p class="hint">{escape(text("gaps.hint"))}</p></div>'
    )


def describe(gaps: gpd.GeoDataFrame, text: Text) -> pd.DataFrame:
    """Return gaps with what the table says in words."""
    frame = pd.DataFrame(gaps.drop(columns="geometry"))
    return frame.assign(
        reason_said=[
            words.reason(code, params, text)
            for code, params in zip(frame["reason"], frame["reason_params"], strict=True)
        ],
        node_owner=[words.owner(code, text) if code else "" for code in frame["node_owner"]],
        tower_owner=[words.owner(code, text) if code else "" for code in frame["tower_owner"]],
    )


def _pick(gaps: gpd.GeoDataFrame, gap_id: str) -> None:
    row = gaps[gaps["gap_id"] == gap_id].iloc[0]
    st.session_state["gap"] = gap_id
    go(unit=str(row["unit_code"]))
    look_at(near_box(float(row["lon"]), float(row["lat"])))


def chosen_gap(gaps: gpd.GeoDataFrame, unit: str) -> Gap | None:
    """Return the gap that was picked, or the first of the chosen unit."""
    mine = gaps[gaps["unit_code"] == unit]
    if mine.empty:
        return None
    picked = mine[mine["gap_id"] == st.session_state.get("gap")]
    first: Gap = (picked if len(picked) else mine).iloc[0].to_dict()
    return first


def gap_markers(gap: Gap | None, nearby: pd.DataFrame, text: Text) -> list[Marker]:
    """Return the point a gap is measured from and what stands near it."""
    if gap is None:
        return []
    here = (float(gap["lon"]), float(gap["lat"]))
    colours = base_colours()
    start = Marker(
        *here,
        label=str(gap["subject_name"]),
        sign="target",
        colour=colours["text"],
        who=text("map.target"),
    )
    rows = nearby[nearby["gap_id"] == gap["gap_id"]].sort_values("rank")
    return [start, *(owner_marker(row.to_dict(), text, here) for _, row in rows.iterrows())]


def _table(scene: Scene, gaps: gpd.GeoDataFrame, gap: Gap | None) -> None:
    text = scene.text
    columns = [
        Column("subject_name", text("table.subject")),
        Column("township_name", text("level.township")),
        Column("area_name", text("level.area")),
        Column("people", text("table.people"), "people"),
        Column("households", text("table.households"), "int"),
        Column("reason_said", text("table.reason")),
        Column("node_distance_m", text("table.node"), "distance"),
        Column("node_owner", text("table.owner")),
        Column("tower_distance_m", text("table.tower"), "distance"),
        Column("tower_owner", text("table.owner")),
    ]
    if scene.subject == "place":
        columns = [column for column in columns if column.source not in ("people", "households")]
    show_table(
        "gaps",
        describe(gaps.sort_values("people", ascending=False), text),
        columns,
        text,
        title=text("gaps.table"),
        code="gap_id",
        chosen="" if gap is None else str(gap["gap_id"]),
        height="calc(100vh - var(--map) - 215px)",
        on_pick=lambda gap_id: _pick(gaps, gap_id),
    )


def show() -> None:
    """Show the page."""
    scene, overview, card = open_place()
    place, text = scene.place, scene.text
    gaps = pipeline.read_gaps(
        scene.workspace, scene.actor, place.area, place.indicator, place.operator
    )
    keep_address(place, text)
    show_filters(scene, reporting_area(scene, overview))
    show_trail(card.trail if card else overview.trail, scene)
    gap = chosen_gap(gaps, place.unit)
    left, right = st.columns([2, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level="area" if scene.subject == "area" else "unit",
            on_point=open_unit_at(scene),
            markers=gap_markers(gap, card.nearby, text) if card else [],
            focus=focus_now(),
        )
    with right, st.container(key="beside"):
        if card:
            show_card(scene, card)
        else:
            _summary(scene, gaps, overview)
    _table(scene, gaps, gap)
