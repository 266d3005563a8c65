"""The Bullington part of the diffraction loss: one knife edge for the profile (P.1812 §4.3.1)."""

from dataclasses import dataclass
from math import exp, log10, sqrt

import numpy as np

from coverage_map.propagation.path import Floats

# The speed of light as the published implementations round it (ITU-R P.2001-4), m·GHz.
WAVELENGTH_M_GHZ = 0.2998


@dataclass(frozen=True)
class BullingtonEdge:
    """The knife edge that stands for a profile."""

    line_of_sight: bool
    parameter: float  # [ν]
    distance_km: float  # from the transmitter
    knife_edge_db: float  # [Luc]
    loss_db: float  # [Lbull]


def diffraction_parameters(
    inner_km: Floats,
    inner_m: Floats,
    length_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
) -> Floats:
    """Return ν of each inner point against the straight line between antennas, eq. (15).

    ``inner_km`` and ``inner_m`` are distances and heights of the points between the antennas.
    """
    wavelength_m = WAVELENGTH_M_GHZ / frequency_ghz
    beside_km = length_km - inner_km
    bulge_m = 500 / radius_km * inner_km * beside_km
    line_m = (tx_m * beside_km + rx_m * inner_km) / length_km
    return (inner_m + bulge_m - line_m) * np.sqrt(
        0.002 * length_km / (wavelength_m * inner_km * beside_km)
    )


def knife_edge_loss_db(parameter: float) -> float:
    """Return J(ν), the loss of a single knife edge, eq. (12)."""
    if parameter <= -0.78:
        return 0.0
    return 6.9 + 20 * log10(sqrt((parameter - 0.1) ** 2 + 1) + parameter - 0.1)


def bullington_loss_db(knife_edge_db: float, length_km: float) -> float:
    """Return the Bullington loss that belongs to a knife edge on a path, eq. (21)."""
    return knife_edge_db + (1 - exp(-knife_edge_db / 6)) * (10 + 0.02 * length_km)


def bullington_edge(
    distance_km: Floats,
    height_m: Floats,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
) -> BullingtonEdge:
    """Replace a profile by one knife edge and return its loss, eq. (12)-(21).

    Args:
        distance_km: points from the transmitter, km.
        height_m: the profile including clutter (g), m above sea level; ends are not looked at.
        tx_m: the transmitting antenna above sea level [htc].
        rx_m: the receiving antenna above sea level [hrc].
        radius_km: the effective Earth radius [ap].
        frequency_ghz: the frequency.
    """
    length_km = float(distance_km[-1])
    inner_km, inner_m = distance_km[1:-1], height_m[1:-1]
    beside_km = length_km - inner_km
    bulge_m = 500 / radius_km * inner_km * beside_km
    steepest_tx = float(((inner_m + bulge_m - tx_m) / inner_km).max())  # (13)
    direct = (rx_m - tx_m) / length_km  # (14)
    line_of_sight = steepest_tx < direct
    if line_of_sight:
        parameters = diffraction_parameters(
            inner_km, inner_m, length_km, tx_m, rx_m, radius_km, frequency_ghz
        )
        point_km, parameter = float(inner_km[parameters.argmax()]), float(parameters.max())  # (15)
    else:
        steepest_rx = float(((inner_m + bulge_m - rx_m) / beside_km).max())  # (17)
        point_km = (rx_m - tx_m + steepest_rx * length_km) / (steepest_tx + steepest_rx)  # (18)
        line_m = (tx_m * (length_km - point_km) + rx_m * point_km) / length_km
        wavelength_m = WAVELENGTH_M_GHZ / frequency_ghz
        parameter = (tx_m + steepest_tx * point_km - line_m) * sqrt(
            0.002 * length_km / (wavelength_m * point_km * (length_km - point_km))
        )  # (19)
    knife_edge_db = knife_edge_loss_db(parameter)  # (16), (20)
    loss_db = bullington_loss_db(knife_edge_db, length_km)  # (21)
    return BullingtonEdge(line_of_sight, parameter, point_km, knife_edge_db, loss_db)
