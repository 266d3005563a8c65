"""From a cell's record to what it radiates, and how sure each part of that is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.antennas.cell_power import settle_reference_power
from geodata.antennas.patterns import CutPattern, Pattern, read_patterns
from geodata.antennas.planet import index_by_name, plain_name
from geodata.antennas.pointing import Floats, Pointing, point, with_gain, with_width
from geodata.antennas.priors import ASSUMED, REPORTED, fill_quantities, reported_spread

_PARTS = ("mechanical", "electrical")
_NAMED = ("height_m", "azimuth_deg", "tilt_deg", "pattern")


@dataclass(frozen=True)
class CellRadio:
    """What a cell radiates. ``reference_dbm``: the measured signal's power before the antenna.

    Spreads are standard deviations. ``level_spread_db`` is of power, gain and losses together; what
    azimuth and tilt add depends on the direction (``pointing.gain_spread_db``). ``assumed`` names
    what no record states: a verdict that rests on the cell rests on it.
    """

    pattern: Pattern
    pointing: Pointing
    height_m: float
    reference_dbm: float
    height_spread_m: float
    azimuth_spread_deg: float
    tilt_spread_deg: float
    level_spread_db: float
    assumed: tuple[str, ...]


def describe_cells(
    cells: pd.DataFrame, measured: Mapping[str, CutPattern] | None = None
) -> tuple[CellRadio, ...]:
    """Describe cells by their records, by antenna files where they name one, and by priors.

    Args:
        cells: records of kind cell: ``technology``, ``band``, ``height_m``, ``azimuth_deg``,
            ``tilt_deg`` and its parts, ``antenna``, ``gain_dbi``, ``beamwidth_deg``, the powers,
            ``indoor``, ... those there are; ``structure`` and ``urban`` where the site is known.
        measured: antenna files by file name; of several of one antenna the one measured at the
            tilt nearest to the cell's counts.
    """
    measured = measured or {}
    frame = cells.assign(tilt_deg=_total_tilt(cells), pattern=_named_pattern(cells, measured))
    filled = fill_quantities(frame)
    power = settle_reference_power(cells)
    patterns = _patterns(cells, filled, measured)
    height, azimuth, tilt, lost = (
        filled[name].to_numpy() for name in ("height_m", "azimuth_deg", "tilt_deg", "loss_db")
    )
    mechanical, electrical = (_column(cells, f"tilt_{part}_deg") for part in _PARTS)
    spread = {name: filled[f"{name}_spread"].to_numpy() for name in (*_NAMED, "loss_db")}
    level = np.sqrt(
        power["reference_spread"].to_numpy() ** 2
        + _gain_spread(cells, filled) ** 2
        + spread["loss_db"] ** 2
    )
    reference, assumed = power["reference_dbm"].to_numpy(), _assumed(filled, power)
    return tuple(
        CellRadio(
            pattern=patterns[row],
            pointing=point(
                float(azimuth[row]),
                float(tilt[row]),
                float(mechanical[row]),
                float(electrical[row]),
                float(lost[row]),
            ),
            height_m=float(height[row]),
            reference_dbm=float(reference[row]),
            height_spread_m=float(spread["height_m"][row]),
            azimuth_spread_deg=float(spread["azimuth_deg"][row]),
            tilt_spread_deg=float(spread["tilt_deg"][row]),
            level_spread_db=float(level[row]),
            assumed=assumed[row],
        )
        for row in range(len(cells))
    )


def _patterns(
    cells: pd.DataFrame, filled: pd.DataFrame, measured: Mapping[str, CutPattern]
) -> list[Pattern]:
    """Return each cell's pattern, with the gain and the width that its record states."""
    known: dict[str, Pattern] = {**read_patterns(), **measured}
    gains, widths = _column(cells, "gain_dbi"), _column(cells, "beamwidth_deg")
    made: dict[tuple[str, str, str], Pattern] = {}
    found = []
    for name, gain, width in zip(filled["pattern"], gains.tolist(), widths.tolist(), strict=True):
        key = (name, str(gain), str(width))
        if key not in made:
            made[key] = with_width(with_gain(known[name], gain), width)
        found.append(made[key])
    return found


def _gain_spread(cells: pd.DataFrame, filled: pd.DataFrame) -> Floats:
    """Return how far gains are off: those stated, or of a known antenna, less than the others."""
    stated = np.isfinite(_column(cells, "gain_dbi"))
    stated |= (filled["pattern_basis"] == REPORTED).to_numpy()
    spread = filled["pattern_spread"].to_numpy()
    return np.where(stated, reported_spread("gain_dbi"), spread)


def _assumed(filled: pd.DataFrame, power: pd.DataFrame) -> list[tuple[str, ...]]:
    """Name what no record states; losses are left out, for no record ever does."""
    flags = {name: (filled[f"{name}_basis"] == ASSUMED).to_numpy() for name in _NAMED}
    flags["power_dbm"] = (power["reference_basis"] == ASSUMED).to_numpy()
    return [tuple(name for name, flag in flags.items() if flag[row]) for row in range(len(filled))]


def _column(cells: pd.DataFrame, name: str) -> Floats:
    if name not in cells.columns:
        return np.full(len(cells), np.nan)
    return np.asarray(cells[name].to_numpy(dtype=np.float64, na_value=np.nan))


def _total_tilt(cells: pd.DataFrame) -> Floats:
    """Return the total tilt: as stated, or the sum of the parts that are."""
    total = _column(cells, "tilt_deg")
    parts = np.stack([_column(cells, f"tilt_{part}_deg") for part in _PARTS])
    known = np.isfinite(parts).any(axis=0)
    return np.where(np.isfinite(total) | ~known, total, np.nansum(parts, axis=0))


def _named_pattern(cells: pd.DataFrame, measured: Mapping[str, CutPattern]) -> pd.Series:
    """Return the file of the antenna a cell names, "" where it names none we have."""
    named = pd.Series("", index=cells.index, dtype="str")
    if "antenna" not in cells.columns or not measured:
        return named
    index = index_by_name(measured)
    tilts = _column(cells, "tilt_electrical_deg")
    tilts = np.where(np.isfinite(tilts), tilts, _total_tilt(cells))
    found = []
    for name, tilt in zip(cells["antenna"].fillna("").tolist(), tilts.tolist(), strict=True):
        files = index.get(plain_name(name), [])
        apart = [
            abs(measured[f].electrical_tilt_deg - (0.0 if np.isnan(tilt) else tilt)) for f in files
        ]
        found.append(files[int(np.argmin(apart))] if files else "")
    return pd.Series(found, index=cells.index, dtype="str")
