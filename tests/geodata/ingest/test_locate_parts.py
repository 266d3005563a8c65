"""Rows of one table may be in different coordinate systems; each is found, asked or kept out."""

import numpy as np
import pytest
from listings import border, given, ground, site_book, site_rows
from small_city import build_small_city

from coverage_map.text import Text
from geodata.crs import geodesic_m
from geodata.ingest import Answers, TableAnswer, check_file

CITY = build_small_city()


def check(content, name="站点.xlsx", register=CITY, **answer):
    answers = Answers({"*": TableAnswer(kind="site", **answer)})
    return check_file(content, name, register, "cmcc", answers)[0]


def codes(report):
    return [fault.code for fault in report.faults]


def away(report, lon, lat):
    placed = report.records.geometry
    rows = report.records["source_id"].str[1:].astype(int)
    return geodesic_m(placed.x, placed.y, lon[rows], lat[rows]).max()


def test_degrees_beside_metres_are_parts_with_systems_of_their_own():
    lon, lat, county = ground(1600)
    systems = np.where(np.arange(1600) < 1500, "GCJ-02", "EPSG:4526")
    report = check(site_book(site_rows(*given(lon, lat, systems), county)))
    found = {part.label: (part.rows, part.chosen, part.decided_by) for part in report.crs.parts}
    assert found == {"°": (1500, "GCJ-02", "evidence"), "m": (100, "EPSG:4526", "range")}
    assert report.crs.chosen == "GCJ-02"
    assert report.questions == ()
    assert away(report, lon, lat) < 0.01
    assert report.records["crs"].tolist() == systems.tolist()
    said = next(fault for fault in report.faults if fault.code == "crs_parts")
    assert "EPSG:4526" in Text("zh_CN").fault(said)[0]


def test_zones_with_their_prefixes_are_parts():
    lon, lat, county = ground(40)
    systems = np.where(np.arange(40) < 25, "EPSG:4526", "EPSG:4525")
    report = check(site_book(site_rows(*given(lon, lat, systems), county)))
    # Zone 37 reaches as far as its neighbour's middle only where it is asked to: its rows are
    # placed by their prefix or kept out, never read as zone 38.
    assert set(report.records["crs"]) <= {"EPSG:4526", "EPSG:4525"}
    assert away(report, lon, lat) < 0.01


@pytest.mark.parametrize("other", ["GCJ-02", "BD-09"])
def test_a_column_that_explains_two_systems_parts_the_table(other):
    lon, lat, county = border(400)
    source = np.where(np.arange(400) % 4 == 0, "代维乙", "代维甲")
    maker = np.where(np.arange(400) % 3 == 0, "华为", "中兴")
    systems = np.where(source == "代维乙", other, "EPSG:4490")
    rows = site_rows(*given(lon, lat, systems), county, maker, source)
    report = check(site_book(rows, "厂家", "代维单位"))
    found = {part.label: (part.chosen, part.decided_by) for part in report.crs.parts}
    assert found == {
        "代维单位 = 代维甲": ("EPSG:4490", "evidence"),
        "代维单位 = 代维乙": (other, "evidence"),
    }
    assert away(report, lon, lat) < 0.01
    assert "crs_parts" in codes(report)


def test_a_few_rows_of_another_system_are_said_to_be_mixed_in():
    """Where no column explains them they cannot be told one by one; that they are there is said."""
    lon, lat, county = border(400)
    systems = np.where(np.arange(400) % 8 == 0, "BD-09", "EPSG:4490")
    report = check(site_book(site_rows(*given(lon, lat, systems), county)))
    assert report.crs.chosen in {"EPSG:4490", ""}
    assert "crs_mixed" in codes(report) or report.questions
    clean = check(site_book(site_rows(*given(lon, lat, np.full(400, "BD-09")), county)))
    assert (clean.crs.chosen, clean.crs.parts) == ("BD-09", ())
    assert "crs_mixed" not in codes(clean)


def test_a_part_that_is_not_sure_is_asked_and_an_answer_leaves_the_sure_ones():
    lon, lat, county = border(300)
    # The third source lies in the middle of a county, where no border tells.
    inner_lon, inner_lat, _ = ground(60, seed=3)
    inner_lon = 113.65 + (inner_lon - 113.6) / 10
    inner_lat = 34.05 + (inner_lat - 34.0) / 4
    source = np.where(np.arange(360) >= 300, "丙", np.where(np.arange(360) % 2 == 0, "甲", "乙"))
    systems = np.where(source == "乙", "BD-09", "EPSG:4490")
    systems[source == "丙"] = "GCJ-02"
    lon, lat = np.concatenate([lon, inner_lon]), np.concatenate([lat, inner_lat])
    county = np.concatenate([county, np.full(60, "东山县")])
    content = site_book(site_rows(*given(lon, lat, systems), county, source), "数据来源")
    report = check(content)
    (question,) = report.questions
    assert (question.code, question.params["parts"]) == ("crs", "数据来源 = 丙")
    assert report.crs.chosen == ""
    waiting = report.records.geometry.isna()
    assert int(waiting.sum()) == 60
    answered = check(content, crs="GCJ-02")
    assert answered.ready
    assert answered.records["crs"].tolist() == systems.tolist()
    assert away(answered, lon, lat) < 0.01
    # A part may be named; that goes before its evidence.
    named = check(content, crs="GCJ-02", parts={"数据来源 = 甲": "BD-09"})
    assert set(named.records.loc[source == "甲", "crs"]) == {"BD-09"}


def test_a_column_that_names_systems_is_a_claim_row_by_row():
    lon, lat, _ = ground(20, seed=4)
    said = np.where(np.arange(20) < 12, "百度坐标", "火星坐标系")
    systems = np.where(np.arange(20) < 12, "BD-09", "GCJ-02")
    nobody = np.full(20, "")
    rows = site_rows(*given(lon, lat, systems), nobody, said)
    report = check(site_book(rows, "坐标类型"))
    assert {part.chosen: part.decided_by for part in report.crs.parts} == {
        "BD-09": "file",
        "GCJ-02": "file",
    }
    assert away(report, lon, lat) < 0.01
    # Rows of a secret datum are kept out, one by one; the others are not.
    said = np.where(np.arange(20) < 12, "百度坐标", "1980西安坐标系")
    report = check(site_book(site_rows(*given(lon, lat, systems), nobody, said), "坐标类型"))
    refused = [fault.place.row for fault in report.faults if fault.code == "crs_refused"]
    assert refused == list(range(14, 22))
    assert set(report.records["crs"]) == {"BD-09"}


def test_a_handful_of_rows_that_cannot_be_told_is_kept_out():
    lon, lat, county = ground(100, seed=2)
    systems = np.where(np.arange(100) < 97, "EPSG:4526", "GCJ-02")
    report = check(site_book(site_rows(*given(lon, lat, systems), county)))
    assert report.ready
    assert [fault.place.row for fault in report.faults if fault.code == "crs_row_open"] == [
        99,
        100,
        101,
    ]
    assert len(report.records) == 97


@pytest.mark.parametrize(
    "words", ["北京54坐标", "1954年北京坐标系", "西安80", "1980西安坐标系", "80坐标"]
)
def test_headers_and_names_of_secret_datums_are_refused_until_answered(words):
    lon, lat, county = ground(20)
    rows = site_rows(*given(lon, lat, np.full(20, "EPSG:4526")), county)
    for content, name in (
        (site_book(rows, sheet=f"站点({words})"), "a.xlsx"),
        (site_book(rows), f"站点_{words}.xlsx"),
    ):
        report = check(content, name)
        assert "crs_refused" in codes(report)
        assert len(report.records) == 0
        assert len(check(content, name, crs="EPSG:4526").records) == 20


def test_a_number_before_a_word_makes_another_word():
    lon, lat, county = ground(20)
    rows = site_rows(*given(lon, lat, np.full(20, "EPSG:4526")), county)
    assert "crs_refused" not in codes(check(site_book(rows, sheet="180坐标")))
