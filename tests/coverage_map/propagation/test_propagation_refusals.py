"""What the models refuse, with value and remedy in both languages."""

from dataclasses import replace

import numpy as np
import pytest
from made_profiles import flat_path

from coverage_map.propagation import (
    MODELS,
    Environment,
    Link,
    OutOfRangeError,
    Path,
    PathRefusedError,
    Zone,
    predict,
)
from coverage_map.propagation.environment import read_defaults
from coverage_map.propagation.refractivity_maps import parse_map
from coverage_map.propagation.refusals import read_validity
from coverage_map.propagation.sg3_profile import parse_sg3_profile
from coverage_map.text import LANGUAGES, Text, read_catalogue
from geodata.errors import CoverageMapError

LINK = Link(frequency_ghz=0.9, tx_height_m=35.0, rx_height_m=1.5)


def _said(error: CoverageMapError) -> None:
    for language in LANGUAGES:
        text = Text(language)
        for sentence in text.fault(error.fault):
            assert sentence
            assert "{" not in sentence
            assert not sentence.startswith("fault.")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"frequency_ghz": 0.029}, "range_frequency_ghz"),
        ({"frequency_ghz": 900.0}, "range_frequency_ghz"),
        ({"frequency_ghz": float("nan")}, "range_frequency_ghz"),
        ({"tx_height_m": 0.0}, "range_tx_height_m"),
        ({"tx_height_m": 3001.0}, "range_tx_height_m"),
        ({"rx_height_m": 0.5}, "range_rx_height_m"),
        ({"time_percent": 0.5}, "range_time_percent"),
        ({"time_percent": 51.0}, "range_time_percent"),
        ({"location_percent": 100.0}, "range_location_percent"),
    ],
)
def test_p1812_refuses_what_it_is_not_made_for(changed: dict[str, float], code: str) -> None:
    with pytest.raises(OutOfRangeError) as refused:
        predict("p1812", flat_path(5.0), replace(LINK, **changed))  # type: ignore[arg-type]
    assert refused.value.fault.code == code
    assert refused.value.fault.params["value"] == f"{next(iter(changed.values())):g}"
    _said(refused.value)


@pytest.mark.parametrize("length_km", [0.0005, 3001.0])
def test_p1812_refuses_other_distances(length_km: float) -> None:
    with pytest.raises(OutOfRangeError) as refused:
        predict("p1812", flat_path(length_km), LINK)
    assert refused.value.fault.code == "range_distance_km"
    _said(refused.value)


def test_p1812_refuses_the_poles() -> None:
    for latitude_deg, length_km in ((85.0, 5.0), (79.9, 500.0)):
        with pytest.raises(OutOfRangeError) as refused:
            predict("p1812", replace(flat_path(length_km), tx_latitude_deg=latitude_deg), LINK)
        assert refused.value.fault.code == "range_latitude_deg"
        _said(refused.value)


@pytest.mark.parametrize("model", sorted(set(MODELS) - {"p1812", "free_space"}))
def test_models_of_a_median_refuse_other_times(model: str) -> None:
    mast_m = {"tr38901_uma": 25.0, "tr38901_umi": 10.0}.get(model, 35.0)
    frequency_ghz = {"cost231_hata": 1.8}.get(model, 0.9)
    link = Link(frequency_ghz, mast_m, 1.5, time_percent=10.0)
    with pytest.raises(OutOfRangeError) as refused:
        predict(model, flat_path(2.0), link)
    assert refused.value.fault.code == "range_time_percent"


@pytest.mark.parametrize(
    ("model", "changed", "code"),
    [
        ("okumura_hata", {"frequency_ghz": 1.8}, "range_frequency_ghz"),
        ("okumura_hata", {"tx_height_m": 25.0}, "range_tx_height_m"),
        ("cost231_hata", {"frequency_ghz": 2.1}, "range_frequency_ghz"),
        ("cost231_hata", {"frequency_ghz": 1.8, "rx_height_m": 15.0}, "range_rx_height_m"),
        ("tr38901_rma", {"frequency_ghz": 0.45}, "range_frequency_ghz"),
        ("tr38901_rma", {"tx_height_m": 160.0}, "range_tx_height_m"),
        ("tr38901_uma", {"tx_height_m": 30.0}, "range_tx_height_m"),
        ("tr38901_umi", {"tx_height_m": 30.0}, "range_tx_height_m"),
        ("spm", {"frequency_ghz": 0.7}, "range_frequency_ghz"),
        ("free_space", {"frequency_ghz": 0.01}, "range_frequency_ghz"),
    ],
)
def test_neighbours_refuse_too(model: str, changed: dict[str, float], code: str) -> None:
    with pytest.raises(OutOfRangeError) as refused:
        predict(model, flat_path(2.0), replace(LINK, **changed))  # type: ignore[arg-type]
    assert refused.value.fault.code == code
    _said(refused.value)


@pytest.mark.parametrize(
    ("model", "length_km"),
    [("okumura_hata", 0.9), ("okumura_hata", 20.1), ("tr38901_rma", 10.1), ("spm", 30.0)],
)
def test_neighbours_refuse_distances(model: str, length_km: float) -> None:
    with pytest.raises(OutOfRangeError) as refused:
        predict(model, flat_path(length_km), LINK)
    assert refused.value.fault.code == "range_distance_km"


def test_rma_without_sight_reaches_less_far() -> None:
    predict("tr38901_rma", flat_path(8.0), LINK, Environment(line_of_sight=True))
    with pytest.raises(OutOfRangeError):
        predict("tr38901_rma", flat_path(8.0), LINK, Environment(line_of_sight=False))
    for changed in ({"building_height_m": 4.0}, {"street_width_m": 60.0}):
        with pytest.raises(OutOfRangeError) as refused:
            predict("tr38901_rma", flat_path(2.0), LINK, Environment(**changed))  # type: ignore[arg-type]
        _said(refused.value)


def test_a_model_nobody_knows() -> None:
    with pytest.raises(OutOfRangeError) as refused:
        predict("lee", flat_path(2.0), LINK)
    assert "okumura_hata" in str(refused.value.fault.params["known"])
    _said(refused.value)


def _path(**changed: object) -> Path:
    given = {
        "distance_km": np.arange(4.0),
        "terrain_m": np.zeros(4),
        "clutter_m": np.zeros(4),
        "zone": np.full(4, Zone.INLAND),
        "tx_latitude_deg": 34.0,
    }
    return Path(**{**given, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"terrain_m": np.zeros(3)}, "path_uneven"),
        ({"terrain_m": np.array([0, np.nan, 0, 0])}, "path_terrain_missing"),
        ({"clutter_m": np.array([0, 0, 0, np.inf])}, "path_clutter_missing"),
        ({"distance_km": np.array([0.0, 1, 1, 2])}, "path_distance_order"),
        ({"distance_km": np.array([0.1, 1, 2, 3])}, "path_distance_order"),
        ({"distance_km": np.array([0.0, 1, 2, np.nan])}, "path_distance_order"),
        ({"zone": np.array([4, 4, 2, 4])}, "path_zone_unknown"),
    ],
)
def test_a_profile_that_is_none(changed: dict[str, object], code: str) -> None:
    with pytest.raises(PathRefusedError) as refused:
        _path(**changed)
    assert refused.value.fault.code == code
    _said(refused.value)


def test_a_long_path_without_ground_between_its_ends() -> None:
    with pytest.raises(PathRefusedError) as refused:
        predict("p1812", flat_path(2.0, points=2), LINK)
    assert refused.value.fault.code == "path_no_inner_point"
    _said(refused.value)


def test_files_that_are_something_else() -> None:
    for text in ("", "1 2 3\n4 5 6", "a b\nc d"):
        with pytest.raises(PathRefusedError) as refused:
            parse_map(text)
        _said(refused.value)
    for text in ("", "Tx LAT:,53\n", "Number of Points:,3\n0,1,2,0,4\n"):
        with pytest.raises(PathRefusedError) as refused:
            parse_sg3_profile(text)
        _said(refused.value)


def test_every_range_has_a_source_and_every_quantity_its_words() -> None:
    catalogue = read_catalogue("zh_CN")
    for validity in read_validity().values():
        assert validity.source
        assert validity.name
        assert [q for q in validity.ranges if f"fault.range_{q}.remedy" not in catalogue] == []
    assert [model for model in MODELS if f"model.{model}" not in catalogue] == []
    assert set(read_defaults()) >= {"delta_n", "n0", "resolution_m"}


def test_every_term_has_words() -> None:
    catalogue = read_catalogue("en")
    for model in MODELS:
        mast_m = {"tr38901_uma": 25.0, "tr38901_umi": 10.0}.get(model, 35.0)
        frequency_ghz = 1.8 if model == "cost231_hata" else 0.9
        terms = predict(model, flat_path(2.0), Link(frequency_ghz, mast_m, 1.5)).terms
        assert [name for name in terms if f"term.{name}" not in catalogue] == []
