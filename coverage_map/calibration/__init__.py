"""Predictions corrected by measurements: by network, band and clutter, and near each measurement.

``calibrate`` learns from bins and keeps only what held-out bins confirm; ``apply_calibration``
corrects arrays; ``find_interval`` says between which levels the truth lies. See
docs/calibration.md.
"""

from coverage_map.calibration.apply import Signal, apply_calibration, find_interval
from coverage_map.calibration.calibrate import Calibration, calibrate

__all__ = ["Calibration", "Signal", "apply_calibration", "calibrate", "find_interval"]
