"""The review queue: rows whose village is in doubt, decided one by one with the keyboard."""

import json
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from app_pages.scene import Scene
from app_pages.table import load_script
from coverage_map import pipeline
from coverage_map.maps import asset_address
from coverage_map.palette import base_colours
from coverage_map.text import Text
from coverage_map.tiles import MAX_ZOOM

KEY = "review"
SCRIPTS = ("vendor/leaflet/leaflet.js", "vendor/protomaps/protomaps-leaflet.js")
MOST_ALIKE = 6
GENERIC = set("村委会居民员社区")  # characters that most names of units have
COLOURS = ("township_outline", "area_outline", "selected", "text")
# The sentences the script fills, each with the places that it has.
WORDS: dict[str, tuple[str, ...]] = {
    "progress": ("done", "all"),
    "row": ("row", "sheet"),
    "rows": ("row", "rows", "sheet"),
    "away": ("distance",),
    "finish": ("done",),
    **dict.fromkeys(("none", "other", "search", "inside", "only_none", "here", "now"), ()),
    **dict.fromkeys(("keys", "keys_digit", "keys_none", "found", "nothing"), ()),
}


def queue_of(check: pipeline.UploadCheck) -> pd.DataFrame:
    """Return the doubtful rows of all sheets of an upload, worst first, each key once."""
    queues = [table.queue.assign(sheet=table.sheet) for table in check.tables if len(table.queue)]
    if not queues:
        return pd.DataFrame()
    queue = pd.concat(queues, ignore_index=True).drop_duplicates("key")
    return queue.sort_values("confidence", kind="stable").reset_index(drop=True)


def _items(queue: pd.DataFrame, places: pd.DataFrame, text: Text) -> list[dict[str, Any]]:
    items = []
    for row in queue.to_dict("records"):
        candidates = [
            {
                "unit": found["unit"],
                "name": _name(places, found["unit"], "name"),
                "place": " · ".join(
                    _name(places, found["unit"], level) for level in ("township", "area")
                ),
                "why": _why(found["why"], row["reason"], text),
                "confidence": found["confidence"],
                "away_m": found.get("away_m", -1),
                "box": list(places.loc[found["unit"], ["west", "south", "east", "north"]])
                if found["unit"] in places.index
                else None,
            }
            for found in json.loads(row["candidates"] or "[]")
        ]
        placed = pd.notna(row["lon"])
        candidates = candidates or _alike(row["said"], places, text)
        items.append(
            {
                "key": row["key"],
                "said": row["said"],
                "name": row["name"],
                "sheet": row["sheet"],
                "row": int(row["row"]),
                "rows": int(row["rows"]),
                "reason": text(f"queue.{row['reason']}"),
                "lon": round(float(row["lon"]), 6) if placed else None,
                "lat": round(float(row["lat"]), 6) if placed else None,
                "candidates": candidates,
                "now": row["unit_code"],
                "box": None if placed or candidates else _named_box(row["said"], places),
            }
        )
    return items


def _name(places: pd.DataFrame, unit: str, column: str) -> str:
    return str(places.loc[unit, column]) if unit in places.index else unit


def _why(why: str, reason: str, text: Text) -> str:
    """Return why a unit is a candidate; of several of one name none is the only one."""
    among = f"review.among.{why}"
    if reason == "several" and text.has(among):
        return text(among)
    # The distance beside it says the same.
    return "" if why in ("position", "nearby") else text(f"how.{why}")


def _alike(said: str, places: pd.DataFrame, text: Text) -> list[dict[str, Any]]:
    """Return villages of the place a row names that share characters with its village's name.

    Matching found none that resembles: these are for the person to look at, none goes first.
    """
    parts = said.split()
    area = places[places["area"].isin(parts)]
    township = (area if len(area) else places)[lambda rows: rows["township"].isin(parts)]
    narrow = len(township) > 0
    within = township if narrow else area
    named = {*within["township"], *within["area"]}
    village = parts[-1] if parts and parts[-1] not in named else ""
    wanted = set(village) - GENERIC
    shared = pd.Series([len(wanted & set(name)) for name in within["name"]], within.index)
    # One character in common says something within a township, nothing within a county.
    shared = shared[shared >= (1 if narrow else 2)].sort_values(ascending=False, kind="stable")[
        :MOST_ALIKE
    ]
    return [
        {
            "unit": unit,
            "name": _name(places, str(unit), "name"),
            "place": " · ".join(_name(places, str(unit), level) for level in ("township", "area")),
            "why": text("review.alike" if narrow else "review.alike_in_area"),
            "confidence": None,
            "away_m": -1,
            "box": list(places.loc[unit, ["west", "south", "east", "north"]]),
        }
        for unit in shared.index[:MOST_ALIKE]
    ]


def _named_box(said: str, places: pd.DataFrame) -> list[float] | None:
    """Return the outline of the area and township that a row names, None where it names none."""
    parts = said.split()
    named = places[places["area"].isin(parts)]
    within = named[named["township"].isin(parts)]
    named = within if len(within) else named
    if named.empty:
        return None
    low, high = named[["west", "south"]].min(), named[["east", "north"]].max()
    return [float(value) for value in (*low, *high)]


def show_queue(
    scene: Scene, check: pipeline.UploadCheck, queue: pd.DataFrame, decided: Mapping[str, str]
) -> bool:
    """Show the queue; choices are kept as they are made.

    Returns whether the person is done and the file is to be read again.
    """
    text = scene.text
    if any(question.code == "crs" for table in check.tables for question in table.questions):
        st.html(f'<div class="fault note">{escape(text("review.more_later"))}</div>')
    places = pipeline.unit_places(scene.workspace, scene.actor)
    layer = pipeline.boundary_layer(scene.workspace, scene.actor)
    west, south, east, north = layer.bounds
    data = {
        "items": _items(queue, places, text),
        "decided": {key: decided[key] for key in queue["key"] if key in decided},
        "places": [
            [code, f"{row['name']} {row['township']} {row['area']}"]
            for code, row in places.iterrows()
        ],
        "layer": f"/layers/{layer.hash}.pmtiles",
        "bounds": [[south, west], [north, east]],
        "max_zoom": MAX_ZOOM,
        "colours": {name: base_colours()[name] for name in COLOURS} | {"point": "#22282d"},
        "assets": {
            "css": asset_address("vendor/leaflet/leaflet.css"),
            "scripts": [asset_address(name) for name in SCRIPTS],
        },
        "words": {
            name: text(f"review.{name}", **{place: f"{{{place}}}" for place in places_of})
            for name, places_of in WORDS.items()
        },
    }
    # Kept choices come back with the next run; they are no reason to build the queue anew.
    steady = {name: value for name, value in data.items() if name != "decided"}
    data["version"] = sha256(json.dumps(steady, default=str).encode()).hexdigest()[:16]

    # Each message holds all that was decided in this visit: one that is lost takes nothing away.
    def keep() -> None:
        state = st.session_state[KEY]
        made = state.finished or state.decided
        if made:
            pipeline.keep_decisions(scene.workspace, scene.actor, check.upload_id, dict(made))

    component = st.components.v2.component(
        "coverage_review", js=load_script("review.js"), isolate_styles=False
    )
    found = component(key=KEY, data=data, on_decided_change=keep, on_finished_change=keep)
    return found.finished is not None
