"""Reported totals beside what the records add up to, of an opened upload."""

from html import escape

import streamlit as st

from app_pages.scene import Scene
from app_pages.table import Column, show_table
from coverage_map import pipeline


def show_totals(scene: Scene, upload_id: str) -> None:
    """Show the totals of an upload beside its owner's records; nothing where it holds none."""
    text = scene.text
    found = pipeline.read_totals(scene.workspace, scene.actor, upload_id)
    if found.empty:
        return
    st.html(f'<p class="hint">{escape(text("totals.hint"))}</p>')
    frame = found.assign(
        measure_said=[text(f"measure.{name}") for name in found["measure"]],
        row=[str(number) for number in range(len(found))],
    )
    show_table(
        "totals",
        frame,
        [
            Column("area_name", text("totals.area")),
            Column("measure_said", text("totals.measure")),
            Column("reported", text("totals.reported"), "int"),
            Column("counted", text("totals.counted"), "int"),
            Column("difference", text("totals.difference"), "int"),
            Column("lacking", text("totals.lacking"), "int"),
        ],
        text,
        title=text("totals.title"),
        code="row",
    )
