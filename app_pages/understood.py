"""What was understood of a file: kind, columns, coordinates, faults with their remedies."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app_pages import words
from coverage_map.pipeline import CheckedTable, CrsScore, Question, UploadCheck, group_faults
from coverage_map.text import Text
from geodata.errors import Fault
from geodata.records import read_kinds

MOST_PLACES = 8
MOST_SCORES = 6
MOST_GROUPS = 6  # causes shown at once
FEW_OTHERS = 3  # tables that are none of ours shown at once
MOST_TAKEN = 200  # rows shown of those that likeness took
TAKEN = ("row", "said", "unit", "code", "how", "sure")
MOST_SAID = 24  # characters of a value that are shown


def steps(text: Text) -> str:
    """Return what happens after a file is chosen; the empty state of the page."""
    items = "".join(f"<li>{escape(text(f'upload.step.{n}'))}</li>" for n in range(1, 5))
    return f'<div class="notes"><h3>{escape(text("upload.steps"))}</h3><ol>{items}</ol></div>'


def ask(question: Question, table: CheckedTable, text: Text) -> str:
    """Return a question in words, with the sheet it is about."""
    params = {**question.params, "field": field_name(str(question.params.get("field", "")), text)}
    part = ".part" if question.params.get("part") else ""
    said = text(f"question.{question.code}{part}", **params)
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


def _matches(table: CheckedTable, text: Text, names: Mapping[str, str]) -> str:
    """Return in which ways the rows' villages were found, most frequent first, and what was taken.

    Rows that likeness took are told one by one, those that are least sure first.
    """
    ways = table.matched_by
    if not ways:
        return ""
    lines = "".join(
        f'<tr><td>{escape(text(f"how.{way}"))}</td><td class="number">{words.count(rows)}</td></tr>'
        for way, rows in ways.items()
    )
    said = text("upload.matched_by", n=words.count(sum(ways.values())))
    return (
        f'<details><summary>{escape(said)}</summary><table class="small">{lines}</table></details>'
        f"{_taken(table, text, names)}"
    )


def _taken(table: CheckedTable, text: Text, names: Mapping[str, str]) -> str:
    """Return a table of the rows whose words are not the register's, and what was taken."""
    told = [fault for fault in table.faults if fault.code == "unit_taken"]
    if not told:
        return ""
    told.sort(key=lambda fault: float(fault.params["sure"]))
    rows = "".join(
        f"<tr><td>{fault.place.row}</td><td>{escape(fault.place.value)}</td>"
        f"<td>{escape(names.get(str(fault.params['code']), str(fault.params['unit'])))}</td>"
        f"<td>{escape(str(fault.params['code']))}</td>"
        f"<td>{escape(text('how.' + str(fault.params['how'])))}</td>"
        f'<td class="number">{fault.params["sure"]}%</td></tr>'
        for fault in told[:MOST_TAKEN]
    )
    heads = "".join(f"<th>{escape(text(f'taken.{name}'))}</th>" for name in TAKEN)
    more = ""
    if len(told) > MOST_TAKEN:
        rest = text("taken.more", n=words.count(len(told) - MOST_TAKEN))
        more = f'<p class="hint">{escape(rest)}</p>'
    said = text("upload.taken_by_likeness", n=words.count(len(told)))
    return (
        f"<details><summary>{escape(said)}</summary>"
        f'<table class="small"><tr>{heads}</tr>{rows}</table>{more}</details>'
    )


def field_name(name: str, text: Text) -> str:
    """Return a field in words."""
    return text(f"field.{name}") if text.has(f"field.{name}") else name


def _crs(table: CheckedTable, text: Text) -> str:
    """Return the coordinate system, on what ground, and how the others would have done."""
    choice = table.crs
    if not choice.chosen and not choice.scores:
        return ""
    ground = _ground(choice.decided_by, choice.ground, text)
    lines = _scores(choice.scores, text)
    for part in choice.parts:
        part_words = {"part": part.label, "rows": words.count(part.rows)}
        head = text("upload.part_open", **part_words)
        if part.chosen:
            system = option("crs", text, part.chosen)
            ground_words = _ground(part.decided_by, part.ground, text)
            head = text("upload.part", crs=system, ground=ground_words, **part_words)
        lines += f'<tr><th colspan="2">{escape(head)}</th></tr>{_scores(part.scores, text)}'
    # Where nothing decides there is no ground to name either.
    said = text("upload.crs_undecided")
    if choice.chosen:
        said = text("upload.crs", crs=option("crs", text, choice.chosen), ground=ground)
    if choice.sampled:
        looked = escape(text("upload.sampled", n=words.count(choice.sampled)))
        lines += f'<tr><td colspan="2">{looked}</td></tr>'
    return (
        f"<details><summary>{escape(said)}</summary>"
        f'<table class="small"><tr><th>{escape(text("upload.hypothesis"))}</th>'
        f'<th class="number">{escape(text("upload.in_place"))}</th></tr>{lines}</table></details>'
    )


def _ground(decided_by: str, ground: str, text: Text) -> str:
    """Return on what ground a system was taken: the evidence itself where there was some."""
    return text(f"ground.{ground}" if ground else f"decided.{decided_by}")


def _scores(scores: Sequence[CrsScore], text: Text) -> str:
    """Return a line a hypothesis: how many rows fall into the area that they name.

    Where no row names one, the share that lies near the city is all there is to say.
    """
    lines = ""
    for score in scores[:MOST_SCORES]:
        name = option("crs", text, score.crs) + (text("upload.swapped") if score.swapped else "")
        said = f"{words.count(score.inside)} / {words.count(score.rows)}"
        if not score.rows:
            said = text("upload.near", share=f"{100 * score.share:.1f}")
        lines += f'<tr><td>{escape(name)}</td><td class="number">{escape(said)}</td></tr>'
    return lines


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
    """Return where a fault stands within its table; a column is named where it has no value."""
    place = fault.place
    parts = [text("upload.row", n=place.row)] if place.row is not None else []
    if place.value:
        parts.append(text("words.quoted", said=place.value[:MOST_SAID]))
    elif place.column:
        parts.append(place.column)
    km = fault.params.get("km")
    if isinstance(km, int | float):
        parts.append(words.distance(1000 * km))
    return " ".join(parts)


def _faults(table: CheckedTable, text: Text) -> str:
    """Return the faults grouped by what they are: how many, where the first stand, the remedy."""
    parts = []
    # What likeness took stands in a table of its own; it is nothing that is wrong.
    for group in group_faults(fault for fault in table.faults if fault.code != "unit_taken"):
        severity, faults = group.severity, group.faults
        sentence, remedy = text.fault(faults[0])
        several = len(faults) > 1
        head = text(f"severity.{severity}")
        if several:
            head = text(f"upload.count.{severity}", n=words.count(len(faults)))
            sentence = text("upload.such", said=sentence)
        said = [place for one in faults[1:MOST_PLACES] if (place := _place(one, text))]
        if len(faults) > MOST_PLACES:
            said.append(text("upload.more", n=words.count(len(faults) - MOST_PLACES)))
        places = ""
        if several and said:
            also = text("upload.also", places=text("words.comma").join(said))
            places = f'<div class="places">{escape(also)}</div>'
        parts.append(
            f'<div class="fault {severity}"><b>{escape(head)}</b> {escape(sentence)}'
            f'<div class="remedy">{escape(remedy)}</div>{places}</div>'
        )
    if len(parts) <= MOST_GROUPS:
        return "".join(parts)
    more = text("upload.more_causes", n=len(parts) - MOST_GROUPS)
    return (
        f"{''.join(parts[:MOST_GROUPS])}<details><summary>{escape(more)}</summary>"
        f"{''.join(parts[MOST_GROUPS:])}</details>"
    )


def show_table(
    check: UploadCheck, table: CheckedTable, text: Text, names: Mapping[str, str]
) -> None:
    """Show what was understood of a table; ``names`` says what units are called, by code."""
    facts = [
        text(f"kind.{table.kind}"),
        text("upload.rows", n=words.count(table.rows)),
        text("upload.waiting_answer")
        if table.questions
        else text("upload.good", n=words.count(len(table.records))),
    ]
    if table.bad_rows:
        facts.append(text("upload.bad", n=words.count(table.bad_rows)))
    if len(table.records):
        county = read_kinds()[table.kind].subject == "area"
        said = "upload.matched_county" if county else "upload.matched"
        facts.append(words.many(said, table.matched, text))
    if table.header_row is not None:
        facts.append(text("upload.header_row", n=table.header_row))
    known = ""
    if table.profile:
        said = text("upload.profile", name=table.profile)
        known = f'<p class="known">{escape(said)}</p>'
    title = table.sheet or table.file
    same = len(check.tables) == 1 and table.file == check.filename and not table.sheet
    head = "" if same else f"<h4>{escape(title)}</h4>"
    st.html(
        f'<section class="read understood">{head}'
        f"<p>{escape(' · '.join(facts))}</p>{known}{_columns(table, text)}{_crs(table, text)}"
        f"{_matches(table, text, names)}"
        f"{_faults(table, text)}</section>"
    )


def show_others(check: UploadCheck, text: Text) -> None:
    """Show the tables that are none of ours with the reason; say what is taken if all are."""
    others = [table for table in check.tables if not table.kind]
    lines = "".join(
        f"<li><b>{escape(table.sheet or table.file)}</b>"
        f" {escape(text(f'reason.{table.reason}'))}</li>"
        for table in others
    )
    if others:
        said = words.many("upload.others", len(others), text)
        whole = len(others) == len(check.tables) or len(others) <= FEW_OTHERS
        st.html(
            f'<details class="read none understood" {"open" if whole else ""}>'
            f"<summary>{escape(said)}</summary><ul>{lines}</ul></details>"
        )
    if len(others) == len(check.tables):
        st.html(f'<div class="understood">{_kinds_taken(text)}</div>')
    if check.faults:
        query = urlencode({"upload": check.upload_id, "lang": text.language})
        said = words.many("upload.faults", len(check.faults), text)
        st.html(
            f'<a class="download" href="{escape(f"/download/faults?{query}")}" target="_self">'
            f"{escape(said)}</a>"
        )


def _kinds_taken(text: Text) -> str:
    """Say which kinds of record are taken and by what they are known."""
    kinds = text("words.comma").join(text(f"kind.{kind}") for kind in read_kinds())
    return (
        f'<div class="fault"><b>{escape(text("upload.unknown"))}</b>'
        f'<div class="remedy">{escape(text("upload.unknown.remedy", kinds=kinds))}</div></div>'
    )
