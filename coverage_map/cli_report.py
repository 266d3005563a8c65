"""What the command line says of imports, submissions and what they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from coverage_map import pipeline
from coverage_map.cli_check import field_name, print_check, table_figures
from coverage_map.text import Text

if TYPE_CHECKING:
    import pandas as pd

SHOWN_CHANGES = 20


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
        "tables": [table_figures(table, text) for table in outcome.check.tables],
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
            said.append(f"{field_name(row['field'], text)}: {before} → {after}")
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
