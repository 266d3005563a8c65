"""Masts that cannot be predicted from, each said with its row; the others go on."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geodata.crs import from_cgcs2000, pairs_within
from geodata.errors import Fault, Place, Severity
from geodata.terrain.raster import Floats, Raster, sample_bilinear
from geodata.terrain.settings import settings


def check_masts(masts: pd.DataFrame, heights: Raster) -> tuple[NDArray[np.bool_], list[Fault]]:
    """Say which masts can be predicted from, and what is wrong with the others.

    Args:
        masts: ``lon``, ``lat`` (CGCS2000 degrees), ``height_m`` (antenna above ground, NaN for not
            stated) and, where they are known, ``file``, ``sheet``, ``row``, ``name``, ``indoor``.
        heights: the ground, metres above sea level.

    Returns:
        Which rows can be used, and faults: errors for those that cannot, warnings for a height of
        0 m outdoors (taken as not stated) and for masts in one place.
    """
    lon, lat = (masts[name].to_numpy(dtype=np.float64) for name in ("lon", "lat"))
    stated = masts["height_m"].to_numpy(dtype=np.float64)
    placed = np.isfinite(lon) & np.isfinite(lat)
    ground = np.full(len(masts), np.nan)
    ground[placed] = sample_bilinear(heights, lon[placed], lat[placed])
    outside = placed & ~_within(heights, lon, lat, placed)
    tallest = settings()["masts"]["tallest_m"]
    with np.errstate(invalid="ignore"):
        below, high = stated < 0, stated > tallest
        silent = (stated == 0) & ~_indoor(masts)
    wrong = {
        "mast_no_position": ~placed,
        "mast_outside": outside,
        "mast_no_ground": placed & ~outside & np.isnan(ground),
        "mast_below_ground": below,
        "mast_too_high": high,
    }
    usable = ~np.logical_or.reduce(list(wrong.values()))
    faults = [
        _say(code, masts, row, severity="error", tallest=tallest)
        for code, rows in wrong.items()
        for row in np.flatnonzero(rows).tolist()
    ]
    faults += [
        _say("mast_zero", masts, row, severity="warning") for row in np.flatnonzero(silent).tolist()
    ]
    return usable, [*faults, *_one_place(masts, np.column_stack([lon, lat]))]


def _within(
    heights: Raster, lon: Floats, lat: Floats, placed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    row, column = heights.grid.cells_of(*from_cgcs2000(lon, lat, heights.grid.crs))
    with np.errstate(invalid="ignore"):
        tall = (row >= -0.5) & (row <= heights.grid.height - 0.5)
        wide = (column >= -0.5) & (column <= heights.grid.width - 0.5)
    return np.asarray(placed & tall & wide)


def _indoor(masts: pd.DataFrame) -> NDArray[np.bool_]:
    if "indoor" not in masts.columns:
        return np.zeros(len(masts), dtype=bool)
    return masts["indoor"].eq(other=True).fillna(value=False).to_numpy(dtype=bool)


def _one_place(masts: pd.DataFrame, points: Floats) -> Iterator[Fault]:
    """Name the later of two masts nearer than a metre, with the row of the earlier."""
    apart = settings()["masts"]["same_place_m"]
    first, second, _ = pairs_within(points, points, int(np.ceil(apart)))
    later = second > first
    _, kept = np.unique(second[later], return_index=True)
    for row, other in zip(second[later][kept], first[later][kept], strict=True):
        yield _say("mast_same_place", masts, row, "warning", other=_row_of(masts, other))


def _row_of(masts: pd.DataFrame, row: int) -> int:
    return int(masts["row"].iloc[row]) if "row" in masts.columns else int(row) + 1


def _say(
    code: str, masts: pd.DataFrame, row: int, severity: Severity, **params: str | float
) -> Fault:
    def said(name: str) -> str:
        return str(masts[name].iloc[row]) if name in masts.columns else ""

    shown = {
        "mast_below_ground": "height_m",
        "mast_too_high": "height_m",
        "mast_zero": "height_m",
    }.get(code)
    value = (
        f"{masts[shown].iloc[row]:g}"
        if shown
        else f"{masts['lon'].iloc[row]:.5f}, {masts['lat'].iloc[row]:.5f}"
    )
    place = Place(
        file=said("file"),
        sheet=said("sheet"),
        row=_row_of(masts, row),
        column=shown or "",
        value=value,
    )
    return Fault(code, place, {"name": said("name"), **params}, severity)
