"""Every propagation model by name, all with one signature: ``(path, link, environment)``.

What an engine that fills areas needs of a model is written down here:

- **One path.** ``predict(model, path, link, environment)`` returns a ``Prediction``: the loss, its
  terms in the order in which they add up, and the deviation of places around the median.
- **One radial.** All receivers on one bearing share one profile: the path to the k-th point is
  ``path.shortened(k)``, so that latitude and azimuth stay the transmitter's. ``predict_radial``
  does that point by point; it is what a fast engine has to agree with.
- **Arrays.** A radial is five arrays of one length (km, m, m, zone, and the losses that come
  back), scalars for the link, and settings that are the same for a whole mast. Bands and heights
  of one mast differ in ``Link`` only; horizons, smooth Earth and climate do not look at the band.
"""

from collections.abc import Callable, Mapping
from math import nan

import numpy as np

from coverage_map.propagation.cost231_hata import predict_cost231_hata
from coverage_map.propagation.environment import Environment
from coverage_map.propagation.free_space import predict_free_space
from coverage_map.propagation.okumura_hata import predict_okumura_hata
from coverage_map.propagation.p1812 import predict_p1812
from coverage_map.propagation.path import Floats, Link, Path, Prediction
from coverage_map.propagation.refusals import OutOfRangeError
from coverage_map.propagation.spm import predict_spm
from coverage_map.propagation.tr38901 import (
    predict_tr38901_rma,
    predict_tr38901_uma,
    predict_tr38901_umi,
)

Model = Callable[[Path, Link, Environment], Prediction]

MODELS: Mapping[str, Model] = {
    "p1812": predict_p1812,
    "free_space": predict_free_space,
    "okumura_hata": predict_okumura_hata,
    "cost231_hata": predict_cost231_hata,
    "tr38901_rma": predict_tr38901_rma,
    "tr38901_uma": predict_tr38901_uma,
    "tr38901_umi": predict_tr38901_umi,
    "spm": predict_spm,
}


def predict(
    model: str, path: Path, link: Link, environment: Environment | None = None
) -> Prediction:
    """Predict the basic transmission loss of a path by the model of that name.

    Raises:
        OutOfRangeError: no such model, or something outside its range of validity.
        PathRefusedError: a profile that the model cannot use.
    """
    if model not in MODELS:
        raise OutOfRangeError("model_unknown", value=model, known=", ".join(sorted(MODELS)))
    return MODELS[model](path, link, environment or Environment())


def predict_radial(
    model: str, radial: Path, link: Link, environment: Environment | None = None
) -> Floats:
    """Return the loss at each point of a radial, dB; the slow way, one profile after the other.

    Points that lie outside the model's range of distances are not predicted (NaN), and so is the
    mast's own; everything else that is out of range is refused.

    Raises:
        OutOfRangeError: no such model, or something but the distance outside its range.
    """
    losses = np.full(len(radial.distance_km), nan)
    for point in range(1, len(losses)):
        try:
            losses[point] = predict(model, radial.shortened(point + 1), link, environment).loss_db
        except OutOfRangeError as error:
            if error.fault.code != "range_distance_km":
                raise
    return losses
