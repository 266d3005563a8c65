"""Okumura-Hata: the median loss of macro cells, 150 to 1,500 MHz, 1 to 20 km.

M. Hata, Empirical formula for propagation loss in land mobile radio services, IEEE Transactions
on Vehicular Technology 29(3), 1980, 317-325. The base station's height is the one above the
ground at its foot: Hata's height above the mean ground at 3 to 15 km is the same on flat land.
"""

from math import log10

from coverage_map.propagation.environment import Environment
from coverage_map.propagation.path import Link, Path, Prediction, check_link
from coverage_map.propagation.variability import predict_from_median

MODEL = "okumura_hata"
# Between Hata's two curves for large cities (up to 200 MHz, from 400 MHz) half-way.
_LARGE_CITY_SPLIT_MHZ = 300.0


def mobile_height_gain_db(frequency_mhz: float, rx_height_m: float) -> float:
    """Return a(hm) of a medium or small city, Hata eq. (10)."""
    log_f = log10(frequency_mhz)
    return (1.1 * log_f - 0.7) * rx_height_m - (1.56 * log_f - 0.8)


def large_city_height_gain_db(frequency_mhz: float, rx_height_m: float) -> float:
    """Return a(hm) of a large city, Hata eq. (11), (12)."""
    if frequency_mhz < _LARGE_CITY_SPLIT_MHZ:
        return float(8.29 * log10(1.54 * rx_height_m) ** 2 - 1.1)
    return float(3.2 * log10(11.75 * rx_height_m) ** 2 - 4.97)


def distance_loss_db(distance_km: float, tx_height_m: float) -> float:
    """Return what the distance costs beyond the first kilometre, by the height of the mast."""
    return (44.9 - 6.55 * log10(tx_height_m)) * log10(distance_km)


def suburban_relief_db(frequency_mhz: float) -> float:
    """Return how much less is lost in suburbs than in a small city, Hata eq. (15)."""
    return float(2 * log10(frequency_mhz / 28) ** 2 + 5.4)


def open_relief_db(frequency_mhz: float) -> float:
    """Return how much less is lost in open land than in a small city, Hata eq. (16)."""
    log_f = log10(frequency_mhz)
    return 4.78 * log_f**2 - 18.33 * log_f + 40.94


def predict_okumura_hata(path: Path, link: Link, environment: Environment) -> Prediction:
    """Predict the median loss by Okumura-Hata for ``environment.surroundings``.

    Raises:
        OutOfRangeError: something outside ``ranges.toml``.
    """
    check_link(MODEL, path, link)
    frequency_mhz = link.frequency_ghz * 1e3
    large = environment.surroundings == "metropolitan"
    gain = large_city_height_gain_db if large else mobile_height_gain_db
    relief_db = 0.0
    if environment.surroundings == "suburban":
        relief_db = suburban_relief_db(frequency_mhz)
    elif environment.surroundings == "open":
        relief_db = open_relief_db(frequency_mhz)
    terms = {
        "constant": 69.55 + 26.16 * log10(frequency_mhz),
        "tx_height": -13.82 * log10(link.tx_height_m),
        "rx_height": -gain(frequency_mhz, link.rx_height_m),
        "distance": distance_loss_db(path.length_km, link.tx_height_m),
        "surroundings": -relief_db,
    }
    return predict_from_median(MODEL, terms, path, link, environment)
