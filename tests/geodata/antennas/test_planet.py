"""Antenna files as vendors write them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.antennas.patterns import CutPattern
from geodata.antennas.planet import index_by_name, plain_name, read_planet, write_planet

AWAY = (np.arange(360) + 180) % 360 - 180
HORIZONTAL = np.round(np.minimum(12 * (AWAY / 65) ** 2, 30.0), 2)
VERTICAL = np.round(np.minimum(12 * ((AWAY - 6) / 7) ** 2, 30.0), 2)


def text(heads: str = "", horizontal=HORIZONTAL, vertical=VERTICAL, form="{} {}") -> str:
    lines = [
        heads or "NAME A-65\nFREQUENCY 1855\nGAIN 15.50 dBd\nTILT ELECTRICAL\nELECTRICAL_TILT 6"
    ]
    for key, cut in (("HORIZONTAL 360", horizontal), ("VERTICAL 360", vertical)):
        lines.append(key)
        lines += [form.format(angle, loss) for angle, loss in enumerate(cut)]
    return "\n".join(lines)


def codes(faults) -> set[str]:
    return {fault.code for fault in faults}


def test_a_file_as_it_should_be() -> None:
    pattern, faults = read_planet(text().encode(), "a.msi")
    assert pattern is not None
    assert faults == ()
    assert (pattern.name, pattern.frequency_mhz, pattern.electrical_tilt_deg) == (
        "A-65",
        1855.0,
        6.0,
    )
    assert pattern.gain_dbi == pytest.approx(17.65)
    np.testing.assert_array_equal(pattern.horizontal_db, HORIZONTAL)
    np.testing.assert_array_equal(pattern.vertical_db, VERTICAL)


@given(
    losses=st.lists(st.integers(0, 4000), min_size=720, max_size=720),
    gain=st.integers(-900, 3000),
    tilt=st.integers(0, 12),
)
def test_what_is_written_is_read_again(losses: list[int], gain: int, tilt: int) -> None:
    numbers = np.array(losses) / 100.0
    pattern = CutPattern(
        "ODI-065 R17", gain / 100.0, numbers[:360], numbers[360:], 1800.0, float(tilt)
    )
    # A beam that lies above the horizon would be taken for one upside down.
    pattern.vertical_db[tilt] = 0.0
    again, faults = read_planet(write_planet(pattern).encode(), "b.pln")
    assert again is not None
    assert not [fault for fault in faults if fault.severity == "error"]
    assert (again.name, again.frequency_mhz) == (pattern.name, 1800.0)
    assert again.gain_dbi == pytest.approx(pattern.gain_dbi, abs=0.005)
    assert again.electrical_tilt_deg == tilt
    np.testing.assert_array_equal(again.horizontal_db, pattern.horizontal_db)
    np.testing.assert_array_equal(again.vertical_db, pattern.vertical_db)


@pytest.mark.parametrize(
    "content",
    [
        text(form="{}\t{}").encode("utf-8-sig"),
        text(form="{}.0   {}").replace(".", ",").encode(),
        text(form="{};{}").encode(),
        text(form="{},{}").encode(),
        text().replace("\n", "\r\n").encode("gb18030"),
        text(horizontal=[*HORIZONTAL, HORIZONTAL[0]], vertical=[*VERTICAL, VERTICAL[0]]).encode(),
        text(horizontal=-HORIZONTAL, vertical=-VERTICAL).encode(),
        text(vertical=np.roll(VERTICAL[::-1], 1)).encode(),
        (text() + "\n\x1a").lower().replace("name a-65", "name A-65").encode(),
        text("A-65\nFREQUENCY 1710-2000 MHz\nGAIN 17.65 dBi\nTILT 6").encode(),
        text("NAME A-65\nFREQUENCY 1.855 GHz\nGAIN 15,5\nTILT ELECTRICAL").encode(),
        text("NAME A-65\nMAKE 京信\nFREQUENCY 1855\nGAIN 15.5 dBd\nELECTRICAL_TILT 6").encode(
            "gbk"
        ),
    ],
)
def test_files_as_they_come_mean_the_same(content: bytes) -> None:
    pattern, faults = read_planet(content, "c.msi")
    assert pattern is not None, faults
    assert pattern.name == "A-65"
    assert pattern.gain_dbi == pytest.approx(17.65)
    assert pattern.frequency_mhz == 1855.0
    assert pattern.electrical_tilt_deg == 6.0
    np.testing.assert_array_equal(pattern.horizontal_db, HORIZONTAL)
    np.testing.assert_array_equal(pattern.vertical_db, VERTICAL)


def test_missing_rows_are_interpolated_and_said() -> None:
    lines = text().splitlines()
    kept = [line for line in lines if line != f"40 {HORIZONTAL[40]}"]
    pattern, faults = read_planet("\n".join(kept).encode(), "d.msi")
    assert pattern is not None
    assert pattern.horizontal_db[40] == pytest.approx(HORIZONTAL[[39, 41]].mean())
    assert [(f.code, f.params["rows"]) for f in faults] == [("pattern_rows_missing", 1)]


def test_cuts_each_five_degrees_are_enough_and_said() -> None:
    lines = ["NAME A", "GAIN 17 dBi", "HORIZONTAL 72"]
    lines += [f"{angle} {HORIZONTAL[angle]}" for angle in range(0, 360, 5)]
    lines += ["VERTICAL 72", *(f"{angle} {VERTICAL[angle]}" for angle in range(0, 360, 5))]
    pattern, faults = read_planet("\n".join(lines).encode(), "e.msi")
    assert pattern is not None
    assert codes(faults) == {"pattern_rows_missing"}
    # The cap at 30 dB makes a corner that a step of five degrees cuts off.
    assert np.abs(pattern.horizontal_db - HORIZONTAL).max() < 0.7


def test_every_wrong_row_is_named() -> None:
    lines = text().splitlines()
    lines[10], lines[20] = "4 abc", "x"
    pattern, faults = read_planet("\n".join(lines).encode(), "f.msi")
    assert pattern is not None or faults
    wrong = [(f.code, f.place.row, f.place.value) for f in faults if f.code == "pattern_row"]
    assert wrong == [("pattern_row", 11, "4 abc"), ("pattern_row", 21, "x")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (text().split("VERTICAL")[0], "pattern_incomplete"),
        (text("NAME A"), "pattern_gain_missing"),
        (text("NAME A\nGAIN 155 dBi"), "pattern_gain"),
        (text(horizontal=HORIZONTAL - 15.0), "pattern_values"),
        ("hello", "pattern_incomplete"),
        ("", "pattern_incomplete"),
    ],
)
def test_what_is_no_pattern_is_refused(content: str, code: str) -> None:
    pattern, faults = read_planet(content.encode(), "g.msi")
    assert pattern is None
    assert code in codes(faults)
    assert all(fault.place.file == "g.msi" for fault in faults)


def test_the_list_may_state_the_gain_the_file_lacks() -> None:
    pattern, _ = read_planet(text("NAME A").encode(), "h.msi", gain_dbi=16.0)
    assert pattern is not None
    assert pattern.gain_dbi == 16.0


def test_a_stated_width_that_the_cut_does_not_have_is_said() -> None:
    _, faults = read_planet(text("NAME A\nGAIN 17 dBi\nH_WIDTH 33").encode(), "i.msi")
    assert codes(faults) == {"pattern_width"}


def test_models_are_found_by_name_however_written() -> None:
    pattern, _ = read_planet(text().encode(), "a.msi")
    assert pattern is not None
    assert index_by_name({"t2.msi": pattern, "t1.msi": pattern}) == {"A65": ["t1.msi", "t2.msi"]}
    assert plain_name("odi_065/r17") == plain_name("ODI-065 R17")
