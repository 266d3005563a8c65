"""The ground between two antennas and the link that is to cross it: what every model is given."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.refusals import PathRefusedError, check_ranges

Floats = NDArray[np.float64]
Polarisation = Literal["horizontal", "vertical"]


class Zone(IntEnum):
    """Radio-climatic zones (P.1812 Table 3), numbered as Study Group 3's profiles number them."""

    SEA = 1
    COASTAL = 3
    INLAND = 4


@dataclass(frozen=True)
class Path:
    """A great-circle profile from the transmitter (first point) to the receiver (last point).

    ``distance_km`` rises from 0. ``terrain_m`` is bare ground above sea level, ``clutter_m`` the
    representative height of what stands on it, ``zone`` the ``Zone`` of each point. The latitude
    (degrees, north positive) and the azimuth (degrees from north) are the transmitter's; any
    receiver along the same bearing has the same. ``coast_tx_km`` and ``coast_rx_km`` are the
    distances over land to the coast along the path; None: measured along ``zone``.

    Raises:
        PathRefusedError: arrays of different lengths, values that are no numbers, distances that
            do not rise from 0, or a zone that does not exist.
    """

    distance_km: Floats
    terrain_m: Floats
    clutter_m: Floats
    zone: NDArray[np.int64]
    tx_latitude_deg: float
    azimuth_deg: float = 0.0
    coast_tx_km: float | None = None
    coast_rx_km: float | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.distance_km), len(self.terrain_m), len(self.clutter_m), len(self.zone)}
        if len(lengths) > 1 or min(lengths) < 2:  # two ends
            raise PathRefusedError("path_uneven", points=min(lengths), most=max(lengths))
        for name, values in (("terrain", self.terrain_m), ("clutter", self.clutter_m)):
            if not np.isfinite(values).all():
                first = int(np.flatnonzero(~np.isfinite(values))[0])
                raise PathRefusedError(f"path_{name}_missing", point=first + 1, points=len(values))
        rises = self.distance_km[0] == 0 and np.all(np.diff(self.distance_km) > 0)
        if not (rises and np.isfinite(self.distance_km[-1])):
            raise PathRefusedError("path_distance_order", points=len(self.distance_km))
        known = np.isin(self.zone, list(Zone))
        if not known.all():
            raise PathRefusedError("path_zone_unknown", value=int(self.zone[~known][0]))

    @property
    def length_km(self) -> float:
        """Return the great-circle distance between the antennas."""
        return float(self.distance_km[-1])

    def shortened(self, points: int) -> "Path":
        """Return the path to an earlier receiver on the same bearing: the first so many points."""
        return Path(
            self.distance_km[:points],
            self.terrain_m[:points],
            self.clutter_m[:points],
            self.zone[:points],
            self.tx_latitude_deg,
            self.azimuth_deg,
            self.coast_tx_km,
            self.coast_rx_km,
        )


@dataclass(frozen=True)
class Link:
    """Two antennas: heights above their own ground, and for how often and where the loss holds.

    ``time_percent`` of an average year and ``location_percent`` of the places within the
    receiver's pixel do not exceed the predicted loss.
    """

    frequency_ghz: float
    tx_height_m: float
    rx_height_m: float
    polarisation: Polarisation = "vertical"
    time_percent: float = 50.0
    location_percent: float = 50.0


@dataclass(frozen=True)
class Prediction:
    """The basic transmission loss of a path, and its terms in the order in which they add up.

    ``deviation_db`` is how far places within the receiver's pixel spread around their median.
    """

    model: str
    loss_db: float
    deviation_db: float = 0.0
    terms: dict[str, float] = field(default_factory=dict)


def check_link(model: str, path: Path, link: Link) -> None:
    """Refuse what is outside the range of a model that has limits for all of these.

    Raises:
        OutOfRangeError: see ``refusals.check_range``.
    """
    check_ranges(
        model,
        frequency_ghz=link.frequency_ghz,
        distance_km=path.length_km,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        time_percent=link.time_percent,
        location_percent=link.location_percent,
    )
