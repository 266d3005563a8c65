"""Bearings and intermediate points on the great circle (ITU-R P.2001-4 Attachment H).

P.1812 §3.6 asks for the latitude of the path's centre; the published logs take it from here.
"""

from math import asin, atan2, cos, degrees, radians, sin

EARTH_RADIUS_KM = 6371.0


def find_bearing_deg(
    tx_latitude_deg: float, tx_longitude_deg: float, rx_latitude_deg: float, rx_longitude_deg: float
) -> float:
    """Return the bearing of the receiver seen from the transmitter, from north (H.2.1-H.2.6)."""
    tx, rx = radians(tx_latitude_deg), radians(rx_latitude_deg)
    east = radians(rx_longitude_deg - tx_longitude_deg)  # (H.2.1)
    cosine = sin(tx) * sin(rx) + cos(tx) * cos(rx) * cos(east)  # (H.2.2)
    north_part = sin(rx) - cosine * sin(tx)  # (H.2.5a)
    east_part = cos(tx) * cos(rx) * sin(east)  # (H.2.5b)
    return degrees(atan2(east_part, north_part))  # (H.2.6)


def find_latitude_deg(tx_latitude_deg: float, bearing_deg: float, distance_km: float) -> float:
    """Return the latitude of the point at a distance along a bearing (H.3.1-H.3.3)."""
    tx, angle = radians(tx_latitude_deg), distance_km / EARTH_RADIUS_KM  # (H.3.1)
    sine = sin(tx) * cos(angle) + cos(tx) * sin(angle) * cos(radians(bearing_deg))  # (H.3.2)
    return degrees(asin(sine))  # (H.3.3)
