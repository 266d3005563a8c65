"""Middleware over every path and the websocket: nobody passes without a session of the ledger."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from coverage_map.web import desk
from coverage_map.web.routes import PAGES

Message = MutableMapping[str, Any]
Next = Callable[[Message], Awaitable[None]]

# Public files of the product, and the way in.
OPEN = ("/assets/", "/signin", "/signout")
# What Streamlit answers to anyone and nobody here needs: names of functions, agents, log-in.
CLOSED = (
    "/_stcore/metrics",
    "/_stcore/agent",
    "/_stcore/script-health-check",
    "/auth/",
    "/oauth2",
)
# What is there beside our pages; any other address a person types leads to the overview.
BESIDE = (
    "/_stcore/",
    "/component/",
    "/media/",
    "/static/",
    "/layers/",
    "/hillshade/",
    "/download/",
)
# Told to the browser with every answer; the only frame is our own map.
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
)
POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1


class Gate:
    """Let through whoever has a session; send the others to the sign-in page or away."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide about one request or one websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "http":
            send = _with_headers(send)
        connection = HTTPConnection(scope)
        path = scope["path"]
        if path.startswith(OPEN):
            await self.app(scope, receive, send)
            return
        actor = await run_in_threadpool(desk.find_actor, connection.cookies)
        if actor is not None and not path.startswith(CLOSED):
            if scope["type"] == "http" and _is_lost(connection):
                await RedirectResponse("/", status_code=303)(scope, receive, send)
                return
            scope.setdefault("state", {})["actor"] = actor
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await _refuse(connection, known=actor is not None)(scope, receive, send)


def _is_lost(connection: HTTPConnection) -> bool:
    """Say whether a person asks for a page there is none of."""
    path = connection.scope["path"]
    if "text/html" not in connection.headers.get("accept", "") or path.startswith(BESIDE):
        return False
    return path.removeprefix("/") not in PAGES and path != "/overview"


def _refuse(connection: HTTPConnection, *, known: bool) -> Response:
    """Return where a refused request is sent: people to the sign-in page, programs nowhere."""
    if known:
        return PlainTextResponse("", status_code=404)
    if "text/html" in connection.headers.get("accept", ""):
        wanted = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
        return RedirectResponse(f"/signin?next={quote(wanted, safe='')}", status_code=303)
    return PlainTextResponse("", status_code=401)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return send_with_headers
