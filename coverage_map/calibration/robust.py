"""A level and a slope that outliers do not move: Huber's estimate by reweighted least squares.

P. J. Huber, Robust Estimation of a Location Parameter, Ann. Math. Statist. 35, 1964.
"""

import numpy as np
from numpy.typing import NDArray

from coverage_map.calibration.settings import settings

Floats = NDArray[np.float64]


def robust_deviation(values: Floats) -> float:
    """Return the standard deviation that the median absolute deviation stands for."""
    if not len(values):
        return 0.0
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def fit_line(
    values: Floats, along: Floats | None = None, prior: float = 0.0
) -> tuple[float, float]:
    """Fit ``values`` by an offset and, where ``along`` is given, a slope.

    Args:
        values: residuals, dB.
        along: decades of distance from a pivot.
        prior: standard deviation that slopes are expected to have, dB a decade: few values leave
            the slope near 0 (ridge, Hoerl and Kennard 1970).

    Returns:
        Offset at the pivot and slope (0 without ``along``).
    """
    rules = settings()["robust"]
    columns = [np.ones_like(values)] if along is None else [np.ones_like(values), along]
    design = np.column_stack(columns)
    fit = np.array([np.median(values), 0.0][: len(columns)])
    for _ in range(rules["rounds"]):
        apart = values - design @ fit
        scale = max(robust_deviation(apart), rules["settled_db"])
        weights = np.minimum(1.0, rules["huber"] * scale / np.maximum(np.abs(apart), 1e-12))
        normal = design.T @ (weights[:, None] * design)
        if along is not None:
            normal[1, 1] += (scale / prior) ** 2
        found = np.linalg.solve(normal, design.T @ (weights * values))
        settled = np.abs(found - fit).max() < rules["settled_db"]
        fit = found
        if settled:
            break
    return float(fit[0]), float(fit[1]) if along is not None else 0.0
