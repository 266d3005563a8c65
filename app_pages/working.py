"""What shows how far a long step is."""

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from app_pages import words
from coverage_map import pipeline
from coverage_map.text import Text

# A file of more bytes is read and accepted as a job that one can leave.
LONG_READ = 4 * 2**20
POLL_S = 1.0


def progress_bar(
    text: Text, first: str = "upload.working"
) -> tuple[Callable[[], None], Callable[[str, int, int], None]]:
    """Return what takes the bar away again and what moves it; ``first`` is what it says first."""
    bar = st.progress(0.0, text=text(first))

    def show(message: str, done: int, total: int) -> None:
        bar.progress(min(done / max(total, 1), 1.0), text=text(message))

    def hide() -> None:
        bar.empty()

    return hide, show


def seconds_of(job: pipeline.Job) -> str:
    """Return for how many seconds a job has been going."""
    since = datetime.fromisoformat(job.started_at or job.created_at)
    return words.count((datetime.now(UTC) - since).total_seconds())
