"""Match records to units of the register: by code, then by name, then by position, with evidence.

Words are resolved once for each combination that occurs, positions through one tree. Where several
units fit a name, the record's position may tell them apart; else there is no match, only
candidates: never a guess.
"""

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import metric_crs
from geodata.match_subjects import match_subjects
from geodata.match_words import Said, UnitIndex, resolve_words, unit_index
from geodata.place_names import matching_settings
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

Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


def match_records(
    frame: gpd.GeoDataFrame,
    register: Register,
    subject: Subject = "unit",
    index: UnitIndex | None = None,
    decisions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Match every row of a frame to a unit, and to the settlement, place or area it is about.

    Args:
        frame: place fields as text (given_code, county_name, township_name, village_name,
            settlement_name, place_name; missing ones say nothing) and geometry in EPSG:4490, which
            may be empty. A line is placed by its middle.
        register: what there is to be matched.
        subject: what the records are about, from their kind.
        index: the register's ``unit_index``, for whoever matches several tables.
        decisions: what a person said of rows before: a row's ``decision_key`` → its unit, "" for
            none. They go before all evidence (method ``decision``, confidence 1).

    Returns:
        A frame with the same index: unit_code, county_code, subject_id (each empty where there is
        none), match_method (code, name, position, none), match_confidence (0 to 1), match_note
        (JSON: candidates, unknown_name, position, away_m, county_named …, or empty).
    """
    saids, of_row = resolve_words(frame, index or unit_index(register))
    points = middle_points(frame.geometry)
    position = _position_units(points, register)
    codes = register.units["code"].to_numpy(dtype=object)
    here = np.where(position >= 0, codes[position] if len(codes) else "", "")
    result = _combine(saids, of_row, here, register)
    _weigh_disagreement(result, frame.geometry.to_numpy(), here, register)
    matched = pd.DataFrame(
        {
            "unit_code": pd.array(result["unit"].tolist(), dtype="str"),
            "county_code": pd.array(result["county"].tolist(), dtype="str"),
            "match_method": pd.array(result["method"].tolist(), dtype="str"),
            "match_confidence": np.round(result["confidence"].astype(np.float64), 4),
        },
        index=frame.index,
    )
    notes: dict[int, dict[str, Any]] = result["notes"]
    matched["subject_id"] = match_subjects(frame, register, matched, points, subject, notes)
    texts = np.full(len(frame), "", dtype=object)
    for row, note in notes.items():
        texts[row] = json.dumps(note, ensure_ascii=False, sort_keys=True)
    matched["match_note"] = pd.array(texts.tolist(), dtype="str")
    return matched


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


def _position_units(points: Objects, register: Register) -> Ints:
    """Return for each point the row of the unit it lies in, -1 for none; the first at a border."""
    found = np.full(len(points), -1, dtype=np.int64)
    tree = shapely.STRtree(register.units.geometry.to_numpy())
    row, unit = tree.query(points, predicate="intersects")
    order = np.lexsort((unit, row))[::-1]
    found[row[order]] = unit[order]
    return found


def _combine(saids: list[Said], of_row: Ints, here: Objects, register: Register) -> dict[str, Any]:
    """Join words and positions into a unit, a method, a confidence and notes for each row."""
    trust: Mapping[str, float] = matching_settings()["confidence"]
    keep: int = matching_settings()["distance"]["candidates"]
    sole = np.array(
        [next(iter(s.candidates)) if len(s.candidates) == 1 else "" for s in saids], dtype=object
    )
    base = np.array([trust.get(said.how, 0.0) for said in saids])
    methods = np.array([said.method for said in saids], dtype=object)
    counties = np.array([said.county for said in saids], dtype=object)
    open_words = np.array([len(said.candidates) != 1 for said in saids])
    telling = np.array([bool(said.unknown) or len(said.candidates) > 1 for said in saids])
    modelled = bool(register.units["modelled"].any())
    unit, named_county = sole[of_row], counties[of_row]
    method = np.where(unit != "", methods[of_row], "none")
    confidence = np.where(unit != "", base[of_row], 0.0)
    by_place = open_words[of_row] & (here != "")
    notes: dict[int, dict[str, Any]] = {}
    for row in np.flatnonzero(telling[of_row]).tolist():
        said = saids[of_row[row]]
        if len(said.candidates) > 1:
            notes[row] = {"candidates": sorted(said.candidates)[:keep]}
            by_place[row] = False
            if here[row] in said.candidates:
                unit[row], method[row] = here[row], "name"
                confidence[row] = trust["name_by_position"]
            elif here[row]:
                notes[row]["position"] = here[row]
        else:
            notes[row] = {"unknown_name": said.unknown}
    unit = np.where(by_place, here, unit)
    method = np.where(by_place, "position", method)
    confidence = np.where(
        by_place, trust["position_modelled" if modelled else "position"], confidence
    )
    county = np.array([code[:6] for code in unit], dtype=object)
    strayed = by_place & (named_county != "") & (county != named_county)
    confidence = np.where(strayed, confidence * trust["disagrees_far"], confidence)
    for row in np.flatnonzero(strayed).tolist():
        notes.setdefault(row, {})["county_named"] = named_county[row]
    county = np.where(unit != "", county, named_county)
    return {
        "unit": unit,
        "county": county,
        "method": method,
        "confidence": confidence,
        "notes": notes,
    }


def _weigh_disagreement(
    result: dict[str, Any], shapes: Objects, here: Objects, register: Register
) -> None:
    """Note how far a row lies from the unit it names, and trust it less; a line may pass it."""
    unit = result["unit"]
    named = np.isin(result["method"], ("code", "name"))
    rows = np.flatnonzero(named & (here != unit) & ~shapely.is_missing(shapes))
    if not len(rows):
        return
    settings = matching_settings()
    metric = metric_crs(tuple(register.units.total_bounds))
    polygons = register.units.set_index("code").geometry
    there = polygons.loc[unit[rows]].to_crs(metric).to_numpy()
    own = gpd.GeoSeries(shapes[rows], crs=register.units.crs).to_crs(metric).to_numpy()
    away = np.rint(shapely.distance(there, own)).astype(np.int64)
    rows, away = rows[away > 0], away[away > 0]
    near = away <= settings["distance"]["near_m"]
    trust = settings["confidence"]
    result["confidence"][rows] *= np.where(near, trust["disagrees_near"], trust["disagrees_far"])
    for row, metres in zip(rows.tolist(), away.tolist(), strict=True):
        result["notes"].setdefault(row, {}).update(position=here[row], away_m=metres)
