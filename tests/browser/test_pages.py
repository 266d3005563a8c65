"""Every page in both languages and sizes: it answers, nothing breaks, nothing goes outside."""

import re

import pytest

from tests.browser.conftest import SIZES, filters, map_frame, settle, take_picture, wait_for_map

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = ("overview", "gaps", "sharing", "assets", "settlements", "upload", "export")
WITH_MAP = ("overview", "gaps", "sharing", "assets")
# Latin words that are names, units or formats and stay as they are in Chinese text.
LATIN = re.compile(
    r"GeoPackage|FileGDB|Shapefile|GeoJSON|Google Earth|Excel|MapInfo|ArcGIS|QGIS|MapGIS|Web"
    r"|English|\.[a-z]{3,7}|[A-Z0-9.-]{2,}|km²?|Mbps"
)
# A sentence that is missing shows as its identifier.
IDENTIFIER = re.compile(r"\b[a-z_]+\.[a-z_]{2,}(?:\.[a-z0-9_]+)*\b")


def words_of_the_page(page) -> str:
    """Return what can be read on the page, without what people's files and tables say."""
    return page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), said = [];
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            const shown = element.checkVisibility() && getComputedStyle(element).fontSize !== "0px";
            if (shown && !element.closest(".sheet-frame, script, style, [translate='no']"))
              said.push(walker.currentNode.data);
          }
          return said.join("\\n");
        }"""
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_and_says_nothing_of_the_framework(open_page, server, name, language, size):
    page = open_page(size, "city", language)
    page.goto(f"{server}/{name}?lang={language}")
    if name in WITH_MAP:
        wait_for_map(page)
    page.locator(".stMainBlockContainer").get_by_role("combobox").first.wait_for()
    settle(page)
    take_picture(page, f"{name}-{language}-{size}")
    said = words_of_the_page(page)
    assert "Streamlit" not in said
    assert "Traceback" not in said
    assert "Deploy" not in said
    assert IDENTIFIER.findall(said) == []
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if language == "zh_CN":
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert re.findall(r"[A-Za-z]{3,}", LATIN.sub("", said)) == []
    else:
        assert not re.search(r"目标|缺口内|已覆盖", said)


def test_the_answer_is_visible_without_scrolling(open_page, server):
    page = open_page("1366x768", "city")
    height = page.viewport_size["height"]
    for selector in (".figure.chosen", '[title="streamlit_folium.st_folium"]', ".sheet th"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + min(box["height"], 300) < height, selector
    legend = map_frame(page).locator(".legend")
    assert "光纤到村" in legend.inner_text()
    assert "样例数据" in legend.inner_text()


def test_rates_stand_beside_their_unknown_share(open_page, server):
    page = open_page("1366x768", "city")
    figures = page.locator(".figure").all()
    assert 1 <= len(figures) <= 5
    for figure in figures:
        assert "未知" in figure.inner_text()
        assert "/" in figure.locator("b").get_attribute("title")


def test_an_indicator_of_areas_is_shown_by_area(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/?indicator=internet_penetration&level=unit")
    wait_for_map(page)
    assert page.locator(".st-key-filter_level button").all_inner_texts() == ["县区"]
    # Nothing is known of 东城区; what is not used by people is no gap.
    assert "未知" in map_frame(page).locator(".legend").inner_text()
    assert page.locator(".figure.chosen .bar .gap").count() == 0
    page.goto(f"{server}/gaps?indicator=internet_penetration")
    wait_for_map(page)
    assert "村" not in page.locator(".st-key-beside").inner_text()


def test_places_are_counted_without_people(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/gaps?indicator=wlan_public")
    wait_for_map(page)
    assert "受影响" not in page.locator(".st-key-beside").inner_text()
    assert "户数" not in page.locator("#sheet-gaps th").all_inner_texts()


def test_what_does_not_apply_says_so(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/?area=411002&indicator=village_fibre")
    page.get_by_text("本区没有行政村").first.wait_for()


def test_map_and_table_tell_a_port_that_is_taken(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/?area=411081100&indicator=village_fibre&level=unit")
    wait_for_map(page)
    said = page.locator("#sheet-children").inner_text()
    assert ("有覆盖无资源" in said) == (
        "有覆盖无资源" in map_frame(page).locator(".legend").inner_text()
    )
    assert "有覆盖无资源" in said


def test_an_owner_starts_with_what_it_has_records_of(open_page, server):
    page = open_page("1366x768", "cbn")
    assert filters(page)[1] == "有线电视数字化"


def test_the_address_can_be_sent(open_page, server):
    page = open_page("1366x768", "city")
    address = f"{server}/gaps?area=411081&indicator=mobile_4g&operator=cmcc&level=unit"
    page.goto(address)
    wait_for_map(page)
    assert filters(page)[:3] == ["禹州市", "4G 覆盖", "中国移动"]


def test_a_wrong_address_is_said_and_mended(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/overview?area=999999")
    page.get_by_text("999999").first.wait_for()
    take_picture(page, "wrong-area")
    page.get_by_role("button", name="回到首页").click()
    wait_for_map(page)
