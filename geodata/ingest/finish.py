"""The good rows of a checked table become records, with provenance and what maps to no field."""

import json
import os
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.ingest.values import cell_text
from geodata.ingest.work import Work

_encode = json.JSONEncoder(ensure_ascii=False).encode
# Bytes of a record's random id; twice as many hexadecimal digits.
_ID_BYTES = 16


def finish_records(
    work: Work,
    frame: gpd.GeoDataFrame,
    matched: pd.DataFrame,
    owner: str,
    spare: list[int],
) -> gpd.GeoDataFrame:
    """Return the good rows with their provenance."""
    good = np.flatnonzero(~work.bad)
    records = frame.iloc[good].reset_index(drop=True)
    held = shapely.is_missing(records.geometry.to_numpy())
    columns: dict[str, Any] = {
        "record_id": random_ids(len(good)),
        "owner": owner,
        "upload_id": "",
        "sheet": work.table.sheet,
        "row": work.table.rows[good],
        **{name: matched[name].array[good] for name in matched.columns},
        "crs": np.where(held, "", work.located[good]),
        "extra": extra_cells(work, spare)[good],
        "valid_from": "",
        "valid_to": "",
        "accepted_at": "",
    }
    provenance: dict[str, Any] = {}
    for name, values in columns.items():
        if name in {"row", "match_confidence"}:
            provenance[name] = np.asarray(values)
        elif isinstance(values, str):
            provenance[name] = pd.array([values], dtype="str").take(np.zeros(len(good), np.int64))
        else:
            provenance[name] = pd.array(values, dtype="str")
    whole = pd.concat([records, pd.DataFrame(provenance, index=records.index)], axis=1)
    return gpd.GeoDataFrame(whole, geometry="geometry", crs=frame.crs)


def random_ids(count: int) -> list[str]:
    """Return so many random ids of 32 hexadecimal digits."""
    digits = os.urandom(_ID_BYTES * count).hex()
    step = 2 * _ID_BYTES
    return [digits[at : at + step] for at in range(0, len(digits), step)]


def extra_cells(work: Work, spare: list[int]) -> np.ndarray:
    """Write for each row the cells that map to no field, or did not fit theirs, as JSON.

    A row without any has "". A header that stands there twice is numbered the second time.
    """
    count = len(work.table.rows)
    columns: list[list[str]] = []
    seen: dict[str, int] = {}
    masks = {**dict.fromkeys(spare), **work.written}
    for j, mask in masks.items():
        header = work.table.headers[j]
        seen[header] = seen.get(header, 0) + 1
        name = header if seen[header] == 1 else f"{header} ({seen[header]})"
        columns.append(_members(work.table.columns[j], name, mask))
    rows = [""] * count
    if columns:
        rows = [", ".join(filter(None, members)) for members in zip(*columns, strict=True)]
    texts = np.empty(count, dtype=object)
    texts[:] = [f"{{{row}}}" if row else "" for row in rows]
    return texts


def _members(cells: np.ndarray, name: str, mask: np.ndarray | None) -> list[str]:
    """Return a column's cells as members of a JSON object, "" for empty ones."""
    codes, uniques = pd.factorize(cells)
    start = f"{_encode(name)}: "
    texts = [cell if cell.__class__ is str else cell_text(cell) for cell in uniques]
    members = np.array([start + _encode(text) if text else "" for text in texts] + [""], object)
    column = members[codes]
    if mask is not None:
        column[~mask] = ""
    found: list[str] = column.tolist()
    return found
