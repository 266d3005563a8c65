"""The signal test: predicted signal at every point that a subject is judged by, as verdicts.

A unit is judged at its office, its schools and clinics and its larger settlements, and covered
where all of them are; a settlement or a place at its own point. One weak point makes a gap, else
one that is not known makes it unknown. An operator that told of no such network in the county is
not accused: what would be a gap is unknown.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coverage_map.indicators.answers import (
    ANY,
    Answer,
    Answered,
    cite,
    combine,
    params_of,
    to_evidence,
    to_verdicts,
    words,
    yes_or_no,
)
from coverage_map.indicators.subjects import Subjects, find_subjects
from coverage_map.rules import Indicator
from coverage_map.signal.chance import any_at_nodes, at_quantiles, over_nodes
from coverage_map.signal.mast import LOWEST, NONE
from coverage_map.signal.mosaic import NOBODY
from coverage_map.signal.points import COVERED, GAP, UNKNOWN, Samples, find_states
from coverage_map.signal.roster import Roster
from coverage_map.signal.settings import SignalSettings
from geodata.register import Register
from geodata.terrain.raster import Floats

TEST = "signal"
PREDICTED = "predicted"


@dataclass(frozen=True, eq=False)
class JudgedPoints:
    """Points that subjects are judged by: position of the subject, and lon, lat (EPSG:4490)."""

    subject: NDArray[np.int64]
    lonlat: Floats


def find_points(register: Register, subjects: Subjects, settings: SignalSettings) -> JudgedPoints:
    """List the points at which the signal of subjects is judged, every subject at least once."""
    own = np.arange(len(subjects))
    if subjects.kind != "unit":
        return JudgedPoints(own, subjects.lonlat)
    places, settlements = register.places, register.settlements
    places = places[places["kind"].isin(settings.place_kinds)]
    settlements = settlements[settlements["households"] >= settings.least_households]
    subject, lonlat = [own], [subjects.lonlat]
    for each in (places, settlements):
        owner = pd.Index(subjects.code).get_indexer(pd.Index(each["unit_code"].to_numpy(object)))
        points = gpd.GeoSeries(each.geometry[owner >= 0])
        subject.append(owner[owner >= 0].astype(np.int64))
        lonlat.append(np.column_stack([points.x.to_numpy(), points.y.to_numpy()]))
    return JudgedPoints(np.concatenate(subject), np.concatenate(lonlat))


def judge_signal(
    register: Register,
    indicator: Indicator,
    technologies: Sequence[str],
    points: JudgedPoints,
    samples: Samples,
    told: Mapping[str, AbstractSet[str]],
    roster: Roster,
    settings: SignalSettings,
    *,
    rule_hash: str,
    quarter: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge the indicator's subjects by the signal at their points; verdicts and evidence.

    Args:
        register: as the indicator's subjects are found in it.
        indicator: its operators and what a gap needs.
        technologies: generations that count, one of them is enough.
        points: of ``find_points``.
        samples: the mosaic at those points, in the same order.
        told: by operator the counties in which it, or who builds for it, told of its network.
        roster: of the mosaic.
        settings: of the mosaic.
        rule_hash: put into the verdicts as it is.
        quarter: like 2023Q4, put into the verdicts as it is.

    Returns:
        Frames of ``verdicts.VERDICT`` and ``verdicts.EVIDENCE``. ``probability`` is the chance
        that all of a subject's points are covered; ``low`` and ``high`` are that chance where
        the error shared by all predictions is at its 10 and 90 % point. NaN where unknown.
    """
    subjects = find_subjects(register, indicator)
    states = find_states(samples, roster, settings)
    answers: dict[str, Answer] = {}
    chances: dict[str, Floats] = {}
    for operator in indicator.operators:
        mine = [
            number
            for number, network in enumerate(roster.networks)
            if network.operator == operator and network.technology in technologies
        ]
        known = np.isin(subjects.county_code.astype(str), sorted(told.get(operator, ())))
        at = _at_points(mine, states, samples, roster, settings, technologies)
        answers[operator], chances[operator] = _answer(at, points.subject, known, roster)
    answers[ANY] = combine(indicator, answers)
    missing = np.prod([1 - chance for chance in chances.values()], axis=0)
    chances[ANY] = 1 - missing
    answered = [
        Answered(indicator.name, TEST, operator, subjects, answer)
        for operator, answer in answers.items()
    ]
    verdicts = to_verdicts(
        answered, register_version=register.version, rule_hash=rule_hash, quarter=quarter
    )
    unsure = verdicts["state"] == "unknown"
    low, _, high = np.concatenate([at_quantiles(chances[name]) for name in answers], axis=1)
    mean = np.concatenate([over_nodes(chances[name]) for name in answers])
    for name, values in (("probability", mean), ("low", low), ("high", high)):
        verdicts[name] = pd.Series(values.round(4)).mask(unsure)
    return verdicts, to_evidence(answered).assign(grade=PREDICTED)


@dataclass(frozen=True, eq=False)
class _AtPoints:
    """What one operator gives at each point; ``shortfall`` in tenths of a dB, below 0: none."""

    state: NDArray[np.int8]
    best: NDArray[np.int64]
    usable: NDArray[np.int64]
    server: NDArray[np.int32]
    chance: Floats  # (nodes, points)

    @property
    def shortfall(self) -> NDArray[np.int64]:
        return self.usable - self.best


def _at_points(
    mine: Sequence[int],
    states: NDArray[np.int8],
    samples: Samples,
    roster: Roster,
    settings: SignalSettings,
    technologies: Sequence[str],
) -> _AtPoints:
    """Take of an operator's networks, at each point, the one that misses by least."""
    size = samples.best.shape[1]
    if not mine:
        needed = min(settings.generations[name].usable_dbm for name in technologies)
        nothing = np.zeros((samples.fails.shape[1], size))
        return _AtPoints(
            state=np.full(size, GAP, np.int8),
            best=np.full(size, int(NONE)),
            usable=np.full(size, round(10 * needed)),
            server=np.full(size, NOBODY),
            chance=nothing,
        )
    needed_dbm = [
        settings.generations[roster.networks[number].technology].usable_dbm for number in mine
    ]
    usable = np.rint(10 * np.array(needed_dbm)).astype(np.int64)
    best = samples.best[mine].astype(np.int64)
    lead, columns = (best - usable[:, None]).argmax(axis=0), np.arange(size)
    state = states[mine]
    covered, unknown = (state == COVERED).any(axis=0), (state == UNKNOWN).any(axis=0)
    return _AtPoints(
        state=np.select([covered, unknown], [COVERED, UNKNOWN], GAP).astype(np.int8),
        best=best[lead, columns],
        usable=usable[lead],
        server=samples.server[mine][lead, columns],
        chance=any_at_nodes(samples.fails[mine].sum(axis=0, dtype=np.int64)),
    )


def _answer(
    at: _AtPoints, subject: NDArray[np.int64], told: NDArray[np.bool_], roster: Roster
) -> tuple[Answer, Floats]:
    """Bring the points of each subject together: its state, its weakest point, its chance."""
    size = len(told)
    gap, unknown = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    np.logical_or.at(gap, subject, at.state == GAP)
    np.logical_or.at(unknown, subject, at.state == UNKNOWN)
    state = np.select([gap & told, gap | unknown], [GAP, UNKNOWN], COVERED)
    # The point that decides: of the gaps, else of all, the one that misses by most.
    order = np.lexsort((at.shortfall, at.state == GAP, subject))
    last = np.searchsorted(subject[order], np.arange(size), side="right") - 1
    weakest = order[last]
    best, usable = at.best[weakest], at.usable[weakest]
    reason = words(size, "signal_unknown")
    reason[state == COVERED] = "signal_enough"
    reason[state == GAP] = "signal_weak"
    reason[(state == GAP) & (best < LOWEST)] = "signal_none"
    params = params_of(signal_dbm=best / 10, usable_dbm=usable / 10)
    silent = reason == "signal_none"
    params[silent] = params_of(usable_dbm=usable / 10)[silent]
    params[state == UNKNOWN] = "{}"
    answer = yes_or_no(state, reason, params, _cite(at, subject, state, roster))
    answer.lack = np.maximum(usable - best, 0)
    chance = np.ones((len(at.chance), size))
    for node in range(len(chance)):
        np.multiply.at(chance[node], subject, at.chance[node])
    return answer, chance


def _cite(
    at: _AtPoints, subject: NDArray[np.int64], state: NDArray[np.int64], roster: Roster
) -> pd.DataFrame:
    """Cite the best server of each point of subjects whose state is known, once a subject."""
    cited = np.flatnonzero((at.server != NOBODY) & (state[subject] != UNKNOWN))
    pairs = np.unique(np.column_stack([subject[cited], at.server[cited]]), axis=0)
    cells = [roster.cells[rank] for rank in pairs[:, 1]]
    records = pd.DataFrame(
        {
            "kind": pd.Series(["cell"] * len(cells), dtype="str"),
            "record_id": pd.Series([each.record_id for each in cells], dtype="str"),
            "owner": pd.Series([each.owner for each in cells], dtype="str"),
        }
    )
    return cite(pairs[:, 0], records)


_KEYS = ["subject_kind", "subject_code", "unit_code", "indicator", "operator"]


def list_disagreements(verdicts: pd.DataFrame, other: str = "distance") -> pd.DataFrame:
    """List where the signal test and another both know the answer and give opposite ones.

    One row per subject, indicator and operator: ``<other>_state`` and ``signal_state``, the
    signal's ``probability`` and its reason; those that the signal is surest of come first.
    """
    named = verdicts[verdicts["state"] != "unknown"]
    signal = named.loc[
        named["test"] == TEST, [*_KEYS, "state", "probability", "reason", "reason_params"]
    ]
    others = named.loc[named["test"] == other, [*_KEYS, "state"]]
    both = others.merge(signal, on=_KEYS, suffixes=("_other", "_signal"), validate="1:1")
    apart = both[both["state_other"] != both["state_signal"]]
    apart = apart.rename(columns={"state_other": f"{other}_state", "state_signal": "signal_state"})
    sure = (apart["probability"] - 0.5).abs().fillna(0.0)
    order = apart.assign(sure=-sure).sort_values(["sure", *_KEYS]).index
    return apart.loc[order].reset_index(drop=True)
