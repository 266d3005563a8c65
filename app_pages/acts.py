"""What can be done with an upload: submit, withdraw, accept, send back; the main act first."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app_pages import words
from app_pages.review import queue_of
from app_pages.scene import Scene, show_refusal
from app_pages.working import begin, show_job
from coverage_map import pipeline
from geodata.errors import CoverageMapError

DRAFTS = ("checked", "sent_back", "received")
# What was chosen in one upload and means nothing in the next.
FORGOTTEN = ("upload_view", "upload_view_settled", "difference_row", "difference_only",
             "difference_page", "full", "partial")  # fmt: skip
ACTS = ("check", "submit", "accept")  # long verbs that are done with an upload


def open_upload(upload_id: str) -> None:
    """Open an upload with the next run; "" goes back to the list."""
    st.session_state["upload_open"] = upload_id
    for key in FORGOTTEN:
        st.session_state.pop(key, None)


def act(scene: Scene, step: Callable[[], object]) -> bool:
    """Do something that may be refused; a refusal is shown and nothing has changed."""
    try:
        step()
    except CoverageMapError as error:
        show_refusal(error, scene.text)
        return False
    return True


def do(scene: Scene, verb: str, args: Mapping[str, Any]) -> bool:
    """Do a long verb, or start its job where it is large; a refusal is shown."""
    return act(scene, lambda: begin(scene, verb, args))


def work_on(scene: Scene, upload_id: str) -> pipeline.Job | None:
    """Return the last thing done with an upload that takes long."""
    return pipeline.last_job(scene.workspace, scene.actor, ACTS, upload_id)


def is_own(scene: Scene, submission: pipeline.Submission) -> bool:
    """Say whether an upload is this person's to work on: the city leaves a carrier's alone."""
    mine = submission.account == scene.actor.account or not pipeline.may(scene.actor, "accept")
    return mine and pipeline.may(scene.actor, "submit")


def show_acts(
    scene: Scene,
    submission: pipeline.Submission,
    check: pipeline.UploadCheck,
    job: pipeline.Job | None,
) -> None:
    """Show the buttons this person has for an upload in this state, the main one first.

    ``job``: what was done with it last, as ``work_on`` returned it; while it is at work, it alone.
    """
    text = scene.text
    upload_id = submission.upload_id
    if job is not None and not job.ended:
        show_job(scene, job.id)
        return
    own = is_own(scene, submission)
    if submission.state in DRAFTS and own:
        _show_submit(scene, check)
    elif submission.state == "submitted" and pipeline.may(scene.actor, "accept"):
        _show_decide(scene, submission)
    elif submission.state in (*DRAFTS, "submitted"):
        said = text("upload.waits" if submission.state == "submitted" else "upload.waits_for_owner")
        st.html(f'<span class="soft">{escape(said)}</span>', width="content")
    if check.faults:
        query = urlencode({"upload": upload_id, "lang": text.language})
        st.html(
            f'<a class="download" href="/download/returned?{escape(query)}" target="_self">'
            f"{escape(text('upload.returned'))}</a>",
            width="content",
        )
    if submission.state in (*DRAFTS, "submitted") and own:
        with st.popover(text("upload.withdraw")):
            st.html(f"<p>{escape(text('upload.withdraw_sure'))}</p>")
            withdraw = partial(pipeline.withdraw_upload, scene.workspace, scene.actor, upload_id)
            if st.button(text("upload.withdraw"), key="withdraw") and act(scene, withdraw):
                open_upload("")
                st.rerun()


def _show_submit(scene: Scene, check: pipeline.UploadCheck) -> None:
    """Offer to hand a draft in: all rows or the good ones, as additions or as the whole list."""
    text = scene.text
    ours = [table for table in check.tables if table.kind]
    good = sum(len(table.records) for table in ours)
    bad = sum(table.bad_rows for table in ours)
    if not good:
        said = _why_nothing(scene, check)
        st.html(f'<b class="asked">{escape(said)}</b>', width="content")
        return
    city = pipeline.may(scene.actor, "accept")
    willing = not bad or bool(st.session_state.get("partial"))
    said = text("upload.accept" if city else "upload.submit", good=words.count(good))
    wanted = st.button(said, type="primary", disabled=not (check.ready and willing), key="submit")
    asked = sum(len(table.questions) for table in check.tables)
    if asked:
        st.html(f'<b class="asked">{escape(text("upload.open", n=asked))}</b>', width="content")
    elif bad:
        st.checkbox(
            text("upload.partial", good=words.count(good), bad=words.count(bad)), key="partial"
        )
    full = st.segmented_control(
        text("upload.how"),
        (False, True),
        default=False,
        required=True,
        key="full",
        label_visibility="collapsed",
        format_func=lambda whole: text("upload.how.full" if whole else "upload.how.more"),
    )
    if not wanted:
        return
    args = {"upload_id": check.upload_id, "partial": bool(bad), "full": bool(full)}
    if do(scene, "accept" if city else "submit", args | {"answers": None}):
        st.session_state.pop("upload_view", None)
        st.rerun()


def _why_nothing(scene: Scene, check: pipeline.UploadCheck) -> str:
    """Say of a draft without a good row what is to be done next."""
    text = scene.text
    asked = sum(len(table.questions) for table in check.tables)
    doubtful = len(queue_of(check))
    if asked:
        return text("upload.nothing.asked", n=asked)
    if doubtful:
        return text("upload.nothing.doubtful", view=text("upload.view.review", n=doubtful))
    if not any(table.kind for table in check.tables):
        return text("upload.nothing.unknown")
    return text("upload.nothing")


def _show_decide(scene: Scene, submission: pipeline.Submission) -> None:
    """Offer the city to accept what was submitted or to send it back with reasons."""
    text = scene.text
    if st.button(text("upload.take"), type="primary", key="take"):
        args = {"upload_id": submission.upload_id, "answers": None}
        if do(scene, "accept", args):
            st.rerun()
    with st.popover(text("upload.send_back")):
        reasons = st.text_area(text("upload.reasons_why"), key="reasons")
        send = partial(
            pipeline.send_back, scene.workspace, scene.actor, submission.upload_id, reasons
        )
        if st.button(text("upload.send_back"), key="send_back") and act(scene, send):
            st.rerun()
    how = text("upload.how.full" if submission.full else "upload.how.more")
    part = submission.check is not None and submission.partial
    said = text("upload.partly") if part else ""
    st.html(
        f'<span class="chip">{escape(how)}</span><span class="chip">{escape(said)}</span>',
        width="content",
    )
