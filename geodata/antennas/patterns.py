"""Antenna patterns: gain by direction, from 3GPP's formulas or from two measured cuts.

Directions in an antenna's own frame: azimuth clockwise from its boresight, ``below`` degrees under
its horizon (up is negative). Losses are below the maximum gain, in dB, positive.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.errors import UsageError

Floats = NDArray[np.float64]
DBD_TO_DBI = 2.15  # a half-wave dipole's gain, 10 log10(1.641)


@dataclass(frozen=True)
class ParametricPattern:
    """3GPP's sector pattern (TR 36.814 Table A.2.1.1-2, TR 38.901 Table 7.3-1).

    Half-power widths in degrees, ``front_to_back_db`` [Am] and ``side_lobe_db`` [SLAv]; no
    horizontal width: the same all round.
    """

    name: str
    gain_dbi: float
    vertical_width_deg: float
    front_to_back_db: float
    side_lobe_db: float
    horizontal_width_deg: float | None = None
    electrical_tilt_deg: float = 0.0
    source: str = ""


@dataclass(frozen=True, eq=False)  # arrays are not compared as one
class CutPattern:
    """Two measured cuts, a loss for each whole degree.

    ``horizontal_db[a]``: a degrees clockwise from boresight. ``vertical_db[v]``: v degrees from
    the front horizon downwards: 0 front, 90 straight down, 180 back, 270 straight up.
    ``electrical_tilt_deg`` is the tilt the cuts were measured with.
    """

    name: str
    gain_dbi: float
    horizontal_db: Floats
    vertical_db: Floats
    frequency_mhz: float | None = None
    electrical_tilt_deg: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        for cut in (self.horizontal_db, self.vertical_db):
            if cut.shape != (_TURN,) or not np.isfinite(cut).all():
                raise UsageError("pattern_cut", points=cut.size)


Pattern = ParametricPattern | CutPattern
_TURN = 360


@cache
def read_patterns() -> Mapping[str, ParametricPattern]:
    """Read the parametric patterns that come with the product, by name."""
    text = (files("geodata.antennas") / "patterns.toml").read_text(encoding="utf-8")
    entries: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return {name: ParametricPattern(name=name, **entry) for name, entry in entries.items()}


def loss_db(
    pattern: Pattern, azimuth_deg: Floats, below_deg: Floats, electrical_tilt_deg: float | None
) -> Floats:
    """Return the loss below the maximum in directions of the antenna's own frame.

    Args:
        pattern: parametric or cuts.
        azimuth_deg: clockwise from boresight.
        below_deg: under the antenna's horizon, -90 to 90.
        electrical_tilt_deg: as set at the antenna; None: the pattern's own.
    """
    tilt = pattern.electrical_tilt_deg if electrical_tilt_deg is None else electrical_tilt_deg
    if isinstance(pattern, ParametricPattern):
        return _parametric_loss_db(pattern, azimuth_deg, below_deg, tilt)
    return _projected_loss_db(pattern, azimuth_deg, below_deg, tilt)


def _parametric_loss_db(
    pattern: ParametricPattern, azimuth_deg: Floats, below_deg: Floats, tilt: float
) -> Floats:
    """TR 36.814 Table A.2.1.1-2: min(-(AH + AV), Am), AH and AV parabolas in dB."""
    width = pattern.horizontal_width_deg
    away = (azimuth_deg + 180.0) % 360.0 - 180.0
    around = (
        np.zeros(np.shape(away))
        if width is None
        else np.minimum(12.0 * (away / width) ** 2, pattern.front_to_back_db)
    )
    off = (below_deg - tilt) / pattern.vertical_width_deg
    upright = np.minimum(12.0 * off**2, pattern.side_lobe_db)
    if width is None:
        return np.asarray(around + upright)
    return np.asarray(np.minimum(around + upright, pattern.front_to_back_db))


def _projected_loss_db(
    pattern: CutPattern, azimuth_deg: Floats, below_deg: Floats, tilt: float
) -> Floats:
    """Combine two cuts by horizontal projection interpolation.

    F. Gil et al., "A 3D interpolation method for base-station-antenna radiation patterns", IEEE
    Antennas and Propagation Magazine 43 (2001) 2: the horizontal cut, corrected by what the
    vertical cut loses in front and behind, in proportion to the azimuth. The horizontal cut is
    one through the beam, so the correction is counted from the vertical cut at the tilt. Another
    electrical tilt than the measured one lowers front and back lobe alike.
    """
    moved = below_deg - (tilt - pattern.electrical_tilt_deg)
    away = np.abs((azimuth_deg + 180.0) % 360.0 - 180.0) / 180.0
    front = _at(pattern.vertical_db, moved)
    behind = _at(pattern.vertical_db, 180.0 - moved)
    ahead, back = pattern.horizontal_db[0], pattern.horizontal_db[180]
    total = (
        _at(pattern.horizontal_db, azimuth_deg)
        + (1.0 - away) * (front - ahead)
        + away * (behind - back)
    )
    return np.asarray(np.maximum(total, 0.0))


def _at(cut: Floats, angle_deg: Floats) -> Floats:
    """Interpolate a cut between whole degrees, round the circle."""
    turned = np.asarray(angle_deg, dtype=np.float64) % _TURN
    low = np.floor(turned).astype(np.int64)
    part = turned - low
    return np.asarray(cut[low % _TURN] * (1.0 - part) + cut[(low + 1) % _TURN] * part)


def half_power_width_deg(cut: Floats) -> float:
    """Return the width around a cut's peak within which the loss is at most 3 dB above it."""
    peak = int(np.argmin(cut))
    turned = np.roll(cut, -peak) - cut[peak]
    right, left = _reach(turned), _reach(np.roll(turned[::-1], 1))
    return right + left


def _reach(cut: Floats) -> float:
    beyond = np.flatnonzero(cut > 3.0)
    if not len(beyond):
        return _TURN / 2
    last = int(beyond[0])
    before = cut[last - 1]
    return last - 1 + float((3.0 - before) / (cut[last] - before))
