"""The way in and out: a chooser of demo accounts for people on this machine, an opaque cookie."""

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from coverage_map import pipeline
from coverage_map.text import Text
from coverage_map.web import desk
from coverage_map.web.shell import keep_language, name_organisation, render
from geodata.owners import read_owners

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_local(request: Request) -> bool:
    """Say whether a request comes from this machine and names it, under whatever spelling."""
    client = request.client.host if request.client else ""
    return client in LOOPBACK and (request.url.hostname or "") in LOOPBACK


def safe_next(wanted: str) -> str:
    """Return a path of this app to go on to; anything that leads elsewhere becomes the start."""
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not parts.scheme and not parts.netloc
    return wanted if inside and "\\" not in wanted else "/"


def _describe(account: pipeline.Actor, text: Text) -> dict[str, str]:
    """Return an account as the chooser shows it: who, in which group, what it sees."""
    group = "owners" if account.organisation in read_owners() else "office"
    return {
        "name": account.account,
        "title": name_organisation(account, text),
        "sees": text(f"signin.sees.{account.role}"),
        "group": group,
        "group_name": text(f"signin.group.{group}"),
    }


def _page(request: Request, status: int = 200, refused: str = "") -> Response:
    language = desk.language_of(request.query_params, request.cookies)
    text = Text(language)
    accounts = pipeline.list_accounts(desk.workspace()) if is_local(request) else []
    wanted = safe_next(request.query_params.get("next", "/"))
    response = render(
        "signin.html",
        text,
        status=status,
        accounts=[_describe(account, text) for account in accounts],
        refused=refused or ("" if is_local(request) else text("signin.only_here")),
        next=wanted,
    )
    if "lang" in request.query_params:
        keep_language(response, language)
    return response


async def show_signin(request: Request) -> Response:
    """Show the sign-in page."""
    return await run_in_threadpool(_page, request)


async def take_signin(request: Request) -> Response:
    """Sign in as the chosen demo account and go on to where the person wanted to be."""
    origin = request.headers.get("origin")
    same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    text = Text(desk.language_of(request.query_params, request.cookies))
    if not (is_local(request) and same):
        return await run_in_threadpool(_page, request, 403, text("signin.only_here"))
    form = await request.form()
    remote = request.client.host if request.client else ""
    account = str(form.get("account", ""))
    token = await run_in_threadpool(pipeline.sign_in, desk.workspace(), account, remote)
    response = RedirectResponse(safe_next(str(form.get("next", "/"))), status_code=303)
    response.set_cookie(desk.SESSION_COOKIE, token, httponly=True, samesite="lax", path="/")
    return response


async def sign_out(request: Request) -> Response:
    """End the session in the ledger, so that it is over everywhere at once."""
    token = request.cookies.get(desk.SESSION_COOKIE, "")
    if token:
        await run_in_threadpool(pipeline.sign_out, desk.workspace(), token)
    response = RedirectResponse("/signin", status_code=303)
    response.delete_cookie(desk.SESSION_COOKIE, path="/")
    return response
