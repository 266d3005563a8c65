"""Questions and corrections: kind, coordinate system, columns and units of an upload's tables."""

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from app_pages import understood
from app_pages.scene import Scene
from coverage_map import pipeline
from coverage_map.text import Text
from geodata.records import Field, Kind, read_kinds

NOTHING = ""  # stands for "as the evidence says" in a choice, for "no column" among headers
ACROSS = 3  # fields in a row of the form
GROUPS = ("identity", "place", "technical")
SYSTEMS = ("EPSG:4490", "EPSG:4326", "GCJ-02", "BD-09", "EPSG:4547", "EPSG:4526", "EPSG:3857")


def ask_open(scene: Scene, check: pipeline.UploadCheck) -> pipeline.Answers | None:
    """Ask what only a person can say; return the answers once they are given."""
    text = scene.text
    asked = [
        (table, question)
        for table in check.tables
        for question in table.questions
        if question.options or question.code == "column"
    ]
    if not asked:
        return None
    with st.form("answers_form", border=True):
        st.html(f'<h4 class="plain">{escape(text("upload.asked"))}</h4>')
        given: dict[tuple[str, int], Any] = {}
        for number, (table, question) in enumerate(asked):
            given[table.sheet, number] = st.selectbox(
                understood.ask(question, table, text),
                _options(question),
                index=0 if _is_proposed(question, table) else None,
                placeholder=text("upload.choose"),
                format_func=lambda value, code=question.code: _option(code, text, value),
                key=f"answer_{check.upload_id}_{table.sheet}_{number}",
            )
        if not st.form_submit_button(text("upload.answer"), type="primary"):
            return None
    answers = check.answers
    left = []
    for number, (table, question) in enumerate(asked):
        value = given[table.sheet, number]
        if value is None:
            left.append(understood.ask(question, table, text))
        else:
            answers = _with(answers, table.sheet, _answer_to(question, value))
    if left:
        said = text("upload.answer_missing", questions=text("words.comma").join(left))
        st.html(f'<div class="fault" role="alert">{escape(said)}</div>')
        return None
    return answers


def _options(question: pipeline.Question) -> tuple[str, ...]:
    """Return what may be answered; of a column also that the table has none for the field."""
    none = (NOTHING,) if question.code == "column" else ()
    return (*question.options, *none)


def _is_proposed(question: pipeline.Question, table: pipeline.CheckedTable) -> bool:
    """Say whether the first option is one that evidence speaks for; a system is never proposed."""
    if question.code == "column":
        used = {match.field: match.header for match in table.columns}
        return used.get(str(question.params["field"])) == next(iter(question.options), None)
    return question.code == "kind"


def _option(code: str, text: Text, value: str) -> str:
    if code == "column" and value == NOTHING:
        return text("upload.none_of_these")
    return understood.option(code, text, value)


def _answer_to(question: pipeline.Question, value: str) -> pipeline.TableAnswer:
    if question.code == "kind":
        return pipeline.TableAnswer(kind=value)
    if question.code == "crs":
        part = str(question.params.get("part", ""))
        return (
            pipeline.TableAnswer(parts={part: value}) if part else pipeline.TableAnswer(crs=value)
        )
    return pipeline.TableAnswer(columns={str(question.params["field"]): value})


def _with(answers: pipeline.Answers, sheet: str, more: pipeline.TableAnswer) -> pipeline.Answers:
    tables = dict(answers.tables)
    tables[sheet] = more.over(answers.for_sheet(sheet))
    return pipeline.Answers(tables)


def correct_table(
    scene: Scene, check: pipeline.UploadCheck, table: pipeline.CheckedTable
) -> pipeline.Answers | None:
    """Offer to correct what was understood of a table; return the answers once they are given."""
    text = scene.text
    key = f"{check.upload_id}_{table.sheet}"
    with st.form(f"correct_{key}", border=False):
        kinds = [*read_kinds(), "none"]
        first, second = st.columns(2)
        with first:
            kind = st.selectbox(
                text("upload.kind"),
                kinds,
                index=kinds.index(table.kind) if table.kind else len(kinds) - 1,
                format_func=lambda name: text(f"kind.{name}"),
                key=f"kind_{key}",
            )
        with second:
            crs = _choose_system(table, text, key)
        columns: dict[str, str] = {}
        units: dict[str, str] = {}
        if table.kind:
            columns, units = _choose_columns(table, read_kinds()[table.kind], text, key)
        if not st.form_submit_button(text("upload.correct"), type="primary"):
            return None
    changed = pipeline.TableAnswer(
        kind=kind if kind != (table.kind or "none") else "",
        crs=crs if crs != table.crs.chosen else "",
        columns=columns,
        units=units,
    )
    return _with(check.answers, table.sheet, changed)


def _choose_system(table: pipeline.CheckedTable, text: Text, key: str) -> str:
    likely = [score.crs for score in table.crs.scores]
    options = list(dict.fromkeys([*filter(None, [table.crs.chosen]), *likely, *SYSTEMS]))
    return (
        st.selectbox(
            text("upload.system"),
            options,
            index=0 if table.crs.chosen else None,
            placeholder=text("upload.choose"),
            format_func=lambda name: understood.option("crs", text, name),
            disabled=not table.crs.scores and not table.crs.chosen,
            key=f"crs_{key}",
        )
        or ""
    )


def _groups(kind: Kind) -> dict[str, dict[str, Field]]:
    """Return a kind's fields by what they say: which record, where it is, the rest of it."""
    groups: dict[str, dict[str, Field]] = {name: {} for name in GROUPS}
    for name, field in kind.all_fields.items():
        if field.type == "coordinate" or (name in kind.place_fields and name not in kind.key):
            group = "place"
        elif name in kind.key or name == "name" or field.required:
            group = "identity"
        else:
            group = "technical"
        groups[group][name] = field
    return {group: fields for group, fields in groups.items() if fields}


def _choose_columns(
    table: pipeline.CheckedTable, kind: Kind, text: Text, key: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Offer a header for every field; return those that differ from what was understood."""
    now = {match.field: match.header for match in table.columns}
    guessed = {match.field: match.header for match in table.suggested}
    headers = [
        NOTHING,
        *dict.fromkeys([*now.values(), *guessed.values(), *table.unmapped]),
    ]
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    groups = _groups(kind)
    tabs = st.tabs([text(f"upload.group.{name}") for name in groups])
    for tab, fields in zip(tabs, groups.values(), strict=True):
        with tab:
            ordered = _seen_first(fields, now)
            for start in range(0, len(ordered), ACROSS):
                row = ordered[start : start + ACROSS]
                for place, (name, field) in zip(st.columns(ACROSS), row, strict=False):
                    with place:
                        header, unit = _choose_column(name, field, headers, now, text, key)
                    if header != now.get(name, NOTHING):
                        columns[name] = header
                    if unit:
                        units[name] = unit
    return columns, units


def _seen_first(fields: Mapping[str, Field], now: Mapping[str, str]) -> list[tuple[str, Field]]:
    """Return fields with those that must be there first, then those the file has."""
    return sorted(fields.items(), key=lambda item: (not item[1].required, item[0] not in now))


def _choose_column(
    name: str,
    field: Field,
    headers: list[str],
    now: Mapping[str, str],
    text: Text,
    key: str,
) -> tuple[str, str]:
    """Offer a header for a field, and beside it the unit where there is a choice."""
    asks_unit = bool(field.unit) and name in now and len(pipeline.known_units(field.unit)) > 1
    left, right = st.columns([3, 2], gap="xsmall") if asks_unit else (st.container(), None)
    with left:
        header = st.selectbox(
            understood.field_name(name, text) + (" *" if field.required else ""),
            headers,
            index=headers.index(now.get(name, NOTHING)),
            format_func=lambda header: header or text("upload.no_column"),
            key=f"column_{key}_{name}",
        )
    if right is None:
        return header, NOTHING
    with right:
        return header, _choose_unit(field.unit, text, f"unit_{key}_{name}")


def _choose_unit(unit: str, text: Text, key: str) -> str:
    return st.selectbox(
        text("upload.unit"),
        [NOTHING, *pipeline.known_units(unit)],
        format_func=lambda name: name or text("upload.unit_told"),
        key=key,
    )
