"""How an upload differs from what its owner has: counts, a table, and a map of all that changed."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.picture import show_map
from app_pages.scene import Bounds, Scene
from app_pages.table import Column, show_table
from app_pages.understood import field_name
from coverage_map import pipeline
from coverage_map.maps import Changes
from coverage_map.palette import base_colours
from coverage_map.text import Text

# What a person must not miss stands first: what goes, what moves, what changes.
CHANGES = ("removed", "moved", "changed", "added")
SIGNS = {"removed": "minus", "moved": "diamond", "changed": "triangle", "added": "plus"}
COLOURS = {"removed": "text", "moved": "selected", "changed": "muted", "added": "city_outline"}
RECORD = ["change", "kind", "key"]  # one row of the table, however many fields of it changed
PAGE_ROWS = 200
MARGIN_DEG = 0.01


def show_difference(scene: Scene, job: pipeline.Job) -> None:
    """Show the difference that a job found; map and table are one selection."""
    text = scene.text
    difference = pipeline.difference_of(scene.workspace, job.result or {})
    frame = difference.records
    unchanged = words.count(difference.unchanged)
    if frame.empty:
        said = text("difference.none", n=unchanged)
        st.html(f'<p class="empty">{escape(said)}</p>')
        return
    only = _choose_change(difference, text)
    order = frame["change"].map({name: place for place, name in enumerate(CHANGES)})
    frame = frame.assign(row=np.arange(len(frame))).loc[order.sort_values(kind="stable").index]
    frame["fields"] = frame.groupby(RECORD)["row"].transform("size")
    frame = frame.drop_duplicates(RECORD)
    frame = frame[frame["change"].eq(only) | (not only)].reset_index(drop=True)
    chosen = str(st.session_state.get("difference_row", ""))
    left, right = st.columns([1, 1], gap="small")
    with left:
        _show_ground(scene, job, frame, only, chosen)
    with right:
        _show_rows(frame, chosen, text)


def _choose_change(difference: pipeline.Difference, text: Text) -> str:
    """Offer the kinds of change with their counts; return the chosen one, "" for all."""
    counts = {name: getattr(difference, name) for name in CHANGES}
    shown = ["", *(name for name in CHANGES if counts[name])]
    if st.session_state.get("difference_only") not in shown:
        st.session_state["difference_only"] = ""

    def said(name: str) -> str:
        if not name:
            return text("difference.all")
        return f"{text(f'difference.{name}')} {words.count(counts[name])}"

    with st.container(horizontal=True, vertical_alignment="center", key="difference_kinds"):
        only = st.segmented_control(
            text("difference.change"),
            shown,
            required=True,
            key="difference_only",
            label_visibility="collapsed",
            format_func=said,
            on_change=_turn_to,
            args=(0,),
        )
        rest = f"{text('difference.unchanged')} {words.count(difference.unchanged)}"
        st.html(f'<span class="soft">{escape(rest)}</span>', width="content")
    return only or ""


def _turn_to(page: int, row: str = "") -> None:
    """Turn to a page of the table; a row chosen on another is chosen no more."""
    st.session_state.update(difference_page=page, difference_row=row)


def _pick(frame: pd.DataFrame, row: str) -> None:
    """Choose a row, wherever it was clicked; the table turns to its page."""
    place = np.flatnonzero(frame["row"].astype("str") == row)
    if len(place):
        _turn_to(int(place[0]) // PAGE_ROWS, row)


def _show_rows(frame: pd.DataFrame, chosen: str, text: Text) -> None:
    """Show one page of the table."""
    pages = -(-len(frame) // PAGE_ROWS)
    page = min(st.session_state.get("difference_page", 0), pages - 1)
    rows = frame.iloc[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    several = len(frame["kind"].unique()) > 1
    first, last = page * PAGE_ROWS + 1, page * PAGE_ROWS + len(rows)
    show_table(
        "difference",
        rows.assign(
            change_said=[text(f"difference.{name}") for name in rows["change"]],
            kind_said=[text(f"kind.{name}") for name in rows["kind"]],
            detail=[_detail(row, text) for row in rows.to_dict("records")],
        ),
        [
            Column("change_said", text("difference.change")),
            Column("name", text("difference.name")),
            *([Column("kind_said", text("upload.kind"))] if several else []),
            Column("unit", text("level.unit")),
            Column("detail", text("difference.detail")),
        ],
        text,
        title=text("difference.title"),
        note=text(
            "difference.page",
            first=words.count(first),
            last=words.count(last),
            all=words.count(len(frame)),
        )
        if pages > 1
        else "",
        code="row",
        chosen=chosen,
        height="calc(var(--map) - 76px)" if pages > 1 else "calc(var(--map) - 40px)",
        on_pick=partial(_pick, frame),
    )
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center", key="difference_pages"):
            for name, to in (("first", 0), ("before", page - 1), ("next", page + 1),
                             ("last", pages - 1)):  # fmt: skip
                st.button(
                    text(f"difference.page.{name}"),
                    key=f"difference_{name}",
                    disabled=not 0 <= to < pages or to == page,
                    on_click=_turn_to,
                    args=(to,),
                )


def _detail(row: Mapping[Hashable, Any], text: Text) -> str:
    """Return by how far a record moved, or what of it changed from what to what."""
    if row["change"] == "moved":
        return text("difference.moved_by", distance=words.distance(row["moved_m"]))
    if row["change"] != "changed":
        return ""
    said = text(
        "difference.from_to",
        field=field_name(str(row["field"]), text),
        before=row["before"] or text("difference.nothing"),
        after=row["after"] or text("difference.nothing"),
    )
    more = row["fields"] - 1
    return said + text("difference.more_fields", n=more) if more else said


def _show_ground(
    scene: Scene, job: pipeline.Job, frame: pd.DataFrame, only: str, chosen: str
) -> None:
    """Draw every record that changed; the map turns to the chosen one."""
    text = scene.text
    picked = frame[frame["row"].astype("str") == chosen]
    overview = pipeline.read_overview(
        scene.workspace, scene.actor, scene.place.area, scene.place.indicator, scene.place.operator
    )
    present = set(frame["change"])
    show_map(
        scene,
        overview,
        level="area" if scene.subject == "area" else "unit",
        on_point=_pick_at(frame),
        focus=_around(picked if len(picked) else frame),
        plain=text("upload.view.difference"),
        changes=Changes(
            url=f"/changes/{job.id}.json",
            signs={
                name: (SIGNS[name], base_colours()[COLOURS[name]], text(f"difference.{name}"))
                for name in CHANGES
                if name in present
            },
            only=only,
            picked=int(picked["row"].iloc[0]) if len(picked) else -1,
        ),
    )


def _pick_at(frame: pd.DataFrame) -> Callable[[float, float], None]:
    """Return what a click on a sign does: choose the row of the record that stands there."""

    def pick(lon: float, lat: float) -> None:
        at = [frame[f"{name}_after"].fillna(frame[name]) for name in ("lon", "lat")]
        here = frame[(at[0].round(6) == round(lon, 6)) & (at[1].round(6) == round(lat, 6))]
        if len(here):
            _pick(frame, str(here["row"].iloc[0]))

    return pick


def _around(rows: pd.DataFrame) -> Bounds | None:
    """Return the surroundings of both places of records, None where none has one."""
    lons, lats = (rows[[name, f"{name}_after"]].to_numpy() for name in ("lon", "lat"))
    if np.isnan(lons).all():
        return None
    west, east = float(np.nanmin(lons)), float(np.nanmax(lons))
    south, north = float(np.nanmin(lats)), float(np.nanmax(lats))
    return (west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
