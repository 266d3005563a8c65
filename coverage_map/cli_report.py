"""What the command line says of faults, imports and submissions."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd
import typer

from coverage_map import pipeline
from coverage_map.pipeline import CheckedTable, Question
from coverage_map.text import Text
from geodata.errors import Fault

SHOWN_ROWS = 10
SHOWN_CHANGES = 20


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


def _table(table: CheckedTable, text: Text) -> dict[str, Any]:
    return {
        "file": table.file,
        "sheet": table.sheet,
        "kind": table.kind or None,
        "reason": table.reason or None,
        "reason_said": text(f"reason.{table.reason}") if table.reason else None,
        "header_row": table.header_row,
        "header_rows": list(table.header_rows),
        "rows": table.rows,
        "columns": {match.field: match.header for match in table.columns},
        "columns_by": {match.field: match.how for match in table.columns},
        "suggested": {match.field: match.header for match in table.suggested},
        "profile": table.profile or None,
        "unmapped": list(table.unmapped),
        "crs": {
            "chosen": table.crs.chosen,
            "decided_by": table.crs.decided_by,
            "ground": table.crs.ground or None,
            "claimed": table.crs.claimed,
            "swapped": table.crs.swapped,
            "sampled": table.crs.sampled or None,
            "scores": [asdict(score) for score in table.crs.scores],
            "parts": [asdict(part) for part in table.crs.parts],
        },
        "matched": table.matched,
        "matched_by": table.matched_by,
        "to_review": len(table.queue),
        "taken": len(table.records),
        "questions": [
            {"code": q.code, "options": list(q.options), **dict(q.params)} for q in table.questions
        ],
        "faults": [describe_fault(fault, text) for fault in table.faults],
    }


def check_figures(
    file: str, tables: tuple[CheckedTable, ...], register: str, refusal: Fault | None, text: Text
) -> dict[str, Any]:
    """Return what was understood of a file as a JSON-ready mapping."""
    return {
        "file": file,
        "register": register or None,
        "refused": describe_fault(refusal, text) if refusal else None,
        "tables": [_table(table, text) for table in tables],
    }


def print_check(file: str, tables: tuple[CheckedTable, ...], text: Text) -> None:
    """Print what was understood of a file, what is asked, and its faults by cause."""
    typer.echo(file)
    for table in tables:
        typer.echo(f"  {table.sheet or table.file}: {_understood(table, text)}")
        if table.columns:
            pairs = (f"{_field(match.field, text)} ← {match.header}" for match in table.columns)
            typer.echo("    " + "  ".join(pairs))
        for question in table.questions:
            typer.echo("    " + _ask(table, question, text))
        for line in _group_faults(table.faults, text):
            typer.echo("    " + line)


def _field(name: str, text: Text) -> str:
    return text(f"field.{name}") if text.has(f"field.{name}") else name


def import_figures(outcome: pipeline.ImportOutcome, text: Text) -> dict[str, Any]:
    """Return what was understood and taken of a file as a JSON-ready mapping."""
    accepted = outcome.accepted
    return {
        "file": outcome.check.filename,
        "owner": outcome.check.owner,
        "upload": outcome.check.upload_id,
        "state": outcome.state,
        "earlier": asdict(outcome.check.earlier) if outcome.check.earlier else None,
        "repeated": outcome.repeated,
        "accepted": outcome.state == "accepted",
        "rows": dict(accepted.rows) if accepted else {},
        "changed_verdicts": len(accepted.changed) if accepted else 0,
        "tables": [_table(table, text) for table in outcome.check.tables],
    }


def print_import(outcome: pipeline.ImportOutcome, text: Text) -> None:
    """Print what was understood and taken of a file, what is asked, and its faults by cause."""
    earlier = outcome.check.earlier
    if outcome.repeated and earlier is not None:
        typer.echo(text("cli.import.repeated", **_earlier(earlier, text)))
        return
    print_check(outcome.check.filename, outcome.check.tables, text)
    if earlier is not None:
        typer.echo("  " + text("cli.import.earlier", **_earlier(earlier, text)))
    if outcome.accepted:
        changed = len(outcome.accepted.changed)
        taken = sum(outcome.accepted.rows.values())
        typer.echo("  " + text("cli.import.accepted", rows=taken, changed=changed))
        return
    if outcome.refusal is None:
        typer.echo("  " + text("cli.import.submitted", upload=outcome.check.upload_id))
        return
    typer.echo("  " + text("cli.import.refused"), err=True)
    typer.echo("  " + " ".join(text.fault(outcome.refusal)), err=True)


def _earlier(earlier: pipeline.EarlierUpload, text: Text) -> dict[str, str]:
    state = text(f"upload_state.{earlier.state}")
    when, name = earlier.received_at[:10], earlier.filename
    return {"when": when, "name": name, "state": state, "upload": earlier.upload_id}


def _understood(table: CheckedTable, text: Text) -> str:
    if not table.kind:
        return text(f"reason.{table.reason}")
    return text(
        "cli.import.table",
        kind=text(f"kind.{table.kind}"),
        rows=table.rows,
        taken=len(table.records),
        crs=table.crs.chosen or "—",
    )


def _ask(table: CheckedTable, question: Question, text: Text) -> str:
    """Say what is asked, what speaks for each answer, and how to answer on the command line."""
    scores = {score.crs: f" {score.inside}/{score.rows}" for score in table.crs.scores}
    options = [
        option + (scores.get(option, "") if question.code == "crs" else "")
        for option in question.options
    ]
    return text(
        f"cli.import.question.{question.code}",
        options="、".join(options) if text.language == "zh_CN" else ", ".join(options),
        field=question.params.get("field", ""),
    )


def _group_faults(faults: tuple[Fault, ...], text: Text) -> list[str]:
    """Return a line a cause: how many, the first in full, the rows of some more."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.severity, fault.code, fault.place.column), []).append(fault)
    lines = []
    for (severity, _, _), group in groups.items():
        message, remedy = text.fault(group[0])
        rows = [str(fault.place.row) for fault in group[1 : SHOWN_ROWS + 1]]
        more = (
            text("cli.import.rows", rows=" ".join(rows)) if any(r != "None" for r in rows) else ""
        )
        label = text(f"severity.{severity}")
        lines.append(f"[{label} × {len(group):,}] {message} → {remedy} {more}".rstrip())
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


def submission_figures(submission: pipeline.Submission) -> dict[str, Any]:
    """Return an upload and what happened to it as a JSON-ready mapping."""
    parts = {name: value for name, value in vars(submission).items() if name != "check"}
    check = submission.check
    rows = {kind: len(records) for kind, records in check.records.items()} if check else {}
    return {**parts, "rows": rows, "events": plain_rows(submission.events)}


def difference_figures(difference: pipeline.Difference | None) -> dict[str, Any] | None:
    """Return what an upload would change of its owner's records as a JSON-ready mapping."""
    if difference is None:
        return None
    return {**vars(difference), "records": plain_rows(difference.records)}


def accepted_figures(
    upload_id: str, rows: Mapping[str, int], changed: pd.DataFrame
) -> dict[str, Any]:
    """Return what accepting an upload changes as a JSON-ready mapping."""
    return {
        "upload": upload_id,
        "rows": dict(rows),
        "changed_verdicts": len(changed),
        "verdicts": plain_rows(changed),
    }


def change_lines(difference: pipeline.Difference, text: Text) -> list[str]:
    """Return a line a change of a record, the first so many."""
    lines = []
    for row in plain_rows(difference.records.head(SHOWN_CHANGES)):
        said = [text(f"change.{row['change']}"), text(f"kind.{row['kind']}")]
        said += [row["key"], row["name"]]
        if row["change"] == "moved":
            said.append(f"{row['moved_m']:,} m")
        if row["field"]:
            before, after = row["before"] or "—", row["after"] or "—"
            said.append(f"{_field(row['field'], text)}: {before} → {after}")
        lines.append("\t".join(said))
    more = len(difference.records) - SHOWN_CHANGES
    return [*lines, text("cli.more", n=more)] if more > 0 else lines


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as mappings, missing values as None."""
    plain = frame.astype("object")
    return [
        {str(name): value for name, value in row.items()}
        for row in plain.where(plain.notna(), None).to_dict("records")
    ]
