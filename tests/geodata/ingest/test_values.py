"""Cells become values, however they were typed."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.ingest.values import cell_text, empty_column, parse_column
from geodata.records import read_kinds

KINDS = read_kinds()
FULL = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


def parse(kind, field, *cells):
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    return parse_column(column, KINDS[kind].all_fields[field])


def values(kind, field, *cells):
    return list(parse(kind, field, *cells).array)


def codes(kind, field, *cells):
    return [parsed.code for _, parsed in parse(kind, field, *cells).faults]


@given(st.integers(0, 19_999), st.sampled_from(["", " ", "口", "个"]), st.booleans())
def test_whole_numbers_as_text(number, unit, full):
    text = str(number).translate(FULL) if full else f"{number:,}"
    assert (
        values("fibre_node", "ports_installed", f" {text}{unit}", number, float(number))
        == [number] * 3
    )


@given(st.floats(0, 200, allow_nan=False), st.sampled_from(["", "m", "米", " 米"]))
def test_numbers_with_units(number, unit):
    assert values("site", "height_m", f"{number!r}{unit}") == [pytest.approx(number)]


def test_units_are_brought_to_the_field_s_own():
    assert values("fibre_route", "length_m", "1.2公里", "350米", "2km") == [1200, 350, 2000]
    assert values("cell", "frequency_mhz", "2.1GHz", "1850MHz", "2.1G") == [2100, 1850, 2100]
    assert values("settlement_broadband", "speed_mbps", "100M", "1Gbps", "50兆") == [100, 1000, 50]
    assert codes("site", "height_m", "35户") == ["not_a_number"]


@pytest.mark.parametrize(
    ("header", "metres"),
    [
        ("皮长(公里)", 1200),
        ("皮长公里", 1200),
        ("长度[km]", 1200),
        ("皮长(米)", 1.2),
        ("长度", 1.2),
    ],
)
def test_a_unit_in_the_header_holds_for_bare_numbers(header, metres):
    cells = np.array([1.2, "1.2", "350米"], dtype=object)
    entry = KINDS["fibre_route"].fields["length_m"]
    assert list(parse_column(cells, entry, header).array) == [metres, metres, 350]


@given(st.floats(70, 140), st.booleans())
def test_degrees_minutes_seconds(degrees, full):
    whole, rest = divmod(round(degrees * 360_000), 360_000)
    minutes, seconds = divmod(rest, 6000)
    spelled = [
        f"{whole}°{minutes}′{seconds / 100:.2f}″",
        f"{whole}度{minutes}分{seconds / 100:.2f}秒",
        f"{whole}:{minutes}:{seconds / 100:.2f}",
        f"{whole}°{minutes}'{seconds / 100:.2f}\"E",
        f"{degrees:.10f}",
    ]
    if full:
        spelled = [text.translate(FULL) for text in spelled]
    for value in values("site", "x", *spelled):
        assert value == pytest.approx(degrees, abs=2e-6)


def test_decimal_minutes_hemispheres_and_what_is_no_coordinate():
    assert values("site", "x", "113°49.2′", "W113°30′", "113.8°") == pytest.approx(
        [113.82, -113.5, 113.8]
    )
    bad = ("东经一百一十三度", "113°75′", "1e999", float("inf"), "113.8.1")
    assert codes("site", "x", *bad) == ["coordinate_unread"] * len(bad)


@given(st.dates(dt.date(1960, 1, 1), dt.date(2050, 12, 31)))
def test_dates_however_written(day):
    serial = (day - dt.date(1899, 12, 30)).days
    spelled = [
        day,
        dt.datetime(day.year, day.month, day.day, 8, 30),  # noqa: DTZ001 - as a sheet has it
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d} 08:30:00",
        f"{day:%Y-%m-%d}".translate(FULL),
        float(serial),
        str(serial),
    ]
    assert values("site", "opened", *spelled) == [day.isoformat()] * len(spelled)


def test_months_years_and_what_is_no_date():
    assert values("site", "opened", "2015年6月", "2015-06", "2015", "-") == [
        "2015-06-01",
        "2015-06-01",
        "2015-01-01",
        "",
    ]
    assert codes("site", "opened", "2015-02-30", "去年", 12.0) == ["not_a_date"] * 3


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        *((cell, True) for cell in ("是", "有", "Y", "ｙｅｓ", True, 1.0)),
        *((cell, False) for cell in ("否", "无", "n", False, "0")),
    ],
)
def test_yes_and_no(cell, value):
    assert values("site", "shared", cell) == [value]


def test_indoor_is_spelled_in_two_ways():
    assert values("cell", "indoor", "是", "否", "室内", "室外") == [True, False, True, False]
    assert codes("cell", "indoor", "在谈") == ["not_yes_or_no"]


def test_lists_in_any_separator():
    for separator in "/、,，;；+|":
        assert values("cell", "networks", f"移动{separator}中国广电") == [["cmcc", "cbn"]]
    assert values("site", "shared_with", "无", "其他", "46001/46011", "电信、电信") == [
        [],
        [],
        ["unicom", "telecom"],
        ["telecom"],
    ]
    assert values("site", "technologies", "GSM/FDD-LTE", "LTE1800、NR700", "LTE FDD") == [
        ["2G", "4G"],
        ["4G", "5G"],
        ["4G"],
    ]
    assert codes("site", "technologies", "4G/6G") == ["value_unknown"]


def test_identifiers_stay_as_they_are():
    given_ids = ["7600300", 483331.0, "460-00-1006136-40", " １２ab ", "0012", "7A00F"]
    assert values("cell", "source_id", *given_ids) == [
        "7600300",
        "483331",
        "460-00-1006136-40",
        "12ab",
        "0012",
        "7A00F",
    ]
    assert codes("cell", "source_id", 1e18) == ["code_rounded"]


def test_sectors_in_one_cell_take_the_highest_and_are_kept():
    parsed = parse("site", "height_m", "35/35/32", "35、38", "33")
    assert list(parsed.array) == [35, 38, 33]
    assert parsed.several == [0, 1]
    assert codes("cell", "height_m", "35/32") == ["not_a_number"]


@pytest.mark.parametrize("nothing", ["", "-", "—", " ", "NULL", "n/a", None, float("nan"), "／"])
def test_nothing_is_nothing_in_every_type(nothing):
    for field in KINDS["site"].all_fields:
        parsed = parse("site", field, nothing)
        assert parsed.faults == []
        assert parsed.empty.tolist() == [True]


def test_errors_of_formulas_and_ranges():
    assert codes("site", "height_m", "#DIV/0!", "#REF!", "450", "-1", "1e400") == [
        "cell_error",
        "cell_error",
        "out_of_range",
        "out_of_range",
        "not_a_number",
    ]
    assert codes("fibre_node", "ports_free", "3.5") == ["not_whole"]
    assert codes("tower", "structure", "高塔") == ["value_unknown"]


@given(
    st.one_of(
        st.text(max_size=40),
        st.floats(),
        st.integers(-(10**20), 10**20),
        st.booleans(),
        st.dates(),
        st.none(),
    )
)
def test_no_cell_breaks_any_field(cell):
    for kind in KINDS.values():
        for name, entry in kind.all_fields.items():
            parsed = parse(kind.name, name, cell)
            assert len(parsed.array) == 1
            assert parsed.array.dtype == empty_column(entry, 1).dtype


def test_cells_as_people_read_them():
    assert cell_text(12.0) == "12"
    assert cell_text(0.1) == "0.1"
    assert cell_text(" a  b\n") == "a b"
    assert cell_text(dt.datetime(2015, 6, 30)) == "2015-06-30"  # noqa: DTZ001
    assert cell_text(math.inf) == "inf"
