"""Long steps on a page: a small one is waited for, a large one can be left and come back to."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from app_pages import words
from app_pages.scene import Scene, show_refusal
from coverage_map import pipeline
from geodata.errors import CoverageMapError

POLL_S = 1.0
DRAW_S = 0.1

Args = Mapping[str, Any]

_quick = ThreadPoolExecutor(max_workers=4, thread_name_prefix="quick")


def begin(scene: Scene, verb: str, args: Args) -> None:
    """Do a long verb where the page may wait for it, else start its job.

    A refusal is raised. A job that was started is shown by ``show_job`` with the next run.
    """
    if not pipeline.is_quick(scene.workspace, verb, args):
        pipeline.start_job(scene.workspace, scene.actor, verb, args)
        return
    # In a thread of its own: who leaves the page does not break it off.
    steps: list[tuple[str, int, int]] = [(f"working.{verb}", 0, 1)]
    told = partial(_keep, steps)
    run = _quick.submit(pipeline.run_here, scene.workspace, scene.actor, verb, args, told)
    bar = st.progress(0.0)
    while not run.done():
        step, done, total = steps[-1]
        bar.progress(min(done / max(total, 1), 1.0), text=scene.text(step))
        wait([run], timeout=DRAW_S)
    bar.empty()
    run.result()


def _keep(steps: list[tuple[str, int, int]], step: str, done: int, total: int) -> None:
    steps.append((step, done, total))


def ask(scene: Scene, verb: str, args: Args) -> pipeline.Job | None:
    """Return the job that answers a long question, worked out once for the same arguments.

    None while it is worked at or refused, which the page then says.
    """
    job = pipeline.same_job(scene.workspace, scene.actor, verb, args)
    if job is None or (job.state != "done" and st.session_state.pop("ask_again", "") == job.id):
        # What is refused is in the row, and told from there.
        with suppress(CoverageMapError):
            begin(scene, verb, args)
        job = pipeline.same_job(scene.workspace, scene.actor, verb, args)
    if job is None or job.state == "done":
        return job
    if not job.ended:
        show_job(scene, job.id)
        return None
    if job.fault is not None:
        show_refusal(CoverageMapError.of(job.fault), scene.text)
    else:
        said = scene.text("working.stopped")
        st.html(f'<p class="empty">{escape(said)}</p>')
    again = {"ask_again": job.id}
    st.button(scene.text("working.again"), on_click=st.session_state.update, kwargs=again)
    return None


@st.fragment(run_every=POLL_S)
def show_job(scene: Scene, job_id: str, what: str = "") -> None:
    """Show how far a job is, with a button that stops it; once it has ended the page runs again.

    ``what`` says what is worked at where the page does not.
    """
    text = scene.text
    job = pipeline.read_job(scene.workspace, scene.actor, job_id)
    if job.ended:
        st.rerun()
    since = datetime.fromisoformat(job.started_at or job.created_at)
    seconds = words.count((datetime.now(UTC) - since).total_seconds())
    if job.state == "queued":
        said = text("working.queued", seconds=seconds)
    elif job.cancelling:
        said = text("working.stopping")
    else:
        step = text(job.message or f"working.{job.verb}")
        said = text("working.step", step=step, seconds=seconds)
    with st.container(horizontal=True, vertical_alignment="center", key=f"job_{job_id}"):
        bar = f"{what} · {said}" if what else said
        st.progress(min(job.done / max(job.total, 1), 1.0), text=f"{bar} {text('working.leave')}")
        st.button(
            text("working.stop"),
            key=f"stop_{job_id}",
            disabled=job.cancelling,
            on_click=pipeline.cancel_job,
            args=(scene.workspace, scene.actor, job_id),
        )
