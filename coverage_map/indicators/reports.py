"""What carriers say themselves: broadband in a settlement, a hotspot at a public place."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.indicators.answers import (
    COVERED,
    GAP,
    UNKNOWN,
    Answer,
    cite,
    params_of,
    words,
    yes_or_no,
)
from coverage_map.indicators.claims import Case, in_service, records_of, reported_in, text

Bools = npt.NDArray[np.bool_]


def _count(subject: npt.NDArray[np.int64], which: Bools, size: int) -> npt.NDArray[np.int64]:
    return np.bincount(subject[which], minlength=size).astype(np.int64)


def _broadband(case: Case, claims: pd.DataFrame) -> Answer:
    """Answer for one operator; ``claims`` are its records about the subjects."""
    size, subject = len(case.subjects), claims["subject"].to_numpy()
    available = claims["available"].astype("boolean")
    offered = available.fillna(False).to_numpy(dtype=bool)
    refused = (~available).fillna(False).to_numpy(dtype=bool)
    speed = pd.to_numeric(claims["speed_mbps"]).to_numpy(dtype=float, na_value=np.nan)
    slow, silent = np.zeros(len(claims), dtype=bool), np.zeros(len(claims), dtype=bool)
    unsure = np.zeros(len(claims), dtype=bool)
    if asked := case.test.numbers.get("speed_mbps"):
        slow = offered & (speed < asked.value)
        unsure = offered & np.isnan(speed)
    if wanted := case.test.words.get("access"):
        access = text(claims["access"])
        silent = offered & (access == "").to_numpy(dtype=bool)
        slow = offered & ~silent & ~access.isin(wanted).to_numpy(dtype=bool)
    yes = offered & ~slow & ~silent
    saying_yes, saying_no = _count(subject, yes, size), _count(subject, refused | slow, size)
    disputed = (saying_yes > 0) & (saying_no > 0)
    state = np.select([disputed, saying_yes > 0, saying_no > 0], [UNKNOWN, COVERED, GAP], UNKNOWN)
    reason = words(size, "subject_not_reported")
    reason[saying_no > 0] = "broadband_denied"
    reason[(saying_no > 0) & (_count(subject, slow, size) > 0)] = (
        "broadband_other_access" if wanted else "broadband_too_slow"
    )
    reason[saying_yes > 0] = "broadband_available"
    reason[disputed] = "contradicting_reports"
    params = words(size, "{}")
    if asked:
        params[:] = params_of(asked_mbps=asked.value)[0]
    answer = yes_or_no(state, reason, params, cite(subject, claims))
    answer.disputed = disputed
    sure = _count(subject, yes & ~unsure, size) > 0
    answer.condition[(state == COVERED) & ~sure] = "speed_unknown"
    return answer


def judge_broadband_report(case: Case) -> dict[str, Answer]:
    """Answer per operator from what it reports about each settlement.

    Available, and at least ``speed_mbps`` where a speed is given (or by one of ``access``):
    covered. Not available, too slow or otherwise connected: a gap. No report: unknown. A carrier
    whose own rows about one settlement contradict each other: unknown, and disputed.
    """
    claims = records_of(case.records, "settlement_broadband")
    claims["subject"] = case.position_of(text(claims["subject_id"]))
    claims = claims[claims["subject"] >= 0].sort_values("record_id")
    return {
        name: _broadband(case, claims[claims["owner"] == name]) for name in case.indicator.operators
    }


def _hotspot(case: Case, hotspots: pd.DataFrame, operator: str) -> Answer:
    size = len(case.subjects)
    own = hotspots[hotspots["owner"] == operator]
    there = own[own["subject"] >= 0]
    subject, alive = there["subject"].to_numpy(), there["alive"].to_numpy(dtype=bool)
    working, listed = _count(subject, alive, size), np.bincount(subject, minlength=size)
    reported = case.has_reported(reported_in(own, operator)) | (listed > 0)
    state = np.select([working > 0, reported], [COVERED, GAP], UNKNOWN)
    reason = words(size, "not_reported")
    reason[reported] = "hotspot_none"
    reason[listed > 0] = "hotspot_out_of_service"
    reason[working > 0] = "hotspot_in_service"
    return yes_or_no(state, reason, params_of(count=working), cite(subject, there))


def judge_hotspot_report(case: Case) -> dict[str, Answer]:
    """Answer per operator whether a hotspot in service is reported at the place.

    None there, from an operator that has reported hotspots in the county: a gap.
    """
    hotspots = records_of(case.records, "wlan_hotspot").sort_values("record_id")
    hotspots["alive"] = in_service(hotspots, case.quarter)
    hotspots["subject"] = case.position_of(text(hotspots["subject_id"]))
    return {name: _hotspot(case, hotspots, name) for name in case.indicator.operators}
