"""Match records to units of the register: by code, by name, by position, with evidence.

Words are resolved once for each combination that occurs, positions through one tree. Where several
units fit a name, or a name only resembles one, the record's position may decide; else there is no
match, only candidates: never a guess. What a person decided before goes before all evidence.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.match_evidence import Evidence, weigh
from geodata.match_subjects import match_subjects
from geodata.match_words import UnitIndex, resolve_words, unit_index
from geodata.place_names import plain_code, plain_name
from geodata.records import Subject
from geodata.register import Register

# The review queue: rows whose unit a person should look at, one a ``key``, the worst first.
QUEUE = (
    "key",  # what a decision is remembered by: decision_key
    "row",  # the first row it is about
    "rows",  # how many rows it is about
    "name",  # what the record is called
    "said",  # the row's words on where it lies, as a person reads them
    "lon",  # EPSG:4490, NaN where it has no position
    "lat",
    "unit_code",  # the present match, "" for none
    "confidence",
    "reason",  # queue.<reason> in the catalogues
    "candidates",  # JSON: [{"unit": code, "confidence": 0..1, "why": how.<why>, "away_m": 120}]
)

Objects = npt.NDArray[np.object_]
_APART = "|"


def match_records(
    frame: gpd.GeoDataFrame,
    register: Register,
    subject: Subject = "unit",
    index: UnitIndex | None = None,
    decisions: Mapping[str, str] | None = None,
    key: Sequence[str] = (),
) -> pd.DataFrame:
    """Match every row of a frame to a unit, and to the settlement, place or area it is about.

    Args:
        frame: place fields as text (given_code, county_name, township_name, village_name,
            settlement_name, place_name, address, and the record's name; missing ones say nothing)
            and geometry in EPSG:4490, which may be empty. A line is placed by its middle.
        register: what there is to be matched.
        subject: what the records are about, from their kind.
        index: the register's ``unit_index``, for whoever matches several tables.
        decisions: what a person said of rows before: a row's ``decision_keys`` → its unit, "" for
            none. They go before all evidence (method ``decision``, confidence 1).
        key: the fields that identify a record, for decisions on rows without words.

    Returns:
        A frame with the same index: unit_code, county_code, subject_id (each empty where there is
        none), match_method (code, name, address, record_name, position, decision, none),
        match_confidence (0 to 1), match_note (JSON or empty: ``how`` where it is not the method's
        own, ``candidates`` that fit alike, ``like`` that only resemble, ``unknown_name``,
        ``position`` and ``away_m`` where the row lies elsewhere, ``county_named``, and ``review``,
        the reason why a person should look at it).
    """
    saids, of_row = resolve_words(frame, index or unit_index(register))
    points = middle_points(frame.geometry)
    found = weigh(saids, of_row, frame.geometry.to_numpy(), points, register)
    _decide(found, frame, decisions or {}, register, key)
    matched = pd.DataFrame(
        {
            "unit_code": pd.array(found.unit.tolist(), dtype="str"),
            "county_code": pd.array(found.county.tolist(), dtype="str"),
            "match_method": pd.array(found.method.tolist(), dtype="str"),
            "match_confidence": np.round(found.confidence, 4),
        },
        index=frame.index,
    )
    matched["subject_id"] = match_subjects(frame, register, matched, points, subject, found.notes)
    matched["match_note"] = pd.array(_write_notes(found).tolist(), dtype="str")
    return matched


def _write_notes(found: Evidence) -> Objects:
    """Write the evidence of each row as JSON; nothing where the method says it all."""
    texts = np.full(len(found.unit), "", dtype=object)
    for how in dict.fromkeys(found.how.tolist()):
        mine = found.how == how
        told = json.dumps({"how": how}, ensure_ascii=False)
        texts[mine & (found.method != how) & (found.method != "none")] = told
    for row, note in found.notes.items():
        whole: dict[str, Any] = {**json.loads(texts[row] or "{}"), **note}
        texts[row] = json.dumps(whole, ensure_ascii=False, sort_keys=True)
    return texts


def decision_keys(frame: pd.DataFrame, key: Sequence[str] = ()) -> Objects:
    """Return what a decision on each row's unit is remembered by.

    It is what the row says on where it lies (county, township, village, settlement, code; an
    address where they name no village), normalised, so that it holds for all rows that say the
    same; where it says nothing, "@" and the record's own ``key``.
    """
    words = ["county_name", "township_name", "village_name", "settlement_name"]
    wanted = dict.fromkeys([*words, "given_code", "address", *key])
    empty = pd.Series("", index=frame.index, dtype="str")
    texts = pd.DataFrame(
        {name: frame[name].fillna("").astype("str") if name in frame else empty for name in wanted}
    )
    places, codes = pd.factorize(texts["given_code"])
    texts["given_code"] = np.array([plain_code(str(c)) for c in codes], dtype=object)[places]
    named = (texts["village_name"] + texts["settlement_name"] + texts["given_code"]) != ""
    texts["address"] = texts["address"].where(~named, "")
    places, combinations = pd.factorize(_join(texts, [*words, "given_code", "address"]))
    plain = [plain_name(str(text)) for text in combinations]
    keys = np.array([text if text.strip(_APART) else "" for text in plain], dtype=object)[places]
    silent = keys == ""
    if silent.any() and key:
        own = _join(texts, list(key)).to_numpy(dtype=object)[silent]
        keys[silent] = [f"@{text}" if text.strip(_APART) else "" for text in own]
    return np.asarray(keys, dtype=object)


def _join(texts: pd.DataFrame, columns: list[str]) -> pd.Series:
    joined = texts[columns[0]]
    for name in columns[1:]:
        joined = joined + _APART + texts[name]
    return joined


def _decide(
    found: Evidence,
    frame: pd.DataFrame,
    decisions: Mapping[str, str],
    register: Register,
    key: Sequence[str],
) -> None:
    """Put what a person decided in place of the evidence; units that are no more decide nothing."""
    if not decisions:
        return
    known = {"", *register.units["code"].astype(str)}
    keys = decision_keys(frame, key)
    for row in np.flatnonzero(np.isin(keys, [k for k in decisions if k])).tolist():
        unit = decisions[keys[row]]
        if unit not in known:
            continue
        found.unit[row], found.method[row], found.how[row] = unit, "decision", "decision"
        found.county[row] = unit[:6] or found.county[row]
        found.confidence[row] = 1.0
        found.notes.pop(row, None)


def middle_points(geometry: gpd.GeoSeries) -> Objects:
    """Return a point for every geometry: itself, the middle of a line, a point on a surface."""
    shapes = geometry.to_numpy()
    points = shapes.copy()
    kinds = shapely.get_type_id(shapes)
    lines = np.flatnonzero(np.isin(kinds, (1, 5)))
    if len(lines):
        merged = shapely.line_merge(shapes[lines])
        # Lines that do not join are placed by the longest of them.
        for i in np.flatnonzero(shapely.get_type_id(merged) != 1):
            merged[i] = max(shapely.get_parts(merged[i]), key=shapely.length, default=None)
        points[lines] = shapely.line_interpolate_point(merged, 0.5, normalized=True)
    others = np.flatnonzero(~np.isin(kinds, (-1, 0, 1, 5)))
    if len(others):
        points[others] = shapely.point_on_surface(shapes[others])
    return np.asarray(points, dtype=object)
