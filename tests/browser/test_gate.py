"""The gate from outside: nothing without a session, nothing for somebody else's."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def ask(server, path, *, cookie="", method="GET", headers=None, body=None):
    """Ask without following redirects; return status, headers, body."""
    parts = urlsplit(server)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    given = dict(headers or {})
    if cookie:
        given["Cookie"] = f"coverage_map_session={cookie}"
    connection.request(method, path, body=body, headers=given)
    response = connection.getresponse()
    answer = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return answer


def sign_in(server, account):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _ = ask(
        server, "/signin", method="POST", headers=form, body=f"account={account}&next=/gaps"
    )
    assert (status, headers["location"]) == (303, "/gaps")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    return cookie.split(";")[0].split("=", 1)[1]


@pytest.fixture
def session(server):
    return sign_in(server, "city")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/gaps",
        "/layers/0123456789abcdef.pmtiles",
        "/download/gaps?ending=.csv",
        "/_stcore/health",
        "/_stcore/host-config",
        "/_stcore/metrics",
        "/static/index.html",
        "/component/streamlit_folium.st_folium/index.html",
        "/media/anything",
    ],
)
def test_nothing_is_answered_without_a_session(server, path):
    assert ask(server, path)[0] == 401
    assert ask(server, path, cookie="made-up")[0] == 401
    status, headers, _ = ask(server, path, headers={"Accept": "text/html"})
    assert status == 303
    assert headers["location"].startswith("/signin?next=")


def test_the_websocket_is_refused_without_a_session(server, session):
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert ask(server, "/_stcore/stream", headers=handshake)[0] == 403
    parts = urlsplit(server)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={**handshake, "Cookie": f"coverage_map_session={session}"},
    )
    assert connection.getresponse().status == 101
    connection.close()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
def test_what_the_framework_tells_about_itself_is_closed_to_everyone(server, session, path):
    assert ask(server, path, cookie=session)[0] == 404


@pytest.mark.parametrize("path", ["/nosuch", "/gaps/", "/a/b"])
def test_a_page_there_is_none_of_leads_to_the_overview(server, session, path):
    status, headers, _ = ask(server, path, cookie=session, headers={"Accept": "text/html"})
    assert (status, headers["location"]) == (303, "/")


def test_page_templates_are_no_assets(server):
    assert ask(server, "/assets/app.css")[0] == 200
    assert ask(server, "/assets/pages/header.html")[0] == 404
    assert ask(server, "/assets/../text.py")[0] in (400, 404)


def test_signing_out_ends_the_session_at_once(server):
    token = sign_in(server, "cmcc")
    assert ask(server, "/", cookie=token)[0] == 200
    ask(server, "/signout", cookie=token)
    assert ask(server, "/", cookie=token)[0] == 401


def test_signing_in_refuses_other_sites_names_and_destinations(server):
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def post(body, **headers):
        return ask(server, "/signin", method="POST", headers={**form, **headers}, body=body)

    assert post("account=city", Origin="http://evil.example")[0] == 403
    assert post("account=city", Host="evil.example")[0] == 403
    assert "set-cookie" not in post("account=nobody")[1]
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        assert post(f"account=city&next={elsewhere}")[1]["location"] == "/"


def test_layers_come_by_range_to_whoever_signed_in(server, session, workspace_folder):
    from coverage_map import pipeline

    workspace = pipeline.open_workspace(workspace_folder)
    layer = pipeline.boundary_layer(workspace, pipeline.local_actor(workspace))
    path = f"/layers/{layer.hash}.pmtiles"
    status, headers, body = ask(server, path, cookie=session, headers={"Range": "bytes=0-126"})
    assert (status, len(body), body[:7]) == (206, 127, b"PMTiles")
    assert "immutable" in headers["cache-control"]
    assert ask(server, f"/layers/{'0' * 64}.pmtiles", cookie=session)[0] == 404
    assert ask(server, "/layers/..%2f..%2fledger.pmtiles", cookie=session)[0] in (400, 404)


def test_a_download_is_made_for_the_one_who_asks(server, session):
    path = "/download/gaps?indicator=mobile_4g&operator=cmcc&ending=.geojson"
    own = sign_in(server, "cmcc")
    whole, mine = ask(server, path, cookie=session), ask(server, path, cookie=own)
    assert (whole[0], mine[0]) == (200, 200)
    assert "attachment" in whole[1]["content-disposition"]
    assert json.loads(mine[2])["type"] == "FeatureCollection"
    # A carrier asking for another's verdicts is refused in words, not with an empty file.
    refused = ask(server, path.replace("cmcc", "unicom"), cookie=own)
    assert refused[0] in (400, 403)
    assert b"unicom" in refused[2]
    assert ask(server, "/download/gaps?ending=.exe", cookie=session)[0] == 400
