"""The median loss from one mast to every pixel around it, by P.1812, in all its bands at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10, sqrt

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.area.air import Air
from coverage_map.propagation.area.pattern import Pattern, make_pattern
from coverage_map.propagation.area.radial import make_radial
from coverage_map.propagation.area.sweep import Carried, Rasters, height_between, sweep_radials
from coverage_map.propagation.ducting import low_frequency_loss_db
from coverage_map.propagation.environment import Environment
from coverage_map.propagation.inverse_normal import inverse_normal
from coverage_map.propagation.path import Link, Zone
from coverage_map.propagation.radio_climate import (
    ducting_effective_radius_km,
    median_effective_radius_km,
)
from coverage_map.propagation.refusals import PathRefusedError, check_between, check_ranges

_SURFACES = ((22.0, 0.003), (80.0, 5.0))  # land, sea: P.1812 §4.3.3
_ONLY_MEDIAN = 1e-6


@dataclass(frozen=True)
class Ground:
    """Rasters around a mast on one grid of square cells, north up.

    ``terrain_m`` and ``clutter_m`` are heights in metres, float32, (rows, columns); NaN in the
    terrain: not known. ``zone`` holds ``Zone`` values, uint8; None: all inland.
    """

    terrain_m: NDArray[np.float32]
    clutter_m: NDArray[np.float32]
    cell_m: float
    zone: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Mast:
    """Where a mast stands: row and column count from the centre of the first cell."""

    row: float
    column: float
    latitude_deg: float


def predict_area(
    ground: Ground,
    mast: Mast,
    links: Sequence[Link],
    environment: Environment,
    radius_km: float,
    pattern: Pattern | None = None,
) -> NDArray[np.float32]:
    """Return the median loss of each link at each pixel: (links, rows, columns), dB.

    NaN beyond the radius and where the ground towards a pixel is not known. Links share the share
    of time of the first. Share of locations and buildings are left to the caller: the loss is
    that of half of the places outdoors. ``pattern``: what ``make_pattern`` gave for this mast, on
    the ground's grid or a coarser one; without it the pixels are the ground's cells.

    Raises:
        OutOfRangeError: a link or the radius outside P.1812's ranges.
        PathRefusedError: rasters of different shapes, no links, or a mast outside the rasters or
            on ground that is not known.
    """
    _check(ground, mast, links, radius_km)
    if pattern is None:
        shape = (ground.terrain_m.shape[0], ground.terrain_m.shape[1])
        pattern = make_pattern(shape, mast.row, mast.column, ground.cell_m, radius_km)
    points = int(radius_km * 1e3 / ground.cell_m) + 2
    order = sorted(range(len(links)), key=lambda n: (links[n].tx_height_m, links[n].rx_height_m))
    heights_m = sorted({link.tx_height_m for link in links})
    losses = np.full((pattern.rows * pattern.columns, len(links)), np.nan, dtype=np.float32)
    sweep_radials(
        _rasters(ground),
        mast.row,
        mast.column,
        pattern,
        make_radial(points, len(heights_m)),
        make_radial(2, len(heights_m)),
        Carried(
            heights_m=np.array(heights_m, dtype=np.float64),
            masts_m=np.empty(len(heights_m)),
            mast_of=np.array([heights_m.index(links[n].tx_height_m) for n in order]),
            receiver_m=np.array([links[n].rx_height_m for n in order], dtype=np.float64),
            bands=np.array([band_row(links[n], environment) for n in order]),
        ),
        find_air(links, environment, mast.latitude_deg),
        0,
        len(pattern.azimuth_rad),
        losses,
    )
    ordered = np.empty_like(losses)
    ordered[:, order] = losses
    return np.ascontiguousarray(ordered.T).reshape(len(links), pattern.rows, pattern.columns)


def band_row(link: Link, environment: Environment) -> list[float]:
    """Return the values of ``loss.Band`` for a link."""
    f = link.frequency_ghz
    admittances = []
    for permittivity, conductivity in _SURFACES:
        loss = 18 * conductivity / f
        horizontal = 0.036 / sqrt(sqrt((permittivity - 1) ** 2 + loss**2))  # (29a)
        vertical = horizontal * sqrt(permittivity**2 + loss**2)  # (29b)
        admittances.append(horizontal if link.polarisation == "horizontal" else vertical)
    frequency_db = 25 * log10(f) - 2.5 * log10(f / 2) ** 2  # (45)
    time_db = float(10.125 * log10(50 / link.time_percent) ** 0.7)
    scatter_db = 190.1 + frequency_db - 0.15 * environment.n0 - time_db  # (44)
    scale = sqrt(0.002 * f / 0.2998)
    alf = low_frequency_loss_db(f)
    return [f, log10(f), scale, *admittances, alf, scatter_db, float(f ** (1 / 3))]


def find_air(links: Sequence[Link], environment: Environment, latitude_deg: float) -> Air:
    """Return what holds for all paths of a mast."""
    time_percent = links[0].time_percent
    inverse = inverse_normal(time_percent / 100)
    return Air(
        median_km=median_effective_radius_km(environment.delta_n),
        ducting_km=ducting_effective_radius_km(),
        time_percent=time_percent,
        time_inverse=inverse,
        ducting=inverse > _ONLY_MEDIAN,
        lowest_ghz=min(link.frequency_ghz for link in links),
        latitude_deg=latitude_deg,
    )


def _rasters(ground: Ground) -> Rasters:
    zone = ground.zone
    if zone is None or bool(np.all(zone == Zone.INLAND)):
        zone = np.full((1, 1), Zone.INLAND, dtype=np.uint8)
    return Rasters(
        np.ascontiguousarray(ground.terrain_m, dtype=np.float32),
        np.ascontiguousarray(ground.clutter_m, dtype=np.float32),
        np.ascontiguousarray(zone, dtype=np.uint8),
        ground.cell_m,
    )


def _check(ground: Ground, mast: Mast, links: Sequence[Link], radius_km: float) -> None:
    shapes = {ground.terrain_m.shape, ground.clutter_m.shape}
    if ground.zone is not None:
        shapes.add(ground.zone.shape)
    if len(shapes) > 1 or not links:
        raise PathRefusedError("area_uneven", links=len(links), shapes=len(shapes))
    if np.isnan(height_between(ground.terrain_m, mast.row, mast.column)):
        raise PathRefusedError("area_mast_outside", row=mast.row, column=mast.column)
    check_between("p1812", "distance_km", radius_km, (ground.cell_m / 1e3, 3000.0))
    for link in links:
        check_ranges(
            "p1812",
            frequency_ghz=link.frequency_ghz,
            tx_height_m=link.tx_height_m,
            rx_height_m=link.rx_height_m,
            time_percent=link.time_percent,
            latitude_deg=mast.latitude_deg,
        )
