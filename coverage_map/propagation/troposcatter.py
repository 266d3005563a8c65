"""Tropospheric scatter (P.1812-6 §4.4).

Edition 7 replaced this section; ITU has since advised to go back to the equations of edition 6,
which the published logs follow too.
"""

from math import log10


def troposcatter_loss_db(
    frequency_ghz: float, distance_km: float, path_angle_mrad: float, n0: float, time_percent: float
) -> float:
    """Return Lbs, the loss due to troposcatter not exceeded for p % of the time, eq. (44), (45).

    ``path_angle_mrad`` is θ of eq. (82), ``n0`` the path centre's sea-level refractivity, N-units.
    """
    frequency_db = 25 * log10(frequency_ghz) - 2.5 * log10(frequency_ghz / 2) ** 2  # (45)
    time_db = float(10.125 * log10(50 / time_percent) ** 0.7)
    return (
        190.1
        + frequency_db
        + 20 * log10(distance_km)
        + 0.573 * path_angle_mrad
        - 0.15 * n0
        - time_db
    )  # (44)
