"""ITU's digital maps of refractivity: ΔN and N0 at a path's centre (P.1812 §3.5).

``DN50.TXT`` and ``N050.TXT`` come with Recommendation ITU-R P.1812 and may not be passed on; who
has them gives their text here. Rows go from 90° N to 90° S, columns from 0° to 360° E, each 1.5°.
"""

import numpy as np

from coverage_map.propagation.path import Floats
from coverage_map.propagation.refusals import PathRefusedError

_SPACING_DEG = 1.5
_SHAPE = (121, 241)


def parse_map(text: str) -> Floats:
    """Return a map as an array of 121 rows from the north pole and 241 columns eastward.

    Raises:
        PathRefusedError: the text is not such a map.
    """
    rows = [line.split() for line in text.splitlines() if line.strip()]
    try:
        values = np.array(rows, dtype=np.float64)
    except ValueError as error:
        raise PathRefusedError("refractivity_map_shape", rows=len(rows)) from error
    if values.shape != _SHAPE:
        raise PathRefusedError("refractivity_map_shape", rows=len(rows))
    return values


def read_value(values: Floats, latitude_deg: float, longitude_deg: float) -> float:
    """Return the value at a point, bilinear between the four around it."""
    row = (90.0 - latitude_deg) / _SPACING_DEG
    column = (longitude_deg % 360.0) / _SPACING_DEG
    top, left = min(int(row), _SHAPE[0] - 2), min(int(column), _SHAPE[1] - 2)
    down, right = row - top, column - left
    upper = values[top, left] * (1 - right) + values[top, left + 1] * right
    lower = values[top + 1, left] * (1 - right) + values[top + 1, left + 1] * right
    return float(upper * (1 - down) + lower * down)
