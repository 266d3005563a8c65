"""Every fault of these rooms has its sentence, also where its code is chosen in passing."""

import re
from pathlib import Path

from coverage_map.text import read_catalogue

ROOMS = Path(__file__).parents[3] / "geodata"
CODE = re.compile(
    r'"((?:raster|hgt|elevation|landcover|population|predicted|mast|pattern)_[a-z_]+)"'
)


def test_every_code_has_a_sentence_and_a_remedy() -> None:
    catalogue = read_catalogue("zh_CN")
    used = {
        code
        for room in ("terrain", "antennas")
        for path in (ROOMS / room).glob("*.py")
        for code in CODE.findall(path.read_text("utf-8"))
        if not code.endswith(("_basis", "_spread"))  # columns of priors
    }
    assert len(used) > 40
    absent = {code for code in used if f"fault.{code}" not in catalogue}
    assert absent == set()
    assert {code for code in used if f"fault.{code}.remedy" not in catalogue} == set()
