"""The engine again, slow and obvious: one subject, one record at a time."""

from collections import defaultdict

import numpy as np
import pandas as pd
from shapely.geometry import Point

from coverage_map.rules import Indicator, RulePack
from geodata.crs import geodesic_m
from geodata.owners import operators
from geodata.register import Register

LAST_DAY = "2023-12-31"


def metres(one, other) -> int:
    return round(float(geodesic_m(one[0], one[1], other[0], other[1])))


def _missing(value) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _list(value) -> list[str]:
    return [] if _missing(value) else list(value)


def _rows(records, kind):
    frame = records.get(kind)
    return [] if frame is None else [row for _, row in frame.iterrows()]


def subjects(register: Register, indicator: Indicator):
    """Yield code, unit, county, point, households."""
    county = dict(zip(register.units["code"], register.units["county_code"], strict=True))
    office = {
        row["unit_code"]: row.geometry
        for _, row in register.places.iterrows()
        if row["kind"] == "office"
    }
    if indicator.subject == "unit":
        for _, row in register.units.iterrows():
            if row["kind"] in indicator.unit_kinds:
                point = office[row["code"]]
                yield row["code"], row["code"], row["county_code"], point, row["households"]
    elif indicator.subject == "settlement":
        least = indicator.least_households.value if indicator.least_households else 0
        for _, row in register.settlements.iterrows():
            if row["households"] >= least:
                unit = row["unit_code"]
                yield row["settlement_id"], unit, county[unit], row.geometry, row["households"]
    elif indicator.subject == "place":
        for _, row in register.places.iterrows():
            if row["kind"] in indicator.place_kinds:
                yield row["place_id"], row["unit_code"], county[row["unit_code"]], row.geometry, 0


def alive(row, since="") -> bool:
    if row.get("state") == "out_of_service":
        return False
    return not (since and not _missing(row[since]) and row[since] > LAST_DAY)


def stations(records):
    """Yield (owner, operator, technology, county, alive, point)."""
    sites, cells = _rows(records, "site"), _rows(records, "cell")
    for cell in cells:
        point = cell.geometry
        if point is None:
            for site in sites:
                if site["owner"] == cell["owner"] and site["source_id"] == cell["site_id"]:
                    point = site.geometry
                    break
        for operator in _list(cell["networks"]) or [cell["owner"]]:
            if operator in operators():
                yield (
                    cell["owner"], operator, cell["technology"], cell["county_code"],
                    alive(cell), point,
                )  # fmt: skip
    for site in sites:
        for technology in _list(site["technologies"]):
            twins = [
                alive(cell)
                for cell in cells
                if cell["owner"] == site["owner"]
                and cell["site_id"] == site["source_id"]
                and cell["technology"] == technology
            ]
            standing = alive(site, "opened") and (not twins or any(twins))
            if site["owner"] in operators():
                yield (
                    site["owner"], site["owner"], technology, site["county_code"], standing,
                    site.geometry,
                )  # fmt: skip


def station_states(register, records, indicator, test):
    listed = [
        one for one in stations(records) if one[2] in test.words["technologies"]
    ]  # fmt: skip
    states = {}
    for code, _, county, point, _ in subjects(register, indicator):
        for operator in indicator.operators:
            distances = [
                metres((point.x, point.y), (there.x, there.y))
                for _, serves, _, _, standing, there in listed
                if serves == operator and standing and there is not None
            ]
            tellers = {operator, *indicator.hosts.get(operator, ())}
            if distances and min(distances) <= test.whole("limit_m"):
                states[code, operator] = "covered"
            elif any(owner in tellers and where == county for owner, _, _, where, _, _ in listed):
                states[code, operator] = "gap"
            else:
                states[code, operator] = "unknown"
    return states


def fibre_points(records, operator):
    """Yield (county, unit, alive, free, point) of one owner; free is None where nobody says."""
    for node in _rows(records, "fibre_node"):
        if node["owner"] == operator:
            free = None if _missing(node["ports_free"]) else int(node["ports_free"])
            both = node["ports_installed"], node["ports_used"]
            if free is None and not any(map(_missing, both)):
                free = max(int(both[0]) - int(both[1]), 0)
            yield node["county_code"], node["unit_code"], alive(node), ("node", free), node.geometry
    for route in _rows(records, "fibre_route"):
        if route["owner"] == operator:
            for end in (route.geometry.coords[0], route.geometry.coords[-1]):
                yield route["county_code"], "", alive(route, "built"), ("end", None), Point(end)


def fibre_states(register, records, indicator, test):  # noqa: PLR0912
    """Return the states of reach and of port."""
    reach, port = {}, {}
    places = defaultdict(list)
    for _, place in register.places.iterrows():
        places[place["unit_code"]].append(place)
    for operator in indicator.operators:
        points = list(fibre_points(records, operator))
        for code, unit, county, _, _ in subjects(register, indicator):
            missing, serving = set(), {}
            for kind in test.words["place_kinds"]:
                mine = [place for place in places[unit] if place["kind"] == kind]
                got = False
                for place in mine:
                    for number, (_, home, standing, ports, point) in enumerate(points):
                        here = (place.geometry.x, place.geometry.y)
                        far = metres(here, (point.x, point.y))
                        limit = test.whole("reach_m")
                        if home == unit:
                            limit = max(limit, test.whole("reach_in_unit_m"))
                        if standing and far <= limit:
                            got = True
                            serving[number] = ports
                if mine and not got:
                    missing.add(kind)
            reported = any(where == county for where, *_ in points)
            if not missing:
                reach[code, operator] = "covered"
                told = [free for what, free in serving.values() if what == "node"]
                if any(free for free in told):
                    port[code, operator] = "covered"
                elif told and all(free == 0 for free in told):
                    port[code, operator] = "gap"
                else:
                    port[code, operator] = "unknown"
            else:
                reach[code, operator] = "gap" if reported else "unknown"
                port[code, operator] = reach[code, operator]
    return reach, port


def broadband_states(register, records, indicator, test):
    reports = defaultdict(list)
    for row in _rows(records, "settlement_broadband"):
        reports[row["subject_id"], row["owner"]].append(row)
    states = {}
    for code, *_ in subjects(register, indicator):
        for operator in indicator.operators:
            said = set()
            for row in reports[code, operator]:
                if not row["available"]:
                    said.add("gap")
                    continue
                if "speed_mbps" in test.numbers:
                    speed, asked = row["speed_mbps"], test.numbers["speed_mbps"].value
                    said.add("gap" if not _missing(speed) and speed < asked else "covered")
                else:
                    if _missing(row["access"]):
                        continue
                    said.add("covered" if row["access"] in test.words["access"] else "gap")
            states[code, operator] = said.pop() if len(said) == 1 else "unknown"
    return states


def any_state(indicator: Indicator, states: list[str]) -> str:
    if "covered" in states:
        return "covered"
    if indicator.gap_needs == "every operator":
        return "gap" if all(state == "gap" for state in states) else "unknown"
    return "gap" if "gap" in states else "unknown"


def all_states(register: Register, records, rules: RulePack) -> dict[tuple[str, ...], str]:
    """Return (indicator, test, operator, subject) → state for the yes-or-no methods."""
    found = {}
    for indicator in rules.indicators.values():
        by_test = {}
        for test in indicator.tests.values():
            if test.method == "station_distance":
                by_test[test.name] = station_states(register, records, indicator, test)
            elif test.method == "fibre_reach":
                both = fibre_states(register, records, indicator, test)
                by_test[test.name], by_test["port"] = both
            elif test.method == "broadband_report":
                by_test[test.name] = broadband_states(register, records, indicator, test)
        for name, states in by_test.items():
            for code in {code for code, _ in states}:
                each = [states[code, operator] for operator in indicator.operators]
                for operator, state in zip(indicator.operators, each, strict=True):
                    found[indicator.name, name, operator, code] = state
                found[indicator.name, name, "any", code] = any_state(indicator, each)
    return found
