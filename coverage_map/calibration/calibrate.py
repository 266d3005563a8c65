"""From measured bins to what corrects the model, each part kept only if held-out errors shrink."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm

from coverage_map.calibration.blocks import Ints, deal_folds, number_blocks
from coverage_map.calibration.field import (
    Correlation,
    Field,
    choose_blocks,
    clip,
    fit_correlation,
    interpolate,
    is_dense,
)
from coverage_map.calibration.robust import Floats
from coverage_map.calibration.settings import settings
from coverage_map.calibration.terms import GROUP, correct, fit_terms

COLUMNS = [*GROUP, "x_m", "y_m", "distance_km", "signal_dbm", "predicted_dbm"]


@dataclass(frozen=True)
class Calibration:
    """What corrects predictions.

    ``terms``: one row a group that is corrected or interpolated: form (none, offset, slope), the
    columns of ``fit_terms`` and deviation_db, the rms of held-out errors. ``fields`` and
    ``scales`` by (operator, band): what is interpolated, and what stated deviations are multiplied
    by to hold. ``errors``: held-out errors before and after (see ``error_table``).
    """

    terms: pd.DataFrame
    fields: Mapping[tuple[str, str], Field] = field(default_factory=dict)
    scales: Mapping[tuple[str, str], float] = field(default_factory=dict)
    errors: pd.DataFrame = field(default_factory=pd.DataFrame)


def calibrate(bins: pd.DataFrame) -> Calibration | None:
    """Calibrate a model by bins of outdoor measurements; see ``COLUMNS``.

    Positions are in one metric CRS, ``predicted_dbm`` is the model's median at the bin for the
    cell that was measured, ``distance_km`` that to its mast. The order of rows does not matter.
    None where nothing was measured or too little to hold any of it out.
    """
    fine = bins[COLUMNS].replace([np.inf, -np.inf], np.nan).dropna()
    fine = fine[fine["distance_km"] > 0].sort_values(COLUMNS, ignore_index=True)
    fine = fine.assign(residual_db=fine["signal_dbm"] - fine["predicted_dbm"])
    enough = (
        fine.groupby(GROUP)["residual_db"].transform("size") >= settings()["groups"]["least_bins"]
    )
    fine = fine[enough].reset_index(drop=True)
    parts = [_calibrate_network(part) for _, part in fine.groupby(GROUP[:2])]
    done = [part for part in parts if part is not None]
    if not done:
        return None
    return Calibration(
        pd.concat([part.terms for part in done], ignore_index=True),
        {key: value for part in done for key, value in part.fields.items()},
        {key: value for part in done for key, value in part.scales.items()},
        pd.concat([part.errors for part in done], ignore_index=True),
    )


def _calibrate_network(bins: pd.DataFrame) -> Calibration | None:
    """Calibrate one network's band."""
    rules = settings()["blocks"]
    bins = bins.reset_index(drop=True)
    key = (str(bins["operator"].iloc[0]), str(bins["band"].iloc[0]))
    x, y = bins["x_m"].to_numpy(float), bins["y_m"].to_numpy(float)
    away = number_blocks(x, y, rules["away_m"])
    if int(away.max()) + 1 < rules["least"]:
        return None
    folds = deal_folds(away, rules["folds"])
    forms, held_out = _choose_forms(bins, folds)
    terms = _take(bins, forms)
    before = bins["residual_db"].to_numpy(float)
    added, added_sd = correct(terms, bins)
    after = before - held_out
    terms["deviation_db"] = _rms_by_group(bins, after).reindex(_keys(terms)).to_numpy()
    near = deal_folds(number_blocks(x, y, rules["near_m"]), rules["folds"])
    found = _fit_field(bins, before - added)
    fields, scales, errors = {}, {}, [error_table(bins, before, after, "away")]
    if found is not None:
        some = choose_blocks(found.points_m, settings()["field"]["judge_bins"])
        close, close_sd = _hold_out(found, near, some)
        far, far_sd = _hold_out(Field(found.points_m, after, found.correlation), folds, some)
        left = found.residual_db[some] - close
        if _rms(left) < _rms(found.residual_db[some]):
            fields[key] = found
            stated = np.hypot(np.concatenate([close_sd, far_sd]), np.tile(added_sd[some], 2))
            scales[key] = _scale(np.concatenate([left, after[some] - far]), stated)
            rest = (before - added)[some] - close
            errors.append(error_table(bins.iloc[some], before[some], rest, "near"))
    corrected = terms["form"] != "none"
    terms = terms[corrected | (key in fields)].reset_index(drop=True)
    return Calibration(terms, fields, scales, pd.concat(errors, ignore_index=True))


def _keys(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[GROUP])


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _rms_by_group(bins: pd.DataFrame, errors: Floats) -> pd.Series:
    squares = bins[GROUP].assign(square=np.square(errors)).groupby(GROUP)["square"].mean()
    return pd.Series(np.sqrt(squares))


def _choose_forms(bins: pd.DataFrame, folds: Ints) -> tuple[pd.Series, Floats]:
    """Choose each group's form by its held-out errors; return also the held-out corrections.

    What does not make the error smaller is not applied.
    """
    residual = bins["residual_db"].to_numpy(float)
    options = {
        "none": np.zeros(len(bins)),
        "offset": np.zeros(len(bins)),
        "slope": np.zeros(len(bins)),
    }
    for fold in np.unique(folds):
        out = folds == fold
        for form in ("offset", "slope"):
            terms = fit_terms(bins[~out], sloped=form == "slope")
            options[form][out] = correct(terms, bins[out])[0]
    errors = pd.DataFrame({name: _rms_by_group(bins, residual - v) for name, v in options.items()})
    # The simplest of equals counts: the first.
    forms = errors.idxmin(axis=1)
    own = forms.reindex(_keys(bins)).to_numpy()
    held_out = np.select([own == name for name in options], list(options.values()))
    return forms, held_out


def _take(bins: pd.DataFrame, forms: pd.Series) -> pd.DataFrame:
    """Return every group's terms in the form chosen; form none has an offset of 0."""
    both = {name: fit_terms(bins, sloped=name == "slope") for name in ("offset", "slope")}
    chosen = forms.reindex(_keys(both["offset"])).to_numpy()
    terms = both["offset"].where(pd.Series(chosen != "slope"), both["slope"]).assign(form=chosen)
    nothing = terms["form"] == "none"
    for name in ("offset_db", "offset_sd_db", "slope_db"):
        terms[name] = terms[name].astype(float).mask(nothing, 0.0)
    return terms


def _fit_field(bins: pd.DataFrame, residual: Floats) -> Field | None:
    """Fit what is left between the bins, where they are many and near enough."""
    if len(bins) < settings()["field"]["least_bins"]:
        return None
    points = bins[["x_m", "y_m"]].to_numpy(float)
    law: Correlation = fit_correlation(points, residual)
    return Field(points, clip(residual), law) if is_dense(points, law) else None


def _hold_out(whole: Field, folds: Ints, some: Ints) -> tuple[Floats, Floats]:
    """Interpolate some bins of each fold from the other folds; the correlation is that of all."""
    mean, deviation = np.zeros(len(some)), np.zeros(len(some))
    for fold in np.unique(folds):
        out = folds == fold
        rest = Field(whole.points_m[~out], whole.residual_db[~out], whole.correlation)
        mean[out[some]], deviation[out[some]], _ = interpolate(
            rest, whole.points_m[some[out[some]]]
        )
    return mean, deviation


def _scale(errors: Floats, stated: Floats) -> float:
    """Return what makes the stated interval hold on errors that were held out.

    The quantile of held-out scores takes the normal one's place (as CV+ does: R. F. Barber et al.,
    Predictive inference with the jackknife+, Ann. Statist. 49, 2021).
    """
    rules = settings()["interval"]
    share = rules["percent"] / 100
    score = float(np.quantile(np.abs(errors) / stated, share))
    return float(np.clip(score / norm.ppf(0.5 + share / 2), *rules["scale"]))


def error_table(bins: pd.DataFrame, before: Floats, after: Floats, held_out: str) -> pd.DataFrame:
    """Return mean, standard deviation and rms of held-out errors (measured − stated) by group.

    ``held_out``: away (blocks of a kilometre) or near (blocks of a hundred metres).
    """
    rows = bins[GROUP].assign(before=before, after=after)
    table = rows.groupby(GROUP, as_index=False).agg(
        bins=("before", "size"),
        mean_before_db=("before", "mean"),
        mean_after_db=("after", "mean"),
        sd_before_db=("before", lambda each: each.std(ddof=0)),
        sd_after_db=("after", lambda each: each.std(ddof=0)),
        rms_before_db=("before", lambda each: _rms(each.to_numpy())),
        rms_after_db=("after", lambda each: _rms(each.to_numpy())),
    )
    return table.assign(held_out=held_out)
