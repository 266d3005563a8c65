"""At most five figures of an area, each with its target, what it counts and what is unknown."""

import math
from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.scene import Scene
from coverage_map.text import Text

MOST = 5


def choose_figures(figures: pd.DataFrame, indicator: str, operator: str) -> pd.DataFrame:
    """Return the chosen indicator's row first, then the next ones, five in all.

    An indicator without the chosen operator is shown for any of them.
    """
    preference = figures["operator"].map({operator: 0, "any": 1, "": 2}).fillna(3)
    rows = figures.assign(_p=preference).sort_values("_p", kind="stable")
    rows = rows[rows["_p"] < 3].drop_duplicates("indicator").drop(columns="_p").sort_index()
    first = rows["indicator"] == indicator
    return pd.concat([rows[first], rows[~first]]).head(MOST)


def state_bar(counts: Mapping[str, int], text: Text) -> str:
    """Return a bar of states and their counts; unknown is hatched, words stand in its title."""
    title = " · ".join(f"{text(f'state.{key}')} {words.count(n)}" for key, n in counts.items())
    parts = "".join(f'<i class="{key}" style="flex-grow:{n}"></i>' for key, n in counts.items())
    return f'<div class="bar" title="{escape(title)}">{parts if any(counts.values()) else ""}</div>'


def _figure(row: Mapping[Hashable, Any], subject: str, text: Text, *, chosen: bool) -> str:
    part, whole, unknown = (int(row[k]) for k in ("numerator", "denominator", "unknown"))
    # Of an area it is asked how many people use it; those who do not are no gap by themselves.
    rest = "rest" if subject == "area" else "gap"
    counts = {"covered": part, rest: whole - part, "unknown": unknown}
    target = float(row["target"])
    missed = whole > 0 and not math.isnan(target) and 100 * part / whole < target
    name = str(row["indicator"])
    account = text(f"account.{name}")
    note = [text("figure.unknown", share=words.rate(unknown, whole + unknown))]
    if subject != "place":
        people = words.people(int(row["people_gap"]), text)
        note.append(text("figure.people_gap", people=people))
    return (
        f'<div class="figure{" chosen" if chosen else ""}">'
        f'<div class="figure-name">{escape(text(f"indicator.{name}"))}'
        f"<span>{escape(text('figure.target', target=words.target(target, text)))}</span></div>"
        f'<div class="figure-value{" missed" if missed else ""}">'
        f'<b title="{words.count(part)} / {words.count(whole)} {escape(account)}">'
        f"{words.rate(part, whole)}</b>"
        f"<small>{words.count(part)} / {words.count(whole)} {escape(account)}</small></div>"
        f"{state_bar(counts, text)}"
        f'<div class="figure-note">{escape(" · ".join(note))}</div></div>'
    )


def show_figures(scene: Scene, figures: pd.DataFrame, title: str, said: str = "") -> None:
    """Show the figures of an area; ``said`` (HTML) stands for the chosen one where it has none."""
    text, place = scene.text, scene.place
    rows = choose_figures(figures, place.indicator, place.operator)
    if rows.empty:
        st.html(f'<p class="empty">{escape(text("figure.none"))}</p>')
        return
    if said:
        rows = rows[rows["indicator"] != place.indicator]
    cards = [
        _figure(
            row.to_dict(),
            scene.frame.subjects[str(row["indicator"])],
            text,
            chosen=str(row["indicator"]) == place.indicator,
        )
        for _, row in rows.iterrows()
    ]
    st.html(f'<div class="figures"><h3>{escape(title)}</h3>{said}{"".join(cards)}</div>')
