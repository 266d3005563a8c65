"""What an accepted upload changed, or would change: the verdicts, on the map and in a table."""

from html import escape

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.picture import show_map
from app_pages.scene import Scene, go
from app_pages.table import Column, show_table
from coverage_map import pipeline
from coverage_map.text import Text


def _said(changed: pd.DataFrame, text: Text) -> pd.DataFrame:
    """Return the changed verdicts of units, in words."""
    changed = changed[changed["subject_kind"] == "unit"]
    states = {state: text(f"state.{state}") for state in ("covered", "gap", "unknown")}
    return changed.assign(
        indicator_said=[text(f"indicator.{name}") for name in changed["indicator"]],
        test_said=[text(f"test.{name}") for name in changed["test"]],
        operator_said=[words.owner(code, text) for code in changed["operator"]],
        before_said=changed["before"].map(states),
        row=[str(number) for number in range(len(changed))],
    )


def show_verdicts(scene: Scene, changed: pd.DataFrame, said: str) -> None:
    """Show changed verdicts under a sentence with the places {units} and {n}."""
    text = scene.text
    frame = _said(changed, text)
    units = frame["unit_code"].nunique()
    if frame.empty:
        st.html(f'<p class="empty">{escape(text("upload.unchanged"))}</p>')
        return
    line = text(said, units=words.count(units), n=words.count(len(frame)))
    st.html(f'<p class="done">{escape(line)}</p>')
    if scene.place.indicator not in set(frame["indicator"]):
        go(indicator=str(frame["indicator"].iloc[0]))
        st.rerun()
    overview = pipeline.read_overview(
        scene.workspace, scene.actor, scene.place.area, scene.place.indicator, scene.place.operator
    )
    frame = frame.join(pipeline.unit_places(scene.workspace, scene.actor), on="unit_code")
    mine = frame.loc[frame["indicator"] == scene.place.indicator, "unit_code"]
    left, right = st.columns([1, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level="area" if scene.subject == "area" else "unit",
            on_point=lambda _lon, _lat: None,
            marked=sorted(set(mine)),
        )
    with right:
        show_table(
            "changed",
            frame,
            [
                Column("name", text("level.unit")),
                Column("township", text("level.township")),
                Column("indicator_said", text("filter.indicator")),
                Column("before_said", text("table.before")),
                Column("after", text("table.after"), "state"),
                Column("operator_said", text("filter.operator")),
                Column("test_said", text("table.test")),
                Column("area", text("level.area")),
            ],
            text,
            title=text("upload.changes"),
            code="row",
            height="calc(var(--map) - 40px)",
            on_pick=lambda row: go(unit=str(frame["unit_code"].iloc[int(row)])),
        )
