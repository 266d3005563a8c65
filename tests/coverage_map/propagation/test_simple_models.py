"""The neighbours of P.1812 against values that others have published."""

from dataclasses import replace

import numpy as np
import pytest
from made_profiles import flat_path, hilly_path

from coverage_map.propagation import MODELS, Environment, Link, OutOfRangeError, predict
from coverage_map.propagation.environment import Surroundings
from coverage_map.propagation.spm import effective_height_m, read_spm_sets

# ns-3's tests of Okumura-Hata (src/propagation/test/okumura-hata-test-suite.cc). Their value for
# open land is left out: the script behind it writes 4.70 where Hata's eq. (16) has 4.78.
NS3_HATA: list[tuple[Surroundings, float]] = [
    ("metropolitan", 137.93),
    ("urban", 137.88),
    ("suburban", 128.03),
]
# ns-3's tests of TR 38.901 (three-gpp-propagation-loss-model-test-suite.cc): 5 GHz, phone at
# 1.5 m; scenario, metres, line of sight, loss; 0.05 dB.
NS3_TR38901 = [
    ("rma", 35.0, 10, True, 77.3784),
    ("rma", 35.0, 100, True, 87.2965),
    ("rma", 35.0, 1_000, True, 108.5577),
    ("rma", 35.0, 10_000, True, 140.3896),
    ("rma", 35.0, 10, False, 77.3784),
    ("rma", 35.0, 100, False, 95.7718),
    ("rma", 35.0, 1_000, False, 133.5223),
    ("rma", 35.0, 5_000, False, 160.5169),
    ("uma", 25.0, 10, True, 72.9380),
    ("uma", 25.0, 100, True, 86.2362),
    ("uma", 25.0, 1_000, True, 109.7252),
    ("uma", 25.0, 5_000, True, 137.6794),
    ("uma", 25.0, 10, False, 82.5131),
    ("uma", 25.0, 100, False, 106.1356),
    ("uma", 25.0, 1_000, False, 144.7641),
    ("uma", 25.0, 5_000, False, 172.0753),
    ("umi", 10.0, 10, True, 69.8591),
    ("umi", 10.0, 100, True, 88.4122),
    ("umi", 10.0, 1_000, True, 119.3114),
    ("umi", 10.0, 5_000, True, 147.2696),
    ("umi", 10.0, 10, False, 76.7563),
    ("umi", 10.0, 100, False, 107.9432),
    ("umi", 10.0, 1_000, False, 143.1886),
    ("umi", 10.0, 5_000, False, 167.8617),
]


@pytest.mark.parametrize(("surroundings", "published_db"), NS3_HATA)
def test_okumura_hata_as_published(surroundings: Surroundings, published_db: float) -> None:
    link = Link(frequency_ghz=0.869, tx_height_m=30.0, rx_height_m=1.0)
    environment = Environment(surroundings=surroundings)
    loss_db = predict("okumura_hata", flat_path(2.0), link, environment).loss_db
    assert loss_db == pytest.approx(published_db, abs=0.01)


def test_okumura_hata_in_open_land_by_hand() -> None:
    """At 900 MHz: 4.78·8.7273 - 18.33·2.9542 + 40.94 = 28.51 dB less than in a small city."""
    link = Link(frequency_ghz=0.9, tx_height_m=50.0, rx_height_m=1.5)
    city, land = (
        predict("okumura_hata", flat_path(5.0), link, Environment(surroundings=each)).loss_db
        for each in ("urban", "open")
    )
    assert city - land == pytest.approx(28.51, abs=0.01)


@pytest.mark.parametrize(("surroundings", "more_db"), [("urban", 0), ("metropolitan", 3)])
def test_cost231_hata_as_published(surroundings: Surroundings, more_db: float) -> None:
    """136.197 dB at 1,800 MHz, 30 m, 1.5 m, 1 km: the tests of the library rfbudget."""
    link = Link(frequency_ghz=1.8, tx_height_m=30.0, rx_height_m=1.5)
    environment = Environment(surroundings=surroundings)
    loss_db = predict("cost231_hata", flat_path(1.0), link, environment).loss_db
    assert loss_db == pytest.approx(136.197 + more_db, abs=0.01)


def test_hata_and_cost231_meet_at_1500_mhz() -> None:
    """COST 231 drew its line through Okumura's curves above; at the seam both say much the same."""
    link = Link(frequency_ghz=1.5, tx_height_m=50.0, rx_height_m=1.5)
    for surroundings in ("urban", "open"):
        environment = Environment(surroundings=surroundings)
        hata, cost = (
            predict(name, flat_path(5.0), link, environment).loss_db
            for name in ("okumura_hata", "cost231_hata")
        )
        assert hata == pytest.approx(cost, abs=1.5)


@pytest.mark.parametrize(("scenario", "mast_m", "metres", "sight", "published_db"), NS3_TR38901)
def test_tr38901_as_published(
    scenario: str, mast_m: float, metres: float, sight: bool, published_db: float
) -> None:
    link = Link(frequency_ghz=5.0, tx_height_m=mast_m, rx_height_m=1.5)
    environment = Environment(line_of_sight=sight)
    path = flat_path(metres / 1e3)
    loss_db = predict(f"tr38901_{scenario}", path, link, environment).loss_db
    assert loss_db == pytest.approx(published_db, abs=0.05)


def test_tr38901_rma_with_other_houses_and_streets() -> None:
    """110.1615 dB: the first example of MATLAB's nrPathLoss (5G Toolbox)."""
    link = Link(frequency_ghz=3.5, tx_height_m=30.0, rx_height_m=1.5)
    environment = Environment(line_of_sight=True, building_height_m=7.0, street_width_m=25.0)
    loss_db = predict("tr38901_rma", flat_path(2**0.5), link, environment).loss_db
    assert loss_db == pytest.approx(110.1615, abs=1e-4)


def test_the_profile_decides_whether_there_is_line_of_sight() -> None:
    link = Link(frequency_ghz=2.6, tx_height_m=25.0, rx_height_m=1.5)
    path = flat_path(1.0)
    ridge_m = np.where(np.arange(101) == 50, 60.0, 0.0)
    seen, hidden = (
        predict("tr38901_uma", replace(path, terrain_m=m), link) for m in (path.terrain_m, ridge_m)
    )
    assert seen.deviation_db == 4
    assert hidden.deviation_db == 6
    assert hidden.loss_db > seen.loss_db + 20


def test_free_space_by_hand() -> None:
    """92.45 + 20 log f + 20 log d, P.525; written with one decimal in P.1812."""
    link = Link(frequency_ghz=1.0, tx_height_m=10.0, rx_height_m=10.0)
    assert predict("free_space", flat_path(1.0), link).loss_db == pytest.approx(92.4)
    assert predict("free_space", flat_path(10.0), link).loss_db == pytest.approx(112.4)


@pytest.mark.parametrize(
    ("name", "model", "frequency_ghz"),
    [("hata_900", "okumura_hata", 0.935), ("cost231_1800", "cost231_hata", 1.805)],
)
@pytest.mark.parametrize(("mast_m", "length_km"), [(30.0, 1.0), (60.0, 5.0), (150.0, 20.0)])
def test_the_standard_model_can_be_hata(
    name: str, model: str, frequency_ghz: float, mast_m: float, length_km: float
) -> None:
    """K2 = 44.9, K3 = 5.83, K5 = -6.55 are Hata's formula in metres."""
    link = Link(frequency_ghz=frequency_ghz, tx_height_m=mast_m, rx_height_m=1.5)
    path, environment = flat_path(length_km), Environment(surroundings="urban", spm=name)
    spm, original = (predict(each, path, link, environment).loss_db for each in ("spm", model))
    assert spm == pytest.approx(original, abs=0.01)


def test_the_standard_model_takes_ridges_and_drops() -> None:
    link = Link(frequency_ghz=1.8, tx_height_m=40.0, rx_height_m=1.5)
    flat = flat_path(5.0)
    ridge = replace(flat, terrain_m=np.where(np.arange(101) == 50, 80.0, 0.0))
    environment = Environment(spm="hilly_1800")
    smooth, rough = (predict("spm", path, link, environment) for path in (flat, ridge))
    assert rough.terms["diffraction"] > smooth.terms["diffraction"] + 5
    below = replace(flat, terrain_m=np.linspace(120, 20, 101))
    assert effective_height_m(below, link, "spot") == 140
    assert effective_height_m(below, link, "foot") == 40
    assert all(len(each.k) == 7 and each.source for each in read_spm_sets().values())
    with pytest.raises(OutOfRangeError) as refused:
        predict("spm", flat, link, Environment(spm="none"))
    assert refused.value.fault.code == "spm_set_unknown"


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_the_same_signature_and_terms_that_add_up(model: str) -> None:
    mast_m = {"tr38901_uma": 25.0, "tr38901_umi": 10.0}.get(model, 35.0)
    frequency_ghz = {"okumura_hata": 0.9, "spm": 0.93}.get(model, 1.8)
    link = Link(frequency_ghz, mast_m, 1.5, location_percent=90.0)
    prediction = predict(model, hilly_path(3, 2.0, 70), link)
    assert sum(prediction.terms.values()) == pytest.approx(prediction.loss_db)
    assert prediction.model == model
    if model != "free_space":
        assert prediction.deviation_db > 0
        assert prediction.terms["location"] > 0
