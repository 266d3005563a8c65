"""Counted indicators: households on fibre or cable, people on the internet."""

import unicodedata

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.indicators.answers import (
    ANY,
    COVERED,
    GAP,
    UNKNOWN,
    Answer,
    cite,
    no_evidence,
    params_of,
    words,
)
from coverage_map.indicators.claims import Case, dates, records_of, text
from coverage_map.rules import Number
from coverage_map.rules.quarter import last_day

Ints = npt.NDArray[np.int64]


def _whole(values: pd.Series) -> Ints:
    return pd.to_numeric(values).fillna(0).to_numpy(dtype=np.int64)


def _sum(subject: Ints, values: Ints, size: int) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, subject, values)
    return total


def reaches(numerator: Ints, denominator: Ints, per_cent: Number) -> npt.NDArray[np.bool_]:
    """Say where a share reaches a rate in per cent, in whole numbers."""
    rate = per_cent.fraction / 100
    reached: npt.NDArray[np.bool_] = numerator * rate.denominator >= denominator * rate.numerator
    return reached


def _counted(
    state: npt.NDArray[np.int64],
    numerator: Ints,
    denominator: Ints,
    weight: Ints,
    evidence: pd.DataFrame,
) -> Answer:
    """Make an answer of counts; ``weight`` is what is unknown where nobody reported."""
    known = state != UNKNOWN
    reason = words(len(state), "subject_not_reported")
    reason[known] = "share_reported"
    params = params_of(numerator=numerator, denominator=denominator)
    params[~known] = "{}"
    return Answer(
        state=state.astype(np.int8),
        reason=reason,
        params=params,
        numerator=np.where(known, numerator, 0),
        denominator=np.where(known, denominator, 0),
        unknown=np.where(known, 0, weight),
        disputed=np.zeros(len(state), dtype=np.bool_),
        condition=words(len(state), ""),
        evidence=evidence,
    )


def _plain(name: object) -> str:
    return "".join(unicodedata.normalize("NFKC", str(name)).split()).casefold()


def _estates(case: Case, claims: pd.DataFrame) -> Answer:
    size = len(case.subjects)
    estates = claims.groupby(["subject", "estate"])[["households", "reached"]].max().reset_index()
    subject = estates["subject"].to_numpy(dtype=np.int64)
    denominator = _sum(subject, _whole(estates["households"]), size)
    numerator = _sum(subject, _whole(estates["reached"]), size)
    enough = reaches(numerator, denominator, case.test.numbers["subject_per_cent"])
    state = np.select([denominator == 0, enough], [UNKNOWN, COVERED], GAP)
    evidence = cite(claims["subject"], claims)
    return _counted(state, numerator, denominator, case.subjects.households, evidence)


def judge_estate_count(case: Case) -> dict[str, Answer]:
    """Count the households that fibre reaches in the housing estates of each unit.

    An estate that several carriers report (by name within the unit) counts once, with the most
    households and the most on fibre that one of them reports: for "any", a lower bound. A unit
    without estates is unknown with its register households. Estates finished after the quarter
    do not count.
    """
    claims = records_of(case.records, "ftth_community")
    claims["subject"] = case.position_of(text(claims["unit_code"]))
    finished = (dates(claims["built"]) <= last_day(case.quarter)).to_numpy(dtype=bool)
    claims = claims[(claims["subject"] >= 0).to_numpy() & finished].sort_values("record_id")
    claims["estate"] = [_plain(name) for name in claims["name"]]
    claims["households"] = _whole(claims["households"])
    claims["reached"] = np.minimum(_whole(claims["households_fibre"]), claims["households"])
    answers = {
        name: _estates(case, claims[claims["owner"] == name]) for name in case.indicator.operators
    }
    known = claims[claims["owner"].isin(case.indicator.operators)]
    return {**answers, ANY: _estates(case, known)}


def judge_cable_count(case: Case) -> dict[str, Answer]:
    """Count the cable households of each unit that have what ``field`` counts.

    Covered from ``covered_from`` households on. A unit nobody reported is unknown with its
    register households, which its cable households cannot exceed.
    """
    size = len(case.subjects)
    claims = records_of(case.records, "cable_tv")
    claims["subject"] = case.position_of(text(claims["unit_code"]))
    claims = claims[claims["subject"] >= 0].sort_values("record_id")
    subject = claims["subject"].to_numpy(dtype=np.int64)
    households = _whole(claims["households"])
    having = np.minimum(_whole(claims[case.test.word("field")]), households)
    numerator, denominator = _sum(subject, having, size), _sum(subject, households, size)
    reported = np.bincount(subject, minlength=size) > 0
    enough = numerator >= case.test.whole("covered_from")
    state = np.select([~reported, enough], [UNKNOWN, COVERED], GAP)
    weight = case.subjects.households
    return {"": _counted(state, numerator, denominator, weight, cite(subject, claims))}


def _area_of(case: Case, claims: pd.DataFrame) -> Ints:
    """Return the area each record is about: by its code or name, else by its county."""
    areas = case.register.areas
    names = dict(zip(areas["name"], areas["code"], strict=True))
    other = case.register.aliases
    other = other[other["level"] == "county"]
    names = {**dict(zip(other["alias"], other["code"], strict=True)), **names}
    named = text(claims["county_name"]).map(names).fillna("")
    position = np.full(len(claims), -1, dtype=np.int64)
    for codes in (text(claims["given_code"]), named, text(claims["county_code"])):
        found = case.position_of(codes)
        position = np.where(position < 0, found, position)
    return position


def _penetration(claims: pd.DataFrame, size: int, *, add_owners: bool) -> tuple[Ints, Ints, Ints]:
    """Return users, people and how many contradicting reports there are, by subject."""
    claims = claims.drop_duplicates(["subject", "owner", "users", "population"])
    if not add_owners:
        claims = claims.drop_duplicates(["subject", "users", "population"])
    subject = claims["subject"].to_numpy(dtype=np.int64)
    keys = ["subject", "owner"] if add_owners else ["subject"]
    twice = claims[claims.duplicated(keys)]["subject"].to_numpy(dtype=np.int64)
    people = np.zeros(size, dtype=np.int64)
    np.maximum.at(people, subject, _whole(claims["population"]))
    users = _sum(subject, _whole(claims["users"]), size)
    return users, people, np.bincount(twice, minlength=size).astype(np.int64)


def judge_penetration_count(case: Case) -> dict[str, Answer]:
    """Count internet users among the people of each area, by the first method of ``preference``.

    What is counted from subscribers is a proxy: carriers' users are added and the condition says
    "proxy". Two different figures for one area by one method (of one carrier, for a proxy) are
    disputed, and unknown. Records about a township are not about an area.
    """
    size = len(case.subjects)
    claims = records_of(case.records, "internet_penetration")
    claims["subject"] = _area_of(case, claims)
    about = (claims["subject"] >= 0) & (text(claims["township_name"]) == "")
    claims = claims[about].sort_values("record_id")
    method = text(claims["method"])
    users, people, disputes = (np.zeros(size, dtype=np.int64) for _ in range(3))
    chosen, cited = words(size, ""), [no_evidence()]
    for name in case.test.words["preference"]:
        proxy = name in case.test.words["proxies"]
        part = claims[method == name]
        part = part[(chosen[part["subject"].to_numpy(dtype=np.int64)] == "")]
        found = np.unique(part["subject"].to_numpy(dtype=np.int64))
        counts = _penetration(part, size, add_owners=proxy)
        for total, new in zip((users, people, disputes), counts, strict=True):
            total[found] = new[found]
        chosen[found] = name
        cited.append(cite(part["subject"], part))
    enough = reaches(users, people, case.test.numbers["subject_per_cent"])
    disputed = disputes > 0
    state = np.select([disputed | (people == 0), enough], [UNKNOWN, COVERED], GAP)
    answer = _counted(state, users, people, case.subjects.people, pd.concat(cited))
    answer.disputed = disputed
    answer.reason[state != UNKNOWN] = "users_reported"
    answer.reason[disputed] = "contradicting_reports"
    answer.condition[np.isin(chosen.astype(str), case.test.words["proxies"])] = "proxy"
    return {"": answer}
