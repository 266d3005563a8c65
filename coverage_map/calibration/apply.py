"""A prediction corrected: nearer to what was measured, and as sure as held-out errors allow."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from coverage_map.calibration.calibrate import Calibration
from coverage_map.calibration.field import interpolate
from coverage_map.calibration.robust import Floats
from coverage_map.calibration.settings import settings
from coverage_map.calibration.terms import GROUP, correct


@dataclass(frozen=True)
class Signal:
    """Median and standard deviation of the level, and how far it is measured, 0 to 1."""

    signal_dbm: Floats
    deviation_db: Floats
    measured_share: Floats


def apply_calibration(
    calibration: Calibration | None,
    predicted_dbm: Floats,
    deviation_db: Floats,
    *,
    operator: str,
    band: str,
    clutter: NDArray[np.str_] | NDArray[np.object_],
    distance_km: Floats,
    x_m: Floats,
    y_m: Floats,
) -> Signal:
    """Correct the predicted levels of one operator's band; arrays of one shape, of any rank.

    Where nothing was measured (of the network, the band or the class of clutter) the values come
    back as they are. ``deviation_db`` is the model's own; where a correction applies, that of the
    held-out errors takes its place.
    """
    if calibration is None or not _speaks_of(calibration, operator, band):
        return Signal(predicted_dbm, deviation_db, np.zeros_like(predicted_dbm))
    shape = predicted_dbm.shape
    points = pd.DataFrame(
        {
            "operator": operator,
            "band": band,
            "clutter": np.ravel(clutter),
            "distance_km": np.ravel(distance_km),
        }
    )
    added, added_sd = correct(calibration.terms, points)
    held = points[GROUP].merge(
        calibration.terms[[*GROUP, "form", "deviation_db"]], how="left", on=GROUP
    )
    known = held["form"].notna().to_numpy() & np.isfinite(np.ravel(predicted_dbm))
    corrected = known & (held["form"] != "none").to_numpy()
    spread = np.where(corrected, held["deviation_db"].to_numpy(float), np.ravel(deviation_db))
    share = np.zeros(len(points))
    field = calibration.fields.get((operator, band))
    if field is not None:
        places = np.column_stack([np.ravel(x_m), np.ravel(y_m)])[known]
        mean, deviation, share[known] = interpolate(field, places)
        added[known] += mean
        scale = calibration.scales[operator, band]
        spread[known] = scale * np.hypot(deviation, added_sd[known])
    signal = np.where(known, np.ravel(predicted_dbm) + added, np.ravel(predicted_dbm))
    return Signal(signal.reshape(shape), spread.reshape(shape), share.reshape(shape))


def _speaks_of(calibration: Calibration, operator: str, band: str) -> bool:
    terms = calibration.terms
    return bool(((terms["operator"] == operator) & (terms["band"] == band)).any())


def find_interval(signal: Signal, percent: float | None = None) -> tuple[Floats, Floats]:
    """Return the level's lower and upper bound, dBm, at a confidence (None: as set, 90 %)."""
    share = (percent or settings()["interval"]["percent"]) / 100
    reach = norm.ppf(0.5 + share / 2) * signal.deviation_db
    return signal.signal_dbm - reach, signal.signal_dbm + reach
