"""Verbs for the tests of jobs; a worker process imports them by name."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.workspace import Workspace
from geodata.errors import Place, TableRefusedError
from geodata.store.engine import DATABASE_VARIABLE


def in_database(database: str, function: Callable[..., None], *args: object) -> None:
    """Call a function with the ledger's database of one test; the worker serves them all."""
    os.environ[DATABASE_VARIABLE] = database
    function(*args)


def count(
    workspace: Workspace, actor: Actor, args: Mapping[str, Any], progress: Any
) -> Mapping[str, Any]:
    """Count to ``to``, saying so."""
    for step in range(args["to"]):
        progress("progress.count", step + 1, args["to"])
    return {"counted": args["to"], "who": actor.account, "role": actor.role, "pid": os.getpid(),
            "folder": str(workspace.folder)}  # fmt: skip


def wait(
    workspace: Workspace, actor: Actor, args: Mapping[str, Any], progress: Any
) -> Mapping[str, Any]:
    """Report until told to stop, at most 60 s; a file says that it began."""
    Path(args["began"]).touch()
    for step in range(600):
        progress("progress.wait", step, 600)
        time.sleep(0.1)
    return {}


def refuse(
    workspace: Workspace, actor: Actor, args: Mapping[str, Any], progress: Any
) -> Mapping[str, Any]:
    """Fail with a fault."""
    raise TableRefusedError("upload_has_faults", Place(file="站址.xlsx", row=7), faults=3)


def crash(
    workspace: Workspace, actor: Actor, args: Mapping[str, Any], progress: Any
) -> Mapping[str, Any]:
    """Fail with a mistake of the programmer's."""
    return {"x": 1 / args["zero"]}


def die(
    workspace: Workspace, actor: Actor, args: Mapping[str, Any], progress: Any
) -> Mapping[str, Any]:
    """Take the whole process down, as the kernel does when memory runs out."""
    os._exit(9)
