"""上传: hand in a file, see what was understood of it, answer, accept, see what changed."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from html import escape

import pandas as pd
import streamlit as st

from app_pages import understood, words
from app_pages.picture import show_map
from app_pages.scene import Scene, go, keep_address, open_place, show_refusal
from app_pages.table import Column, show_table
from coverage_map import pipeline
from coverage_map.pipeline.actors import allow
from coverage_map.text import Text
from geodata.errors import CoverageMapError, NotAllowedError
from geodata.owners import read_owners

ENDINGS = [
    "xlsx",
    "xls",
    "csv",
    "zip",
    "kmz",
    "kml",
    "gpkg",
    "geojson",
    "json",
    "tab",
    "mif",
    "dxf",
]


def _owners(scene: Scene) -> tuple[str, ...]:
    """Return the owners this person may hand in files for."""
    try:
        scope = allow(scene.actor, "check")
    except NotAllowedError:
        return ()
    return tuple(read_owners()) if scope.owners is None else scope.owners


def _progress(text: Text) -> tuple[Callable[[str, int, int], None], Callable[[], None]]:
    """Return what shows how far a long step is, and what takes it away again."""
    bar = st.progress(0.0, text=text("upload.working"))

    def show(message: str, done: int, total: int) -> None:
        bar.progress(min(done / max(total, 1), 1.0), text=text(message))

    def hide() -> None:
        bar.empty()

    return show, hide


def _forget() -> None:
    for key in ("check", "answers", "accepted", "checked"):
        st.session_state.pop(key, None)


def _check(scene: Scene, owner: str, filename: str, content: bytes) -> None:
    """Check a file once; the same bytes for the same owner are not read again."""
    mark = (owner, filename, sha256(content).hexdigest())
    if st.session_state.get("checked") == mark:
        return
    _forget()
    show, done = _progress(scene.text)
    try:
        st.session_state["check"] = pipeline.check_upload(
            scene.workspace, scene.actor, owner, filename, content, progress=show
        )
    except CoverageMapError as error:
        st.session_state["refused"] = error
    else:
        st.session_state.pop("refused", None)
    done()
    st.session_state["checked"] = mark


def _answer(scene: Scene, check: pipeline.UploadCheck) -> None:
    """Ask what only a person can say, and read the file again with the answers."""
    text = scene.text
    with st.form("answers_form", border=True):
        given = {
            table.sheet: {
                question.code: st.selectbox(
                    understood.ask(question, table, text),
                    question.options,
                    index=None,
                    placeholder=text("upload.choose"),
                    format_func=partial(understood.option, question.code, text),
                    key=f"answer_{check.upload_id}_{table.sheet}_{question.code}",
                )
                for question in table.questions
                if question.options
            }
            for table in check.tables
            if table.questions
        }
        if not st.form_submit_button(text("upload.answer"), type="primary"):
            return
        open_ones = [
            understood.ask(question, table, text)
            for table in check.tables
            for question in table.questions
            if question.options and not given[table.sheet][question.code]
        ]
        if open_ones:
            said = text("upload.answer_missing", questions=text("words.comma").join(open_ones))
            st.html(f'<div class="fault" role="alert">{escape(said)}</div>')
            return
    old = st.session_state.get("answers", pipeline.Answers())
    tables = dict(old.tables)
    for sheet, answers in given.items():
        before = tables.get(sheet, pipeline.TableAnswer())
        tables[sheet] = pipeline.TableAnswer(
            kind=answers.get("kind") or before.kind,
            crs=answers.get("crs") or before.crs,
            columns=before.columns,
        )
    st.session_state["answers"] = pipeline.Answers(tables)
    try:
        st.session_state["check"] = pipeline.recheck_upload(
            scene.workspace, scene.actor, check.upload_id, st.session_state["answers"]
        )
    except CoverageMapError as error:
        show_refusal(error, text)
        return
    st.rerun()


def _accept(scene: Scene, check: pipeline.UploadCheck) -> None:
    """Offer to take the good rows; rows with faults stay out only if the person says so."""
    text = scene.text
    good = sum(len(table.records) for table in check.tables if table.kind)
    bad = sum(table.bad_rows for table in check.tables if table.kind)
    if not good:
        st.html(f'<p class="empty">{escape(text("upload.nothing"))}</p>')
        return
    willing = not bad or st.checkbox(
        text("upload.partial", good=words.count(good), bad=words.count(bad)), key="partial"
    )
    ready = check.ready and willing
    said = text("upload.accept", good=words.count(good))
    if not st.button(said, type="primary", disabled=not ready, key="accept"):
        return
    show, done = _progress(text)
    try:
        st.session_state["accepted"] = pipeline.accept_upload(
            scene.workspace,
            scene.actor,
            check.upload_id,
            st.session_state.get("answers"),
            partial=bool(bad),
            progress=show,
        )
    except CoverageMapError as error:
        done()
        show_refusal(error, text)
        return
    done()
    st.session_state.pop("check")
    st.rerun()


def _changes(accepted: pipeline.Accepted, text: Text) -> pd.DataFrame:
    """Return the changed verdicts of units, in words."""
    changed = accepted.changed
    changed = changed[changed["subject_kind"] == "unit"]
    states = {state: text(f"state.{state}") for state in ("covered", "gap", "unknown")}
    return changed.assign(
        indicator_said=[text(f"indicator.{name}") for name in changed["indicator"]],
        test_said=[text(f"test.{name}") for name in changed["test"]],
        operator_said=[words.owner(code, text) for code in changed["operator"]],
        before_said=changed["before"].map(states),
        row=[str(number) for number in range(len(changed))],
    )


def _show_accepted(scene: Scene, accepted: pipeline.Accepted) -> None:
    """Say what was taken and what it changed, on the map and in a table."""
    text = scene.text
    kinds = text("words.comma").join(
        text("upload.taken", kind=text(f"kind.{kind}"), rows=words.count(rows))
        for kind, rows in accepted.rows.items()
    )
    frame = _changes(accepted, text)
    units = frame["unit_code"].nunique()
    st.html('<div class="top"></div>')
    st.html(
        f'<p class="done"><b>{escape(text("upload.done", kinds=kinds))}</b> '
        f"{escape(text('upload.changed', units=words.count(units), n=words.count(len(frame))))}</p>"
    )
    st.button(text("upload.another"), key="another", on_click=_forget_all)
    if frame.empty:
        st.html(f'<p class="empty">{escape(text("upload.unchanged"))}</p>')
    elif scene.place.indicator not in set(frame["indicator"]):
        go(indicator=str(frame["indicator"].iloc[0]))
        st.rerun()
    overview = pipeline.read_overview(
        scene.workspace, scene.actor, scene.place.area, scene.place.indicator, scene.place.operator
    )
    places = pipeline.unit_places(scene.workspace, scene.actor)
    frame = frame.join(places, on="unit_code")
    mine = frame.loc[frame["indicator"] == scene.place.indicator, "unit_code"]
    left, right = st.columns([1, 1], gap="small")
    with left:
        show_map(
            scene,
            overview,
            level="area" if scene.subject == "area" else "unit",
            on_point=lambda _lon, _lat: None,
            marked=sorted(set(mine)),
        )
    if frame.empty:
        return
    with right:
        show_table(
            "changed",
            frame,
            [
                Column("name", text("level.unit")),
                Column("township", text("level.township")),
                Column("area", text("level.area")),
                Column("indicator_said", text("filter.indicator")),
                Column("test_said", text("table.test")),
                Column("operator_said", text("filter.operator")),
                Column("before_said", text("table.before")),
                Column("after", text("table.after"), "state"),
            ],
            text,
            title=text("upload.changes"),
            code="row",
            height="calc(var(--map) - 40px)",
            on_pick=lambda row: go(unit=str(frame["unit_code"].iloc[int(row)])),
        )


def _show_uploads(scene: Scene) -> None:
    """Show what was handed in before, newest first."""
    text = scene.text
    uploads = pipeline.read_uploads(scene.workspace, scene.actor)
    frame = uploads.assign(
        owner_said=[words.owner(code, text) for code in uploads["owner"]],
        state_said=[text(f"upload_state.{state}") for state in uploads["state"]],
        when=uploads["received_at"].str.slice(0, 16).str.replace("T", " "),
    )
    show_table(
        "uploads",
        frame,
        [
            Column("filename", text("upload.file_name")),
            Column("owner_said", text("upload.owner")),
            Column("when", text("upload.when")),
            Column("state_said", text("table.state")),
        ],
        text,
        title=text("upload.before"),
        code="id",
        height="calc(100vh - 320px)",
    )


def _forget_all() -> None:
    _forget()
    st.session_state["upload_round"] = st.session_state.get("upload_round", 0) + 1


def show() -> None:
    """Show the page."""
    scene, _, _ = open_place()
    text = scene.text
    keep_address(scene.place, text)
    owners = _owners(scene)
    if not owners:
        st.html(f'<p class="empty">{escape(text("upload.not_yours"))}</p>')
        return
    accepted = st.session_state.get("accepted")
    if accepted is not None:
        _show_accepted(scene, accepted)
        return
    st.html('<div class="top"></div>')
    left, right = st.columns([1, 2], gap="medium")
    with left:
        st.html(f'<h3 class="plain">{escape(text("upload.title"))}</h3>')
        owner = st.selectbox(
            text("upload.owner"),
            owners,
            index=0 if len(owners) == 1 else None,
            placeholder=text("upload.choose"),
            key="upload_owner",
            disabled=len(owners) == 1,
            format_func=lambda code: words.owner(code, text),
        )
        file = st.file_uploader(
            text("upload.file"),
            type=ENDINGS,
            key=f"upload_file_{st.session_state.get('upload_round', 0)}",
            on_change=_forget,
        )
        st.html(f'<p class="hint">{escape(text("upload.formats"))}</p>')
    with right:
        if file is None:
            st.html(understood.steps(text))
            _show_uploads(scene)
            return
        if owner is None:
            said = text("upload.owner_first")
            st.html(f'<div class="fault refusal" role="alert">{escape(said)}</div>')
            return
        _check(scene, str(owner), file.name, file.getvalue())
        refused = st.session_state.get("refused")
        if refused is not None:
            show_refusal(refused, text)
            return
        check: pipeline.UploadCheck = st.session_state["check"]
        understood.show_check(check, text)
        if any(table.questions for table in check.tables):
            _answer(scene, check)
        else:
            _accept(scene, check)
