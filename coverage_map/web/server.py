"""Serve the app: the Streamlit script as an ASGI application behind the gate, under uvicorn."""

import logging
import os
import threading
import tomllib
import webbrowser
from functools import cache
from html import escape
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from streamlit import config

from coverage_map import pipeline
from coverage_map.text import Text
from coverage_map.web import desk
from coverage_map.web.gate import Gate
from coverage_map.web.routes import own_routes
from geodata.errors import CoverageMapError

logger = logging.getLogger(__name__)


def configure() -> None:
    """Set the framework as ``streamlit.toml`` says."""
    settings = tomllib.loads((files(__package__) / "streamlit.toml").read_text(encoding="utf-8"))
    for section, options in settings.items():
        for name, value in options.items():
            config.set_option(f"{section}.{name}", value)


def find_script() -> Path:
    """Return the entry script, which lies beside the package of pages."""
    spec = find_spec("app_pages")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("app_pages")
    return Path(spec.origin).parent.parent / "app.py"


def show_error(error: Exception) -> bool:
    """Log what went wrong in a page and show our own sentence instead of a traceback."""
    cookies = st.context.cookies.to_dict()
    text = Text(desk.language_of(st.query_params.to_dict(), cookies))
    if isinstance(error, CoverageMapError):
        sentence, remedy = text.fault(error.fault)
    else:
        logger.error("a page failed", exc_info=error)
        sentence, remedy = text("shell.failed"), text("shell.failed.remedy")
    st.html(
        f'<div class="fault refusal" role="alert"><b>{escape(sentence)}</b>'
        f'<div class="remedy">{escape(remedy)}</div></div>'
    )
    return True


@cache
def build_app() -> st.App:
    """Return the application: our routes first, the gate before everything."""
    configure()
    return st.App(
        find_script(),
        routes=own_routes(),
        middleware=[Middleware(Gate)],
        on_script_error=show_error,
    )


def warm_up() -> None:
    """Read what the first page needs before the first person asks for it."""
    pipeline.load()
    pipeline.warm_up()
    workspace = desk.workspace()
    actor = pipeline.local_actor(workspace)
    try:
        pipeline.read_overview(workspace, actor)
        units = pipeline.unit_names(workspace, actor)
        pipeline.read_card(workspace, actor, str(units.index[0]))
        pipeline.read_gaps(workspace, actor)
    except CoverageMapError as error:
        # An empty workspace has nothing to read; its pages say so themselves.
        logger.info("nothing to read ahead: %s", error)
    pipeline.start_worker()


def serve(
    workspace: Path, host: str = "127.0.0.1", port: int = 8501, *, open_browser: bool = False
) -> None:
    """Serve a workspace's app until it is stopped."""
    os.environ[desk.FOLDER] = str(Path(workspace).resolve())
    desk.workspace()
    threading.Thread(target=warm_up, daemon=True).start()
    if open_browser:
        opener = threading.Timer(1.5, webbrowser.open, [f"http://{host}:{port}/"])
        opener.daemon = True
        opener.start()
    uvicorn.run(build_app(), host=host, port=port, log_level="warning", access_log=False)
