"""The command line: one command a verb of the pipeline.

Exit status: 0 done, 1 refused (the sentence and its remedy go to standard error), 2 usage.
"""

from __future__ import annotations

import logging
import socket
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, TypedDict

import typer

from coverage_map import cli_agreed, cli_files, cli_jobs, cli_submissions, pipeline
from coverage_map.cli_check import describe_place
from coverage_map.cli_options import (
    WORKSPACE,
    AsAccount,
    Folder,
    Json,
    open_as,
    print_json,
    show_progress,
    text,
)
from geodata.errors import CoverageMapError, UsageError

app = typer.Typer(
    name="coverage-map",
    help=text("cli.help"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Area = Annotated[str, typer.Option("--area", help=text("cli.area"))]
Indicator = Annotated[str, typer.Option("--indicator", help=text("cli.indicator"))]
Operator = Annotated[str, typer.Option("--operator", help=text("cli.operator"))]
Encoding = Annotated[str, typer.Option("--encoding", help=text("cli.encoding"))]


class Asked(TypedDict):
    """Which gaps are meant; None leaves the choice to the pipeline."""

    area: str
    indicator: str | None
    operator: str | None


def _asked(area: str, indicator: str, operator: str) -> Asked:
    return {"area": area, "indicator": indicator or None, "operator": operator or None}


@app.command(help=text("cli.init.help"))
def init(
    workspace: Folder = WORKSPACE,
    *,
    empty: Annotated[bool, typer.Option("--empty", help=text("cli.init.empty"))] = False,
    as_json: Json = False,
) -> None:
    """Make a workspace, with the sample city loaded unless ``--empty``."""
    with show_progress() as progress:
        made = pipeline.init_workspace(workspace, sample=not empty, progress=progress)
    if as_json:
        print_json(_status(made, pipeline.local_actor(made)))
    else:
        typer.echo(text("cli.init.done", folder=workspace))


def _status(workspace: pipeline.Workspace, actor: pipeline.Actor) -> dict[str, Any]:
    status = pipeline.read_status(workspace, actor)
    return {
        "quarter": status.quarter,
        "register": status.register_version,
        "units": status.units,
        "administrative_villages": status.administrative_villages,
        "urban_communities": status.urban_communities,
        "other_units": status.other_units,
        "records": dict(status.records),
        "verdicts": {name: dict(states) for name, states in status.verdicts.items()},
    }


@app.command(help=text("cli.status.help"))
def status(
    workspace: Folder = WORKSPACE, *, account: AsAccount = "", as_json: Json = False
) -> None:
    """Print what the workspace holds and what follows from it."""
    opened, actor = open_as(workspace, account, "status")
    figures = _status(opened, actor)
    if as_json:
        print_json(figures)
        return
    typer.echo(text("cli.status.register", **figures))
    for kind, count in figures["records"].items():
        typer.echo(f"  {text(f'kind.{kind}')}  {count:,}")
    for indicator, states in figures["verdicts"].items():
        parts = "  ".join(f"{text(f'state.{state}')} {n:,}" for state, n in states.items())
        typer.echo(f"  {text(f'indicator.{indicator}')}  {parts}")


for name, command in {
    **cli_files.COMMANDS,
    **cli_submissions.COMMANDS,
    **cli_agreed.COMMANDS,
    **cli_jobs.COMMANDS,
}.items():
    app.command(name=name, help=text(f"cli.{name}.help"))(command)


@app.command(help=text("cli.gaps.help"))
def gaps(
    out: Annotated[Path | None, typer.Option("--out", "-o", help=text("cli.gaps.out"))] = None,
    workspace: Folder = WORKSPACE,
    *,
    indicator: Indicator = "",
    operator: Operator = "",
    area: Area = "",
    encoding: Encoding = "",
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Write the gap list; the ending of ``--out`` picks the format."""
    opened, actor = open_as(workspace, account, "gaps")
    asked = _asked(area, indicator, operator)
    found = pipeline.read_gaps(opened, actor, **asked)
    if out is not None:
        pipeline.export_gaps(
            opened,
            actor,
            out,
            **asked,
            language=text.language,
            encoding=encoding or None,
        )
    if as_json:
        print_json(_gap_figures(found, out))
    elif out is not None:
        typer.echo(text("cli.gaps.written", n=len(found), out=out))
    else:
        for row in found.itertuples():
            steps = [row.area_name, row.township_name, row.unit_name, row.subject_name]
            name = " ".join(step for step in dict.fromkeys(steps) if step)
            typer.echo(f"{text(f'indicator.{row.indicator}')}\t{name}\t{row.people}")


def _gap_figures(found: Any, out: Path | None) -> dict[str, Any]:
    by_indicator = found.groupby("indicator")
    return {
        "gaps": len(found),
        "units": int(found["unit_code"].nunique()),
        "by_indicator": {
            str(name): {"gaps": len(rows), "people": int(rows["people"].sum())}
            for name, rows in by_indicator
        },
        "out": str(out) if out else None,
    }


@app.command(help=text("cli.sharing.help"))
def sharing(
    workspace: Folder = WORKSPACE,
    *,
    out: Annotated[Path | None, typer.Option("--out", "-o", help=text("cli.sharing.out"))] = None,
    indicator: Indicator = "",
    operator: Operator = "",
    area: Area = "",
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """List what stands near enough to gaps to be shared, and possible duplicate builds."""
    opened, actor = open_as(workspace, account, "sharing")
    asked = _asked(area, indicator, operator)
    found = pipeline.read_sharing(opened, actor, **asked)
    if out is not None:
        pipeline.export_sharing(
            opened,
            actor,
            out,
            **asked,
            language=text.language,
        )
    if as_json:
        print_json(
            {
                "gaps": len(found.gaps),
                "gaps_with_opportunity": int(found.opportunities["gap_id"].nunique()),
                "opportunities": len(found.opportunities),
                "duplicates": len(found.duplicates),
                "out": str(out) if out else None,
            }
        )
        return
    typer.echo(
        text(
            "cli.sharing.summary",
            gaps=len(found.gaps),
            with_opportunity=int(found.opportunities["gap_id"].nunique()),
            opportunities=len(found.opportunities),
            duplicates=len(found.duplicates),
        )
    )


@app.command(help=text("cli.export.help"))
def export(
    out: Annotated[Path, typer.Option("--out", "-o", help=text("cli.export.out"))],
    workspace: Folder = WORKSPACE,
    *,
    formats: Annotated[str, typer.Option("--formats", help=text("cli.export.formats"))] = "",
    indicator: Indicator = "",
    operator: Operator = "",
    area: Area = "",
    encoding: Encoding = "",
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Write the gap map into a folder, in every format or in those named."""
    opened, actor = open_as(workspace, account, "export")
    asked = _asked(area, indicator, operator)
    endings = [e.strip().lstrip(".") for e in formats.split(",") if e.strip()]
    written = []
    for ending in endings:
        if ending not in pipeline.export_formats():
            raise UsageError(
                "format_not_offered", ending=ending, offered=" ".join(pipeline.export_formats())
            )
    with show_progress() as progress:
        wanted = endings or list(pipeline.export_formats())
        for done, ending in enumerate(wanted):
            progress("progress.export", done, len(wanted))
            name = pipeline.export_name(
                opened,
                actor,
                area=area,
                indicator=indicator or None,
                language=text.language,
                encoding=encoding or None,
            )
            path = pipeline.export_gaps(
                opened,
                actor,
                out / f"{name}.{ending}",
                **asked,
                language=text.language,
                encoding=encoding or None,
            )
            written.append(str(path))
    if as_json:
        print_json({"written": written})
    else:
        for name in written:
            typer.echo(name)


@app.command(help=text("cli.serve.help"))
def serve(
    workspace: Folder = WORKSPACE,
    *,
    host: Annotated[str, typer.Option(help=text("cli.serve.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=text("cli.serve.port"))] = 8501,
    sample: Annotated[bool, typer.Option("--sample", help=text("cli.serve.sample"))] = False,
    open_browser: Annotated[bool, typer.Option("--open", help=text("cli.serve.open"))] = False,
) -> None:
    """Serve the app; with ``--sample`` a missing workspace is made first."""
    from coverage_map.web.server import serve as serve_app

    if sample and not pipeline.is_workspace(workspace):
        typer.echo(text("cli.serve.building"), err=True)
        with show_progress() as progress:
            pipeline.init_workspace(workspace, sample=True, progress=progress)
    pipeline.open_workspace(workspace)
    _check_port(host, port)
    typer.echo(text("cli.serve.at", address=f"http://{host}:{port}"), err=True)
    logging.basicConfig(level=logging.WARNING)
    serve_app(workspace, host=host, port=port, open_browser=open_browser)


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError("port_taken", port=port, host=host) from error


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("xuchang-coverage-map"))
        raise typer.Exit


@app.callback()
def options(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", help=text("cli.version"), callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Take what holds for every command."""


# Refusals of what was typed rather than of what was handed in.
USAGE_CODES = {"export_format", "export_encoding", "account_unknown", "upload_unknown"}


def main() -> None:
    """Run the command line; a refusal becomes a sentence, its remedy and exit status 1 or 2."""
    # What fails inside is told as a refusal; the server alone keeps a log beside.
    logging.getLogger("coverage_map").addHandler(logging.NullHandler())
    try:
        app()
    except CoverageMapError as error:
        message, remedy = text.fault(error.fault)
        typer.echo(f"{describe_place(error.fault, text)} {message}\n{remedy}".strip(), err=True)
        usage = isinstance(error, UsageError) or error.fault.code in USAGE_CODES
        sys.exit(2 if usage else 1)


if __name__ == "__main__":
    main()
