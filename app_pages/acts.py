"""What can be done with an upload: submit, withdraw, accept, send back; the main act first."""

from collections.abc import Callable
from functools import partial
from html import escape
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from app_pages import words
from app_pages.scene import Scene, show_refusal
from app_pages.working import LONG_READ, POLL_S, progress_bar, seconds_of
from coverage_map import pipeline
from geodata.errors import CoverageMapError

DRAFTS = ("checked", "sent_back", "received")


def open_upload(upload_id: str) -> None:
    """Open an upload with the next run; "" goes back to the list."""
    st.session_state["upload_open"] = upload_id
    for key in ("upload_view", "difference_row", "accepted", "full", "partial"):
        st.session_state.pop(key, None)


def act(scene: Scene, step: Callable[[], object]) -> bool:
    """Do something that may be refused; a refusal is shown and nothing has changed."""
    try:
        step()
    except CoverageMapError as error:
        show_refusal(error, scene.text)
        return False
    return True


def is_own(scene: Scene, submission: pipeline.Submission) -> bool:
    """Say whether an upload is this person's to work on: the city leaves a carrier's alone."""
    mine = submission.account == scene.actor.account or not pipeline.may(scene.actor, "accept")
    return mine and pipeline.may(scene.actor, "submit")


def show_acts(scene: Scene, submission: pipeline.Submission, check: pipeline.UploadCheck) -> None:
    """Show the buttons this person has for an upload in this state, the main one first."""
    text = scene.text
    upload_id = submission.upload_id
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
        said = text("upload.nothing")
        st.html(f'<span class="soft">{escape(said)}</span>', width="content")
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
    hide, progress = progress_bar(text)
    hand_in = pipeline.accept_upload if city else pipeline.submit_upload
    done = act(
        scene,
        lambda: _keep_accepted(
            hand_in(
                scene.workspace,
                scene.actor,
                check.upload_id,
                partial=bool(bad),
                full=bool(full),
                progress=progress,
            )
        ),
    )
    hide()
    if done:
        st.session_state.pop("upload_view", None)
        st.rerun()


def _keep_accepted(result: object) -> None:
    if isinstance(result, pipeline.Accepted):
        st.session_state["accepted"] = result


def _show_decide(scene: Scene, submission: pipeline.Submission) -> None:
    """Offer the city to accept what was submitted or to send it back with reasons."""
    text = scene.text
    job = _accepting(scene, submission.upload_id)
    if job:
        _show_accepting(scene, job)
        return
    wanted = st.button(text("upload.take"), type="primary", key="take")
    if wanted and submission.size > LONG_READ:
        args = {"upload_id": submission.upload_id, "answers": None}
        pipeline.start_job(scene.workspace, scene.actor, "accept", args)
        st.rerun()
    elif wanted:
        hide, progress = progress_bar(text)
        done = act(
            scene,
            lambda: _keep_accepted(
                pipeline.accept_upload(
                    scene.workspace, scene.actor, submission.upload_id, progress=progress
                )
            ),
        )
        hide()
        if done:
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


def _accepting(scene: Scene, upload_id: str) -> str:
    """Return the job that is accepting an upload, "" where there is none."""
    for job in pipeline.list_jobs(scene.workspace, scene.actor):
        if job.verb == "accept" and not job.ended and job.args.get("upload_id") == upload_id:
            return job.id
    return ""


@st.fragment(run_every=POLL_S)
def _show_accepting(scene: Scene, job_id: str) -> None:
    """Show for how long an upload has been on its way in; then the page shows what came of it."""
    job = pipeline.read_job(scene.workspace, scene.actor, job_id)
    if job.ended:
        if job.fault is not None:
            st.session_state["refused"] = [CoverageMapError.of(job.fault)]
        if job.result and job.result["changed"]:
            changed = pd.DataFrame(job.result["changed"])
            upload_id, rows = job.result["upload_id"], job.result["rows"]
            st.session_state["accepted"] = pipeline.Accepted(upload_id, rows, changed)
        st.rerun()
    said = scene.text("upload.accepting", seconds=seconds_of(job))
    st.html(f'<span class="working">{escape(said)}</span>', width="content")
