"""The command line answers to ``python -m`` as it does to its own name."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["coverage_map", "coverage_map.cli"])
def test_the_command_line_runs_as_a_module(module: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip()
