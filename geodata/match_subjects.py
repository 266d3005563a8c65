"""Match records to what they are about beside their unit: a settlement, a public place, an area."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import nearest
from geodata.match_confidence import match_confidence
from geodata.place_index import place_index
from geodata.place_names import fold, matching_settings, plain_name, settlement_keys
from geodata.records import Subject
from geodata.register import Register
from geodata.spelling import ORDER, likeness

Objects = npt.NDArray[np.object_]
Notes = dict[int, dict[str, Any]]


def match_subjects(
    frame: gpd.GeoDataFrame,
    register: Register,
    matched: pd.DataFrame,
    points: Objects,
    subject: Subject,
    notes: Notes,
) -> pd.Series:
    """Return the settlement_id, place_id or area code each row is about, empty where none is sure.

    ``matched`` holds the units found; a county named for an area is completed in it. What stands
    in the way of a match is added to ``notes``, by row.
    """
    found = np.full(len(frame), "", dtype=object)
    if subject == "settlement":
        found = _settlements(frame, register, matched, notes)
    elif subject == "place":
        found = _public_places(frame, register, matched, points, notes)
    elif subject == "area":
        found = _areas(frame, register, matched)
    return pd.Series(found.tolist(), index=frame.index, dtype="str")


def _text(frame: gpd.GeoDataFrame, name: str) -> Objects:
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    return np.asarray(frame[name].fillna("").astype("str").to_numpy(dtype=object))


def _index(
    names: pd.Series, holders: pd.Series, ids: pd.Series, keys: Callable[[str], tuple[str, ...]]
) -> dict[tuple[str, str], set[str]]:
    """Index ids by (holder, form of name)."""
    index: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows = zip(names.astype(str), holders.astype(str), ids.astype(str), strict=True)
    for name, holder, identifier in rows:
        for form in keys(name):
            index[holder, form].add(identifier)
    return index


def settlement_names(register: Register) -> pd.DataFrame:
    """Return the names and agreed aliases of settlements: settlement_id, name, unit_code."""
    named = pd.DataFrame(register.settlements[["settlement_id", "name", "unit_code"]])
    aliases = register.aliases[register.aliases["level"] == "settlement"]
    other = aliases[["code", "alias"]].rename(columns={"code": "settlement_id", "alias": "name"})
    other = other.merge(named[["settlement_id", "unit_code"]], on="settlement_id")
    return pd.concat([named, other[named.columns]], ignore_index=True)


def match_again(records: gpd.GeoDataFrame, register: Register) -> gpd.GeoDataFrame:
    """Return records of settlements beside a register that has changed since they were matched.

    Whose settlement is gone, and who had none, is looked for by name in the unit it was matched to.
    """
    known = records["subject_id"].isin(register.settlements["settlement_id"])
    open_ = ~known & (records["unit_code"] != "")
    if not open_.any():
        return records
    rows = records[open_]
    found = _settlements(rows, register, pd.DataFrame(rows[["unit_code"]]), {})
    subjects = records["subject_id"].where(known, "")
    subjects[open_] = found
    return records.assign(subject_id=subjects.astype("str"))


def _settlements(
    frame: gpd.GeoDataFrame, register: Register, matched: pd.DataFrame, notes: Notes
) -> Objects:
    """Find a settlement by its name within the unit that the row was matched to.

    A name that no settlement of the unit bears may be a slip for the one it sounds or looks like.
    """
    held = settlement_names(register)
    index = _index(held["name"], held["unit_code"], held["settlement_id"], settlement_keys)
    around = _index(held["name"], held["unit_code"].str[:9], held["unit_code"], settlement_keys)
    cores: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for (unit, form), identifiers in index.items():
        cores[unit].update((form, identifier) for identifier in identifiers)
    found = np.full(len(frame), "", dtype=object)
    names = _text(frame, "settlement_name")
    known: dict[tuple[str, str], tuple[set[str], bool]] = {}
    for row, (unit, name) in enumerate(zip(matched["unit_code"], names, strict=True)):
        if not unit or not name:
            continue
        if (unit, name) not in known:
            known[unit, name] = _settlement(index, cores, unit, name)
        fit, exact = known[unit, name]
        if len(fit) == 1:
            found[row] = next(iter(fit))
            if not exact:
                notes.setdefault(row, {})["settlement_like"] = name
        else:
            note = notes.setdefault(row, {})
            note["settlements" if fit else "unknown_settlement"] = sorted(fit) if fit else name
            if not fit and any((unit[:9], form) in around for form in settlement_keys(name)):
                # The township has it, in another unit: a person can say which of the two is meant.
                note.setdefault("review", "settlement_unknown")
    return found


def _settlement(
    index: Mapping[tuple[str, str], set[str]],
    cores: Mapping[str, set[tuple[str, str]]],
    unit: str,
    name: str,
) -> tuple[set[str], bool]:
    """Return the settlements of a unit that a name fits, and whether it is theirs as written."""
    forms = settlement_keys(name)
    for form in forms:
        if (unit, form) in index:
            return index[unit, form], True
    core = fold(forms[-1])
    like: dict[str, set[str]] = defaultdict(set)
    for form, identifier in cores.get(unit, ()):
        like[likeness(core, form)].add(identifier)
    return next((like[how] for how in ORDER[:-1] if like[how]), set()), False


def _place_keys(name: str) -> tuple[str, ...]:
    return (plain_name(name),)


def _public_places(
    frame: gpd.GeoDataFrame,
    register: Register,
    matched: pd.DataFrame,
    points: Objects,
    notes: Notes,
) -> Objects:
    """Find a public place by its name in the unit, then the county, else the one next to the row.

    A unit that was not known is completed from the place.
    """
    places = register.places[register.places["kind"] == "public"].reset_index(drop=True)
    found = np.full(len(frame), "", dtype=object)
    if places.empty:
        return found
    unit_of = dict(zip(places["place_id"], places["unit_code"], strict=True))
    indexes = [
        _index(places["name"], places["unit_code"].str[:size], places["place_id"], _place_keys)
        for size in (12, 6, 0)
    ]
    names = _text(frame, "place_name")
    holders = (matched["unit_code"], matched["county_code"], [""] * len(frame))
    for row, (unit, county, city) in enumerate(zip(*holders, strict=True)):
        if not names[row]:
            continue
        for index, holder in zip(indexes, (unit, county, city), strict=True):
            fit = index.get((holder, plain_name(names[row])), set())
            if len(fit) == 1:
                found[row] = next(iter(fit))
            if fit:
                break
    rows = np.flatnonzero((found == "") & ~shapely.is_missing(points))
    if len(rows):
        near, _ = nearest(
            gpd.GeoSeries(points[rows], crs=frame.crs),
            places.geometry,
            within_m=matching_settings()["distance"]["place_m"],
        )
        identifiers = places["place_id"].to_numpy(dtype=object)
        found[rows] = np.where(near >= 0, identifiers[near], "")
        for row in rows[near >= 0].tolist():
            notes.setdefault(row, {})["place_by"] = "position"
    homeless = np.flatnonzero((found != "") & (matched["unit_code"] == "").to_numpy())
    for row in homeless.tolist():
        at = matched.index[row]
        unit = unit_of[found[row]]
        matched.loc[at, ["unit_code", "county_code", "match_method"]] = [unit, unit[:6], "name"]
        matched.loc[at, "match_confidence"] = match_confidence()["place", "none"]
        notes.setdefault(row, {})["how"] = "place"
        notes[row].pop("review", None)
    return found


def _areas(frame: gpd.GeoDataFrame, register: Register, matched: pd.DataFrame) -> Objects:
    """Find the reporting area, else the county, that a row's county name means."""
    index = place_index(register)
    found = np.full(len(frame), "", dtype=object)
    for row, name in enumerate(_text(frame, "county_name")):
        if not name:
            continue
        county, area = index.county(name), index.area(name)
        found[row] = area or county
        if found[row] and not matched["county_code"].iloc[row]:
            matched.loc[matched.index[row], "county_code"] = (county or area)[:6]
    return found
