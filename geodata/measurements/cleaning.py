"""Measurements that are none are left out, each cause said once: floor, range, jumps, repeats.

The result does not depend on the order of rows: they are brought in order of time first. Rows
without a time (grids) are checked by value only. Indoor rows stay and stay marked.
"""

import numpy as np
import pandas as pd

from geodata.crs import geodesic_m
from geodata.errors import Fault, FileRefusedError, Place
from geodata.measurements.settings import settings

# One receiver on its way; each quantity it measures is a track of its own.
_TRACK = ["file", "sheet", "device", "operator", "quantity"]


def clean_measurements(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Leave out what was not measured and thin what was measured twice.

    Args:
        frame: rows as ``read_measurements`` returns them.

    Returns:
        The rows that count, ordered by file, track and time; a fault (warning or note) per file
        and cause: ``measurement_no_level``, ``measurement_floor``, ``measurement_range``,
        ``measurement_repeated``, ``measurement_jump``, ``measurement_stationary``,
        ``measurement_indoor``.

    Raises:
        FileRefusedError: ``measurement_flight_mode``, a phone had no network all the time.
    """
    faults: list[Fault] = []
    frame = frame.sort_values(
        [*_TRACK, "time", "row", "lon", "lat", "signal_dbm"], ignore_index=True
    )
    asked = (frame["quantity"] == "") & (frame["sort"] != "complaint")
    frame = _without(frame, asked, "measurement_no_level", faults)
    _refuse_flight_mode(frame)
    limits = pd.DataFrame(settings()["quantities"]).T.reindex(frame["quantity"])
    level = frame["signal_dbm"].to_numpy(float)
    low, high, floor = (
        limits[name].to_numpy(float) for name in ("low_dbm", "high_dbm", "floor_dbm")
    )
    # Beyond what can be reported is something else; at the floor is a phone without network.
    wild = (level < low) | (level > high)
    frame = _without(frame, wild, "measurement_range", faults)
    frame = _without(frame, (level <= floor)[~wild], "measurement_floor", faults)
    same = ["file", "sheet", "device", "operator", "quantity", "time", "lon", "lat", "signal_dbm"]
    repeated = frame.duplicated([*same, "eci", "pci", "earfcn"]) & frame["time"].notna()
    frame = _without(frame, repeated, "measurement_repeated", faults)
    frame = _without(frame, find_jumps(frame), "measurement_jump", faults)
    frame = _thin_stays(frame, faults)
    _say(frame, frame["indoor"], "measurement_indoor", faults, "note")
    return frame, faults


def _refuse_flight_mode(frame: pd.DataFrame) -> None:
    """Refuse a file that holds the floor (nearly) everywhere: nothing was measured."""
    rules = settings()["cleaning"]
    measured = frame[frame["quantity"] != ""]
    floors = measured["quantity"].map(
        {name: entry["floor_dbm"] for name, entry in settings()["quantities"].items()}
    )
    down = measured["signal_dbm"] <= floors.astype(float)
    for file, rows in measured.groupby("file"):
        share = float(down[rows.index].mean())
        if share >= rules["flight_share"] and len(rows) >= rules["flight_rows"]:
            first = rows[down[rows.index]].sort_values("row").iloc[0]
            place = Place(
                str(file),
                first["sheet"],
                int(first["row"]),
                first["quantity"],
                f"{first['signal_dbm']:g}",
            )
            raise FileRefusedError(
                "measurement_flight_mode", place, share=round(100 * share), rows=len(rows)
            )


def find_jumps(frame: pd.DataFrame) -> np.ndarray:
    """Say which rows lie off the track: too fast to reach from before and to leave to what follows.

    At the ends of a track there is one neighbour only, which may be the wrong one: they stay.
    """
    rules = settings()["cleaning"]
    jump = np.zeros(len(frame), dtype=bool)
    if len(frame) < 3:
        return jump
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    metres = geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    seconds = frame["time"].diff().dt.total_seconds().to_numpy()[1:]
    tracks = frame.groupby(_TRACK, sort=False).ngroup().to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        fast = metres / seconds * 3.6 > rules["speed_kmh"]
    fast &= (metres > rules["jump_m"]) & (tracks[:-1] == tracks[1:])
    jump[1:-1] = fast[:-1] & fast[1:]
    return jump


def _thin_stays(frame: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Keep one row of a stay, with the median level: waiting at a light is one measurement."""
    if frame.empty:
        return frame
    same = frame[[*_TRACK, "eci", "pci", "earfcn"]].astype("str").fillna("")
    moved = (same != same.shift()).any(axis=1) | ~_stands_still(frame)
    stay = (moved | frame["time"].isna()).cumsum()
    grouped = frame.groupby(stay)
    thinned: pd.DataFrame = frame.assign(
        signal_dbm=grouped["signal_dbm"].transform("median"),
        samples=grouped["samples"].transform("sum"),
    )
    again = stay.duplicated()
    _say(frame, again, "measurement_stationary", faults, "note")
    return pd.DataFrame(thinned[~again]).reset_index(drop=True)


def _stands_still(frame: pd.DataFrame) -> np.ndarray:
    """Say which rows are the row before them again: no farther than noise, no faster than it."""
    rules = settings()["cleaning"]
    lon, lat = frame["lon"].to_numpy(), frame["lat"].to_numpy()
    still = np.zeros(len(frame), dtype=bool)
    metres = geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    seconds = frame["time"].diff().dt.total_seconds().to_numpy()[1:]
    slow = metres <= rules["still_mps"] * np.maximum(seconds, 1.0)
    still[1:] = slow & (metres <= rules["stationary_m"]) & (seconds <= rules["stay_s"])
    return still


def _without(
    frame: pd.DataFrame, rows: pd.Series | np.ndarray, code: str, faults: list[Fault]
) -> pd.DataFrame:
    _say(frame, rows, code, faults, "warning")
    return frame[~np.asarray(rows)].reset_index(drop=True)


def _say(
    frame: pd.DataFrame,
    rows: pd.Series | np.ndarray,
    code: str,
    faults: list[Fault],
    severity: str,
) -> None:
    """Say a cause once for each file, at its first row."""
    for (file, sheet), part in frame[np.asarray(rows)].groupby(["file", "sheet"]):
        first = part.sort_values("row").iloc[0]
        level = first["signal_dbm"]
        value = "" if pd.isna(level) else f"{level:g}"
        place = Place(str(file), str(sheet), int(first["row"]), first["quantity"], value)
        faults.append(Fault(code, place, {"count": len(part)}, severity))  # type: ignore[arg-type]
