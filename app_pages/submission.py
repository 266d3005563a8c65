"""One upload opened: what was understood, doubtful villages, differences, verdicts, what to do."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from app_pages import understood, words
from app_pages.accepted import show_verdicts
from app_pages.acts import DRAFTS, do, is_own, open_upload, show_acts, work_on
from app_pages.correct import ask_open, correct_table
from app_pages.difference import show_difference
from app_pages.review import queue_of, show_queue
from app_pages.scene import Scene, show_refusal
from app_pages.totals import show_totals
from app_pages.working import ask, show_job
from coverage_map import pipeline
from coverage_map.text import Text
from geodata.errors import CoverageMapError

VIEWS = ("understood", "review", "difference", "verdicts")
SETTLED = ("changed", "understood")  # of an upload that the person accepted


def show_submission(scene: Scene, upload_id: str) -> None:
    """Show an upload to its owner or to the city."""
    text = scene.text
    # Read first: what a job that has ended by now changed is in what is read next.
    job = work_on(scene, upload_id)
    try:
        submission = pipeline.read_submission(scene.workspace, scene.actor, upload_id)
    except CoverageMapError as error:
        _show_back(text)
        show_refusal(error, text)
        return
    _show_head(scene, submission)
    _show_notices(scene, submission, job)
    check = submission.check
    if check is None and job is not None and not job.ended:
        show_job(scene, job.id)
        return
    if check is None:
        st.html(f'<p class="empty">{escape(text("upload.unreadable"))}</p>')
        return
    if job is not None and job.verb == "accept" and job.result and submission.state == "accepted":
        _show_accepted(scene, check, pipeline.accepted_of(scene.workspace, job.result))
        return
    with st.container(
        horizontal=True, key="acts", vertical_alignment="center", gap="small", wrap=True
    ):
        show_acts(scene, submission, check, job)
    draft = submission.state in DRAFTS and is_own(scene, submission)
    queue = queue_of(check) if draft else pd.DataFrame()
    # What is settled differs from nothing any more: only how it was read is left to see.
    settled = submission.state not in (*DRAFTS, "submitted")
    shown = [name for name in VIEWS if name != "review" or len(queue)]
    view = VIEWS[0] if settled else _choose_view(text, shown, len(queue))
    if view == "review":
        _show_review(scene, check, queue)
    elif view == "difference":
        _show_difference(scene, submission)
    elif view == "verdicts":
        _show_preview(scene, submission)
    else:
        _show_understood(scene, check, draft=draft)


def _choose_view(
    text: Text, shown: Sequence[str], doubtful: int = 0, key: str = "upload_view"
) -> str:
    """Offer views of an upload."""
    if st.session_state.get(key) not in shown:
        st.session_state[key] = shown[0]
    chosen = st.segmented_control(
        text("upload.view"),
        shown,
        required=True,
        key=key,
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


def _show_notices(scene: Scene, submission: pipeline.Submission, job: pipeline.Job | None) -> None:
    """Say what went wrong last, why an upload came back, and that it was handed in before."""
    text, events = scene.text, submission.events
    if job is not None and job.fault is not None and str(job.ended_at) > events["at"].iloc[-1]:
        show_refusal(CoverageMapError.of(job.fault), text)
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


def _show_accepted(scene: Scene, check: pipeline.UploadCheck, accepted: pipeline.Accepted) -> None:
    """Say what was taken and what it changed; how it had been read is one click away."""
    text = scene.text
    kinds = text("words.comma").join(
        text("upload.taken", kind=text(f"kind.{kind}"), rows=words.count(rows))
        for kind, rows in accepted.rows.items()
    )
    st.html(f'<p class="done"><b>{escape(text("upload.done", kinds=kinds))}</b></p>')
    if _choose_view(text, SETTLED, key="upload_view_settled") == "understood":
        _show_understood(scene, check, draft=False)
    else:
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
    refused = [t for t in check.tables if not t.kind and t.reason not in ("empty", "unread")]
    if draft and refused:
        # Where nothing was recognised, saying what it is may be all that is left to do.
        alone = not any(table.kind for table in check.tables)
        st.html(f'<p class="hint">{escape(scene.text("upload.refused_kind"))}</p>')
        for number, table in enumerate(refused):
            _offer_correction(scene, check, table, unfolded=alone and not number)


def _offer_correction(
    scene: Scene,
    check: pipeline.UploadCheck,
    table: pipeline.CheckedTable,
    *,
    unfolded: bool = False,
) -> None:
    """Offer the form of a table's corrections; it is made once it is opened."""
    form = st.expander(
        scene.text("upload.correct_table", sheet=table.sheet or table.file),
        expanded=unfolded,
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
    if do(scene, "check", {"upload_id": check.upload_id, "answers": answers.to_json()}):
        st.rerun()


def _show_review(scene: Scene, check: pipeline.UploadCheck, queue: pd.DataFrame) -> None:
    """Show the doubtful villages; once the person is done the file is read again."""
    decided = pipeline.read_decisions(scene.workspace, scene.actor, check.owner)
    again = {"upload_id": check.upload_id, "answers": None}
    if show_queue(scene, check, queue, decided) and do(scene, "check", again):
        st.session_state.pop("upload_view", None)
        st.rerun()


def _show_difference(scene: Scene, submission: pipeline.Submission) -> None:
    full = bool(st.session_state.get("full", submission.full))
    upload_id = submission.upload_id
    args = pipeline.compare_args(scene.workspace, scene.actor, upload_id, full=full)
    job = ask(scene, "difference", args)
    if job is not None:
        show_difference(scene, job)


def _show_preview(scene: Scene, submission: pipeline.Submission) -> None:
    """Show which verdicts would change: the city's to the city, an owner's own to the owner."""
    full = bool(st.session_state.get("full", submission.full))
    upload_id = submission.upload_id
    args = pipeline.preview_args(scene.workspace, scene.actor, upload_id, full=full)
    job = ask(scene, "preview", args)
    if job is not None and job.result is not None:
        changed = pipeline.changes_of(scene.workspace, job.result)
        show_verdicts(scene, changed, "upload.would_change")
