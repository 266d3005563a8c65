"""Files of a place that no register describes: kinds and columns are read, the system is asked."""

import numpy as np
import pytest
from listings import GEOGRAPHIC, HEADERS, site_book, site_rows
from listings import ground as made_ground
from small_city import build_small_city

from geodata.crs import from_cgcs2000, geodesic_m
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import empty_register

CITY = build_small_city()
NOWHERE = empty_register()


def ground(count=40, seed=1):
    """Return places in the south of China, which no register here knows."""
    random = np.random.default_rng(seed)
    lon, lat = random.uniform(113.1, 113.5, count), random.uniform(22.9, 23.3, count)
    return lon, lat, np.full(count, "天河区")


def check(content, name="a.xlsx", **answer):
    return check_file(content, name, NOWHERE, "", Answers({"*": TableAnswer(**answer)}))[0]


@pytest.mark.parametrize("crs", GEOGRAPHIC)
@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_are_asked_about_with_every_system_of_degrees(crs, swapped):
    lon, lat, county = ground()
    x, y = from_cgcs2000(lon, lat, crs)
    content = site_book(site_rows(y, x, county) if swapped else site_rows(x, y, county))
    report = check(content)
    assert (report.kind, report.rows, len(report.records)) == ("site", 40, 40)
    assert {match.field for match in report.columns} >= {"source_id", "name", "x", "y"}
    assert (report.crs.chosen, report.crs.decided_by) == ("", "none")
    assert [(s.crs, s.rows, s.share, s.swapped) for s in report.crs.scores] == [
        (name, 0, 1.0, swapped) for name in GEOGRAPHIC
    ]
    assert [(q.code, q.options) for q in report.questions] == [("crs", tuple(GEOGRAPHIC))]
    assert not any(fault.severity == "error" for fault in report.faults)
    answered = check(content, crs=crs)
    assert answered.ready
    placed = answered.records.geometry
    assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.01


@pytest.mark.parametrize("crs", ["EPSG:4526", "EPSG:4497", "EPSG:3857"])
@pytest.mark.parametrize("swapped", [False, True])
def test_what_numbers_alone_tell_is_taken(crs, swapped):
    lon, lat, county = ground()
    x, y = from_cgcs2000(lon, lat, crs)
    headers = [*HEADERS[:5], "X坐标", "Y坐标"]
    rows = site_rows(y, x, county) if swapped else site_rows(x, y, county)
    report = check(site_book(rows, headers=headers))
    assert (report.crs.chosen, report.crs.decided_by, report.crs.swapped) == (crs, "range", swapped)
    placed = report.records.geometry
    assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.01


def test_metres_without_a_zone_are_asked_about():
    lon, lat, county = ground()
    content = site_book(site_rows(*from_cgcs2000(lon, lat, "EPSG:4547"), county))
    (question,) = check(content).questions
    assert question.code == "crs"
    assert "EPSG:4547" in question.options
    assert check(content, crs="EPSG:4547").crs.decided_by == "answer"


@pytest.mark.parametrize(
    ("header", "crs"), [("百度", "BD-09"), ("高德", "GCJ-02"), ("CGCS2000", "EPSG:4490")]
)
def test_a_system_that_headers_name_is_taken_at_their_word_and_said(header, crs):
    lon, lat, county = ground()
    headers = [*HEADERS[:5], f"{header}经度", f"{header}纬度"]
    mapping = {"x": headers[5], "y": headers[6]}
    content = site_book(site_rows(*from_cgcs2000(lon, lat, crs), county), headers=headers)
    report = check(content, kind="site", columns=mapping)
    assert (report.crs.chosen, report.crs.decided_by, report.crs.claimed) == (crs, "file", crs)
    assert "crs_by_claim" in {fault.code for fault in report.faults}


@pytest.mark.parametrize("header", ["GPS", "WGS84"])
def test_what_programs_write_unasked_is_not_believed(header):
    lon, lat, county = ground()
    headers = [*HEADERS[:5], f"{header}经度", f"{header}纬度"]
    mapping = {"x": headers[5], "y": headers[6]}
    content = site_book(site_rows(lon, lat, county), headers=headers)
    report = check(content, kind="site", columns=mapping)
    assert [question.params["claimed"] for question in report.questions] == ["EPSG:4326"]


def test_words_that_contradict_each_other_claim_nothing():
    lon, lat, county = ground()
    headers = [*HEADERS[:5], "百度经度", "高德纬度"]
    mapping = {"x": headers[5], "y": headers[6]}
    content = site_book(site_rows(lon, lat, county), headers=headers)
    assert check(content, kind="site", columns=mapping).crs.claimed == ""


def test_a_table_without_coordinates_asks_nothing_of_them():
    lon, lat, county = ground()
    rows = [row[:5] for row in site_rows(lon, lat, county)]
    report = check(site_book(rows, headers=HEADERS[:5]))
    assert report.kind == "site"
    assert report.questions == ()
    assert report.crs.scores == ()


def test_rows_outside_china_are_kept_out_once_the_system_is_known():
    lon, lat, county = ground()
    lon[3], lat[3] = 2.35, 48.86
    report = check(site_book(site_rows(lon, lat, county)), crs="EPSG:4490")
    assert [(f.code, f.place.row) for f in report.faults if f.severity == "error"] == [
        ("outside_china", 5)
    ]
    assert len(report.records) == 39


def test_rows_that_name_other_places_are_not_placed_here_by_the_size_of_their_numbers():
    """Metres of the next zone, read in ours, come to lie in the middle of the city."""
    lon, lat, county = made_ground(30)
    x, y = from_cgcs2000(lon + 3, lat, "EPSG:4548")
    here = check_file(site_book(site_rows(x, y, county)), "a.xlsx", CITY, "cmcc")[0]
    assert (here.crs.chosen, here.crs.decided_by) == ("EPSG:4547", "range")
    strange = np.full(30, "谯城区")
    there = check_file(site_book(site_rows(x, y, strange)), "a.xlsx", CITY, "cmcc")[0]
    assert [question.code for question in there.questions] == ["crs"]
    assert there.questions[0].options[0] == "EPSG:4547"
    assert "EPSG:4548" in there.questions[0].options
    # Nor where they name counties of ours that they do not lie in.
    west = np.full(30, "西河市")
    x, y = from_cgcs2000(lon / 10 + 102.3, lat, "EPSG:4547")
    wrong = check_file(site_book(site_rows(x, y, west)), "a.xlsx", CITY, "cmcc")[0]
    assert [question.code for question in wrong.questions] == ["crs"]


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("高德镇基站.xlsx", ""),
        ("百度云机房站点.xlsx", ""),
        ("基站(高德坐标).xlsx", "GCJ-02"),
        ("基站_bd09.xlsx", "BD-09"),
        ("基站_2000国家大地坐标系.xlsx", "EPSG:4490"),
    ],
)
def test_a_name_speaks_of_a_system_only_where_it_speaks_of_coordinates(name, claimed):
    lon, lat, county = ground()
    assert check(site_book(site_rows(lon, lat, county)), name).crs.claimed == claimed


def test_a_column_of_clocks_is_no_claim():
    lon, lat, county = ground()
    clock = np.full(40, "GPS")
    report = check(site_book(site_rows(lon, lat, county, clock), "同步方式"))
    assert report.crs.claimed == ""
