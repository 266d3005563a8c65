"""What shows how far a long step is."""

from collections.abc import Callable

import streamlit as st

from coverage_map.text import Text


def progress_bar(text: Text) -> tuple[Callable[[], None], Callable[[str, int, int], None]]:
    """Return what takes the bar away again and what moves it."""
    bar = st.progress(0.0, text=text("upload.working"))

    def show(message: str, done: int, total: int) -> None:
        bar.progress(min(done / max(total, 1), 1.0), text=text(message))

    def hide() -> None:
        bar.empty()

    return hide, show
