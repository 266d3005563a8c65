"""Identities of cells in every spelling, decimal or hexadecimal by evidence."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geodata.ingest.cell_ids import as_numbers, read_identities


def read(*cells, nodes=None):
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    known = np.full(len(cells), -1, dtype=np.int64) if nodes is None else np.array(nodes)
    return read_identities(column, known)


def test_hexadecimal_without_a_mark_is_told_by_the_base_station():
    # 0x7600300 is 483331 · 256 + 0; as a decimal number it is 29688 · 256 + 172.
    found = read("7600300", "7600301", nodes=[483331, 483331])
    assert found.reading == "hexadecimal"
    assert found.eci.tolist() == [123732736, 123732737]
    found = read("7600300", "7600301", nodes=[29688, 29688])
    assert found.reading == "decimal"
    assert found.eci.tolist() == [7600300, 7600301]


def test_without_evidence_it_is_not_guessed():
    found = read("7600300", "7600301")
    assert (found.reading, found.eci.tolist()) == ("unclear", [-1, -1])


def test_one_letter_anywhere_tells_the_whole_column():
    found = read("7600300", "76003A1", "0x7600302")
    assert found.reading == "hexadecimal"
    assert found.eci.tolist() == [0x7600300, 0x76003A1, 0x7600302]


def test_many_codes_without_a_letter_are_decimal():
    cells = [float(123732736 + 256 * i) for i in range(20)]
    found = read(*cells)
    assert found.reading == "decimal"
    assert found.eci.tolist() == [int(cell) for cell in cells]


def test_cgi_in_parts_and_whole():
    found = read("460-00-1006136-40", "460-11-483331-1", "460 01 12345 7")
    assert found.node.tolist() == [1006136, 483331, -1]
    assert found.cell.tolist() == [40, 1, -1]
    assert found.eci.tolist()[:2] == [1006136 * 256 + 40, 483331 * 256 + 1]
    # ECGI as 3GPP writes it: PLMN and seven hexadecimal digits.
    assert read("460007600300").eci.tolist() == [0x7600300]
    assert read("460-00-76003AF").eci.tolist() == [0x76003AF]


def test_identities_of_36_bits():
    found = read("46000" + "1A2B3C401", "460001A2B3C402")
    assert found.eci.tolist() == [0x1A2B3C401, 0x1A2B3C402]


def test_names_are_no_identities():
    assert read("东街基站1", "西街基站2", "A").reading == ""
    assert read().reading == ""


@given(st.integers(2**16, 2**20 - 1), st.integers(0, 255))
def test_round_trip(node, cell):
    eci = node * 256 + cell
    assert read(f"{eci:X}", nodes=[node]).eci.tolist() == [eci]
    assert read(f"0x{eci:x}").eci.tolist() == [eci]
    assert read(f"46011{eci:07X}").eci.tolist() == [eci]
    assert read(f"460-11-{node}-{cell}").eci.tolist() == [eci]
    assert read(eci, nodes=[node]).eci.tolist() == [eci]


@given(st.lists(st.one_of(st.text(max_size=16), st.floats(), st.integers(), st.none()), max_size=6))
def test_any_column_is_read_without_harm(cells):
    assert len(read(*cells).eci) == len(cells)


def test_codes_that_are_numbers():
    assert as_numbers(["12", "", "x", "12.5", "-3", "99999999999999999999"]).tolist() == [
        12, -1, -1, -1, -1, -1,
    ]  # fmt: skip
