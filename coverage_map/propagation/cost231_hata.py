"""COST 231-Hata: Hata's formula carried on to 1,500 to 2,000 MHz, 1 to 20 km.

COST Action 231, Digital mobile radio towards future generation systems, final report (EUR 18957),
1999, §4.4.1. Its two classes are metropolitan centres, and medium-sized cities with suburbs. For
open land ETSI TR 101 362 (GSM 03.30) Annex B takes Hata's relief at these frequencies too.
"""

from math import log10

from coverage_map.propagation.environment import Environment
from coverage_map.propagation.okumura_hata import (
    distance_loss_db,
    mobile_height_gain_db,
    open_relief_db,
)
from coverage_map.propagation.path import Link, Path, Prediction, check_link
from coverage_map.propagation.variability import predict_from_median

MODEL = "cost231_hata"
_METROPOLITAN_DB = 3.0  # Cm, eq. (4.4.3)


def predict_cost231_hata(path: Path, link: Link, environment: Environment) -> Prediction:
    """Predict the median loss by COST 231-Hata for ``environment.surroundings``.

    Raises:
        OutOfRangeError: something outside ``ranges.toml``.
    """
    check_link(MODEL, path, link)
    frequency_mhz = link.frequency_ghz * 1e3
    surroundings_db = 0.0
    if environment.surroundings == "metropolitan":
        surroundings_db = _METROPOLITAN_DB
    elif environment.surroundings == "open":
        surroundings_db = -open_relief_db(frequency_mhz)
    terms = {
        "constant": 46.3 + 33.9 * log10(frequency_mhz),
        "tx_height": -13.82 * log10(link.tx_height_m),
        "rx_height": -mobile_height_gain_db(frequency_mhz, link.rx_height_m),
        "distance": distance_loss_db(path.length_km, link.tx_height_m),
        "surroundings": surroundings_db,
    }
    return predict_from_median(MODEL, terms, path, link, environment)
