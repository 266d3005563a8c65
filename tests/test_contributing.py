"""The contributor's recipes, carried out word for word in a copy of the packages."""

import shutil
from pathlib import Path

import pytest
from recipes import carry_out, run


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contributor")
    assert carry_out("CONTRIBUTING.md", folder) == 9
    return folder


def test_rule_is_judged_and_named(copy: Path, sample_folder: Path) -> None:
    code = f"""
from pathlib import Path
import coverage_map
from coverage_map.indicators import judge
from coverage_map.rules import read_rules
from coverage_map.text import Text
from geodata.register import read_register
assert Path(coverage_map.__file__).is_relative_to({str(copy)!r})
register = read_register(Path({str(sample_folder / "register")!r}))
verdicts, _ = judge(register, {{}}, read_rules(), quarter="2023Q4")
found = verdicts[verdicts["indicator"] == "school_4g"]
assert found["subject_code"].nunique() == (register.places["kind"] == "school").sum() > 0
assert set(found["state"]) == {{"unknown"}}
for language in ("zh_CN", "en"):
    assert Text(language).has("indicator.school_4g")
"""
    run(copy, code)


def test_kind_is_recognised(copy: Path, sample_folder: Path) -> None:
    code = f"""
from pathlib import Path
from geodata.ingest import check_file
from geodata.register import read_register
register = read_register(Path({str(sample_folder / "register")!r}))
rows = ["卫星站编号,卫星站名称,区县,乡镇,天线口径"]
rows += ["R1,一号站,禹州市,方山镇,1.2", "R2,二号站,禹州市,方山镇,300"]
content = "\\n".join(rows).encode()
(checked,) = check_file(content, "卫星站.csv", register, "unicom")
assert checked.kind == "satellite_station"
assert [fault.code for fault in checked.faults if fault.place.row == 3]
assert "dish_m" in checked.records
"""
    run(copy, code)


def test_format_is_written(copy: Path, sample_workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(sample_workspace, tmp_path / "workspace")
    out = tmp_path / "gaps.txt"
    code = f"""
from pathlib import Path
from coverage_map import pipeline
workspace = pipeline.open_workspace(Path({str(tmp_path / "workspace")!r}))
actor = pipeline.local_actor(workspace)
pipeline.export_gaps(workspace, actor, Path({str(out)!r}), indicator="village_fibre")
"""
    run(copy, code)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 100
    assert all("模拟" in line for line in lines[1:])
