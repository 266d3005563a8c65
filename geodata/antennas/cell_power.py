"""The power of the measured signal, cell by cell, from whatever a carrier stated."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.antennas.power import (
    Floats,
    channel_dbm,
    is_of_element,
    lte_reference_dbm,
    nr_block_dbm,
    nr_spacing_khz,
    power_data,
)
from geodata.antennas.priors import ASSUMED, REPORTED, fill_quantities, reported_spread

_ELEMENTS = ("4G", "5G")  # measured per resource element; 2G and 3G per channel


@dataclass(frozen=True)
class _Stated:
    """Columns of a cell table as arrays; NaN and "" for what is not there."""

    technology: np.ndarray
    band: np.ndarray
    bandwidth_mhz: Floats
    reference_dbm: Floats
    indoor: np.ndarray


def settle_reference_power(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the power of the measured signal of each cell, before antenna and losses.

    A stated reference power counts first; then the carrier's power divided as the standards say;
    then the prior. A 4G or 5G cell outdoors whose "total" power can only be one element's is read
    as that, and marked.

    Args:
        cells: one row a cell; of ``technology``, ``band``, ``bandwidth_mhz``, ``power_dbm``,
            ``rs_power_dbm``, ``indoor`` and what ``priors`` looks at those it has.

    Returns:
        ``reference_dbm``, ``reference_spread`` (dB), ``reference_basis`` (``reported`` or
        ``assumed``), ``bandwidth_mhz`` (as used, NaN for 2G and 3G), ``read_as_element``. A cell
        of no known technology has NaN.

    Raises:
        UsageError: ``bandwidth_unknown``, a stated bandwidth that the standards do not have.
    """
    stated = _state(cells)
    power = fill_quantities(cells, ("power_dbm",))
    total = power["power_dbm"].to_numpy(dtype=np.float64)
    reported = (power["power_dbm_basis"] == REPORTED).to_numpy()
    spread = power["power_dbm_spread"].to_numpy(dtype=np.float64).copy()
    elements = np.isin(stated.technology, _ELEMENTS)
    bandwidth, guessed = _bandwidths(stated, elements)
    reference = _divide(stated, total, bandwidth)
    spread = np.where(guessed, np.hypot(spread, power_data()["bandwidth_mhz"]["spread_db"]), spread)
    basis_reported = reported & ~guessed
    read_as = elements & reported & ~stated.indoor & is_of_element(total)
    reference = np.where(read_as, total, reference)
    own = np.isfinite(stated.reference_dbm) & elements
    reference = np.where(own, stated.reference_dbm, reference)
    sure = own | read_as
    return pd.DataFrame(
        {
            "reference_dbm": reference,
            "reference_spread": np.where(sure, reported_spread("power_dbm"), spread),
            "reference_basis": np.where(sure | basis_reported, REPORTED, ASSUMED),
            "bandwidth_mhz": bandwidth,
            "read_as_element": read_as & ~own,
        },
        index=cells.index,
    )


def _state(cells: pd.DataFrame) -> _Stated:
    def numbers(name: str) -> Floats:
        if name not in cells.columns:
            return np.full(len(cells), np.nan)
        return cells[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def words(name: str) -> np.ndarray:
        if name not in cells.columns:
            return np.full(len(cells), "", dtype=object)
        return cells[name].fillna("").to_numpy(dtype=object)

    indoor = np.zeros(len(cells), dtype=bool)
    if "indoor" in cells.columns:
        indoor = cells["indoor"].eq(other=True).fillna(value=False).to_numpy(dtype=bool)
    return _Stated(
        words("technology"),
        words("band"),
        numbers("bandwidth_mhz"),
        numbers("rs_power_dbm"),
        indoor,
    )


def _bandwidths(stated: _Stated, elements: np.ndarray) -> tuple[Floats, np.ndarray]:
    """Return each 4G and 5G cell's bandwidth and whether it is the usual one of its band."""
    bandwidth = np.where(elements, stated.bandwidth_mhz, np.nan)
    guessed = elements & ~np.isfinite(bandwidth)
    table = power_data()["bandwidth_mhz"]
    for number in np.flatnonzero(guessed):
        usual: Mapping[str, float] = table[stated.technology[number]]
        bandwidth[number] = usual.get(stated.band[number], usual["usual"])
    return bandwidth, guessed


def _divide(stated: _Stated, total: Floats, bandwidth: Floats) -> Floats:
    """Divide carriers' power, once for each kind of cell there is."""
    reference = np.full(len(total), np.nan)
    kinds = pd.DataFrame(
        {"technology": stated.technology, "band": stated.band, "bandwidth": bandwidth}
    )
    groups = kinds.groupby(list(kinds.columns), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(groups, return_index=True)
    for number in first:
        rows = groups == groups[number]
        kind = stated.technology[number], stated.band[number], float(bandwidth[number])
        reference[rows] = _divide_kind(total[rows], *kind)
    return reference


def _divide_kind(total: Floats, technology: str, band: str, bandwidth: float) -> Floats:
    if technology == "4G":
        return lte_reference_dbm(total, bandwidth)
    if technology == "5G":
        return nr_block_dbm(total, bandwidth, nr_spacing_khz(band))
    systems = power_data()["systems"]
    if technology not in systems:
        return np.full(len(total), np.nan)
    table: Mapping[str, str] = systems[technology]
    return channel_dbm(total, table.get(band, table["usual"]))
