"""The commands on files: say what is understood of them, import them, write an empty one.

Each is registered by ``cli``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from coverage_map import pipeline
from coverage_map.cli_check import check_figures, print_check
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
    show_progress,
    text,
)
from coverage_map.cli_report import import_figures, print_import
from geodata.errors import FileRefusedError


def check(
    files: Annotated[list[Path], typer.Argument(help=text("cli.check.files"))],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help=text("cli.check.workspace"))
    ] = None,
    *,
    owner: Annotated[str, typer.Option("--owner", help=text("cli.import.owner"))] = "",
    crs: Crs = "",
    kind: KindOfRecord = "",
    column: Column = None,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Say what is understood of files; nothing is stored, and no workspace is needed."""
    pipeline.require_files(files)
    opened = actor = None
    register = ""
    if workspace is not None or pipeline.is_workspace(WORKSPACE):
        opened, actor = open_as(workspace or WORKSPACE, account, "check" if owner else "status")
        register = pipeline.read_status(opened, actor).register_version
    answers = pipeline.make_answers(crs=crs, kind=kind, columns=read_columns(column or []))
    results: list[dict[str, Any]] = []
    refused = False
    for file in files:
        tables: tuple[pipeline.CheckedTable, ...] = ()
        refusal = None
        try:
            content = pipeline.read_upload(file)
            tables = pipeline.try_file(opened, actor, owner, file.name, content, answers)
        except FileRefusedError as error:
            refused, refusal = True, error.fault
        results.append(check_figures(file.name, tables, register, refusal, text))
        if as_json:
            continue
        if refusal is None:
            print_check(file.name, tables, text, registered=bool(register))
        else:
            typer.echo(f"{file.name}\n  " + "\n  ".join(text.fault(refusal)), err=True)
    if as_json:
        print_json(results[0] if len(results) == 1 else results)
    if refused:
        raise typer.Exit(1)


def import_files(
    files: Annotated[list[Path], typer.Argument(help=text("cli.import.files"))],
    owner: Annotated[str, typer.Option("--owner", help=text("cli.import.owner"))],
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
    """Import carriers' files; a file with faults goes in only with ``--partial``.

    The city's are accepted at once; an owner's are submitted and wait for the city.
    """
    pipeline.require_files(files)
    opened, actor = open_as(workspace, account, "submit")
    columns = read_columns(column or [])
    results: list[dict[str, Any]] = []
    refused = False
    for file in files:
        with show_progress() as progress:
            outcome = pipeline.import_file(
                opened,
                actor,
                owner,
                file,
                crs=crs,
                kind=kind,
                columns=columns,
                partial=partial,
                full=full,
                progress=progress,
            )
        refused |= outcome.refusal is not None
        results.append(import_figures(outcome, text))
        if not as_json:
            print_import(outcome, text)
    if as_json:
        print_json(results[0] if len(results) == 1 else results)
    if refused:
        raise typer.Exit(1)


def template(
    kind: Annotated[str, typer.Argument(help=text("cli.template.kind"))],
    out: Annotated[Path | None, typer.Option("--out", "-o", help=text("cli.template.out"))] = None,
) -> None:
    """Write an empty list of a kind of record; by default into this folder."""
    name, content = pipeline.make_template(kind, language=text.language)
    path = out or Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    typer.echo(text("cli.template.done", out=path))


COMMANDS: Mapping[str, Callable[..., Any]] = {
    "check": check,
    "import": import_files,
    "template": template,
}
