from pathlib import Path

import pandas as pd
import pytest

from geodata.register import Register, read_register


@pytest.fixture(scope="session")
def register(sample_folder: Path) -> Register:
    return read_register(sample_folder / "register")


@pytest.fixture(scope="session")
def truth(sample_folder: Path) -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_parquet(sample_folder / "truth" / f"{name}.parquet")
        for name in ("records", "files", "faults")
    }
