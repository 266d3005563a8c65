"""总览: where do we stand, by indicator and level; drill from the city down to a village."""

import streamlit as st

from app_pages.card import show_card
from app_pages.figures import show_figures
from app_pages.picture import show_map
from app_pages.scene import (
    Scene,
    go,
    keep_address,
    level_below,
    nothing_said,
    open_place,
    reporting_area,
    show_filters,
    show_trail,
)
from app_pages.table import Column, show_table
from coverage_map import pipeline

OF_PEOPLE = ("people_gap", "people_unknown", "people", "households")


def open_child(code: str, level: str) -> None:
    """Go into an area or township, or open a unit's card."""
    if level == "unit":
        go(unit=code)
    else:
        go(area=code, unit="", **level_below(level))


def _open_at(scene: Scene, lon: float, lat: float) -> None:
    """Open what lies at a point, at the level that is coloured."""
    code = pipeline.find_unit(scene.workspace, scene.actor, lon, lat)
    if code is None:
        return
    level = scene.place.level
    if level == "unit":
        open_child(code, level)
        return
    trail = pipeline.read_trail(scene.workspace, scene.actor, code)
    for crumb in trail:
        if crumb.level == level:
            open_child(crumb.code, level)


def _show_children(scene: Scene, overview: pipeline.Overview) -> None:
    text, children = scene.text, overview.children
    if children.empty:
        none = "overview.area_only" if scene.subject == "area" else "overview.no_children"
        said = nothing_said(scene, overview)
        st.html(said or f'<p class="empty">{text(none)}</p>')
        return
    level = str(children["level"].iloc[0])
    account = text(f"account.{scene.place.indicator}")
    columns = [
        Column("name", text(f"level.{level}")),
        Column(("numerator", "denominator"), text("table.rate"), "rate"),
        Column(("units_covered", "units_gap", "units_unknown"), text("table.states"), "bar"),
        Column("numerator", text("table.numerator", account=account), "int"),
        Column("denominator", text("table.denominator", account=account), "int"),
        Column("unknown", text("table.unknown", account=account), "int"),
        Column("units_gap", text("table.units_gap"), "int"),
        Column("people_gap", text("table.people_gap"), "people"),
        Column("people_unknown", text("table.people_unknown"), "people"),
    ]
    if level == "unit":
        # Where a unit counts as one, its state says all that the counts would.
        counts = columns[3:6] if children["denominator"].max() > 1 else []
        short = (children["state"] == "covered") & (children["condition"] == "no_free_port")
        children = children.assign(state=children["state"].mask(short, "no_free_port"))
        columns = [
            Column("name", text("level.unit")),
            Column("state", text("table.state"), "state"),
            *counts,
            Column("people", text("table.people"), "people"),
            Column("households", text("table.households"), "int"),
        ]
        for name in ("people", "households"):
            parts = [f"{name}_{state}" for state in ("covered", "gap", "unknown")]
            children = children.assign(**{name: children[parts].sum(axis=1)})
    if scene.subject == "place":
        # Nobody lives in a hall: what counts is how many places, not how many people.
        columns = [column for column in columns if column.source not in OF_PEOPLE]
    elif scene.subject == "area":
        columns = [column for column in columns if column.source != "units_gap"]
    show_table(
        "children",
        children,
        columns,
        text,
        title=text("overview.children", level=text(f"level.{level}")),
        code="code",
        chosen=scene.place.unit,
        height="calc(100vh - var(--map) - 215px)",
        on_pick=lambda code: open_child(code, level),
    )


def show() -> None:
    """Show the page."""
    scene, overview, card = open_place()
    place = scene.place
    keep_address(place, scene.text)
    show_filters(scene, reporting_area(scene, overview), level=True)
    show_trail(card.trail if card else overview.trail, scene)
    left, right = st.columns([2, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level=place.level,
            on_point=lambda lon, lat: _open_at(scene, lon, lat),
        )
    with right, st.container(key="beside"):
        if card:
            show_card(scene, card)
        else:
            show_figures(
                scene,
                overview.figures,
                overview.trail[-1].name,
                nothing_said(scene, overview) or "",
            )
    _show_children(scene, overview)
