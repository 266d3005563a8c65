"""Making a workspace: empty, or with the sample city's register, terrain and carriers' files."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from coverage_map.pipeline.actors import Actor, local_actor
from coverage_map.pipeline.evaluate import evaluate, every_scope
from coverage_map.pipeline.imports import check_upload
from coverage_map.pipeline.layers import TERRAIN, make_layers
from coverage_map.pipeline.submissions import store_upload
from coverage_map.pipeline.workspace import (
    Workspace,
    close_workspace,
    create_workspace,
    is_workspace,
    open_workspace,
    save_raster,
    save_register,
)
from geodata.errors import StoreError, UsageError
from geodata.ingest import Answers, TableAnswer
from geodata.register import read_register

Progress = Callable[[str, int, int], None]
SAMPLE_QUARTER = "2023Q4"


def _quiet(_message: str, _done: int, _total: int) -> None:
    """Show no progress."""


def init_workspace(folder: Path, *, sample: bool = True, progress: Progress = _quiet) -> Workspace:
    """Make a workspace; with ``sample`` the city is built, its files imported, verdicts computed.

    The folder appears whole or not at all: it is made beside its place and renamed. What an
    attempt that broke off left there is cleared away.

    Raises:
        StoreError: ``workspace_exists``; ``workspace_folder`` where the folder cannot be made.
        UsageError: ``folder_not_empty``.
    """
    if is_workspace(folder):
        raise StoreError("workspace_exists", folder=folder.name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("folder_not_empty", folder=str(folder))
    draft = folder.resolve().parent / f".{folder.resolve().name}.unfinished"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        workspace = create_workspace(draft, demo=sample, quarter=SAMPLE_QUARTER)
        if sample:
            _load_sample(workspace, progress)
        close_workspace(workspace)
        draft.replace(folder)
    except OSError as error:
        raise StoreError("workspace_folder", folder=str(folder)) from error
    return open_workspace(folder)


def _load_sample(workspace: Workspace, progress: Progress) -> None:
    from geodata.sample import build_sample

    with TemporaryDirectory() as name:
        built = Path(name)
        progress("progress.sample", 0, 1)
        build_sample(built)
        progress("progress.register", 0, 1)
        save_register(workspace, read_register(built / "register"))
        save_raster(workspace, TERRAIN, built / "terrain.tif")
        actor = local_actor(workspace)
        _import_uploads(workspace, actor, built, progress)
    progress("progress.layer", 0, 1)
    make_layers(workspace)
    every = every_scope()
    for done, scope in enumerate(every):
        progress("progress.evaluate", done, len(every))
        evaluate(workspace, scope)


def _import_uploads(workspace: Workspace, actor: Actor, built: Path, progress: Progress) -> None:
    """Import the sample's files as a person would: questions are answered, bad rows left out."""
    uploads = json.loads((built / "uploads.json").read_text(encoding="utf-8"))
    for done, upload in enumerate(uploads):
        progress("progress.import", done, len(uploads))
        content = (built / "uploads" / upload["owner"] / upload["file"]).read_bytes()
        answers = Answers(
            {sheet or "*": TableAnswer(**answer) for sheet, answer in upload["answers"].items()}
        )
        check = check_upload(workspace, actor, upload["owner"], upload["file"], content, answers)
        store_upload(workspace, actor, check, partial=True)
