"""What was understood of a file: kind, columns, coordinates, faults with their remedies."""

from collections import defaultdict
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app_pages import words
from coverage_map.pipeline import CheckedTable, CrsScore, Question, UploadCheck
from coverage_map.text import Text
from geodata.errors import Fault
from geodata.records import read_kinds

MOST_PLACES = 5
MOST_SCORES = 6


def steps(text: Text) -> str:
    """Return what happens after a file is chosen; the empty state of the page."""
    items = "".join(f"<li>{escape(text(f'upload.step.{n}'))}</li>" for n in range(1, 5))
    return f'<div class="notes"><h3>{escape(text("upload.steps"))}</h3><ol>{items}</ol></div>'


def ask(question: Question, table: CheckedTable, text: Text) -> str:
    """Return a question in words, with the sheet it is about."""
    said = text(f"question.{question.code}", **question.params)
    return f"{table.sheet}{text('words.colon')}{said}" if table.sheet else said


def option(code: str, text: Text, value: str) -> str:
    """Return an option of a question in words."""
    if code == "kind":
        return text(f"kind.{value}")
    return text(f"crs.{value}") if text.has(f"crs.{value}") else value


def _columns(table: CheckedTable, text: Text) -> str:
    pairs = "".join(
        f"<tr><td>{escape(match.header)}</td><td>{escape(field_name(match.field, text))}</td>"
        f"<td>{escape(text(f'how_mapped.{match.how}'))}</td></tr>"
        for match in (*table.columns, *table.suggested)
    )
    rest = ""
    if table.unmapped:
        names = text("words.comma").join(table.unmapped)
        rest = f'<p class="hint">{escape(text("upload.unmapped", names=names))}</p>'
    return (
        f"<details><summary>{escape(text('upload.columns', n=len(table.columns)))}</summary>"
        f'<table class="small"><tr><th>{escape(text("upload.header"))}</th>'
        f"<th>{escape(text('upload.field'))}</th><th>{escape(text('upload.ground'))}</th></tr>"
        f"{pairs}</table>{rest}</details>"
    )


def field_name(name: str, text: Text) -> str:
    """Return a field in words."""
    return text(f"field.{name}") if text.has(f"field.{name}") else name


def _crs(table: CheckedTable, text: Text) -> str:
    """Return the coordinate system, on what ground, and how the others would have done."""
    choice = table.crs
    if not choice.chosen and not choice.scores:
        return ""
    ground = text(f"decided.{choice.decided_by}")
    lines = _scores(choice.scores, text)
    for part in choice.parts:
        system = option("crs", text, part.chosen) if part.chosen else text("upload.crs_open")
        head = text("upload.part", part=part.label, rows=words.count(part.rows), crs=system)
        lines += f'<tr><th colspan="2">{escape(head)}</th></tr>{_scores(part.scores, text)}'
    # Where nothing decides there is no ground to name either.
    said = text("upload.crs_undecided")
    if choice.chosen:
        said = text("upload.crs", crs=option("crs", text, choice.chosen), ground=ground)
    return (
        f"<details><summary>{escape(said)}</summary>"
        f'<table class="small"><tr><th>{escape(text("upload.hypothesis"))}</th>'
        f'<th class="number">{escape(text("upload.in_place"))}</th></tr>{lines}</table></details>'
    )


def _scores(scores: Sequence[CrsScore], text: Text) -> str:
    """Return a line a hypothesis: how many rows fall into the area that they name."""
    return "".join(
        f"<tr><td>{escape(option('crs', text, score.crs))}"
        f"{escape(text('upload.swapped')) if score.swapped else ''}</td>"
        f'<td class="number">{words.count(score.inside)} / {words.count(score.rows)}</td></tr>'
        if score.rows
        else f"<tr><td>{escape(option('crs', text, score.crs))}</td>"
        f'<td class="number">{100 * score.share:.1f}%</td></tr>'
        for score in scores[:MOST_SCORES]
    )


def profile_words(profile: Any, text: Text) -> str:
    """Return what a profile remembers, in words."""
    said = [text(f"kind.{profile.kind}")] if profile.kind else []
    said += [option("crs", text, profile.crs)] if profile.crs else []
    said += [
        f"{field_name(name, text)} ← {header or text('upload.no_column')}"
        for name, header in dict(profile.columns).items()
    ]
    said += [f"{field_name(name, text)} ({unit})" for name, unit in dict(profile.units).items()]
    return text("words.comma").join(said)


def _place(fault: Fault, text: Text) -> str:
    place = fault.place
    parts = [place.sheet]
    if place.row is not None:
        parts.append(text("upload.row", n=place.row))
    if place.column:
        parts.append(place.column)
    if place.value:
        parts.append(f"“{place.value}”")
    return " ".join(part for part in parts if part)


def _faults(table: CheckedTable, text: Text) -> str:
    """Return the faults grouped by what they are: how many, where the first stand, the remedy."""
    groups: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    for fault in table.faults:
        groups[fault.severity, fault.code].append(fault)
    order = {"error": 0, "warning": 1, "note": 2}
    parts = []
    for (severity, _), faults in sorted(
        groups.items(), key=lambda item: (order[item[0][0]], -len(item[1]))
    ):
        sentence, remedy = text.fault(faults[0])
        places = "".join(f"<li>{escape(_place(one, text))}</li>" for one in faults[:MOST_PLACES])
        if len(faults) > MOST_PLACES:
            places += (
                f"<li>{escape(text('upload.more', n=words.count(len(faults) - MOST_PLACES)))}</li>"
            )
        parts.append(
            f'<div class="fault {severity}"><b>{escape(text(f"severity.{severity}"))} '
            f"× {words.count(len(faults))}</b> {escape(sentence)}"
            f'<div class="remedy">{escape(remedy)}</div><ul>{places}</ul></div>'
        )
    return "".join(parts)


def _table(table: CheckedTable, text: Text) -> str:
    title = table.sheet or table.file
    if not table.kind:
        return (
            f'<section class="read none"><h4>{escape(title)}</h4>'
            f"<p>{escape(text(f'reason.{table.reason}'))}</p></section>"
        )
    facts = [
        text(f"kind.{table.kind}"),
        text("upload.rows", n=words.count(table.rows)),
        text("upload.good", n=words.count(len(table.records))),
    ]
    if table.bad_rows:
        facts.append(text("upload.bad", n=words.count(table.bad_rows)))
    if table.kind and table.records.shape[0]:
        facts.append(text("upload.matched", n=words.count(table.matched)))
    if table.header_row is not None:
        facts.append(text("upload.header_row", n=table.header_row))
    known = ""
    if table.profile:
        said = text("upload.profile", name=table.profile)
        known = f'<p class="hint">{escape(said)}</p>'
    return (
        f'<section class="read"><h4>{escape(title)}</h4>'
        f"<p>{escape(' · '.join(facts))}</p>{known}{_columns(table, text)}{_crs(table, text)}"
        f"{_faults(table, text)}</section>"
    )


def show_check(check: UploadCheck, text: Text) -> None:
    """Show what was understood of an upload."""
    ours = sorted(check.tables, key=lambda table: not table.kind)
    parts = [_table(table, text) for table in ours]
    if not any(table.kind for table in ours):
        parts.append(_kinds_taken(text))
    if check.faults:
        query = urlencode({"upload": check.upload_id, "lang": text.language})
        parts.append(
            f'<p><a class="download" href="{escape(f"/download/faults?{query}")}" target="_self">'
            f"{escape(text('upload.faults', n=words.count(len(check.faults))))}</a></p>"
        )
    st.html(f'<div class="understood">{"".join(parts)}</div>')


def _kinds_taken(text: Text) -> str:
    """Say which kinds of record are taken and by what they are known."""
    kinds = text("words.comma").join(text(f"kind.{kind}") for kind in read_kinds())
    return (
        f'<div class="fault"><b>{escape(text("upload.unknown"))}</b>'
        f'<div class="remedy">{escape(text("upload.unknown.remedy", kinds=kinds))}</div></div>'
    )
