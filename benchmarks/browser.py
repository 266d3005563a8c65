"""A browser and servers for measurements: fresh contexts, bytes on the websocket, waiting."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Frame, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT: Any = {"width": 1366, "height": 768}
PATIENCE_S = 120
# What holds the map in either page.
FRAME = "streamlit_folium"


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the machine's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(found for name in names if (found := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def running(arguments: Sequence[str], health: str) -> Iterator[str]:
    """Run ``python -m …`` with a free port at its end; yield its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", *arguments, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address, end = f"http://127.0.0.1:{port}", time.monotonic() + PATIENCE_S
    try:
        while True:
            try:
                with urllib.request.urlopen(f"{address}{health}", timeout=5):
                    break
            except urllib.error.URLError:
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def new_context(browser: Browser, cookies: Sequence[Any] = ()) -> BrowserContext:
    """Return a browser as on its first visit: nothing in its cache."""
    context = browser.new_context(viewport=VIEWPORT, locale="zh-CN")
    context.add_cookies(list(cookies))
    return context


def count_bytes(page: Page) -> list[int]:
    """Return a list that grows by the length of every websocket message the page gets."""
    got: list[int] = []

    def listen(websocket: Any) -> None:
        websocket.on("framereceived", lambda payload: got.append(len(payload)))

    page.on("websocket", listen)
    return got


def find_frame(page: Page) -> Frame:
    """Return the frame that holds the map, waiting for it."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = [frame for frame in page.frames if FRAME in frame.url]
        if found:
            return found[-1]
        page.wait_for_timeout(15)
    raise TimeoutError(FRAME)


def wait_in(page: Page, expression: str) -> None:
    """Wait until an expression holds in the map's frame, whichever frame that then is."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        # A page that is made anew takes its frame away while it is asked.
        with suppress(Error):
            if find_frame(page).evaluate(expression):
                return
        page.wait_for_timeout(15)
    raise TimeoutError(expression)


def point_of(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Return where a place is on the page, in pixels."""
    x, y = find_frame(page).evaluate(
        "([lon, lat]) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }",
        [lon, lat],
    )
    box = page.locator(f'iframe[title*="{FRAME}"]').bounding_box()
    if box is None:
        raise TimeoutError(FRAME)
    return box["x"] + x, box["y"] + y
