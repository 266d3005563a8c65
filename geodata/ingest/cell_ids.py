"""Read cell identities: ECI and NCI, decimal or hexadecimal, alone or within CGI and ECGI.

3GPP TS 23.003 section 19.6: an ECI has 28 bits, the eNodeB's identity and 8 bits of the cell's; an
NCI (section 19.6A) has 36, of which 22 to 32 are the gNodeB's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.ingest.raw import Cells
from geodata.ingest.settings import plain, settings
from geodata.ingest.values.cells import cell_text

Ints = npt.NDArray[np.int64]

ECI_CELLS = 256
_ECI_MAX, _NCI_MAX = 2**28 - 1, 2**36 - 1
_NODE_MAX = 2**20 - 1
_SPLIT = re.compile(r"460[-_:. ]?\d{2}[-_:. ](\d{1,8})[-_:. ](\d{1,5})")
_WHOLE = re.compile(r"(?:460[-_:. ]?\d{2}[-_:. ])?(0x)?([0-9a-f]{5,11})", re.IGNORECASE)
_JOINED = re.compile(r"460\d{2}([0-9a-f]{7}|[0-9a-f]{9})", re.IGNORECASE)
_LETTER = re.compile(r"[a-f]", re.IGNORECASE)


@dataclass(frozen=True)
class Identities:
    """Identities of a column's rows, -1 where there is none.

    ``node`` and ``cell`` are the parts of a CGI that names them apart. ``reading``: decimal,
    hexadecimal, parts, unclear, or "" for a column that holds no such identities.
    """

    eci: Ints
    node: Ints
    cell: Ints
    reading: str


def read_identities(cells: Cells, nodes: Ints) -> Identities:
    """Read a column of identities; ``nodes`` are the rows' eNodeB IDs where known, else -1.

    Decimal or hexadecimal is decided for the column: a letter, numbers beyond 28 bits, agreement
    with the eNodeB IDs, or so many codes without a letter that chance is out.
    """
    codes, uniques = pd.factorize(cells)
    texts = [plain(cell_text(cell)).replace(" ", "") for cell in uniques]
    node, cell, digits, forced = _take_apart(texts)
    count = len(texts)
    held = np.array([bool(text) for text in digits], dtype=bool)
    split = node >= 0
    if (split.sum() + held.sum()) * 2 < count or not count:
        nothing = np.full(len(cells), -1, dtype=np.int64)
        return Identities(nothing, nothing, nothing, "")
    reading = "parts"
    eci = np.where(split & (node <= _NODE_MAX) & (cell < ECI_CELLS), node * ECI_CELLS + cell, -1)
    if held.any():
        decimal, hexadecimal = _both(digits)
        reading = _decide(digits, forced, decimal, hexadecimal, codes, nodes)
        chosen = {"decimal": decimal, "hexadecimal": hexadecimal}.get(reading)
        if chosen is not None:
            eci = np.where(held, np.where(forced, hexadecimal, chosen), eci)
        elif forced.any():
            eci = np.where(held & forced, hexadecimal, eci)
    eci = np.where(eci > _NCI_MAX, -1, eci)
    return Identities(_at(eci, codes), _at(node, codes), _at(cell, codes), reading)


def _at(values: Ints, codes: Ints) -> Ints:
    return np.append(values, -1)[codes]


def _take_apart(texts: Sequence[str]) -> tuple[Ints, Ints, list[str], npt.NDArray[np.bool_]]:
    """Return nodes and cells of CGIs, the digits of the others, and which must be hexadecimal."""
    node = np.full(len(texts), -1, dtype=np.int64)
    cell = node.copy()
    digits = [""] * len(texts)
    forced = np.zeros(len(texts), dtype=bool)
    for i, text in enumerate(texts):
        if split := _SPLIT.fullmatch(text):
            node[i], cell[i] = int(split[1]), int(split[2])
        elif joined := _JOINED.fullmatch(text):
            # ECGI as 3GPP writes it: PLMN and 7 (NR: 9) hexadecimal digits.
            digits[i] = joined[1]
            forced[i] = len(joined[1]) == 7 or bool(_LETTER.search(joined[1]))
        elif whole := _WHOLE.fullmatch(text):
            digits[i], forced[i] = whole[2], bool(whole[1])
    return node, cell, digits, forced


def _both(digits: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the digits read as decimal and as hexadecimal numbers, -1 where they are none."""
    decimal = [int(text) if text.isdecimal() else -1 for text in digits]
    hexadecimal = [int(text, 16) if text else -1 for text in digits]
    return np.array(decimal, dtype=np.int64), np.array(hexadecimal, dtype=np.int64)


def _decide(
    digits: Sequence[str],
    forced: npt.NDArray[np.bool_],
    decimal: Ints,
    hexadecimal: Ints,
    codes: Ints,
    nodes: Ints,
) -> str:
    """Decide how a column's digits are to be read; ``forced`` ones are hexadecimal anyway."""
    open_digits = [text for text, sure in zip(digits, forced, strict=True) if text and not sure]
    if not open_digits or any(_LETTER.search(text) for text in open_digits):
        return "hexadecimal"
    rules = settings()["codes"]
    known = nodes >= 0
    if known.any():
        shares = {
            name: float((_at(values, codes)[known] // ECI_CELLS == nodes[known]).mean())
            for name, values in (("decimal", decimal), ("hexadecimal", hexadecimal))
        }
        best = max(shares, key=lambda name: shares[name])
        if shares[best] >= rules["agree_share"] > min(shares.values()):
            return best
    if decimal.max() > _NCI_MAX or len(set(open_digits)) >= rules["decimal_codes"]:
        return "hexadecimal" if decimal.max() > _NCI_MAX else "decimal"
    return "unclear"


def as_numbers(texts: Any) -> Ints:
    """Return codes that are whole numbers as such, the others as -1."""
    numbers = pd.to_numeric(pd.Series(texts, dtype="str"), errors="coerce")
    whole = numbers.notna() & (numbers % 1 == 0) & (numbers >= 0) & (numbers <= _NCI_MAX)
    return numbers.where(whole, -1).fillna(-1).to_numpy(dtype=np.int64)


def fits_eci(eci: Ints) -> npt.NDArray[np.bool_]:
    """Say which identities can be ECIs of 28 bits."""
    return np.asarray((eci >= 0) & (eci <= _ECI_MAX))
