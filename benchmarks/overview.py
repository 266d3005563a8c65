"""What a person waits for on the overview, beside the same map made by plain folium."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.browser import (
    count_bytes,
    new_context,
    open_browser,
    point_of,
    running,
    wait_in,
)
from benchmarks.pipeline import write_workbook
from benchmarks.province import build_province
from benchmarks.table import print_table
from coverage_map import pipeline

LOADS, CLICKS = 5, 7
PROVINCE_UNITS = 52_000
SERVE = ["-c", "import sys; from coverage_map.web.server import serve; from pathlib import Path;"]
SERVE[1] += " serve(Path(sys.argv[1]), port=int(sys.argv[2]))"

# The map's script counts every time it has painted all tiles in sight.
PAINTED = "Number(document.body?.dataset.shown || 0)"


def _places(workspace: pipeline.Workspace, count: int) -> list[tuple[float, float]]:
    """Return points inside units spread over the register."""
    from coverage_map.pipeline.workspace import load_register

    units = load_register(workspace).units
    chosen = units.iloc[:: max(1, len(units) // (count + 1))].head(count)
    return [(point.x, point.y) for point in chosen.geometry.representative_point()]


def _sign_in(browser: Browser, server: str) -> list[Any]:
    context = new_context(browser)
    page = context.new_page()
    page.goto(f"{server}/signin")
    page.locator('button[value="city"]').click()
    wait_in(page, f"{PAINTED} > 0")
    cookies: list[Any] = context.cookies()
    context.close()
    return cookies


def _wait_for_page(page: Page) -> None:
    """Wait until map, figures and table are there: everything can be read and clicked."""
    wait_in(page, f"{PAINTED} > 0")
    page.locator(".figure").first.wait_for()
    page.locator(".sheet tr[data-code]").first.wait_for()


def measure_app(browser: Browser, folder: Path, clicks: int = CLICKS) -> dict[str, float]:
    """Return seconds to interactive on a first visit and again, seconds and bytes of a click."""
    places = _places(pipeline.open_workspace(folder), clicks)
    first, again, reruns, volumes = [], [], [], []
    with running([*SERVE, str(folder)], "/signin") as server:
        cookies = _sign_in(browser, server)
        for _ in range(LOADS):
            context = new_context(browser, cookies)
            page = context.new_page()
            for into in (first, again):
                start = time.perf_counter()
                page.goto(server)
                _wait_for_page(page)
                into.append(time.perf_counter() - start)
            context.close()
        context = new_context(browser, cookies)
        page = context.new_page()
        got = count_bytes(page)
        page.goto(server)
        _wait_for_page(page)
        for lon, lat in places:
            page.wait_for_timeout(800)
            page.mouse.move(*point_of(page, lon, lat))
            shown = page.locator(".card-head").inner_text() if got and reruns else ""
            got.clear()
            start = time.perf_counter()
            page.mouse.down()
            page.mouse.up()
            page.wait_for_function(
                "(shown) => { const head = document.querySelector('.card-head');"
                " return head && head.innerText !== shown; }",
                arg=shown,
                polling=5,
            )
            reruns.append(time.perf_counter() - start)
            page.wait_for_timeout(800)
            volumes.append(sum(got))
        context.close()
    return {
        "first": statistics.median(first),
        "again": statistics.median(again),
        "rerun": statistics.median(reruns) if reruns else float("nan"),
        "bytes": statistics.median(volumes) if volumes else float("nan"),
    }


def measure_plain(browser: Browser, folder: Path) -> dict[str, float]:
    """Return the same of plain folium: interactive once all units are drawn."""
    workspace = pipeline.open_workspace(folder)
    places = _places(workspace, CLICKS)
    units = pipeline.read_status(workspace, pipeline.local_actor(workspace)).units
    drawn = (
        "typeof map !== 'undefined' && map && map._layers"
        f" && Object.values(map._layers).filter((one) => one.feature).length === {units}"
    )
    first, reruns, volumes = [], [], []
    with running(["-m", "benchmarks.plain_folium", str(folder)], "/assets/icon.svg") as server:
        for number in range(LOADS + 1):
            context = new_context(browser)
            page = context.new_page()
            start = time.perf_counter()
            page.goto(server)
            wait_in(page, drawn)
            if number:  # the first load fills the server's cache
                first.append(time.perf_counter() - start)
            context.close()
        context = new_context(browser)
        page = context.new_page()
        got = count_bytes(page)
        page.goto(server)
        wait_in(page, drawn)
        for lon, lat in places:
            page.wait_for_timeout(1500)
            before = page.locator("#chosen").inner_text()
            page.mouse.move(*point_of(page, lon, lat))
            got.clear()
            start = time.perf_counter()
            page.mouse.down()
            page.mouse.up()
            page.wait_for_function(
                "(before) => document.querySelector('#chosen')?.innerText !== before",
                arg=before,
                polling=5,
                timeout=60_000,
            )
            wait_in(page, drawn)
            reruns.append(time.perf_counter() - start)
            page.wait_for_timeout(800)
            volumes.append(sum(got))
        context.close()
    return {
        "first": statistics.median(first),
        "rerun": statistics.median(reruns),
        "bytes": statistics.median(volumes),
    }


def _row(name: str, found: dict[str, float], goals: Sequence[str]) -> list[str]:
    def seconds(key: str) -> str:
        value = found.get(key, float("nan"))
        return "—" if value != value else f"{value:.2f}"  # noqa: PLR0124

    volume = found.get("bytes", float("nan"))
    said = "—" if volume != volume else f"{volume / 1000:,.1f}"  # noqa: PLR0124
    return [name, seconds("first"), seconds("again"), seconds("rerun"), said, *goals]


def measure(folder: Path) -> None:
    """Print the table of the overview; ``folder`` is a workspace of the sample city."""
    header = ["page", "interactive s", "again s", "click s", "click kB", "goal"]
    rows = []
    with open_browser() as browser, TemporaryDirectory() as name:
        app = measure_app(browser, folder)
        rows.append(_row("overview, sample city", app, ["≤ 2 s, ≤ 0.4 s, ≤ 20 kB"]))
        rows.append(_row("plain folium, GeoJSON", measure_plain(browser, folder), [""]))
        province = Path(name) / "province"
        sample = pipeline.open_workspace(folder)
        build_province(sample, province, PROVINCE_UNITS, write_workbook)
        found = measure_app(browser, province)
        rows.append(_row(f"overview, {PROVINCE_UNITS:,} units", found, ["≤ 3 s"]))
    print_table("Overview in the browser", header, rows)
