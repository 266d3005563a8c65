"""The exported page, opened from disk in a browser that reaches nothing."""

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from export_names import NASTY
from playwright.sync_api import Browser, Page

from coverage_map.export import SheetInfo, write_gaps
from geodata.register import Register

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    yield context.new_page()
    context.close()


def test_page_opens_from_disk_and_links_map_and_table(
    page: Page,
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
) -> None:
    out = write_gaps(gaps, figures, register, tmp_path / "缺口.html", sheet=sheet)
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(out.as_uri())
    rows = page.locator("aside tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(gaps)
    assert page.title() == sheet.title
    assert page.locator("html").get_attribute("lang") == "zh-CN"

    # A unit's name is text, wherever it appears.
    assert NASTY in rows.first.inner_text()
    assert page.locator("aside img, .leaflet-popup img").count() == 0

    # Drawn: sixteen units, two settlements; unknown ones hatched.
    assert page.locator(".leaflet-overlay-pane path").count() == 16 + 2 + 2
    assert page.locator('.leaflet-overlay-pane path[fill="url(#hatch-map)"]').count() == 3
    assert page.locator(".legend").inner_text().startswith("图例")
    assert "样例数据 · 模拟" in page.locator("header").inner_text()

    # Map → table: a settlement's sign leads to its row.
    page.locator('.leaflet-overlay-pane path[fill="#e4572e"][fill-opacity="1"]').last.click(
        force=True
    )
    page.locator("aside tr.selected", has_text="小庄1").wait_for()

    # Table → map.
    rows.nth(1).click()
    popup = page.locator(".leaflet-popup-content", has_text=str(gaps.loc[1, "unit_code"]))
    popup.wait_for()
    assert rows.nth(1).get_attribute("class") == "selected"

    # Filters.
    page.locator("aside select").select_option("settlement_broadband")
    assert rows.count() == 2
    page.locator("aside input").fill("小庄0")
    assert rows.count() == 1

    assert asked == [page.url]
    assert faults == []
