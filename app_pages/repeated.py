"""Files whose very bytes were handed in before: said before they are read once more."""

from collections.abc import Callable, Iterable
from html import escape

import streamlit as st

from app_pages import words
from app_pages.acts import open_upload
from app_pages.scene import Scene
from coverage_map import pipeline

Read = Callable[[Scene, str, str, bytes], str]
_KEPT = "repeated"


def set_aside(
    scene: Scene, owner: str, files: Iterable[tuple[str, bytes]]
) -> list[tuple[str, bytes]]:
    """Return the files that are new; those that wait or are accepted already are only named."""
    fresh, known = [], []
    for name, content in files:
        earlier = pipeline.find_handed_in(scene.workspace, scene.actor, owner, content)
        if earlier is None:
            fresh.append((name, content))
        else:
            known.append((owner, name, content, earlier))
    st.session_state[_KEPT] = known
    return fresh


def show_repeated(scene: Scene, read: Read) -> None:
    """Say which files were handed in before; offer to open that upload, or to read them anew."""
    text = scene.text
    for number, (owner, name, content, earlier) in enumerate(st.session_state.get(_KEPT, ())):
        said = text(
            "upload.repeated",
            file=name,
            name=earlier.filename,
            when=words.moment(earlier.received_at),
            state=text(f"upload_state.{earlier.state}"),
        )
        st.html(f'<div class="fault note" role="status">{escape(said)}</div>')
        with st.container(horizontal=True, gap="small", key=f"repeated_{number}"):
            if st.button(text("upload.open_earlier"), key=f"earlier_{number}", type="primary"):
                st.session_state.pop(_KEPT)
                open_upload(earlier.upload_id)
                st.rerun()
            if st.button(text("upload.read_anew"), key=f"anew_{number}"):
                st.session_state.pop(_KEPT)
                open_upload(read(scene, owner, name, content))
                st.rerun()
