"""The planner's errand from start to end, with the mouse."""

import zipfile

import pytest

from coverage_map import pipeline
from tests.browser.conftest import (
    filters,
    map_frame,
    settle,
    take_picture,
    times_shown,
    wait_for_map,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def click_at(page, lon, lat):
    """Click the map where a place is."""
    frame = next(one for one in page.frames if "streamlit_folium" in one.url)
    point = frame.evaluate(
        "([lon, lat]) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }",
        [lon, lat],
    )
    map_frame(page).locator("#map_div").click(position={"x": point[0], "y": point[1]})


@pytest.fixture(scope="module")
def workspace(workspace_folder):
    return pipeline.open_workspace(workspace_folder)


def gaps_of(workspace, account, indicator):
    actor = pipeline.local_actor(workspace, account)
    return pipeline.read_gaps(workspace, actor, "", indicator, None)


def test_the_planner_finds_a_village_and_why_it_is_a_gap(open_page, server, workspace):
    gap = gaps_of(workspace, "city", "village_fibre").iloc[7]
    page = open_page("1366x768", "city")
    before = times_shown(page)
    click_at(page, gap.geometry.representative_point().x, gap.geometry.representative_point().y)
    page.locator(".card h3").wait_for()
    assert page.locator(".card h3").inner_text() == gap["unit_name"]
    assert "未覆盖" in page.locator(".verdict").first.inner_text()
    assert gap["township_name"] in page.locator(".st-key-trail").inner_text()
    page.locator(".verdict details summary").first.click()
    take_picture(page, "card")
    # The map was painted again for the selection, not made anew.
    assert times_shown(page) == before + 1
    # A link carries the card.
    assert f"unit={gap['unit_code']}" in page.url


def test_drilling_down_by_map_and_table_and_back_by_the_path(open_page, server, workspace):
    page = open_page("1366x768", "city")
    page.locator(".st-key-filter_level").get_by_text("县区", exact=True).click()
    settle(page)
    unit = gaps_of(workspace, "yuzhou", "village_fibre").iloc[0]
    point = unit.geometry.representative_point()
    click_at(page, point.x, point.y)
    page.locator(".st-key-trail b", has_text="禹州市").wait_for()
    page.locator(".sheet tr[data-code]").first.wait_for()
    settle(page)
    take_picture(page, "county")
    page.locator(".sheet tr[data-code]", has_text=str(unit["township_name"])).first.click()
    page.locator(".st-key-trail b", has_text=str(unit["township_name"])).wait_for()
    settle(page)
    take_picture(page, "township")
    page.locator(".sheet tr[data-code]", has_text=str(unit["unit_name"])).first.click()
    page.locator(".card h3", has_text=str(unit["unit_name"])).wait_for()
    page.locator(".st-key-trail").get_by_role("button", name="许昌市").click()
    page.locator(".st-key-trail b", has_text="许昌市").wait_for()
    page.locator(".card").wait_for(state="detached")
    page.locator(".figure.chosen").wait_for()


def test_back_returns_to_the_place_before(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/?area=411000&indicator=village_fibre&operator=any&level=area")
    wait_for_map(page)
    page.locator(".sheet tr[data-code]", has_text="鄢陵县").first.click()
    page.locator(".st-key-trail b", has_text="鄢陵县").wait_for()
    settle(page)
    page.go_back()
    page.locator(".st-key-trail b", has_text="许昌市").wait_for()
    wait_for_map(page)
    assert filters(page)[0] == "许昌市"


def test_map_and_gap_table_are_one_selection(open_page, server):
    page = open_page("1366x768", "city")
    page.get_by_role("link", name="缺口").click()
    wait_for_map(page)
    row = page.locator("#sheet-gaps tr[data-code]").nth(4)
    name = row.locator("td").first.inner_text()
    row.click()
    page.locator(".card h3", has_text=name).wait_for()
    settle(page)
    assert page.locator("#sheet-gaps tr.chosen td").first.inner_text() == name
    take_picture(page, "gap-chosen")


def test_who_only_reads_is_told_so(open_page, server):
    page = open_page("1366x768", "yuzhou")
    assert "禹州市" in page.locator(".shell-who").inner_text()
    page.get_by_role("link", name="上传").click()
    page.get_by_text("只能查看").wait_for()


@pytest.mark.parametrize("ending", ["gpkg", "xlsx", "pdf"])
def test_a_download_opens(open_page, server, tmp_path, ending):
    page = open_page("1366x768", "city")
    page.get_by_role("link", name="导出").click()
    link = page.locator(f'a.download[href*="ending={ending}"]').first
    with page.expect_download(timeout=120_000) as started:
        link.click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    assert path.name.startswith("许昌市")
    assert path.suffix == f".{ending}"
    if ending == "xlsx":
        assert zipfile.is_zipfile(path)
    else:
        magic = {"gpkg": b"SQLite format 3", "pdf": b"%PDF"}[ending]
        assert path.read_bytes().startswith(magic)


def test_the_language_is_one_click_away_and_keeps_the_place(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/gaps?area=411081&indicator=mobile_4g")
    wait_for_map(page)
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Gaps").wait_for()
    wait_for_map(page)
    assert "area=411081" in page.url
    assert "4G" in filters(page)[1]
    page.get_by_role("link", name="Overview").click()
    page.get_by_text("Map by").wait_for()
    page.get_by_role("link", name="中文").click()
    page.get_by_text("地图单元").wait_for()


def test_signing_out_leaves_nothing_open(open_page, server):
    page = open_page("1366x768", "city")
    page.get_by_role("link", name="退出").click()
    page.get_by_text("选择一个演示账号").wait_for()
    page.goto(f"{server}/overview")
    page.get_by_text("选择一个演示账号").wait_for()
