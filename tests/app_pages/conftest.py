"""Pages run on their own by Streamlit's AppTest, which leaves its script as the main module."""

import sys

import pytest


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the main module back: a process spawned later would run the page's script."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
