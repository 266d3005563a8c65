"""Natural villages and same assets by mouse, as the city; carriers are not led there."""

import pytest

from tests.browser.conftest import map_frame, settle, take_picture, wait_for_map

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_township_is_settled_by_mouse(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/settlements")
    page.locator(".sheet tr[data-code^='new|']").first.wait_for()
    page.locator(".sheet tr[data-code^='new|']").first.click()
    page.locator(".st-key-decide_add button").wait_for()
    settle(page)
    take_picture(page, "settlements-decide")
    page.locator(".st-key-take_all button").click()
    page.locator(".st-key-confirm button:not([disabled])").click()
    page.locator(".st-key-reopen button").wait_for()
    page.locator(".st-key-publish button:not([disabled])").wait_for()
    settle(page)
    take_picture(page, "settlements-confirmed")
    page.locator(".st-key-reopen button").click()
    page.locator(".st-key-take_back_all button:not([disabled])").click()
    page.locator(".st-key-take_all button:not([disabled])").wait_for()


def test_an_asset_is_parted_and_that_is_undone(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/assets")
    wait_for_map(page)
    page.locator(".sheet tr[data-code]").first.click()
    part = page.locator("[class*='st-key-part_'] button")
    part.first.wait_for()
    wait_for_map(page)
    take_picture(page, "assets-opened")
    before = part.count()
    part.last.click()
    page.get_by_text("人工裁定（").wait_for()
    settle(page)
    assert part.count() < before
    page.get_by_text("人工裁定（").click()
    undo = page.locator("[class*='st-key-undo_'] button")
    undo.first.wait_for()
    undo.first.click()
    undo.first.wait_for(state="detached")
    settle(page)
    assert part.count() == before


def test_doubtful_assets_are_one_click_away_and_worked_through(open_page, server):
    page = open_page("1366x768", "city")
    page.goto(f"{server}/assets")
    wait_for_map(page)
    view = page.locator(".st-key-assets_view button")
    doubtful = int(view.last.inner_text().split("（")[1].rstrip("）"))
    view.last.click()
    rows = page.locator(".sheet tr[data-code]")
    page.locator(f".sheet tr[data-code]:nth-child({doubtful + 1})").wait_for(state="detached")
    settle(page)
    assert 0 < rows.count() == doubtful
    map_frame(page).locator(f"body[data-changes='{doubtful}']").wait_for()
    take_picture(page, "assets-unsure")
    first, second = (rows.nth(number).get_attribute("data-code") for number in (0, 1))
    rows.first.click()
    page.locator(".st-key-confirm_asset button").click()
    page.locator(f".sheet tr[data-code='{first}']").wait_for(state="detached")
    settle(page)
    assert rows.count() == doubtful - 1
    assert rows.first.get_attribute("data-code") == second
    assert page.locator(".st-key-confirm_asset button").count() == 1  # on with the next
    page.get_by_text("人工裁定（").click()
    page.locator("[class*='st-key-undo_'] button").first.click()
    page.locator(f".sheet tr[data-code='{first}']").wait_for()


def test_a_carrier_is_not_led_to_either(open_page, server):
    page = open_page("1366x768", "cmcc")
    navigation = page.get_by_test_id("stTopNavLinkContainer")
    navigation.first.wait_for()
    said = " ".join(navigation.all_inner_texts())
    assert "共建共享" in said
    assert "自然村名录" not in said
    assert "资产归并" not in said
    page.goto(f"{server}/assets")
    page.get_by_role("alert").wait_for()
    assert "不能查看资产归并" in page.get_by_role("alert").inner_text()
