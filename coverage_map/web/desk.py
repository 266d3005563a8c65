"""What a request and a run of a page both need: the open workspace, the cookies, the language."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from coverage_map import pipeline
from coverage_map.text import DEFAULT_LANGUAGE, one_of

SESSION_COOKIE = "coverage_map_session"
LANGUAGE_COOKIE = "coverage_map_language"
# The folder the server was started for; pages run in the server's own process.
FOLDER = "COVERAGE_MAP_WORKSPACE"


@cache
def workspace() -> pipeline.Workspace:
    """Return the workspace this server was started for, opened once."""
    return pipeline.open_workspace(Path(os.environ[FOLDER]))


def find_actor(cookies: Mapping[str, str]) -> pipeline.Actor | None:
    """Return who asks, looked up in the ledger each time; None without a valid session."""
    token = cookies.get(SESSION_COOKIE, "")
    return pipeline.actor_of(workspace(), token) if token else None


def language_of(query: Mapping[str, str], cookies: Mapping[str, str]) -> str:
    """Return the language of an address, else of the reader's last choice, else Chinese."""
    return one_of(query.get("lang") or cookies.get(LANGUAGE_COOKIE) or DEFAULT_LANGUAGE)
