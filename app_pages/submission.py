"""One upload opened: what was understood, doubtful villages, differences, verdicts, what to do."""

from collections.abc import Hashable, Mapping
from functools import partial
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import understood, words
from app_pages.accepted import show_verdicts
from app_pages.acts import DRAFTS, act, is_own, open_upload, show_acts
from app_pages.correct import ask_open, correct_table
from app_pages.difference import show_difference
from app_pages.review import queue_of, show_queue
from app_pages.scene import Scene, show_refusal
from app_pages.totals import show_totals
from app_pages.working import progress_bar
from coverage_map import pipeline
from coverage_map.text import Text
from geodata.errors import CoverageMapError

VIEWS = ("understood", "review", "difference", "verdicts")


def show_submission(scene: Scene, upload_id: str) -> None:
    """Show an upload to its owner or to the city."""
    text = scene.text
    try:
        submission = pipeline.read_submission(scene.workspace, scene.actor, upload_id)
    except CoverageMapError as error:
        _show_back(text)
        show_refusal(error, text)
        return
    _show_head(scene, submission)
    accepted = st.session_state.get("accepted")
    if isinstance(accepted, pipeline.Accepted) and accepted.upload_id == upload_id:
        _show_accepted(scene, accepted)
        return
    _show_notices(scene, submission)
    check = submission.check
    if check is None:
        st.html(f'<p class="empty">{escape(text("upload.unreadable"))}</p>')
        return
    with st.container(
        horizontal=True, key="acts", vertical_alignment="center", gap="small", wrap=True
    ):
        show_acts(scene, submission, check)
    draft = submission.state in DRAFTS and is_own(scene, submission)
    queue = queue_of(check) if draft else pd.DataFrame()
    # What is settled differs from nothing any more: only how it was read is left to see.
    settled = submission.state not in (*DRAFTS, "submitted")
    view = VIEWS[0] if settled else _choose_view(text, len(queue))
    if view == "review":
        _show_review(scene, check, queue)
    elif view == "difference":
        _show_difference(scene, submission)
    elif view == "verdicts":
        _show_preview(scene, submission)
    else:
        _show_understood(scene, check, draft=draft)


def _choose_view(text: Text, doubtful: int) -> str:
    """Offer the views of an upload; the doubtful villages only where there are some."""
    shown = [name for name in VIEWS if name != "review" or doubtful]
    if st.session_state.get("upload_view") not in shown:
        st.session_state["upload_view"] = shown[0]
    chosen = st.segmented_control(
        text("upload.view"),
        shown,
        required=True,
        key="upload_view",
        label_visibility="collapsed",
        format_func=lambda name: text(f"upload.view.{name}", n=words.count(doubtful)),
    )
    return chosen or shown[0]


def _show_back(text: Text) -> None:
    st.button(text("upload.list"), key="to_list", type="tertiary", on_click=open_upload, args=("",))


def _show_head(scene: Scene, submission: pipeline.Submission) -> None:
    """Show in one line what an upload is and where it stands."""
    text = scene.text
    state = text(f"upload_state.{submission.state}")
    with st.container(horizontal=True, key="head", vertical_alignment="center", gap="small"):
        _show_back(text)
        st.html(
            f'<b>{escape(submission.filename)}</b><span class="tag state-{submission.state}">'
            f'{escape(state)}</span> <span class="soft">'
            f"{escape(words.owner(submission.owner, text))} · "
            f"{escape(words.moment(submission.received_at))}</span>",
            width="content",
        )
        events = submission.events
        with st.popover(text("upload.history", n=len(events)), type="tertiary"):
            rows = "".join(
                f"<tr><td>{escape(words.moment(event['at']))}</td>"
                f"<td>{escape(event['account'])}</td>"
                f"<td>{escape(text('upload_state.' + event['state']))}</td>"
                f"<td>{escape(_note(event, text))}</td></tr>"
                for event in events.to_dict("records")
            )
            st.html(f'<table class="small history">{rows}</table>')


def _note(event: Mapping[Hashable, Any], text: Text) -> str:
    """Return what was noted; of a superseded upload that is only the id of its successor."""
    return text("upload.replaced") if event["state"] == "superseded" else str(event["note"])


def _show_notices(scene: Scene, submission: pipeline.Submission) -> None:
    """Say why an upload came back, and that the same bytes were handed in before."""
    text, events = scene.text, submission.events
    for error in st.session_state.pop("refused", ()):
        show_refusal(error, text)
    reasons = events.loc[events["state"] == "sent_back", "note"]
    if len(reasons) and submission.state in DRAFTS:
        said = text("upload.reasons", reasons=str(reasons.iloc[-1]))
        st.html(f'<div class="fault warning"><b>{escape(said)}</b></div>')
    earlier = submission.check.earlier if submission.check else None
    if earlier is not None and earlier.upload_id != submission.upload_id:
        said = text(
            "upload.earlier",
            when=words.moment(earlier.received_at),
            state=text(f"upload_state.{earlier.state}"),
        )
        st.html(f'<div class="fault note">{escape(said)}</div>')


def _show_accepted(scene: Scene, accepted: pipeline.Accepted) -> None:
    """Say what was taken and what it changed."""
    text = scene.text
    kinds = text("words.comma").join(
        text("upload.taken", kind=text(f"kind.{kind}"), rows=words.count(rows))
        for kind, rows in accepted.rows.items()
    )
    st.html(f'<p class="done"><b>{escape(text("upload.done", kinds=kinds))}</b></p>')
    show_verdicts(scene, accepted.changed, "upload.changed")


def _show_understood(scene: Scene, check: pipeline.UploadCheck, *, draft: bool) -> None:
    """Show what was understood, ask what is open, offer to correct it."""
    text = scene.text
    if draft:
        answers = ask_open(scene, check)
        if answers is not None:
            _recheck(scene, check, answers)
    places = pipeline.unit_places(scene.workspace, scene.actor)
    names = {str(code): f"{row['township']} {row['name']}" for code, row in places.iterrows()}
    for table in check.tables:
        if table.kind:
            understood.show_table(check, table, text, names)
            if draft:
                _offer_correction(scene, check, table)
    understood.show_others(check, text)
    show_totals(scene, check.upload_id)
    if draft:
        for table in check.tables:
            if not table.kind and table.reason not in ("empty", "unread"):
                _offer_correction(scene, check, table)


def _offer_correction(
    scene: Scene, check: pipeline.UploadCheck, table: pipeline.CheckedTable
) -> None:
    """Offer the form of a table's corrections; it is made once it is opened."""
    form = st.expander(
        scene.text("upload.correct_table", sheet=table.sheet or table.file),
        key=f"correct_{check.upload_id}_{table.sheet}",
        on_change="rerun",
    )
    if form.open:
        with form:
            answers = correct_table(scene, check, table)
        if answers is not None:
            _recheck(scene, check, answers)


def _recheck(scene: Scene, check: pipeline.UploadCheck, answers: pipeline.Answers) -> None:
    """Read an upload again with answers; a refusal of them leaves what was understood."""
    again = partial(pipeline.recheck_upload, scene.workspace, scene.actor, check.upload_id, answers)
    hide, _ = progress_bar(scene.text)
    done = act(scene, again)
    hide()
    if done:
        st.rerun()


def _show_review(scene: Scene, check: pipeline.UploadCheck, queue: pd.DataFrame) -> None:
    """Show the doubtful villages; once the person is done the file is read again."""
    text = scene.text
    decided = pipeline.read_decisions(scene.workspace, scene.actor, check.owner)
    if show_queue(scene, check, queue, decided):
        hide, _ = progress_bar(text)
        again = partial(pipeline.recheck_upload, scene.workspace, scene.actor, check.upload_id)
        done = act(scene, again)
        hide()
        if done:
            st.session_state.pop("upload_view", None)
            st.rerun()


def _show_difference(scene: Scene, submission: pipeline.Submission) -> None:
    full = bool(st.session_state.get("full", submission.full))
    hide, _ = progress_bar(scene.text, "upload.comparing")
    try:
        found = pipeline.read_difference(
            scene.workspace, scene.actor, submission.upload_id, full=full
        )
    except CoverageMapError as error:
        show_refusal(error, scene.text)
        return
    finally:
        hide()
    show_difference(scene, found)


def _show_preview(scene: Scene, submission: pipeline.Submission) -> None:
    """Show which verdicts would change: the city's to the city, an owner's own to the owner."""
    hide, progress = progress_bar(scene.text, "upload.comparing")
    full = bool(st.session_state.get("full", submission.full))
    try:
        changed = pipeline.preview_acceptance(
            scene.workspace, scene.actor, submission.upload_id, full=full, progress=progress
        )
    except CoverageMapError as error:
        hide()
        show_refusal(error, scene.text)
        return
    hide()
    show_verdicts(scene, changed, "upload.would_change")
