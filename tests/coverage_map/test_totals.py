"""Reported totals beside records, by hand."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from coverage_map.rules.totals import read_totals_rules
from coverage_map.totals import TOTAL, compare_totals
from geodata.register import Register, empty_register

QUARTER = "2023Q4"


@pytest.fixture
def register() -> Register:
    """Return a county with a zone in it that is a reporting area by itself."""
    bare = empty_register()
    point = [Point(113.8, 34.0)]
    units = gpd.GeoDataFrame(
        {
            "code": ["411002001001", "411002570001"],
            "area_code": ["411002", "411002570"],
            "county_code": ["411002", "411002"],
        },
        geometry=point * 2,
        crs="EPSG:4490",
    )
    areas = gpd.GeoDataFrame(
        {"code": ["411002", "411002570"], "name": ["魏都区", "东城区"]},
        geometry=point * 2,
        crs="EPSG:4490",
    )
    return replace(bare, units=units, areas=areas)


def _sites(*rows: tuple[str, str, str]) -> gpd.GeoDataFrame:
    names = ["owner", "unit_code", "state"]
    frame = pd.DataFrame(rows, columns=names).assign(county_code="411002")
    return gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs="EPSG:4490")


def _totals(*rows: tuple[str, str, str, Any]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=["owner", "subject_id", "measure", "value"])
    frame["value"] = frame["value"].astype("Int64")
    return gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs="EPSG:4490")


SITES = _sites(
    ("cmcc", "411002001001", ""),
    ("cmcc", "411002001001", "out_of_service"),
    ("cmcc", "411002570001", "in_service"),
    ("unicom", "411002570001", ""),
)


def _found(totals: gpd.GeoDataFrame, register: Register) -> list[tuple[Any, ...]]:
    found = compare_totals({"site": SITES, "reported_total": totals}, register, QUARTER)
    assert list(found.columns) == list(TOTAL)
    names = ["owner", "area_name", "reported", "counted", "difference"]
    return [tuple(row) for row in found[names].astype("object").to_numpy()]


def test_a_county_counts_the_zone_in_it_unless_that_has_a_total_of_its_own(
    register: Register,
) -> None:
    whole = _totals(("cmcc", "411002", "sites", 5))
    assert _found(whole, register) == [("cmcc", "魏都区", 5, 2, 3)]
    parted = _totals(("cmcc", "411002", "sites", 1), ("cmcc", "411002570", "sites", 2))
    assert _found(parted, register) == [("cmcc", "魏都区", 1, 1, 0), ("cmcc", "东城区", 2, 1, 1)]


def test_what_was_not_handed_in_counts_nought_and_what_cannot_be_counted_is_not_compared(
    register: Register,
) -> None:
    totals = _totals(("telecom", "411002", "sites", 7), ("unicom", "", "sites", 3))
    assert _found(totals, register) == [("telecom", "魏都区", 7, 0, 7)]
    users = _totals(("cmcc", "411002", "broadband_subscribers", 9))
    found = compare_totals({"site": SITES, "reported_total": users}, register, QUARTER)
    assert found["counted"].isna().all()
    assert found["difference"].isna().all()


def test_numbers_that_are_not_told_are_said_to_be_lacking(register: Register) -> None:
    nodes = _sites(("cmcc", "411002001001", ""), ("cmcc", "411002001001", ""))
    nodes["ports_installed"] = pd.array([16, None], dtype="Int64")
    records = {
        "fibre_node": nodes,
        "reported_total": _totals(("cmcc", "411002", "broadband_ports", 32)),
    }
    found = compare_totals(records, register, QUARTER).iloc[0]
    assert (found["counted"], found["difference"], found["lacking"]) == (16, 16, 1)


def test_nothing_reported_is_nothing_to_compare(register: Register) -> None:
    assert compare_totals({"site": SITES}, register, QUARTER).empty


def test_the_rules_name_kinds_and_fields_there_are() -> None:
    assert {name: (rule.kind, rule.field) for name, rule in read_totals_rules().items()} == {
        "sites": ("site", ""),
        "broadband_ports": ("fibre_node", "ports_installed"),
    }
