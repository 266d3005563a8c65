"""Cells become values, however they were typed."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.ingest.values import _parse_cell, _reading, cell_text, empty_column, parse_column
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


def test_counts_in_ten_thousands_are_whole():
    entry = KINDS["internet_penetration"].all_fields["population"]
    cells = np.array(["36.52", 88.1, "40万"], dtype=object)
    read = parse_column(cells, entry, "常住人口（万人）")
    assert (list(read.array)[:2], [row for row, _ in read.faults]) == ([365200, 881000], [2])
    assert codes("internet_penetration", "population", 36.52) == ["not_whole"]


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
    assert values("site", "technologies", "FDD/NR", "NR(SA)/2.6G") == [["4G", "5G"], ["5G"]]
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


@settings(deadline=None)
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


@pytest.mark.parametrize(
    ("band", "spellings"),
    [
        (
            "2.1G",
            "2.1G 2.1GHz 2100M 2100MHz 2100 B1 n1 Band1 WCDMA2100 FDD2100 L2100 ２.１Ｇ U2100 L21",
        ),
        ("1.8G", "1.8G FDD1800 FDD-1800 LTE1800 DCS1800 1800M B3 3 L1800 1800 1800MHz LTE-FDD1800"),
        ("800M", "800M CDMA800 B5 L800 800MHz 850M 2452"),
        ("900M", "GSM900 900M B8 FDD900 G900 U900 0.9G"),
        ("700M", "700M n28 NR700 5G-700M 0.7G"),
        ("1.9G", "F F频段 TD-LTE-F F1 B39 1.9G"),
        ("2.0G", "A A频段 B34 2.0G"),
        ("2.3G", "E E频段 E1 B40 2.3G 38950"),
        ("2.6G", "D D频段 D1 D3 B38 B41 n41 2.6G 2600M NR2.6G 41 504990"),
        ("3.5G", "3.5G n78 N78 3500M 3.5GHz NR3.5G N35 3.4G"),
        ("4.9G", "4.9G n79 4900MHz NR4.9"),
        ("1.8G/2.1G", "1.8G/2.1G FDD1800+2100M 1800、2100 B3,B1"),
    ],
)
def test_bands_however_written(band, spellings):
    assert values("cell", "band", *spellings.split()) == [band] * len(spellings.split())
    with_spaces = {"1.8G": ["LTE FDD 1800", "Band 3", "FDD 1800"], "3.5G": ["NR 3.5G", "5G 3.5G"]}
    for text in with_spaces.get(band, []):
        assert values("cell", "band", text) == [band]


def test_what_names_no_band_stays_as_it_is():
    assert values("cell", "band", "4G", "室分", "3D-MIMO", "100", "6G频段", "-") == [
        "4G",
        "室分",
        "3D-MIMO",
        "100",
        "6G频段",
        "",
    ]


def test_dates_whose_order_the_column_tells():
    assert values("site", "opened", "15/6/2015", "3/7/2015") == ["2015-06-15", "2015-07-03"]
    assert values("site", "opened", "6/15/15", "7/3/15") == ["2015-06-15", "2015-07-03"]
    assert values("site", "opened", "15-6-30", "16-7-31") == ["2015-06-30", "2016-07-31"]
    assert [note.code for note in parse("site", "opened", "6/15/15").notes] == ["date_order"]
    assert codes("site", "opened", "3/7/2015") == ["date_ambiguous"]
    assert values("site", "opened", "7/7/2015") == ["2015-07-07"]
    assert codes("site", "opened", "31/31/2015") == ["not_a_date"]


def test_dates_as_exports_write_them():
    assert values(
        "site", "opened", "15-Jun-2015", "Jun 15, 2015", "Jun-15", "201506", "20150603120000",
        "2015-06-03T08:00:00", "2015年6月3日 8:00",
    ) == [
        "2015-06-15", "2015-06-15", "2015-06-01", "2015-06-01", "2015-06-03",
        "2015-06-03", "2015-06-03",
    ]  # fmt: skip


def test_identifiers_that_spreadsheets_spoiled():
    assert values("site", "source_id", "123.0", 123.0, "123", "'0012", '="0012"', " ４6 ") == [
        "123", "123", "123", "0012", "0012", "46",
    ]  # fmt: skip
    assert codes("site", "given_code", "4.11002E+11", "4E+11") == ["code_rounded"] * 2
    assert values("cell", "source_id", "12E5", "7600E03", "1.2.3") == ["12E5", "7600E03", "1.2.3"]


def test_coordinates_in_other_spellings():
    assert values(
        "site", "x", "113 51 3.2", "113-51-3.2", "E113.85", "113.85E", "东经113.85", "113°51.053′",
        "113°51′3.2″", "113 ° 51 ' 3.2 \"",
    ) == pytest.approx(
        [113.850889, 113.850889, 113.85, 113.85, 113.85, 113.850883, 113.850889, 113.850889],
        abs=1e-6,
    )  # fmt: skip
    assert values("site", "y", "S12.5", "12.5S", "南纬12.5") == [-12.5] * 3


def test_numbers_in_other_spellings():
    assert values("cell", "height_m", "３５米", "35 m", " 35 ", "1.5E1") == [35, 35, 35, 15]
    assert values("cell", "bandwidth_mhz", "20MHz", "20Mhz", "20M", 20.0) == [20] * 4
    assert values("fibre_route", "core_km", "12.5芯公里", "12.5") == [12.5, 12.5]
    assert parse("cell", "height_m", "室分", "无").faults == []
    # 120,240 are two azimuths and no hundred and twenty thousand.
    assert values("site", "azimuths_deg", "120,240", "0°/120°/240°") == [[120, 240], [0, 120, 240]]


@given(st.lists(st.floats(0, 200), min_size=2, max_size=6), st.sampled_from("/、,;|"))
def test_lists_of_numbers_come_back(numbers, separator):
    text = separator.join(f"{number:.2f}" for number in numbers)
    assert values("site", "heights_m", text) == [
        [pytest.approx(number, abs=0.005) for number in numbers]
    ]
    assert values("site", "height_m", text) == [pytest.approx(max(numbers), abs=0.005)]


@given(st.floats(-20, 56))
def test_watts_and_dbm_are_one_power(dbm):
    watts = 10 ** ((dbm - 30) / 10)
    assert values("cell", "power_dbm", f"{watts!r}W", f"{dbm!r}dBm") == pytest.approx(
        [dbm, dbm], abs=0.01
    )


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.floats(), st.integers(-(10**12), 10**12), st.none()),
        max_size=8,
    )
)
def test_no_column_breaks_a_field_that_looks_at_the_whole(cells):
    for kind, field in (
        ("cell", "power_dbm"), ("site", "opened"), ("cell", "band"), ("site", "heights_m"),
    ):  # fmt: skip
        assert len(parse(kind, field, *cells).array) == len(cells)


PLAIN = st.one_of(
    st.integers(-(10**17), 10**17),
    st.floats(),
    st.from_regex(r"-?[0-9]{1,6}([.][0-9]{1,4})?", fullmatch=True),
    st.text(max_size=20),
    st.text("0123456789abcdefABCDEF.+-E#=' 无", max_size=9),
)


@settings(deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=8))
def test_the_quick_way_gives_what_the_slow_one_gives(cells):
    for kind, name in (
        ("site", "name"), ("site", "source_id"), ("site", "x"), ("cell", "height_m"),
        ("cell", "pci"), ("site", "height_m"),
    ):  # fmt: skip
        entry = KINDS[kind].all_fields[name]
        column = np.empty(len(cells), dtype=object)
        column[:] = cells
        reading = _reading(entry, "", "", column)
        quick = reading.quick(column, entry)
        for cell, value in zip(cells, quick, strict=True):
            if value is not None:
                slow = _parse_cell(cell, entry, reading.parse)
                assert (value, type(value)) == (slow.value, type(slow.value))
                assert not slow.code
                assert not slow.several


def test_cells_as_people_read_them():
    assert cell_text(12.0) == "12"
    assert cell_text(0.1) == "0.1"
    assert cell_text(" a  b\n") == "a b"
    assert cell_text(dt.datetime(2015, 6, 30)) == "2015-06-30"  # noqa: DTZ001
    assert cell_text(math.inf) == "inf"
