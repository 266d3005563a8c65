"""One asset: its reports and on what evidence they were joined; to be joined, parted, undone."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.scene import Scene
from coverage_map import pipeline
from coverage_map.asset_parting import part_off
from coverage_map.text import Text
from geodata.errors import CoverageMapError

SHOWN_NEAR = 3
SHOWN_SAID = 20
SHARES = (4, 1)  # of a line: words, button
Pairs = Sequence[tuple[str, str, bool | None]]


def owners_said(codes: Sequence[str], text: Text) -> str:
    """Return owners in words."""
    return text("words.comma").join(words.owner(code, text) for code in codes)


def _act(
    scene: Scene, pairs: Pairs, done: str = "", then: Callable[[], None] | None = None
) -> None:
    """Keep what was said of pairs of reports and go on; a refusal is shown with the next run.

    ``done`` says in words what was done; it is shown next, with a way back to what was said before.
    """
    st.session_state.pop("assets_done", None)
    said = pipeline.read_asset_decisions(scene.workspace, scene.actor)
    before = {
        (one, other): bool(together)
        for one, other, together in zip(said["one"], said["other"], said["together"], strict=True)
    }
    back = [(one, two, before.get((min(one, two), max(one, two)))) for one, two, _ in pairs]
    try:
        pipeline.decide_assets(scene.workspace, scene.actor, pairs)
    except CoverageMapError as error:
        st.session_state["assets_refused"] = error
        return
    if done:
        st.session_state["assets_done"] = (done, back, st.session_state.get("asset", ""))
    if then is not None:
        then()


def show_done(scene: Scene) -> None:
    """Say what was done last, with a way to take it back."""
    if "assets_done" not in st.session_state:
        return
    text = scene.text
    done, back, asset = st.session_state["assets_done"]
    left, right = st.columns(SHARES, vertical_alignment="center")
    left.html(f'<div class="fault note" role="status">{escape(done)}</div>')
    right.button(
        text("assets.undo"),
        key="undo_done",
        on_click=_act,
        args=(scene, back, "", lambda: st.session_state.update(asset=asset)),
    )


def _called(reports: pd.DataFrame, text: Text) -> str:
    """Return reports in words: what each is called and whose it is."""
    return text("words.comma").join(
        text("assets.called", name=name or source_id, owner=words.owner(owner, text))
        for name, source_id, owner in zip(
            reports["name"], reports["source_id"], reports["owner"], strict=True
        )
    )


def _part(
    scene: Scene, reports: pd.DataFrame, record_id: str, then: Callable[[], None] | None
) -> None:
    """Take a report out of its asset, with what surely hangs on it."""
    going, staying = part_off(reports, record_id)
    by_id = reports.set_index("record_id")
    done = scene.text(
        "assets.done_part",
        names=_called(by_id.loc[list(going)], scene.text),
        rest=_called(by_id.loc[list(staying)], scene.text),
    )
    _act(scene, [(one, other, False) for one in going for other in staying], done, then)


def evidence_said(report: pd.Series, text: Text) -> str:
    """Return on what evidence a report was joined, in words."""
    if not report["by"]:
        return text("asset_by.first")
    if report["by"] != "evidence":
        return text(f"asset_by.{report['by']}")
    parts = [f"asset_names.{report['names']}", f"asset_tenancy.{report['tenancy']}"]
    said = text("words.comma").join(text(part) for part in parts)
    return f"{said} · {report['probability']:.2f}"


def show_asset(
    scene: Scene,
    asset: pd.Series,
    reports: pd.DataFrame,
    then: Callable[[], None] | None = None,
) -> None:
    """Show an asset's reports with their evidence, and what can be joined or parted.

    ``then`` goes on to the next asset once something was said of this one.
    """
    text = scene.text
    title = f"{asset['name']} · {words.distance(asset['spread_m'])}"
    decides = pipeline.may(scene.actor, "resolve")
    left, right = st.columns(SHARES, vertical_alignment="center")
    left.html(f'<p class="lead"><b>{escape(title)}</b></p>')
    if decides and not asset["sure"]:
        right.button(
            text("assets.confirm"),
            key="confirm_asset",
            type="primary",
            on_click=_act,
            args=(
                scene,
                _doubted(reports),
                text("assets.done_confirm", names=_called(reports, text)),
                then,
            ),
        )
    names = dict(zip(reports["record_id"], reports["name"], strict=True))
    for _, report in reports.iterrows():
        left, right = st.columns(SHARES, vertical_alignment="center")
        left.html(_describe(report, names, text))
        if decides and len(reports) > 1:
            right.button(
                text("assets.part"),
                key=f"part_{report['record_id']}",
                on_click=_part,
                args=(scene, reports, str(report["record_id"]), then),
            )
    if decides:
        _show_near(scene, asset, next(iter(names)))


def _doubted(reports: pd.DataFrame) -> Pairs:
    """Return the links of an asset that evidence alone made, as said by a person."""
    doubted = reports[reports["by"] == "evidence"]
    pairs = zip(doubted["record_id"], doubted["linked_to"], strict=True)
    return [(one, other, True) for one, other in pairs]


def _describe(report: pd.Series, names: Mapping[str, str], text: Text) -> str:
    """Return a report and the evidence for it as lines of a page."""
    parts = [
        words.owner(str(report["owner"]), text),
        text(f"kind.{report['kind']}"),
        str(report["source_id"]),
    ]
    away = "" if pd.isna(report["distance_m"]) else words.distance(report["distance_m"])
    linked = names.get(str(report["linked_to"]), "")
    beside = text("assets.linked", name=linked) if linked else ""
    lines = [parts, [evidence_said(report, text), away, beside]]
    said = "<br>".join(escape(" · ".join(filter(None, line))) for line in lines)
    return f'<b>{escape(str(report["name"]))}</b><br><span class="soft">{said}</span>'


def _show_near(scene: Scene, asset: pd.Series, first: str) -> None:
    text = scene.text
    near, reach_m = pipeline.near_assets(scene.workspace, scene.actor, str(asset["asset_id"]))
    if near.empty:
        st.html(f'<p class="hint">{escape(text("assets.near_none", metres=reach_m))}</p>')
        return
    st.html(f"<h4>{escape(text('assets.near'))}</h4>")
    for other in near.head(SHOWN_NEAR).to_dict("records"):
        said = f"{other['name']} · {owners_said(other['owners'], text)} · "
        said += words.distance(other["distance_m"])
        left, right = st.columns(SHARES, vertical_alignment="center")
        left.html(escape(said))
        right.button(
            text("assets.join"),
            key=f"join_{other['asset_id']}",
            on_click=_act,
            args=(
                scene,
                [(first, other["first"], True)],
                text("assets.done_join", one=asset["name"], other=other["name"]),
            ),
        )


def show_said(scene: Scene) -> None:
    """Show what people said of pairs, newest first, each to be taken back."""
    text = scene.text
    said = pipeline.read_asset_decisions(scene.workspace, scene.actor)
    if said.empty:
        return
    decides = pipeline.may(scene.actor, "resolve")
    acts = [rows for _, rows in said.groupby("at", sort=False)]  # what was said with one click
    with st.expander(text("assets.said", n=len(acts))):
        for rows in acts[:SHOWN_SAID]:
            row = rows.iloc[0]
            back = [
                (one, other, None) for one, other in zip(rows["one"], rows["other"], strict=True)
            ]
            line = text(
                "assets.line",
                one=row["one_name"],
                one_owner=words.owner(row["one_owner"], text),
                other=row["other_name"],
                other_owner=words.owner(row["other_owner"], text),
                said=text("assets.together" if row["together"] else "assets.apart"),
                account=row["account"],
                when=words.moment(row["at"]),
            )
            left, right = st.columns(SHARES, vertical_alignment="center")
            left.html(escape(line))
            if decides:
                right.button(
                    text("assets.undo"),
                    key=f"undo_{row['one']}_{row['other']}",
                    on_click=_act,
                    args=(scene, back),
                )
