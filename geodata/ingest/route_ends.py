"""Routes of which only the two ends are given become straight lines, and are marked as such."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geodata.crs import geodesic_m
from geodata.ingest.settings import settings
from geodata.ingest.work import Params, Work
from geodata.records import LINE_ENDS, Kind

Objects = npt.NDArray[np.object_]
STRAIGHT = "ends"


def lines_between_ends(work: Work, kind: Kind) -> Objects | None:
    """Return a straight line for each row with both ends, in the file's numbers; None for no ends.

    A row with one end, or with the same place twice, has no line and is told so.
    """
    if not kind.has_ends:
        return None
    ends = [work.frame[list(end)].to_numpy(dtype=float) for end in LINE_ENDS]
    there = [np.isfinite(end).all(axis=1) for end in ends]
    if not (there[0] | there[1]).any():
        return None
    for row in np.flatnonzero((there[0] != there[1]) & ~work.bad).tolist():
        _blame_half(work, row, lacking=int(there[0][row]))
    both = there[0] & there[1]
    equal = both & (ends[0] == ends[1]).all(axis=1)
    for row in np.flatnonzero(equal & ~work.bad).tolist():
        work.unread.add(row)
        at: Params = {"position": f"{ends[0][row, 0]:g}, {ends[0][row, 1]:g}"}
        work.blame(row, "ends_equal", work.columns.column_of("to_x"), at, "warning")
    rows = np.flatnonzero(both & ~equal)
    lines = np.full(len(work.frame), None, dtype=object)
    lines[rows] = shapely.linestrings(np.stack([end[rows] for end in ends], axis=1))
    return lines


def _blame_half(work: Work, row: int, lacking: int) -> None:
    """Say that a row has one end only; nothing is said again of its missing position."""
    already = row in work.unread
    work.unread.add(row)
    if already:
        return
    empty = next((name for name in LINE_ENDS[lacking] if np.isnan(work.frame[name].iloc[row])), "")
    work.blame(row, "end_missing", work.columns.column_of(empty), {"field": empty}, "warning")


def check_straight_lines(work: Work, kind: Kind, frame: gpd.GeoDataFrame) -> None:
    """Mark the lines drawn between ends, and find lengths that are shorter than the straight way.

    ``frame``: in EPSG:4490. A route cannot be shorter than the geodesic between its ends.
    """
    lines = frame.geometry.to_numpy()
    straight = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    if not kind.has_ends or work.has_shapes or not straight.any():
        return
    frame["geometry_from"] = frame["geometry_from"].mask(straight, STRAIGHT)
    note: Params = {"rows": int(straight.sum())}
    work.note("lines_straight", work.columns.column_of(LINE_ENDS[0][0]), note)
    column = work.columns.column_of("length_m")
    if column < 0:
        return
    rows = np.flatnonzero(straight)
    corners = shapely.get_coordinates(lines[rows]).reshape(len(rows), 2, 2)
    away = geodesic_m(corners[:, 0, 0], corners[:, 0, 1], corners[:, 1, 0], corners[:, 1, 1])
    given = frame["length_m"].to_numpy(dtype=float)[rows]
    rule = settings()["routes"]
    least = away * rule["shorter_share"] - rule["shorter_m"]
    for i in np.flatnonzero((given < least) & ~work.bad[rows]).tolist():
        params: Params = {"length": round(float(given[i])), "straight": round(float(away[i]))}
        work.blame(int(rows[i]), "length_short", column, params, "warning")
