"""Parts of P.1812 that the published logs do not reach, against sums done by hand."""

from math import exp, log10, tanh

import numpy as np
import pytest
from made_profiles import flat_path
from scipy.stats import norm

from coverage_map.propagation import Building, Environment, Link, OutOfRangeError, Path, Zone
from coverage_map.propagation.building_entry import building_deviation_db, building_entry_loss_db
from coverage_map.propagation.bullington import knife_edge_loss_db
from coverage_map.propagation.clutter import (
    clutter_from_surface_m,
    clutter_heights_m,
    surface_with_clutter_m,
)
from coverage_map.propagation.ducting import sea_coupling_db
from coverage_map.propagation.great_circle import find_bearing_deg, find_latitude_deg
from coverage_map.propagation.inverse_normal import inverse_normal
from coverage_map.propagation.radio_climate import (
    coast_distance_km,
    ducting_incidence_percent,
    find_climate,
    longest_section_km,
    section_lengths_km,
)
from coverage_map.propagation.refractivity_maps import parse_map, read_value
from coverage_map.propagation.variability import (
    height_factor,
    location_variability,
    pixel_deviation_db,
)


def _mixed() -> Path:
    zones = [4, 4, 3, 1, 1, 1, 3, 4, 4, 4, 4]
    return Path(np.arange(11.0), np.zeros(11), np.zeros(11), np.array(zones), 34.0)


def test_zones_are_measured_half_way_to_their_neighbours() -> None:
    path = _mixed()
    climate = find_climate(path, 45.0, 325.0)
    assert climate.sea_share == pytest.approx(0.3)  # 2.5 to 5.5 km
    assert climate.longest_land_km == pytest.approx(4.5)
    assert climate.longest_inland_km == pytest.approx(3.5)
    assert (climate.coast_tx_km, climate.coast_rx_km) == (2.5, 4.5)
    assert section_lengths_km(path.distance_km).sum() == 10


def test_a_path_without_sea_has_no_coast_and_one_at_sea_no_land() -> None:
    distance_km = np.arange(4.0)
    assert coast_distance_km(distance_km, np.zeros(4, dtype=bool)) == np.inf
    assert coast_distance_km(distance_km, np.ones(4, dtype=bool)) == 0
    assert longest_section_km(section_lengths_km(distance_km), np.zeros(4, dtype=bool)) == 0


def test_a_path_wholly_at_sea() -> None:
    climate = find_climate(flat_path(50.0, zone=Zone.SEA), 45.0, 325.0)
    assert climate.sea_share == pytest.approx(1)
    assert climate.longest_land_km == climate.coast_tx_km == climate.coast_rx_km == 0
    assert climate.ducting_percent == pytest.approx(10 ** (-0.015 * abs(34.22) + 1.67), rel=1e-2)


@pytest.mark.parametrize(("latitude", "expected"), [(0.0, 46.77), (-60.0, 5.888), (75.0, 4.17)])
def test_ducting_at_sea_falls_towards_the_poles(latitude: float, expected: float) -> None:
    assert ducting_incidence_percent(latitude, 0.0, 0.0) == pytest.approx(expected, rel=1e-3)


def test_a_low_antenna_by_the_sea_gains() -> None:
    by_hand = -3 * exp(-0.25 * 4) * (1 + tanh(0.07 * 20))
    assert sea_coupling_db(2.0, 10.0, 30.0, 0.8) == pytest.approx(by_hand)
    assert sea_coupling_db(2.0, 10.0, 30.0, 0.7) == 0  # too little sea
    assert sea_coupling_db(2.0, 1.0, 30.0, 0.8) == 0  # the horizon lies before the coast
    assert sea_coupling_db(6.0, 10.0, 30.0, 0.8) == 0  # too far inland


@pytest.mark.parametrize("share", [1e-6, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_the_inverse_normal_is_as_near_as_the_recommendation_says(share: float) -> None:
    assert inverse_normal(share) == pytest.approx(float(norm.isf(share)), abs=6e-4)


def test_one_knife_edge_that_just_touches_takes_six_decibels() -> None:
    assert knife_edge_loss_db(0.0) == pytest.approx(6.03, abs=0.01)
    assert knife_edge_loss_db(-0.78) == 0
    assert knife_edge_loss_db(2.4) == pytest.approx(6.9 + 20 * log10((2.3**2 + 1) ** 0.5 + 2.3))


def test_ends_stay_bare() -> None:
    path = Path(np.arange(4.0), np.full(4, 100.0), np.full(4, 15.0), np.full(4, Zone.INLAND), 34.0)
    assert surface_with_clutter_m(path).tolist() == [100, 115, 115, 100]
    assert path.terrain_m.tolist() == [100] * 4
    assert clutter_heights_m(np.array(["open_rural", "dense_urban"])).tolist() == [0, 20]
    surface_m = clutter_from_surface_m(np.array([10.0, 10.0]), np.array([25.0, 8.0]))
    assert surface_m.tolist() == [15, 0]


def test_bearing_and_point_on_the_great_circle() -> None:
    assert find_bearing_deg(0, 0, 0, 10) == pytest.approx(90)
    assert find_bearing_deg(0, 10, 20, 10) == pytest.approx(0)
    assert find_latitude_deg(10.0, 0.0, 6371.0 * np.pi / 180) == pytest.approx(11)
    assert find_latitude_deg(0.0, 90.0, 1000.0) == pytest.approx(0, abs=1e-12)


def test_location_variability_by_hand() -> None:
    assert pixel_deviation_db(2.0, 100.0) == pytest.approx(0.568 * 100**0.28)
    assert [height_factor(h, 15.0) for h in (1.5, 15.0, 20.0, 25.0, 40.0)] == [1, 1, 0.5, 0, 0]
    link = Link(2.0, 30.0, 1.5, location_percent=90.0)
    outdoors = location_variability(flat_path(5.0), link, Environment())
    deviation_db = 0.568 * 100**0.28 * 0.85  # at 1.5 m over open land
    assert outdoors.deviation_db == pytest.approx(deviation_db)
    assert outdoors.location_db == pytest.approx(1.2816 * deviation_db, rel=1e-3)
    assert outdoors.building_db == 0


def test_at_sea_all_places_are_alike() -> None:
    link = Link(2.0, 30.0, 1.5, location_percent=90.0)
    at_sea = location_variability(flat_path(5.0, zone=Zone.SEA), link, Environment())
    assert at_sea.deviation_db == at_sea.location_db == 0


def test_building_entry_by_hand() -> None:
    """Median at 1 GHz, traditional: 12.64 and 9.1 dB and the constant -3 dB, powers added."""
    powers = 10**1.264 + 10**0.91 + 10**-0.3
    assert building_entry_loss_db(1.0, Building()) == pytest.approx(10 * log10(powers))
    modern = Building("thermally_efficient")
    assert building_entry_loss_db(1.0, modern) > building_entry_loss_db(1.0, Building()) + 10
    steep = Building(elevation_deg=45.0)
    assert building_entry_loss_db(1.0, steep) > building_entry_loss_db(1.0, Building())
    assert 4 < building_deviation_db(1.0, Building()) < 10
    with pytest.raises(OutOfRangeError):
        building_entry_loss_db(0.05, Building())


def test_a_map_is_read_between_its_points() -> None:
    rows = [" ".join(f"{1000 * r + c}" for c in range(241)) for r in range(121)]
    values = parse_map("\n".join(rows))
    assert read_value(values, 90.0, 0.0) == 0
    assert read_value(values, 87.75, 3.0) == pytest.approx(1502)
    assert read_value(values, 34.5, 113.25) == pytest.approx(37_000 + 75.5)
    assert read_value(values, -90.0, -1.5) == pytest.approx(120_000 + 239)
