"""A system remembered of such tables is believed only while nothing speaks against it."""

import numpy as np
import pytest
from listings import border, ground, site_book, site_rows
from small_city import build_small_city

from geodata.crs import from_cgcs2000
from geodata.ingest import Answers, Profile, TableAnswer, check_file

CITY = build_small_city()
SAID = TableAnswer(kind="site", crs="GCJ-02")


def check(x, y, county, *, remembered=True, said=None):
    answers = Answers({"*": said}) if said else None
    content = site_book(site_rows(x, y, county))
    report = check_file(content, "站点.xlsx", CITY, "cmcc", answers)[0]
    if not remembered:
        return report
    kept = [Profile("基站", report.shape, SAID)]
    return check_file(content, "站点.xlsx", CITY, "cmcc", answers, kept)[0]


def codes(report):
    return [fault.code for fault in report.faults]


def asked(report):
    return [question.code for question in report.questions]


@pytest.mark.parametrize("named", [True, False])
def test_where_nothing_speaks_against_it_what_was_said_holds(named):
    lon, lat, county = ground(30)
    county = county if named else np.full(30, "")
    places = (*from_cgcs2000(lon, lat, "GCJ-02"), county)
    assert asked(check(*places, remembered=False)) == ["crs"]
    report = check(*places)
    assert (report.crs.chosen, report.crs.decided_by) == ("GCJ-02", "profile")
    assert asked(report) == []
    assert report.profile == "基站"


def test_rows_that_lie_better_in_another_system_are_asked_again():
    far, near = ground(30), border(2)
    lon, lat, county = (np.concatenate(pair) for pair in zip(far, near, strict=True))
    before = check(lon, lat, county, remembered=False)
    inside = {score.crs: score.inside for score in before.crs.scores}
    assert inside["EPSG:4490"] > inside["GCJ-02"]
    assert asked(before) == ["crs"]
    report = check(lon, lat, county)
    assert (report.crs.chosen, asked(report)) == ("", ["crs"])
    assert "crs_profile_doubted" in codes(report)
    answered = check(lon, lat, county, said=TableAnswer(crs="EPSG:4490"))
    assert (answered.crs.chosen, answered.crs.decided_by) == ("EPSG:4490", "answer")
    assert "crs_profile_doubted" not in codes(answered)


def test_what_the_rows_settle_stays_and_is_said():
    report = check(*border(200))
    assert (report.crs.chosen, report.crs.decided_by) == ("EPSG:4490", "evidence")
    assert "crs_profile_contradicted" in codes(report)
    assert asked(report) == []
