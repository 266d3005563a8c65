"""导出: what is chosen above, as a file for another program, a report or a wall."""

from html import escape

import streamlit as st

from app_pages import words
from app_pages.scene import (
    Scene,
    download_link,
    keep_address,
    open_place,
    reporting_area,
    show_filters,
    show_trail,
)
from coverage_map import pipeline
from coverage_map.text import Text

# How formats are grouped for people; what the pipeline does not write is left out.
GROUPS = {
    "gis": ("gpkg", "zip", "geojson", "kmz"),
    "table": ("xlsx", "csv"),
    "picture": ("html", "png", "pdf"),
}
# Endings that are offered in a second encoding, for programs that know no other.
SECOND = {"zip": "GBK", "csv": "GBK"}


def _row(scene: Scene, ending: str) -> str:
    text, path = scene.text, "/download/gaps"
    links = [download_link(scene, path, ending, text("export_page.get"))]
    if ending in SECOND:
        said = text("export_page.get_encoding", encoding=SECOND[ending])
        links.append(download_link(scene, path, ending, said, SECOND[ending]))
    return (
        f"<tr><td><b>{escape(text(f'export_page.format.{ending}'))}</b></td><td>.{escape(ending)}</td>"
        f"<td>{escape(text(f'export_page.use.{ending}'))}</td><td>{' '.join(links)}</td></tr>"
    )


def _formats(scene: Scene) -> str:
    """Return the table of formats, grouped by what they are for."""
    text: Text = scene.text
    known = pipeline.export_formats()
    parts = []
    for group, endings in GROUPS.items():
        rows = "".join(_row(scene, ending) for ending in endings if ending in known)
        title = escape(text(f"export_page.group.{group}"))
        parts.append(f'<tr class="group"><th colspan="4">{title}</th></tr>{rows}')
    return f'<table class="formats">{"".join(parts)}</table>'


def show() -> None:
    """Show the page."""
    scene, overview, _ = open_place()
    place, text = scene.place, scene.text
    gaps = pipeline.read_gaps(
        scene.workspace, scene.actor, place.area, place.indicator, place.operator
    )
    keep_address(place, text)
    show_filters(scene, reporting_area(scene, overview))
    show_trail(overview.trail, scene)
    what = "export_page.what_places" if scene.subject == "place" else "export_page.what"
    said = text(
        what,
        area=overview.trail[-1].name,
        indicator=text(f"indicator.{place.indicator}"),
        operator=words.owner(place.operator, text),
        quarter=scene.frame.quarter,
        gaps=words.count(len(gaps)),
        people=words.people(float(gaps["people"].sum()), text),
    )
    left, right = st.columns([2, 1], gap="medium")
    with left:
        st.html(f'<p class="lead">{escape(said)}</p>{_formats(scene)}')
    with right:
        notes = "".join(
            f"<li>{escape(text(f'export_page.note.{name}'))}</li>"
            for name in ("same", "modelled", "internal", "slow")
        )
        st.html(
            f'<div class="notes"><h3>{escape(text("export_page.notes"))}</h3><ul>{notes}</ul></div>'
        )
