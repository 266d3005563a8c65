"""What records claim: kinds that may be absent, lists, dates and states read the same way."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage_map.indicators.subjects import Subjects
from coverage_map.rules import Indicator, Test
from coverage_map.rules.quarter import last_day
from geodata.records import PROVENANCE, read_kinds
from geodata.register import Register

_BETWEEN = re.compile(r"[;,|/、，；\s]+")
OUT_OF_SERVICE = "out_of_service"


def records_of(records: Mapping[str, gpd.GeoDataFrame], kind: str) -> pd.DataFrame:
    """Return the records of a kind with all its columns, plus ``kind``; none where it is absent.

    A column that the frame lacks is empty throughout.
    """
    columns = [*read_kinds()[kind].all_fields, *PROVENANCE, "geometry"]
    given = records.get(kind)
    frame = pd.DataFrame(columns=columns) if given is None else pd.DataFrame(given)
    return frame.reindex(columns=columns).assign(kind=kind).reset_index(drop=True)


def text(values: pd.Series) -> pd.Series:
    """Return values as text, "" where there is none."""
    texts: pd.Series = values.astype("str").where(values.notna(), "")
    return texts


def dates(values: pd.Series) -> pd.Series:
    """Return dates as ISO text, "" where there is none."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return text(values.dt.strftime("%Y-%m-%d"))
    return text(values).str.slice(0, 10)


def _members(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return [part for part in _BETWEEN.split(value) if part]
    if isinstance(value, list | tuple | np.ndarray):
        return [str(part) for part in value]
    return []


def spread(values: pd.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """Spread a column of lists (or of separated text): row positions and members, in order."""
    lists = [_members(value) for value in values.to_numpy(dtype=object)]
    counts = np.fromiter((len(list(part)) for part in lists), dtype=np.int64, count=len(lists))
    flat = [member for part in lists for member in part]
    return np.repeat(np.arange(len(lists)), counts), np.array(flat, dtype=object)


def in_service(frame: pd.DataFrame, quarter: str, *, since: str = "") -> npt.NDArray[np.bool_]:
    """Say which records stand in a quarter.

    What says it is out of service does not, nor what opens after the quarter's last day
    (``since`` names that column); what is reported without state or date does.
    """
    alive = np.ones(len(frame), dtype=np.bool_)
    if "state" in frame:
        alive &= (text(frame["state"]) != OUT_OF_SERVICE).to_numpy(dtype=np.bool_)
    if since:
        alive &= (dates(frame[since]) <= last_day(quarter)).to_numpy(dtype=np.bool_)
    return alive


def positions(geometry: pd.Series) -> npt.NDArray[np.float64]:
    """Return lon and lat of points, NaN where there is none."""
    shapes = geometry.where(geometry.notna(), None).to_numpy(dtype=object)
    return np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])


def reported_in(frame: pd.DataFrame, owner: str) -> set[str]:
    """Return the counties in which an owner has at least one of the records."""
    counties = frame.loc[frame["owner"] == owner, "county_code"]
    return set(text(counties)) - {""}


@dataclass(frozen=True)
class Case:
    """One test of one indicator, with all a method needs to answer it."""

    register: Register
    records: Mapping[str, gpd.GeoDataFrame]
    stations: pd.DataFrame
    indicator: Indicator
    test: Test
    subjects: Subjects
    quarter: str

    def has_reported(self, counties: set[str]) -> npt.NDArray[np.bool_]:
        """Say which subjects lie in one of the counties."""
        return np.isin(self.subjects.county_code.astype(str), sorted(counties))

    def position_of(self, codes: pd.Series) -> npt.NDArray[np.int64]:
        """Return each code's position among the subjects, -1 where it is none of them."""
        return pd.Index(self.subjects.code).get_indexer(pd.Index(codes.to_numpy(dtype=object)))
