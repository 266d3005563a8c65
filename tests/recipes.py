"""The steps that a document tells contributors to take, carried out in a copy of the packages."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_STEP = re.compile(r"```\w+ (append|write|replace)=(\S+)\n(.*?)```", re.DOTALL)


def carry_out(document: str, folder: Path) -> int:
    """Copy the packages to a folder, take every step there and return how many there were."""
    for package in ("geodata", "coverage_map"):
        shutil.copytree(ROOT / package, folder / package)
    steps = _STEP.findall((ROOT / document).read_text(encoding="utf-8"))
    for action, name, text in steps:
        file = folder / name
        if action == "write":
            assert not file.exists()
            file.write_text(text, encoding="utf-8")
        elif action == "append":
            file.write_text(file.read_text("utf-8") + "\n" + text, encoding="utf-8")
        else:
            before, after = text.split("---\n")
            old = file.read_text("utf-8")
            assert old.count(before.rstrip("\n")) == 1
            new = old.replace(before.rstrip("\n"), after.rstrip("\n"))
            file.write_text(new, encoding="utf-8")
    return len(steps)


def run(folder: Path, code: str) -> None:
    """Run code with the packages of a folder."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
