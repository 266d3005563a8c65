"""What stands where is known from elsewhere: earlier records, the sheet beside, a second pair."""

import numpy as np
import pandas as pd
import pytest
from listings import GEOGRAPHIC, HEADERS, border, given, ground, site_book, site_rows
from made_files import workbook
from small_city import build_small_city

from geodata.crs import from_cgcs2000, geodesic_m
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import empty_register

CITY = build_small_city()
CELL = ["CGI", "小区名称", "eNodeB ID", "制式", "经度", "纬度"]


def known_sites(lon, lat):
    return pd.DataFrame(
        {"kind": "site", "key": [f"Z{i}" for i in range(len(lon))], "lon": lon, "lat": lat}
    )


def check(content, known=None, register=CITY):
    kind = Answers({"*": TableAnswer(kind="site")})
    return check_file(content, "站点.xlsx", register, "cmcc", kind, known=known)[0]


@pytest.mark.parametrize("crs", GEOGRAPHIC)
@pytest.mark.parametrize("register", [CITY, empty_register()], ids=["city", "nowhere"])
@pytest.mark.parametrize("count", [3, 40])
def test_records_that_are_known_tell_the_system_of_the_same_records(crs, register, count):
    lon, lat, _ = ground(count)
    content = site_book(site_rows(*from_cgcs2000(lon, lat, crs), np.full(count, "")))
    assert [q.code for q in check(content, register=register).questions] == ["crs"]
    # They were measured again, up to some 100 m from there.
    report = check(content, known_sites(lon + 0.0008, lat - 0.0005), register)
    assert (report.crs.chosen, report.crs.decided_by, report.crs.ground) == (
        crs,
        "evidence",
        "known",
    )


def test_few_known_among_many_are_no_proof():
    lon, lat, _ = ground(40)
    content = site_book(site_rows(*from_cgcs2000(lon, lat, "GCJ-02"), np.full(40, "")))
    assert check(content, known_sites(lon[:4], lat[:4])).crs.chosen == ""
    assert check(content, known_sites(lon[:5], lat[:5])).crs.chosen == "GCJ-02"
    # Records of a kind that sites do not belong to are not the same.
    boxes = known_sites(lon, lat).assign(kind="fibre_node")
    assert check(content, boxes).crs.chosen == ""


def test_known_records_that_stood_elsewhere_leave_it_open():
    lon, lat, _ = ground(40)
    content = site_book(site_rows(*from_cgcs2000(lon, lat, "GCJ-02"), np.full(40, "")))
    assert check(content, known_sites(lon + 0.05, lat)).crs.chosen == ""


def test_known_records_against_the_named_counties_are_asked_about():
    lon, lat, county = border(200)
    content = site_book(site_rows(*from_cgcs2000(lon, lat, "GCJ-02"), county))
    assert check(content).crs.chosen == "GCJ-02"
    # Somebody once took the same numbers for CGCS2000.
    wrong = known_sites(*from_cgcs2000(lon, lat, "GCJ-02"))
    report = check(content, wrong)
    assert [question.code for question in report.questions] == ["crs"]


def test_a_decided_sheet_decides_the_one_beside_it():
    """The cells name no county; their sites do, or stand at the same numbers."""
    lon, lat, county = border(200)
    x, y = from_cgcs2000(lon, lat, "BD-09")
    sites = ("基站级", [HEADERS, *site_rows(x, y, county)])
    cells = [
        [f"460-00-{i}-{k}", f"小区{i}-{k}", f"Z{i}", "4G", x[i] + shift, y[i]]
        for shift in (0.0, 0.001)
        for i in range(60)
        for k in range(3)
    ]
    for rows in (cells[:180], cells[180:]):
        content = workbook(sites, ("小区级", [CELL, *rows]))
        site, cell = check_file(content, "a.xlsx", CITY, "cmcc")
        assert (site.crs.chosen, site.crs.ground) == ("BD-09", "areas")
        assert (cell.kind, cell.crs.chosen, cell.crs.ground) == ("cell", "BD-09", "known")
        assert cell.ready
        first = cell.records.geometry.iloc[0]
        assert geodesic_m(first.x, first.y, lon[0], lat[0]) < 110
    alone = check_file(workbook(("小区级", [CELL, *cells])), "a.xlsx", CITY, "cmcc")[0]
    assert alone.crs.chosen == ""


def test_a_sheet_that_was_answered_decides_the_one_beside_it_anywhere():
    lon, lat, county = ground(12)
    x, y = from_cgcs2000(lon, lat, "GCJ-02")
    content = workbook(
        ("基站级", [HEADERS, *site_rows(x, y, county)]),
        ("小区级", [CELL, *([f"C{i}", f"区{i}", f"Z{i}", "4G", x[i], y[i]] for i in range(12))]),
    )
    nothing = check_file(content, "a.xlsx", empty_register(), "cmcc")
    assert [[q.code for q in report.questions] for report in nothing] == [["crs"], ["crs"]]
    told = Answers({"基站级": TableAnswer(crs="GCJ-02")})
    site, cell = check_file(content, "a.xlsx", empty_register(), "cmcc", told)
    assert (site.crs.decided_by, cell.crs.decided_by) == ("answer", "evidence")
    assert cell.crs.chosen == "GCJ-02"


@pytest.mark.parametrize("plane", ["EPSG:4526", "EPSG:4547", "EPSG:32649"])
@pytest.mark.parametrize("crs", GEOGRAPHIC)
@pytest.mark.parametrize("register", [CITY, empty_register()], ids=["city", "nowhere"])
def test_metres_beside_degrees_prove_what_the_degrees_are(plane, crs, register):
    lon, lat, _ = ground(30)
    plane_x, plane_y = from_cgcs2000(lon, lat, plane)
    rows = site_rows(*from_cgcs2000(lon, lat, crs), np.full(30, ""), plane_x, plane_y)
    report = check(site_book(rows, "横坐标", "纵坐标"), register=register)
    assert (report.crs.chosen, report.crs.decided_by, report.crs.ground) == (
        crs,
        "evidence",
        "pair",
    )


def test_web_mercator_beside_the_same_degrees_proves_nothing():
    """Degrees of GCJ-02 beside their own Mercator look just as those of WGS 84 do."""
    lon, lat, _ = ground(30)
    plane_x, plane_y = from_cgcs2000(lon, lat, "EPSG:3857")
    rows = site_rows(lon, lat, np.full(30, ""), plane_x, plane_y)
    report = check(site_book(rows, "横坐标", "纵坐标"))
    assert [question.code for question in report.questions] == ["crs"]


def test_a_copy_of_the_first_pair_proves_nothing():
    lon, lat, _ = ground(30)
    headers = [*HEADERS[:5], "gps经度", "gps纬度", "百度地图经度", "百度地图纬度"]
    rows = site_rows(lon, lat, np.full(30, ""), lon, lat)
    report = check(site_book(rows, headers=headers))
    assert [question.code for question in report.questions] == ["crs"]
    assert given(lon, lat, np.full(30, "EPSG:4490"))[0].tolist() == lon.tolist()
