"""Natural villages, same assets and totals at the command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

PROGRAM = Path(sys.executable).with_name("coverage-map")


@pytest.fixture(scope="module")
def folder(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("cli") / "workspace"
    shutil.copytree(sample_workspace, copy)
    return copy


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COVERAGE_MAP_LANGUAGE": "en", "COLUMNS": "120"}
    command = [PROGRAM, *words, "-w", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def _json(folder: Path, *words: str) -> Any:
    done = _run(folder, *words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_township_is_settled_and_published(folder: Path) -> None:
    listed = _json(folder, "settlements", "--as", "yuzhou")
    township = next(row["township_code"] for row in listed["townships"] if row["open"])
    mine = [row for row in listed["differences"] if row["township_code"] == township]
    first = mine[0]
    words = ["settle", f"{first['key']}={first['proposal']}", "--as", "yuzhou"]
    if first["proposal"] == "same":
        words[1] += f":{first['proposal_same_as']}"
    assert _json(folder, *words) == {"decided": 1, "published": None}
    assert _json(folder, "settle", f"{first['key']}=", "--as", "yuzhou")["decided"] == 1
    said = ["--proposed", township, "--confirm", township, "--as", "yuzhou"]
    assert _json(folder, "settle", *said)["decided"] == len(mine)
    assert _run(folder, "settle", "--publish", "--as", "yuzhou").returncode == 1
    published = _json(folder, "settle", "--publish")["published"]
    assert published["townships"] == 1
    assert _json(folder, "status")["register"] == published["version"]
    shown = _run(folder, "settlements", "--area", township).stdout
    assert "Confirmed" in shown
    refused = _run(folder, "settle", "no decision")
    assert refused.returncode == 2
    assert "KEY=ACTION" in refused.stderr
    assert _run(folder, "settlements", "--as", "cmcc").returncode == 1


def test_assets_are_listed_parted_and_joined_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "assets.csv"
    listed = _json(folder, "assets", "--out", str(out))
    written = pd.read_csv(out, dtype="str", encoding="utf-8-sig")
    assert written["record_id"].tolist() == [row["record_id"] for row in listed["reports"]]
    weakest = listed["assets"][0]
    ids = [r["record_id"] for r in listed["reports"] if r["asset_id"] == weakest["asset_id"]]
    part = [word for other in ids[1:] for word in ("--part", f"{ids[0]}+{other}")]
    parted = _json(folder, "assets", *part)
    assert ids[0] not in {row["record_id"] for row in parted["reports"]}
    undo = [word for other in ids[1:] for word in ("--undo", f"{ids[0]}+{other}")]
    assert _json(folder, "assets", *undo)["assets"] == listed["assets"]
    assert weakest["name"] in _run(folder, "assets").stdout
    assert _run(folder, "assets", "--join", ids[0]).returncode == 2
    assert _run(folder, "assets", "--as", "unicom").returncode == 1


def test_totals_of_an_owner_are_its_own(folder: Path) -> None:
    own = _json(folder, "totals", "--as", "cmcc")
    assert {row["owner"] for row in own} == {"cmcc"}
    assert all(row["reported"] - row["counted"] == row["difference"] for row in own)
    assert "China Mobile" in _run(folder, "totals").stdout
