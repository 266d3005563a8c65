"""Reported totals beside what the records add up to, of an opened upload."""

from html import escape

import pandas as pd
import streamlit as st

from app_pages.scene import Scene
from app_pages.table import Column, show_table
from coverage_map import pipeline
from coverage_map.rules.totals import read_large_share


def show_totals(scene: Scene, upload_id: str) -> None:
    """Show the totals of an upload beside its owner's records; nothing where it holds none."""
    text = scene.text
    found = pipeline.read_totals(scene.workspace, scene.actor, upload_id)
    if found.empty:
        return
    st.html(f'<p class="hint">{escape(text("totals.hint"))}</p>')
    found = by_size(found)
    frame = found.assign(
        large_said=[text("totals.large") if large else "" for large in found["large"]],
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
            Column("large_said", text("totals.verdict"), "mark"),
            Column("lacking", text("totals.lacking"), "int"),
        ],
        text,
        title=text("totals.title"),
        code="row",
    )


def by_size(found: pd.DataFrame) -> pd.DataFrame:
    """Return totals, the largest difference first, with ``large``: a difference worth a look."""
    size = found["difference"].abs().astype("float64")  # NaN where nothing is compared
    order = size.sort_values(ascending=False, kind="stable", na_position="last").index
    large = size.gt(0) & size.ge(read_large_share() * found["reported"])
    return found.assign(large=large).loc[order].reset_index(drop=True)
