import csv

import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.register import Register
from geodata.sample.source_tables import SOURCE


def test_counts_are_those_of_the_statistics_register(register: Register) -> None:
    kinds = register.units["kind"].value_counts()
    assert len(register.units) == 2505
    assert kinds.to_dict() == {"village": 1591, "community": 907, "other": 7}
    assert len(register.townships) == 105
    assert register.units["code"].is_unique
    assert (register.units["county_code"] == "411071").sum() == 27


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
def test_units_tile_without_gaps_or_overlaps(register: Register, crs: str) -> None:
    assert shapely.coverage_is_valid(register.units.to_crs(crs).geometry.to_numpy())


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
def test_townships_and_counties_tile_too(register: Register, crs: str) -> None:
    for frame in (register.townships, register.counties):
        assert shapely.coverage_is_valid(frame.to_crs(crs).geometry.to_numpy())


def test_units_townships_and_counties_are_connected(register: Register) -> None:
    for frame in (register.units, register.townships, register.counties):
        assert set(frame.geom_type) == {"Polygon"}
        assert frame.geometry.is_valid.all()


def test_every_county_is_exactly_the_union_of_its_units(register: Register) -> None:
    for county in register.counties.itertuples():
        units = register.units[register.units["county_code"] == county.code]
        union = shapely.coverage_union_all(units.geometry.to_numpy())
        assert shapely.equals(union, county.geometry)


def test_county_outlines_are_the_real_ones(register: Register) -> None:
    real = pd.Series(
        shapely.from_geojson((SOURCE / "counties.geojson").read_text(encoding="utf-8")).geoms
    )
    ours = register.counties.geometry.to_numpy()
    both = shapely.union_all(real.to_numpy())
    difference = shapely.symmetric_difference(both, shapely.union_all(ours))
    # Vertices added on outlines lie on a grid of 0.1 m: slivers, no areas.
    assert difference.area < 1e-9 * both.area + 1e-6
    modelled = register.counties.set_index("code")["modelled"]
    assert modelled[modelled].index.tolist() == ["411071"]


def test_most_villages_have_the_size_of_villages(register: Register) -> None:
    villages = register.units[register.units["kind"] == "village"]["area_km2"]
    towns = register.units[register.units["urban"]]["area_km2"]
    assert villages.between(1.0, 4.0).mean() > 0.9
    assert towns.median() < villages.median() / 2


def test_area_columns_agree_with_the_polygons(register: Register) -> None:
    metres = register.units.to_crs("EPSG:4547").area / 1e6
    assert np.allclose(register.units["area_km2"], metres, atol=1e-4)


def test_people_add_up_to_the_census_per_county(register: Register) -> None:
    with (SOURCE / "census.csv").open(encoding="utf-8") as file:
        census = {row["code"]: int(row["population"]) for row in csv.DictReader(file)}
    county = register.units["county_code"].replace({"411071": "411003"})
    sums = register.units.groupby(county)["people"].sum()
    assert sums.to_dict() == census


def test_published_totals_are_met(register: Register) -> None:
    county = register.units["county_code"].replace({"411071": "411003"})
    with (SOURCE / "census_totals.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            members = county.isin(row["codes"].split())
            assert register.units.loc[members, "people"].sum() == int(row["population"])


def test_reporting_areas_are_the_eight_that_are_scored(register: Register) -> None:
    areas = register.areas[register.areas["level"] == "area"]
    assert set(areas["code"]) == {
        "411002", "411003", "411024", "411025", "411071", "411081", "411082", "411002570",
    }  # fmt: skip
    east = register.units[register.units["township_code"] == "411002570"]
    assert set(east["area_code"]) == {"411002570"}
    assert len(east) == 14
    assert set(register.units["area_code"]) == set(areas["code"])
    assert register.city_code == "411000"


def test_settlements_add_up_to_their_villages(register: Register) -> None:
    settlements = register.settlements
    villages = register.units[register.units["kind"] == "village"].set_index("code")
    counts = settlements.groupby("unit_code").size()
    assert set(counts.index) == set(villages.index)
    assert counts.between(2, 8).all()
    sums = settlements.groupby("unit_code")[["households", "people"]].sum()
    assert (sums == villages.loc[sums.index, ["households", "people"]]).all(axis=None)
    assert not settlements.duplicated(["unit_code", "name"]).any()
    assert settlements["settlement_id"].is_unique


def test_every_unit_has_one_office_and_everything_stands_inside(register: Register) -> None:
    places = register.places
    offices = places[places["kind"] == "office"]
    assert sorted(offices["unit_code"]) == sorted(register.units["code"])
    assert places["place_id"].is_unique
    assert 850 <= (places["kind"] == "public").sum() <= 950
    shapes = register.units.set_index("code").geometry
    for frame in (places, register.settlements):
        home = shapes.loc[frame["unit_code"]].to_numpy()
        assert shapely.contains(home, frame.geometry.to_numpy()).all()


def test_modelled_things_say_so(register: Register) -> None:
    for frame in (register.townships, register.units, register.settlements, register.places):
        assert frame["modelled"].all()


def test_aliases_hold_former_codes_and_names(register: Register) -> None:
    aliases = register.aliases
    county = aliases[(aliases["level"] == "county") & (aliases["alias"] == "411023")]
    assert county["code"].tolist() == ["411003"]
    unit = aliases[(aliases["level"] == "unit") & (aliases["alias"] == "411023101001")]
    assert unit["code"].tolist() == ["411003101001"]
    for alias, code in (("西大街街道", "411002001"), ("湛北镇", "411025200")):
        assert aliases.loc[aliases["alias"] == alias, "code"].tolist() == [code]
    known = set(register.counties["code"]) | set(register.townships["code"])
    assert set(aliases["code"]) <= known | set(register.units["code"])
