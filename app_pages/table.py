"""The sheet of every page: values to the browser once, the chosen row by itself."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Literal

import pandas as pd
import streamlit as st

from coverage_map.maps import asset_address
from coverage_map.text import Text

Kind = Literal["text", "int", "people", "distance", "rate", "bar", "state", "mark"]


STATES = ("covered", "gap", "unknown", "no_free_port")


@dataclass(frozen=True)
class Column:
    """One column: the frame's columns it shows, its heading and how values are drawn.

    rate takes numerator and denominator, bar takes covered, gap and unknown; the others take one.
    mark is a word that is not to be missed.
    """

    source: str | tuple[str, ...]
    label: str
    kind: Kind = "text"
    help: str = ""


@cache
def load_script(name: str) -> str:
    """Return a script that fetches the component's own, which the browser then keeps."""
    return (
        "export default (given) => {\n"  # without a line break it would be taken for a file's name
        f"import(window.location.origin + '{asset_address(name)}')"
        ".then((module) => module.default(given)); };"
    )


def _values(frame: pd.DataFrame, column: Column) -> list[object]:
    if isinstance(column.source, tuple):
        return [list(row) for row in frame[list(column.source)].astype("int64").to_numpy().tolist()]
    values = frame[column.source]
    return values.astype("object").where(values.notna(), None).tolist()


def show_table(
    name: str,
    frame: pd.DataFrame,
    columns: Sequence[Column],
    text: Text,
    *,
    title: str,
    code: str,
    chosen: str = "",
    height: str = "260px",
    note: str = "",
    on_pick: Callable[[str], None] | None = None,
) -> None:
    """Show a frame as a sheet; ``code`` names the column that identifies a row."""
    data = {
        "name": name,
        "title": title,
        "note": note,
        "columns": [{"label": c.label, "kind": c.kind, "help": c.help} for c in columns],
        "codes": frame[code].astype("str").tolist(),
        "rows": list(zip(*(_values(frame, column) for column in columns), strict=True)),
        "pick": on_pick is not None,
        "height": height,
        "words": {
            "search": text("table.search"),
            "nothing": text("table.nothing"),
            "myriad": text("table.myriad").strip("-"),
            "states": {key: text(f"state.{key}") for key in STATES},
        },
    }
    data["version"] = sha256(json.dumps(data, default=str).encode()).hexdigest()[:16]
    key = f"sheet_{name}"

    def picked() -> None:
        if on_pick is not None and (wanted := st.session_state[key].picked):
            on_pick(str(wanted))

    sheet = st.components.v2.component(
        "coverage_sheet", js=load_script("table.js"), isolate_styles=False
    )
    sheet(key=key, data=data, on_picked_change=picked)
    mark = st.components.v2.component(
        "coverage_mark", js=load_script("mark.js"), isolate_styles=False
    )
    mark(key=f"mark_{name}", data={"name": name, "code": chosen})
