"""自然村名录: where lists of natural villages differ, township by township, and what is agreed."""

from collections.abc import Callable
from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.scene import (
    Scene,
    keep_address,
    open_place,
    reporting_area,
    show_filters,
    show_refusal,
)
from app_pages.table import Column, show_table
from app_pages.working import begin, show_job
from coverage_map import pipeline
from coverage_map.settlement_list import ACTIONS
from coverage_map.text import Text
from geodata.errors import CoverageMapError

HEIGHT = "calc(100vh - 394px)"
OF_THE_LIST = ("new", "households")  # differences of which the handed-in list tells


def show() -> None:
    """Show the page."""
    scene, overview, _ = open_place()
    text = scene.text
    area = reporting_area(scene, overview)
    keep_address(scene.place, text)
    show_filters(scene, area, judged=False)
    st.html(f'<p class="hint">{escape(text("settlements.intro"))}</p>')
    city = pipeline.may(scene.actor, "publish")
    job = pipeline.last_job(scene.workspace, scene.actor, ["publish"]) if city else None
    try:
        states = pipeline.read_township_states(scene.workspace, scene.actor, area)
        found = pipeline.read_settlement_differences(scene.workspace, scene.actor, area)
    except CoverageMapError as error:
        show_refusal(error, text)
        return
    if found.empty and not (states["state"] == "confirmed").any():
        st.html(f'<p class="empty">{escape(text("settlements.none"))}</p>')
        return
    left, right = st.columns([1, 2], gap="medium")
    with left:
        _show_publish(scene, states, job)
        chosen = _show_townships(states, text)
    with right:
        rows = states[states["township_code"] == chosen]
        if rows.empty:
            st.html(f'<p class="empty">{escape(text("settlements.choose"))}</p>')
            return
        here = found[found["township_code"] == chosen].reset_index(drop=True)
        _show_township(scene, rows.iloc[0], here)


def _act(act: Callable[[], object]) -> None:
    """Do something that may be refused; a refusal is shown with the next run."""
    try:
        act()
    except CoverageMapError as error:
        st.session_state["settlements_refused"] = error


def _show_publish(scene: Scene, states: pd.DataFrame, job: pipeline.Job | None) -> None:
    """Show what the last act said, and to the city the button that publishes."""
    text = scene.text
    error = st.session_state.pop("settlements_refused", None)
    if error is not None:
        show_refusal(error, text)
    if not pipeline.may(scene.actor, "publish"):
        return
    if job is not None and not job.ended:
        show_job(scene, job.id)
        return
    if job is not None and job.result and job.result["version"] == scene.frame.register_version:
        said = text("settlements.published", **job.result)
        st.html(f'<p class="done">{escape(said)}</p>')
    elif job is not None and job.fault is not None and error is None:
        show_refusal(CoverageMapError.of(job.fault), text)
    count = int((states["state"] == "confirmed").sum())
    label = text("settlements.publish", n=count)
    hint = "" if count else text("settlements.publish_wait")
    if st.button(label, type="primary", disabled=not count, help=hint or None, key="publish"):
        _act(partial(begin, scene, "publish", {}))
        st.rerun()


def _show_townships(states: pd.DataFrame, text: Text) -> str:
    """Show how far each township is, those with open differences first; return the chosen one."""
    rank = states["state"].map({"open": 0, "decided": 1, "confirmed": 2})
    differs = states["open"] + states["decided"] > 0
    frame = states.assign(
        rank=rank,
        differs=~differs,
        said=[text(f"township_state.{state}") for state in states["state"]],
    ).sort_values(["differs", "rank", "township_code"], ignore_index=True)
    codes = frame["township_code"].tolist()
    chosen = st.session_state.get("township")
    chosen = str(chosen if chosen in codes else codes[0])
    st.session_state["township"] = chosen  # stays when it is no longer the first

    def pick(code: str) -> None:
        st.session_state["township"] = code
        st.session_state.pop("difference", None)

    show_table(
        "townships",
        frame,
        [
            Column("township_name", text("settlements.township")),
            Column("area_name", text("settlements.area")),
            Column("settlements", text("settlements.count"), "int"),
            Column("open", text("settlements.open"), "int"),
            Column("decided", text("settlements.decided"), "int"),
            Column("said", text("settlements.state")),
        ],
        text,
        title=text("settlements.townships"),
        code="township_code",
        chosen=chosen,
        height="calc(100vh - 260px)",
        on_pick=pick,
    )
    return chosen


def _show_township(scene: Scene, township: pd.Series, found: pd.DataFrame) -> None:
    """Show a township's differences and what can be done with them."""
    text = scene.text
    open_ = found[found["action"] == ""]
    counts = {"n": words.count(len(found)), "open": words.count(len(open_))}
    line = text("settlements.differences", township=township["township_name"], **counts)
    by = ""
    if township["state"] == "confirmed":
        when = words.moment(str(township["at"]))
        by = text("settlements.confirmed_by", account=township["account"], when=when)
    st.html(f'<p class="lead"><b>{escape(line)}</b> <span class="soft">{escape(by)}</span></p>')
    if pipeline.may(scene.actor, "settle"):
        with st.container(horizontal=True, key="settle_acts", vertical_alignment="bottom"):
            _show_acts(scene, township, found, open_)
    if found.empty:
        st.html(f'<p class="empty">{escape(text("settlements.agrees"))}</p>')
        return
    if pipeline.may(scene.actor, "settle") and township["state"] != "confirmed":
        _show_decision(scene, found)
    _show_differences(found, text)


def _show_acts(scene: Scene, township: pd.Series, found: pd.DataFrame, open_: pd.DataFrame) -> None:
    text, code = scene.text, str(township["township_code"])
    decide = partial(pipeline.decide_settlements, scene.workspace, scene.actor)
    if township["state"] == "confirmed":
        reopen = partial(pipeline.reopen_township, scene.workspace, scene.actor, code)
        st.button(text("settlements.reopen"), key="reopen", on_click=_act, args=(reopen,))
        return
    columns = (open_[name] for name in ("key", "proposal", "proposal_same_as"))
    proposed = {key: (action, same) for key, action, same in zip(*columns, strict=True)}
    st.button(
        text("settlements.take_all", n=words.count(len(open_))),
        key="take_all",
        disabled=open_.empty,
        on_click=_act,
        args=(partial(decide, proposed),),
    )
    decided = found.loc[found["action"] != "", "key"]
    st.button(
        text("settlements.take_back_all"),
        key="take_back_all",
        disabled=decided.empty,
        on_click=_act,
        args=(partial(decide, dict.fromkeys(decided, (None, ""))),),
    )
    confirm = partial(pipeline.confirm_township, scene.workspace, scene.actor, code)
    st.button(
        text("settlements.confirm"),
        key="confirm",
        type="primary",
        disabled=not open_.empty,
        on_click=_act,
        args=(confirm,),
    )


def action_said(action: str, difference: str, text: Text) -> str:
    """Return what an action does about a difference, in words."""
    own = f"settlement_action.{action}.{difference}"
    return text(own if text.has(own) else f"settlement_action.{action or 'open'}")


def _show_decision(scene: Scene, found: pd.DataFrame) -> None:
    """Offer what can be decided about the chosen row, the proposal first."""
    text = scene.text
    rows = found[found["key"] == st.session_state.get("difference")]
    if rows.empty:
        st.html(f'<p class="hint">{escape(text("settlements.pick_row"))}</p>')
        return
    row = rows.iloc[0]
    said = text("settlements.decide", name=row["name"], unit=row["unit_name"])
    st.html(f'<p class="hint"><b>{escape(said)}</b></p>')
    actions = ACTIONS[row["difference"]]
    order = sorted(actions, key=lambda action: action != row["proposal"])
    decide = partial(pipeline.decide_settlements, scene.workspace, scene.actor)
    with st.container(horizontal=True, key="decide_acts", vertical_alignment="bottom"):
        same_as: str | None = ""
        if "same" in actions:
            held = pipeline.read_settlements(scene.workspace, scene.actor, str(row["unit_code"]))
            names = dict(zip(held["settlement_id"], held["name"], strict=True))
            options = list(names)
            first = options.index(row["alike"]) if row["alike"] in names else None
            same_as = st.selectbox(
                text("settlements.same_as"),
                options,
                index=first,
                key=f"same_{row['key']}",
                format_func=lambda code: names[code],
                placeholder="—",
            )
        for action in order:
            meant = same_as if action == "same" else ""
            wanted = {row["key"]: (action, meant or "")}
            st.button(
                action_said(action, row["difference"], text),
                key=f"decide_{action}",
                type="primary" if action == row["action"] else "secondary",
                disabled=action == "same" and not same_as,
                on_click=_act,
                args=(partial(decide, wanted),),
            )
        st.button(
            text("settlements.take_back"),
            key="take_back",
            disabled=not row["action"],
            on_click=_act,
            args=(partial(decide, {row["key"]: (None, "")}),),
        )


def _show_differences(found: pd.DataFrame, text: Text) -> None:
    proposed = [
        text("settlements.proposed", action=action_said(action, difference, text))
        for action, difference in zip(found["proposal"], found["difference"], strict=True)
    ]
    decided = [
        action_said(action, difference, text)
        for action, difference in zip(found["action"], found["difference"], strict=True)
    ]
    owners = [
        text("words.comma").join(words.owner(code, text) for code in codes)
        or (text("settlements.list") if name in OF_THE_LIST else "")
        for codes, name in zip(found["owners"], found["difference"], strict=True)
    ]
    frame = found.assign(
        what=[text(f"difference.{name}") for name in found["difference"]],
        who=owners,
        said=pd.Series(decided, dtype="str").mask(found["action"] == "", pd.Series(proposed)),
    )

    def pick(key: str) -> None:
        st.session_state["difference"] = key

    show_table(
        "differences",
        frame,
        [
            Column("unit_name", text("settlements.unit")),
            Column("name", text("settlements.name")),
            Column("what", text("settlements.what")),
            Column("said", text("settlements.action")),
            Column("households", text("settlements.households"), "int"),
            Column("told_households", text("settlements.told"), "int"),
            Column("who", text("settlements.who")),
            Column("alike_name", text("settlements.alike")),
        ],
        text,
        title=text("settlements.what"),
        code="key",
        chosen=str(st.session_state.get("difference", "")),
        height=HEIGHT,
        on_pick=pick,
    )
