"""Which cell a level was measured of: by identity, else by PCI and channel of the nearest cell."""

import numpy as np
import pandas as pd

from geodata.crs import pairs_within
from geodata.ingest.cell_ids import read_identities
from geodata.measurements.settings import settings


def match_cells(frame: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Add ``cell_id`` and ``cell_by`` (eci, pci, ambiguous, none) to measurements.

    Args:
        frame: rows with eci, pci, earfcn, lon, lat.
        cells: cell_id, eci (decimal text or number), pci, earfcn, lon, lat (EPSG:4490).

    A PCI is used again: it counts together with the channel, within reach, and only where the next
    cell of the same two is clearly farther; otherwise the row is ambiguous and has no cell.
    """
    held = cells.reset_index(drop=True)
    by_eci = _find_by_identity(frame, held)
    near, ambiguous = _find_by_channel(frame, held, by_eci < 0)
    chosen = np.where(by_eci >= 0, by_eci, near)
    by = np.where(by_eci >= 0, "eci", np.where(near >= 0, "pci", "none"))
    by = np.where(ambiguous, "ambiguous", by)
    ids = np.append(held["cell_id"].to_numpy(dtype=object), "")
    return frame.assign(
        cell_id=pd.array(ids[chosen], dtype="str"), cell_by=pd.array(by, dtype="str")
    )


def _identities(texts: pd.Series) -> np.ndarray:
    """Return ECIs and NCIs as numbers; whether decimal or not is decided for the column."""
    cells = texts.astype("str").fillna("").to_numpy(dtype=object)
    if not len(cells):
        return np.empty(0, dtype=np.int64)
    found = np.full(len(cells), -1, dtype=np.int64)
    held = cells != ""
    nodes = np.full(int(held.sum()), -1, dtype=np.int64)
    read = read_identities(cells[held], nodes)
    # Too few codes to tell: decimal, as measuring software writes them.
    plain = pd.to_numeric(pd.Series(cells[held], dtype="str"), errors="coerce")
    numbers = plain.where(plain % 1 == 0, -1).fillna(-1).to_numpy(dtype=np.int64)
    found[held] = np.where(read.eci >= 0, read.eci, numbers if read.reading == "unclear" else -1)
    return found


def _find_by_identity(frame: pd.DataFrame, cells: pd.DataFrame) -> np.ndarray:
    register = pd.Series(np.arange(len(cells)), index=_identities(cells["eci"]))
    # An identity that two cells claim names neither.
    register = register[(register.index >= 0) & ~register.index.duplicated(keep=False)]
    found = register.reindex(_identities(frame["eci"])).fillna(-1)
    return found.to_numpy(dtype=np.int64)


def _find_by_channel(
    frame: pd.DataFrame, cells: pd.DataFrame, open_rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest cell of PCI and channel, -1 for none, and where two are as near."""
    rules = settings()["serving"]
    found = np.full(len(frame), -1, dtype=np.int64)
    ambiguous = np.zeros(len(frame), dtype=bool)
    asked = open_rows & frame["pci"].notna().to_numpy() & frame["earfcn"].notna().to_numpy()
    rows = frame.assign(at=np.arange(len(frame)))[asked]
    held = cells.assign(at=np.arange(len(cells)))[cells["pci"].notna() & cells["earfcn"].notna()]
    holders = dict(tuple(held.groupby(["pci", "earfcn"])))
    for key, part in rows.groupby(["pci", "earfcn"]):
        if key not in holders:
            continue
        options = holders[key]
        start, goal, metres = pairs_within(
            part[["lon", "lat"]].to_numpy(), options[["lon", "lat"]].to_numpy(), rules["reach_m"]
        )
        order = np.lexsort((goal, metres, start))
        start, goal, metres = start[order], goal[order], metres[order]
        first = np.flatnonzero(np.diff(start, prepend=-1))
        at = part["at"].to_numpy()[start[first]]
        found[at] = options["at"].to_numpy()[goal[first]]
        following = np.minimum(first + 1, len(start) - 1)
        rival = (following > first) & (start[following] == start[first])
        unclear = rival & (metres[following] < rules["clear_ratio"] * metres[first])
        found[at[unclear]] = -1
        ambiguous[at[unclear]] = True
    return found, ambiguous
