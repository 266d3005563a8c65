"""One upload opened: what was understood, doubtful villages, differences, verdicts, what to do."""

from collections.abc import Callable
from functools import partial
from html import escape
from urllib.parse import urlencode

import streamlit as st

from app_pages import understood, words
from app_pages.accepted import show_verdicts
from app_pages.correct import ask_open, correct_table
from app_pages.difference import show_difference
from app_pages.review import queue_of, show_queue
from app_pages.scene import Scene, show_refusal
from app_pages.working import progress_bar
from coverage_map import pipeline
from geodata.errors import CoverageMapError

DRAFTS = ("checked", "sent_back", "received")
VIEWS = ("understood", "review", "difference", "verdicts")


def open_upload(upload_id: str) -> None:
    """Open an upload with the next run; "" goes back to the list."""
    st.session_state["upload_open"] = upload_id
    for key in ("upload_view", "difference_row", "accepted"):
        st.session_state.pop(key, None)


def _act(scene: Scene, act: Callable[[], object]) -> bool:
    """Do something that may be refused; a refusal is shown and nothing has changed."""
    try:
        act()
    except CoverageMapError as error:
        show_refusal(error, scene.text)
        return False
    return True


def show_submission(scene: Scene, upload_id: str) -> None:
    """Show an upload to its owner or to the city."""
    text = scene.text
    st.button(text("upload.list"), key="to_list", on_click=open_upload, args=("",))
    try:
        submission = pipeline.read_submission(scene.workspace, scene.actor, upload_id)
    except CoverageMapError as error:
        show_refusal(error, text)
        return
    accepted = st.session_state.get("accepted")
    if isinstance(accepted, pipeline.Accepted) and accepted.upload_id == upload_id:
        _show_accepted(scene, accepted)
        return
    _show_head(scene, submission)
    check = submission.check
    if check is None:
        st.html(f'<p class="empty">{escape(text("upload.unreadable"))}</p>')
        return
    draft = submission.state in DRAFTS and pipeline.may(scene.actor, "submit")
    queue = queue_of(check)
    counts = {"review": len(queue)}
    shown = [name for name in VIEWS if name != "review" or (draft and len(queue))]
    view = st.segmented_control(
        text("upload.view"),
        shown,
        default="understood",
        required=True,
        key="upload_view",
        label_visibility="collapsed",
        format_func=lambda name: text(f"upload.view.{name}", n=words.count(counts.get(name, 0))),
    )
    if view == "review":
        _show_review(scene, check)
    elif view == "difference":
        _show_difference(scene, submission)
    elif view == "verdicts":
        _show_preview(scene, submission)
    else:
        _show_understood(scene, check, draft=draft)


def _show_head(scene: Scene, submission: pipeline.Submission) -> None:
    """Show what an upload is, what became of it, and what can be done with it."""
    text = scene.text
    state = text(f"upload_state.{submission.state}")
    line = (
        f'<b>{escape(submission.filename)}</b> <span class="tag state-{submission.state}">'
        f"{escape(state)}</span> <span>{escape(words.owner(submission.owner, text))} · "
        f"{escape(words.moment(submission.received_at))}</span>"
    )
    st.html(f'<p class="lead">{line}</p>')
    events = submission.events
    reasons = events.loc[events["state"] == "sent_back", "note"]
    if submission.state == "sent_back" and len(reasons):
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
    with st.container(horizontal=True, key="acts", vertical_alignment="bottom", gap="small"):
        _show_acts(scene, submission)
    rows = "".join(
        f"<tr><td>{escape(words.moment(event['at']))}</td><td>{escape(event['account'])}</td>"
        f"<td>{escape(text('upload_state.' + event['state']))}</td>"
        f"<td>{escape(event['note'])}</td></tr>"
        for event in events.to_dict("records")
    )
    st.html(
        f"<details><summary>{escape(text('upload.history', n=len(events)))}</summary>"
        f'<table class="small">{rows}</table></details>'
    )


def _show_acts(scene: Scene, submission: pipeline.Submission) -> None:
    """Show the buttons this person has for an upload in this state."""
    text, check = scene.text, submission.check
    upload_id = submission.upload_id
    query = urlencode({"upload": upload_id, "lang": text.language})
    if submission.state in DRAFTS and check is not None and pipeline.may(scene.actor, "submit"):
        _show_submit(scene, check)
    if submission.state == "submitted" and pipeline.may(scene.actor, "accept"):
        _show_decide(scene, submission)
    may_withdraw = submission.state in (*DRAFTS, "submitted")
    if may_withdraw and pipeline.may(scene.actor, "submit"):
        withdraw = partial(pipeline.withdraw_upload, scene.workspace, scene.actor, upload_id)
        if st.button(text("upload.withdraw"), key="withdraw") and _act(scene, withdraw):
            open_upload("")
            st.rerun()
    if check is not None and check.faults:
        said = text("upload.returned")
        st.html(
            f'<a class="download" href="/download/returned?{escape(query)}" target="_self">'
            f"{escape(said)}</a>",
            width="content",
        )


def _show_submit(scene: Scene, check: pipeline.UploadCheck) -> None:
    """Offer to hand a draft in: all rows or the good ones, as additions or as the whole list."""
    text = scene.text
    ours = [table for table in check.tables if table.kind]
    good = sum(len(table.records) for table in ours)
    bad = sum(table.bad_rows for table in ours)
    if not good:
        st.html(f'<p class="empty">{escape(text("upload.nothing"))}</p>', width="content")
        return
    full = st.segmented_control(
        text("upload.how"),
        (False, True),
        default=False,
        required=True,
        key="full",
        format_func=lambda whole: text("upload.how.full" if whole else "upload.how.more"),
    )
    willing = not bad or st.checkbox(
        text("upload.partial", good=words.count(good), bad=words.count(bad)), key="partial"
    )
    city = pipeline.may(scene.actor, "accept")
    said = text("upload.accept" if city else "upload.submit", good=words.count(good))
    if not st.button(said, type="primary", disabled=not (check.ready and willing), key="submit"):
        return
    hide, progress = progress_bar(text)
    act = pipeline.accept_upload if city else pipeline.submit_upload
    done = _act(
        scene,
        lambda: _keep_accepted(
            act(
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
        st.rerun()


def _keep_accepted(result: object) -> None:
    if isinstance(result, pipeline.Accepted):
        st.session_state["accepted"] = result


def _show_decide(scene: Scene, submission: pipeline.Submission) -> None:
    """Offer the city to accept what was submitted or to send it back with reasons."""
    text = scene.text
    how = text("upload.how.full" if submission.full else "upload.how.more")
    st.html(f'<span class="chip">{escape(how)}</span>', width="content")
    if st.button(text("upload.take"), type="primary", key="take"):
        hide, progress = progress_bar(text)
        done = _act(
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
        if st.button(text("upload.send_back"), key="send_back") and _act(scene, send):
            st.rerun()


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
    understood.show_check(check, text)
    if not draft:
        return
    for table in check.tables:
        if table.reason in ("empty", "unread"):
            continue
        with st.expander(text("upload.correct_table", sheet=table.sheet or table.file)):
            answers = correct_table(scene, check, table)
            if answers is not None:
                _recheck(scene, check, answers)


def _recheck(scene: Scene, check: pipeline.UploadCheck, answers: pipeline.Answers) -> None:
    """Read an upload again with answers; a refusal of them leaves what was understood."""
    again = partial(pipeline.recheck_upload, scene.workspace, scene.actor, check.upload_id, answers)
    if _act(scene, again):
        st.rerun()


def _show_review(scene: Scene, check: pipeline.UploadCheck) -> None:
    text = scene.text
    decided = pipeline.read_decisions(scene.workspace, scene.actor, check.owner)
    st.html(f'<p class="hint">{escape(text("review.hint"))}</p>')
    if show_queue(scene, check, queue_of(check), decided):
        hide, progress = progress_bar(text)
        progress("progress.check", 0, 1)
        again = partial(pipeline.recheck_upload, scene.workspace, scene.actor, check.upload_id)
        done = _act(scene, again)
        hide()
        if done:
            st.session_state.pop("upload_view", None)
            st.rerun()


def _show_difference(scene: Scene, submission: pipeline.Submission) -> None:
    full = bool(st.session_state.get("full", submission.full))
    try:
        found = pipeline.read_difference(
            scene.workspace, scene.actor, submission.upload_id, full=full
        )
    except CoverageMapError as error:
        show_refusal(error, scene.text)
        return
    show_difference(scene, found)


def _show_preview(scene: Scene, submission: pipeline.Submission) -> None:
    """Show which verdicts would change: the city's to the city, an owner's own to the owner."""
    if submission.state not in (*DRAFTS, "submitted"):
        st.html(f'<p class="empty">{escape(scene.text("upload.preview_over"))}</p>')
        return
    hide, progress = progress_bar(scene.text)
    try:
        changed = pipeline.preview_acceptance(
            scene.workspace, scene.actor, submission.upload_id, progress=progress
        )
    except CoverageMapError as error:
        hide()
        show_refusal(error, scene.text)
        return
    hide()
    show_verdicts(scene, changed, "upload.would_change")
