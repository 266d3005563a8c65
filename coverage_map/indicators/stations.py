"""The distance test of mobile networks: a station in service near enough to the subject."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.indicators.answers import (
    COVERED,
    FAR,
    GAP,
    UNKNOWN,
    Answer,
    cite,
    params_of,
    words,
    yes_or_no,
)
from coverage_map.indicators.claims import Case, in_service, positions, records_of, spread, text
from geodata.crs import nearest
from geodata.owners import operators

COLUMNS = ("kind", "record_id", "owner", "operator", "technology", "county_code", "lon", "lat")


def _cells(records: Mapping[str, gpd.GeoDataFrame], quarter: str) -> pd.DataFrame:
    """Return one row per cell and operator served: the listed networks, else the owner's."""
    cells = records_of(records, "cell")
    sites = records_of(records, "site")
    cells["alive"] = in_service(cells, quarter)
    points = positions(cells["geometry"])
    # A cell without a position of its own stands where its owner's site of that number does.
    place = pd.DataFrame(positions(sites["geometry"]), columns=["lon", "lat"])
    place.index = pd.MultiIndex.from_arrays([text(sites["owner"]), text(sites["source_id"])])
    place = place[~place.index.duplicated()]
    keys = pd.MultiIndex.from_arrays([text(cells["owner"]), text(cells["site_id"])])
    fallback = place.reindex(keys).to_numpy()
    cells[["lon", "lat"]] = np.where(np.isnan(points), fallback, points)
    row, network = spread(cells["networks"])
    own = np.setdiff1d(np.arange(len(cells)), row)
    row = np.concatenate([row, own])
    served = np.concatenate([network, cells["owner"].to_numpy(dtype=object)[own]])
    cells["technology"] = text(cells["technology"])
    return cells.iloc[row].assign(operator=served)


def _sites(
    records: Mapping[str, gpd.GeoDataFrame], cells: pd.DataFrame, quarter: str
) -> pd.DataFrame:
    """Return one row per site and technology, serving its owner.

    A site whose cells of a technology are all out of service does not have it either.
    """
    sites = records_of(records, "site")
    sites["alive"] = in_service(sites, quarter, since="opened")
    sites[["lon", "lat"]] = positions(sites["geometry"])
    row, technology = spread(sites["technologies"])
    sites = sites.iloc[row].assign(technology=technology, operator=sites["owner"].iloc[row])
    names = ["owner", "site_id", "technology"]
    living = cells.groupby([text(cells[name]) for name in names])["alive"].any()
    silent = living[~living].index
    keys = pd.MultiIndex.from_arrays(
        [text(sites[name]) for name in ("owner", "source_id", "technology")]
    )
    sites["alive"] &= ~keys.isin(silent)
    return sites


def read_stations(records: Mapping[str, gpd.GeoDataFrame], quarter: str) -> pd.DataFrame:
    """List what serves whom: one row per record, operator and technology, with ``alive``.

    Cells serve the networks they list; sites serve their owner. What names no technology says
    nothing and is left out. Ordered by record id.
    """
    cells = _cells(records, quarter)
    stations = pd.concat([cells, _sites(records, cells, quarter)], ignore_index=True)
    stations = stations[[*COLUMNS, "alive"]]
    told = (text(stations["technology"]) != "") & stations["operator"].isin(operators())
    return stations[told].sort_values(["record_id", "kind"]).reset_index(drop=True)


def _reported(case: Case, stations: pd.DataFrame, operator: str) -> npt.NDArray[np.bool_]:
    """Say where an operator's network of the technology has been told, by it or by its host.

    A rival's shared cell serves the operator, but does not tell of its whole network.
    """
    tellers = {operator, *case.indicator.hosts.get(operator, ())}
    told = stations[stations["owner"].isin(tellers)]
    return case.has_reported(set(text(told["county_code"])) - {""})


def _answer(case: Case, stations: pd.DataFrame, operator: str) -> Answer:
    limit, search = case.test.whole("limit_m"), case.test.whole("search_m")
    serving = stations[(stations["operator"] == operator) & stations["alive"].astype("bool")]
    # Many cells stand at one point; the first record there speaks for it.
    serving = serving.drop_duplicates(["lon", "lat"])
    index, metres = nearest(case.subjects.lonlat, serving[["lon", "lat"]].to_numpy(float), search)
    near = (metres >= 0) & (metres <= limit)
    reported = _reported(case, stations, operator)
    state = np.select([near, reported], [COVERED, GAP], UNKNOWN)
    reason = words(len(state), "not_reported")
    params = words(len(state), "{}")
    found = state != UNKNOWN
    reason[found] = np.where(near, "station_within", "station_beyond")[found]
    params[found] = params_of(distance_m=metres, limit_m=limit)[found]
    none = found & (metres < 0)
    reason[none] = "station_none_near"
    params[none] = params_of(search_m=search)[0]
    cited = np.flatnonzero(found & (metres >= 0))
    evidence = cite(cited, serving.iloc[index[cited]], metres[cited])
    answer = yes_or_no(state, reason, params, evidence)
    answer.lack = np.where(metres < 0, FAR, metres).astype(np.int64)
    return answer


def judge_station_distance(case: Case) -> dict[str, Answer]:
    """Answer per operator whether a station of the technologies is within ``limit_m``.

    Geodesic distance in whole metres from the subject's point to a site or cell in service.
    Near enough: covered. Not, where the operator has told of such a network in the subject's
    county: a gap. Otherwise unknown. The nearest within ``search_m`` is cited either way.
    """
    stations = case.stations
    stations = stations[stations["technology"].isin(case.test.words["technologies"])]
    return {name: _answer(case, stations, name) for name in case.indicator.operators}
