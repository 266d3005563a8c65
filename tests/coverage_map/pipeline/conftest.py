"""A workspace of its own for each test, over either ledger."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "geodata" / "store"))

from databases import ledger_database, postgres_server

from coverage_map.pipeline.workspace import (
    Workspace,
    close_workspace,
    create_workspace,
)

__all__ = ["ledger_database", "postgres_server"]  # fixtures


@pytest.fixture
def workspace(tmp_path: Path, ledger_database: str) -> Iterator[Workspace]:
    made = create_workspace(tmp_path / "demo", demo=True, quarter="2015Q2")
    yield made
    close_workspace(made)
