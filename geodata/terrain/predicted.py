"""Prediction rasters that a planning institute already has: received power on a metric grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.errors import Fault, FileRefusedError, Place
from geodata.terrain.heights import as_float32
from geodata.terrain.native import OpenFiles
from geodata.terrain.raster import Grid, Raster
from geodata.terrain.resampling import resample_heights
from geodata.terrain.settings import settings
from geodata.terrain.sources import RasterSource


@dataclass(frozen=True)
class PredictedSignal:
    """Received power in dBm (float32, NaN where nothing is predicted) and what is to be said.

    ``missing``: part of the grid without a prediction: unknown, not uncovered.
    """

    raster: Raster
    missing: float
    faults: tuple[Fault, ...]


def read_predicted(sources: Sequence[RasterSource], grid: Grid) -> PredictedSignal:
    """Read predictions of one signal on a grid: bilinear in dB, means in dB where finer.

    Args:
        sources: in order of priority.
        grid: where the signal is wanted.

    Raises:
        FileRefusedError: ``predicted_values`` for values that are no received power in dBm,
            ``predicted_empty`` where no source has a value on the grid.
    """
    low, high = settings()["predicted"]["dbm"]

    def clean(
        raw: NDArray[np.generic], source: RasterSource
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        values = raw.astype(np.float32)
        missing = ~np.isfinite(values)
        if source.nodata is not None and not np.isnan(source.nodata):
            missing |= values == as_float32(source.nodata)
        missing |= np.isin(values, np.array(settings()["sentinels"]["values"], dtype=np.float32))
        dbm = values * np.float32(source.scale) + np.float32(source.offset)
        beyond = ~missing & ((dbm < low) | (dbm > high))
        if beyond.any():
            value = f"{dbm[beyond][0]:g}"
            raise FileRefusedError("predicted_values", Place(file=source.file, value=value))
        return dbm, missing

    with OpenFiles() as files:
        found = resample_heights(sources, grid, clean, files).values.astype(np.float32)
    missing = float(np.isnan(found).mean())
    if missing == 1.0:
        raise FileRefusedError("predicted_empty", Place(file=sources[0].file))
    faults = []
    if missing:
        share = {"share": f"{100 * missing:.3g}"}
        place = Place(file=sources[0].file)
        faults.append(Fault("predicted_missing", place, share, severity="note"))
    return PredictedSignal(Raster(found, grid, "dBm", float("nan")), missing, tuple(faults))
