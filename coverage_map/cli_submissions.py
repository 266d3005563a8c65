"""The commands on what was handed in: list, submit, accept, withdraw, send back.

Each is registered by ``cli``; an upload is named by its id or the beginning of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coverage_map import pipeline
from coverage_map.cli_options import (
    WORKSPACE,
    AsAccount,
    Column,
    Crs,
    Folder,
    Full,
    Json,
    KindOfRecord,
    Partial,
    open_as,
    print_json,
    read_columns,
    run_long,
    text,
)
from coverage_map.cli_report import (
    SHOWN_CHANGES,
    accepted_figures,
    change_lines,
    difference_figures,
    plain_rows,
    submission_figures,
)
from geodata.errors import StoreError
from geodata.owners import read_owners

if TYPE_CHECKING:
    import pandas as pd

PLACE = ("area", "township", "name")  # what tells where a unit lies
Id = Annotated[str, typer.Argument(metavar="ID", help=text("cli.upload_id"))]


def _find(workspace: pipeline.Workspace, actor: pipeline.Actor, given: str) -> str:
    """Return the one upload within sight whose id begins as given."""
    ids = pipeline.read_submissions(workspace, actor)["id"]
    found = [str(upload) for upload in ids if given and str(upload).startswith(given.lower())]
    if len(found) != 1:
        raise StoreError("upload_unknown", upload=given[:80])
    return found[0]


def list_submissions(
    upload: Annotated[str, typer.Argument(metavar="[ID]", help=text("cli.upload_id"))] = "",
    workspace: Folder = WORKSPACE,
    *,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """List what was handed in, or say all there is to say of one upload."""
    opened, actor = open_as(workspace, account, "submissions")
    if upload:
        _show(opened, actor, _find(opened, actor, upload), as_json=as_json)
        return
    figures = plain_rows(pipeline.read_submissions(opened, actor))
    if as_json:
        print_json(figures)
        return
    for row in figures:
        line = [row["id"], _when(row["received_at"]), row["owner"]]
        typer.echo("\t".join([*line, text(f"upload_state.{row['state']}"), row["filename"]]))


def _show(
    opened: pipeline.Workspace, actor: pipeline.Actor, upload_id: str, *, as_json: bool
) -> None:
    submission = pipeline.read_submission(opened, actor, upload_id)
    difference = None
    if submission.check is not None:
        difference = pipeline.read_difference(opened, actor, upload_id)
    if as_json:
        figures = submission_figures(submission)
        print_json({**figures, "difference": difference_figures(difference)})
        return
    typer.echo(f"{submission.filename}  {text(f'upload_state.{submission.state}')}")
    for event in plain_rows(submission.events):
        said = [event["account"], text(f"upload_state.{event['state']}"), event["note"]]
        typer.echo("  " + "  ".join([_when(event["at"]), *said]))
    if difference is None:
        return
    typer.echo("  " + text("cli.submissions.difference", **_counts(difference)))
    for line in change_lines(difference, text):
        typer.echo("    " + line)


def _when(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _counts(difference: pipeline.Difference) -> dict[str, int]:
    names = ("added", "removed", "moved", "changed", "unchanged")
    return {name: getattr(difference, name) for name in names}


def submit(
    upload: Id,
    workspace: Folder = WORKSPACE,
    *,
    crs: Crs = "",
    kind: KindOfRecord = "",
    column: Column = None,
    partial: Partial = False,
    full: Full = False,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Submit a draft to the city, answering what it asks."""
    opened, actor = open_as(workspace, account, "submit")
    answers = pipeline.make_answers(crs=crs, kind=kind, columns=read_columns(column or []))
    upload_id = _find(opened, actor, upload)
    args = {"upload_id": upload_id, "answers": answers and answers.to_json()}
    run_long(opened, actor, "submit", {**args, "partial": partial, "full": full})
    _say(pipeline.read_submission(opened, actor, upload_id), as_json=as_json)


def accept(
    upload: Id,
    workspace: Folder = WORKSPACE,
    *,
    preview: Annotated[bool, typer.Option("--preview", help=text("cli.accept.preview"))] = False,
    partial: Partial = False,
    full: Full = False,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Accept an upload, or say which verdicts that would change."""
    opened, actor = open_as(workspace, account, "preview" if preview else "accept")
    upload_id = _find(opened, actor, upload)
    rows: Mapping[str, int] = {}
    if preview:
        args = pipeline.preview_args(opened, actor, upload_id, full=full or None)
        left = run_long(opened, actor, "preview", args)
        changed = pipeline.changes_of(opened, left)
    else:
        args = {"upload_id": upload_id, "partial": partial, "full": full}
        accepted = pipeline.accepted_of(opened, run_long(opened, actor, "accept", args))
        changed, rows = accepted.changed, accepted.rows
    if as_json:
        figures = accepted_figures(upload_id, rows, changed)
        print_json({**figures, "accepted": not preview})
        return
    if preview:
        typer.echo(text("cli.accept.would", changed=len(changed)))
    else:
        typer.echo(text("cli.import.accepted", rows=sum(rows.values()), changed=len(changed)))
    _print_verdicts(changed, pipeline.unit_places(opened, actor))


def _print_verdicts(changed: pd.DataFrame, places: pd.DataFrame) -> None:
    """Print a line a verdict: where, of what, whose, from what to what; the first so many."""
    for row in plain_rows(changed.head(SHOWN_CHANGES)):
        states = [text(f"state.{state}") for state in (row["before"], row["after"]) if state]
        said = [text(f"indicator.{row['indicator']}"), text(f"test.{row['test']}")]
        said += [_operator(row["operator"]), " → ".join(states)]
        typer.echo("  " + "\t".join([_subject(row, places), *said]))
    if len(changed) > SHOWN_CHANGES:
        typer.echo("  " + text("cli.more", n=len(changed) - SHOWN_CHANGES))


def _subject(row: Mapping[str, Any], places: pd.DataFrame) -> str:
    """Name whom a verdict is about: township, unit, and what of the unit, with the code."""
    code = str(row["unit_code"])
    steps = places.loc[code, list(PLACE)].astype("str") if code in places.index else ()
    return " ".join([*steps, row["subject_code"]])


def _operator(code: str) -> str:
    """Return an operator's name; "any" and none have words of their own."""
    owner = read_owners().get(code)
    return owner.name[text.language] if owner else text(f"operator.{code or 'none'}")


def withdraw(
    upload: Id,
    workspace: Folder = WORKSPACE,
    *,
    note: Annotated[str, typer.Option("--note", help=text("cli.withdraw.note"))] = "",
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Take an upload back before it is accepted."""
    opened, actor = open_as(workspace, account, "submit")
    upload_id = _find(opened, actor, upload)
    _say(pipeline.withdraw_upload(opened, actor, upload_id, note), as_json=as_json)


def send_back(
    upload: Id,
    reason: Annotated[str, typer.Option("--reason", help=text("cli.send-back.reason"))],
    workspace: Folder = WORKSPACE,
    *,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Give a submitted upload back to its owner with the reasons."""
    opened, actor = open_as(workspace, account, "accept")
    upload_id = _find(opened, actor, upload)
    _say(pipeline.send_back(opened, actor, upload_id, reason), as_json=as_json)


def _say(submission: pipeline.Submission, *, as_json: bool) -> None:
    if as_json:
        print_json(submission_figures(submission))
        return
    typer.echo(f"{submission.filename}  {text(f'upload_state.{submission.state}')}")


COMMANDS: Mapping[str, Callable[..., Any]] = {
    "submissions": list_submissions,
    "submit": submit,
    "accept": accept,
    "withdraw": withdraw,
    "send-back": send_back,
}
