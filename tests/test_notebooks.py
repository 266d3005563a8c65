"""The notebook runs from its first cell to its last."""

import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
# In a process of its own: the browser's event loop of other tests is none of its business.
RUN = """
import sys
import nbformat
from nbclient import NotebookClient
file, folder = sys.argv[1:]
notebook = nbformat.read(file, as_version=4)
resources = {"metadata": {"path": folder}}
NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
assert all(cell.get("execution_count") for cell in cells)
print(len(cells))
"""


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_notebook_runs(file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(file), str(file.parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
