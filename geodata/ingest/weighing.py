"""Weigh the hypotheses of a table's coordinate system against each other.

Two hypotheses are compared by a sign test on the rows of which only one is borne out. Rows of one
place count once: what is wrong with an outline there is wrong for all of them. The numbers are in
``settings.toml``.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import bdtrc

from geodata.crs import CGCS2000
from geodata.crs_zones import is_geographic, is_rare
from geodata.ingest.hypotheses import Bools, Floats, Hypothesis, Ints, Positions
from geodata.ingest.marks import meets
from geodata.ingest.report import CrsScore, DecidedBy, Ground
from geodata.ingest.settings import settings

View = Literal["inside", "agrees"]


@dataclass(frozen=True)
class Evidence:
    """What a choice goes by.

    ``cells`` number the places of the rows; ``claimed`` is what the file says, ``unchosen`` that
    programs say so unasked; ``paired`` is the system that a second pair of columns proves.
    ``by_size`` says that what numbers can only be by their size may be taken without a word.
    """

    positions: Positions
    possible: tuple[Hypothesis, ...]
    cells: Ints
    claimed: str = ""
    unchosen: bool = False
    paired: str = ""
    by_size: bool = True

    def take(self, rows: Ints) -> "Evidence":
        """Return the evidence of some of the rows; what is proved for all holds for them."""
        return Evidence(
            self.positions.take(rows),
            tuple(hypothesis.take(rows) for hypothesis in self.possible),
            self.cells[rows],
            self.claimed,
            self.unchosen,
            self.paired,
            self.by_size,
        )

    def rivals(self, one: Hypothesis) -> list[Hypothesis]:
        """Return all hypotheses but one."""
        return [other for other in self.possible if other.name != one.name]


@dataclass(frozen=True)
class Verdict:
    """The hypothesis chosen, if any, and on what ground, or what bears a file's word out."""

    chosen: Hypothesis | None = None
    decided_by: DecidedBy = "none"
    ground: Ground = ""


def places(x: Floats, y: Floats) -> Ints:
    """Number the places of positions as given; those of a number lie within some 500 m."""
    rule = settings()["crs"]["rule"]
    size = np.where(np.abs(x) > 180, rule["cell_m"], rule["cell_deg"])
    # Numbers that are no positions fit no whole number; they are all in one place.
    most = 2.0**30
    column, row = (
        np.where(np.abs(v) < most * size, np.floor(v / size), most).astype(np.int64) for v in (x, y)
    )
    return np.asarray((column << 32) + row, dtype=np.int64)


def lead(one: Bools, other: Bools, cells: Ints) -> tuple[int, int]:
    """Count the places that speak for one hypothesis against another, and those against it."""
    apart = np.flatnonzero(one != other)
    _, place = np.unique(cells[apart], return_inverse=True)
    votes = np.bincount(place, np.where(one[apart], 1.0, -1.0))
    return int((votes > 0).sum()), int((votes < 0).sum())


def luck(wins: int, losses: int) -> float:
    """Return the chance of such a lead, or a greater one, under a fair coin."""
    return float(bdtrc(wins - 1, wins + losses, 0.5)) if wins else 1.0


def choose(evidence: Evidence) -> Verdict:
    """Choose by size, by evidence or by the file's word; nothing where they leave it open."""
    possible = evidence.possible
    if len(possible) == 1 and not is_geographic(possible[0].crs):
        settled = _is_settled(possible[0], evidence)
        return Verdict(possible[0], "range") if settled else Verdict()
    found: dict[Ground, Hypothesis] = {}
    if (one := sure_by_areas(evidence)) is not None:
        found["areas"] = one
    if (one := _by_known(evidence)) is not None:
        found["known"] = one
    paired = [one for one in possible if one.crs == evidence.paired]
    if len(paired) == 1:
        found["pair"] = paired[0]
    if found:
        ground, one = next(iter(found.items()))
        agreed = len({other.name for other in found.values()}) == 1
        clear = agreed and (ground == "areas" or not is_doubted(one, evidence))
        return Verdict(one, "evidence", ground) if clear else Verdict()
    if (one := _by_marks(evidence)) is not None:
        return Verdict() if is_doubted(one, evidence) else Verdict(one, "evidence", "marks")
    for one in possible:
        if one.crs == evidence.claimed and not is_doubted(one, evidence):
            rivals = evidence.rivals(one)
            supported = all(_leads(one, other, evidence, "support") for other in rivals)
            if supported or not evidence.unchosen:
                return Verdict(one, "file", "areas" if supported else "")
    return Verdict()


def without_rare(evidence: Evidence, named: Collection[str]) -> Evidence:
    """Leave out systems that files are rarely in, unless they are named or rows speak for them.

    One stays that leads all usual systems by the areas that rows name, by however little.
    """
    usual = [one for one in evidence.possible if not is_rare(one.crs)]
    kept = tuple(
        one
        for one in evidence.possible
        if not is_rare(one.crs)
        or one.crs in named
        or all(_leads(one, other, evidence, "doubt") for other in usual)
    )
    return replace(evidence, possible=kept)


def _is_settled(only: Hypothesis, evidence: Evidence) -> bool:
    """Say whether the only system that numbers can be in by their size may be taken.

    Size tells a zone, never a datum: without a register's word or the file's own a person is asked.
    """
    datum_said = evidence.claimed == CGCS2000 and not evidence.unchosen
    known = evidence.by_size or datum_said or evidence.claimed == only.crs
    return known and _is_likely(only, evidence)


def _is_likely(only: Hypothesis, evidence: Evidence) -> bool:
    """Say whether enough rows lie where they say, if there are enough to say anything."""
    rule = settings()["crs"]["rule"]
    telling = int((evidence.positions.area >= 0).sum())
    return bool(telling < rule["least_rows"] or only.inside.sum() >= rule["range_share"] * telling)


def sure_by_areas(evidence: Evidence, rows: str = "unanimous_rows") -> Hypothesis | None:
    """Return the hypothesis that beats all others by the areas that rows name, if one does.

    ``rows`` is the setting of how many places are enough where none speaks against it.
    """
    rule = settings()["crs"]["rule"]
    telling = evidence.positions.area >= 0
    if telling.sum() < rule["least_rows"] or not evidence.possible:
        return None
    best = max(evidence.possible, key=lambda one: int(one.inside.sum()))
    if best.inside.sum() < rule["least_share"] * telling.sum():
        return None
    for other in evidence.rivals(best):
        wins, losses = lead(best.inside, other.inside, evidence.cells)
        unanimous = not losses and wins >= rule[rows]
        if not unanimous and not (wins > losses and luck(wins, losses) <= rule["chance"]):
            return None
    return best


def _by_known(evidence: Evidence) -> Hypothesis | None:
    """Return the hypothesis under which records stand where they are known to, if only one does.

    A few rows are enough where they are at least half of the table and agree without exception.
    """
    if evidence.positions.known is None or not evidence.possible:
        return None
    rule = settings()["crs"]["rule"]
    telling = int(np.isfinite(evidence.positions.known[0]).sum())
    best = max(evidence.possible, key=lambda one: int(one.agrees.sum()))
    if not telling or best.agrees.sum() < rule["known_share"] * telling:
        return None
    few = 2 * telling >= len(evidence.cells) and bool(best.agrees.sum() == telling)
    least = rule["known_few"] if few else rule["known_rows"]
    # Each record is a witness of its own here, wherever it stands.
    rows = np.arange(len(evidence.cells))
    for other in evidence.rivals(best):
        wins, losses = lead(best.agrees, other.agrees, rows)
        if wins - losses < least or (losses and luck(wins, losses) > rule["chance"]):
            return None
    return best


def _by_marks(evidence: Evidence) -> Hypothesis | None:
    """Return the hypothesis under which rows come to where something stands, if only one does.

    Looked at last: to find what stands near takes time.
    """
    if evidence.positions.marks is None or not evidence.possible:
        return None
    rule = settings()["crs"]["rule"]
    met = {one.name: meets(evidence.positions, one) for one in evidence.possible}
    witnesses = {name: len(np.unique(evidence.cells[rows])) for name, rows in met.items()}
    best = max(evidence.possible, key=lambda one: witnesses[one.name])
    share = witnesses[best.name] / len(np.unique(evidence.cells))
    for other in evidence.rivals(best):
        wins, losses = lead(met[best.name], met[other.name], evidence.cells)
        unanimous = share >= rule["mark_most"] and not losses and wins >= rule["unanimous_rows"]
        clear = share >= rule["mark_share"] and wins > losses
        if not unanimous and not (clear and luck(wins, losses) <= rule["chance"]):
            return None
    return best


def is_doubted(one: Hypothesis, evidence: Evidence) -> bool:
    """Say whether another hypothesis brings noticeably more rows into the area they name."""
    return any(_leads(other, one, evidence, "doubt") for other in evidence.rivals(one))


def _leads(one: Hypothesis, other: Hypothesis, evidence: Evidence, what: str) -> bool:
    rule = settings()["crs"]["rule"]
    wins, losses = lead(one.inside, other.inside, evidence.cells)
    enough = wins - losses >= rule[f"{what}_rows"]
    return bool(enough and luck(wins, losses) <= rule[f"{what}_chance"])


def strongest_contrary(one: Hypothesis, evidence: Evidence) -> tuple[str, int]:
    """Return the rival that most places prefer to a hypothesis, and how many, if they are many."""
    rule = settings()["crs"]["rule"]
    worst, most = "", 0
    for other in evidence.rivals(one):
        wins, losses = lead(one.inside, other.inside, evidence.cells)
        many = losses >= rule["mixed_rows"] and losses >= rule["mixed_share"] * (wins + losses)
        if many and losses > most:
            worst, most = other.crs, losses
    return worst, most


def score(hypothesis: Hypothesis, positions: Positions) -> CrsScore:
    """Count the rows in the area they name; where none names one, the share near the area."""
    rows = int((positions.area >= 0).sum())
    inside = int(hypothesis.inside.sum())
    share = inside / rows if rows else float(hypothesis.near.mean())
    return CrsScore(hypothesis.crs, inside, rows, round(share, 4), hypothesis.swapped)
