"""What the tests of reading and matching share; being here makes ``small_city`` importable."""

import pytest
from small_city import build_small_city

from geodata.register import Register


@pytest.fixture(scope="session")
def city() -> Register:
    return build_small_city()
