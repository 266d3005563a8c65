"""A real server on the sample city and a real browser, for tests that look at the pages."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from coverage_map import pipeline

SIZES = {"1366x768": (1366, 768), "1920x1080": (1920, 1080)}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PICTURES = Path(__file__).parent / "pictures"
PATIENCE_S = 60


@pytest.fixture(scope="session")
def workspace_folder(tmp_path_factory) -> Path:
    """Return a workspace with the sample city; COVERAGE_MAP_TEST_WORKSPACE names one to copy."""
    folder = tmp_path_factory.mktemp("browser") / "workspace"
    ready = os.environ.get("COVERAGE_MAP_TEST_WORKSPACE")
    if ready:
        shutil.copytree(ready, folder)
    else:
        pipeline.init_workspace(folder, sample=True)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(folder: Path, log: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """Start the server the way a person does and wait until it answers."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "coverage-map"), "serve"]
    command += ["--workspace", str(folder), "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/signin", timeout=5):
                return address, process
        except urllib.error.URLError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def server(workspace_folder, tmp_path_factory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log"
    address, process = start_server(workspace_folder, log)
    yield address
    process.terminate()
    process.wait(timeout=20)


class Watch:
    """What a page asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self._check(request.url))
        page.on("websocket", lambda socket: self._check(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._listen)
        page.on("requestfailed", self._miss)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in LOOPBACK:
            self.outside.append(url)

    def _miss(self, request) -> None:
        # A tile that is no longer wanted (zoomed away, page left) is given up, not missed.
        if "ERR_ABORTED" not in (request.failure or ""):
            self.errors.append(f"{request.failure} {request.url}")

    def _listen(self, message) -> None:
        if message.type == "error" and "Failed to fetch" not in message.text:
            self.errors.append(f"{message.text} {message.location.get('url', '')}")


@pytest.fixture
def open_page(browser, server) -> Iterator:
    """Open pages that are watched: nothing leaves this machine, nothing breaks."""
    opened = []

    def start(size: str = "1366x768", account: str | None = None, language: str = "zh_CN") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
        )
        page = context.new_page()
        opened.append((context, Watch(page)))
        if account:
            sign_in(page, server, account, language)
        return page

    yield start
    for context, watch in opened:
        context.close()
        assert watch.outside == []
        assert watch.errors == []


def sign_in(page: Page, server: str, account: str, language: str = "zh_CN") -> None:
    page.goto(f"{server}/signin?lang={language}")
    page.locator(f'button[value="{account}"]').click()
    wait_for_map(page)


MAP = 'iframe[title="streamlit_folium.st_folium"]'


def map_frame(page: Page):
    return page.frame_locator(MAP)


def times_shown(page: Page) -> int:
    """Return how often the map has been painted in full."""
    return int(map_frame(page).locator("body").get_attribute("data-shown") or 0)


def wait_for_map(page: Page) -> None:
    # While a page makes way for another, the old one's map still stands beside the new one's.
    page.wait_for_function(
        f"() => document.querySelectorAll('{MAP}').length === 1",
        timeout=PATIENCE_S * 1000,
    )
    map_frame(page).locator("body[data-shown]").wait_for(timeout=PATIENCE_S * 1000)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the framework has nothing left to run."""
    page.wait_for_function(
        "() => document.querySelector('.stApp')?.dataset.testScriptState !== 'running'",
        timeout=PATIENCE_S * 1000,
    )
    page.wait_for_timeout(250)


def filters(page: Page) -> list[str]:
    """Return what the filters stand at."""
    return page.locator(".st-key-filters input").evaluate_all("all => all.map((one) => one.value)")


def take_picture(page: Page, name: str) -> None:
    """Keep a picture to be looked at by a person."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
