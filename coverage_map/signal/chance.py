"""How likely one of several servers is strong enough, when their errors are partly one.

Errors of a predicted level are normal in dB. Those of the model and of the place within its pixel
(P.1812 §4.7) are shared between masts by a correlation ρ, as shadowing is; cells of one mast
share them wholly. Those of doubtful inputs are each cell's own. With the shared part z fixed the
masts are independent, so

    P(any) = ∫ φ(z) [1 - Π over masts (1 - Φ((margin - √ρ σ z) / √((1 - ρ) σ² + σ_in²)))] dz,

by Gauss-Hermite quadrature; σ² = σ_model² + σ_place². Of one mast the cell with the largest
marginal probability counts. The result lies between the largest marginal probability and that of
independent servers. A last few nodes without weight stand at the 10, 50 and 90 % points of z.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from geodata.terrain.raster import Floats

_QUADRATURE = 12
QUANTILES = (0.1, 0.5, 0.9)
SCALE = 1 << 16  # of minus the logarithm, so that sums of integers hang on no order
_LEAST = 1e-12  # chance of failing below which a server counts as certain
NEGLIGIBLE = -3.5  # margins so many deviations below the threshold add less than 0.03 %


def _make_nodes() -> tuple[Floats, Floats]:
    z, weight = np.polynomial.hermite_e.hermegauss(_QUADRATURE)
    z = np.concatenate([z, ndtri(np.array(QUANTILES))])
    weight = np.concatenate([weight / weight.sum(), np.zeros(len(QUANTILES))])
    return z, weight


NODES, WEIGHTS = _make_nodes()


def failure_logs(
    margin_db: Floats, shared_db: Floats, own_db: Floats, correlation: float
) -> NDArray[np.int32]:
    """Return minus the logarithm of the chance that a server fails, by node: (nodes, points).

    Integers, ``SCALE`` to one; those of several masts add up. ``margin_db`` is the level above
    the threshold, ``shared_db`` the deviation of which a share is common, ``own_db`` the rest.
    """
    z = NODES.reshape((-1,) + (1,) * np.ndim(margin_db))
    left = np.sqrt((1 - correlation) * shared_db**2 + own_db**2)
    shifted = margin_db + np.sqrt(correlation) * shared_db * z
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(left > 0, shifted / left, np.where(shifted >= 0, np.inf, -np.inf))
    fails = np.maximum(ndtr(-ratio), _LEAST)
    return np.asarray(np.rint(-SCALE * np.log(fails)).astype(np.int32))


def any_at_nodes(logs: NDArray[np.integer]) -> Floats:
    """Return the chance that at least one server is strong enough, at each node."""
    return np.asarray(-np.expm1(-logs / SCALE))


def over_nodes(chances: Floats) -> Floats:
    """Return the mean over the shared error of what was reckoned at each node (first axis)."""
    return np.asarray(np.clip(np.tensordot(WEIGHTS, chances, axes=1), 0.0, 1.0))


def at_quantiles(chances: Floats) -> Floats:
    """Return what was reckoned at the 10, 50 and 90 % points of the shared error."""
    return chances[_QUADRATURE:]


def marginal(margin_db: Floats, deviations_db: Sequence[Floats]) -> Floats:
    """Return the chance that one server alone is strong enough; deviations add as squares."""
    total = np.sqrt(sum(np.square(each) for each in deviations_db))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(total > 0, margin_db / total, np.where(margin_db >= 0, np.inf, -np.inf))
    return np.asarray(ndtr(ratio))
