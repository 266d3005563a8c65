"""Coordinates that are plainly miswritten are put right before their system is judged, and said."""

import numpy as np

from geodata.ingest.settings import settings
from geodata.ingest.values.coordinates import in_ranges
from geodata.ingest.work import Params, Work
from geodata.records import LINE_ENDS


def repair_positions(work: Work) -> None:
    """Mend the coordinates of a sheet: zeros, whole numbers of degrees, rows the wrong way round.

    A table with geometries of its own is left alone. Where most rows stand the wrong way round the
    columns do, which the choice of a system tells; only rows unlike the others are swapped here.
    """
    if work.has_shapes:
        return
    for axes in (("x", "y"), *LINE_ENDS):
        if not set(axes) <= set(work.frame.columns):
            continue
        x, y = (work.frame[name].to_numpy(dtype=float).copy() for name in axes)
        column = work.columns.column_of(axes[0])
        _drop_zeros(work, x, y, column)
        _rescale(work, x, y, column)
        _swap_rows(work, x, y, column)
        work.frame[axes[0]], work.frame[axes[1]] = x, y


def _drop_zeros(work: Work, x: np.ndarray, y: np.ndarray, column: int) -> None:
    """Take 0, 0 for no position, and a 0 beside a coordinate for none either."""
    zero = (x == 0) | (y == 0)
    if zero.any():
        x[zero] = y[zero] = np.nan
        work.note("coordinates_zero", column, {"rows": int(zero.sum())}, "warning")


def _rescale(work: Work, x: np.ndarray, y: np.ndarray, column: int) -> None:
    """Bring degrees written as whole numbers (113850000) back to degrees."""
    for scale in settings()["coordinates"]["scales"]:
        straight = in_ranges(x / scale, y / scale)
        either = straight | in_ranges(y / scale, x / scale)
        if either.any():
            x[either] /= scale
            y[either] /= scale
            params: Params = {"rows": int(either.sum()), "factor": f"{scale:,.0f}"}
            work.note("coordinates_scaled", column, params, "warning")


def _swap_rows(work: Work, x: np.ndarray, y: np.ndarray, column: int) -> None:
    """Swap the rows whose longitude and latitude are each other's, where most are not so."""
    straight, crossed = in_ranges(x, y), in_ranges(y, x)
    few, many = (crossed, straight) if crossed.sum() < straight.sum() else (straight, crossed)
    if not few.any() or few.sum() * 2 > many.sum():
        return
    for row in np.flatnonzero(few).tolist():
        work.blame(row, "lonlat_swapped", column, {"x": x[row], "y": y[row]}, "warning")
    x[few], y[few] = y[few].copy(), x[few].copy()
