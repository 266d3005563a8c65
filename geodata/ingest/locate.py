"""Find out in which coordinate system positions are given: every hypothesis scored by evidence.

Evidence is how many rows fall into the county or township that they name themselves, whether two
pairs of columns come to one place, and where the owner's records are known to stand. Modelled
outlines decide nothing. What evidence cannot decide is asked, and what a file declares is believed
only while no evidence speaks against it. Rows of one table may differ: by the size of their
numbers, by a column that names systems, by a column that explains it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geodata.crs import CGCS2000, WGS84, CrsRefusedError, read_crs
from geodata.crs_zones import can_be, china_bounds, is_geographic
from geodata.errors import Fault, Place
from geodata.ingest.crs_parts import Labels, split_by_column
from geodata.ingest.hypotheses import (
    Bools,
    Hypothesis,
    Ints,
    Positions,
    paired_system,
    size_classes,
    try_all,
    zone_prefixes,
)
from geodata.ingest.report import CrsChoice, CrsPart, CrsScore, Question, TableAnswer
from geodata.ingest.settings import settings
from geodata.ingest.weighing import (
    Evidence,
    Verdict,
    choose,
    places,
    score,
    strongest_contrary,
)

Objects = npt.NDArray[np.object_]
_SIZES = ("°", "m")


@dataclass(frozen=True)
class Group:
    """Rows of which a file says the same: a label for people, the rows, and the claim."""

    label: str
    rows: Ints
    claim: str


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


def locate(
    positions: Positions,
    groups: Sequence[Group],
    labels: Labels,
    answer: TableAnswer,
    place: Place,
) -> Located:
    """Choose the system of positions; the answer of a person goes before everything.

    Args:
        positions: as given, with what is known of them.
        groups: the rows by what the file claims of them (a code, WKT, or nothing).
        labels: returns the columns that may explain differences.
        answer: what a person said.
        place: where the table stands.

    Raises:
        CrsRefusedError: the answer names no system, or Beijing 54 or Xian 80.
    """
    named = {name: _taken_as(read_crs(crs)) for name, crs in answer.parts.items()}
    told = _taken_as(read_crs(answer.crs)) if answer.crs else ""
    parts = [
        part
        for group in groups
        for piece in _by_size(positions, group)
        for part in _settle(positions, piece, labels, {told, *named.values()} - {""}, place)
    ]
    if told and len(parts) == 1:
        parts = [_answered(parts[0], told, place)]
    elif told or named:
        parts = [_answer_part(part, positions, told, named, place) for part in parts]
    return _put_together(positions, _as_one(parts), place)


def _taken_as(crs: str) -> str:
    """Return the system that stands for one: CGCS2000 for WGS 84, which is within a metre."""
    return CGCS2000 if crs == WGS84 else crs


def _by_size(positions: Positions, group: Group) -> Iterator[Group]:
    """Part rows in degrees from rows in metres."""
    sizes = size_classes(positions.x[group.rows], positions.y[group.rows])
    present = [size for size in (0, 1) if (sizes == size).any()]
    for size in present:
        label = _join(group.label, _SIZES[size]) if len(present) > 1 else group.label
        yield Group(label, group.rows[sizes == size], group.claim)


def _join(*labels: str) -> str:
    return " · ".join(label for label in labels if label)


def _settle(
    positions: Positions, group: Group, labels: Labels, asked: set[str], place: Place
) -> list[Part]:
    """Find out the system of rows whose numbers are of one size."""
    faults: list[Fault] = []
    claimed = ""
    if group.claim:
        try:
            claimed = read_crs(group.claim)
        except CrsRefusedError as refusal:
            said = refusal.fault
            if said.code == "crs_refused":
                crs = _part(group, Verdict(), (), str(said.params["claim"]))
                why = Fault(said.code, place, said.params)
                return [Part(group.label, group.rows, "refused", crs, (why,))]
            faults.append(Fault(said.code, place, said.params, "warning"))
    rows = _sample(group.rows)
    here = positions.take(rows)
    asked = asked | {_taken_as(claimed)} - {""}
    bounds = positions.bounds or china_bounds()
    possible = try_all(here, bounds, asked)
    far = positions.bounds is not None and not possible
    if far:
        bounds = china_bounds()
        possible = try_all(here, bounds, asked)
    whole = max((one.near.mean() for one in possible), default=0.0)
    zones = zone_prefixes(positions.x[group.rows], positions.y[group.rows])
    if whole < settings()["crs"]["rule"]["whole_share"] and len(np.unique(zones)) > 1:
        return [
            part
            for zone in np.unique(zones)
            for part in _settle(
                positions,
                Group(_join(group.label, f"{zone} m"), group.rows[zones == zone], group.claim),
                labels,
                asked,
                place,
            )
        ]
    evidence = Evidence(
        here,
        tuple(possible),
        places(here.x, here.y),
        _taken_as(claimed),
        claimed in settings()["crs"]["rule"]["unchosen"],
        paired_system(here, possible, bounds),
    )
    return _weigh(evidence, group, rows, labels, claimed, faults, place, far=far)


def _sample(rows: Ints) -> Ints:
    """Return rows to look at, all where they are not too many; the same ones each time."""
    rule = settings()["crs"]["rule"]
    if len(rows) <= rule["sample_rows"]:
        return rows
    random = np.random.default_rng(rule["sample_seed"])
    return np.sort(random.choice(rows, rule["sample_rows"], replace=False))


def _weigh(
    evidence: Evidence,
    group: Group,
    rows: Ints,
    labels: Labels,
    claimed: str,
    faults: list[Fault],
    place: Place,
    *,
    far: bool,
) -> list[Part]:
    """Choose by the evidence; where a column explains contradictions, for each of its values."""
    verdict = choose(evidence)
    split = split_by_column(evidence, verdict, rows, labels)
    if split is None:
        part = _make(evidence, group, verdict, claimed, faults, place)
        return [replace(part, far=far, sampled=len(rows) if len(rows) < len(group.rows) else 0)]
    parts = []
    for value, (name, said) in enumerate(zip(split.label.values, split.verdicts, strict=True)):
        mine = group.rows[split.label.codes[group.rows] == value]
        if len(mine):
            label = _join(group.label, f"{split.label.header} = {name}")
            seen = evidence.take(np.flatnonzero(split.label.codes[rows] == value))
            part = _make(seen, Group(label, mine, group.claim), said, claimed, faults, place)
            parts.append(replace(part, by_column=True))
    return parts


def _make(
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
    crs = _part(group, verdict, scores, claimed)
    said = list(faults)
    chosen = verdict.chosen
    if not evidence.possible:
        return Part(group.label, group.rows, "none", crs, tuple(said))
    if chosen is None:
        if all(one.swapped for one in evidence.possible):
            said.append(_axes(evidence.possible[0].crs, place))
        if claimed:
            said.append(Fault("crs_doubted", place, {"claimed": claimed}, "warning"))
        options = tuple(dict.fromkeys(one.crs for one in scores))
        return Part(group.label, group.rows, "open", crs, tuple(said), options)
    if claimed and chosen.crs != _taken_as(claimed):
        params = {"claimed": claimed, "chosen": chosen.crs}
        said.append(Fault("crs_contradicted", place, params, "warning"))
    if chosen.swapped:
        said.append(_axes(chosen.crs, place))
    if verdict.decided_by == "file" and not verdict.ground:
        said.append(Fault("crs_by_claim", place, {"claimed": claimed}, "note"))
    if not claimed and not is_geographic(chosen.crs):
        said.append(Fault("crs_datum", place, {"crs": chosen.crs}, "note"))
    other, count = strongest_contrary(chosen, evidence)
    if count:
        mixed: dict[str, str | int | float] = {"chosen": chosen.crs, "crs": other, "count": count}
        said.append(Fault("crs_mixed", place, mixed, "warning"))
    return Part(group.label, group.rows, "settled", crs, tuple(said))


def _part(group: Group, verdict: Verdict, scores: tuple[CrsScore, ...], claimed: str) -> CrsPart:
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


def _axes(crs: str, place: Place) -> Fault:
    """Say that x and y stand the other way round; in the plane that is the surveyors' custom."""
    if is_geographic(crs):
        return Fault("axes_swapped", place, {"crs": crs}, "note")
    return Fault("axes_surveying", place, {"crs": crs}, "note")


def _answer_part(
    part: Part, positions: Positions, told: str, named: dict[str, str], place: Place
) -> Part:
    """Take an answer for one part of several: its own, or the table's where it is open or fits."""
    if part.label in named:
        return _answered(part, named[part.label], place)
    if not told or (part.by_column and part.state == "settled"):
        return part
    x, y = positions.x[part.rows], positions.y[part.rows]
    fits = 2 * (can_be(told, x, y) | can_be(told, y, x)).sum() > len(part.rows)
    return _answered(part, told, place) if fits else part


def _answered(part: Part, crs: str, place: Place) -> Part:
    """Take a person's answer; which way round the axes stand is still seen from the rows."""
    fitting = [one for one in part.crs.scores if one.crs == crs]
    swapped = bool(fitting) and max(fitting, key=lambda one: one.inside).swapped
    taken = replace(part.crs, chosen=crs, decided_by="answer", swapped=swapped, ground="")
    faults = (_axes(crs, place),) if swapped else ()
    return replace(part, state="settled", crs=taken, faults=faults, options=())


def _as_one(parts: list[Part]) -> list[Part]:
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


def _put_together(positions: Positions, parts: list[Part], place: Place) -> Located:
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
