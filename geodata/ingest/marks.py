"""Which rows come to where something is known to stand, whatever it is called there.

Antennas hang on towers, cells stand at their sites, cables end at boxes. Under the system that
positions are in many come to such a mark, under another hardly any.
"""

import numpy as np
import pandas as pd

from geodata.crs import nearest, to_cgcs2000
from geodata.crs_zones import can_be
from geodata.ingest.hypotheses import Bools, Floats, Hypothesis, Positions
from geodata.ingest.known import known_places
from geodata.ingest.settings import settings
from geodata.records import Kind


def find_marks(kind: Kind, known: pd.DataFrame) -> Floats | None:
    """Return where things stand that a kind's records come to: longitude, latitude; EPSG:4490.

    ``known``: see ``check_file``. None where there are too few to tell anything.
    """
    kinds = settings()["crs"]["marks"].get(kind.name, ())
    there = known.loc[known["kind"].isin(kinds), ["lon", "lat"]].dropna().drop_duplicates()
    few = len(there) < settings()["crs"]["rule"]["unanimous_rows"]
    return None if few else there.to_numpy(dtype=float)


def is_linked(records: pd.DataFrame, kind: Kind, placed: pd.DataFrame) -> bool:
    """Say whether placed records tell anything of where a kind's records stand."""
    return known_places(records, kind, placed) is not None or find_marks(kind, placed) is not None


def meets(positions: Positions, hypothesis: Hypothesis) -> Bools:
    """Say which rows come to a mark under a hypothesis; a line does with both its ends."""
    if positions.marks is None:
        return np.zeros(len(positions.x), dtype=bool)
    if positions.ends is None:
        return _is_met(hypothesis.lon, hypothesis.lat, positions.marks)
    met = np.ones(len(positions.x), dtype=bool)
    for end in (0, 2):
        x, y = positions.ends[:, end], positions.ends[:, end + 1]
        x, y = (y, x) if hypothesis.swapped else (x, y)
        sized = can_be(hypothesis.crs, x, y)
        lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
        lon[sized], lat[sized] = to_cgcs2000(x[sized], y[sized], hypothesis.crs)
        met &= _is_met(lon, lat, positions.marks)
    return met


def _is_met(lon: Floats, lat: Floats, marks: Floats) -> Bools:
    within = settings()["crs"]["rule"]["mark_m"]
    found, _ = nearest(np.column_stack([lon, lat]), marks, within)
    return np.asarray(found >= 0)
