"""A question of the coordinate system names each choice in words, with the code that answers."""

import pytest

from coverage_map.cli_check import table_figures
from coverage_map.text import Text
from geodata.ingest import check_file
from geodata.register import empty_register


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh_CN", "CGCS2000 高斯投影，3 度带 38 带，中央经线 114°E，不带带号 = EPSG:4547"),
        (
            "en",
            "Gauss–Krüger, 3-degree zone 38, central meridian 114°E, without prefix = EPSG:4547",
        ),
    ],
)
def test_zones_without_a_prefix_are_named(language: str, said: str) -> None:
    rows = [f"T{i},塔{i},角钢塔,{460000 + 900 * i},{3980000 + 700 * i}" for i in range(12)]
    text = "\n".join(["站址编码,站址名称,塔型,东坐标,北坐标", *rows])
    (report,) = check_file(text.encode(), "塔.csv", empty_register(), "")
    (question,) = table_figures(report, Text(language), registered=False)["questions"]
    assert question["options_said"][question["options"].index("EPSG:4547")].endswith(said)
