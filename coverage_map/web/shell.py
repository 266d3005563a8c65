"""Pages around the pages: the head and header of the app, the sign-in page, the page of refusal."""

import re
from functools import cache
from importlib.resources import files

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
    return text(f"owner.{actor.organisation}")


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
        .replace("<head>", f"<head>{head}", 1)
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
