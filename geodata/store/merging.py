"""New rows meet a table: the kind's schema, then its key decides what supersedes what."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import pandas_dtype

from geodata.errors import Place, UsageError
from geodata.records import PROVENANCE, Kind, record_columns

STORED_CRS = "EPSG:4490"
_SET_BY_STORE = ("record_id", "owner", "upload_id", "accepted_at")
KEY_SEPARATOR = "\x1f"  # stands in no name, so joined keys stay apart


@dataclass(frozen=True)
class Merged:
    """A table after a merge: rows that are new, that took an older one's place, that stayed."""

    frame: gpd.GeoDataFrame
    added: int
    superseded: int
    kept: int


def empty_records(kind: Kind) -> gpd.GeoDataFrame:
    """Make a frame without rows that has every column of a kind's records."""
    columns = {name: pd.Series(dtype=dtype) for name, dtype in record_columns(kind).items()}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=STORED_CRS))


def shape_records(frame: gpd.GeoDataFrame, kind: Kind) -> gpd.GeoDataFrame:
    """Bring stored records to a kind's present columns: a field added since is not known."""
    columns = [*record_columns(kind), "geometry"]
    if list(frame.columns) == columns:
        return frame
    return check_records(frame[[name for name in frame.columns if name in columns]], kind)


def check_records(frame: pd.DataFrame, kind: Kind) -> gpd.GeoDataFrame:
    """Bring records to a kind's columns, types and CRS.

    A field of the kind may be left out; UsageError on a missing column of provenance, a column
    the kind does not have, a value that does not fit its type, a CRS other than EPSG:4490.
    """
    wanted = record_columns(kind)
    given = set(frame.columns) - {"geometry"}
    lacking = sorted(set(PROVENANCE) - set(_SET_BY_STORE) - given)
    if lacking or given - set(wanted):
        names = ", ".join([*lacking, *sorted(given - set(wanted))])
        raise UsageError("records_columns", Place(column=names), kind=kind.name, columns=names)
    columns = {
        name: _typed(frame, name, dtype, kind) if name in given else _unknown(len(frame), dtype)
        for name, dtype in wanted.items()
    }
    for name in PROVENANCE:
        if wanted[name] == "str":
            columns[name] = columns[name].fillna("")
    geometry = frame["geometry"] if "geometry" in frame else [None] * len(frame)
    points = gpd.GeoSeries(geometry).reset_index(drop=True)
    if points.crs is None and points.isna().all():
        points = points.set_crs(STORED_CRS)
    if points.crs != STORED_CRS:
        raise UsageError("records_crs", kind=kind.name, crs=str(points.crs or ""))
    return gpd.GeoDataFrame(columns, geometry=points)


def _typed(frame: pd.DataFrame, name: str, dtype: str, kind: Kind) -> pd.Series:
    column = frame[name].reset_index(drop=True)
    if dtype == "object":
        item = float if kind.all_fields[name].type == "numbers" else str
        return pd.Series([_listed(value, item, name, kind) for value in column], dtype="object")
    try:
        return column.astype(pandas_dtype(dtype))
    except (ValueError, TypeError) as error:
        raise UsageError("records_type", Place(column=name), kind=kind.name, type=dtype) from error


def _listed(
    value: object, item: type[str] | type[float], name: str, kind: Kind
) -> tuple[str | float, ...]:
    if isinstance(value, list | tuple | np.ndarray):
        return tuple(item(part) for part in value)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ()
    raise UsageError("records_type", Place(column=name), kind=kind.name, type="list")


def _unknown(rows: int, dtype: str) -> pd.Series:
    if dtype == "object":
        return pd.Series([()] * rows, dtype="object")
    return pd.Series([None] * rows, dtype="object").astype(pandas_dtype(dtype))


def merge_records(
    old: gpd.GeoDataFrame, incoming: gpd.GeoDataFrame, key: Sequence[str], *, replace: bool = False
) -> Merged:
    """Merge records of one kind and owner by their key; both frames have the same columns.

    A row whose key is already there supersedes that row and keeps its ``record_id``; within
    ``incoming`` a later row supersedes an earlier one; other rows stay, or go with ``replace``.
    What a superseding row does not say (no such column, nothing in the cell, nothing that could be
    read) stays as it was, except with ``replace``, where the new list is all there is. A
    row whose key is empty throughout supersedes one that says the same in everything but its
    provenance, so that a file handed in twice gives no second copy; else it is new.
    """
    old_keys, keys = _told_apart(old, key), _told_apart(incoming, key)
    known = pd.Series(old["record_id"].to_numpy(), index=old_keys)
    first = pd.Series(incoming["record_id"].to_numpy(), index=keys)
    first = first[~first.index.duplicated()]
    last = ~keys.duplicated(keep="last")
    rows, keys = incoming[last.to_numpy()], keys[last]
    given = rows["record_id"].set_axis(keys.index)
    identifiers = keys.map(known).astype("str").fillna(keys.map(first).astype("str")).fillna(given)
    superseding = keys.isin(known.index)
    if not replace:
        rows = _keep_unsaid(rows, keys, old, old_keys)
    named = [identifier or uuid.uuid4().hex for identifier in identifiers]
    stays = ~old_keys.isin(keys)
    kept = old[stays.to_numpy() & (not replace)]
    frame = pd.concat(
        [kept, rows.assign(record_id=pd.array(named, dtype="str"))], ignore_index=True
    )
    twice = frame["record_id"].duplicated()
    if twice.any():
        raise UsageError("record_id_twice", record=str(frame.loc[twice, "record_id"].iloc[0]))
    superseded = int(superseding.sum())
    return Merged(frame, len(rows) - superseded, superseded, len(kept))


# Where a record lies and how that is known; one is kept only with the others.
_MATCH = (
    *("unit_code", "county_code", "subject_id"),
    *("match_method", "match_confidence", "match_note"),
)


def _keep_unsaid(
    rows: gpd.GeoDataFrame, keys: pd.Series, old: gpd.GeoDataFrame, old_keys: pd.Series
) -> gpd.GeoDataFrame:
    """Return rows with what they leave open filled from the rows that they supersede."""
    place = pd.Series(np.arange(len(old)), index=old_keys)
    at = keys.map(place[~place.index.duplicated(keep="last")]).to_numpy(dtype=float)
    both = np.flatnonzero(np.isfinite(at))
    if not len(both):
        return rows
    before = old.iloc[at[both].astype(np.int64)]
    filled = {}
    unmatched = np.zeros(len(both), dtype=bool)
    if "unit_code" in rows:
        unmatched = _is_open(rows["unit_code"])[both] & ~_is_open(before["unit_code"])
    for name in rows.columns:
        if name in PROVENANCE and name not in (*_MATCH, "crs"):
            continue
        open_here = unmatched if name in _MATCH else _is_open(rows[name])[both]
        take = open_here & ~_is_open(before[name])
        if take.any():
            column = rows[name].copy()
            column.iloc[both[take]] = before[name].array[take]
            filled[name] = column
    return rows.assign(**filled)


def _is_open(column: pd.Series) -> npt.NDArray[np.bool_]:
    """Say which values are none: missing, an empty text, an empty list."""
    if isinstance(column.dtype, pd.StringDtype):
        return (column.isna() | (column == "")).to_numpy(dtype=bool)
    if column.dtype == "object":
        return np.array([value is None or len(value) == 0 for value in column], dtype=bool)
    return np.asarray(column.isna(), dtype=bool)


def key_texts(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series:
    """Return a text a row: its key's parts joined by ``KEY_SEPARATOR``, "" where all are empty."""
    columns = [frame[name].astype("str").fillna("").to_numpy(dtype=object) for name in key]
    joined = columns[0]
    for column in columns[1:]:
        joined = joined + KEY_SEPARATOR + column
    texts = pd.Series(joined, dtype="str")
    return texts.where(texts != KEY_SEPARATOR * (len(columns) - 1), "")


def _told_apart(frame: gpd.GeoDataFrame, key: Sequence[str]) -> pd.Series:
    """Return one text a row that tells records apart: the key, else what the row says."""
    texts = key_texts(frame, key)
    nameless = (texts == "").to_numpy()
    if nameless.any():
        rows = frame[nameless]
        said = [
            rows[name].to_wkb() if name == "geometry" else rows[name].astype("object")
            for name in frame.columns
            if name not in PROVENANCE
        ]
        content = pd.Series([repr(row) for row in zip(*said, strict=True)], dtype="str")
        # Rows of one file that say the same are as many as they are.
        number = content.groupby(content).cumcount().astype("str")
        texts[nameless] = (KEY_SEPARATOR * len(key) + number + content).to_numpy()
    return texts
