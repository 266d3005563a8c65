"""The delta-Bullington diffraction loss and how it varies with time (P.1812 §4.3.4, §4.3.5)."""

from dataclasses import dataclass

import numpy as np

from coverage_map.propagation.bullington import BullingtonEdge, bullington_edge
from coverage_map.propagation.inverse_normal import inverse_normal
from coverage_map.propagation.path import Floats, Link
from coverage_map.propagation.profile_geometry import PathGeometry
from coverage_map.propagation.radio_climate import RadioClimate
from coverage_map.propagation.spherical_earth import SphericalPath, spherical_earth_loss_db


@dataclass(frozen=True)
class DeltaBullington:
    """The three parts of the diffraction loss for one effective Earth radius."""

    actual: BullingtonEdge  # [Lbulla] the profile with its clutter
    smooth: BullingtonEdge  # [Lbulls] the smooth surface under effective heights
    spherical_db: float  # [Ldsph]
    loss_db: float  # [Ld]


@dataclass(frozen=True)
class Diffraction:
    """Diffraction losses; symbols of the Recommendation in brackets."""

    tx_height_m: float  # [htc'] over the smooth surface, eq. (37a)
    rx_height_m: float  # [hrc'], eq. (37b)
    median: DeltaBullington  # [Ld50]
    ducting: DeltaBullington  # [Ldβ] for β0 of the time
    time_factor: float  # [Fi]
    loss_db: float  # [Ldp]


def delta_bullington(
    distance_km: Floats,
    surface_m: Floats,
    geometry: PathGeometry,
    link: Link,
    radius_km: float,
    sea_share: float,
) -> DeltaBullington:
    """Return the complete delta-Bullington loss for one effective Earth radius, eq. (37)-(39).

    ``surface_m`` is the profile with clutter [g]; ``sea_share`` is ω.
    """
    tx_m, rx_m = geometry.tx_altitude_m, geometry.rx_altitude_m
    tx_height_m = tx_m - geometry.smooth.tx_diffraction_m  # (37a)
    rx_height_m = rx_m - geometry.smooth.rx_diffraction_m  # (37b)
    actual = bullington_edge(distance_km, surface_m, tx_m, rx_m, radius_km, link.frequency_ghz)
    flat_m = np.zeros_like(surface_m)
    smooth = bullington_edge(
        distance_km, flat_m, tx_height_m, rx_height_m, radius_km, link.frequency_ghz
    )
    spherical_db = spherical_earth_loss_db(
        SphericalPath(
            distance_km=geometry.length_km,
            tx_height_m=tx_height_m,  # (38a)
            rx_height_m=rx_height_m,  # (38b)
            radius_km=radius_km,
            frequency_ghz=link.frequency_ghz,
            polarisation=link.polarisation,
            sea_share=sea_share,
        )
    )
    loss_db = actual.loss_db + max(spherical_db - smooth.loss_db, 0.0)  # (39)
    return DeltaBullington(actual, smooth, spherical_db, loss_db)


def time_factor(time_percent: float, ducting_percent: float) -> float:
    """Return Fi, how far between half of the time (0) and β0 of it (1), eq. (40), (40a)."""
    if time_percent <= ducting_percent:
        return 1.0
    return inverse_normal(time_percent / 100) / inverse_normal(ducting_percent / 100)


def diffraction_loss(
    distance_km: Floats,
    surface_m: Floats,
    geometry: PathGeometry,
    link: Link,
    climate: RadioClimate,
) -> Diffraction:
    """Return the diffraction losses for half of the time, for β0 and for p of it, eq. (37)-(41).

    ``surface_m`` is the profile with clutter [g]; other arguments as derived from the same path.
    """
    median = delta_bullington(
        distance_km, surface_m, geometry, link, climate.median_radius_km, climate.sea_share
    )
    ducting = delta_bullington(
        distance_km, surface_m, geometry, link, climate.ducting_radius_km, climate.sea_share
    )
    factor = time_factor(link.time_percent, climate.ducting_percent)
    return Diffraction(
        tx_height_m=geometry.tx_altitude_m - geometry.smooth.tx_diffraction_m,
        rx_height_m=geometry.rx_altitude_m - geometry.smooth.rx_diffraction_m,
        median=median,
        ducting=ducting,
        time_factor=factor,
        loss_db=median.loss_db + factor * (ducting.loss_db - median.loss_db),  # (41)
    )
