"""Weigh what rows say against where they lie: a unit, how it was found, how sure, what of it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from geodata.crs import metric_crs
from geodata.match_confidence import (
    AGAINST,
    AGREEMENTS,
    EDGE,
    FAR,
    INSIDE,
    NEAR,
    NONE,
    match_confidence,
)
from geodata.match_words import Said
from geodata.place_names import matching_settings
from geodata.register import Register

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Evidence:
    """Columns of a match by row, and notes on the rows that need one; the arrays are filled in."""

    unit: Objects
    county: Objects
    method: Objects
    how: Objects
    agreement: Ints
    confidence: Floats
    notes: dict[int, dict[str, Any]]

    def note(self, row: int, **what: Any) -> None:
        """Add to the note of a row."""
        self.notes.setdefault(row, {}).update(what)


def weigh(
    saids: list[Said], of_row: Ints, shapes: Objects, points: Objects, register: Register
) -> Evidence:
    """Join words and positions into a unit, a way, a confidence and notes for each row.

    Args:
        saids: what the combinations of words say.
        of_row: which of them each row has.
        shapes: the rows' geometry, EPSG:4490, None where there is none.
        points: a point for each.
        register: the units, by code and by their polygons.
    """
    saids = disown_strangers(saids, of_row)
    here = _units_at(points, register)
    sole = _objects([next(iter(s.candidates)) if len(s.candidates) == 1 else "" for s in saids])
    unit = sole[of_row]
    found = Evidence(
        unit=unit,
        county=_objects([said.county for said in saids])[of_row],
        method=np.where(unit != "", _objects([said.method for said in saids])[of_row], "none"),
        how=np.where(unit != "", _objects([said.how for said in saids])[of_row], "none"),
        agreement=np.full(len(of_row), NONE, dtype=np.int64),
        confidence=np.zeros(len(of_row)),
        notes={},
    )
    ground = _Ground(register, shapes, points, here)
    _tell_apart(found, saids, of_row, ground)
    _compare(found, ground)
    weak = np.array([said.weak for said in saids], dtype=bool)[of_row] & (unit != "")
    _drop_weak(found, weak, ground.here)
    _take_positions(found, saids, of_row, ground)
    table = match_confidence()
    hows = dict.fromkeys(found.how.tolist())
    for how in hows:
        rates = np.array([table.get((how, name), 0.0) for name in AGREEMENTS])
        mine = found.how == how
        found.confidence[mine] = rates[found.agreement[mine]]
    named = found.county.copy()
    found.county[:] = np.where(unit != "", _objects([code[:6] for code in unit]), named)
    _ask_person(found, saids, of_row)
    return found


def _objects(values: list[str]) -> Objects:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def disown_strangers(saids: list[Said], of_row: Ints) -> list[Said]:
    """Take nothing by a mere name from a table that is mostly about places of another register.

    Two shares tell: of the rows that name a county or bear a code, those that this register knows;
    of the villages named without a county, those that are found.
    """
    share: float = matching_settings()["review"]["home_share"]
    rows = np.bincount(of_row, minlength=len(saids))
    strange = np.array([said.strange for said in saids], dtype=bool)
    homeless = np.array([said.homeless for said in saids], dtype=bool)
    hit = np.array([bool(said.candidates) for said in saids], dtype=bool)
    home = ~strange & np.where(homeless, hit, [bool(s.county or s.area) for s in saids])
    foreign = rows[strange].sum() * share > rows[home].sum() * (1 - share)
    lone = homeless & (hit | np.array([bool(said.unknown) for said in saids], dtype=bool))
    met = lone & hit
    lost = rows[met].sum() < share * rows[lone].sum()
    gone = (strange & foreign) | (lone & (lost or foreign))
    return [
        Said(county=said.county, area=said.area, strange=True) if out else said
        for said, out in zip(saids, gone, strict=True)
    ]


def _units_at(points: Objects, register: Register) -> Objects:
    """Return for each point the code of the unit it lies in, "" for none; the first at a border."""
    found = np.full(len(points), "", dtype=object)
    if register.units.empty:
        return found
    tree = shapely.STRtree(register.units.geometry.to_numpy())
    row, unit = tree.query(points, predicate="intersects")
    order = np.lexsort((unit, row))[::-1]
    codes = register.units["code"].to_numpy(dtype=object)
    found[row[order]] = codes[unit[order]]
    return found


class _Ground:
    """Distances in metres between rows and units; projected only as far as they are asked for."""

    def __init__(self, register: Register, shapes: Objects, points: Objects, here: Objects) -> None:
        self.here = here
        self.placed: Bools = ~shapely.is_missing(points)
        self._shapes, self._points = shapes, points
        self._units = register.units
        self._rows = {code: row for row, code in enumerate(register.units["code"])}
        self._crs = metric_crs(tuple(register.units.total_bounds)) if self._rows else ""
        settings = matching_settings()["distance"]
        self.near_m: float = settings["near_m"]
        self._edge_m: float = settings["edge_m"]

    def _polygons(self, codes: Objects) -> tuple[Objects, Ints]:
        """Return the polygons of the codes that occur, in metres, and which each code has."""
        wanted, of_code = np.unique(codes.astype(str), return_inverse=True)
        rows = [self._rows[code] for code in wanted.tolist()]
        polygons = self._units.geometry.iloc[rows].to_crs(self._crs).to_numpy()
        return np.asarray(polygons, dtype=object), np.asarray(of_code, dtype=np.int64)

    def _metres(self, shapes: Objects) -> Objects:
        series = gpd.GeoSeries(shapes, crs=self._units.crs).to_crs(self._crs)
        return np.asarray(series.to_numpy(), dtype=object)

    def away_m(self, rows: Ints, codes: Objects) -> Ints:
        """Return how far the rows' shapes lie from units."""
        polygons, of_code = self._polygons(codes)
        away = shapely.distance(polygons[of_code], self._metres(self._shapes[rows]))
        return np.asarray(np.rint(away), dtype=np.int64)

    def at_edge(self, rows: Ints) -> Bools:
        """Say which rows lie near the border of the unit they lie in."""
        polygons, of_code = self._polygons(self.here[rows])
        inner = shapely.buffer(polygons, -self._edge_m, quad_segs=1)
        shapely.prepare(inner)
        degrees = shapely.get_coordinates(self._points[rows])
        x, y = _metres(str(self._units.crs), self._crs).transform(degrees[:, 0], degrees[:, 1])
        return np.asarray(~shapely.contains_xy(inner[of_code], x, y), dtype=bool)


@cache
def _metres(crs: str, metric: str) -> Transformer:
    return Transformer.from_crs(crs, metric, always_xy=True)


def _tell_apart(found: Evidence, saids: list[Said], of_row: Ints, ground: _Ground) -> None:
    """Let the position choose among several units that the words fit; else note them."""
    keep: int = matching_settings()["distance"]["candidates"]
    several = np.array([len(said.candidates) > 1 for said in saids], dtype=bool)
    for row in np.flatnonzero(several[of_row]).tolist():
        said = saids[of_row[row]]
        fit = sorted(said.candidates)
        here = ground.here[row]
        chosen = here if here in said.candidates else ""
        if not chosen and ground.placed[row]:
            away = ground.away_m(np.full(len(fit), row), _objects(fit))
            close = np.flatnonzero(away <= ground.near_m)
            chosen = fit[close[0]] if len(close) == 1 else ""
        if chosen:
            how = said.how if said.weak else "name_several"
            found.unit[row], found.how[row], found.method[row] = chosen, how, said.method
        elif here:
            found.note(row, position=here)
        found.note(row, candidates=fit[:keep])


def _compare(found: Evidence, ground: _Ground) -> None:
    """Say how the position agrees with the unit that words name; a line may pass it."""
    placed = ground.placed & (found.unit != "")
    found.agreement[placed] = INSIDE
    rows = np.flatnonzero(placed & (ground.here != found.unit))
    if not len(rows):
        return
    away = ground.away_m(rows, found.unit[rows])
    rows, away = rows[away > 0], away[away > 0]
    found.agreement[rows] = np.where(away <= ground.near_m, NEAR, FAR)
    for row, metres in zip(rows.tolist(), away.tolist(), strict=True):
        found.note(row, position=ground.here[row], away_m=metres)


def _drop_weak(found: Evidence, weak: Bools, here: Objects) -> None:
    """Leave a unit that words only hint at where the position does not agree, or lies far."""
    ways = matching_settings()["weak"]
    far = found.agreement == FAR
    dropped = weak & (far | (found.agreement == NONE))
    dropped |= np.isin(found.how, ways["far"]) & far
    # What is called after a place often lies beside it: nobody is asked, the position counts.
    loose = np.isin(found.how, ways["inside"]) & (here != "") & (here != found.unit)
    for row in np.flatnonzero(dropped & ~loose).tolist():
        found.note(row, like=[found.unit[row]])
    for row in np.flatnonzero(loose).tolist():
        found.notes.pop(row, None)
    dropped |= loose
    found.unit[dropped], found.how[dropped], found.method[dropped] = "", "none", "none"


def _take_positions(found: Evidence, saids: list[Said], of_row: Ints, ground: _Ground) -> None:
    """Place rows whose words decide nothing by where they lie, and note what speaks against it."""
    unclear = np.array([len(s.candidates) > 1 and not s.weak for s in saids], dtype=bool)[of_row]
    unknown = _objects([said.unknown for said in saids])[of_row]
    loose = matching_settings()["weak"]["inside"]
    telling = np.array(
        [bool(s.unknown or s.candidates) and s.how not in loose for s in saids], dtype=bool
    )[of_row]
    for row in np.flatnonzero((unknown != "") & (found.unit == "")).tolist():
        found.note(row, unknown_name=unknown[row])
    by_place = (found.unit == "") & ~unclear & (ground.here != "")
    rows = np.flatnonzero(by_place)
    if not len(rows):
        return
    found.unit[rows] = ground.here[rows]
    found.how[rows], found.method[rows] = "position", "position"
    found.agreement[rows] = np.where(ground.at_edge(rows), EDGE, INSIDE)
    strayed = by_place & (found.county != "") & (found.county != _heads(found.unit))
    for row in np.flatnonzero(strayed).tolist():
        found.note(row, county_named=found.county[row])
    found.agreement[by_place & (strayed | telling)] = AGAINST


def _heads(codes: Objects) -> Objects:
    return _objects([code[:6] for code in codes])


def _ask_person(found: Evidence, saids: list[Said], of_row: Ints) -> None:
    """Note on rows that a person should look at, why; strangers to the register are not asked."""
    settings = matching_settings()
    below: float = settings["review"]["below"]
    asked = np.array([not said.strange for said in saids], dtype=bool)[of_row]
    named = np.array([bool(s.candidates or s.unknown) for s in saids], dtype=bool)[of_row]
    loose = np.array([s.how in settings["weak"]["inside"] for s in saids], dtype=bool)[of_row]
    open_ = asked & named & ((found.unit == "") | ((found.method == "position") & ~loose))
    unsure = asked & (found.unit != "") & (found.confidence < below)
    for row in np.flatnonzero(open_ | unsure).tolist():
        found.note(row, review=_reason(found, saids[of_row[row]], row))


def _reason(found: Evidence, said: Said, row: int) -> str:
    """Return why a row is to be looked at: ``queue.<reason>`` in the catalogues."""
    if found.unit[row] == "" or found.method[row] == "position":
        if said.how == "code_or_name":
            return "code_disagrees"
        if len(said.candidates) > 1 and not said.weak:
            return "several"
        if said.candidates:
            return "only_like" if said.weak else "lies_elsewhere"
        return "name_unknown"
    return "lies_elsewhere" if found.agreement[row] == FAR else "unsure"
