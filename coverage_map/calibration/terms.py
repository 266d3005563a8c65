"""Offset and slope of the prediction's error by network, band and clutter, partially pooled.

Each class has a robust mean of its own; it is drawn towards the mean of its network and band by as
much as it is uncertain: τ²/(τ² + s²) of its own, the rest of the common one. s² counts blocks of
the ground, not bins (neighbours repeat one another); τ² is how much classes differ (R. DerSimonian
and N. Laird, Meta-analysis in clinical trials, 1986; the shrinkage is C. N. Morris, Parametric
empirical Bayes inference, 1983).
"""

import numpy as np
import pandas as pd

from coverage_map.calibration.blocks import number_blocks
from coverage_map.calibration.robust import Floats, fit_line, robust_deviation
from coverage_map.calibration.settings import settings

GROUP = ["operator", "band", "clutter"]


def fit_terms(bins: pd.DataFrame, *, sloped: bool) -> pd.DataFrame:
    """Fit the error of the prediction by group.

    Args:
        bins: operator, band, clutter, x_m, y_m, distance_km, residual_db (measured − predicted).
        sloped: with a slope over distance, where there is enough to see one.

    Returns:
        One row a group: own_db, offset_db (after pooling), offset_sd_db, slope_db (a decade),
        pivot, low, high (log10 km), bins, blocks.
    """
    parts = [
        _pool([_fit_group(key, part, sloped=sloped) for key, part in network.groupby(GROUP)])
        for _, network in bins.groupby(GROUP[:2])
    ]
    return pd.concat(parts, ignore_index=True)


def _fit_group(key: object, part: pd.DataFrame, *, sloped: bool) -> dict[str, object]:
    rules = settings()["slope"]
    residual = part["residual_db"].to_numpy(float)
    decades = np.log10(part["distance_km"].to_numpy(float))
    pivot = float(np.median(decades))
    along = decades - pivot
    wide = len(part) >= rules["least_bins"] and float(along.std()) >= rules["least_spread"]
    offset, slope = fit_line(residual, along if sloped and wide else None, rules["prior_db"])
    apart = residual - offset - slope * along
    blocks = number_blocks(
        part["x_m"].to_numpy(float), part["y_m"].to_numpy(float), settings()["blocks"]["away_m"]
    )
    means = pd.Series(apart).groupby(blocks).median()
    return {
        **dict(zip(GROUP, key, strict=True)),  # type: ignore[call-overload]
        "own_db": offset,
        "slope_db": slope,
        "pivot": pivot,
        "low": float(decades.min()),
        "high": float(decades.max()),
        "bins": len(part),
        "blocks": len(means),
        "square": float((means**2).sum()),
        "deviation": robust_deviation(apart),
    }


def _pool(groups: list[dict[str, object]]) -> pd.DataFrame:
    """Draw the offsets of one network and band together."""
    frame = pd.DataFrame(groups)
    own, count = frame["own_db"].to_numpy(float), frame["blocks"].to_numpy(float)
    free = float((count - 1).sum())
    # One block a class says nothing of how blocks differ: the bins' own spread stands for it.
    spread = (
        float(frame["square"].sum()) / free if free > 0 else float(frame["deviation"].max()) ** 2
    )
    error = np.maximum(spread, 1e-9) / count
    weight = 1 / error
    mean = float((weight * own).sum() / weight.sum())
    excess = float((weight * (own - mean) ** 2).sum()) - (len(own) - 1)
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(0.0, excess / room) if room > 0 else 0.0
    weight = 1 / (error + between)
    mean = float((weight * own).sum() / weight.sum())
    keep = between / (between + error)
    offset = keep * own + (1 - keep) * mean
    variance = keep * error + (1 - keep) ** 2 / weight.sum()
    pooled = frame.drop(columns=["square", "deviation"])
    return pooled.assign(offset_db=offset, offset_sd_db=np.sqrt(variance))


def correct(terms: pd.DataFrame, bins: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return what the terms add to each bin's prediction, dB, and its standard deviation.

    Beyond the distances that were measured the slope goes on no farther; a group without terms
    has 0 and NaN.
    """
    held = bins[GROUP].merge(terms, how="left", on=GROUP)
    decades = np.log10(bins["distance_km"].to_numpy(float))
    low, high = held["low"].to_numpy(float), held["high"].to_numpy(float)
    along = np.minimum(np.maximum(decades, low), high) - held["pivot"].to_numpy(float)
    added = held["offset_db"].to_numpy(float) + held["slope_db"].to_numpy(float) * along
    return np.nan_to_num(added, nan=0.0), held["offset_sd_db"].to_numpy(float)
