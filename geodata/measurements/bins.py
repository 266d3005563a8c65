"""Measurements gathered in square bins: the median level of each, its spread, count and time.

The median is taken in dB, where it is the same as in milliwatts (the logarithm keeps the order),
and it is what P.1812 predicts: the level that half of the places of a pixel exceed (P.1812-6 §4.7).
A mean in milliwatts would lie above it by a share of the spread (by σ²·ln 10/20 dB where levels are
log-normal) and follow the few strongest samples; 50 m hold the 20 to 40 wavelengths over which
fading averages out (W. C. Y. Lee, Estimate of local average power of a mobile radio signal, IEEE
Trans. Veh. Technol. 34, 1985).
"""

import numpy as np
import pandas as pd

from geodata.crs import from_cgcs2000, metric_crs, to_cgcs2000
from geodata.measurements.settings import settings


def bin_measurements(
    frame: pd.DataFrame, size_m: float | None = None, crs: str = ""
) -> pd.DataFrame:
    """Gather outdoor levels by bin, operator, quantity and serving cell.

    Args:
        frame: cleaned rows; a column ``cell_id`` (see ``match_cells``) tells cells apart.
        size_m: edge of a bin; None: as set.
        crs: a metric CRS, for the bins of several files to fall together; "": by place.

    Returns:
        Bins with x_m, y_m (centre, in the metric CRS named in ``attrs["crs"]``), lon, lat,
        signal_dbm (median), spread_db (1.4826 times the median absolute deviation), count
        (samples), rows, first and last (time).
    """
    size = float(size_m or settings()["bins"]["size_m"])
    levels = frame[frame["signal_dbm"].notna() & ~frame["indoor"]]
    crs = crs or (metric_crs(float(levels["lon"].median())) if len(levels) else "")
    keys = ["operator", "quantity", "technology", "cell_id"]
    if "cell_id" not in levels:
        levels = levels.assign(cell_id="")
    if levels.empty:
        columns = [*keys, "x_m", "y_m", "lon", "lat", "signal_dbm", "spread_db", "count", "rows"]
        return pd.DataFrame(columns=[*columns, "first", "last"])
    x, y = from_cgcs2000(levels["lon"], levels["lat"], crs)
    place = [*keys, "x_m", "y_m"]
    levels = levels.assign(
        x_m=(np.floor(x / size) + 0.5) * size, y_m=(np.floor(y / size) + 0.5) * size
    )
    medians = levels.groupby(place)["signal_dbm"].transform("median")
    levels = levels.assign(apart=(levels["signal_dbm"] - medians).abs())
    bins = levels.groupby(place, as_index=False).agg(
        signal_dbm=("signal_dbm", "median"),
        spread_db=("apart", "median"),
        count=("samples", "sum"),
        rows=("samples", "size"),
        first=("time", "min"),
        last=("time", "max"),
    )
    # 1.4826 makes the median absolute deviation the standard deviation of a normal spread.
    single = settings()["bins"]["single_spread_db"]
    bins["spread_db"] = (1.4826 * bins["spread_db"]).where(bins["rows"] > 1, single)
    bins["lon"], bins["lat"] = to_cgcs2000(bins["x_m"], bins["y_m"], crs)
    bins.attrs["crs"] = crs
    return bins
