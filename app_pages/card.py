"""The card of a unit, the same on every page: verdicts with reasons and evidence, what is near."""

from html import escape

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.scene import Scene, go
from coverage_map import pipeline
from coverage_map.text import Text

MOST_EVIDENCE = 8  # of the chosen indicator; of the others the nearest
FEW_EVIDENCE = 1
MOST_NAMES = 6


def _head(card: pipeline.Card, text: Text) -> str:
    unit = card.unit
    facts = [
        text(f"unit_kind.{unit['kind']}"),
        str(unit["code"]),
        words.many("card.households", float(str(unit["households"])), text),
        words.people(float(str(unit["people"])), text),
        text("card.area", n=f"{float(str(unit['area_km2'])):.1f}"),
    ]
    where = " › ".join(crumb.name for crumb in card.trail[:-1])
    return (
        f'<div class="card-head"><div class="card-where">{escape(where)}</div>'
        f"<h3>{escape(str(unit['name']))}</h3>"
        f'<div class="card-facts">{escape(" · ".join(facts))}</div></div>'
    )


def _sign(state: str, condition: str, text: Text) -> str:
    key = "no_free_port" if condition == "no_free_port" and state == "covered" else state
    return f'<span class="chip"><i class="state {key}"></i>{escape(text(f"state.{key}"))}</span>'


def _operators(rows: pd.DataFrame, text: Text, *, why: bool) -> str:
    """Return who serves: one sign and name an operator; ``why`` says each one's reason too."""
    named = rows[~rows["operator"].isin(["any", ""])]
    parts = [
        f"<u class={row.state}>{escape(words.owner(str(row.operator), text))}</u>"
        for row in named.itertuples()
    ]
    if why and parts:
        said = [
            words.reason(str(row.reason), str(row.reason_params), text)
            for row in named.itertuples()
        ]
        lines = "".join(
            f'<tr><td class="card-who">{part}</td><td>{escape(one)}</td></tr>'
            for part, one in zip(parts, said, strict=True)
        )
        return f'<table class="small">{lines}</table>'
    return f'<div class="card-who">{"".join(parts)}</div>' if parts else ""


def _of_parts(
    evidence: pd.DataFrame, verdicts: pd.DataFrame, text: Text
) -> tuple[list[str], list[str]]:
    """Return whose each record of a settlement or place is, and what it says of it."""
    names = dict(zip(verdicts["subject_code"], verdicts["subject_name"], strict=True))
    reasons = {
        (row.subject_code, row.operator): words.reason(
            str(row.reason), str(row.reason_params), text
        )
        for row in verdicts.itertuples()
    }
    said = [
        reasons.get((row.subject_code, row.owner)) or reasons.get((row.subject_code, row.operator))
        for row in evidence.itertuples()
    ]
    return [str(names[code]) for code in evidence["subject_code"]], [one or "" for one in said]


def _evidence(rows: pd.DataFrame, verdicts: pd.DataFrame, most: int, text: Text) -> str:
    """Return the records a verdict rests on, nearest first; those of a part name it."""
    if rows.empty:
        return ""
    rows = rows.drop_duplicates("record_id").sort_values("distance_m", kind="stable")
    shown = rows.head(most)
    parts, said = _of_parts(shown, verdicts, text)
    of_parts = bool((shown["subject_kind"] != "unit").any())
    lines = []
    for row, part, value in zip(shown.itertuples(), parts, said, strict=True):
        cells = [
            part if of_parts else str(row.record_name) or part,
            text(f"kind.{row.kind}"),
            words.owner(str(row.owner), text),
            text(f"grade.{row.grade}"),
        ]
        far = words.distance(row.distance_m)
        last = f"<td>{escape(value)}</td>"
        if far != "—" or not value:
            last = f'<td class="number">{far}</td>'
        lines.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}{last}</tr>")
    return (
        f"<details><summary>{escape(words.many('card.evidence', len(rows), text))}</summary>"
        f'<table class="small">{"".join(lines)}</table></details>'
    )


def _parts(rows: pd.DataFrame, text: Text) -> str:
    """Return the states of a unit's settlements or places: counts, and the names of its gaps."""
    kind = str(rows["subject_kind"].iloc[0])
    counts = rows["state"].value_counts()
    said = " · ".join(
        f"{text(f'state.{state}')} {counts[state]}"
        for state in ("covered", "gap", "unknown")
        if state in counts
    )
    names = rows.loc[rows["state"] == "gap", "subject_name"].tolist()
    if names:
        said += text("words.colon") + text("words.comma").join(map(str, names[:MOST_NAMES]))
    if len(names) > MOST_NAMES:
        said += "…"
    return f'<div class="card-reason">{escape(text(f"subject.{kind}"))} {escape(said)}</div>'


def _verdict(scene: Scene, card: pipeline.Card, indicator: str) -> str:
    """Return one indicator's verdict: state, reason, who serves, evidence."""
    text, frame = scene.text, scene.frame
    verdicts = card.verdicts
    test = frame.headline[indicator]
    rows = verdicts[(verdicts["indicator"] == indicator) & (verdicts["test"] == test)]
    if rows.empty:
        return ""
    wanted = scene.place.operator if indicator == scene.place.indicator else "any"
    mine = rows[rows["operator"].isin([wanted])]
    mine = mine if len(mine) else rows[rows["operator"].isin(["any", ""])]
    mine = mine if len(mine) else rows
    first = mine.iloc[0]
    evidence = card.evidence[
        (card.evidence["indicator"] == indicator)
        & (card.evidence["test"] == test)
        & card.evidence["operator"].isin(mine["operator"])
    ]
    if str(first["subject_kind"]) == "unit":
        state = _sign(str(first["state"]), str(first["condition"]), text)
        said = words.reason(str(first["reason"]), str(first["reason_params"]), text)
        body = f'<div class="card-reason">{escape(said)}</div>'
        body += _operators(rows, text, why=str(first["state"]) == "gap")
    else:
        state, body = "", _parts(mine, text)
    if bool(mine["disputed"].any()):
        body += f'<div class="card-disputed">{escape(text("card.disputed"))}</div>'
    mark, most = "", FEW_EVIDENCE
    if indicator == scene.place.indicator:
        mark, most = " chosen", MOST_EVIDENCE
    return (
        f'<section class="verdict{mark}"><h4>{escape(text(f"indicator.{indicator}"))}{state}</h4>'
        f"{body}{_evidence(evidence, rows, most, text)}</section>"
    )


def _not_asked(scene: Scene) -> str:
    """Say that the chosen indicator does not ask about this unit."""
    text = scene.text
    name = escape(text(f"indicator.{scene.place.indicator}"))
    return (
        f'<section class="verdict chosen"><h4>{name}{_sign("none", "", text)}</h4>'
        f'<div class="card-reason">{escape(text("card.not_asked"))}</div></section>'
    )


def _nearby(card: pipeline.Card, text: Text) -> str:
    """Return what stands near the unit's gaps, best first."""
    rows = card.nearby.drop_duplicates("record_id").sort_values("distance_m").head(MOST_EVIDENCE)
    if rows.empty:
        return ""
    lines = [
        f"<tr><td>{escape(str(row.asset_name))}</td>"
        f"<td>{escape(text(f'asset.{row.asset_class}'))}</td>"
        f"<td>{escape(words.owner(str(row.owner), text))}</td>"
        f'<td class="number">{words.distance(row.distance_m)}</td></tr>'
        for row in rows.itertuples()
    ]
    return (
        f'<section class="verdict"><h4>{escape(text("card.nearby"))}</h4>'
        f'<table class="small">{"".join(lines)}</table></section>'
    )


def show_card(scene: Scene, card: pipeline.Card) -> None:
    """Show a unit's card, the chosen indicator first."""
    text = scene.text
    order = sorted(scene.frame.indicators, key=lambda name: name != scene.place.indicator)
    verdicts = [_verdict(scene, card, indicator) for indicator in order]
    verdicts[0] = verdicts[0] or _not_asked(scene)
    parts = [_head(card, text), verdicts[0], _nearby(card, text), *verdicts[1:]]
    st.html(f'<div class="card">{"".join(parts)}</div>')
    st.button(text("card.close"), key="close_card", on_click=go, kwargs={"unit": ""})
