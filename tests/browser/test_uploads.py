"""The carrier's errand and the city's: hand in, answer, decide, compare, submit, accept."""

import csv
import re
from pathlib import Path

import fiona
import openpyxl
import pytest

from coverage_map import pipeline
from tests.browser.conftest import map_frame, settle, take_picture, wait_for_map

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

HEADER = ("基站编号", "基站中文名", "区县", "乡镇", "行政村", "经度", "纬度", "制式", "状态")


@pytest.fixture(scope="module")
def workspace(workspace_folder):
    return pipeline.open_workspace(workspace_folder)


@pytest.fixture
def open_uploads(open_page, server):
    """Open the upload page as an account, without the map on the way."""

    def start(account: str, size: str = "1366x768"):
        page = open_page(size)
        page.goto(f"{server}/signin?lang=zh_CN&next=/upload")
        page.locator(f'button[value="{account}"]').click()
        page.locator(".stMainBlockContainer").wait_for()
        settle(page)
        return page

    return start


@pytest.fixture(scope="module")
def villages(workspace):
    """Return the villages of the register with their names as carriers write them."""
    places = pipeline.unit_places(workspace, pipeline.local_actor(workspace, "city"))
    places = places[places["name"].str.endswith("村委会")]
    return places.assign(
        short=places["name"].str.replace("村委会", "村"),
        lon=(places["west"] + places["east"]) / 2,
        lat=(places["south"] + places["north"]) / 2,
    )


def gaps_of(workspace, account):
    actor = pipeline.local_actor(workspace, account)
    return pipeline.read_gaps(workspace, actor, "", "mobile_4g", None)


def site_rows(mark: str, rows, **more) -> list[list[object]]:
    """Return a site list as a carrier keeps it: places (with name, township, area, lon, lat)."""
    return [
        [
            f"{mark}{number:03}",
            f"{row['short']}{mark}站",
            row["area"],
            row["township"],
            row["short"],
            round(row["lon"], 6),
            round(row["lat"], 6),
            "LTE",
            "开通",
            *more.values(),
        ]
        for number, row in enumerate(rows)
    ]


def write_workbook(path: Path, rows, header=HEADER) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "清单"
    for row in (header, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def write_csv(path: Path, rows) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def hand_in(page, *files: Path) -> None:
    page.locator('input[type="file"]').set_input_files(list(files))


def wait_until_read(page, name: str) -> None:
    page.locator(".st-key-head b", has_text=name).wait_for()
    page.locator(".understood").first.wait_for()
    settle(page)


def answer_system(page) -> None:
    """Say that positions are CGCS2000 where that is asked: a few points prove nothing."""
    if page.locator(".asked").count():
        page.locator('[data-testid="stForm"]').get_by_role("combobox").last.click()
        page.get_by_role("option", name=re.compile("CGCS2000 经纬度")).click()
        page.get_by_role("button", name="确认并重新检查").click()
        page.locator(".asked").wait_for(state="detached")
        settle(page)


def submit(page) -> None:
    page.locator(".st-key-submit button").click()
    page.locator(".tag.state-submitted").wait_for()
    settle(page)


def back_to_list(page) -> None:
    page.locator(".st-key-to_list button").click()
    page.locator("#sheet-uploads").wait_for()
    settle(page)


def open_row(page, name: str) -> None:
    page.locator("#sheet-uploads tr[data-code]", has_text=name).first.click()
    page.locator(".st-key-head b", has_text=name).wait_for()
    settle(page)


def view(page, name: str) -> None:
    page.locator(".st-key-upload_view").get_by_text(name).click()
    settle(page)


def state_of(page, name: str) -> str:
    return page.locator("#sheet-uploads tr[data-code]", has_text=name).first.inner_text()


def test_the_carrier_submits_and_the_city_accepts(open_uploads, server, workspace, tmp_path):
    gap = gaps_of(workspace, "cmcc").iloc[0]
    place = {
        "short": gap["unit_name"],
        "township": gap["township_name"],
        "area": gap["area_name"],
        "lon": gap["lon"],
        "lat": gap["lat"],
    }
    near = place | {"lon": gap["lon"] + 0.001}
    carrier = open_uploads("cmcc")
    assert "中国联通" not in carrier.inner_text("body")
    hand_in(carrier, write_csv(tmp_path / "新站.csv", site_rows("NEW", [place, near])))
    wait_until_read(carrier, "新站.csv")
    assert "基站站址" in carrier.locator(".understood").first.inner_text()
    answer_system(carrier)
    take_picture(carrier, "upload-understood")
    view(carrier, "与现有数据的差别")
    carrier.locator("#sheet-difference tr[data-code]").nth(1).wait_for()
    assert "新增 2" in carrier.locator(".st-key-difference_kinds").inner_text()
    wait_for_map(carrier)
    map_frame(carrier).locator('body[data-changes="2"]').wait_for()
    take_picture(carrier, "upload-difference")
    submit(carrier)
    # Nothing is stored before the city accepts.
    assert gap["gap_id"] in set(gaps_of(workspace, "cmcc")["gap_id"])

    city = open_uploads("city", "1920x1080")
    city.get_by_text("份待接收").wait_for()
    open_row(city, "新站.csv")
    view(city, "会改变的判定")
    city.locator("#sheet-changed", has_text=gap["unit_name"]).wait_for()
    city.get_by_role("button", name="接收入库").click()
    city.locator(".done", has_text="已入库").wait_for(timeout=60_000)
    wait_for_map(city)
    take_picture(city, "upload-accepted")
    assert gap["unit_name"] in city.locator("#sheet-changed").inner_text()
    assert gap["gap_id"] not in set(gaps_of(workspace, "cmcc")["gap_id"])
    back_to_list(carrier)
    assert "已入库" in state_of(carrier, "新站.csv")


def test_what_is_sent_back_is_mended_and_not_asked_again(open_uploads, villages, tmp_path):
    places = villages.iloc[[40, 90, 140]].to_dict("records")
    carrier = open_uploads("unicom")
    hand_in(carrier, write_workbook(tmp_path / "补站.xlsx", site_rows("BZ", places)))
    wait_until_read(carrier, "补站.xlsx")
    answer_system(carrier)
    submit(carrier)
    city = open_uploads("city")
    open_row(city, "补站.xlsx")
    city.get_by_role("button", name="退回").click()
    city.locator(".st-key-reasons textarea").fill("请补上第三站的名称")
    city.locator(".st-key-send_back button").click()
    city.locator(".tag.state-sent_back").wait_for()

    back_to_list(carrier)
    open_row(carrier, "补站.xlsx")
    assert "请补上第三站的名称" in carrier.locator(".fault.warning").first.inner_text()
    take_picture(carrier, "upload-sent-back")
    rows = site_rows("BZ", places)
    rows[2][1] = "第三站"
    back_to_list(carrier)
    hand_in(carrier, write_workbook(tmp_path / "补站改.xlsx", rows))
    wait_until_read(carrier, "补站改.xlsx")
    # The coordinate system was told once; a file of the same shape is read the same way.
    assert carrier.locator(".asked").count() == 0
    assert "按记住的读法" in carrier.locator(".known").inner_text()
    submit(carrier)
    # Before it is accepted its owner may take it back.
    carrier.locator(".st-key-acts").get_by_role("button", name="撤回").click()
    carrier.locator(".st-key-withdraw button").click()
    carrier.locator("#sheet-uploads").wait_for()
    settle(carrier)
    assert "已撤回" in state_of(carrier, "补站改.xlsx")
    # The same bytes once more are recognised.
    hand_in(carrier, tmp_path / "补站改.xlsx")
    wait_until_read(carrier, "补站改.xlsx")
    assert "已经交过" in carrier.locator(".fault.note").first.inner_text()


def doubtful_rows(villages) -> list[list[object]]:
    """Return rows of names that several villages bear, and of names that none bears."""
    several = villages[villages["short"].duplicated(keep=False)].drop_duplicates("short")
    blank = {"area": "", "township": ""}
    rows = site_rows("DV", [row | blank for row in several.iloc[:6].to_dict("records")])
    unknown = [row | {"short": "新福湾村"} for row in villages.iloc[[7, 77]].to_dict("records")]
    rows += site_rows("DW", unknown)
    for row in rows:
        row[5] = row[6] = ""
    return rows + site_rows("DX", villages.iloc[100:140].to_dict("records"))


def test_doubtful_villages_are_decided_with_the_keyboard(
    open_uploads, workspace, villages, tmp_path
):
    page = open_uploads("telecom")
    hand_in(page, write_workbook(tmp_path / "疑村.xlsx", doubtful_rows(villages)))
    wait_until_read(page, "疑村.xlsx")
    answer_system(page)
    view(page, "待核对的村名")
    page.locator(".review-map canvas").first.wait_for()
    head, name = page.locator(".review-head b"), page.locator(".review-item h3")
    total = int(head.inner_text().split("/")[1])
    assert total >= 8
    take_picture(page, "upload-review")
    first = name.inner_text()
    page.keyboard.press("1")
    assert name.inner_text() != first
    page.keyboard.press("u")
    assert (name.inner_text(), head.inner_text()) == (first, f"已定 0 / {total}")
    for _ in range(total):
        page.keyboard.press("1" if page.locator("button.review-card").count() > 1 else "0")
    assert head.inner_text() == f"已定 {total} / {total}"
    take_picture(page, "upload-review-done")
    page.keyboard.press("Enter")
    # All were decided: none is left to decide, and the rows are where they were put.
    page.locator(".st-key-upload_view", has_text="待核对").wait_for(state="detached")
    settle(page)
    actor = pipeline.local_actor(workspace, "telecom")
    kept = pipeline.read_decisions(workspace, actor, "telecom")
    assert len(kept) == total
    found = pipeline.read_submissions(workspace, actor)
    upload = found.loc[found["filename"] == "疑村.xlsx", "id"].iloc[0]
    table = pipeline.recheck_upload(workspace, actor, upload).tables[0]
    assert table.queue.empty
    assert (table.records["match_method"] == "decision").sum() == sum(map(bool, kept.values()))


def test_a_corrected_column_is_remembered(open_uploads, villages, tmp_path):
    header = (*HEADER, "塔上位置")
    page = open_uploads("cmcc")
    rows = site_rows("KZ", villages.iloc[200:206].to_dict("records"), at=31)
    hand_in(page, write_workbook(tmp_path / "扩展一.xlsx", rows, header))
    wait_until_read(page, "扩展一.xlsx")
    answer_system(page)
    page.get_by_text("更正“清单”").click()
    page.get_by_role("tab", name="技术参数").click()
    page.get_by_role("combobox", name=re.compile("^.*高度（米）")).first.click()
    page.keyboard.type("塔上位置")
    page.get_by_role("option").filter(has_text="塔上位置").first.click()
    take_picture(page, "upload-correct")
    page.get_by_role("button", name="按更正重新读取").click()
    page.locator(".understood", has_text="识别出 10 列").wait_for()
    settle(page)
    submit(page)
    back_to_list(page)
    rows = site_rows("KY", villages.iloc[210:216].to_dict("records"), at=32)
    hand_in(page, write_workbook(tmp_path / "扩展二.xlsx", rows, header))
    wait_until_read(page, "扩展二.xlsx")
    assert "扩展一" in page.locator(".known").inner_text()
    assert page.locator(".understood", has_text="识别出 10 列").count() == 1


def test_several_files_at_once_and_a_link_to_one(open_uploads, server, villages, tmp_path):
    rows = villages.iloc[300:340].to_dict("records")
    layer = tmp_path / "基站.shp"
    schema = {"geometry": "Point", "properties": dict.fromkeys(HEADER[:5], "str")}
    with fiona.open(layer, "w", "ESRI Shapefile", schema, crs="EPSG:4490", encoding="GBK") as out:
        for row in site_rows("SH", rows):
            point = {"type": "Point", "coordinates": row[5:7]}
            out.write({"geometry": point, "properties": dict(zip(HEADER, row[:5], strict=False))})
    drawing, broken = tmp_path / "图纸.dwg", tmp_path / "坏文件.xlsx"
    drawing.write_bytes(b"AC1032" + bytes(2000))
    broken.write_bytes(b"PK\x03\x04 a workbook cut off on its way")
    parts = [part for part in sorted(tmp_path.iterdir()) if part.stem == layer.stem]
    page = open_uploads("unicom")
    hand_in(page, *parts, drawing, broken)
    refusals = page.locator('[role="alert"].fault')
    refusals.nth(1).wait_for()
    settle(page)
    take_picture(page, "upload-refused")
    assert "图纸.dwg" in refusals.nth(0).inner_text()
    assert "DXF" in refusals.nth(0).locator(".remedy").inner_text()
    assert "坏文件.xlsx" in refusals.nth(1).inner_text()
    # The parts of the layer are one upload.
    assert page.locator("#sheet-uploads tr[data-code]", has_text="基站.zip").count() == 1
    open_row(page, "基站.zip")
    assert "共 40 行" in page.locator(".understood").first.inner_text()
    link = page.url
    assert "upload=" in link
    back_to_list(page)
    page.go_back()
    page.locator(".st-key-head b", has_text="基站.zip").wait_for()
    again = open_uploads("unicom")
    again.goto(link)
    again.locator(".st-key-head b", has_text="基站.zip").wait_for()
    # To others it is as if it were not there.
    stranger = open_uploads("cmcc")
    stranger.goto(link)
    stranger.locator('[role="alert"].fault').wait_for()
    assert "基站.zip" not in stranger.inner_text("body")


def test_a_file_that_is_none_of_ours_names_what_is_taken(open_uploads, tmp_path):
    page = open_uploads("unicom")
    other = tmp_path / "通讯录.csv"
    other.write_text("姓名,电话\n张三,123\n李四,456\n", encoding="utf-8")
    hand_in(page, other)
    page.locator(".understood .remedy", has_text="基站站址").wait_for()


def test_every_fault_of_a_file_can_be_had(open_uploads, villages, tmp_path):
    rows = site_rows("ER", villages.iloc[20:24].to_dict("records"))
    bad = site_rows("BAD", villages.iloc[30:38].to_dict("records"))
    for row in bad:
        row[1] = ""
    page = open_uploads("cmcc")
    hand_in(page, write_workbook(tmp_path / "有错.xlsx", rows + bad))
    wait_until_read(page, "有错.xlsx")
    with page.expect_download() as started:
        page.locator('a.download[href*="faults"]').click()
    path = tmp_path / "faults.csv"
    started.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    told = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len([row for row in told if row["级别"] == "错误"]) >= 8
    assert all(row["怎么改"] for row in told)
    with page.expect_download() as started:
        page.locator('a.download[href*="returned"]').click()
    marked = tmp_path / started.value.suggested_filename
    started.value.save_as(marked)
    book = openpyxl.load_workbook(marked)
    assert book.sheetnames[1:] == ["清单"]
    cell = book["清单"].cell(6, 2)
    assert cell.comment is not None
    assert cell.fill.fgColor.rgb != "00000000"
