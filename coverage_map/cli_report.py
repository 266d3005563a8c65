"""What the command line says of faults and imports."""

from typing import Any

import typer

from coverage_map import pipeline
from coverage_map.pipeline import CheckedTable
from coverage_map.text import Text
from geodata.errors import Fault

SHOWN_FAULTS = 20


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
        "reason": table.reason,
        "header_row": table.header_row,
        "rows": table.rows,
        "columns": {match.field: match.header for match in table.columns},
        "unmapped": list(table.unmapped),
        "crs": {
            "chosen": table.crs.chosen,
            "decided_by": table.crs.decided_by,
            "claimed": table.crs.claimed,
            "scores": [
                {"crs": s.crs, "inside": s.inside, "rows": s.rows, "share": s.share}
                for s in table.crs.scores
            ],
        },
        "taken": len(table.records),
        "questions": [
            {"code": q.code, "options": list(q.options), **dict(q.params)} for q in table.questions
        ],
        "faults": [describe_fault(fault, text) for fault in table.faults],
    }


def import_figures(outcome: pipeline.ImportOutcome, text: Text) -> dict[str, Any]:
    """Return what was understood and taken of a file as a JSON-ready mapping."""
    accepted = outcome.accepted
    return {
        "file": outcome.check.filename,
        "owner": outcome.check.owner,
        "accepted": accepted is not None,
        "rows": dict(accepted.rows) if accepted else {},
        "changed_verdicts": len(accepted.changed) if accepted else 0,
        "tables": [_table(table, text) for table in outcome.check.tables],
    }


def print_import(outcome: pipeline.ImportOutcome, text: Text) -> None:
    """Print what was understood and taken of a file, and its first faults."""
    typer.echo(outcome.check.filename)
    for table in outcome.check.tables:
        name = f"  {table.sheet or table.file}: "
        if not table.kind:
            typer.echo(name + text(f"reason.{table.reason}"))
            continue
        typer.echo(
            name
            + text(
                "cli.import.table",
                kind=text(f"kind.{table.kind}"),
                rows=table.rows,
                taken=len(table.records),
                crs=table.crs.chosen or "—",
            )
        )
        for question in table.questions:
            typer.echo("    " + text(f"cli.import.question.{question.code}"), err=True)
    faults = outcome.check.faults
    for fault in faults[:SHOWN_FAULTS]:
        message, remedy = text.fault(fault)
        typer.echo(f"    {describe_place(fault, text)} {message} {remedy}", err=True)
    if len(faults) > SHOWN_FAULTS:
        typer.echo("    " + text("cli.import.more", n=len(faults) - SHOWN_FAULTS), err=True)
    if outcome.accepted:
        changed = len(outcome.accepted.changed)
        taken = sum(outcome.accepted.rows.values())
        typer.echo("  " + text("cli.import.accepted", rows=taken, changed=changed))
    else:
        typer.echo("  " + text("cli.import.refused"), err=True)


def describe_place(fault: Fault, text: Text) -> str:
    """Return where a fault stands, in words."""
    place = fault.place
    parts = [place.sheet]
    if place.row is not None:
        parts.append(text("place.row", row=place.row))
    if place.column:
        parts.append(text("place.column", column=place.column))
    return " ".join(part for part in parts if part)
