"""What accepting an upload would change: of its owner's records, and of verdicts."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pandas.api.types import is_float_dtype, is_object_dtype

from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.evaluate import judge_with, newest
from coverage_map.pipeline.evaluation import CITY, Evaluation, result
from coverage_map.pipeline.imports import Progress, kept_check, open_upload, quiet
from coverage_map.pipeline.views import Difference, UploadCheck
from coverage_map.pipeline.workspace import Workspace, load_register
from geodata.crs import geodesic_m, metric_crs
from geodata.errors import UsageError
from geodata.matching import middle_points
from geodata.records import Kind, read_kinds
from geodata.store.merging import KEY_SEPARATOR, key_texts
from geodata.store.tables import plan_records

VERDICT_KEYS = ["subject_kind", "subject_code", "unit_code", "indicator", "test", "operator"]
COLUMNS = ["change", "kind", "key", "name", "unit_code", "unit", "moved_m", "field", "before",
           "after", "lon", "lat", "lon_after", "lat_after"]  # fmt: skip
CHANGES = ("added", "removed", "moved", "changed")
ABOUT = ("unit_code", "subject_id")  # what matching says of a record, told with its fields
LABELS = ("name", "settlement_name", "village_name", "county_name")  # what a record is called by
POSITION = "geometry"
NO_FIELD = "coordinate"  # fields of this type are told as moves
BETWEEN = ", "

Texts = npt.NDArray[np.object_]


def read_difference(
    workspace: Workspace,
    actor: Actor,
    upload_id: str,
    *,
    full: bool | None = None,
    progress: Progress = quiet,
) -> Difference:
    """Return how an upload's good rows differ from its owner's own records, by their key.

    ``full``: whether the file is the owner's whole list of its kinds, so that what is not in it
    goes; by default as it was submitted. No other owner's record is opened.

    Raises:
        UsageError: ``upload_unread``: it was never read.
    """
    upload, check = _checked(workspace, actor, "submissions", upload_id)
    replace = bool(upload["full_list"]) if full is None else full
    units = load_register(workspace).units.set_index("code")["name"]
    tables, parts = check.records, []
    for done, (kind, frame) in enumerate(tables.items()):
        progress("progress.compare", done, len(tables))
        parts.append(_compare(workspace, check.owner, kind, frame, units, replace=replace))
    records = pd.concat([_no_rows(), *(part[0] for part in parts)], ignore_index=True)
    counts = records.drop_duplicates(["change", "kind", "record"])["change"].value_counts()
    return Difference(
        records[COLUMNS],
        **{name: int(counts.get(name, 0)) for name in CHANGES},
        unchanged=sum(part[1] for part in parts),
    )


def _checked(
    workspace: Workspace, actor: Actor, verb: str, upload_id: str
) -> tuple[dict[str, Any], UploadCheck]:
    upload = open_upload(workspace, actor, verb, upload_id)
    check = kept_check(workspace, upload)
    if check is None:
        raise UsageError("upload_unread", file=upload["filename"])
    return upload, check


def _no_rows() -> pd.DataFrame:
    types = dict.fromkeys([*COLUMNS, "record"], "str") | {"moved_m": "Int64"}
    types |= dict.fromkeys(["lon", "lat", "lon_after", "lat_after"], "float64")
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def _compare(
    workspace: Workspace,
    owner: str,
    name: str,
    frame: gpd.GeoDataFrame,
    units: pd.Series,
    *,
    replace: bool,
) -> tuple[pd.DataFrame, int]:
    """Return the rows of a kind's difference, and how many records of the file change nothing."""
    kind = read_kinds()[name]
    before, merged = plan_records(workspace.store, name, owner, frame, replace=replace)
    old = before.set_index("record_id", drop=False)
    new = merged.frame.set_index("record_id", drop=False)
    came = new.index[new["upload_id"] == ""]  # rows that stay still carry theirs
    both = came.intersection(old.index, sort=False)
    was, now = old.loc[both], new.loc[both]
    moved_m = _moved(was.geometry, now.geometry)
    moves = now[moved_m > 0]
    rows = [
        _rows("added", kind, new.loc[came.difference(old.index, sort=False)], None, units),
        _rows("removed", kind, old.loc[old.index.difference(new.index, sort=False)], None, units),
        _rows("moved", kind, moves, was.loc[moves.index], units).assign(
            moved_m=pd.array(moved_m[moved_m > 0], dtype="Int64")
        ),
    ]
    alike = moved_m == 0
    fields = [f.name for f in kind.all_fields.values() if f.type != NO_FIELD]
    texts = {name: (_texts(was[name]), _texts(now[name])) for name in [*fields, *ABOUT]}
    texts[POSITION] = _lost_and_found(was.geometry, now.geometry)
    for field, (one, other) in texts.items():
        differs = one != other
        alike &= ~differs
        changed = now[differs]
        rows.append(
            _rows("changed", kind, changed, was.loc[changed.index], units).assign(
                field=field, before=one[differs], after=other[differs]
            )
        )
    return pd.concat(rows, ignore_index=True), int(alike.sum())


def _rows(
    change: str,
    kind: Kind,
    records: gpd.GeoDataFrame,
    was: gpd.GeoDataFrame | None,
    units: pd.Series,
) -> pd.DataFrame:
    """Return a row a record; a removed one has its position before, an added one after."""
    here = _positions(records.geometry)
    there = _positions(was.geometry) if was is not None else np.full_like(here, np.nan)
    one, other = (here, there) if change == "removed" else (there, here)
    key = key_texts(records, kind.key).str.replace(KEY_SEPARATOR, " · ", regex=False)
    label = next((field for field in LABELS if field in records), None)
    return pd.DataFrame(
        {
            "change": change,
            "kind": kind.name,
            "key": key.to_numpy(),
            "name": _texts(records[label]) if label else "",
            "unit_code": records["unit_code"].to_numpy(),
            "unit": records["unit_code"].map(units).fillna("").to_numpy(),
            "moved_m": pd.array([pd.NA] * len(records), dtype="Int64"),
            "field": "",
            "before": "",
            "after": "",
            "lon": one[:, 0],
            "lat": one[:, 1],
            "lon_after": other[:, 0],
            "lat_after": other[:, 1],
            "record": records["record_id"].to_numpy(),
        }
    )


def _positions(geometry: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Return the middle of each geometry as degrees, NaN where there is none."""
    points = middle_points(geometry)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])


def _moved(was: gpd.GeoSeries, now: gpd.GeoSeries) -> npt.NDArray[np.int64]:
    """Return by how many whole metres each geometry moved; a line by its farthest part.

    A position that came or went is no move but a change of the field ``geometry``.
    """
    one, other = was.to_numpy(), now.to_numpy()
    metres = np.zeros(len(one))
    there = ~shapely.is_missing(one) & ~shapely.is_missing(other)
    points = there & (shapely.get_type_id(one) == 0) & (shapely.get_type_id(other) == 0)
    if points.any():
        a, b = shapely.get_coordinates(one[points]), shapely.get_coordinates(other[points])
        metres[points] = geodesic_m(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    shapes = there & ~points
    if shapes.any():
        plane = metric_crs(tuple(now[shapes].total_bounds))
        metres[shapes] = shapely.hausdorff_distance(
            was[shapes].to_crs(plane).to_numpy(), now[shapes].to_crs(plane).to_numpy()
        )
    return np.rint(metres).astype(np.int64)


def _lost_and_found(was: gpd.GeoSeries, now: gpd.GeoSeries) -> tuple[Texts, Texts]:
    """Return positions as texts, only of records that have one before or after but not both."""
    differ = was.isna().to_numpy() != now.isna().to_numpy()
    both = []
    for geometry in (was, now):
        told = np.full(len(geometry), "", dtype=object)
        wanted = differ & geometry.notna().to_numpy()
        for row, (lon, lat) in zip(
            np.flatnonzero(wanted), _positions(geometry[wanted]), strict=True
        ):
            told[row] = f"{lon:.6f}{BETWEEN}{lat:.6f}"
        both.append(told)
    return both[0], both[1]


def _texts(column: pd.Series) -> Texts:
    """Return values as texts that are equal where the values are; "" where there is none."""
    if is_object_dtype(column.dtype):
        return np.array([BETWEEN.join(map(str, value)) for value in column], dtype=object)
    if is_float_dtype(column.dtype):
        told = np.array([f"{value:.10g}" for value in column.to_numpy()], dtype=object)
        return np.where(column.isna(), "", told)
    return column.astype("str").fillna("").to_numpy(dtype=object)


def preview_acceptance(
    workspace: Workspace,
    actor: Actor,
    upload_id: str,
    *,
    full: bool | None = None,
    progress: Progress = quiet,
) -> pd.DataFrame:
    """Return the verdicts that accepting an upload would change, as ``Accepted.changed`` would.

    Nothing is stored. The city sees the city's verdicts, an owner its own. ``full``: as in
    ``read_difference``.
    """
    upload, check = _checked(workspace, actor, "preview", upload_id)
    replace = bool(upload["full_list"]) if full is None else full
    scope = allow(actor, "overview").evaluation
    progress("progress.compare", 0, 3)
    before = newest(workspace, scope)
    if scope not in (CITY, check.owner):
        return _states_that_differ([], [])
    tables = {
        kind: plan_records(workspace.store, kind, check.owner, frame, replace=replace)[1].frame
        for kind, frame in check.records.items()
    }
    progress("progress.evaluate", 1, 3)
    after = judge_with(workspace, scope, check.owner, tables)
    progress("progress.evaluate", 2, 3)
    old = [result(workspace, before, "verdicts", name) for name in sorted(after)]
    return _states_that_differ(old, [after[name] for name in sorted(after)])


def changed_verdicts(workspace: Workspace, before: Evaluation, after: Evaluation) -> pd.DataFrame:
    """List verdicts whose state differs: indicator, test, operator, subject, before, after."""
    entries = {
        entry.split("/")[1]
        for entry in {*before.objects, *after.objects}
        if entry.startswith("verdicts/") and before.objects.get(entry) != after.objects.get(entry)
    }
    old, new = (
        [result(workspace, e, "verdicts", name) for name in sorted(entries)]
        for e in (before, after)
    )
    return _states_that_differ(old, new)


def _states_that_differ(old: list[pd.DataFrame], new: list[pd.DataFrame]) -> pd.DataFrame:
    if not old:
        return pd.DataFrame(columns=[*VERDICT_KEYS, "before", "after"], dtype="str")
    one, other = (pd.concat(frames)[[*VERDICT_KEYS, "state"]] for frames in (old, new))
    both = one.merge(other, on=VERDICT_KEYS, how="outer", suffixes=("_old", "_new"))
    both = both.rename(columns={"state_old": "before", "state_new": "after"})
    return both[both["before"] != both["after"]].reset_index(drop=True)
