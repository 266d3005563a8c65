"""Cells as the signal engine takes them: what they radiate, on which channel, for whom."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import pandas as pd

from geodata.antennas.cells import CellRadio
from geodata.bands import read_bands


@dataclass(frozen=True, eq=False)  # radios hold arrays
class Cell:
    """One cell: ``operators`` are all whom it serves; cells of one ``channel`` disturb each other.

    An ``indoor`` cell serves its building: outdoors it is not looked for. ``frequency_mhz`` NaN:
    neither band nor frequency is stated, the cell cannot be predicted.
    """

    record_id: str
    technology: str
    channel: str
    operators: tuple[str, ...]
    frequency_mhz: float
    radio: CellRadio
    owner: str = ""
    indoor: bool = False


def gather_cells(frame: pd.DataFrame, radios: Sequence[CellRadio]) -> tuple[Cell, ...]:
    """Join cell records with what they radiate, row by row.

    Args:
        frame: ``record_id``, ``owner``, ``technology`` and, where there are, ``band``,
            ``frequency_mhz``, ``earfcn``, ``networks``, ``indoor``. Loss is reckoned at the
            middle of the band's downlink, so that the cells of a band share it; at the stated
            frequency where no band is. A cell whose channel is not stated has it to itself and
            its owner's.
        radios: of ``describe_cells``, in the same order.
    """
    rows = frame.to_dict("records")
    return tuple(
        Cell(
            record_id=_word(row, "record_id"),
            technology=_word(row, "technology"),
            channel=_channel(row),
            operators=_operators(row),
            frequency_mhz=_frequency_mhz(row),
            radio=radio,
            owner=_word(row, "owner"),
            indoor=_is_true(row, "indoor"),
        )
        for row, radio in zip(rows, radios, strict=True)
    )


def _word(row: Mapping[Hashable, Any], name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _is_true(row: Mapping[Hashable, Any], name: str) -> bool:
    value = row.get(name)
    return not (value is None or pd.isna(value)) and bool(value)


def _number(row: Mapping[Hashable, Any], name: str) -> float:
    value = row.get(name)
    return nan if value is None or pd.isna(value) else float(value)


def _operators(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    served = row.get("networks")
    if isinstance(served, tuple | list) and served:
        return tuple(sorted({str(each) for each in served}))
    return (_word(row, "owner"),)


def _frequency_mhz(row: Mapping[Hashable, Any]) -> float:
    band = read_bands().get(_word(row, "band"))
    if band is not None:
        return sum(band.downlink) / 2
    return _number(row, "frequency_mhz")


def _channel(row: Mapping[Hashable, Any]) -> str:
    parts = [_word(row, "technology"), _word(row, "band")]
    number, frequency = _number(row, "earfcn"), _number(row, "frequency_mhz")
    if isfinite(number):
        parts.append(f"{number:.0f}")
    elif isfinite(frequency):
        parts.append(f"{frequency:g}")
    else:
        parts.append(_word(row, "owner"))
    return "/".join(parts)
