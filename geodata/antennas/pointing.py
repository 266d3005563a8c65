"""Antennas on a mast: azimuth, tilts, losses, and the gain towards a place.

Azimuths are from true north, clockwise; elevations above the horizon at the mast, in degrees.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geodata.antennas.patterns import CutPattern, ParametricPattern, Pattern, loss_db

Floats = NDArray[np.float64]
_AROUND = np.arange(0.0, 360.0, 1.0)
_NODE = np.sqrt(3.0)  # of the three-point rule, in standard deviations


@dataclass(frozen=True)
class Pointing:
    """How an antenna hangs; ``loss_db`` is of feeders, jumpers and combiners.

    ``electrical_tilt_deg`` None: the pattern's own. ``azimuth_deg`` NaN: not known; the antenna
    then counts with its power averaged over all directions.
    """

    azimuth_deg: float
    mechanical_tilt_deg: float = 0.0
    electrical_tilt_deg: float | None = None
    loss_db: float = 0.0


def point(
    azimuth_deg: float,
    tilt_deg: float = float("nan"),
    mechanical_deg: float = float("nan"),
    electrical_deg: float = float("nan"),
    losses_db: float = 0.0,
) -> Pointing:
    """Return how an antenna hangs by the tilts a record has; NaN for what it does not have.

    A total tilt without its parts is taken for electrical, which most panels of the last decade
    have; with one part known the other is the rest.
    """
    total, mechanical, electrical = tilt_deg, mechanical_deg, electrical_deg
    if np.isnan(mechanical):
        known = not (np.isnan(total) or np.isnan(electrical))
        mechanical = total - electrical if known else 0.0
    if np.isnan(electrical):
        electrical = total - mechanical
    return Pointing(
        azimuth_deg=azimuth_deg,
        mechanical_tilt_deg=float(mechanical),
        electrical_tilt_deg=None if np.isnan(electrical) else float(electrical),
        loss_db=losses_db,
    )


def gain_db(
    pattern: Pattern, pointing: Pointing, azimuth_deg: Floats, elevation_deg: Floats
) -> Floats:
    """Return the gain towards directions, dBi, losses taken off.

    Args:
        pattern: parametric or cuts.
        pointing: how it hangs.
        azimuth_deg: of the places seen from the mast, from true north (a grid bearing plus the
            convergence).
        elevation_deg: of the places above the mast's horizon; below is negative.
    """
    azimuth = np.asarray(azimuth_deg, dtype=np.float64)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    if np.isnan(pointing.azimuth_deg):
        return _averaged_db(pattern, pointing, azimuth, elevation)
    away = azimuth - pointing.azimuth_deg
    own_azimuth, below = _own_frame(away, elevation, pointing.mechanical_tilt_deg)
    lost = loss_db(pattern, own_azimuth, below, pointing.electrical_tilt_deg)
    return np.asarray(pattern.gain_dbi - pointing.loss_db - lost)


def spread_over_azimuth_db(pattern: Pattern, pointing: Pointing, elevation_deg: float) -> float:
    """Return the standard deviation of the gain over all azimuths, dB: the doubt of not knowing."""
    known = replace(pointing, azimuth_deg=0.0)
    gains = gain_db(pattern, known, _AROUND, np.full(len(_AROUND), elevation_deg))
    return float(gains.std())


def gain_spread_db(
    pattern: Pattern,
    pointing: Pointing,
    azimuth_deg: Floats,
    elevation_deg: Floats,
    azimuth_spread_deg: float,
    tilt_spread_deg: float,
) -> Floats:
    """Return how far the gain towards directions is off because azimuth and tilt are, dB.

    Standard deviations of normal errors, by three-point Gauss-Hermite quadrature each, added as
    variances. With no known azimuth its part is the spread over the circle.
    """
    middle = gain_db(pattern, pointing, azimuth_deg, elevation_deg)
    if np.isnan(pointing.azimuth_deg):
        levels, place = np.unique(np.round(elevation_deg, 0), return_inverse=True)
        spreads = np.array([spread_over_azimuth_db(pattern, pointing, each) for each in levels])
        around = np.broadcast_to(spreads[place].reshape(np.shape(elevation_deg)), middle.shape) ** 2
    else:
        turned = [
            replace(pointing, azimuth_deg=pointing.azimuth_deg + sign * _NODE * azimuth_spread_deg)
            for sign in (-1, 1)
        ]
        around = _variance(
            middle, [gain_db(pattern, p, azimuth_deg, elevation_deg) for p in turned]
        )
    tilt = pointing.electrical_tilt_deg
    own = pattern.electrical_tilt_deg if tilt is None else tilt
    tilted = [
        replace(pointing, electrical_tilt_deg=own + sign * _NODE * tilt_spread_deg)
        for sign in (-1, 1)
    ]
    upright = _variance(middle, [gain_db(pattern, p, azimuth_deg, elevation_deg) for p in tilted])
    return np.asarray(np.sqrt(around + upright))


def _variance(middle: Floats, outer: list[Floats]) -> Floats:
    """Return the variance of three nodes weighted 2/3, 1/6 and 1/6."""
    mean = middle * 2 / 3 + (outer[0] + outer[1]) / 6
    squares = (middle - mean) ** 2 * 2 / 3
    squares += ((outer[0] - mean) ** 2 + (outer[1] - mean) ** 2) / 6
    return np.asarray(squares)


def with_gain(pattern: Pattern, gain_dbi: float) -> Pattern:
    """Return a pattern with another maximum gain, such as a record states; NaN keeps its own."""
    return pattern if np.isnan(gain_dbi) else replace(pattern, gain_dbi=gain_dbi)


def with_width(pattern: Pattern, horizontal_width_deg: float) -> Pattern:
    """Return a parametric pattern with another horizontal width; cuts keep what was measured."""
    if isinstance(pattern, CutPattern) or np.isnan(horizontal_width_deg):
        return pattern
    return _widened(pattern, horizontal_width_deg)


def _widened(pattern: ParametricPattern, width_deg: float) -> ParametricPattern:
    return replace(pattern, horizontal_width_deg=None if width_deg >= 360.0 else width_deg)


def _own_frame(away_deg: Floats, elevation_deg: Floats, tilt_deg: float) -> tuple[Floats, Floats]:
    """Turn directions into the frame of an antenna leaning forward (TR 38.901 §7.1.3, α = γ = 0).

    Returns azimuth from boresight and degrees below the antenna's own horizon.
    """
    if tilt_deg == 0.0:
        return np.broadcast_arrays(away_deg, -elevation_deg)[0], -elevation_deg
    phi, theta, beta = np.radians(away_deg), np.radians(90.0 - elevation_deg), np.radians(tilt_deg)
    cosine = np.cos(phi) * np.sin(theta) * np.sin(beta) + np.cos(theta) * np.cos(beta)  # (7.1-7)
    ahead = np.cos(phi) * np.sin(theta) * np.cos(beta) - np.cos(theta) * np.sin(beta)
    aside = np.sin(phi) * np.sin(theta)
    own = np.degrees(np.arctan2(aside, ahead))  # (7.1-8)
    return own, np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))) - 90.0


def _averaged_db(
    pattern: Pattern, pointing: Pointing, azimuth: Floats, elevation: Floats
) -> Floats:
    """Return the gain of the power averaged over azimuths, for an antenna that points anywhere."""
    known = replace(pointing, azimuth_deg=0.0)
    levels, place = np.unique(np.round(elevation, 1), return_inverse=True)
    around = gain_db(pattern, known, _AROUND[None, :], levels[:, None])
    mean = 10.0 * np.log10(np.mean(10.0 ** (around / 10.0), axis=1))
    return np.asarray(
        np.broadcast_to(
            mean[place].reshape(elevation.shape),
            np.broadcast_shapes(azimuth.shape, elevation.shape),
        )
    )
