"""What the command line says of a checked file: as JSON, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from coverage_map import pipeline
from coverage_map.text import Text
from geodata.errors import Fault

if TYPE_CHECKING:  # heavy; the command line answers without them where it can
    from coverage_map.pipeline import CheckedTable, Question
    from geodata.ingest.report import ColumnMatch

SHOWN_ROWS = 10


def describe_fault(fault: Fault, text: Text) -> dict[str, Any]:
    """Return a fault as a JSON-ready mapping, with its sentence and remedy."""
    message, remedy = text.fault(fault)
    place = fault.place
    return {
        "code": fault.code,
        "severity": fault.severity,
        "file": place.file,
        "sheet": place.sheet,
        "row": place.row,
        "column": place.column,
        "value": place.value,
        "message": message,
        "remedy": remedy,
    }


def _groups(faults: Iterable[Fault], text: Text) -> list[dict[str, Any]]:
    """Return faults by cause: how many rows, which are the first, what is wrong, the remedy."""
    groups = []
    for group in pipeline.group_faults(faults):
        sentence, remedy = text.fault(group.faults[0])
        groups.append(
            {
                "code": group.code,
                "level": group.severity,
                "column": group.column or None,
                "count": len(group.faults),
                "rows": len(group.rows),
                "first_rows": list(group.rows[:SHOWN_ROWS]),
                "sentence": sentence,
                "remedy": remedy,
            }
        )
    return groups


def state_of(table: CheckedTable) -> str:
    """Say where a table stands: none of ours, waiting for an answer, refused, or ready.

    Refused is a table of which nothing can be taken for a reason that holds for the whole of it.
    """
    if table.questions or not table.kind:
        return "waiting" if table.questions else "none"
    whole = any(f.severity == "error" and f.place.row is None for f in table.faults)
    return "refused" if whole and table.records.empty else "ready"


def table_figures(table: CheckedTable, text: Text, *, registered: bool = True) -> dict[str, Any]:
    """Return what was understood of a table as a JSON-ready mapping.

    ``registered``: there was a register to match with.
    """
    return {
        "file": table.file,
        "sheet": table.sheet,
        "kind": table.kind or None,
        "reason": table.reason or None,
        "reason_said": text(f"reason.{table.reason}") if table.reason else None,
        "state": state_of(table),
        "header_row": table.header_row,
        "header_rows": list(table.header_rows),
        "rows": table.rows,
        "columns": {match.field: match.header for match in table.columns},
        "columns_by": {match.field: match.how for match in table.columns},
        "suggested": {match.field: match.header for match in table.suggested},
        "profile": table.profile or None,
        "unmapped": list(table.unmapped),
        "crs": _crs(table, text, registered=registered),
        "matched": table.matched,
        "matched_by": table.matched_by,
        "to_review": len(table.queue),
        "good": len(table.records),
        "taken": len(table.records) if table.ready else 0,
        "questions": [
            {"code": q.code, "options": list(q.options), **_options_said(q, text), **dict(q.params)}
            for q in table.questions
        ],
        "fault_groups": _groups(table.faults, text),
        "faults": [describe_fault(fault, text) for fault in table.faults],
    }


def _options_said(question: Question, text: Text) -> dict[str, list[str]]:
    """Return the systems that a question offers in words, as bare codes tell a person nothing."""
    if question.code != "crs":
        return {}
    return {"options_said": [_system(option, text) for option in question.options]}


def _system(crs: str, text: Text) -> str:
    """Return a system in words with the code that answers."""
    name = f"crs.{crs}"
    return f"{text(name)} = {crs}" if text.has(name) else crs


def _crs(table: CheckedTable, text: Text, *, registered: bool) -> dict[str, Any]:
    """Return the choice of a system; where nothing could be scored a score has no share."""
    crs = table.crs
    scores = [asdict(score) for score in crs.scores]
    if not registered:
        scores = [{**score, "share": None} for score in scores]
    return {
        "chosen": crs.chosen,
        "decided_by": crs.decided_by,
        "ground": crs.ground or None,
        "claimed": crs.claimed,
        "swapped": crs.swapped,
        "sampled": crs.sampled or None,
        "scores": scores,
        "parts": [asdict(part) for part in crs.parts],
        "said": _crs_said(table, text, registered=registered),
    }


def _crs_said(table: CheckedTable, text: Text, *, registered: bool) -> str | None:
    """Say in a sentence what was found of the system, None where there are no positions."""
    crs = table.crs
    if crs.chosen:
        ground = text(f"ground.{crs.ground}" if crs.ground else f"decided.{crs.decided_by}")
        name = f"crs.{crs.chosen}"
        return text("upload.crs", crs=text(name) if text.has(name) else crs.chosen, ground=ground)
    if not crs.scores:
        return None
    named = any(score.rows for score in crs.scores)
    said = "cli.crs.no_register" if not registered else "cli.crs.open" if named else "cli.crs.near"
    return text(said, scores=_scores(table, text))


def _scores(table: CheckedTable, text: Text) -> str:
    """Return how each hypothesis did: rows in the area they name, else the share near the area."""
    said = [
        f"{score.crs} {score.inside}/{score.rows}"
        if score.rows
        else f"{score.crs} {100 * score.share:.1f}%"
        for score in table.crs.scores
    ]
    return text("words.comma").join(said)


def check_figures(
    file: str, tables: tuple[CheckedTable, ...], register: str, refusal: Fault | None, text: Text
) -> dict[str, Any]:
    """Return what was understood of a file as a JSON-ready mapping."""
    return {
        "file": file,
        "register": register or None,
        "refused": describe_fault(refusal, text) if refusal else None,
        "tables": [table_figures(table, text, registered=bool(register)) for table in tables],
    }


def print_check(
    file: str, tables: tuple[CheckedTable, ...], text: Text, *, registered: bool = True
) -> None:
    """Print what was understood of a file, what is asked, and its faults by cause."""
    typer.echo(file)
    for table in tables:
        typer.echo(f"  {table.sheet or table.file}{text('words.colon')}{_understood(table, text)}")
        for line in _column_lines(table, text, registered=registered):
            typer.echo("    " + line)
        for question in table.questions:
            typer.echo("    " + _ask(table, question, text, registered=registered))
        for line in _fault_lines(table.faults, text):
            typer.echo("    " + line)


def _column_lines(table: CheckedTable, text: Text, *, registered: bool) -> list[str]:
    """Return where the header is, which column is which field and how that is known, the rest."""
    lines = []
    if table.header_row is not None:
        lines.append(text("cli.check.header", row=table.header_row))
    asked = {str(question.params.get("field", "")) for question in table.questions}
    sure = [match for match in table.columns if match.field not in asked]
    open_ones = [match for match in table.columns if match.field in asked]
    if sure:
        lines.append("  ".join(_pair(match, text) for match in sure))
    maybe = [f"{field_name(m.field, text)} ← {m.header}?" for m in (*open_ones, *table.suggested)]
    listed = text("words.comma")
    if maybe:
        lines.append(text("cli.check.suggested", columns=listed.join(maybe)))
    if table.kind and table.unmapped:
        lines.append(text("cli.check.unmapped", columns=listed.join(table.unmapped)))
    if table.crs.scores and registered:
        lines.append(text("cli.check.scores", scores=_scores(table, text)))
    return lines


def _pair(match: ColumnMatch, text: Text) -> str:
    """Return a field and its column; how it is known where that is not its header."""
    how = "" if match.how == "alias" else f" [{text(f'cli.check.how.{match.how}')}]"
    return f"{field_name(match.field, text)} ← {match.header}{how}"


def field_name(name: str, text: Text) -> str:
    """Return a field in words."""
    return text(f"field.{name}") if text.has(f"field.{name}") else name


def _understood(table: CheckedTable, text: Text) -> str:
    if not table.kind:
        return text(f"reason.{table.reason}")
    parts = [text(f"kind.{table.kind}"), text("cli.check.rows", n=table.rows)]
    if table.questions:
        parts.append(text("cli.check.waiting"))
    else:
        parts.append(text("cli.check.good", n=len(table.records)))
        if table.crs.chosen:
            parts.append(text("cli.check.crs", crs=table.crs.chosen))
    if table.matched:
        parts.append(text("cli.check.matched", n=table.matched))
    return " · ".join(parts)


def _ask(table: CheckedTable, question: Question, text: Text, *, registered: bool) -> str:
    """Say what is asked, what speaks for each answer, and how to answer on the command line."""
    options = text("words.comma").join(question.options)
    if question.code == "crs":
        options = text("words.comma").join(_system(option, text) for option in question.options)
        said = _crs_said(table, text, registered=registered) or ""
        return text("cli.import.question.crs", said=said, options=options)
    field = str(question.params.get("field", ""))
    name = field_name(field, text)
    return text(
        f"cli.import.question.{question.code}", options=options or "—", field=field, name=name
    )


def _fault_lines(faults: Iterable[Fault], text: Text) -> list[str]:
    """Return a line a cause: how many, the first in full, the rows of some more."""
    lines = []
    for group in pipeline.group_faults(faults):
        message, remedy = text.fault(group.faults[0])
        rows = " ".join(str(row) for row in group.rows[1 : SHOWN_ROWS + 1])
        all_said = len(group.rows) <= SHOWN_ROWS + 1
        said = "cli.check.rows_too" if all_said else "cli.check.rows_too_and_more"
        more = text(said, rows=rows) if rows else ""
        label = text(f"severity.{group.severity}")
        lines.append(f"[{label} × {len(group.faults):,}] {message} → {remedy} {more}".rstrip())
    return lines


def describe_place(fault: Fault, text: Text) -> str:
    """Return where a fault stands, in words."""
    place = fault.place
    parts = [place.sheet]
    if place.row is not None:
        parts.append(text("place.row", row=place.row))
    if place.column:
        parts.append(text("place.column", column=place.column))
    return " ".join(part for part in parts if part)
