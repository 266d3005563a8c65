"""Power as carriers give it, and the power of the one signal that phones measure.

LTE: a resource element of the cell's reference signal (RSRP); NR: one of the SS block; WCDMA: the
common pilot channel; CDMA: the pilot; GSM: the BCCH carrier. Shares are data: ``power.toml``.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.errors import UsageError

Floats = NDArray[np.float64]
_SUBCARRIERS = 12  # of a resource block, 3GPP TS 36.211 clause 6.2.3, TS 38.211 clause 4.4.4.1
_CRS = 2  # reference elements of a port in a block, in symbols that have any (TS 36.211 6.10.1.2)


@cache
def power_data() -> Mapping[str, Any]:
    """Read the table of shares as it stands."""
    return tomllib.loads((files("geodata.antennas") / "power.toml").read_text(encoding="utf-8"))


def watts_to_dbm(watts: ArrayLike) -> Floats:
    """Return dBm; nothing and less is NaN."""
    power = np.asarray(watts, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(power > 0, 10.0 * np.log10(power) + 30.0, np.nan)


def dbm_to_watts(dbm: ArrayLike) -> Floats:
    """Return watts."""
    return np.asarray(10.0 ** ((np.asarray(dbm, dtype=np.float64) - 30.0) / 10.0))


def lte_blocks(bandwidth_mhz: float) -> int:
    """Return the resource blocks of an LTE bandwidth (TS 36.101 Table 5.6-1).

    Raises:
        UsageError: ``bandwidth_unknown``.
    """
    return _blocks(power_data()["lte"]["blocks"], bandwidth_mhz, "LTE")


def nr_blocks(bandwidth_mhz: float, spacing_khz: int) -> int:
    """Return the resource blocks of an NR bandwidth (TS 38.104 Table 5.3.2-1, below 6 GHz).

    Raises:
        UsageError: ``bandwidth_unknown``.
    """
    table = power_data()["nr"]["blocks"].get(str(spacing_khz), {})
    return _blocks(table, bandwidth_mhz, f"NR {spacing_khz} kHz")


def _blocks(table: Mapping[str, int], bandwidth_mhz: float, what: str) -> int:
    found = table.get(f"{bandwidth_mhz:g}")
    if found is None:
        raise UsageError(
            "bandwidth_unknown", value=f"{bandwidth_mhz:g}", what=what, known=", ".join(table)
        )
    return found


def nr_spacing_khz(band: str) -> int:
    """Return the subcarrier spacing usual in a band, named as in geodata.bands."""
    data = power_data()["nr"]
    return int(data["spacing_khz"].get(band, data["usual_spacing_khz"]))


def lte_boost_db(ports: int, pa_db: float, pb: int) -> float:
    """Return how far a reference element lies above an even split of one port's power, dB.

    The port's power is that of its fullest symbol: without reference signals 12 ρA a block; with
    them 2 reference elements and, besides those left empty for other ports, PDSCH at ρB (TS 36.213
    clause 5.2; ρA = P_A, the power offset being 0 for all but multi-user MIMO).
    """
    data = power_data()["lte"]
    ratios = data["ratio_one_port"] if ports == 1 else data["ratio_more_ports"]
    if ports not in {1, 2, 4} or not 0 <= pb < len(ratios):
        raise UsageError("lte_ports", ports=ports, pb=pb)
    rho_a = 10.0 ** (pa_db / 10.0)
    rho_b = rho_a * ratios[pb]
    data_elements = _SUBCARRIERS - (_CRS if ports == 1 else 2 * _CRS)
    plain = _SUBCARRIERS * rho_a
    with_signals = _CRS + data_elements * rho_b
    return float(10.0 * np.log10(_SUBCARRIERS / max(plain, with_signals)))


def lte_reference_dbm(
    total_dbm: ArrayLike,
    bandwidth_mhz: float,
    ports: int | None = None,
    pa_db: float | None = None,
    pb: int | None = None,
) -> Floats:
    """Return the power of a reference element of one port, dBm.

    Args:
        total_dbm: of the whole carrier, all ports together.
        bandwidth_mhz: the carrier's.
        ports: 1, 2 or 4; None and likewise below: the usual (``power.toml``).
        pa_db: P_A as set, dB.
        pb: P_B as set, 0 to 3.
    """
    ports, pa_db, pb = _usual(ports, pa_db, pb)
    split = 10.0 * np.log10(ports * _SUBCARRIERS * lte_blocks(bandwidth_mhz))
    raised = lte_boost_db(ports, pa_db, pb) - split
    return np.asarray(np.asarray(total_dbm, dtype=np.float64) + raised)


def lte_total_dbm(
    reference_dbm: ArrayLike,
    bandwidth_mhz: float,
    ports: int | None = None,
    pa_db: float | None = None,
    pb: int | None = None,
) -> Floats:
    """Return the whole carrier's power of a reference element's; undoes ``lte_reference_dbm``."""
    none = lte_reference_dbm(0.0, bandwidth_mhz, ports, pa_db, pb)
    return np.asarray(np.asarray(reference_dbm, dtype=np.float64) - none)


def _usual(ports: int | None, pa_db: float | None, pb: int | None) -> tuple[int, float, int]:
    data = power_data()["lte"]
    return (
        data["usual_ports"] if ports is None else ports,
        data["usual_pa_db"] if pa_db is None else pa_db,
        data["usual_pb"] if pb is None else pb,
    )


def nr_block_dbm(total_dbm: ArrayLike, bandwidth_mhz: float, spacing_khz: int) -> Floats:
    """Return the power of an element of the SS block, dBm: an even split of the carrier's.

    TS 38.331 ss-PBCH-BlockPower is the same quantity as set. All ports together: what a beam of a
    panel adds is the antenna's gain, not the power's.
    """
    split = 10.0 * np.log10(_SUBCARRIERS * nr_blocks(bandwidth_mhz, spacing_khz))
    return np.asarray(np.asarray(total_dbm, dtype=np.float64) - split)


def channel_dbm(total_dbm: ArrayLike, system: str, share_db: float | None = None) -> Floats:
    """Return the power of the pilot, CPICH or BCCH of a carrier, dBm.

    Args:
        total_dbm: of the whole carrier.
        system: ``wcdma``, ``td_scdma``, ``cdma``, ``evdo`` or ``gsm``.
        share_db: its part of the carrier as set, dB below; None: the usual.

    Raises:
        UsageError: ``system_unknown``.
    """
    channels = power_data()["channel"]
    if system not in channels:
        raise UsageError("system_unknown", value=system, known=", ".join(channels))
    share = channels[system]["share_db"] if share_db is None else share_db
    return np.asarray(np.asarray(total_dbm, dtype=np.float64) + share)


def is_of_element(power_dbm: ArrayLike) -> NDArray[np.bool_]:
    """Say which numbers of a column of total power can only be one resource element's.

    Of outdoor LTE and NR cells: lists write the reference signal's power under 发射功率.
    """
    low, high = power_data()["plausible"]["reference_dbm"]
    power = np.asarray(power_dbm, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((power >= low) & (power <= high))
