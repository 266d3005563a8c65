"""The command line answers at once: heavy libraries are imported where they are needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coverage_map import pipeline
from coverage_map.pipeline.workspace import close_workspace, create_workspace

HEAVY = ("pandas", "geopandas", "numpy", "scipy", "pyarrow", "matplotlib", "streamlit")
ASK = """
import sys
from coverage_map.cli import main
sys.argv = ["coverage-map", *sys.argv[1:]]
try:
    main()
finally:
    print("imported:", *[name for name in {heavy!r} if name in sys.modules])
"""


def _imported(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(heavy=HEAVY), *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COVERAGE_MAP_LANGUAGE": "en"},
    )
    return done.returncode, done.stdout.rpartition("imported:")[2].strip()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["check", "--help"], 0),
        (["accept"], 2),
        (["bogus"], 2),
        (["check", "nowhere.xlsx"], 2),
        (["import", "nowhere.xlsx", "--owner", "cmcc"], 2),
        (["status", "-w", "nowhere"], 1),
    ],
)
def test_help_and_refusals_import_nothing_heavy(words: list[str], status: int) -> None:
    assert _imported(*words) == (status, "")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["status", "--as", "nobody"], 2),
        (["accept", "abc", "--as", "cmcc"], 1),
        (["import", str(Path(__file__)), "--owner", "cmcc", "--as", "yuzhou"], 1),
        (["settle", "--as", "unicom"], 1),
    ],
)
def test_who_may_not_is_told_before_anything_heavy(
    words: list[str], status: int, tmp_path: Path
) -> None:
    folder = tmp_path / "workspace"
    close_workspace(create_workspace(folder, demo=True, quarter="2015Q2"))
    assert _imported(*words, "-w", str(folder)) == (status, "")


def test_every_verb_stands_where_the_stub_says() -> None:
    pipeline.load()
    assert {"check_upload", "find_handed_in", "read_overview"} <= set(dir(pipeline))
    with pytest.raises(AttributeError, match="no_such_verb"):
        _ = pipeline.no_such_verb
