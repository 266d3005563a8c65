"""The coordinate system is found by evidence, or asked for; never guessed silently."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import archive, layer_files, table
from shapely.geometry import box
from small_city import COUNTIES, SIDE, SOUTH, WEST, build_small_city

from coverage_map.text import Text
from geodata.crs import CrsRefusedError, from_cgcs2000, geodesic_m
from geodata.ingest import Answers, TableAnswer, check_file

CITY = build_small_city()
GEOGRAPHIC = ["EPSG:4490", "GCJ-02", "BD-09"]
PLANE = ["EPSG:4526", "EPSG:4547", "EPSG:4497"]
MERCATOR = ["EPSG:3857", "GCJ-02-MERCATOR"]
HEADERS = ["站址编码", "基站名称", "制式", "区县", "行政村"]


def ground(count, seed=1):
    """Return random places in the city with the county that each lies in."""
    random = np.random.default_rng(seed)
    lon = random.uniform(WEST, WEST + 2 * SIDE, count)
    lat = random.uniform(SOUTH, SOUTH + SIDE, count)
    county = np.where(lon < WEST + SIDE, *COUNTIES.values())
    return lon, lat, county


def listing(lon, lat, county, x_header="经度", y_header="纬度"):
    rows = [
        [f"Z{i}", f"站{i}", "4G", county[i], "", repr(float(lon[i])), repr(float(lat[i]))]
        for i in range(len(lon))
    ]
    return table([[*HEADERS, x_header, y_header], *rows])


def check(content, name="a.csv", register=CITY, **answer):
    answers = Answers({"*": TableAnswer(kind="site", **answer)})
    return check_file(content, name, register, "cmcc", answers)[0]


def codes(report):
    return {fault.code for fault in report.faults}


@pytest.mark.parametrize("crs", GEOGRAPHIC)
@pytest.mark.parametrize("swapped", [False, True])
def test_shifted_degrees_are_told_apart_by_the_counties_that_rows_name(crs, swapped):
    lon, lat, county = ground(1500)
    x, y = from_cgcs2000(lon, lat, crs)
    report = check(listing(y, x, county) if swapped else listing(x, y, county))
    assert (report.crs.chosen, report.crs.decided_by) == (crs, "evidence")
    assert report.crs.swapped == swapped
    assert ("axes_swapped" in codes(report)) == swapped
    assert report.questions == ()
    best, *others = report.crs.scores
    assert (best.crs, best.inside, best.rows) == (crs, 1500, 1500)
    assert all(score.inside < 1500 for score in others)
    placed = report.records.geometry
    assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.01
    assert set(report.records["crs"]) == {crs}


@pytest.mark.parametrize("crs", PLANE)
@pytest.mark.parametrize("swapped", [False, True])
def test_plane_coordinates_are_told_by_their_range(crs, swapped):
    lon, lat, county = ground(40)
    x, y = from_cgcs2000(lon, lat, crs)
    headers = ("Y坐标", "X坐标") if swapped else ("X坐标", "Y坐标")
    report = check(listing(x, y, county, *headers))
    assert (report.crs.chosen, report.crs.decided_by) == (crs, "range")
    assert report.crs.swapped == swapped
    placed = report.records.geometry
    assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.02
    # What datum the numbers rest on is said to be assumed.
    assert codes(report) == {"crs_datum"} | ({"axes_surveying"} if swapped else set())


@pytest.mark.parametrize("crs", MERCATOR)
def test_web_mercator_is_told_from_that_of_gcj_by_the_counties_that_rows_name_or_asked(crs):
    lon, lat, county = ground(1500)
    x, y = from_cgcs2000(lon, lat, crs)
    report = check(listing(x, y, county, "X坐标", "Y坐标"))
    assert (report.crs.chosen, report.crs.decided_by) == (crs, "evidence")
    placed = report.records.geometry
    assert geodesic_m(placed.x, placed.y, lon, lat).max() < 0.02
    few = check(listing(x[:5], y[:5], county[:5], "X坐标", "Y坐标"))
    assert [question.code for question in few.questions] == ["crs"]


def test_utm_is_thought_of_only_where_rows_or_the_file_speak_for_it():
    """It lies 1.5 km off Gauss–Krüger of 6 degrees, and hardly any file is in it."""
    lon, lat, county = ground(1500)
    for crs, decided_by in (("EPSG:4508", "range"), ("EPSG:32649", "evidence")):
        report = check(listing(*from_cgcs2000(lon, lat, crs), county))
        assert (report.crs.chosen, report.crs.decided_by) == (crs, decided_by)
    x, y = from_cgcs2000(lon[:20], lat[:20], "EPSG:32649")
    report = check(layer(x, y, county[:20], "EPSG:32649"), "a.zip")
    assert (report.crs.chosen, report.crs.decided_by) == ("EPSG:32649", "file")
    # Rows enough to fall out of their county under the usual system, too few to be sure.
    lon, lat, county = ground(60)
    report = check(listing(*from_cgcs2000(lon, lat, "EPSG:32649"), county))
    assert report.questions[0].options == ("EPSG:32649", "EPSG:4508")


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10_000), st.sampled_from(GEOGRAPHIC))
def test_few_rows_are_asked_about_or_right(count, seed, crs):
    lon, lat, county = ground(count, seed)
    report = check(listing(*from_cgcs2000(lon, lat, crs), county))
    if report.questions:
        assert report.crs.chosen == ""
        assert report.questions[0].code == "crs"
        assert set(report.questions[0].options) >= set(GEOGRAPHIC)
        assert not report.ready
        assert report.records.geometry.isna().all()
    else:
        assert report.crs.chosen == crs


def test_an_answer_goes_before_everything():
    lon, lat, county = ground(30)
    report = check(listing(*from_cgcs2000(lon, lat, "BD-09"), county), crs="BD-09")
    assert (report.crs.chosen, report.crs.decided_by) == ("BD-09", "answer")
    assert report.ready
    assert geodesic_m(report.records.geometry.x, report.records.geometry.y, lon, lat).max() < 0.01
    with pytest.raises(CrsRefusedError):
        check(listing(lon, lat, county), crs="EPSG:2383")


def test_rows_that_name_no_county_are_no_evidence():
    lon, lat, county = ground(1500)
    report = check(listing(lon, lat, np.full(len(county), "")))
    assert [question.code for question in report.questions] == ["crs"]
    assert {score.rows for score in report.crs.scores} == {0}


def test_modelled_outlines_decide_nothing():
    lon, lat, county = ground(1500)
    modelled = dataclasses.replace(CITY, counties=CITY.counties.assign(modelled=True))
    report = check(listing(lon, lat, county), register=modelled)
    assert [question.code for question in report.questions] == ["crs"]


def test_a_real_outline_of_a_township_is_finer_evidence():
    """Where townships' outlines are real, their borders tell what those of counties do not."""
    real = dataclasses.replace(CITY, townships=CITY.townships.assign(modelled=False))
    random = np.random.default_rng(5)
    # A strip across the border between two townships of one county.
    border = WEST + SIDE / 2
    lon = random.uniform(border - 0.02, border + 0.02, 200)
    lat = random.uniform(SOUTH + 0.05, SOUTH + 0.15, 200)
    township = np.where(lon < border, "赵镇", "钱庄乡")
    rows = [
        [f"Z{i}", f"站{i}", "4G", "东山县", township[i], repr(float(lon[i])), repr(float(lat[i]))]
        for i in range(200)
    ]
    content = table([["站址编码", "基站名称", "制式", "区县", "乡镇", "经度", "纬度"], *rows])
    assert check(content).crs.chosen == ""
    assert check(content, register=real).crs.chosen == "EPSG:4490"


@pytest.mark.parametrize(
    ("header", "crs"), [("百度地图", "BD-09"), ("高德", "GCJ-02"), ("CGCS2000", "EPSG:4490")]
)
def test_what_headers_say_is_believed_until_evidence_speaks_against_it(header, crs):
    lon, lat, county = ground(20, seed=4)
    nobody = np.full(20, "")
    headers = (f"{header}经度", f"{header}纬度")
    mapping = {"x": headers[0], "y": headers[1]}
    report = check(listing(*from_cgcs2000(lon, lat, crs), nobody, *headers), columns=mapping)
    assert (report.crs.chosen, report.crs.decided_by, report.crs.claimed) == (crs, "file", crs)
    lon, lat, county = ground(1500)
    other = next(name for name in GEOGRAPHIC if name != crs)
    report = check(listing(*from_cgcs2000(lon, lat, other), county, *headers), columns=mapping)
    assert (report.crs.chosen, report.crs.decided_by) == (other, "evidence")
    assert "crs_contradicted" in codes(report)


def layer(lon, lat, county, declared):
    frame = gpd.GeoDataFrame(
        {"name": [f"Z{i}" for i in range(len(lon))], "county": county, "RAT": "4G"},
        geometry=gpd.points_from_xy(lon, lat),
        crs=declared,
    )
    return archive(layer_files(frame, "site.shp"))


def test_a_prj_of_wgs84_over_gcj02_is_contradicted_or_asked_never_obeyed():
    for count in (25, 60, 120, 400, 1500):
        for seed in range(4):
            lon, lat, county = ground(count, seed)
            content = layer(*from_cgcs2000(lon, lat, "GCJ-02"), county, "EPSG:4326")
            report = check(content, "a.zip")
            assert report.crs.claimed == "EPSG:4326"
            if report.crs.chosen:
                assert (report.crs.chosen, report.crs.decided_by) == ("GCJ-02", "evidence")
                assert "crs_contradicted" in codes(report)
            else:
                assert [question.code for question in report.questions] == ["crs"]
    assert report.crs.chosen == "GCJ-02"


def test_a_prj_of_wgs84_over_wgs84_is_taken_with_some_support():
    lon, lat, county = ground(300)
    report = check(layer(lon, lat, county, "EPSG:4326"), "a.zip")
    assert report.crs.chosen == "EPSG:4490"
    assert report.crs.decided_by in {"file", "evidence"}


def test_a_declared_projection_is_taken():
    lon, lat, county = ground(10)
    report = check(layer(*from_cgcs2000(lon, lat, "EPSG:4547"), county, "EPSG:4547"), "a.zip")
    assert (report.crs.chosen, report.crs.claimed) == ("EPSG:4547", "EPSG:4547")


@pytest.mark.parametrize(("code", "why"), [(2383, "xian80"), (2437, "beijing54")])
def test_secret_datums_are_refused_with_the_way_out(code, why):
    lon, lat, county = ground(10)
    x, y = from_cgcs2000(lon, lat, "EPSG:4547")
    content = layer(x, y, county, f"EPSG:{code}")
    report = check(content, "a.zip")
    refusals = [fault for fault in report.faults if fault.code == "crs_refused"]
    assert [fault.params["why"] for fault in refusals] == [why]
    assert len(report.records) == 0
    # Whoever knows that the label is wrong may say so.
    assert len(check(content, "a.zip", crs="EPSG:4547").records) == 10


def test_a_second_pair_of_columns_proves_the_first():
    lon, lat, _ = ground(30)
    baidu = from_cgcs2000(lon, lat, "BD-09")
    headers = ["站址编码", "基站名称", "制式", "gps经度", "gps纬度", "百度地图经度", "百度地图纬度"]
    for crs in ("EPSG:4490", "GCJ-02"):
        x, y = from_cgcs2000(lon, lat, crs)
        rows = [
            [f"Z{i}", f"站{i}", "4G", *(repr(float(v[i])) for v in (x, y, *baidu))]
            for i in range(30)
        ]
        report = check(table([headers, *rows]))
        assert (report.crs.chosen, report.crs.decided_by) == (crs, "evidence")


def test_a_file_of_another_place_is_asked_about_and_said_to_be_one_once():
    lon, lat, county = ground(20)
    report = check(listing(lon + 3, lat + 2, county))
    far = [fault for fault in report.faults if fault.code == "crs_far"]
    assert [fault.severity for fault in far] == ["warning"]
    assert [question.code for question in report.questions] == ["crs"]
    assert set(report.questions[0].options) == set(GEOGRAPHIC)
    assert report.records.geometry.isna().all()
    assert not any(fault.place.row for fault in report.faults)
    answered = check(listing(lon + 3, lat + 2, county), crs="GCJ-02")
    errors = [fault.code for fault in answered.faults if fault.severity == "error"]
    assert errors == ["table_elsewhere"]
    assert len(answered.records) == 0


def test_rows_that_name_another_place_are_said_to():
    lon, lat, _ = ground(20)
    names = np.where(np.arange(20) % 3 == 0, "天河区", "越秀区")
    report = check(listing(lon - 0.4, lat - 10.9, names))
    (fault,) = (fault for fault in report.faults if fault.code == "other_place")
    assert fault.params["names"] == "越秀区、天河区"
    assert "crs_far" not in codes(report)


@pytest.mark.parametrize(("x", "y"), [(712_345.0, 812_345.0), (123_456.0, 99.0)])
@pytest.mark.parametrize("headers", [("经度", "纬度"), ("CGCS2000经度", "CGCS2000纬度")])
def test_numbers_that_fit_no_system_are_an_error_at_once(x, y, headers):
    lon, lat, county = ground(20)
    columns = {"x": headers[0], "y": headers[1]}
    strange = check(listing(lon * 0 + x, lat * 0 + y, county, *headers), columns=columns)
    errors = [fault.code for fault in strange.faults if fault.severity == "error"]
    assert errors == ["crs_fits_none"]
    assert strange.questions == ()
    assert len(strange.records) == 0
    # An answer does not make positions of them either.
    answered = check(listing(lon * 0 + x, lat * 0 + y, county), crs="EPSG:4490")
    assert len(answered.records) == 0


def test_a_question_names_wgs84_as_the_file_does():
    """KML is WGS 84 by definition; that CGCS2000 is within a metre does not rename it."""
    marks = "".join(
        f"<Placemark><name>站{i}</name><ExtendedData><Data name='站址编码'><value>Z{i}</value>"
        f"</Data></ExtendedData><Point><coordinates>{113.65 + i / 1000},34.12</coordinates></Point>"
        "</Placemark>"
        for i in range(3)
    )
    report = check(f"<kml><Document>{marks}</Document></kml>".encode(), "a.kml")
    assert [question.params["claimed"] for question in report.questions] == ["EPSG:4326"]
    doubt = next(fault for fault in report.faults if fault.code == "crs_doubted")
    assert "WGS 84" in Text("zh_CN").fault(doubt)[0]


@pytest.mark.parametrize(
    ("headers", "said"), [(("gps经度", "gps纬度"), "gps经度"), (("经度", "纬度"), "")]
)
def test_a_claim_is_told_of_the_header_that_makes_it(headers, said):
    """Evidence contradicts the claim; who wrote it is named, header or file."""
    lon, lat, county = ground(1500)
    x, y = from_cgcs2000(lon, lat, "GCJ-02")
    report = check(listing(x, y, county, *headers), name="WGS84坐标.csv")
    fault = next(fault for fault in report.faults if fault.code == "crs_contradicted")
    assert fault.place.column == said
    for language in ("zh_CN", "en"):
        told = Text(language).fault(fault)[0]
        assert (said in told) if said else ("“" not in told)


def test_an_answer_leaves_no_swap_unsaid():
    lon, lat, county = ground(30)
    report = check(listing(lat, lon, county), crs="EPSG:4490")
    assert report.crs.swapped
    assert {fault.code: fault.severity for fault in report.faults} == {"axes_swapped": "note"}
    x, y = from_cgcs2000(lon, lat, "EPSG:4547")
    report = check(listing(y, x, county, "X坐标", "Y坐标"), crs="EPSG:4547")
    assert report.crs.swapped
    assert {fault.code: fault.severity for fault in report.faults} == {"axes_surveying": "note"}


def test_the_city_is_made_as_its_description_says():
    assert CITY.counties.geometry.iloc[0].equals(box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE))
