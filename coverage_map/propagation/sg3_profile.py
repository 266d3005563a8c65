"""Profiles and measurements as ITU-R Study Group 3's databank writes them (.csv).

Header lines ``name:,value``, the profile between ``{Begin of Profile}`` and ``{End of Profile}``
(km, m above sea level, coverage code, clutter height, zone), and one line a measurement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coverage_map.propagation.great_circle import find_bearing_deg
from coverage_map.propagation.path import Link, Path, Polarisation, Zone
from coverage_map.propagation.refusals import PathRefusedError

_POLARISATIONS: dict[str, Polarisation] = {"1": "horizontal", "2": "vertical"}
# Where a file says nothing of the coast, the published logs are made with this.
_FAR_FROM_COAST_KM = 500.0


@dataclass(frozen=True)
class Sg3Profile:
    """A file's path, its measurements as links, and what was radiated and measured."""

    path: Path
    links: tuple[Link, ...]
    power_kw: tuple[float, ...]  # effective radiated power
    field_strength_dbuv_m: tuple[float, ...]  # measured, or the published prediction
    loss_db: tuple[float, ...]  # likewise; NaN where the file does not say
    tx_position_deg: tuple[float, float]  # latitude, longitude
    rx_position_deg: tuple[float, float]
    delta_n: float
    n0: float


def parse_sg3_profile(text: str) -> Sg3Profile:
    """Read a profile and its measurements.

    Raises:
        PathRefusedError: a part is missing, or a value is no number.
    """
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]
    try:
        return _read(rows)
    except (IndexError, KeyError, StopIteration, ValueError) as error:
        raise PathRefusedError("sg3_profile_unreadable", rows=len(rows)) from error


def _read(rows: Sequence[list[str]]) -> Sg3Profile:
    said = {row[0].lower(): row[1] for row in rows if len(row) > 1 and row[0].endswith(":")}
    tx = float(said["tx lat:"]), float(said["tx lon:"])
    rx = float(said["rx lat:"]), float(said["rx lon:"])
    start = next(number for number, row in enumerate(rows) if row[0] == "Number of Points:")
    count = int(rows[start][1])
    points = [_read_point(row) for row in rows[start + 1 : start + 1 + count]]
    distance_km, terrain_m, clutter_m, zones = (
        np.array(each) for each in zip(*points, strict=True)
    )
    zone = zones.astype(np.int64)
    path = Path(
        distance_km=distance_km,
        terrain_m=terrain_m,
        clutter_m=clutter_m,
        zone=zone,
        tx_latitude_deg=tx[0],
        azimuth_deg=find_bearing_deg(*tx, *rx),
        coast_tx_km=0.0 if zone[0] == Zone.SEA else _FAR_FROM_COAST_KM,
        coast_rx_km=0.0 if zone[-1] == Zone.SEA else _FAR_FROM_COAST_KM,
    )
    measurements = _read_measurements(rows)
    return Sg3Profile(
        path=path,
        links=tuple(_read_link(row) for row in measurements),
        power_kw=tuple(10 ** (_number(row, "ERP_max_total") / 10) / 1e3 for row in measurements),
        field_strength_dbuv_m=tuple(
            _number(row, "Measured field strength") for row in measurements
        ),
        loss_db=tuple(_number(row, "Basic transmission loss") for row in measurements),
        tx_position_deg=tx,
        rx_position_deg=rx,
        delta_n=float(said["average annual values dn (n-units/km):"]),
        n0=float(said["average annual sea-level surface refractivity no (n-units):"]),
    )


def _read_point(row: list[str]) -> tuple[float, float, float, float]:
    """Return distance, ground, clutter and zone; bare and inland where the file leaves them out."""
    cells = [*row, "", "", ""]
    return float(row[0]), float(row[1]), float(cells[3] or 0), float(cells[4] or Zone.INLAND)


def _read_measurements(rows: Sequence[list[str]]) -> list[dict[str, str]]:
    header = next(row for row in rows if row[0] == "Frequency")
    first = next(n for n, row in enumerate(rows) if row[0].startswith("{Begin of Measurements"))
    last = next(n for n, row in enumerate(rows) if row[0].startswith("{End of Measurements"))
    return [dict(zip(header, row, strict=False)) for row in rows[first + 1 : last] if len(row) > 2]


def _number(row: dict[str, str], column: str) -> float:
    return float(row.get(column) or "nan")


def _read_link(row: dict[str, str]) -> Link:
    return Link(
        frequency_ghz=float(row["Frequency"]) / 1e3,
        tx_height_m=float(row["Tx antenna height"]),
        rx_height_m=float(row["Rx antenna height"]),
        polarisation=_POLARISATIONS[row["Polarisation HVC:1 2 3"]],
        time_percent=float(row["Time percentage"]),
    )
