"""3GPP TR 38.901 V17.0.0 (2022-03) Table 7.4.1-1: rural macro, urban macro, urban micro cells.

Heights are those above each antenna's own ground, distances in metres as in the table. With
``environment.line_of_sight`` None the profile decides which branch holds. The deviation is the
table's shadow fading.
"""

from dataclasses import dataclass
from math import hypot, log10, pi

from coverage_map.propagation.environment import Environment
from coverage_map.propagation.path import Link, Path, Prediction, check_link
from coverage_map.propagation.refusals import check_range, check_ranges
from coverage_map.propagation.sight import has_line_of_sight
from coverage_map.propagation.variability import predict_from_median

_LIGHT_M_S = 3.0e8  # note 1 of the table
# hE of note 1. Users above 13 m may see another with some probability; this is the likeliest.
_EFFECTIVE_ENVIRONMENT_M = 1.0


@dataclass(frozen=True)
class _Scene:
    flat_m: float  # d2D
    slant_m: float  # d3D
    frequency_ghz: float
    tx_m: float
    rx_m: float

    @property
    def break_point_m(self) -> float:
        """Return d'BP of the urban scenarios, note 1."""
        above_m = (self.tx_m - _EFFECTIVE_ENVIRONMENT_M) * (self.rx_m - _EFFECTIVE_ENVIRONMENT_M)
        return 4 * above_m * self.frequency_ghz * 1e9 / _LIGHT_M_S

    @property
    def frequency_db(self) -> float:
        return 20 * log10(self.frequency_ghz)


def predict_tr38901_rma(path: Path, link: Link, environment: Environment) -> Prediction:
    """Predict the loss of a rural macro cell.

    Raises:
        OutOfRangeError: something outside ``ranges.toml``.
    """
    check_ranges(
        "tr38901_rma",
        building_height_m=environment.building_height_m,
        street_width_m=environment.street_width_m,
    )
    scene = _look("tr38901_rma", path, link)
    sight = _sees(path, link, environment)
    near_m = 2 * pi * scene.tx_m * scene.rx_m * scene.frequency_ghz * 1e9 / _LIGHT_M_S  # note 5
    before = scene.flat_m <= near_m
    loss_db = _rma_sight_db(scene, environment.building_height_m, near_m)
    if sight:
        deviation_db = 4.0 if before else 6.0
    else:
        check_range("tr38901_rma_nlos", "distance_km", path.length_km)
        loss_db = max(loss_db, _rma_blocked_db(scene, environment))
        deviation_db = 8.0
    terms = {"median": loss_db}
    return predict_from_median("tr38901_rma", terms, path, link, environment, deviation_db)


def _rma_sight_db(scene: _Scene, building_m: float, break_point_m: float) -> float:
    built = float(building_m**1.72)

    def first_db(distance_m: float) -> float:  # PL1
        return (
            20 * log10(40 * pi * distance_m * scene.frequency_ghz / 3)
            + min(0.03 * built, 10.0) * log10(distance_m)
            - min(0.044 * built, 14.77)
            + 0.002 * log10(building_m) * distance_m
        )

    if scene.flat_m <= break_point_m:
        return first_db(scene.slant_m)
    return first_db(break_point_m) + 40 * log10(scene.slant_m / break_point_m)  # PL2


def _rma_blocked_db(scene: _Scene, environment: Environment) -> float:
    width_m, building_m = environment.street_width_m, environment.building_height_m
    return float(
        161.04
        - 7.1 * log10(width_m)
        + 7.5 * log10(building_m)
        - (24.37 - 3.7 * (building_m / scene.tx_m) ** 2) * log10(scene.tx_m)
        + (43.42 - 3.1 * log10(scene.tx_m)) * (log10(scene.slant_m) - 3)
        + scene.frequency_db
        - (3.2 * log10(11.75 * scene.rx_m) ** 2 - 4.97)
    )


def predict_tr38901_uma(path: Path, link: Link, environment: Environment) -> Prediction:
    """Predict the loss of an urban macro cell, its mast 25 m high.

    Raises:
        OutOfRangeError: something outside ``ranges.toml``.
    """
    scene = _look("tr38901_uma", path, link)
    loss_db, deviation_db = _urban_sight_db(scene, 28.0, 22.0, 9.0), 4.0
    if not _sees(path, link, environment):
        blocked_db = 13.54 + 39.08 * log10(scene.slant_m) + scene.frequency_db
        loss_db = max(loss_db, blocked_db - 0.6 * (scene.rx_m - 1.5))
        deviation_db = 6.0
    terms = {"median": loss_db}
    return predict_from_median("tr38901_uma", terms, path, link, environment, deviation_db)


def predict_tr38901_umi(path: Path, link: Link, environment: Environment) -> Prediction:
    """Predict the loss of an urban micro cell in a street canyon, its mast 10 m high.

    Raises:
        OutOfRangeError: something outside ``ranges.toml``.
    """
    scene = _look("tr38901_umi", path, link)
    loss_db, deviation_db = _urban_sight_db(scene, 32.4, 21.0, 9.5), 4.0
    if not _sees(path, link, environment):
        blocked_db = 22.4 + 35.3 * log10(scene.slant_m) + 21.3 * log10(scene.frequency_ghz)
        loss_db = max(loss_db, blocked_db - 0.3 * (scene.rx_m - 1.5))
        deviation_db = 7.82
    terms = {"median": loss_db}
    return predict_from_median("tr38901_umi", terms, path, link, environment, deviation_db)


def _urban_sight_db(scene: _Scene, at_one_db: float, slope_db: float, break_db: float) -> float:
    """Return PL1 before and PL2 beyond the break point of UMa or UMi with line of sight."""
    break_point_m = scene.break_point_m
    if scene.flat_m <= break_point_m:
        return at_one_db + slope_db * log10(scene.slant_m) + scene.frequency_db
    corner = break_point_m**2 + (scene.tx_m - scene.rx_m) ** 2
    return at_one_db + 40 * log10(scene.slant_m) + scene.frequency_db - break_db * log10(corner)


def _look(model: str, path: Path, link: Link) -> _Scene:
    check_link(model, path, link)
    flat_m = path.length_km * 1e3
    slant_m = hypot(flat_m, link.tx_height_m - link.rx_height_m)
    return _Scene(flat_m, slant_m, link.frequency_ghz, link.tx_height_m, link.rx_height_m)


def _sees(path: Path, link: Link, environment: Environment) -> bool:
    if environment.line_of_sight is not None:
        return environment.line_of_sight
    return has_line_of_sight(path, link, environment.delta_n)
