"""List the rows whose unit a person should look at, worst first, with units to choose from."""

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import metric_crs
from geodata.match_confidence import match_confidence
from geodata.match_words import (
    Said,
    UnitIndex,
    look_alike,
    resolve_words,
    settlement_units,
    unit_index,
)
from geodata.matching import QUEUE, decision_keys
from geodata.place_names import matching_settings
from geodata.register import Register

Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
SAID = ("county_name", "township_name", "village_name", "settlement_name", "given_code", "address")


def empty_queue() -> pd.DataFrame:
    """Return a queue that asks nothing."""
    return pd.DataFrame(columns=list(QUEUE))


def review_queue(
    frame: gpd.GeoDataFrame,
    matched: pd.DataFrame,
    points: Objects,
    register: Register,
    index: UnitIndex | None = None,
    key: Sequence[str] = (),
    numbers: Sequence[int] | None = None,
    left_out: Bools | None = None,
) -> pd.DataFrame:
    """Return the rows that a person should look at: one a key, the least sure first.

    Args:
        frame: what was matched; see ``match_records``.
        matched: what ``match_records`` returned for it.
        points: a point for each row (``middle_points``), EPSG:4490.
        register: what there is to choose from.
        index: the register's ``unit_index``.
        key: the fields that identify a record.
        numbers: the rows' numbers in their file; else they count from 0.
        left_out: rows that are not asked: kept out for another reason, or waiting for an answer.

    Returns:
        A frame with the columns ``QUEUE``; rows that say the same are one entry.
    """
    asked = matched["match_note"].str.contains('"review"', regex=False).to_numpy(dtype=bool)
    if left_out is not None:
        asked = asked & ~left_out
    rows = np.flatnonzero(asked)
    if not len(rows) or register.units.empty:
        return empty_queue()
    order = pd.DataFrame(
        {
            "key": decision_keys(frame.iloc[rows], key),
            "at": rows,
            "sure": matched["match_confidence"].to_numpy()[rows],
            "away": -_away_m(matched["match_note"].iloc[rows]),
        }
    )
    # Of rows that are as sure those that lie farther from where they say come first.
    order = order[order["key"] != ""].sort_values(["sure", "away", "at"], kind="stable")
    grouped = order.groupby("key", sort=False)["at"].agg(["first", "min", "size"])
    if grouped.empty:
        return empty_queue()
    grouped = grouped.head(matching_settings()["review"]["entries"])
    at = grouped["first"].to_numpy()
    shown, matches = frame.iloc[at], matched.iloc[at]
    saids, of_row = resolve_words(shown, index := index or unit_index(register))
    counted = np.asarray(range(len(frame)) if numbers is None else numbers)
    queue = _entries(shown, matches, points[at])
    queue["key"] = grouped.index.to_numpy()
    queue["row"] = counted[grouped["min"].to_numpy()].astype(np.int64)
    queue["rows"] = grouped["size"].to_numpy()
    queue["candidates"] = _candidates(
        [saids[number] for number in of_row.tolist()], shown, matches, points[at], register, index
    )
    return queue[list(QUEUE)].reset_index(drop=True)


def _away_m(notes: pd.Series) -> npt.NDArray[np.float64]:
    """Return how far each row lies from the unit its words name, 0 where it does not."""
    found = notes.str.extract(r'"away_m": ?([\d.]+)', expand=False)
    return np.asarray(found.astype("float64").fillna(0.0), dtype=np.float64)


def _entries(shown: gpd.GeoDataFrame, matches: pd.DataFrame, points: Objects) -> pd.DataFrame:
    """Return what the entries tell of their first rows."""
    said = [
        " ".join(text for text in texts if text)
        for texts in zip(*(_text(shown, name) for name in SAID), strict=True)
    ]
    notes = [json.loads(note) for note in matches["match_note"]]
    return pd.DataFrame(
        {
            "name": _text(shown, "name"),
            "said": said,
            "lon": shapely.get_x(points),
            "lat": shapely.get_y(points),
            "unit_code": matches["unit_code"].to_numpy(),
            "confidence": matches["match_confidence"].to_numpy(),
            "reason": [note["review"] for note in notes],
        }
    )


def _text(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return [str(text) for text in frame[name].fillna("")]


class _Ground:
    """Units and rows in metres, to say how far apart they are and what lies around."""

    def __init__(self, register: Register, points: Objects) -> None:
        crs = metric_crs(tuple(register.units.total_bounds))
        self.codes = register.units["code"].to_numpy(dtype=object)
        self._place = {code: number for number, code in enumerate(self.codes)}
        self._units = np.asarray(register.units.geometry.to_crs(crs).to_numpy(), dtype=object)
        self._points = gpd.GeoSeries(points, crs=register.units.crs).to_crs(crs).to_numpy()
        self._tree = shapely.STRtree(self._units)

    def away_m(self, number: int, codes: Sequence[str]) -> list[int]:
        """Return whole metres from a row to units, -1 where it has no position."""
        units = self._units[[self._place[code] for code in codes]]
        away = np.asarray(shapely.distance(units, self._points[number]))
        return [round(metres) if np.isfinite(metres) else -1 for metres in away.tolist()]

    def around(self, number: int, within_m: float) -> list[str]:
        """Return the units around a row."""
        if shapely.is_missing(self._points[number]):
            return []
        found = self._tree.query(self._points[number], predicate="dwithin", distance=within_m)
        return [str(code) for code in self.codes[np.sort(found)]]


def _candidates(
    saids: Sequence[Said],
    shown: pd.DataFrame,
    matches: pd.DataFrame,
    points: Objects,
    register: Register,
    index: UnitIndex,
) -> list[str]:
    """Return the units to choose from for each row as JSON, the likeliest first."""
    settings = matching_settings()["review"]
    ground = _Ground(register, points)
    settlements = _text(shown, "settlement_name")
    offered = []
    for number, said in enumerate(saids):
        match = matches.iloc[number]
        note = json.loads(match["match_note"])
        why = dict.fromkeys(sorted(said.candidates), said.how)
        if match["unit_code"]:
            why.setdefault(match["unit_code"], note.get("how", match["match_method"]))
        if note.get("position"):
            why.setdefault(note["position"], "position")
        if note["review"] == "settlement_unknown":
            around = Said(townships=frozenset({str(match["unit_code"])[:9]}))
            for code in sorted(settlement_units(index, around, settlements[number])):
                why[code] = "name_by_settlement"
        for how, codes in look_alike(index, said, said.unknown).items():
            for code in sorted(codes):
                why.setdefault(code, "name" if how == "same" else f"name_{how}")
        for code in ground.around(number, settings["near_m"]):
            why.setdefault(code, "nearby")
        away = ground.away_m(number, list(why))
        units: list[dict[str, Any]] = [
            {
                "unit": code,
                "confidence": _chance(
                    how, metres, len(said.candidates) if code in said.candidates else 1
                ),
                "why": how,
                **({"away_m": metres} if metres >= 0 else {}),
            }
            for (code, how), metres in zip(why.items(), away, strict=True)
        ]
        units.sort(key=lambda unit: (-unit["confidence"], unit.get("away_m", 0), unit["unit"]))
        offered.append(json.dumps(units[: settings["candidates"]], ensure_ascii=False))
    return offered


def _chance(how: str, away_m: int, alike: int) -> float:
    """Return how likely a unit on offer is, by its way and its distance, among units alike."""
    settings = matching_settings()
    if how == "nearby":
        share: float = max(0.0, 1.0 - away_m / settings["review"]["near_m"])
        return round(float(settings["review"]["nearby"]) * share, 2)
    near = away_m <= settings["distance"]["near_m"]
    agreement = "none" if away_m < 0 else "inside" if away_m == 0 else "near" if near else "far"
    return round(match_confidence()[how, agreement] / max(alike, 1), 2)
