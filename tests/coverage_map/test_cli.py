"""The command line: exit statuses, JSON, and sentences in both languages."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coverage_map.cli import app

PROGRAM = Path(sys.executable).with_name("coverage-map")
EXAMPLE = Path(__file__).parents[2] / "examples" / "sites.csv"


def _run(*words: str, language: str = "zh_CN") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COVERAGE_MAP_LANGUAGE": language, "COLUMNS": "120"}
    return subprocess.run(
        [PROGRAM, *words], capture_output=True, text=True, check=False, env=environment
    )


@pytest.fixture(scope="module")
def folder(sample_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("cli") / "workspace"
    shutil.copytree(sample_workspace, copy)
    return copy


def test_status_gives_what_scripts_rely_on(folder: Path) -> None:
    figures = json.loads(_run("status", "-w", str(folder), "--json").stdout)
    assert figures["units"] == 2505
    assert figures["administrative_villages"] == 1591
    assert figures["records"]["site"] > 1000
    assert set(figures["verdicts"]["village_fibre"]) == {"covered", "gap", "unknown"}


def test_import_asks_then_takes_then_repeats_nothing(folder: Path) -> None:
    words = ["import", str(EXAMPLE), "--owner", "cmcc", "-w", str(folder)]
    asked = _run(*words, "--json")
    assert asked.returncode == 1
    assert [q["code"] for q in json.loads(asked.stdout)["tables"][0]["questions"]] == ["crs"]
    faulty = _run(*words, "--crs", "EPSG:4490")
    assert faulty.returncode == 1
    assert "--partial" in _run("import", "--help").stdout
    taken = json.loads(_run(*words, "--crs", "EPSG:4490", "--partial", "--json").stdout)
    assert taken["accepted"] is True
    assert taken["rows"] == {"site": 11}
    again = _run(*words, "--json")
    assert again.returncode == 0
    told = json.loads(again.stdout)
    assert (told["repeated"], told["accepted"], told["rows"]) == (True, True, {})
    assert told["earlier"]["upload_id"] == told["upload"] == taken["upload"]
    for language in ("zh_CN", "en"):
        (line,) = _run(*words, language=language).stdout.splitlines()
        assert taken["upload"] in line
        assert "sites.csv" in line
    (fault,) = [f for f in taken["tables"][0]["faults"] if f["severity"] == "error"]
    assert (fault["file"], fault["row"], fault["column"]) == ("sites.csv", 13, "站址编码")
    assert fault["remedy"]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["gaps", "--indicator", "happiness"], 2),
        (["gaps", "--area", "999999"], 2),
        (["gaps", "--out", "x.doc"], 2),
        (["sharing", "--as", "cmcc", "--operator", "unicom"], 2),
        (["export", "--out", "x", "--formats", "foo"], 2),
        (["status", "--as", "nobody"], 2),
        (["import", "nowhere.csv", "--owner", "cmcc"], 2),
        (["import", str(EXAMPLE), "--owner", "nobody"], 2),
        (["import", str(EXAMPLE), "--owner", "cmcc", "--crs", "nonsense"], 2),
        (["import", str(EXAMPLE), "--owner", "cmcc", "--crs", "EPSG:2381"], 1),
        (["check", str(EXAMPLE), "--column", "nonsense=经度"], 2),
        (["submissions", "zzz"], 2),
        (["accept", "zzz", "--as", "cmcc"], 1),
        (["import", str(EXAMPLE), "--owner", "unicom", "--as", "cmcc"], 1),
        (["init"], 1),
    ],
)
def test_refusals_say_why_and_what_to_do(folder, words, status, language) -> None:
    done = _run(*words, "-w", str(folder), language=language)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) >= 2
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in lines[0])
    assert chinese == (language == "zh_CN")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_without_a_register_nothing_is_scored_and_all_waits(tmp_path, language) -> None:
    done = subprocess.run(
        [PROGRAM, "check", str(EXAMPLE)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "COVERAGE_MAP_LANGUAGE": language},
    )
    assert done.returncode == 0
    assert "0/0" not in done.stdout
    assert {"zh_CN": "没有该地的名册", "en": "no register"}[language] in done.stdout
    assert {"zh_CN": "待回答", "en": "waiting for an answer"}[language] in done.stdout
    assert {"zh_CN": "可收", "en": "can be taken"}[language] not in done.stdout
    words = [PROGRAM, "check", str(EXAMPLE), "--json"]
    told = json.loads(subprocess.run(words, capture_output=True, check=True, cwd=tmp_path).stdout)
    (table,) = told["tables"]
    assert (table["state"], table["taken"], table["good"]) == ("waiting", 0, 11)
    assert {score["share"] for score in table["crs"]["scores"]} == {None}
    groups = table["fault_groups"]
    assert sum(group["count"] for group in groups) == len(table["faults"]) > 0
    assert [group["level"] for group in groups] == ["error", "warning"]
    assert all(group["sentence"] and group["remedy"] for group in groups)
    assert groups[0]["first_rows"] == [13]


def test_missing_workspace_is_said(tmp_path) -> None:
    done = _run("status", "-w", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "coverage-map init" in done.stderr


def test_every_command_shows_an_example() -> None:
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        shown = _run(name, "--help")
        assert shown.returncode == 0
        assert f"coverage-map {name}" in shown.stdout
