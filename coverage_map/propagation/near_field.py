"""Nearer than P.1812 reaches: from free space at 40 m to P.1812 itself at 250 m.

P.1812 is valid from 0.25 km (§1). Under the mast ITU-R P.1546-6 Annex 5 §14 shows the way for
another point-to-area method: the loss of free space up to 0.04 km, and from there to the method's
own shortest distance a mean of both that is linear in the logarithm of the distance. CEPT's
extended Hata (SEAMCAT) does the same between 0.04 and 0.1 km. So it is done here: the mean of
free space, on the slant distance, and of P.1812's equations on the path at hand. At 0.25 km the
weight of P.1812 is one, so there is no step, whatever hill or house stands on the way; a two-ray
model or 3GPP UMa would know neither and would have to be forced to meet P.1812.
"""

from math import log

import numpy as np

from coverage_map.propagation.path import Path
from coverage_map.propagation.refusals import read_validity

FREE_SPACE_KM = 0.04  # dinf of P.1546-6 Annex 5 §14


def p1812_weight(distance_km: float) -> float:
    """Return the part of P.1812 in the loss: 0 up to 0.04 km, 1 from 0.25 km on."""
    reach_km = read_validity()["p1812"].ranges["distance_km"][0]
    if distance_km <= FREE_SPACE_KM:
        return 0.0
    if distance_km >= reach_km:
        return 1.0
    return log(distance_km / FREE_SPACE_KM) / log(reach_km / FREE_SPACE_KM)


def with_inner_point(path: Path) -> Path:
    """Return the path with a point on the bare ground half-way, where it has none between its ends.

    P.1812 asks for one; the straight line between two points is all that such a profile says.
    """
    if len(path.distance_km) > 2:
        return path
    return Path(
        np.insert(path.distance_km, 1, path.length_km / 2),
        np.insert(path.terrain_m, 1, path.terrain_m.mean()),
        np.insert(path.clutter_m, 1, 0.0),
        np.insert(path.zone, 1, path.zone[1]),
        path.tx_latitude_deg,
        path.azimuth_deg,
        path.coast_tx_km,
        path.coast_rx_km,
    )
