"""Every command of the README and of the contributor's recipes does what it says."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).with_name("coverage-map")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def _commands() -> list[str]:
    lines = [line.split("#")[0].strip() for block in _blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("coverage-map ")]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


def test_commands_run_in_order(place: Path) -> None:
    commands = _commands()
    assert len(commands) >= 6
    for command in commands:
        words = shlex.split(command)
        done = subprocess.run(
            [PROGRAM, *words[1:]], cwd=place, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        assert "Traceback" not in done.stderr
    assert (place / "results" / "gaps.gpkg").stat().st_size > 0
    assert (place / "results" / "sharing.xlsx").stat().st_size > 0
    assert {file.suffix for file in (place / "results").iterdir()} == {
        ".gpkg",
        ".xlsx",
        ".html",
        ".pdf",
        ".csv",
    }
    _run_library_example(place)


def _run_library_example(place: Path) -> None:
    (example,) = _blocks("python")
    code = example + "\nassert len(gaps) > 0\n"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^make (\w+)", "\n".join(_blocks("sh")), re.MULTILINE))
    assert targets >= {"run", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_pictures_and_links_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
