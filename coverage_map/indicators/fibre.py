"""Fibre to the village: what it reaches there, and whether a port is free."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage_map.indicators.answers import (
    COVERED,
    FAR,
    GAP,
    UNKNOWN,
    Answer,
    cite,
    no_evidence,
    params_of,
    words,
    yes_or_no,
)
from coverage_map.indicators.claims import (
    Case,
    in_service,
    positions,
    records_of,
    reported_in,
)
from coverage_map.rules import Test
from geodata.crs import nearest, pairs_within

_CITED = ["kind", "record_id", "owner", "county_code", "unit_code", "free", "lon", "lat", "alive"]


def free_ports(nodes: pd.DataFrame) -> pd.Series:
    """Return the ports free at each node: as reported, else installed less used, else <NA>."""
    free, installed, used = (
        pd.to_numeric(nodes[f"ports_{name}"]).astype("Int64")
        for name in ("free", "installed", "used")
    )
    return free.fillna((installed - used).clip(lower=0))


def read_fibre_points(case: Case) -> pd.DataFrame:
    """List the points fibre comes to: nodes, and both ends of routes. Ordered by record id.

    ``alive`` says which are in service in the quarter; routes have no ports, their unit does not
    say at which end.
    """
    nodes = records_of(case.records, "fibre_node")
    nodes["alive"] = in_service(nodes, case.quarter)
    nodes["free"] = free_ports(nodes)
    nodes[["lon", "lat"]] = positions(nodes["geometry"])
    routes = records_of(case.records, "fibre_route")
    routes["alive"] = in_service(routes, case.quarter, since="built")
    routes["free"] = pd.array([pd.NA] * len(routes), dtype="Int64")
    lines = routes["geometry"].where(routes["geometry"].notna(), None).to_numpy(dtype=object)
    ends = []
    for which in (0, -1):
        point = shapely.get_point(_longest(lines), which)
        lonlat = {"lon": shapely.get_x(point), "lat": shapely.get_y(point)}
        ends.append(routes.assign(**lonlat)[_CITED].assign(unit_code=""))
    points = pd.concat([nodes[_CITED], *ends], ignore_index=True)
    return points.sort_values(["record_id", "lon", "lat"]).reset_index(drop=True)


def _longest(lines: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the longest part of each line, so that it has two ends."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    order = np.lexsort((-shapely.length(parts), owner))
    first = np.unique(owner[order], return_index=True)[1]
    longest = np.full(len(lines), None, dtype=object)
    longest[owner[order][first]] = parts[order][first]
    return longest


@dataclass(frozen=True)
class _Reach:
    """Pairs of place and fibre point that count, and the places, with their unit's position."""

    places: pd.DataFrame
    pairs: pd.DataFrame  # subject, place_kind, point, distance_m


def _places(case: Case, test: Test) -> pd.DataFrame:
    places = case.register.places
    places = places[places["kind"].isin(test.words["place_kinds"])]
    frame = pd.DataFrame({"place_kind": places["kind"].to_numpy(dtype=object)})
    frame[["lon", "lat"]] = positions(pd.Series(places.geometry))
    frame["subject"] = case.position_of(places["unit_code"])
    return frame[frame["subject"] >= 0].reset_index(drop=True)


def _reach(case: Case, test: Test, places: pd.DataFrame, points: pd.DataFrame) -> _Reach:
    """Find which living points of one owner are near enough to which places."""
    anywhere, inside = test.whole("reach_m"), test.whole("reach_in_unit_m")
    here, there, metres = pairs_within(
        places[["lon", "lat"]].to_numpy(float),
        points[["lon", "lat"]].to_numpy(float),
        max(anywhere, inside),
    )
    subject = places["subject"].to_numpy(dtype=np.int64)[here]
    home = points["unit_code"].to_numpy(dtype=object)[there]
    same = case.subjects.code[subject] == home
    counts = (metres <= anywhere) | (same & (metres <= inside))
    pairs = pd.DataFrame(
        {
            "subject": subject,
            "place_kind": places["place_kind"].to_numpy(dtype=object)[here],
            "point": there,
            "distance_m": metres,
        }
    )
    return _Reach(places, pairs[counts])


def _missing(case: Case, test: Test, reach: _Reach) -> npt.NDArray[np.object_]:
    """Return per subject the kinds of place it has that nothing reaches, joined by ``_``."""
    size = len(case.subjects)
    missing = words(size, "")
    for kind in test.words["place_kinds"]:
        has, got = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        has[reach.places.loc[reach.places["place_kind"] == kind, "subject"].to_numpy()] = True
        got[reach.pairs.loc[reach.pairs["place_kind"] == kind, "subject"].to_numpy()] = True
        lacks = has & ~got
        missing[lacks] = [f"{names}_{kind}".lstrip("_") for names in missing[lacks]]
    return missing


def _free_there(
    reach: _Reach, points: pd.DataFrame, size: int
) -> tuple[npt.NDArray[np.int64], ...]:
    """Return per subject: ports free at the nodes that reach it, nodes telling, nodes silent."""
    seen = reach.pairs[["subject", "point"]].drop_duplicates()
    there = points.iloc[seen["point"].to_numpy()]
    nodes = (there["kind"] == "fibre_node").to_numpy(dtype=bool)
    subject = seen["subject"].to_numpy(dtype=np.int64)[nodes]
    ports = there["free"][nodes]
    told = ports.notna().to_numpy(dtype=bool)
    free = np.zeros(size, dtype=np.int64)
    np.add.at(free, subject, ports.fillna(0).to_numpy(dtype=np.int64))
    telling = np.bincount(subject[told], minlength=size).astype(np.int64)
    silent = np.bincount(subject[~told], minlength=size).astype(np.int64)
    return free, telling, silent


def _reach_evidence(reach: _Reach, points: pd.DataFrame) -> pd.DataFrame:
    """Cite, per subject and kind of place, the nearest point that reaches it."""
    pairs = reach.pairs.sort_values(["subject", "place_kind", "distance_m", "point"])
    pairs = pairs.drop_duplicates(["subject", "place_kind"]).sort_values(["subject", "distance_m"])
    evidence = cite(pairs["subject"], points.iloc[pairs["point"].to_numpy()], pairs["distance_m"])
    return evidence.drop_duplicates(["subject", "record_id"])


@dataclass(frozen=True)
class _Fibre:
    """What one operator's fibre does in every subject."""

    points: pd.DataFrame
    reach: _Reach
    missing: npt.NDArray[np.object_]
    state: npt.NDArray[np.int64]
    port: npt.NDArray[np.int64]
    free: npt.NDArray[np.int64]
    telling: npt.NDArray[np.int64]


def _look(
    case: Case, test: Test, places: pd.DataFrame, points: pd.DataFrame, operator: str
) -> _Fibre:
    size = len(case.subjects)
    reported = case.has_reported(reported_in(points, operator))
    mine = points[(points["owner"] == operator) & points["alive"].astype(bool)]
    reach = _reach(case, test, places, mine)
    missing = _missing(case, test, reach)
    counted = np.zeros(size, dtype=bool)
    counted[places["subject"].to_numpy()] = True
    reached = counted & (missing == "")
    state = np.select([reached, reported & counted], [COVERED, GAP], UNKNOWN)
    free, telling, silent = _free_there(reach, mine, size)
    none_free = (telling > 0) & (silent == 0) & (free == 0)
    port = np.select(
        [state == UNKNOWN, state == GAP, free > 0, none_free],
        [UNKNOWN, GAP, COVERED, GAP],
        UNKNOWN,
    )
    return _Fibre(mine, reach, missing, state, port, free, telling)


def _reach_answer(case: Case, fibre: _Fibre) -> Answer:
    size = len(case.subjects)
    search = case.test.whole("search_m")
    reason = words(size, "not_reported")
    params = words(size, "{}")
    gap = fibre.state == GAP
    reason[fibre.state == COVERED] = "fibre_reaches"
    reason[gap] = [f"fibre_misses_{names}" for names in fibre.missing[gap]]
    lonlat = fibre.points[["lon", "lat"]].to_numpy(float)
    index, metres = nearest(case.subjects.lonlat, lonlat, search)
    far = np.flatnonzero(gap & (metres >= 0))
    params[far] = params_of(distance_m=metres)[far]
    none = gap & (metres < 0)
    reason[none] = "fibre_none_near"
    params[none] = params_of(search_m=search)[0]
    beyond = cite(far, fibre.points.iloc[index[far]], metres[far])
    reaching = _reach_evidence(fibre.reach, fibre.points)
    reaching = reaching[(fibre.state == COVERED)[reaching["subject"].to_numpy()]]
    answer = yes_or_no(fibre.state, reason, params, pd.concat([reaching, beyond]))
    # Fewer places missed come first, then the nearer node.
    missed = np.array([names.count("_") + 1 for names in fibre.missing], dtype=np.int64)
    answer.lack = np.where(metres < 0, FAR * FAR, missed * FAR + metres).astype(np.int64)
    there = fibre.state == COVERED
    answer.condition[there & (fibre.port == GAP)] = "no_free_port"
    answer.condition[there & (fibre.port == UNKNOWN)] = "ports_unknown"
    return answer


def _port_answer(case: Case, fibre: _Fibre) -> Answer:
    reason = words(len(case.subjects), "not_reported")
    there = fibre.state == COVERED
    reason[fibre.state == GAP] = "fibre_not_there"
    reason[there & (fibre.port == COVERED)] = "port_free"
    reason[there & (fibre.port == GAP)] = "port_none_free"
    reason[there & (fibre.port == UNKNOWN)] = "ports_not_reported"
    seen = fibre.reach.pairs.sort_values("distance_m").drop_duplicates(["subject", "point"])
    cited = fibre.points.iloc[seen["point"].to_numpy()]
    nodes = (cited["kind"] == "fibre_node").to_numpy(dtype=bool)
    nodes = nodes & there[seen["subject"].to_numpy(dtype=np.int64)]
    evidence = cite(seen["subject"][nodes], cited[nodes], seen["distance_m"][nodes])
    evidence = pd.concat([no_evidence(), evidence.sort_values(["subject", "record_id"])])
    params = params_of(free=fibre.free, nodes=fibre.telling)
    return yes_or_no(fibre.port, reason, params, evidence)


def _look_all(case: Case, test: Test) -> dict[str, _Fibre]:
    places, points = _places(case, test), read_fibre_points(case)
    return {name: _look(case, test, places, points, name) for name in case.indicator.operators}


def judge_fibre_reach(case: Case) -> dict[str, Answer]:
    """Answer per operator whether its fibre reaches office, school and clinic of each village.

    Of each kind of place the village has, one must have a node in service or a route's end within
    ``reach_m``, or a node of this very village within ``reach_in_unit_m``. Not so, though the
    operator has reported fibre in the county: a gap. Reached, but no port free at any of the
    reaching nodes, all of which tell: condition "no_free_port" (有覆盖无资源).
    """
    return {name: _reach_answer(case, fibre) for name, fibre in _look_all(case, case.test).items()}


def judge_fibre_port(case: Case) -> dict[str, Answer]:
    """Answer per operator whether fibre reaches the village and a port is free there.

    A gap where fibre does not reach, or every node that does tells its ports and none is free;
    unknown where a node keeps silent and none tells of a free one.
    """
    reach = case.indicator.tests[case.test.word("of")]
    return {name: _port_answer(case, fibre) for name, fibre in _look_all(case, reach).items()}
