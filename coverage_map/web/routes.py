"""Routes of our own: public assets, tiles and hill-shading, downloads made for the one who asks."""

from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from coverage_map import pipeline
from coverage_map.text import Text
from coverage_map.web import desk, shell, signin
from geodata.errors import CoverageMapError, NotAllowedError

# The pages of the app; each is the framework's one page inside our header. The overview is "/".
PAGES = ("", "gaps", "sharing", "assets", "settlements", "upload", "export")
# A layer's address holds its content hash: it never changes under an address.
FOREVER = "private, max-age=31536000, immutable"
HASH_LENGTHS = range(8, 129)


class Assets(StaticFiles):
    """Public files of the product; those asked for by version never change under it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file; page templates are not files to be had."""
        if path.startswith("pages"):
            return PlainTextResponse("", status_code=404)
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if versioned else "public, max-age=3600"
        )
        return response


def _is_hash(name: str) -> bool:
    return len(name) in HASH_LENGTHS and name.isalnum()


def _send_layer(request: Request) -> Response:
    name = request.path_params["name"]
    if not _is_hash(name):
        return PlainTextResponse("", status_code=404)
    try:
        path = pipeline.layer_path(desk.workspace(), request.state.actor, name)
    except CoverageMapError:
        # Not there and not allowed look alike from outside.
        return PlainTextResponse("", status_code=404)
    media = "image/png" if path.suffix == ".png" else "application/vnd.pmtiles"
    return FileResponse(path, media_type=media, headers={"cache-control": FOREVER})


async def send_layer(request: Request) -> Response:
    """Send a layer, whole or by range, to whoever may see it."""
    return await run_in_threadpool(_send_layer, request)


def _send_changes(request: Request) -> Response:
    try:
        places = pipeline.changed_places(
            desk.workspace(), request.state.actor, request.path_params["job"]
        )
    except CoverageMapError:
        # Not there and not allowed look alike from outside.
        return PlainTextResponse("", status_code=404)
    return JSONResponse(places, headers={"cache-control": FOREVER})


def _send_structures(request: Request) -> Response:
    area = request.path_params["area"]
    try:
        places = pipeline.asset_places(desk.workspace(), request.state.actor, area)
    except CoverageMapError:
        # Not there and not allowed look alike from outside.
        return PlainTextResponse("", status_code=404)
    return JSONResponse(places, headers={"cache-control": FOREVER})


async def send_structures(request: Request) -> Response:
    """Send where an area's assets are to whoever may see them; the address tells their state."""
    return await run_in_threadpool(_send_structures, request)


async def send_changes(request: Request) -> Response:
    """Send where the records of a difference are to whoever may see the job that found it."""
    return await run_in_threadpool(_send_changes, request)


def _send_file(make: Callable[[Path], Path], text: Text) -> Response:
    """Make a file in a folder of its own, send it and take the folder away."""
    folder = TemporaryDirectory(prefix="coverage-map-")
    try:
        path = make(Path(folder.name))
    except CoverageMapError as error:
        folder.cleanup()
        title, remedy = text.fault(error.fault)
        status = 403 if isinstance(error, NotAllowedError) else 400
        return shell.render("refused.html", text, status, title=title, remedy=remedy)
    headers = {"cache-control": "no-store"}
    after = BackgroundTask(folder.cleanup)
    return FileResponse(path, filename=path.name, headers=headers, background=after)


def _send_gaps(request: Request) -> Response:
    query, actor = request.query_params, request.state.actor
    text = Text(desk.language_of(query, request.cookies))
    area, indicator = query.get("area", ""), query.get("indicator") or None
    workspace = desk.workspace()

    def make(folder: Path) -> Path:
        name = pipeline.export_name(
            workspace,
            actor,
            area,
            indicator,
            language=text.language,
            encoding=query.get("encoding") or None,
        )
        return pipeline.export_gaps(
            workspace,
            actor,
            folder / f"{name}.{query.get('ending', '')}",
            area,
            indicator,
            query.get("operator") or None,
            language=text.language,
            encoding=query.get("encoding") or None,
        )

    return _send_file(make, text)


def _send_sharing(request: Request) -> Response:
    query, actor = request.query_params, request.state.actor
    text = Text(desk.language_of(query, request.cookies))
    area, indicator = query.get("area", ""), query.get("indicator") or None
    workspace = desk.workspace()

    def make(folder: Path) -> Path:
        name = pipeline.export_name(workspace, actor, area, indicator, language=text.language)
        return pipeline.export_sharing(
            workspace,
            actor,
            folder / f"{name}_{text('page.sharing')}.xlsx",
            area,
            indicator,
            query.get("operator") or None,
            language=text.language,
        )

    return _send_file(make, text)


def _send_faults(request: Request) -> Response:
    query = request.query_params
    text = Text(desk.language_of(query, request.cookies))

    def make(folder: Path) -> Path:
        written = pipeline.write_faults(
            desk.workspace(),
            request.state.actor,
            query.get("upload", ""),
            language=text.language,
        )
        path = folder / f"{text('faults.file_name')}.csv"
        # Spreadsheets take a CSV for UTF-8 only when a byte order mark says so.
        path.write_text(written, encoding="utf-8-sig", newline="")
        return path

    return _send_file(make, text)


def _send_template(request: Request) -> Response:
    query = request.query_params
    text = Text(desk.language_of(query, request.cookies))

    def make(folder: Path) -> Path:
        name, content = pipeline.make_template(query.get("kind", ""), language=text.language)
        path = folder / name
        path.write_bytes(content)
        return path

    return _send_file(make, text)


async def send_template(request: Request) -> Response:
    """Send an empty list of a kind of record."""
    return await run_in_threadpool(_send_template, request)


def _send_returned(request: Request) -> Response:
    query = request.query_params
    text = Text(desk.language_of(query, request.cookies))

    def make(folder: Path) -> Path:
        name, content = pipeline.return_upload(
            desk.workspace(),
            request.state.actor,
            query.get("upload", ""),
            language=text.language,
        )
        made = Path(name)
        path = folder / f"{made.stem}_{text('returned.title')}{made.suffix}"
        path.write_bytes(content)
        return path

    return _send_file(make, text)


async def send_returned(request: Request) -> Response:
    """Send an upload with its faults marked to whoever may see the upload."""
    return await run_in_threadpool(_send_returned, request)


async def send_faults(request: Request) -> Response:
    """Send all faults of an upload as CSV to whoever may see the upload."""
    return await run_in_threadpool(_send_faults, request)


async def send_gaps(request: Request) -> Response:
    """Make the gap file one asks for and send it, bound to the session that asks."""
    return await run_in_threadpool(_send_gaps, request)


async def send_sharing(request: Request) -> Response:
    """Make the sharing list and send it, bound to the session that asks."""
    return await run_in_threadpool(_send_sharing, request)


async def go_to_overview(request: Request) -> Response:
    """Send a person who typed the overview's name to where it is, filters and all."""
    return RedirectResponse(request.url.replace(path="/"), status_code=307)


def own_routes() -> list[BaseRoute]:
    """Return every route of our own, in the order they are tried."""
    with as_file(files("coverage_map") / "assets") as folder:
        assets = Assets(directory=folder, follow_symlink=False)
    return [
        Mount("/assets", assets),
        Route("/signin", signin.show_signin, methods=["GET"]),
        Route("/signin", signin.take_signin, methods=["POST"]),
        Route("/signout", signin.sign_out, methods=["GET"]),
        Route("/layers/{name}.pmtiles", send_layer, methods=["GET", "HEAD"]),
        Route("/hillshade/{name}.png", send_layer, methods=["GET", "HEAD"]),
        Route("/changes/{job}.json", send_changes, methods=["GET"]),
        Route("/structures/{area}.json", send_structures, methods=["GET"]),
        Route("/download/gaps", send_gaps, methods=["GET"]),
        Route("/download/sharing", send_sharing, methods=["GET"]),
        Route("/download/faults", send_faults, methods=["GET"]),
        Route("/download/template", send_template, methods=["GET"]),
        Route("/download/returned", send_returned, methods=["GET"]),
        Route("/overview", go_to_overview, methods=["GET"]),
        *(Route(f"/{page}", shell.show_app, methods=["GET"]) for page in PAGES),
    ]
