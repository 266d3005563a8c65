"""What tests of every room share: the sample city and a workspace of it, built once a run."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

from coverage_map import pipeline
from geodata.sample import build_sample

# How long one example takes says something of the machine, not of the code.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PATIENCE_S = 600
_PAUSE_S = 0.2


def _build_once(
    factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]
) -> Path:
    """Return a folder that one of the parallel workers builds and the others wait for."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, ready, failed = root / name, root / f"{name}-ready", root / f"{name}-failed"
    try:
        (root / f"{name}-lock").mkdir()
    except FileExistsError:
        end = time.monotonic() + _PATIENCE_S
        while not ready.exists():
            if failed.exists() or time.monotonic() > end:
                pytest.fail(f"another worker could not build {name}")
            time.sleep(_PAUSE_S)
        return folder
    built = False
    try:
        build(folder)
        built = True
    finally:
        (ready if built else failed).touch()
    return folder


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample city's folder (see geodata.sample.build_sample); not to be written to."""
    return _build_once(tmp_path_factory, "sample", build_sample)


@pytest.fixture(scope="session")
def sample_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with the sample city loaded; copy it before changing anything."""
    return _build_once(tmp_path_factory, "workspace", pipeline.init_workspace)


@pytest.fixture
def own_workspace(sample_workspace: Path, tmp_path: Path) -> pipeline.Workspace:
    """Return a copy of the sample workspace that a test may change."""
    folder = tmp_path / "workspace"
    shutil.copytree(sample_workspace, folder)
    return pipeline.open_workspace(folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is needed: sudo apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
