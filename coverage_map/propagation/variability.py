"""How losses differ from place to place within a pixel, and behind walls (P.1812 §4.7-§4.9)."""

from dataclasses import dataclass
from math import hypot

from coverage_map.propagation.building_entry import building_deviation_db, building_entry_loss_db
from coverage_map.propagation.environment import Environment
from coverage_map.propagation.inverse_normal import inverse_normal
from coverage_map.propagation.path import Link, Path, Prediction, Zone


@dataclass(frozen=True)
class Variability:
    """Location variability; symbols of the Recommendation in brackets."""

    building_db: float  # [Lloc] 0 outdoors, eq. (67a)
    deviation_db: float  # [σloc]
    location_db: float  # what the share of locations adds to the median


def pixel_deviation_db(frequency_ghz: float, resolution_m: float) -> float:
    """Return σL, the deviation of losses at street level within a square pixel, §4.7.

    Eq. (66) of edition 5, whose 0.0024 is a misprint for 0.024.
    """
    return float((0.52 + 0.024 * frequency_ghz) * resolution_m**0.28)


def height_factor(height_m: float, clutter_m: float) -> float:
    """Return u(h): 1 among the clutter, falling to 0 at ten metres above it, §4.7."""
    return min(max(1 - (height_m - clutter_m) / 10, 0.0), 1.0)


def location_variability(
    path: Path, link: Link, environment: Environment, model_deviation_db: float | None = None
) -> Variability:
    """Return what location and building add to the median loss outdoors, §4.7-§4.9.

    The deviation is the environment's where it gives one, else the model's, else §4.7. At sea
    there is none. Inside a building its own deviation is added as independent of the pixel's.
    """
    deviation_db = environment.location_deviation_db
    if deviation_db is None:
        deviation_db = model_deviation_db
    if deviation_db is None:
        factor = height_factor(link.rx_height_m, float(path.clutter_m[-1]))
        deviation_db = factor * pixel_deviation_db(link.frequency_ghz, environment.resolution_m)
    if path.zone[-1] == Zone.SEA:
        deviation_db = 0.0
    building_db = 0.0
    if environment.building is not None:
        building_db = building_entry_loss_db(link.frequency_ghz, environment.building)
        spread_db = building_deviation_db(link.frequency_ghz, environment.building)
        deviation_db = hypot(deviation_db, spread_db)
    location_db = -inverse_normal(link.location_percent / 100) * deviation_db
    return Variability(building_db, deviation_db, location_db)


def predict_from_median(
    model: str,
    terms: dict[str, float],
    path: Path,
    link: Link,
    environment: Environment,
    model_deviation_db: float | None = None,
) -> Prediction:
    """Return the prediction of a model that gives a median outdoors, as the sum of its terms."""
    variability = location_variability(path, link, environment, model_deviation_db)
    everything = {
        **terms,
        "location": variability.location_db,
        "building": variability.building_db,
    }
    return Prediction(model, sum(everything.values()), variability.deviation_db, everything)
