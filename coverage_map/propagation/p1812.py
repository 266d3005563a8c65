"""ITU-R P.1812-6 (09/2021): path-specific prediction, 30 MHz to 6 GHz, 0.25 to 3,000 km.

The slow reference, to be read beside the Recommendation; one phenomenon a module:

| §          | module                  | what                                            |
| ---------- | ----------------------- | ----------------------------------------------- |
| 3.2        | ``clutter``             | ground and what stands on it                    |
| 3.3, 3.5-7 | ``radio_climate``       | zones, incidence of ducting, Earth radius       |
| 4.2        | ``line_of_sight``       | free space, multipath and focusing              |
| 4.3.1      | ``bullington``          | one knife edge for the profile                  |
| 4.3.2-3    | ``spherical_earth``     | the smooth Earth, first term                    |
| 4.3.4-5    | ``diffraction``         | delta method, share of the time                 |
| 4.4        | ``troposcatter``        |                                                 |
| 4.5        | ``ducting``             | ducting and layer reflection                    |
| 4.6        | ``combination``         | the mechanisms joined                           |
| 4.7-4.9    | ``variability``         | locations; ``building_entry``: behind walls     |
| Att. 1     | ``profile_geometry``    | horizons, smooth Earth, effective heights       |
| Att. 2     | ``inverse_normal``      |                                                 |

Equation numbers are those that the published validation logs print beside each quantity. For
Attachment 1 the logs keep the count of an earlier edition: the source published for edition 6
counts two higher there (its (80) is our (78)). Editions 7 and 8 differ in §4.4 only, as far as
published software shows: see ``troposcatter``.
"""

from dataclasses import dataclass, field
from math import log10

from coverage_map.propagation.clutter import surface_with_clutter_m
from coverage_map.propagation.combination import Combination, combine
from coverage_map.propagation.diffraction import Diffraction, diffraction_loss
from coverage_map.propagation.ducting import Ducting, ducting_loss
from coverage_map.propagation.environment import Environment
from coverage_map.propagation.great_circle import find_latitude_deg
from coverage_map.propagation.line_of_sight import LineOfSight, line_of_sight_loss
from coverage_map.propagation.near_field import p1812_weight, with_inner_point
from coverage_map.propagation.path import Link, Path, Prediction
from coverage_map.propagation.profile_geometry import PathGeometry, analyse_profile
from coverage_map.propagation.radio_climate import RadioClimate, find_climate
from coverage_map.propagation.refusals import (
    PathRefusedError,
    check_between,
    check_range,
    check_ranges,
    read_validity,
)
from coverage_map.propagation.troposcatter import troposcatter_loss_db
from coverage_map.propagation.variability import Variability, location_variability

MODEL = "p1812"


@dataclass(frozen=True)
class P1812Prediction(Prediction):
    """A prediction with every intermediate quantity of the Recommendation.

    ``recommended_db`` is Lb, eq. (69); ``loss_db`` differs from it nearer than 0.25 km only.
    """

    climate: RadioClimate = field(kw_only=True)
    geometry: PathGeometry = field(kw_only=True)
    sight: LineOfSight = field(kw_only=True)
    diffraction: Diffraction = field(kw_only=True)
    troposcatter_db: float = field(kw_only=True)  # [Lbs]
    ducting: Ducting = field(kw_only=True)
    combination: Combination = field(kw_only=True)
    variability: Variability = field(kw_only=True)
    recommended_db: float = field(kw_only=True)  # [Lb]
    field_strength_dbuv_m: float = field(kw_only=True)  # [Ep] for 1 kW e.r.p., eq. (70)


def predict_p1812(path: Path, link: Link, environment: Environment) -> P1812Prediction:
    """Predict the loss not exceeded for a share of time and locations by P.1812-6.

    Nearer than 0.25 km see ``near_field``.

    Raises:
        OutOfRangeError: something outside the Recommendation's ranges (``ranges.toml``).
        PathRefusedError: a path of 0.25 km or more without a point between its ends.
    """
    _check(path, link)
    path = with_inner_point(path) if p1812_weight(path.length_km) < 1 else path
    climate = find_climate(path, environment.delta_n, environment.n0)
    geometry = analyse_profile(path, link, climate.median_radius_km)
    horizons = geometry.horizons
    sight = line_of_sight_loss(
        link.frequency_ghz,
        path.length_km,
        geometry.tx_altitude_m - geometry.rx_altitude_m,
        horizons.tx_distance_km + horizons.rx_distance_km,
        link.time_percent,
        climate.ducting_percent,
    )
    surface_m = surface_with_clutter_m(path)
    diffraction = diffraction_loss(path.distance_km, surface_m, geometry, link, climate)
    troposcatter_db = troposcatter_loss_db(
        link.frequency_ghz,
        path.length_km,
        horizons.path_angle_mrad,
        climate.n0,
        link.time_percent,
    )
    ducting = ducting_loss(geometry, link, climate)
    combination = combine(
        sight,
        diffraction,
        ducting.loss_db,
        troposcatter_db,
        horizons.path_angle_mrad,
        path.length_km,
        link.time_percent,
        climate.ducting_percent,
        climate.sea_share,
    )
    variability = location_variability(path, link, environment)
    added_db = variability.building_db + variability.location_db
    recommended_db = max(sight.time_percent_db, combination.loss_db + added_db)  # (69)
    weight = p1812_weight(path.length_km)
    near_db = max(sight.free_space_db, sight.free_space_db + added_db)
    loss_db = weight * recommended_db + (1 - weight) * near_db
    return P1812Prediction(
        model=MODEL,
        loss_db=loss_db,
        deviation_db=variability.deviation_db,
        terms=_take_apart(sight, combination, variability, recommended_db, loss_db),
        climate=climate,
        geometry=geometry,
        sight=sight,
        diffraction=diffraction,
        troposcatter_db=troposcatter_db,
        ducting=ducting,
        combination=combination,
        variability=variability,
        recommended_db=recommended_db,
        field_strength_dbuv_m=199.36 + 20 * log10(link.frequency_ghz) - recommended_db,  # (70)
    )


def _check(path: Path, link: Link) -> None:
    check_ranges(
        MODEL,
        frequency_ghz=link.frequency_ghz,
        tx_height_m=link.tx_height_m,
        rx_height_m=link.rx_height_m,
        time_percent=link.time_percent,
        location_percent=link.location_percent,
        latitude_deg=path.tx_latitude_deg,
    )
    lowest_km = read_validity()["near_field"].ranges["distance_km"][0]
    highest_km = read_validity()[MODEL].ranges["distance_km"][1]
    check_between(MODEL, "distance_km", path.length_km, (lowest_km, highest_km))
    end_deg = find_latitude_deg(path.tx_latitude_deg, path.azimuth_deg, path.length_km)
    check_range(MODEL, "latitude_deg", end_deg)
    reached = p1812_weight(path.length_km) == 1
    if reached and len(path.distance_km) < 3:  # both ends and one between
        raise PathRefusedError("path_no_inner_point", length_km=path.length_km)


def _take_apart(
    sight: LineOfSight,
    combination: Combination,
    variability: Variability,
    recommended_db: float,
    loss_db: float,
) -> dict[str, float]:
    """Return the loss term by term, each what it adds to those before it."""
    outdoors_db = recommended_db - variability.building_db
    return {
        "free_space": sight.free_space_db,
        "focusing": sight.time_percent_db - sight.free_space_db,
        "diffraction": combination.diffraction_db - sight.time_percent_db,
        "ducting": combination.modified_db - combination.diffraction_db,
        "troposcatter": combination.loss_db - combination.modified_db,
        "location": outdoors_db - combination.loss_db,
        "building": variability.building_db,
        "near_field": loss_db - recommended_db,
    }
