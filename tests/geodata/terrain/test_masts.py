"""One bad mast never stops the others."""

import numpy as np
import pandas as pd
from affine import Affine
from made_rasters import METRIC, tilted

from geodata.crs import to_cgcs2000
from geodata.terrain.masts import check_masts
from geodata.terrain.raster import Grid, Raster

GRID = Grid(METRIC, Affine(30.0, 0, 425_000.0, 0, -30.0, 3_790_020.0), 300, 300)


def ground() -> Raster:
    heights = tilted(*np.meshgrid(*GRID.centres()))
    heights[200:220, 200:220] = np.nan
    return Raster(heights, GRID, "m", float("nan"))


def test_each_bad_mast_is_said_with_its_row_and_the_others_go_on() -> None:
    x = 425_100.0 + 40.0 * np.arange(200)
    lon, lat = to_cgcs2000(x, np.full(200, 3_786_000.0), METRIC)
    masts = pd.DataFrame(
        {
            "lon": lon,
            "lat": lat,
            "height_m": 35.0,
            "indoor": False,
            "file": "站址.xlsx",
            "sheet": "Sheet1",
            "row": np.arange(200) + 2,
            "name": [f"站{number}" for number in range(200)],
        }
    )
    masts.loc[3, "lon"] = 115.0
    masts.loc[5, "lat"] = np.nan
    masts.loc[7, "height_m"] = -5.0
    masts.loc[9, "height_m"] = 900.0
    masts.loc[11, "height_m"] = 0.0
    masts.loc[13, ["height_m", "indoor"]] = [0.0, True]
    masts.loc[15, "height_m"] = np.nan
    masts.loc[17, ["lon", "lat"]] = masts.loc[16, ["lon", "lat"]]
    void = to_cgcs2000([425_000.0 + 30 * 210], [3_790_020.0 - 30 * 210], METRIC)
    masts.loc[19, ["lon", "lat"]] = [float(void[0][0]), float(void[1][0])]
    usable, faults = check_masts(masts, ground())
    assert np.flatnonzero(~usable).tolist() == [3, 5, 7, 9, 19]
    assert {(fault.code, fault.place.row, fault.severity) for fault in faults} == {
        ("mast_outside", 5, "error"),
        ("mast_no_position", 7, "error"),
        ("mast_below_ground", 9, "error"),
        ("mast_too_high", 11, "error"),
        ("mast_zero", 13, "warning"),
        ("mast_same_place", 19, "warning"),
        ("mast_no_ground", 21, "error"),
    }
    assert {fault.place.file for fault in faults} == {"站址.xlsx"}
    same = next(fault for fault in faults if fault.code == "mast_same_place")
    assert same.params["other"] == 18


def test_masts_without_a_file_are_told_by_their_place_in_the_list() -> None:
    lon, lat = to_cgcs2000([426_000.0, 1.0], [3_786_000.0, 1.0], METRIC)
    masts = pd.DataFrame({"lon": lon, "lat": lat, "height_m": [30.0, 30.0]})
    usable, faults = check_masts(masts, ground())
    assert usable.tolist() == [True, False]
    assert [(fault.code, fault.place.row) for fault in faults] == [("mast_outside", 2)]
