"""Answers of one test for one operator, how "any" operator follows from them, and their frames."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.indicators.subjects import Subjects
from coverage_map.rules import Indicator
from coverage_map.verdicts import EVIDENCE, STATES, VERDICT, shape

COVERED, GAP, UNKNOWN = range(3)
ANY = "any"
# The row that counts how many operators serve a subject, 0 to all of them.
OPERATORS_TEST = "operators"
CLAIMED = "claimed"
# More than any distance on earth in metres.
FAR = int(np.iinfo(np.int32).max)

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

# Evidence of an answer: subject is its position among the subjects.
CITED = ("subject", "kind", "record_id", "owner", "distance_m")


def no_evidence() -> pd.DataFrame:
    """Make an empty table of evidence."""
    return pd.DataFrame(
        {
            "subject": pd.Series(dtype="int64"),
            "kind": pd.Series(dtype="str"),
            "record_id": pd.Series(dtype="str"),
            "owner": pd.Series(dtype="str"),
            "distance_m": pd.Series(dtype="Int64"),
        }
    )


def cite(
    subject: npt.ArrayLike, records: pd.DataFrame, distance_m: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Cite records (kind, record_id, owner), row by row, as evidence about subjects."""
    evidence = records[["kind", "record_id", "owner"]].reset_index(drop=True)
    evidence.insert(0, "subject", np.asarray(subject, dtype=np.int64))
    if distance_m is None:
        return evidence.assign(distance_m=pd.Series(pd.NA, index=evidence.index, dtype="Int64"))
    metres = pd.Series(np.asarray(distance_m, dtype=np.int64), dtype="Int64")
    return evidence.assign(distance_m=metres)


@dataclass
class Answer:
    """What one test says of every subject, in their order, for one operator.

    numerator and denominator count what is known, in the indicator's unit of account; unknown
    counts what nobody reported on. The denominator holds no unknown. lack says how much a gap
    misses by, smaller being less, in a measure that the operators of one test share; None where
    the test measures nothing.
    """

    state: npt.NDArray[np.int8]
    reason: Words
    params: Words
    numerator: Ints
    denominator: Ints
    unknown: Ints
    disputed: Bools
    condition: Words
    evidence: pd.DataFrame = field(default_factory=no_evidence)
    lack: Ints | None = None


def yes_or_no(state: npt.ArrayLike, reason: Words, params: Words, evidence: pd.DataFrame) -> Answer:
    """Make an answer about subjects that count one each."""
    states = np.asarray(state, dtype=np.int8)
    known = states != UNKNOWN
    return Answer(
        state=states,
        reason=reason,
        params=params,
        numerator=(states == COVERED).astype(np.int64),
        denominator=known.astype(np.int64),
        unknown=(~known).astype(np.int64),
        disputed=np.zeros(len(states), dtype=np.bool_),
        condition=words(len(states), ""),
        evidence=evidence,
    )


def words(count: int, word: str) -> Words:
    """Repeat a word, to be changed in places."""
    return np.full(count, word, dtype=object)


def params_of(**columns: npt.ArrayLike | str | int) -> Words:
    """Make one JSON object a row out of columns of numbers; single values go into every row."""
    rows = np.broadcast_arrays(*(np.asarray(value, dtype=object) for value in columns.values()))
    form = "{" + ",".join(f"{json.dumps(name)}:%s" for name in columns) + "}"
    texts = [form % row for row in zip(*(part.ravel() for part in rows), strict=True)]
    return np.array(texts, dtype=object)


def combine(indicator: Indicator, answers: Mapping[str, Answer]) -> Answer:
    """Answer for "any" operator of a yes-or-no test.

    Covered when some operator covers. A gap, by the indicator's ``gap_needs``: when every
    operator that runs such a network is known not to cover, or when all that are known do not.
    Otherwise unknown. Disputed where only disputed answers could decide. A condition holds where
    it holds for every operator that covers. Evidence is that of the operators of the same state.
    A gap's reason tells of the operator that misses by least, where the test measures that.
    """
    states = np.stack([answer.state for answer in answers.values()])
    covering = (states == COVERED).sum(axis=0)
    denying = (states == GAP).sum(axis=0)
    enough = len(answers) if indicator.gap_needs == "every operator" else 1
    silent = len(answers) - covering - denying
    denied = (denying >= enough) & (denying + silent == len(answers))
    state = np.select([covering > 0, denied], [COVERED, GAP], UNKNOWN)
    reason = np.select(
        [state == COVERED, state == GAP, silent == len(answers)],
        np.array(["operators_serve", "no_operator_serves", "not_reported"], dtype=object),
        "not_all_reported",
    ).astype(object)
    params = params_of(count=covering, known=covering + denying, operators=len(answers))
    _tell_of_the_best(answers, np.flatnonzero(state == GAP), reason, params)
    cited = [
        answer.evidence[(answer.state == state)[answer.evidence["subject"].to_numpy()]]
        for answer in answers.values()
    ]
    # A shared cell is evidence for several operators, and for "any" once.
    evidence = pd.concat([no_evidence(), *cited]).drop_duplicates(["subject", "record_id"])
    result = yes_or_no(state, reason, params, evidence)
    disputed = np.stack([answer.disputed for answer in answers.values()]).any(axis=0)
    result.disputed = disputed & (state != COVERED)
    result.condition = _shared_condition(list(answers.values()), state)
    return result


def _tell_of_the_best(
    answers: Mapping[str, Answer], gaps: Ints, reason: Words, params: Words
) -> None:
    """Put into the reasons of gaps which operator misses by least and what its own reason is.

    The reason becomes ``no_operator_<that operator's reason>``; the parameters are joined.
    """
    measured = [answer.lack for answer in answers.values() if answer.lack is not None]
    if len(measured) < len(answers) or not measured:
        return
    denied = np.stack([answer.state == GAP for answer in answers.values()])
    lack = np.where(denied, np.stack(measured), np.iinfo(np.int64).max)
    best = lack.argmin(axis=0)
    for position, (operator, answer) in enumerate(answers.items()):
        rows = gaps[best[gaps] == position]
        reason[rows] = [f"no_operator_{own}" for own in answer.reason[rows]]
        params[rows] = [
            json.dumps({**json.loads(shared), "operator": operator, **json.loads(own)})
            for shared, own in zip(params[rows], answer.params[rows], strict=True)
        ]


def _shared_condition(answers: Sequence[Answer], state: npt.NDArray[np.int8]) -> Words:
    """Return the condition that all answers of the combined state have, "" where they differ."""
    shared = words(len(state), "")
    seen = np.zeros(len(state), dtype=np.bool_)
    for answer in answers:
        same = answer.state == state
        differs = same & seen & (shared != answer.condition)
        first = same & ~seen
        shared[first] = answer.condition[first]
        shared[differs] = ""
        seen |= same
    return shared


def count_operators(answers: Mapping[str, Answer], combined: Answer) -> Answer:
    """Count the operators that serve each subject: numerator of those known, and the unknown.

    The state is that of "any"; sums over subjects count pairs of subject and operator.
    """
    states = np.stack([answer.state for answer in answers.values()])
    covering = (states == COVERED).sum(axis=0).astype(np.int64)
    known = (states != UNKNOWN).sum(axis=0).astype(np.int64)
    return Answer(
        state=combined.state,
        reason=words(len(covering), "operators_counted"),
        params=params_of(count=covering, known=known, operators=len(answers)),
        numerator=covering,
        denominator=known,
        unknown=len(answers) - known,
        disputed=combined.disputed,
        condition=words(len(covering), ""),
    )


@dataclass(frozen=True)
class Answered:
    """An answer with what it answers."""

    indicator: str
    test: str
    operator: str
    subjects: Subjects
    answer: Answer


def _repeat(values: Sequence[str], counts: Sequence[int]) -> pd.Series:
    return pd.Series(np.repeat(np.array(values, dtype=object), counts), dtype="str")


def _join(parts: Sequence[Words]) -> pd.Series:
    return pd.Series(np.concatenate([np.empty(0, dtype=object), *parts]), dtype="str")


def to_verdicts(
    answered: Sequence[Answered], *, register_version: str, rule_hash: str, quarter: str
) -> pd.DataFrame:
    """Lay answers out as a frame of ``VERDICT``."""
    counts = [len(item.subjects) for item in answered]
    state = np.concatenate([np.empty(0, np.int8), *(item.answer.state for item in answered)])

    def numbers(name: str) -> Ints:
        parts = [getattr(item.answer, name) for item in answered]
        return np.concatenate([np.empty(0, np.int64), *parts])

    frame = pd.DataFrame(
        {
            "subject_kind": _repeat([item.subjects.kind for item in answered], counts),
            "subject_code": _join([item.subjects.code for item in answered]),
            "unit_code": _join([item.subjects.unit_code for item in answered]),
            "register_version": register_version,
            "indicator": _repeat([item.indicator for item in answered], counts),
            "test": _repeat([item.test for item in answered], counts),
            "operator": _repeat([item.operator for item in answered], counts),
            "state": pd.Series(np.array(STATES, dtype=object)[state.astype(int)], dtype="str"),
            "condition": _join([item.answer.condition for item in answered]),
            "disputed": numbers("disputed").astype(np.bool_),
            "numerator": numbers("numerator"),
            "denominator": numbers("denominator"),
            "unknown": numbers("unknown"),
            "probability": np.nan,
            "low": np.nan,
            "high": np.nan,
            "reason": _join([item.answer.reason for item in answered]),
            "reason_params": _join([item.answer.params for item in answered]),
            "rule_hash": rule_hash,
            "quarter": quarter,
        }
    )
    return shape(frame, VERDICT)


def to_evidence(answered: Sequence[Answered]) -> pd.DataFrame:
    """Lay the evidence of answers out as a frame of ``EVIDENCE``; a record is cited once each."""
    parts = [item.answer.evidence for item in answered]
    counts = [len(part) for part in parts]
    cited = pd.concat([no_evidence(), *parts], ignore_index=True)
    codes = [
        item.subjects.code[part["subject"].to_numpy()]
        for item, part in zip(answered, parts, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "subject_kind": _repeat([item.subjects.kind for item in answered], counts),
            "subject_code": _join(codes),
            "indicator": _repeat([item.indicator for item in answered], counts),
            "test": _repeat([item.test for item in answered], counts),
            "operator": _repeat([item.operator for item in answered], counts),
            "record_id": cited["record_id"],
            "kind": cited["kind"],
            "owner": cited["owner"],
            "grade": CLAIMED,
            "distance_m": cited["distance_m"],
        }
    )
    return shape(frame, EVIDENCE)
