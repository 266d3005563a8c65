"""Where the records of a table are known to stand, by their keys or by the very same numbers."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from geodata.ingest.hypotheses import Floats
from geodata.ingest.report import CheckedTable
from geodata.ingest.settings import settings
from geodata.records import Kind, read_kinds

KNOWN = ("kind", "key", "lon", "lat", "x", "y")
_APART = "\x1f"


def key_texts(frame: pd.DataFrame, kind: Kind) -> pd.Series:
    """Return the key of each record as one text, "" where its first field says nothing."""
    first, *others = (frame[name].fillna("").astype("str") for name in kind.key)
    whole = first
    for part in others:
        whole = whole + _APART + part
    return whole.mask(first == "", "")


def known_places(
    frame: pd.DataFrame, kind: Kind, known: pd.DataFrame
) -> tuple[Floats, Floats] | None:
    """Return for each row where its record is known to stand: longitude and latitude, NaN for none.

    The very same numbers as given speak first, then the record's own key, then that of the record
    it belongs to (``crs.links`` in ``settings.toml``: a cell stands where its site does).
    """
    found = pd.DataFrame({"lon": np.nan, "lat": np.nan}, index=frame.index)
    if "x" in known and len(known):
        table = known.dropna(subset=["x", "y"]).drop_duplicates(["x", "y"])
        table = table.set_index(["x", "y"])[["lon", "lat"]]
        wanted = pd.MultiIndex.from_arrays([frame["x"], frame["y"]])
        found = table.reindex(wanted).set_axis(frame.index, axis="index")
    keyed = [(kind.name, key_texts(frame, kind))]
    for link in settings()["crs"]["links"].get(kind.name, ()):
        keys = frame[link["field"]].fillna("").astype("str")
        keyed.append((_written(link["kind"], link.get("its", "")), keys))
    for name, keys in keyed:
        if found["lon"].notna().all():
            break
        table = known[(known["kind"] == name) & (known["key"] != "")].drop_duplicates("key")
        there = table.set_index("key")[["lon", "lat"]].reindex(keys).set_axis(frame.index)
        found = found.where(found["lon"].notna(), there)
    if found["lon"].isna().all():
        return None
    return found["lon"].to_numpy(dtype=float), found["lat"].to_numpy(dtype=float)


def _written(kind: str, field: str) -> str:
    """Return what stands under ``kind`` where the key is another field of the record."""
    return f"{kind}.{field}" if field else kind


def _linked_by(kind: str) -> set[str]:
    """Return the fields beside its key by which other records are linked to a kind."""
    links = settings()["crs"]["links"].values()
    return {
        link["its"]
        for several in links
        for link in several
        if link["kind"] == kind and "its" in link
    }


def placed_records(reports: Iterable[CheckedTable]) -> pd.DataFrame:
    """Return where the records of decided tables stand, as ``known_places`` takes it."""
    frames = []
    for report in reports:
        records = report.records
        if not report.kind or report.crs.parts or not len(records):
            continue
        points = records[records.geometry.geom_type == "Point"]
        there = pd.DataFrame(
            {
                "kind": report.kind,
                "key": key_texts(points, read_kinds()[report.kind]),
                "lon": points.geometry.x,
                "lat": points.geometry.y,
                "x": points["x"],
                "y": points["y"],
            }
        )
        frames.append(there)
        for field in _linked_by(report.kind):
            keys = points[field].fillna("").astype("str")
            frames.append(there.assign(kind=_written(report.kind, field), key=keys))
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype="float64") for name in KNOWN})
    return pd.concat(frames, ignore_index=True)
