"""Frames in the vault: canonical hash of values, Parquet objects, a cache of what was read.

A frame has two identities. Its *values hash* depends on columns and values only: not on the order
of rows or columns, nor on file bytes. Its *object hash* names the Parquet bytes that hold it.
"""

import hashlib
import io
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pandas.api.types import is_object_dtype

from geodata.errors import StoreError
from geodata.store.opening import Store
from geodata.store.vault import Vault

CACHE_BYTES = 512 * 2**20
_MISSING = -1  # stands for the length of a value that is not there


def values_hash(frame: pd.DataFrame, order_by: Sequence[str] = ("record_id",)) -> str:
    """Return the hash of a frame's columns and values, rows ordered by the given columns.

    ``order_by`` must tell every row apart. Whole numbers are hashed as 64-bit integers, other
    numbers as doubles, geometry as WKB with its CRS, lists as JSON arrays.
    """
    rows = frame.sort_values(list(order_by), kind="stable") if len(frame) else frame
    digest = hashlib.sha256(f"{len(rows)} rows".encode())
    for name in sorted(str(column) for column in rows.columns):
        tag, chunks = _canonical(rows[name])
        digest.update(f"\n{len(name)} {name} {tag}\n".encode())
        for chunk in chunks:
            digest.update(chunk)
    return digest.hexdigest()


def _canonical(column: pd.Series) -> tuple[str, list[bytes]]:
    """Return a column's type and its values as bytes that no library version changes."""
    missing = column.isna().to_numpy(dtype=bool)
    if isinstance(column.dtype, gpd.array.GeometryDtype):
        crs = column.array.crs
        wkb = shapely.to_wkb(
            column.to_numpy(), output_dimension=3, byte_order=1, include_srid=False, flavor="iso"
        )
        return f"geometry {crs.to_string() if crs else ''}", _strings(list(wkb), missing)
    if pd.api.types.is_bool_dtype(column.dtype):
        flags = column.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        return "boolean", [missing.tobytes(), flags.tobytes()]
    if pd.api.types.is_integer_dtype(column.dtype):
        whole = column.astype("Int64").fillna(0).to_numpy(dtype="<i8")
        return "integer", [missing.tobytes(), whole.tobytes()]
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy(dtype="<f8", na_value=np.nan) + 0.0  # makes -0.0 a plain zero
        numbers[missing] = 0.0
        return "number", [missing.tobytes(), numbers.tobytes()]
    if is_object_dtype(column.dtype) and not all(
        isinstance(value, str) for value in column[~missing]
    ):
        return "list", _strings(
            [
                None if gone else json.dumps(list(value), ensure_ascii=False).encode()
                for value, gone in zip(column, missing, strict=True)
            ],
            missing,
        )
    return "text", _texts(column, missing)


def _texts(column: pd.Series, missing: npt.NDArray[np.bool_]) -> list[bytes]:
    """Return what ``_strings`` returns for a column of text, from Arrow's own buffers."""
    array = pa.array(column, type=pa.large_string(), from_pandas=True).fill_null("")
    flat = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    _, bounds, data = flat.buffers()
    ends = np.frombuffer(bounds, dtype="<i8")[flat.offset : flat.offset + len(flat) + 1]
    lengths = np.where(missing, _MISSING, np.diff(ends)).astype("<i8")
    written = b"" if data is None else data.to_pybytes()[int(ends[0]) : int(ends[-1])]
    return [missing.tobytes(), lengths.tobytes(), written]


def _strings(values: Sequence[bytes | None], missing: npt.NDArray[np.bool_]) -> list[bytes]:
    lengths = [_MISSING if value is None else len(value) for value in values]
    return [
        missing.tobytes(),
        np.array(lengths, dtype="<i8").tobytes(),
        b"".join(value for value in values if value is not None),
    ]


def put_frame(store: Store, frame: pd.DataFrame) -> str:
    """Keep a frame as a Parquet object (GeoParquet when it has geometry); return its hash."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return store.vault.put(buffer.getvalue())


def get_frame(store: Store, key: str) -> pd.DataFrame:
    """Return the frame of an object hash: a GeoDataFrame when it was one.

    Frames are cached by hash. What is returned shares memory with the cache; pandas copies what a
    caller assigns to (copy-on-write), but its arrays must not be written to.
    """
    found = _CACHE.get(store.vault, key)
    if found is None:
        found = _read_frame(store.vault.get(key), key)
        _CACHE.put(store.vault, key, found)
    return found.copy(deep=False)


def _read_frame(data: bytes, key: str) -> pd.DataFrame:
    try:
        metadata = pq.read_schema(io.BytesIO(data)).metadata or {}
    except pa.ArrowInvalid as error:
        raise StoreError("object_not_a_table", name=key) from error
    reader = gpd.read_parquet if b"geo" in metadata else pd.read_parquet
    frame: pd.DataFrame = reader(io.BytesIO(data))
    for name in [name for name in frame.columns if is_object_dtype(frame[name].dtype)]:
        frame[name] = frame[name].map(_tuple, na_action="ignore")
    return frame


def _tuple(value: Any) -> Any:
    """Make a list that Parquet gave back something nobody can change."""
    return tuple(value) if isinstance(value, np.ndarray | list) else value


class _FrameCache:
    """Frames read from vaults, the least used dropped first; threads share it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._frames: OrderedDict[tuple[Vault, str], tuple[pd.DataFrame, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, vault: Vault, key: str) -> pd.DataFrame | None:
        with self._lock:
            entry = self._frames.get((vault, key))
            if entry is None:
                return None
            self._frames.move_to_end((vault, key))
            return entry[0]

    def put(self, vault: Vault, key: str, frame: pd.DataFrame) -> None:
        size = _size(frame)
        with self._lock:
            if size > self._limit or (vault, key) in self._frames:
                return
            self._frames[vault, key] = (frame, size)
            self._size += size
            while self._size > self._limit:
                self._size -= self._frames.popitem(last=False)[1][1]


def _size(frame: pd.DataFrame) -> int:
    """Estimate a frame's bytes; geometry counts by its vertices, which lie outside the column."""
    size = int(frame.memory_usage(deep=True).sum())
    if isinstance(frame, gpd.GeoDataFrame):
        size += 16 * int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    return size


_CACHE = _FrameCache(CACHE_BYTES)
