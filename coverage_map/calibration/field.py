"""What the corrected prediction still misses near the measurements, with its variance.

A Gaussian process (simple kriging with mean 0) by scikit-learn. Its correlation falls off
exponentially with distance, as shadowing does (M. Gudmundson, Correlation model for shadow fading
in mobile radio systems, Electron. Lett. 27, 1991): at a measurement the measurement counts, a few
correlation lengths away the prediction does, and the variance says which.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from coverage_map.calibration.blocks import Ints, number_blocks
from coverage_map.calibration.robust import Floats, robust_deviation
from coverage_map.calibration.settings import settings


@dataclass(frozen=True)
class Correlation:
    """Standard deviation of the field and of places within a bin, dB; correlation length, m."""

    field_db: float
    place_db: float
    length_m: float


@dataclass(frozen=True)
class Field:
    """Residuals (dB) at points of a metric CRS, and how they hang together."""

    points_m: Floats
    residual_db: Floats
    correlation: Correlation


def fit_correlation(points_m: Floats, residual_db: Floats) -> Correlation:
    """Fit the correlation by maximum likelihood, within the limits that are set."""
    rules = settings()["field"]
    chosen = choose_blocks(points_m, rules["fit_bins"])
    residual = clip(residual_db)[chosen]
    start = float(np.clip(residual.std() / 2**0.5, *rules["field_db"]))
    noise = float(np.clip(start, *rules["place_db"]))
    process = GaussianProcessRegressor(
        ConstantKernel(start**2, [edge**2 for edge in rules["field_db"]])
        * Matern(rules["start_length_m"], rules["length_m"], nu=0.5)
        + WhiteKernel(noise**2, [edge**2 for edge in rules["place_db"]]),
        alpha=1e-6,
    )
    with warnings.catch_warnings():
        # It is meant to stop at the limits.
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(points_m[chosen], residual)
    field, length, place = np.exp(process.kernel_.theta)
    return Correlation(float(field**0.5), float(place**0.5), float(length))


def choose_blocks(points_m: Floats, most: int) -> Ints:
    """Choose points by whole blocks, so that near pairs stay, until there are enough."""
    if len(points_m) <= most:
        return np.arange(len(points_m))
    blocks = number_blocks(points_m[:, 0], points_m[:, 1], settings()["blocks"]["away_m"])
    order = np.random.default_rng(1).permutation(int(blocks.max()) + 1)
    ranks = np.argsort(order)[blocks]
    return np.sort(np.argsort(ranks, kind="stable")[:most])


def clip(residual_db: Floats) -> Floats:
    """Draw residuals beyond what can be believed in to there."""
    reach = settings()["field"]["clip"] * robust_deviation(residual_db)
    middle = float(np.median(residual_db))
    return np.clip(residual_db, middle - reach, middle + reach)


def is_dense(points_m: Floats, correlation: Correlation) -> bool:
    """Say whether neighbours are near enough to say something of one another."""
    distance, _ = cKDTree(points_m).query(points_m, k=2)
    return bool(np.median(distance[:, 1]) <= correlation.length_m)


def interpolate(field: Field, points_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return residual, its standard deviation (of a place, dB), and how far it is measured (0–1).

    Squares of the map are done one by one on the measurements in reach; 1 means that the field
    itself is known there, 0 that nothing is known beyond the model's own error.
    """
    rules = settings()["field"]
    law = field.correlation
    mean = np.zeros(len(points_m))
    prior = law.field_db**2
    latent = np.full(len(points_m), prior)
    edge = rules["square_lengths"] * law.length_m
    reach = rules["reach_lengths"] * law.length_m
    tree = cKDTree(field.points_m)
    squares = number_blocks(points_m[:, 0], points_m[:, 1], edge)
    order = np.argsort(squares, kind="stable")
    starts = np.flatnonzero(np.diff(squares[order], prepend=-1))
    for rows in np.split(order, starts[1:]) if len(order) else []:
        asked = points_m[rows]
        near = _nearest(tree, field.points_m, asked, reach, rules["near_bins"])
        if len(near):
            process = GaussianProcessRegressor(
                ConstantKernel(prior) * Matern(law.length_m, nu=0.5),
                alpha=law.place_db**2,
                optimizer=None,
            ).fit(field.points_m[near], field.residual_db[near])
            mean[rows], spread = process.predict(asked, return_std=True)
            latent[rows] = spread**2
    return mean, np.sqrt(latent + law.place_db**2), np.clip(1 - latent / prior, 0.0, 1.0)


def _nearest(tree: cKDTree, held: Floats, asked: Floats, reach: float, most: int) -> Ints:
    """Return the measurements in reach of a square, at most so many, the nearest to its middle."""
    low, high = asked.min(axis=0), asked.max(axis=0)
    middle = (low + high) / 2
    radius = float(np.hypot(*(high - low))) / 2 + reach
    near = np.array(sorted(tree.query_ball_point(middle, radius)), dtype=np.int64)
    if len(near) <= most:
        return near
    away = np.hypot(*(held[near] - middle).T)
    return np.sort(near[np.argsort(away, kind="stable")[:most]])
