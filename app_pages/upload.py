"""上传: hand in files, see what was handed in before, open one of them."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from app_pages import understood, words
from app_pages.acts import ACTS, DRAFTS, open_upload
from app_pages.repeated import set_aside, show_repeated
from app_pages.scene import Scene, keep_address, open_place, show_refusal
from app_pages.submission import show_submission
from app_pages.table import Column, show_table
from app_pages.working import begin, show_job
from coverage_map import pipeline
from coverage_map.pipeline.actors import allow
from coverage_map.text import Text
from geodata.errors import CoverageMapError, NotAllowedError
from geodata.owners import read_owners
from geodata.records import read_kinds


def _owners(scene: Scene) -> tuple[str, ...]:
    """Return the owners this person may hand in files for."""
    try:
        scope = allow(scene.actor, "check")
    except NotAllowedError:
        return ()
    return tuple(read_owners()) if scope.owners is None else scope.owners


def _choose_files(scene: Scene, owners: tuple[str, ...]) -> None:
    """Take files for an owner and read them."""
    text = scene.text
    st.html(f'<h3 class="plain">{escape(text("upload.title"))}</h3>')
    owner: str | None = owners[0]
    if len(owners) > 1:
        owner = st.selectbox(
            text("upload.owner"),
            owners,
            index=None,
            placeholder=text("upload.choose"),
            key="upload_owner",
            format_func=lambda code: words.owner(code, text),
        )
    # Any file is taken: what cannot be read is refused in words, with what to send instead.
    files = st.file_uploader(
        text("upload.file"),
        accept_multiple_files=True,
        key=f"upload_file_{st.session_state.get('upload_round', 0)}",
    )
    st.html(f'<p class="hint">{escape(text("upload.formats"))}</p>')
    if not files:
        return
    if owner is None:
        said = text("upload.owner_first")
        st.html(f'<div class="fault refusal" role="alert">{escape(said)}</div>')
        return
    chosen = pipeline.bundle_files({file.name: file.getvalue() for file in files})
    bundles = set_aside(scene, owner, chosen)
    # The chooser is emptied: what was handed in stands in the list from now on.
    st.session_state["upload_round"] = st.session_state.get("upload_round", 0) + 1
    refused = []
    last = ""
    for name, content in bundles:
        try:
            last = _read(scene, str(owner), name, content)
        except CoverageMapError as error:
            refused.append(error)
    st.session_state["refused"] = refused
    if last and len(bundles) == 1:
        open_upload(last)
    st.rerun()


def _read(scene: Scene, owner: str, name: str, content: bytes) -> str:
    """Read a file, at once or as a job, and return its upload's id."""
    upload_id = pipeline.receive_upload(scene.workspace, scene.actor, owner, name, content)
    begin(scene, "check", {"upload_id": upload_id, "answers": None})
    return upload_id


def _show_working(scene: Scene, jobs: Sequence[pipeline.Job], found: pd.DataFrame) -> None:
    """Show what is being worked at, also what was begun in an earlier visit."""
    names = dict(zip(found["id"], found["filename"], strict=True))
    for job in jobs:
        if job.verb in ACTS and not job.ended:
            show_job(scene, job.id, names.get(job.args["upload_id"], ""))


def _show_list(scene: Scene) -> None:
    """Show what was handed in, what waits first; a click opens it."""
    text = scene.text
    jobs = pipeline.list_jobs(scene.workspace, scene.actor)
    found = pipeline.read_submissions(scene.workspace, scene.actor)
    if found.empty:
        st.html(understood.steps(text))
        return
    _show_working(scene, jobs, found)
    waits = found["state"].eq("submitted")
    # What waits stands first; then, to who hands in, what is still theirs to finish.
    city = pipeline.may(scene.actor, "accept")
    mine = found["state"].isin(DRAFTS) & (not city)
    order = (~waits).astype("int64") * 2 - mine.astype("int64")
    found = found.assign(order=order).sort_values("order", kind="stable")
    if city and waits.any():
        said = text("upload.waiting", n=words.count(int(waits.sum())))
        st.html(f'<p class="done"><b>{escape(said)}</b></p>')
    frame = found.assign(
        owner_said=[words.owner(code, text) for code in found["owner"]],
        state_said=[text(f"upload_state.{state}") for state in found["state"]],
        when=[words.moment(at) for at in found["received_at"]],
        note=_notes(found, jobs, text),
    )
    several = len(frame["owner"].unique()) > 1 or city
    show_table(
        "uploads",
        frame,
        [
            Column("filename", text("upload.file_name")),
            *([Column("owner_said", text("upload.owner"))] if several else []),
            Column("when", text("upload.when")),
            Column("state_said", text("table.state")),
            Column("note", text("upload.note")),
        ],
        text,
        title=text("upload.before"),
        code="id",
        height="calc(100vh - 110px)",
        on_pick=open_upload,
    )


def _notes(found: pd.DataFrame, jobs: Sequence[pipeline.Job], text: Text) -> list[str]:
    """Say of each upload in a few words what was noted, why it is not read, or what it waits for.

    ``jobs``: newest first, as ``pipeline.list_jobs`` returns them.
    """
    last: dict[str, pipeline.Job] = {}
    for job in jobs:
        if job.verb == "check" and job.ended:
            last.setdefault(str(job.args["upload_id"]), job)
    return [
        _note(state, str(note), last.get(identifier), text)
        for identifier, state, note in zip(found["id"], found["state"], found["note"], strict=True)
    ]


def _note(state: str, note: str, job: pipeline.Job | None, text: Text) -> str:
    if state == "superseded":
        return text("upload.replaced")
    if job is None or (note and state != "checked"):
        return note
    if state == "refused" and job.fault is not None:
        return text.fault(job.fault)[0]
    return _waits_for(job.result or {}, text) if state in DRAFTS else note


def _waits_for(told: Mapping[str, Any], text: Text) -> str:
    """Return what a draft waits for by what its last reading told, "" where it can be submitted."""
    if told.get("asked"):
        return words.many("upload.note.asked", told["asked"], text)
    if told.get("good") != 0:
        return ""
    doubtful = told.get("doubtful", 0)
    said = "upload.note.doubtful" if doubtful else "upload.note.nothing"
    return words.many(said, doubtful, text)


def show() -> None:
    """Show the page."""
    scene, _, _ = open_place()
    text = scene.text
    if "upload_open" not in st.session_state:
        st.session_state["upload_open"] = st.query_params.get("upload", "")
    opened = st.session_state["upload_open"]
    keep_address(scene.place, text, upload=opened)
    owners = _owners(scene)
    if not owners and not pipeline.may(scene.actor, "submissions"):
        st.html(f'<p class="empty">{escape(text("upload.not_yours"))}</p>')
        return
    st.html('<div class="top"></div>')
    if opened:
        show_submission(scene, opened)
        return
    left, right = st.columns([1, 2], gap="medium")
    with left:
        if owners:
            _choose_files(scene, owners)
        for error in st.session_state.get("refused", ()):
            show_refusal(error, text)
        show_repeated(scene, _read)
        _show_profiles(scene)
        _show_templates(text)
    with right:
        _show_list(scene)


def _show_profiles(scene: Scene) -> None:
    """Show what is remembered of files of one shape, to be renamed or forgotten."""
    text = scene.text
    if not pipeline.may(scene.actor, "check"):
        return
    profiles = pipeline.read_profiles(scene.workspace, scene.actor)
    if profiles.empty:
        return
    with st.expander(text("profile.title", n=len(profiles))):
        st.html(f'<p class="hint">{escape(text("profile.hint"))}</p>')
        several = len(profiles["owner"].unique()) > 1
        for profile in profiles.itertuples():
            name, drop = st.columns([4, 1], vertical_alignment="bottom")
            with name:
                st.text_input(
                    _profile_label(profile, text, owned=several),
                    value=str(profile.name),
                    key=f"profile_{profile.id}",
                    help=understood.profile_words(profile, text),
                    on_change=_rename,
                    args=(scene, str(profile.id)),
                )
            with drop:
                st.button(
                    text("profile.drop"),
                    key=f"drop_{profile.id}",
                    on_click=pipeline.delete_profile,
                    args=(scene.workspace, scene.actor, str(profile.id)),
                )


def _profile_label(profile: Any, text: Text, *, owned: bool) -> str:
    """Return what a profile is of and what it holds, and whose files where there are several's."""
    kind = profile.kind or pipeline.kind_of_headers(profile.headers, profile.columns)
    parts = [text(f"kind.{kind}")] if kind else []
    if profile.columns:
        parts.append(words.many("profile.columns", len(profile.columns), text))
    if profile.crs:
        parts.append(understood.option("crs", text, str(profile.crs)))
    if profile.units:
        parts.append(words.many("profile.units", len(profile.units), text))
    if owned:
        parts.append(words.owner(str(profile.owner), text))
    return " · ".join(parts)


def _show_templates(text: Text) -> None:
    """Offer an empty list of every kind, to whoever would rather fill one in."""
    links = ""
    for kind in read_kinds():
        query = escape(urlencode({"kind": kind, "lang": text.language}))
        name = escape(text(f"kind.{kind}"))
        links += f'<li><a href="/download/template?{query}" target="_self">{name}</a></li>'
    with st.expander(text("template.offer")):
        hint = escape(text("template.hint"))
        st.html(f'<p class="hint">{hint}</p><ul class="links">{links}</ul>')


def _rename(scene: Scene, profile_id: str) -> None:
    name = st.session_state[f"profile_{profile_id}"].strip()
    if name:
        pipeline.rename_profile(scene.workspace, scene.actor, profile_id, name)
