"""What tests of every room share: the sample city, built once a run."""

import os
import time
from pathlib import Path

import pytest

from geodata.sample import build_sample

_PATIENCE_S = 300
_PAUSE_S = 0.2


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample city's folder (see geodata.sample.build_sample); not to be written to.

    Parallel workers share one: the first to make the lock builds, the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, ready, failed = root / "sample", root / "sample-ready", root / "sample-failed"
    try:
        (root / "sample-lock").mkdir()
    except FileExistsError:
        end = time.monotonic() + _PATIENCE_S
        while not ready.exists():
            if failed.exists() or time.monotonic() > end:
                pytest.fail("another worker could not build the sample city")
            time.sleep(_PAUSE_S)
        return folder
    built = False
    try:
        build_sample(folder)
        built = True
    finally:
        (ready if built else failed).touch()
    return folder
