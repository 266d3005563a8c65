"""Pages around the pages: the head and header of the app, the sign-in page, the page of refusal."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from coverage_map import pipeline
from coverage_map.maps import asset_address
from coverage_map.text import Text
from coverage_map.web import desk
from geodata.owners import read_owners

HTML_LANGUAGE = {"zh_CN": "zh-CN", "en": "en"}
# The framework's elements that every page shows.
ELEMENTS = ("Selectbox", "ButtonGroup", "Button", "Html", "ComponentInstance", "BidiComponent")
OTHER = {"zh_CN": "en", "en": "zh_CN"}


@cache
def _templates() -> jinja2.Environment:
    folder = str(files("coverage_map") / "assets" / "pages")
    return jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)


def _fill(template: str, text: Text, **values: object) -> str:
    return (
        _templates()
        .get_template(template)
        .render(
            text=text,
            asset=asset_address,
            html_language=HTML_LANGUAGE[text.language],
            other=OTHER[text.language],
            **values,
        )
    )


def render(template: str, text: Text, status: int = 200, **values: object) -> Response:
    """Return a page of our own from ``assets/pages``."""
    headers = {"cache-control": "no-store"}
    return HTMLResponse(_fill(template, text, **values), status, headers=headers)


def _modules_of(folder: Path, names: Iterable[str], seen: set[str]) -> set[str]:
    """Return modules and all they import, except those already seen."""
    for name in names:
        if name not in seen and (folder / name).is_file():
            seen.add(name)
            source = (folder / name).read_text(encoding="utf-8")
            _modules_of(folder, re.findall(r'(?:from|import)"\./([^"]+\.js)"', source), seen)
    return seen


@cache
def _early() -> str:
    """Return links that fetch early what the framework would only ask for once it needs it.

    Every page shows these elements; left alone their modules come in a second wave, after the
    first answer of the websocket. Names carry a hash of the framework's version, so they are
    looked up; an element that is not found is simply fetched later.
    """
    folder = Path(str(files(streamlit) / "static" / "static" / "js"))
    linked = set(re.findall(r"static/js/([^\"]+\.js)", _framework_page()))
    wanted = [path.name for stem in ELEMENTS for path in folder.glob(f"{stem}.*.js")]
    modules = sorted(_modules_of(folder, wanted, set(linked)) - linked)
    return "".join(f'<link rel="modulepreload" href="/static/js/{name}">' for name in modules)


@cache
def _framework_page() -> str:
    """Return the framework's own start page without its name, icon, font and agent's link."""
    folder = files(streamlit) / "static"
    page = (folder / "index.html").read_text(encoding="utf-8")
    page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    page = re.sub(r'<link\s+rel="(shortcut icon|service-desc)"[^>]*>', "", page)
    page = re.sub(r'<link\s+rel="preload"[^>]*as="font"[^>]*>', "", page)
    page = re.sub(r"<noscript>.*?</noscript>", "", page, flags=re.DOTALL)
    return re.sub(r"<title>.*?</title>", "", page, flags=re.DOTALL)


def name_organisation(actor: pipeline.Actor, text: Text) -> str:
    """Return what an actor's organisation is called."""
    owner = read_owners().get(actor.organisation)
    if owner is not None:
        return str(owner.name[text.language])
    if actor.areas:
        areas = pipeline.read_frame(desk.workspace(), actor).areas
        return text("owner.county", name=text("words.comma").join(areas["name"]))
    named = f"owner.{actor.organisation}"
    return text(named) if text.has(named) else actor.organisation


def _app_page(request: Request) -> Response:
    language = desk.language_of(request.query_params, request.cookies)
    text = Text(language)
    actor = request.state.actor
    head = _fill("head.html", text)
    header = _fill(
        "header.html", text, who=f"{name_organisation(actor, text)} · {text(f'role.{actor.role}')}"
    )
    page = (
        _framework_page()
        .replace('<html lang="en">', f'<html lang="{HTML_LANGUAGE[language]}">')
        .replace("<head>", f"<head>{head}{_early()}", 1)
        .replace("</body>", f"{header}</body>", 1)
    )
    response = HTMLResponse(page, headers={"cache-control": "no-store"})
    if "lang" in request.query_params:
        keep_language(response, language)
    return response


def keep_language(response: Response, language: str) -> None:
    """Remember a reader's language for the next visit."""
    response.set_cookie(
        desk.LANGUAGE_COOKIE, language, max_age=365 * 86400, samesite="lax", httponly=True
    )


async def show_app(request: Request) -> Response:
    """Show the app's page: the framework's script inside our own head and header."""
    return await run_in_threadpool(_app_page, request)
