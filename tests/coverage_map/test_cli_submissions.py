"""What was handed in, at the command line: submitted by its owner, accepted by the city."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(sys.executable).with_name("coverage-map")
EXAMPLE = Path(__file__).parents[2] / "examples" / "sites.csv"
ANSWERED = ["--crs", "EPSG:4490", "--partial"]


@pytest.fixture(scope="module")
def folder(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("cli") / "workspace"
    shutil.copytree(sample_workspace, copy)
    return copy


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COVERAGE_MAP_LANGUAGE": "en", "COLUMNS": "120"}
    return subprocess.run(
        [PROGRAM, *words, "-w", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def _json(folder: Path, *words: str, status: int = 0) -> Any:
    done = _run(folder, *words, "--json")
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def test_a_carriers_import_waits_and_the_city_accepts(folder: Path) -> None:
    words = ["import", str(EXAMPLE), "--owner", "cmcc", "--as", "cmcc"]
    asked = _json(folder, *words, status=1)
    assert (asked["state"], asked["accepted"], asked["earlier"]) == ("checked", False, None)
    sent = _json(folder, *words, *ANSWERED)
    assert (sent["state"], sent["accepted"]) == ("submitted", False)
    assert sent["upload"] == asked["upload"]
    assert sent["earlier"]["upload_id"] == asked["upload"]
    upload = sent["upload"]

    listed = _json(folder, "submissions", "--as", "cmcc")
    assert (listed[0]["id"], listed[0]["state"]) == (upload, "submitted")
    assert upload not in {row["id"] for row in _json(folder, "submissions", "--as", "unicom")}
    assert _run(folder, "submissions", upload, "--as", "unicom").returncode == 2
    assert _run(folder, "accept", upload, "--as", "cmcc").returncode == 1

    back = _json(folder, "send-back", upload[:8], "--reason", "请核实坐标系")
    assert (back["state"], back["events"][-1]["note"]) == ("sent_back", "请核实坐标系")
    again = _json(folder, "submit", upload[:8], "--partial", "--as", "cmcc")
    assert (again["state"], again["partial"], again["rows"]) == ("submitted", True, {"site": 11})

    shown = _json(folder, "submissions", upload)
    assert shown["difference"]["added"] == len(shown["difference"]["records"]) == 11
    would = _json(folder, "accept", upload, "--preview")
    assert (would["accepted"], would["rows"]) == (False, {})
    taken = _json(folder, "accept", upload)
    assert (taken["accepted"], taken["rows"]) == (True, {"site": 11})
    assert taken["changed_verdicts"] == would["changed_verdicts"] == len(would["verdicts"]) > 0
    states = [event["state"] for event in _json(folder, "submissions", upload)["events"]]
    assert [state for state in states if state != "checked"] == [
        "received",
        "submitted",
        "sent_back",
        "submitted",
        "accepted",
    ]
    assert _run(folder, "withdraw", upload, "--as", "cmcc").returncode == 1


def test_what_is_said_is_plain(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "再来.csv"
    file.write_bytes(EXAMPLE.read_bytes() + b"\n")
    sent = _run(folder, "import", str(file), "--owner", "cmcc", "--as", "cmcc", *ANSWERED)
    assert sent.returncode == 0
    upload = _json(folder, "submissions")[0]["id"]
    assert f"submitted ({upload})" in sent.stdout
    listed = _run(folder, "submissions").stdout.splitlines()
    assert listed[0].split("\t")[3:] == ["submitted", "再来.csv"]
    assert "against the owner’s present records" in _run(folder, "submissions", upload).stdout
    assert "would change" in _run(folder, "accept", upload, "--preview").stdout
    gone = _run(folder, "withdraw", upload, "--as", "cmcc", "--note", "sent by mistake")
    assert gone.stdout.strip() == "再来.csv  withdrawn"


def test_an_upload_that_is_not_there_is_a_matter_of_usage(folder: Path) -> None:
    for command in ("submit", "accept", "withdraw"):
        done = _run(folder, command, "zz")
        assert done.returncode == 2
        assert "no such upload" in done.stderr
