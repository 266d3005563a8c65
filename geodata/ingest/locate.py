"""Find out in which coordinate system positions are given: every hypothesis scored by evidence.

Evidence is how many rows fall into the county or township that they name themselves. Modelled
outlines decide nothing. The rule, with its numbers, is in ``settings.toml``; what it cannot decide
is asked, and what a file declares is believed only while no evidence speaks against it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from geodata.crs import CGCS2000, CrsRefusedError, read_crs
from geodata.errors import Fault, Place, Severity
from geodata.ingest.hypotheses import (
    GEOGRAPHIC,
    Bools,
    Hypothesis,
    Positions,
    can_be,
    paired_system,
    try_all,
)
from geodata.ingest.report import CrsChoice, CrsScore, DecidedBy, Question
from geodata.ingest.settings import settings, word


@dataclass(frozen=True)
class Evidence:
    """What the choice goes by; ``paired`` is the system that a second pair of columns proves."""

    possible: tuple[Hypothesis, ...]
    scores: tuple[CrsScore, ...]
    claimed: str
    chosen_by_nobody: bool
    paired: str
    place: Place


@dataclass(frozen=True)
class Located:
    """The choice, with what is to be said and asked about it."""

    choice: CrsChoice
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()


def locate(positions: Positions, claim: str, answer: str, place: Place) -> Located:
    """Choose the system of positions; the answer of a person goes before everything.

    ``claim`` is what the file declares (a code, WKT, or nothing).
    """
    known = np.isfinite(positions.x) & np.isfinite(positions.y)
    if not known.any():
        return Located(CrsChoice(claimed=""))
    faults: list[Fault] = []
    claimed = ""
    if claim:
        try:
            claimed = read_crs(claim)
        except CrsRefusedError as refusal:
            fault = refusal.fault
            refused = fault.code == "crs_refused" and not answer
            severity: Severity = "error" if refused else "warning"
            faults.append(Fault(fault.code, place, fault.params, severity))
            if refused:
                choice = CrsChoice(claimed=str(fault.params["claim"]))
                return Located(choice, tuple(faults))
    chosen_by_nobody = claimed in settings()["crs"]["rule"]["unchosen"]
    tried = try_all(positions, known, {_taken_as(claimed), answer} - {""})
    rule = settings()["crs"]["rule"]
    possible = [h for h in tried if h.near.sum() >= rule["possible_share"] * known.sum()]
    scores = tuple(_score(h, positions, known) for h in possible)
    if answer:
        return _take_answer(answer, claimed, scores, place, faults)
    if not possible:
        return _none_fits(positions, known, claimed, place, faults)
    evidence = Evidence(
        tuple(possible), scores, claimed, chosen_by_nobody, paired_system(positions), place
    )
    return _decide(evidence, faults)


def _taken_as(crs: str) -> str:
    """Return the system that stands for one: CGCS2000 for WGS 84, which is within a metre."""
    return CGCS2000 if crs == "EPSG:4326" else crs


def _axes(crs: str, place: Place) -> Fault:
    """Say that x and y stand the other way round; in the plane that is the surveyors' custom."""
    if crs in GEOGRAPHIC:
        return Fault("axes_swapped", place, {"crs": crs}, "note")
    return Fault("axes_surveying", place, {"crs": crs}, "note")


def _score(hypothesis: Hypothesis, positions: Positions, known: Bools) -> CrsScore:
    telling = known & (positions.area >= 0)
    rows = int(telling.sum())
    inside = int((hypothesis.inside & telling).sum())
    share = inside / rows if rows else float(hypothesis.near.sum() / known.sum())
    return CrsScore(hypothesis.crs, inside, rows, round(share, 4), hypothesis.swapped)


def _take_answer(
    answer: str, claimed: str, scores: tuple[CrsScore, ...], place: Place, faults: list[Fault]
) -> Located:
    """Take a person's answer; which way round the axes stand is still seen from the rows."""
    name = _taken_as(read_crs(answer))
    fitting = [score for score in scores if score.crs == name]
    swapped = bool(fitting) and max(fitting, key=lambda score: score.inside).swapped
    if swapped:
        faults.append(_axes(name, place))
    choice = CrsChoice(name, "answer", _sorted(scores), claimed, swapped)
    return Located(choice, tuple(faults))


def _none_fits(
    positions: Positions, known: Bools, claimed: str, place: Place, faults: list[Fault]
) -> Located:
    """Say that no system brings the rows near the area.

    Degrees, and numbers of the size that the file's own system has, are taken as they are: each
    row is then said to lie outside. Other numbers are no positions at all.
    """
    x, y = positions.x, positions.y
    system = _taken_as(claimed) or CGCS2000
    params = {"x": float(x[known][0]), "y": float(y[known][0])}
    for crs in dict.fromkeys((system, CGCS2000)):
        if (known & can_be(crs, x, y)).sum() * 2 > known.sum():
            faults.append(Fault("crs_far", place, params, "warning"))
            return Located(CrsChoice(crs, "none", (), claimed), tuple(faults))
    faults.append(Fault("crs_fits_none", place, params))
    return Located(CrsChoice(claimed=claimed), tuple(faults))


def _sorted(scores: tuple[CrsScore, ...]) -> tuple[CrsScore, ...]:
    return tuple(sorted(scores, key=lambda score: -score.inside))


def _lead(one: Hypothesis, other: Hypothesis) -> tuple[int, int]:
    """Count the rows in the area they name under one hypothesis alone, and under the other."""
    return int((one.inside & ~other.inside).sum()), int((other.inside & ~one.inside).sum())


def _is_sure(best: Hypothesis, others: list[Hypothesis], score: CrsScore) -> bool:
    """Say whether one hypothesis beats all others by more than chance (sign test)."""
    rule = settings()["crs"]["rule"]
    if score.rows < rule["least_rows"] or score.share < rule["least_share"]:
        return False
    return all(_lead_luck(*_lead(best, other)) <= rule["chance"] for other in others)


def _decide(evidence: Evidence, faults: list[Fault]) -> Located:
    """Choose by evidence, by range or by the file's word; ask where they leave it open."""
    claimed, place = evidence.claimed, evidence.place
    chosen, decided = _choose(evidence)
    ordered = _sorted(evidence.scores)
    if chosen is None:
        if claimed:
            faults.append(Fault("crs_doubted", place, {"claimed": claimed}, "warning"))
        options = tuple(dict.fromkeys(score.crs for score in ordered))
        question = Question("crs", options, {"claimed": claimed})
        return Located(CrsChoice("", "none", ordered, claimed), tuple(faults), (question,))
    if claimed and chosen.crs != _taken_as(claimed):
        params = {"claimed": claimed, "chosen": chosen.crs}
        faults.append(Fault("crs_contradicted", place, params, "warning"))
    if chosen.swapped:
        faults.append(_axes(chosen.crs, place))
    choice = CrsChoice(chosen.crs, decided, ordered, claimed, chosen.swapped)
    return Located(choice, tuple(faults))


def _choose(evidence: Evidence) -> tuple[Hypothesis | None, DecidedBy]:
    possible = evidence.possible
    if len(possible) == 1:
        return possible[0], "range"
    best = int(np.argmax([score.inside for score in evidence.scores]))
    rivals = [h for h in possible if h.name != possible[best].name]
    if _is_sure(possible[best], rivals, evidence.scores[best]):
        return possible[best], "evidence"
    paired = next((h for h in possible if h.crs == evidence.paired and not h.swapped), None)
    if paired is not None and not _is_doubted(paired, possible):
        return paired, "evidence"
    said = [h for h in possible if h.crs == _taken_as(evidence.claimed)]
    if said and not _is_doubted(said[0], possible):
        rivals = [h for h in possible if h.name != said[0].name]
        if not evidence.chosen_by_nobody or _is_supported(said[0], rivals):
            return said[0], "file"
    return None, "none"


def _lead_luck(wins: int, losses: int) -> float:
    """Return the chance of such a lead, or a greater one, under a fair coin."""
    return float(binom.sf(wins - 1, wins + losses, 0.5))


def _is_doubted(said: Hypothesis, possible: tuple[Hypothesis, ...]) -> bool:
    """Say whether another hypothesis brings noticeably more rows into the area they name."""
    return any(_leads(other, said, "doubt_rows") for other in possible)


def _is_supported(said: Hypothesis, rivals: list[Hypothesis]) -> bool:
    """Say whether a hypothesis leads every other by enough rows."""
    return all(_leads(said, other, "support_rows") for other in rivals)


def _leads(one: Hypothesis, other: Hypothesis, least: str) -> bool:
    rule = settings()["crs"]["rule"]
    wins, losses = _lead(one, other)
    return bool(wins - losses >= rule[least] and _lead_luck(wins, losses) <= rule["doubt_chance"])


def claimed_by_words(*texts: str) -> str:
    """Return the system that headers or names speak of, if they speak of exactly one."""
    found = {
        crs
        for crs, spoken in settings()["crs"]["words"].items()
        for text in texts
        if any(word(item) in word(text) for item in spoken)
    }
    return next(iter(found)) if len(found) == 1 else ""
