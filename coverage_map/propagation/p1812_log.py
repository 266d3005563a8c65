"""A P.1812 prediction as the rows of the published validation logs.

The logs are written by the implementation that Study Group 3 members publish; three of their
rows mean something else than their label:

- ``Lbulla``, ``Lbulls``, ``Ldsph`` are those of the effective Earth radius for β0, not the median.
- ``Lbd, Eq (43)`` is what eq. (61) made of it: the logging program changes the value in place
  where ducting enhances the path. Eq. (43) itself is the sum of the rows Lb0p and Ldp.
- ``Ep ... w.r.t. Ptx, Gtx, Grx`` is eq. (70) with the station's power instead of 1 kW.
"""

from math import log10

from coverage_map.propagation.p1812 import P1812Prediction

LogRow = tuple[str, str, float]


def log_rows(prediction: P1812Prediction, power_kw: float = 1.0) -> list[LogRow]:
    """Return parameter, equation and value of each derived quantity, in the order of the logs."""
    return [
        *_path_rows(prediction),
        *_height_rows(prediction),
        *_loss_rows(prediction),
        ("Lb (dB)", "Eq (69)", prediction.recommended_db),
        ("Ep (dBuV/m)", "Eq (70)", prediction.field_strength_dbuv_m),
        (
            "Ep (dBuV/m) w.r.t. Ptx, Gtx, Grx",
            "",
            prediction.field_strength_dbuv_m + 10 * log10(power_kw),
        ),
    ]


def _path_rows(prediction: P1812Prediction) -> list[LogRow]:
    geometry, climate = prediction.geometry, prediction.climate
    horizons = geometry.horizons
    return [
        ("d (km)", "", geometry.length_km),
        ("dlt (km)", "Eq (78)", horizons.tx_distance_km),
        ("dlr (km)", "Eq (81a)", horizons.rx_distance_km),
        ("th_t (mrad)", "Eqs (76-78)", horizons.tx_angle_mrad),
        ("th_r (mrad)", "Eqs (79-81)", horizons.rx_angle_mrad),
        ("th (mrad)", "Eq (82)", horizons.path_angle_mrad),
        ("hts (m)", "", geometry.tx_altitude_m),
        ("hrs (m)", "", geometry.rx_altitude_m),
        ("htc (m)", "Table 5", geometry.tx_altitude_m),
        ("hrc (m)", "Table 5", geometry.rx_altitude_m),
        ("w", "Table 5", climate.sea_share),
        ("dtm (km)", "Sec 3.6", climate.longest_land_km),
        ("dlm (km)", "Sec 3.6", climate.longest_inland_km),
        ("phi (deg)", "Eq (4)", climate.centre_latitude_deg),
        ("b0 (%)", "Eq (5)", climate.ducting_percent),
        ("ae (km)", "Eq (7a)", climate.median_radius_km),
    ]


def _height_rows(prediction: P1812Prediction) -> list[LogRow]:
    geometry, smooth = prediction.geometry, prediction.geometry.smooth
    return [
        ("hst (m)", "Eq (85)", smooth.tx_m),
        ("hsr (m)", "Eq (86)", smooth.rx_m),
        ("hst (m)", "Eq (90a)", smooth.tx_ducting_m),
        ("hsr (m)", "Eq (90b)", smooth.rx_ducting_m),
        ("hstd (m)", "Eq (89)", smooth.tx_diffraction_m),
        ("hsrd (m)", "Eq (89)", smooth.rx_diffraction_m),
        ("htc (m)", "Eq (37a)", prediction.diffraction.tx_height_m),
        ("hrc (m)", "Eq (37b)", prediction.diffraction.rx_height_m),
        ("hte (m)", "Eq (92a)", geometry.tx_ducting_height_m),
        ("hre (m)", "Eq (92b)", geometry.rx_ducting_height_m),
        ("hm (m)", "Eq (93)", geometry.roughness_m),
    ]


def _loss_rows(prediction: P1812Prediction) -> list[LogRow]:
    sight, diffraction = prediction.sight, prediction.diffraction
    combination = prediction.combination
    return [
        ("Fi", "Eq (40)", diffraction.time_factor),
        ("Fj", "Eq (57)", combination.angle_factor),
        ("Fk", "Eq (58)", combination.distance_factor),
        ("Lbfs", "Eq (8)", sight.free_space_db),
        ("Lb0p", "Eq (10)", sight.time_percent_db),
        ("Lb0b", "Eq (11)", sight.ducting_percent_db),
        ("Lbulla (dB)", "Eq (21)", diffraction.ducting.actual.loss_db),
        ("Lbulls (dB)", "Eq (21)", diffraction.ducting.smooth.loss_db),
        ("Ldsph (dB)", "Eq (27)", diffraction.ducting.spherical_db),
        ("Ld50 (dB)", "Eq (39)", diffraction.median.loss_db),
        ("Ldb (dB)", "Eq (39)", diffraction.ducting.loss_db),
        ("Ldp (dB)", "Eq (41)", diffraction.loss_db),
        ("Lbd50 (dB)", "Eq (42)", combination.median_diffraction_db),
        ("Lbd (dB)", "Eq (43)", combination.enhanced_diffraction_db),
        ("Lminb0p (dB)", "Eq (59)", combination.sight_minimum_db),
        ("Lba (dB)", "Eq (46)", prediction.ducting.loss_db),
        ("Lminbap (dB)", "Eq (60)", combination.ducting_minimum_db),
        ("Lbda (dB)", "Eq (61)", combination.enhanced_diffraction_db),
        ("Lbam (dB)", "Eq (62)", combination.modified_db),
        ("Lbs (dB)", "Eq (44)", prediction.troposcatter_db),
        ("Lbc (dB)", "Eq (63)", combination.loss_db),
    ]
