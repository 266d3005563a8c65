"""docs/kinds.md: its example, carried out word for word, makes a table understood."""

from pathlib import Path

import pytest
from recipes import ROOT, carry_out, run

from geodata.records import read_kinds

DOCUMENT = "docs/kinds.md"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    assert carry_out(DOCUMENT, folder) == 6
    return folder


def test_the_table_of_the_example_is_understood(copy: Path) -> None:
    code = """
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import empty_register
rows = ["站址编码,站址名称,塔型,塔体净高(cm),平台总数,经度,纬度"]
rows += ["T1,张坝,插接钢管杆,3500,3,103.85231,30.04127", "T2,李坝,角钢塔,4200,4,103.9,30.1"]
answers = Answers({"*": TableAnswer(crs="EPSG:4490")})
content = "\\n".join(rows).encode()
(checked,) = check_file(content, "导出.csv", empty_register(), "", answers)
assert checked.kind == "tower", checked.reason
assert list(checked.records["height_m"]) == [35.0, 42.0]
assert list(checked.records["structure"]) == ["pole", "tower"]
assert list(checked.records["platforms"]) == [3, 4]
"""
    run(copy, code)


def test_the_example_is_needed() -> None:
    """None of what the example adds is there already."""
    tower = read_kinds()["tower"]
    assert "platforms" not in tower.fields
    known = {alias for entry in tower.fields.values() for alias in entry.aliases}
    assert not known & {"塔体净高", "平台总数"}


def test_the_files_it_names_are_there() -> None:
    text = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    for name in ("_place", "_values", "_bands"):
        assert f"geodata/kinds/{name}.toml" in text
        assert (ROOT / f"geodata/kinds/{name}.toml").is_file()
    for name in ("settings", "header_words", "strangers"):
        assert (ROOT / f"geodata/ingest/{name}.toml").is_file()
