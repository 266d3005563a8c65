"""Files of a place that no register describes: kinds and columns are read, the system is asked."""

import geopandas as gpd
import numpy as np
import pytest
from listings import GEOGRAPHIC, HEADERS, site_book, site_rows
from listings import ground as made_ground
from made_files import archive, layer_files
from small_city import build_small_city

from geodata.crs import from_cgcs2000, geodesic_m
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import empty_register

CITY = build_small_city()
NOWHERE = empty_register()
MERCATOR = ("EPSG:3857", "GCJ-02-MERCATOR")


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


@pytest.mark.parametrize("crs", ["EPSG:4526", "EPSG:4497"])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_zone_that_numbers_tell_is_suggested_and_its_datum_asked(crs, swapped):
    """Beijing 54 and Xian 80 have numbers of the same size; only the file's own word tells."""
    lon, lat, county = ground()
    x, y = from_cgcs2000(lon, lat, crs)
    headers = [*HEADERS[:5], "X坐标", "Y坐标"]
    rows = site_rows(y, x, county) if swapped else site_rows(x, y, county)
    content = site_book(rows, headers=headers)
    report = check(content)
    assert (report.crs.chosen, report.crs.swapped) == ("", swapped)
    assert [(q.code, q.options) for q in report.questions] == [("crs", (crs,))]
    said = {fault.code for fault in report.faults}
    assert ("axes_asked" in said) == swapped
    assert "crs_datum_asked" in said
    told = check(content, "基站_CGCS2000坐标系.xlsx")
    assert (told.crs.chosen, told.crs.decided_by) == (crs, "range")
    for placed in (told.records.geometry, check(content, crs=crs).records.geometry):
        assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.01


@pytest.mark.parametrize("crs", MERCATOR)
def test_metres_of_web_mercator_are_asked_about_as_what_they_were_projected_from(crs):
    lon, lat, county = ground()
    content = site_book(site_rows(*from_cgcs2000(lon, lat, crs), county))
    report = check(content)
    assert [(q.code, q.options) for q in report.questions] == [("crs", MERCATOR)]
    said = {fault.code for fault in report.faults}
    assert "crs_mercator" in said
    assert not said & {"crs_datum", "crs_datum_asked"}
    placed = check(content, crs=crs).records.geometry
    assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.01
    other = check(content, crs=next(name for name in MERCATOR if name != crs)).records.geometry
    assert geodesic_m(other.x, other.y, lon, lat).min() > 300


def test_metres_said_to_be_of_amap_are_web_mercator_of_its_degrees():
    lon, lat, county = ground()
    content = site_book(site_rows(*from_cgcs2000(lon, lat, "GCJ-02-MERCATOR"), county))
    report = check(content, "基站(高德坐标).xlsx")
    assert (report.crs.chosen, report.crs.decided_by) == ("GCJ-02-MERCATOR", "file")


@pytest.mark.parametrize(
    ("datum", "spheroid", "why"),
    [
        ("D_User", '"Krasovsky_1940",6378245.0,298.3', "beijing54"),
        ("D_Local", '"IAG_1975",6378140.0,298.257', "xian80"),
        ("D_Local", '"GRS_1980_Other",6378137.0,298.257222101', ""),
    ],
)
def test_a_datum_without_a_name_is_told_by_its_ellipsoid(datum, spheroid, why):
    """And one that nobody knows leads to a question, never to what the numbers could be."""
    lon, lat, county = ground()
    columns = {"站号": [f"Z{i}" for i in range(40)], "站名": [f"站{i}" for i in range(40)]}
    points = gpd.points_from_xy(*from_cgcs2000(lon, lat, "EPSG:4526"))
    frame = gpd.GeoDataFrame({**columns, "区县": county}, geometry=points, crs="EPSG:4526")
    prj = (
        f'PROJCS["Custom",GEOGCS["GCS_User",DATUM["{datum}",SPHEROID[{spheroid}]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        'PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    files = {**layer_files(frame, "s.shp", encoding="UTF-8"), "s.prj": prj.encode()}
    report = check(archive(files), "s.zip", kind="site")
    assert report.crs.chosen == ""
    refused = [fault.params["why"] for fault in report.faults if fault.code == "crs_refused"]
    assert refused == ([why] if why else [])
    if not why:
        assert [(q.code, q.options) for q in report.questions] == [("crs", ("EPSG:4526",))]


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
