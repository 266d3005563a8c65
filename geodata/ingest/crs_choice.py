"""Put what was found of the parts of a table into one choice, with its faults and one question."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geodata.crs import CGCS2000, WGS84
from geodata.crs_zones import is_geographic, is_mercator
from geodata.errors import Fault, Place
from geodata.ingest.hypotheses import Bools, Hypothesis, Ints, Positions
from geodata.ingest.report import CrsChoice, CrsPart, CrsScore, Question
from geodata.ingest.settings import settings
from geodata.ingest.weighing import Evidence, Verdict, score, strongest_contrary

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Group:
    """Rows of which a file says the same: a label for people, the rows, and the claim.

    ``spoken``: a person wrote the claim in words; no program put it there unasked.
    """

    label: str
    rows: Ints
    claim: str
    spoken: bool = False


@dataclass(frozen=True)
class Part:
    """Rows that are in one system, and what was found out of it.

    ``state``: settled; open, to be asked; refused, in a system whose parameters are secret; none,
    in no system at all. ``by_column``: told from the rest by a column that explains the difference.
    """

    label: str
    rows: Ints
    state: str
    crs: CrsPart
    faults: tuple[Fault, ...] = ()
    options: tuple[str, ...] = ()
    far: bool = False
    by_column: bool = False
    sampled: int = 0


@dataclass(frozen=True)
class Located:
    """The choice, the system of each row, and what is to be said and asked.

    ``systems`` holds "" for rows that have none (yet); ``barred`` are rows that are kept out,
    with the fault of each. ``far``: no row lies near the area of interest.
    """

    choice: CrsChoice
    systems: Objects
    swapped: Bools
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()
    barred: tuple[tuple[Ints, Fault], ...] = ()
    far: bool = False


def taken_as(crs: str) -> str:
    """Return the system that stands for one: CGCS2000 for WGS 84, which is within a metre."""
    return CGCS2000 if crs == WGS84 else crs


def make_part(
    evidence: Evidence,
    group: Group,
    verdict: Verdict,
    claimed: str,
    faults: list[Fault],
    place: Place,
) -> Part:
    """Return a part with its scores, and what is to be said of it."""
    scores = tuple(score(one, evidence.positions) for one in evidence.possible)
    scores = tuple(sorted(scores, key=lambda one: -one.inside))
    crs = part_of(group, verdict, scores, claimed)
    said = list(faults)
    chosen = verdict.chosen
    if not evidence.possible:
        return Part(group.label, group.rows, "none", crs, tuple(said))
    if chosen is None:
        if all(one.swapped for one in evidence.possible):
            said.append(Fault("axes_asked", place, {}, "note"))
            crs = replace(crs, swapped=True)
        if claimed:
            said.append(Fault("crs_doubted", place, {"claimed": claimed}, "warning"))
        options = tuple(dict.fromkeys(one.crs for one in scores))
        said += _of_size(options, place)
        return Part(group.label, group.rows, "open", crs, tuple(said), options)
    if claimed and chosen.crs != taken_as(claimed):
        params = {"claimed": claimed, "chosen": chosen.crs}
        said.append(Fault("crs_contradicted", place, params, "warning"))
    if chosen.swapped:
        said.append(axes_fault(chosen.crs, place))
    if verdict.decided_by == "file" and not verdict.ground:
        said.append(Fault("crs_by_claim", place, {"claimed": claimed}, "note"))
    if not claimed and not is_geographic(chosen.crs) and not is_mercator(chosen.crs):
        said.append(Fault("crs_datum", place, {"crs": chosen.crs}, "note"))
    other, count = strongest_contrary(chosen, evidence)
    if count:
        mixed: dict[str, str | int | float] = {"chosen": chosen.crs, "crs": other, "count": count}
        said.append(Fault("crs_mixed", place, mixed, "warning"))
    return Part(group.label, group.rows, "settled", crs, tuple(said))


def _of_size(options: tuple[str, ...], place: Place) -> list[Fault]:
    """Say what the size of plane numbers leaves open: the datum, or what was projected."""
    if any(is_mercator(crs) for crs in options):
        return [Fault("crs_mercator", place, {}, "warning")]
    if len(options) == 1 and not is_geographic(options[0]):
        return [Fault("crs_datum_asked", place, {"crs": options[0]}, "warning")]
    return []


def part_of(group: Group, verdict: Verdict, scores: tuple[CrsScore, ...], claimed: str) -> CrsPart:
    """Return what the rows of a group were taken for."""
    chosen: Hypothesis | None = verdict.chosen
    return CrsPart(
        group.label,
        len(group.rows),
        chosen.crs if chosen else "",
        verdict.decided_by,
        scores,
        claimed,
        bool(chosen and chosen.swapped),
        verdict.ground,
    )


def axes_fault(crs: str, place: Place) -> Fault:
    """Say that x and y stand the other way round; in the plane that is the surveyors' custom."""
    if is_geographic(crs):
        return Fault("axes_swapped", place, {"crs": crs}, "note")
    return Fault("axes_surveying", place, {"crs": crs}, "note")


def as_one(parts: list[Part]) -> list[Part]:
    """Put parts together if all came to the same system; the largest part's scores stay."""
    ordered = sorted(parts, key=lambda part: -len(part.rows))
    ends = {(part.state, part.crs.chosen, part.crs.swapped) for part in ordered}
    if len(ordered) < 2 or len(ends) > 1 or ordered[0].state != "settled":
        return ordered
    rows = np.sort(np.concatenate([part.rows for part in ordered]))
    return [replace(ordered[0], rows=rows, faults=_all_faults(ordered))]


def _all_faults(parts: list[Part]) -> tuple[Fault, ...]:
    """Return the faults of parts, each once."""
    faults: list[Fault] = []
    for part in parts:
        faults += [fault for fault in part.faults if fault not in faults]
    return tuple(faults)


def put_together(positions: Positions, parts: list[Part], place: Place) -> Located:
    """Say what the parts of a table come to: systems by row, faults, and one question."""
    count = len(positions.x)
    systems, swapped = np.full(count, "", dtype=object), np.zeros(count, dtype=bool)
    if not parts:
        return Located(CrsChoice(), systems, swapped)
    total = sum(len(part.rows) for part in parts)
    small = settings()["crs"]["rule"]["small_share"] * total
    barred: list[tuple[Ints, Fault]] = []
    lasting = []
    for part in parts:
        systems[part.rows], swapped[part.rows] = part.crs.chosen, part.crs.swapped
        if len(parts) > 1 and (part.state in {"none", "refused"} or _is_scrap(part, small)):
            barred.append((part.rows, _why_barred(part, place)))
        else:
            lasting.append(part)
    lasting = lasting or parts
    faults = list(_all_faults(lasting))
    if all(part.state == "none" for part in lasting):
        at = int(lasting[0].rows[0])
        params = {"x": float(positions.x[at]), "y": float(positions.y[at])}
        faults.append(Fault("crs_fits_none", place, params))
        barred = []
    if len(lasting) > 1:
        said = "; ".join(
            f"{part.label}: {part.crs.chosen or '?'} ({len(part.rows)})" for part in lasting
        )
        faults.append(Fault("crs_parts", place, {"parts": said}, "warning"))
    return Located(
        _choice(lasting),
        systems,
        swapped,
        tuple(faults),
        _question(lasting),
        tuple(barred),
        far=all(part.far for part in lasting),
    )


def _is_scrap(part: Part, small: float) -> bool:
    """Say whether a part is open and too small to be worth a question."""
    return part.state == "open" and len(part.rows) < small


def _why_barred(part: Part, place: Place) -> Fault:
    if part.state == "refused":
        return part.faults[0]
    return Fault("crs_fits_none" if part.state == "none" else "crs_row_open", place)


def _choice(parts: list[Part]) -> CrsChoice:
    """Return the choice of a table: that of its largest part, and the parts where they differ."""
    first = parts[0]
    still_open = any(part.state == "open" for part in parts)
    return CrsChoice(
        chosen="" if still_open else first.crs.chosen,
        decided_by="none" if still_open else first.crs.decided_by,
        scores=first.crs.scores,
        claimed=first.crs.claimed,
        swapped=first.crs.swapped,
        ground="" if still_open else first.crs.ground,
        parts=tuple(part.crs for part in parts) if len(parts) > 1 else (),
        sampled=first.sampled,
    )


def _question(parts: list[Part]) -> tuple[Question, ...]:
    """Ask once for all that is open, with what is possible for any of it."""
    asked = [part for part in parts if part.state == "open"]
    if not asked:
        return ()
    options = dict.fromkeys(option for part in asked for option in part.options)
    params: dict[str, str | int | float] = {"claimed": asked[0].crs.claimed}
    if len(parts) > 1:
        params["parts"] = "、".join(part.label for part in asked)
    return (Question("crs", tuple(options), params),)
