"""What is said of matches: what likeness took, and how far off a row lies."""

import math

import pytest
from made_files import SITE, site_rows, table
from small_city import build_small_city

from coverage_map.pipeline import group_faults
from coverage_map.text import LANGUAGES, Text
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.place_names import matching_settings

CITY = build_small_city()
PLACED = Answers({"*": TableAnswer(crs="EPSG:4490")})
M_A_DEGREE_LON = 92_400  # at 34° north, on the ellipsoid


def _check(rows):
    return check_file(table([SITE, *rows]), "站点.csv", CITY, "cmcc", PLACED)[0]


def _of(report, code):
    return [fault for fault in report.faults if fault.code == code]


def test_a_misspelt_village_is_told_row_by_row_and_is_no_fault() -> None:
    rows = site_rows(3)
    rows[1][6] = "颖河村"  # 颖 for 颍
    report = _check(rows)
    (told,) = _of(report, "unit_taken")
    assert (told.severity, told.place.row, told.place.column) == ("note", 3, "行政村")
    assert (told.place.value, told.params["code"]) == ("颖河村", "419901100203")
    assert told.params["unit"] == "赵镇 颍河村村委会"
    assert told.params["how"] in matching_settings()["told"]["how"]
    record = report.records.set_index("row").loc[3]
    assert told.params["sure"] == math.floor(100 * record.match_confidence)
    # The record keeps what the file said, and the register's code beside it.
    assert (record.village_name, record.unit_code) == ("颖河村", "419901100203")
    assert report.bad_rows == 0
    assert {fault.severity for fault in report.faults} == {"note"}
    for language in LANGUAGES:
        said = Text(language).fault(told)[0]
        assert all(part in said for part in ("颖河村", "颍河村村委会", "419901100203", "%"))
        assert "name_" not in said


def test_a_village_by_its_own_name_is_not_told() -> None:
    assert _of(_check(site_rows(5)), "unit_taken") == []


@pytest.mark.parametrize(
    ("away_m", "code", "severity"),
    [
        (300, "", ""),
        (1500, "place_beside", "note"),
        (4000, "place_disagrees", "warning"),
        (12000, "place_far", "warning"),
    ],
)
def test_the_farther_a_row_lies_the_more_it_weighs(away_m, code, severity) -> None:
    rows = site_rows(2)
    # Eastwards out of 颍河村, whose border lies at 113.7°.
    rows[1][7] = 113.7 + away_m / M_A_DEGREE_LON
    report = _check(rows)
    apart = [fault for fault in report.faults if fault.code.startswith("place_")]
    assert [(fault.code, fault.severity) for fault in apart] == ([(code, severity)] if code else [])
    for fault in apart:
        assert fault.params["km"] == pytest.approx(away_m / 1000, rel=0.05)
        assert str(fault.params["code"]) != "419901100203"
        assert str(fault.params["km"]) in Text("zh_CN").fault(fault)[0]


def test_far_rows_come_first_in_their_group_and_in_the_queue() -> None:
    rows = site_rows(4)
    for row, away_m in zip(rows, (0, 3000, 9000, 5000), strict=True):
        row[6] = "颍河村" if not away_m else f"颍河村{'' if away_m == 3000 else ' '}"
        row[7] = 113.65 if not away_m else 113.7 + away_m / M_A_DEGREE_LON
    report = _check(rows)
    (group,) = [g for g in group_faults(report.faults) if g.code == "place_disagrees"]
    kms = [fault.params["km"] for fault in group.faults]
    assert kms == sorted(kms, reverse=True)
    assert group.rows == (4, 5, 3)
    far = report.queue[report.queue["reason"] == "lies_elsewhere"]
    assert far["row"].tolist() == [3]
    assert far["lon"].iloc[0] == pytest.approx(113.7 + 9000 / M_A_DEGREE_LON, abs=1e-4)
