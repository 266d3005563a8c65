"""Predictions made elsewhere are read as they are; what they do not cover stays unknown."""

from pathlib import Path

import numpy as np
import pytest
from made_rasters import NORTH, WEST, write_degrees

from geodata.errors import FileRefusedError
from geodata.terrain.predicted import read_predicted
from geodata.terrain.raster import metric_grid
from geodata.terrain.sources import open_sources

GRID = metric_grid((WEST + 0.02, NORTH - 0.09, WEST + 0.09, NORTH - 0.02), "EPSG:4490", 50.0)


def fading(x, y):
    return -80.0 - 0.004 * (x - 425_000.0)


def test_power_comes_to_the_grid_and_gaps_stay_unknown(tmp_path: Path) -> None:
    path = write_degrees(
        tmp_path / "rsrp.tif", lambda x, y: np.where(y > 3_782_000.0, fading(x, y), -9999.0)
    )
    found = read_predicted(open_sources([path])[0], GRID)
    expected = fading(*np.meshgrid(*GRID.centres()))
    known = ~found.raster.missing
    assert np.abs(found.raster.values - expected)[known].max() < 0.01
    assert found.raster.unit == "dBm"
    assert 0.1 < found.missing < 0.9
    assert [fault.code for fault in found.faults] == ["predicted_missing"]


@pytest.mark.parametrize(
    ("value", "code"), [(110.0, "predicted_values"), (np.nan, "predicted_empty")]
)
def test_what_is_no_received_power_is_refused(tmp_path: Path, value: float, code: str) -> None:
    path = write_degrees(tmp_path / "loss.tif", lambda x, _: 0 * x + value)
    with pytest.raises(FileRefusedError, match=code):
        read_predicted(open_sources([path])[0], GRID)
