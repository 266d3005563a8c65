"""Coordinates that are plainly miswritten are put right, and said."""

import pytest
from made_files import table

from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import empty_register

ANSWER = Answers({"*": TableAnswer(kind="site", crs="EPSG:4490")})


def check(headers, *rows, answers=ANSWER):
    lines = [[f"Z{i}", f"站{i}", *row] for i, row in enumerate(rows)]
    content = table([["站址编码", "基站名称", *headers], *lines])
    return check_file(content, "站.csv", empty_register(), "cmcc", answers)[0]


def points(report):
    return [
        None if shape is None else (round(shape.x, 6), round(shape.y, 6))
        for shape in report.records.geometry
    ]


def faults(report, code):
    return [fault for fault in report.faults if fault.code == code]


def test_rows_the_wrong_way_round_are_swapped_and_said():
    report = check(["经度", "纬度"], (113.85, 34.02), (34.03, 113.86), (113.87, 34.04))
    assert points(report) == [(113.85, 34.02), (113.86, 34.03), (113.87, 34.04)]
    told = faults(report, "lonlat_swapped")
    assert [(f.place.row, f.severity) for f in told] == [(3, "warning")]


def test_degrees_as_whole_numbers_and_zeros():
    report = check(["经度", "纬度"], (113850000, 34020000), (0, 0), (113.87, 34.04))
    assert points(report) == [(113.85, 34.02), None, (113.87, 34.04)]
    assert [f.params["rows"] for f in faults(report, "coordinates_scaled")] == [1]
    assert [f.params["rows"] for f in faults(report, "coordinates_zero")] == [1]


@pytest.mark.parametrize(
    "cell",
    [
        "113.85,34.02",
        "34.02，113.85",
        "113.85 34.02",
        "(113.85, 34.02)",
        "113.85、34.02",
        "POINT (113.85 34.02)",
        "E113.85 N34.02",
        "北纬34.02 东经113.85",
        "113°51′0″E,34°1′12″N",
    ],
)
def test_both_coordinates_in_one_cell(cell):
    report = check(["经度"], (cell,), (cell,))
    assert points(report) == [(113.85, 34.02)] * 2
    assert report.questions == ()
    assert faults(report, "coordinates_paired")


def test_both_coordinates_in_each_of_two_columns():
    report = check(["经度", "纬度"], *[("113.85,34.02", "113.85,34.02")] * 2)
    assert points(report) == [(113.85, 34.02)] * 2


def test_coordinates_without_end_or_number_are_said_and_harm_nothing():
    report = check(["经度", "纬度"], ("inf", 34.02), ("NaN", 34.02), (113.85, 34.02))
    assert points(report) == [None, None, (113.85, 34.02)]
    assert [f.place.row for f in faults(report, "coordinate_unread")] == [2]
