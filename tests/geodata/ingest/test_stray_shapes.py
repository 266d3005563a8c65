"""A shape that does not fit its layer's kind is a fault of its own, never the end of the layer."""

import json

import pytest

from coverage_map.cli_check import table_figures
from coverage_map.text import Text
from geodata.ingest import check_file
from geodata.register import empty_register


def layer(*shapes):
    """Return a GeoJSON of towers with these shapes, as a tower company exports it."""
    features = [
        {
            "type": "Feature",
            "properties": {"站址编码": f"T{i}", "站址名称": f"塔{i}", "塔型": "角钢塔"},
            "geometry": {"type": kind, "coordinates": coordinates},
        }
        for i, (kind, coordinates) in enumerate(shapes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


POINTS = [("Point", [119.4 + i / 100, 36.0]) for i in range(8)]
LINE = ("LineString", [[119.4, 36.0], [119.5, 36.1]])


def test_a_line_among_points_is_left_out_and_said_and_the_points_stay():
    (report,) = check_file(layer(*POINTS, LINE), "塔.geojson", empty_register(), "")
    assert (report.kind, len(report.records)) == ("tower", 8)
    errors = [(f.code, f.place.row) for f in report.faults if f.severity == "error"]
    assert errors == [("geometry_is_line", 9)]


def test_a_layer_of_lines_is_none_of_points():
    (report,) = check_file(layer(*[LINE] * 8), "塔.geojson", empty_register(), "")
    assert report.kind != "tower"


@pytest.mark.parametrize(("header", "state"), [("北京54坐标系", "refused"), ("坐标系", "waiting")])
def test_what_is_refused_as_a_whole_is_not_called_ready(header, state):
    rows = [f"T{i},塔{i},{119.4 + i / 100},{36 + i / 100},角钢塔" for i in range(9)]
    text = "\n".join([f"{header},,,,", "站址编码,站址名称,经度,纬度,塔型", *rows])
    (report,) = check_file(text.encode(), "塔.csv", empty_register(), "")
    figures = table_figures(report, Text(), registered=False)
    assert (report.kind, figures["state"], figures["taken"]) == ("tower", state, 0)
