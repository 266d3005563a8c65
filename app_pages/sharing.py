"""共建共享: what stands near a gap and could be shared; what may have been built twice."""

from html import escape

import geopandas as gpd
import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.gaps import Gap, chosen_gap, gap_markers
from app_pages.picture import near_box, open_unit_at, show_map
from app_pages.scene import (
    Scene,
    download_link,
    focus_now,
    go,
    keep_address,
    look_at,
    open_place,
    reporting_area,
    show_filters,
    show_trail,
)
from app_pages.table import Column, show_table
from coverage_map import pipeline
from coverage_map.maps import Marker
from coverage_map.text import Text
from geodata.owners import read_owners

VIEWS = ("opportunities", "duplicates")
SEPARATOR = "|"
HEIGHT = "calc(100vh - var(--map) - 215px)"


def _said(frame: pd.DataFrame, text: Text) -> list[str]:
    return [
        words.reason(code, params, text)
        for code, params in zip(frame["reason"], frame["reason_params"], strict=True)
    ]


def _opportunities(sharing: pipeline.Sharing, text: Text) -> pd.DataFrame:
    """Return opportunities beside the gap each would close, in words; most people first."""
    names = ["gap_id", "subject_name", "township_name", "area_name", "people", "lon", "lat"]
    gaps = pd.DataFrame(sharing.gaps)[names].rename(columns={"lon": "gap_lon", "lat": "gap_lat"})
    frame = sharing.opportunities.merge(gaps, on="gap_id")
    frame = frame.sort_values(["people", "gap_id", "rank"], ascending=[False, True, True])
    return frame.assign(
        pair=frame["gap_id"] + SEPARATOR + frame["record_id"],
        asset_class=[text(f"asset.{name}") for name in frame["asset_class"]],
        owner=[words.owner(code, text) for code in frame["owner"]],
        reason_said=_said(frame, text),
    )


def _show_opportunities(scene: Scene, sharing: pipeline.Sharing, gap: Gap | None) -> None:
    text = scene.text
    frame = _opportunities(sharing, text)

    def pick(pair: str) -> None:
        row = frame[frame["pair"] == pair].iloc[0]
        st.session_state["gap"] = row["gap_id"]
        go(unit=str(row["unit_code"]))
        look_at(near_box(float(row["gap_lon"]), float(row["gap_lat"])))

    mine = frame[frame["gap_id"] == (gap["gap_id"] if gap is not None else "")]
    of_people = [Column("people", text("table.people"), "people")]
    show_table(
        "opportunities",
        frame,
        [
            Column("subject_name", text("table.subject")),
            Column("township_name", text("level.township")),
            *(of_people if scene.subject != "place" else []),
            Column("rank", text("table.rank"), "int"),
            Column("asset_name", text("table.asset")),
            Column("asset_class", text("table.asset_class")),
            Column("owner", text("table.owner")),
            Column("distance_m", text("table.distance"), "distance"),
            Column("free", text("table.free"), "int"),
            Column("reason_said", text("table.reason")),
        ],
        text,
        title=text("sharing.opportunities"),
        code="pair",
        chosen=str(mine["pair"].iloc[0]) if len(mine) else "",
        height=HEIGHT,
        on_pick=pick,
    )


def _duplicates(sharing: pipeline.Sharing, text: Text) -> pd.DataFrame:
    frame = sharing.duplicates
    return frame.assign(
        pair=frame["new_id"] + SEPARATOR + frame["old_id"],
        new_owner_said=[words.owner(code, text) for code in frame["new_owner"]],
        old_owner_said=[words.owner(code, text) for code in frame["old_owner"]],
        setting_said=[text(f"setting.{name}") for name in frame["setting"]],
    )


def _show_duplicates(scene: Scene, frame: pd.DataFrame) -> None:
    text = scene.text

    def pick(pair: str) -> None:
        row = frame[frame["pair"] == pair].iloc[0]
        st.session_state["pair"] = pair
        look_at(near_box(float(row["lon"]), float(row["lat"])))

    show_table(
        "duplicates",
        frame,
        [
            Column("new_name", text("table.new")),
            Column("new_owner_said", text("table.owner")),
            Column("new_date", text("table.built")),
            Column("old_name", text("table.old")),
            Column("old_owner_said", text("table.owner")),
            Column("old_date", text("table.built")),
            Column("distance_m", text("table.distance"), "distance"),
            Column("limit_m", text("table.limit"), "distance"),
            Column("setting_said", text("table.setting")),
        ],
        text,
        title=text("sharing.duplicates"),
        code="pair",
        chosen=st.session_state.get("pair", ""),
        height=HEIGHT,
        on_pick=pick,
    )


def _pair_markers(frame: pd.DataFrame, text: Text) -> list[Marker]:
    """Return the chosen pair's new tower, which stands for both: they are close by definition."""
    rows = frame[frame["pair"] == st.session_state.get("pair")]
    owners = read_owners()
    return [
        Marker(
            float(row["lon"]),
            float(row["lat"]),
            str(row["new_name"]),
            owners[row["new_owner"]].sign,
            owners[row["new_owner"]].colour,
            who=words.owner(str(row["new_owner"]), text),
        )
        for _, row in rows.iterrows()
    ]


def _explain(scene: Scene, sharing: pipeline.Sharing, view: str, gap: Gap | None) -> None:
    """Say what is counted, by whom, and what to click."""
    text, gaps = scene.text, sharing.gaps
    near = gaps["gap_id"].isin(sharing.opportunities["gap_id"])
    facts = [
        ("sharing.gaps", words.count(len(gaps))),
        ("sharing.with", words.count(int(near.sum()))),
        ("sharing.people", words.people(float(gaps.loc[near, "people"].sum()), text)),
        ("sharing.pairs", words.count(len(sharing.duplicates))),
    ]
    if scene.subject == "place":
        facts.pop(2)
    cells = "".join(f"<div><b>{value}</b><span>{text(name)}</span></div>" for name, value in facts)
    owners = sharing.opportunities.drop_duplicates("record_id")["owner"].value_counts()
    lines = "".join(
        f"<tr><td>{escape(words.owner(str(code), text))}</td>"
        f'<td class="number">{words.count(n)}</td></tr>'
        for code, n in owners.items()
    )
    about = text(f"sharing.about.{view}")
    chosen = ""
    if gap is not None and view == "opportunities":
        chosen = str(gap["subject_name"])
        if scene.subject != "place":
            people = words.people(gap["people"], text)
            chosen = text("sharing.chosen", name=chosen, people=people)
    st.html(
        f'<div class="figures"><div class="facts">{cells}</div><p>{escape(about)}</p>'
        f"<p><b>{escape(chosen)}</b></p><h4>{escape(text('sharing.owners'))}</h4>"
        f'<table class="small">{lines}</table>'
        f"{download_link(scene, '/download/sharing', 'xlsx', text('sharing.download'))}</div>"
    )


def show() -> None:
    """Show the page."""
    scene, overview, _ = open_place()
    place, text = scene.place, scene.text
    sharing = pipeline.read_sharing(
        scene.workspace, scene.actor, place.area, place.indicator, place.operator
    )
    keep_address(place, text)
    show_filters(scene, reporting_area(scene, overview))
    with st.container(horizontal=True, key="views"):
        show_trail(overview.trail, scene)
        view = st.segmented_control(
            text("sharing.view"),
            VIEWS,
            key="sharing_view",
            default=VIEWS[0],
            required=True,
            format_func=lambda name: text(f"sharing.{name}"),
            label_visibility="collapsed",
        )
    gap = chosen_gap(gpd.GeoDataFrame(sharing.gaps), place.unit)
    pairs = _duplicates(sharing, text)
    left, right = st.columns([2, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level="area" if scene.subject == "area" else "unit",
            on_point=open_unit_at(scene),
            markers=gap_markers(gap, sharing.opportunities, text)
            if view == VIEWS[0]
            else _pair_markers(pairs, text),
            focus=focus_now(),
        )
    with right, st.container(key="beside"):
        _explain(scene, sharing, str(view), gap)
    if view == VIEWS[0]:
        _show_opportunities(scene, sharing, gap)
    else:
        _show_duplicates(scene, pairs)
