"""How an upload differs from what its owner has: counts, a table, and a map of what moved."""

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.picture import show_map
from app_pages.scene import Bounds, Scene
from app_pages.table import Column, show_table
from app_pages.understood import field_name
from coverage_map import pipeline
from coverage_map.maps import Marker
from coverage_map.palette import base_colours
from coverage_map.text import Text

CHANGES = ("added", "removed", "moved", "changed", "unchanged")
SIGNS = {"added": "circle", "removed": "square", "moved": "diamond"}
SHOWN_ORDER = ("removed", "moved", "changed", "added")
MOST_SHOWN = 40
MOST_ROWS = 2000


def show_difference(scene: Scene, difference: pipeline.Difference) -> None:
    """Show the difference; a row picked in the table is what the map turns to."""
    text = scene.text
    chips = "".join(
        f'<span class="chip">{escape(text(f"difference.{name}"))} '
        f"<b>{words.count(getattr(difference, name))}</b></span>"
        for name in CHANGES
    )
    st.html(f'<p class="done">{chips}</p>')
    frame = difference.records
    if frame.empty:
        st.html(f'<p class="empty">{escape(text("difference.none"))}</p>')
        return
    whole = len(frame)
    # What a person must not miss stands first: what goes, what moves, what changes.
    order = frame["change"].map({name: place for place, name in enumerate(SHOWN_ORDER)})
    frame = frame.loc[order.sort_values(kind="stable").index[:MOST_ROWS]].reset_index(drop=True)
    several = len(frame["kind"].unique()) > 1
    frame = frame.assign(
        row=[str(number) for number in range(len(frame))],
        change_said=[text(f"difference.{name}") for name in frame["change"]],
        kind_said=[text(f"kind.{name}") for name in frame["kind"]],
        detail=[_detail(row, text) for row in frame.to_dict("records")],
    )
    chosen = st.session_state.get("difference_row", "")
    left, right = st.columns([1, 1], gap="small")
    with left:
        _show_ground(scene, frame, chosen)
    with right:
        show_table(
            "difference",
            frame,
            [
                Column("change_said", text("difference.change")),
                Column("name", text("difference.name")),
                *([Column("kind_said", text("upload.kind"))] if several else []),
                Column("unit", text("level.unit")),
                Column("detail", text("difference.detail")),
            ],
            text,
            title=text("difference.title"),
            note=text("difference.first", n=words.count(len(frame)), all=words.count(whole))
            if whole > len(frame)
            else "",
            code="row",
            chosen=chosen,
            height="calc(var(--map) - 40px)",
            on_pick=lambda row: st.session_state.update(difference_row=row),
        )


def _detail(row: Mapping[Hashable, Any], text: Text) -> str:
    """Return by how far a record moved, or what of it changed from what to what."""
    if row["change"] == "moved":
        return text("difference.moved_by", distance=words.distance(row["moved_m"]))
    if row["change"] != "changed":
        return ""
    return text(
        "difference.from_to",
        field=field_name(str(row["field"]), text),
        before=row["before"] or text("difference.nothing"),
        after=row["after"] or text("difference.nothing"),
    )


def _show_ground(scene: Scene, frame: pd.DataFrame, chosen: str) -> None:
    """Draw what was added, removed and moved; the chosen record alone where one is chosen."""
    placed = frame[frame["change"].isin(SIGNS)]
    placed = placed[placed["lon"].notna() | placed["lon_after"].notna()]
    picked = frame[frame["row"] == chosen]
    focus: Bounds | None = None
    if len(picked):
        placed = placed[placed["key"].isin(picked["key"])]
        if len(placed):
            focus = _around(placed.iloc[0])
    overview = pipeline.read_overview(
        scene.workspace, scene.actor, scene.place.area, scene.place.indicator, scene.place.operator
    )
    show_map(
        scene,
        overview,
        level="area" if scene.subject == "area" else "unit",
        on_point=lambda _lon, _lat: None,
        markers=[_marker(row, scene.text) for _, row in placed.head(MOST_SHOWN).iterrows()],
        focus=focus,
        plain=scene.text("upload.view.difference"),
    )
    if len(placed) > MOST_SHOWN:
        more = scene.text("difference.some", n=MOST_SHOWN, all=words.count(len(placed)))
        st.html(f'<p class="hint">{escape(more)}</p>')


def _marker(row: pd.Series, text: Text) -> Marker:
    """Return the marker of a change: where the record is now, a line from where it was."""
    colours = base_colours()
    gone = row["change"] == "removed"
    lon, lat = (row["lon"], row["lat"]) if gone else (row["lon_after"], row["lat_after"])
    origin = (float(row["lon"]), float(row["lat"])) if row["change"] == "moved" else None
    said = text(f"difference.{row['change']}")
    return Marker(
        lon=float(lon),
        lat=float(lat),
        label=f"{said} · {row['name']}",
        sign=SIGNS[str(row["change"])],
        colour=colours["muted"] if gone else colours["selected"],
        origin=origin,
        who=said,
    )


def _around(row: pd.Series) -> Bounds:
    """Return the surroundings of both places of a record."""
    lons = [row[name] for name in ("lon", "lon_after") if pd.notna(row[name])]
    lats = [row[name] for name in ("lat", "lat_after") if pd.notna(row[name])]
    margin = 0.01
    return (min(lons) - margin, min(lats) - margin, max(lons) + margin, max(lats) + margin)
