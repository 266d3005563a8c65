"""A drawing that declares no code page is read in the encoding that its bytes are in."""

import pytest

from geodata.ingest import read_file


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_layers_of_a_drawing_without_a_header_keep_their_names(encoding):
    point = "0\nPOINT\n8\n{}\n10\n40438980.8\n20\n4000557.5\n"
    entities = point.format("人孔") + point.format("通信管道")
    drawing = f"0\nSECTION\n2\nENTITIES\n{entities}0\nENDSEC\n0\nEOF\n"
    tables = read_file(drawing.encode(encoding), "竣工.dxf")
    assert [table.titles for table in tables] == [("人孔",), ("通信管道",)]
