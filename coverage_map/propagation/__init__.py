"""How much of a signal is lost between two antennas: one model a file, all of one signature.

``p1812`` is ITU-R P.1812-6 complete and the table of its parts; ``models`` lists its neighbours
and says what passes between them and an engine that fills areas.
"""

from coverage_map.propagation.environment import Building, Environment
from coverage_map.propagation.models import MODELS, predict, predict_radial
from coverage_map.propagation.p1812 import P1812Prediction, predict_p1812
from coverage_map.propagation.path import Link, Path, Prediction, Zone
from coverage_map.propagation.refusals import OutOfRangeError, PathRefusedError

__all__ = [
    "MODELS",
    "Building",
    "Environment",
    "Link",
    "OutOfRangeError",
    "P1812Prediction",
    "Path",
    "PathRefusedError",
    "Prediction",
    "Zone",
    "predict",
    "predict_p1812",
    "predict_radial",
]
