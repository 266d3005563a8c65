"""What the engine's tests share; being here makes ``worlds`` and ``slow`` importable."""

import pytest

from coverage_map.rules import RulePack, read_rules


@pytest.fixture(scope="session")
def rules() -> RulePack:
    return read_rules()
