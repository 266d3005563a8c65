"""Find out in which coordinate system positions are given: every hypothesis scored by evidence.

Evidence is how many rows fall into the county or township that they name themselves. Modelled
outlines decide nothing. The rule, with its numbers, is in ``settings.toml``; what it cannot decide
is asked, and what a file declares is believed only while no evidence speaks against it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.stats import binom

from geodata.crs import BD09, CGCS2000, GCJ02, CrsRefusedError, plane_systems, read_crs, to_cgcs2000
from geodata.errors import Fault, Place, Severity
from geodata.ingest.report import CrsChoice, CrsScore, DecidedBy, Question
from geodata.ingest.settings import settings, word
from geodata.match_words import Said, resolve_words, unit_index
from geodata.register import Register

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_GEOGRAPHIC = (CGCS2000, GCJ02, BD09)


@dataclass(frozen=True)
class Positions:
    """Positions as given, and what the rows say of where they lie.

    ``x`` and ``y`` have a row a record and a column for each of its positions: one for a point; the
    middle and both ends for a line, any of which may lie in the area it names. ``area`` is for
    each row the index of the outline in ``outlines`` it names, -1 for none.
    """

    x: Floats
    y: Floats
    area: Ints
    outlines: tuple[Any, ...]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Located:
    """The choice, with what is to be said and asked about it."""

    choice: CrsChoice
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Hypothesis:
    """A system, perhaps with its axes swapped, and how the rows look under it."""

    crs: str
    swapped: bool
    near: Bools
    inside: Bools

    @property
    def name(self) -> tuple[str, bool]:
        """Return what tells hypotheses apart."""
        return self.crs, self.swapped


def named_areas(frame: pd.DataFrame, register: Register) -> tuple[Ints, tuple[Any, ...]]:
    """Return for each row the real outline it names (-1 for none), and the outlines.

    A township's outline is used where it is real, else its county's; modelled ones never.
    """
    outlines: dict[str, Any] = {}
    for table in (register.counties, register.townships):
        real = table[~table["modelled"].astype(bool)]
        outlines |= dict(zip(real["code"].astype(str), real.geometry, strict=True))
    codes = list(outlines)
    number = {code: i for i, code in enumerate(codes)}
    saids, of_row = resolve_words(
        frame, unit_index(register), ("given_code", "county_name", "township_name")
    )
    area = np.array([_outline_of(said, number) for said in saids], dtype=np.int64)
    of_rows = area[of_row] if len(area) else np.empty(0, dtype=np.int64)
    return of_rows, tuple(outlines[code] for code in codes)


def _outline_of(said: Said, number: dict[str, int]) -> int:
    if len(said.townships) == 1 and (township := next(iter(said.townships))) in number:
        return number[township]
    return number.get(said.county, -1)


def locate(positions: Positions, claim: str, answer: str, place: Place) -> Located:
    """Choose the system of positions; the answer of a person goes before everything.

    ``claim`` is what the file declares (a code, WKT, or nothing).
    """
    known = np.isfinite(positions.x[:, 0]) & np.isfinite(positions.y[:, 0])
    if not known.any():
        return Located(CrsChoice(claimed=""))
    faults: list[Fault] = []
    claimed = ""
    if claim:
        try:
            claimed = read_crs(claim)
        except CrsRefusedError as refusal:
            fault = refusal.fault
            refused = fault.code == "crs_refused" and not answer
            severity: Severity = "error" if refused else "warning"
            faults.append(Fault(fault.code, place, fault.params, severity))
            if refused:
                choice = CrsChoice(claimed=str(fault.params["claim"]))
                return Located(choice, tuple(faults))
    if claimed == "EPSG:4326":
        claimed = CGCS2000
    tried = _try_all(positions, known, {claimed, answer} - {""})
    rule = settings()["crs"]["rule"]
    possible = [h for h in tried if h.near.sum() >= rule["possible_share"] * known.sum()]
    scores = tuple(_score(h, positions, known) for h in possible)
    if answer:
        return _take_answer(answer, claimed, scores, faults)
    if not possible:
        return _none_fits(positions, known, claimed, place, faults)
    return _decide(possible, scores, claimed, place, faults)


def _try_all(positions: Positions, known: Bools, asked: set[str]) -> list[Hypothesis]:
    """Look at the rows under every hypothesis that a position of this size can have."""
    systems = [*_GEOGRAPHIC, *plane_systems(positions.bounds[0], positions.bounds[2])]
    systems += sorted(asked - set(systems))
    return [
        _try(positions, known, crs, swapped=swapped) for swapped in (False, True) for crs in systems
    ]


def _try(positions: Positions, known: Bools, crs: str, *, swapped: bool) -> Hypothesis:
    x, y = (positions.y, positions.x) if swapped else (positions.x, positions.y)
    inside = np.zeros(len(x), dtype=bool)
    first_near = inside.copy()
    margin = settings()["crs"]["rule"]["near_deg"]
    west, south, east, north = positions.bounds
    for column in range(x.shape[1]):
        fits = np.flatnonzero(known & _can_be(crs, x[:, column], y[:, column]))
        lon, lat = to_cgcs2000(x[fits, column], y[fits, column], crs)
        with np.errstate(invalid="ignore"):
            near = (lon > west - margin) & (lon < east + margin)
            near &= (lat > south - margin) & (lat < north + margin)
        rows, lon, lat = fits[near], lon[near], lat[near]
        if column == 0:
            first_near[rows] = True
        inside[rows] |= _in_named(positions, rows, lon, lat)
    return Hypothesis(crs, swapped, first_near, inside)


def _can_be(crs: str, x: Floats, y: Floats) -> Bools:
    """Say which numbers have the size of a system's coordinates; NaN have no size."""
    if _is_geographic(crs):
        return np.asarray((np.abs(x) <= 180) & (np.abs(y) <= 90))
    return np.asarray(np.abs(x) > 180)


def _in_named(positions: Positions, rows: Ints, lon: Floats, lat: Floats) -> Bools:
    """Say which rows' positions lie in the outline that they name."""
    area = positions.area[rows]
    inside = np.zeros(len(rows), dtype=bool)
    for number in np.unique(area[area >= 0]):
        outline = positions.outlines[number]
        shapely.prepare(outline)
        here = area == number
        inside[here] = shapely.contains_xy(outline, lon[here], lat[here])
    return inside


@cache
def _is_geographic(crs: str) -> bool:
    return crs in _GEOGRAPHIC or crs == "EPSG:4326"


def _score(hypothesis: Hypothesis, positions: Positions, known: Bools) -> CrsScore:
    telling = known & (positions.area >= 0)
    rows = int(telling.sum())
    inside = int((hypothesis.inside & telling).sum())
    share = inside / rows if rows else float(hypothesis.near.sum() / known.sum())
    return CrsScore(hypothesis.crs, inside, rows, round(share, 4), hypothesis.swapped)


def _take_answer(
    answer: str, claimed: str, scores: tuple[CrsScore, ...], faults: list[Fault]
) -> Located:
    """Take a person's answer; which way round the axes stand is still seen from the rows."""
    name = read_crs(answer)
    name = CGCS2000 if name == "EPSG:4326" else name
    fitting = [score for score in scores if score.crs == name]
    swapped = bool(fitting) and max(fitting, key=lambda score: score.inside).swapped
    choice = CrsChoice(name, "answer", _sorted(scores), claimed, swapped)
    return Located(choice, tuple(faults))


def _none_fits(
    positions: Positions, known: Bools, claimed: str, place: Place, faults: list[Fault]
) -> Located:
    """Say that no system brings the rows near the area; degrees are taken as they are."""
    x, y = positions.x[:, 0], positions.y[:, 0]
    degrees = known & _can_be(CGCS2000, x, y)
    params = {"x": float(x[known][0]), "y": float(y[known][0])}
    if degrees.sum() * 2 > known.sum() or claimed:
        faults.append(Fault("crs_far", place, params, "warning"))
        return Located(CrsChoice(claimed or CGCS2000, "none", (), claimed), tuple(faults))
    faults.append(Fault("crs_fits_none", place, params, "warning"))
    options = (*_GEOGRAPHIC, *plane_systems(positions.bounds[0], positions.bounds[2]))
    return Located(CrsChoice(claimed=claimed), tuple(faults), (Question("crs", options),))


def _sorted(scores: tuple[CrsScore, ...]) -> tuple[CrsScore, ...]:
    return tuple(sorted(scores, key=lambda score: -score.inside))


def _lead(one: Hypothesis, other: Hypothesis) -> tuple[int, int]:
    """Count the rows in the area they name under one hypothesis alone, and under the other."""
    return int((one.inside & ~other.inside).sum()), int((other.inside & ~one.inside).sum())


def _is_sure(best: Hypothesis, others: list[Hypothesis], score: CrsScore) -> bool:
    """Say whether one hypothesis beats all others by more than chance (sign test)."""
    rule = settings()["crs"]["rule"]
    if score.rows < rule["least_rows"] or score.share < rule["least_share"]:
        return False
    for other in others:
        wins, losses = _lead(best, other)
        if binom.sf(wins - 1, wins + losses, 0.5) > rule["chance"]:
            return False
    return True


def _decide(
    possible: list[Hypothesis],
    scores: tuple[CrsScore, ...],
    claimed: str,
    place: Place,
    faults: list[Fault],
) -> Located:
    """Choose by evidence, by range or by the file's word; ask where they leave it open."""
    best = int(np.argmax([score.inside for score in scores]))
    others = [h for h in possible if h.name != possible[best].name]
    said = next((h for h in possible if h.crs == claimed and not h.swapped), None)
    said = said or next((h for h in possible if h.crs == claimed), None)
    chosen: Hypothesis | None = None
    decided: DecidedBy = "none"
    if not others:
        chosen, decided = possible[0], "range"
    elif _is_sure(possible[best], others, scores[best]):
        chosen, decided = possible[best], "evidence"
    elif said is not None and not _is_doubted(said, possible):
        chosen, decided = said, "file"
    ordered = _sorted(scores)
    if chosen is None:
        if said is not None or claimed:
            faults.append(Fault("crs_doubted", place, {"claimed": claimed}, "warning"))
        options = tuple(dict.fromkeys(score.crs for score in ordered))
        question = Question("crs", options, {"claimed": claimed})
        return Located(CrsChoice("", "none", ordered, claimed), tuple(faults), (question,))
    if claimed and chosen.crs != claimed:
        params = {"claimed": claimed, "chosen": chosen.crs}
        faults.append(Fault("crs_contradicted", place, params, "warning"))
    if chosen.swapped:
        faults.append(Fault("axes_swapped", place, {"crs": chosen.crs}, "note"))
    choice = CrsChoice(chosen.crs, decided, ordered, claimed, chosen.swapped)
    return Located(choice, tuple(faults))


def _is_doubted(said: Hypothesis, possible: list[Hypothesis]) -> bool:
    """Say whether another hypothesis brings noticeably more rows into the area they name."""
    rule = settings()["crs"]["rule"]
    for other in possible:
        more, less = _lead(other, said)
        luck = float(binom.sf(more - 1, more + less, 0.5))
        if more - less >= rule["doubt_rows"] and luck <= rule["doubt_chance"]:
            return True
    return False


def claimed_by_words(*texts: str) -> str:
    """Return the system that headers or names speak of, if they speak of exactly one."""
    found = {
        crs
        for crs, spoken in settings()["crs"]["words"].items()
        for text in texts
        if any(word(item) in word(text) for item in spoken)
    }
    return next(iter(found)) if len(found) == 1 else ""


def area_bounds(register: Register) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the register's area of interest."""
    west, south, east, north = gpd.GeoSeries(area_outlines(register)).total_bounds
    return float(west), float(south), float(east), float(north)


def area_outlines(register: Register) -> gpd.GeoSeries:
    """Return the outlines that make up the area of interest."""
    city = register.areas[register.areas["level"] == "city"].geometry
    return city if len(city) and not city.is_empty.all() else register.counties.geometry
