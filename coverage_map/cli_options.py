"""What the commands of the command line share: options, opening, printing, progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from coverage_map import pipeline
from coverage_map.text import Text, one_of
from geodata.errors import UsageError

LANGUAGE_VARIABLE = "COVERAGE_MAP_LANGUAGE"
text = Text(one_of(os.environ.get(LANGUAGE_VARIABLE, "zh_CN")))

Folder = Annotated[Path, typer.Option("--workspace", "-w", help=text("cli.workspace"))]
AsAccount = Annotated[str, typer.Option("--as", help=text("cli.as"))]
Json = Annotated[bool, typer.Option("--json", help=text("cli.json"))]
Crs = Annotated[str, typer.Option("--crs", help=text("cli.import.crs"))]
KindOfRecord = Annotated[str, typer.Option("--kind", help=text("cli.import.kind"))]
Column = Annotated[list[str] | None, typer.Option("--column", help=text("cli.import.column"))]
Partial = Annotated[bool, typer.Option("--partial", help=text("cli.import.partial"))]
Full = Annotated[bool, typer.Option("--full", help=text("cli.import.full"))]

WORKSPACE = Path("workspace")


@contextmanager
def show_progress() -> Iterator[Callable[[str, int, int], None]]:
    """Give a progress callback that draws a bar on a terminal and nothing elsewhere."""
    shown = sys.stderr.isatty()
    with tqdm(total=0, disable=not shown, leave=False, file=sys.stderr) as bar:

        def advance(message: str, done: int, total: int) -> None:
            bar.total, bar.n = total, done
            bar.set_description(text(message), refresh=True)

        yield advance


def run_long(
    workspace: pipeline.Workspace, actor: pipeline.Actor, verb: str, args: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Do a long verb here, as a job that others see and may stop; return its result."""
    with show_progress() as progress:
        return pipeline.run_here(workspace, actor, verb, args, progress)


def open_as(folder: Path, account: str, verb: str) -> tuple[pipeline.Workspace, pipeline.Actor]:
    """Open a workspace in the name of an account, "" for the person at the command line.

    What the account may not do at all is refused at once, before what it takes is imported.
    """
    workspace = pipeline.open_workspace(folder)
    actor = pipeline.local_actor(workspace, account or None)
    pipeline.allow(actor, verb)
    return workspace, actor


def print_json(value: Any) -> None:
    """Print a value as JSON, Chinese as it is."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def read_columns(given: list[str]) -> dict[str, str]:
    """Read ``field=header`` pairs; UsageError ``column_answer`` when one is none."""
    pairs = [pair.partition("=") for pair in given]
    for field, equals, _ in pairs:
        if not equals or not field:
            raise UsageError("column_answer", given=field)
    return {field: header for field, _, header in pairs}
