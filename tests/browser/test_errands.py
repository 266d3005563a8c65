"""The planner's and the carrier's errand from start to end, with the mouse."""

import csv
import re
import zipfile
from pathlib import Path

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


def write_sites(path: Path, gap, shift: int) -> None:
    """Write a small site list as a carrier does: one new 4G station in the village of a gap."""
    header = ["基站编号", "基站中文名", "区县", "乡镇", "行政村", "经度", "纬度", "制式", "状态"]
    names = (gap["area_name"], gap["township_name"], gap["unit_name"])
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(header)
        for number in range(2):
            where = (f"{gap['lon'] + number * 0.001:.6f}", f"{gap['lat']:.6f}")
            rows.writerow([f"NEW{shift}{number}", f"新站{number}", *names, *where, "LTE", "开通"])


def test_the_carrier_hands_in_sites_and_sees_the_map_change(open_page, server, workspace, tmp_path):
    gap = gaps_of(workspace, "cmcc", "mobile_4g").iloc[0]
    page = open_page("1366x768", "cmcc")
    figure = page.locator(".figure", has_text="4G 覆盖").locator("small").first
    page.goto(f"{server}/overview?indicator=mobile_4g")
    wait_for_map(page)
    before = figure.inner_text()
    assert "中国联通" not in page.inner_text("body")
    page.get_by_role("link", name="上传").click()
    file = tmp_path / "新站.csv"
    write_sites(file, gap, 1)
    page.locator('input[type="file"]').set_input_files(file)
    page.locator(".understood").wait_for()
    settle(page)
    take_picture(page, "upload-understood")
    assert "基站站址" in page.locator(".understood").inner_text()
    # Two points cannot prove their coordinate system: the person says it.
    if page.get_by_text("坐标用的是哪个坐标系").count():
        page.locator('[data-testid="stForm"]').get_by_role("combobox").click()
        page.get_by_role("option", name=re.compile("CGCS2000 经纬度")).click()
        page.get_by_role("button", name="确认并重新检查").click()
    accept = page.get_by_role("button", name=re.compile("确认入库"))
    accept.wait_for()
    accept.click()
    page.locator(".done").wait_for(timeout=60_000)
    wait_for_map(page)
    take_picture(page, "upload-accepted")
    assert "基站站址" in page.locator(".done").inner_text()
    changed = page.locator("#sheet-changed")
    assert gap["unit_name"] in changed.inner_text()
    page.goto(f"{server}/overview?indicator=mobile_4g")
    wait_for_map(page)
    assert figure.inner_text() != before
    assert gap["gap_id"] not in set(gaps_of(workspace, "cmcc", "mobile_4g")["gap_id"])


def test_a_file_that_is_none_is_refused_with_a_remedy(open_page, server, tmp_path):
    page = open_page("1366x768", "unicom")
    page.get_by_role("link", name="上传").click()
    broken = tmp_path / "坏文件.xlsx"
    broken.write_bytes(b"PK\x03\x04 a workbook cut off on its way")
    page.locator('input[type="file"]').set_input_files(broken)
    refusal = page.locator('[role="alert"].fault')
    refusal.wait_for()
    take_picture(page, "upload-refused")
    assert "坏文件.xlsx" in refusal.inner_text()
    assert refusal.locator(".remedy").inner_text() != ""


def test_a_file_that_is_none_of_ours_names_what_is_taken(open_page, server, tmp_path):
    page = open_page("1366x768", "unicom")
    page.get_by_role("link", name="上传").click()
    other = tmp_path / "通讯录.csv"
    other.write_text("姓名,电话\n张三,123\n李四,456\n", encoding="utf-8")
    page.locator('input[type="file"]').set_input_files(other)
    page.locator(".understood .remedy", has_text="基站站址").wait_for()


def test_every_fault_of_a_file_can_be_had(open_page, server, workspace, tmp_path):
    gap = gaps_of(workspace, "cmcc", "mobile_4g").iloc[0]
    page = open_page("1366x768", "cmcc")
    page.get_by_role("link", name="上传").click()
    file = tmp_path / "有错.csv"
    write_sites(file, gap, 2)
    lines = file.read_text(encoding="gb18030").splitlines()
    lines += [lines[1].replace("新站0", "").replace("NEW2", f"BAD{n}") for n in range(8)]
    file.write_text("\n".join(lines), encoding="gb18030")
    page.locator('input[type="file"]').set_input_files(file)
    page.locator(".understood").wait_for()
    with page.expect_download() as started:
        page.locator('a.download[href*="faults"]').click()
    path = tmp_path / "faults.csv"
    started.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len([row for row in rows if row["级别"] == "错误"]) >= 8
    assert all(row["怎么改"] for row in rows)


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
