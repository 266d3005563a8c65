"""What P.1812 promises of any path: reciprocity, terms that add up, no step at its near end."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_profiles import flat_path, hilly_path, links, paths

from coverage_map.propagation import (
    Building,
    Environment,
    Link,
    Path,
    Zone,
    predict,
    predict_p1812,
    predict_radial,
)
from coverage_map.propagation.great_circle import find_latitude_deg
from coverage_map.propagation.near_field import FREE_SPACE_KM, p1812_weight

STILL = Environment(location_deviation_db=0.0)
PHONE = Link(frequency_ghz=1.8, tx_height_m=35.0, rx_height_m=1.5)


def _turned(path: Path) -> Path:
    """Return the path from its other end, along the same great circle."""
    end_deg = find_latitude_deg(path.tx_latitude_deg, path.azimuth_deg, path.length_km)
    return Path(
        (path.length_km - path.distance_km)[::-1],
        path.terrain_m[::-1],
        path.clutter_m[::-1],
        path.zone[::-1],
        end_deg,
        _bearing_back(path, end_deg),
    )


def _bearing_back(path: Path, end_deg: float) -> float:
    start, end, turn = np.radians([path.tx_latitude_deg, end_deg, path.azimuth_deg])
    sine = -np.sin(turn) * np.cos(start) / np.cos(end)  # Clairaut
    angle = path.length_km / 6371.0
    cosine = (np.sin(start) - np.sin(end) * np.cos(angle)) / (np.cos(end) * np.sin(angle))
    return float(np.degrees(np.arctan2(sine, cosine)))


@given(paths, links)
@settings(max_examples=150)
def test_both_directions_lose_the_same(path: Path, link: Link) -> None:
    """The Recommendation is reciprocal, but for the places at the receiver (here held still)."""
    there = predict_p1812(path, link, STILL)
    swapped = replace(link, tx_height_m=link.rx_height_m, rx_height_m=link.tx_height_m)
    back = predict_p1812(_turned(path), swapped, STILL)
    assert back.loss_db == pytest.approx(there.loss_db, abs=1e-6)
    assert back.ducting.loss_db == pytest.approx(there.ducting.loss_db, abs=1e-6)
    assert back.diffraction.loss_db == pytest.approx(there.diffraction.loss_db, abs=1e-6)


@given(paths, links)
@settings(max_examples=100)
def test_terms_add_up_and_nothing_beats_line_of_sight(path: Path, link: Link) -> None:
    indoors = Building() if link.frequency_ghz >= 0.08 else None  # where P.2109 begins
    prediction = predict_p1812(path, link, Environment(building=indoors))
    assert sum(prediction.terms.values()) == pytest.approx(prediction.loss_db, abs=1e-9)
    assert prediction.recommended_db >= prediction.sight.time_percent_db
    assert prediction.diffraction.loss_db >= 0
    horizons = prediction.geometry.horizons
    assert horizons.tx_distance_km + horizons.rx_distance_km <= path.length_km * (1 + 1e-12)
    assert 0 <= prediction.climate.sea_share <= 1 + 1e-12


@given(paths, links, st.floats(1, 99), st.floats(1, 99))
@settings(max_examples=60)
def test_more_places_need_more_loss(path: Path, link: Link, one: float, other: float) -> None:
    few, many = sorted([one, other])
    losses = [
        predict("p1812", path, replace(link, location_percent=share), Environment()).loss_db
        for share in (few, many)
    ]
    assert losses[0] <= losses[1] + 1e-9


@pytest.mark.parametrize("zone", Zone)
@pytest.mark.parametrize("frequency_ghz", [0.1, 0.7, 1.8, 3.5])
def test_over_level_ground_loss_grows_with_distance(zone: Zone, frequency_ghz: float) -> None:
    link = replace(PHONE, frequency_ghz=frequency_ghz)
    lengths_km = np.geomspace(0.3, 200, 60)
    losses = [predict_p1812(flat_path(d, zone=zone), link, STILL).loss_db for d in lengths_km]
    assert np.all(np.diff(losses) > 0)


@given(st.integers(0, 10_000), st.integers(4, 40), links)
@settings(max_examples=80)
def test_no_step_where_the_near_field_ends(seed: int, points: int, link: Link) -> None:
    """A path a millimetre shorter than 0.25 km loses the same as one a millimetre longer."""
    losses = [
        predict_p1812(hilly_path(seed, 0.25 + step_km, points), link, Environment()).loss_db
        for step_km in (-1e-6, 0.0, 1e-6)
    ]
    assert np.ptp(losses) < 0.01


@given(st.integers(0, 10_000), st.integers(2, 10), links)
@settings(max_examples=80)
def test_no_step_where_free_space_ends(seed: int, points: int, link: Link) -> None:
    losses = [
        predict_p1812(hilly_path(seed, FREE_SPACE_KM + step_km, points), link, STILL).loss_db
        for step_km in (-1e-7, 0.0, 1e-7)
    ]
    assert np.ptp(losses) < 0.01


def test_under_the_mast_there_is_free_space() -> None:
    bare = flat_path(0.03, points=2)
    walled = replace(flat_path(0.03, points=5), clutter_m=np.full(5, 60.0))
    for path in (bare, walled):
        prediction = predict_p1812(path, PHONE, STILL)
        assert prediction.loss_db == pytest.approx(predict("free_space", path, PHONE).loss_db)
    assert prediction.terms["near_field"] < -10


def test_the_weight_is_linear_in_the_logarithm() -> None:
    assert p1812_weight(0.25) == 1
    assert p1812_weight(0.04) == 0
    assert p1812_weight((0.25 * 0.04) ** 0.5) == pytest.approx(0.5)


def test_a_radial_is_its_paths_one_by_one() -> None:
    radial = hilly_path(7, 6.0, 60)
    losses = predict_radial("p1812", radial, PHONE)
    assert np.isnan(losses[0])
    assert np.isfinite(losses[1:]).all()
    whole = predict("p1812", radial, PHONE)
    assert losses[-1] == whole.loss_db
    assert losses[30] == predict("p1812", radial.shortened(31), PHONE).loss_db
    hata = predict_radial("okumura_hata", radial, replace(PHONE, frequency_ghz=0.9))
    assert np.isnan(hata[radial.distance_km < 1]).all()
    assert np.isfinite(hata[radial.distance_km >= 1]).all()


def test_a_wall_shades_what_is_behind_it() -> None:
    open_land = flat_path(5.0, points=501)
    clutter_m = np.zeros(501)
    clutter_m[490] = 20.0
    walled = replace(open_land, clutter_m=clutter_m)
    free, shaded = (predict_p1812(path, PHONE, STILL) for path in (open_land, walled))
    assert shaded.loss_db > free.loss_db + 10
    assert shaded.terms["diffraction"] > free.terms["diffraction"] + 10
