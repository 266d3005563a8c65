"""The map of every page: the same base, states of the moment, one click handed back."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from app_pages import words
from app_pages.scene import Scene, go, place_now
from coverage_map import pipeline
from coverage_map.maps import Bounds, Changes, Legend, MapView, Marker, base_map, view_layer
from coverage_map.palette import breaks, class_label, share_scale
from coverage_map.text import Text
from coverage_map.tiles import first_zooms
from geodata.owners import read_owners

KEY = "map"
MOST_MARKERS = 40
NEAR_DEG = 0.04
HEIGHT_PX = 460  # until the style sheet gives the frame the height of the window


def class_words(text: Text) -> dict[str, str]:
    """Return what every class character means, in words."""
    states = {"c": "covered", "g": "gap", "u": "unknown", "n": "no_free_port", ".": "none"}
    named = {key: text(f"state.{state}") for key, state in states.items()}
    shares = {str(n): text("map.share", share=class_label(n)) for n in range(len(breaks()) + 1)}
    return named | shares | {"unsure": text("map.share_unsure", unknown=_unsure())}


def _unsure() -> str:
    return f"{share_scale().unknown_from:g} %"


def _rows(level: str, classes: Mapping[str, str], text: Text) -> list[tuple[str, ...]]:
    """Return the legend's rows: the classes that are on the map."""
    present = set(classes[level])
    if level == "unit":
        return [(key, "") for key in "cngu." if key in present]
    # All classes stand in the legend, so that a colour can be read without its neighbours.
    classes_said: list[tuple[str, ...]] = [(key, "") for key in "43210"]
    if present & set("56789"):
        classes_said.append(("7", text("map.unsure", unknown=_unsure())))
    return classes_said + [(key, "") for key in "u." if key in present]


def _legend(scene: Scene, level: str, classes: Mapping[str, str], markers: list[Marker]) -> Legend:
    text, place, frame = scene.text, scene.place, scene.frame
    rows = _rows(level, classes, text)
    title = f"{text(f'indicator.{place.indicator}')} · {words.owner(place.operator, text)}"
    notes = [text("map.date", quarter=frame.quarter, register=frame.register_version)]
    if frame.modelled:
        notes.append(text("map.modelled"))
    signs = {(marker.sign, marker.colour): marker.who for marker in markers if marker.who}
    marks = [(sign, colour, who) for (sign, colour), who in signs.items()]
    return Legend(title=title, rows=rows, notes=notes, marks=marks)


def owner_marker(
    row: Mapping[Hashable, Any], text: Text, origin: tuple[float, float] | None
) -> Marker:
    """Return the marker of a standing asset: its owner's colour and sign, name and distance."""
    owner = read_owners().get(str(row["owner"]))
    label = text(
        "map.asset",
        name=row["asset_name"],
        kind=text(f"asset.{row['asset_class']}"),
        owner=words.owner(str(row["owner"]), text),
        distance=words.distance(row["distance_m"]),
    )
    return Marker(
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        label=label,
        sign=owner.sign if owner else "circle",
        colour=owner.colour if owner else "#3f4a54",
        origin=origin,
        who=words.owner(str(row["owner"]), text),
    )


def show_map(
    scene: Scene,
    overview: pipeline.Overview,
    *,
    level: str,
    on_point: Callable[[float, float], None],
    markers: list[Marker] | None = None,
    focus: Bounds | None = None,
    marked: Sequence[str] = (),
    plain: str = "",
    changes: Changes | None = None,
) -> None:
    """Show the map; a click calls ``on_point`` with longitude and latitude before the next run.

    ``plain`` is the title of a map that shows markers or changes and no state of anything.
    """
    text, place = scene.text, scene.place
    layer = pipeline.boundary_layer(scene.workspace, scene.actor)
    hills = pipeline.hillshade_layer(scene.workspace, scene.actor)
    base = base_map(
        f"/layers/{layer.hash}.pmtiles",
        layer.bounds,
        first_zooms(pipeline.layer_path(scene.workspace, scene.actor, layer.hash))["unit"],
        class_words(text),
        text,
        (f"/hillshade/{hills.hash}.png", hills.bounds) if hills else None,
    )
    classes = dict.fromkeys(overview.classes, "") if plain else overview.classes
    legend = _legend(scene, level, classes, markers or [])
    if plain:
        signs = changes.signs.values() if changes else ()
        legend = replace(legend, title=plain, rows=[], marks=[*signs, *legend.marks])
    view = MapView(
        classes={level: classes[level]}
        | ({"township": classes["township"]} if level == "unit" else {}),
        level=level,
        legend=legend,
        coarse=_rows("township", classes, text) if level == "unit" and not plain else (),
        selected=place.unit,
        outline=place.area,
        focus=focus or overview.bounds,
        markers=(markers or [])[:MOST_MARKERS],
        marked=marked,
        changes=changes,
    )

    def clicked() -> None:
        point = (st.session_state.get(KEY) or {}).get("last_clicked")
        if point:
            on_point(float(point["lng"]), float(point["lat"]))

    st_folium(
        base,
        key=KEY,
        height=HEIGHT_PX,
        use_container_width=True,
        returned_objects=["last_clicked"],
        feature_group_to_add=view_layer(view),
        on_change=clicked,
    )


def near_box(lon: float, lat: float) -> Bounds:
    """Return the surroundings of a point: enough to see what stands near it."""
    return (lon - NEAR_DEG, lat - NEAR_DEG, lon + NEAR_DEG, lat + NEAR_DEG)


def open_unit_at(scene: Scene) -> Callable[[float, float], None]:
    """Return what a click does where units are the subject: open the unit's card."""

    def open_unit(lon: float, lat: float) -> None:
        code = pipeline.find_unit(scene.workspace, scene.actor, lon, lat)
        if code and scene.subject == "area":
            trail = pipeline.read_trail(scene.workspace, scene.actor, code)
            go(area=[step.code for step in trail if step.level == "area"][-1], unit="")
            return
        if code and code != place_now().unit:
            go(unit=code)

    return open_unit
