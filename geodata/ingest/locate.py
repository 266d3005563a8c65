"""Find out in which coordinate system positions are given: every hypothesis scored by evidence.

Evidence is how many rows fall into the county or township that they name themselves, whether two
pairs of columns come to one place, and where the owner's records are known to stand. Modelled
outlines decide nothing. What evidence cannot decide is asked, and what a file declares is believed
only while no evidence speaks against it. Rows of one table may differ: by the size of their
numbers, by a column that names systems, by a column that explains it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from geodata.crs import GCJ02, GCJ02_MERCATOR, CrsRefusedError, read_crs
from geodata.crs_zones import can_be, china_bounds
from geodata.errors import Fault, Place
from geodata.ingest.crs_choice import (
    Group,
    Located,
    Part,
    as_one,
    axes_fault,
    make_part,
    part_of,
    put_together,
    taken_as,
)
from geodata.ingest.crs_parts import Labels, split_by_column
from geodata.ingest.hypotheses import (
    Ints,
    Positions,
    paired_system,
    size_classes,
    try_all,
    zone_prefixes,
)
from geodata.ingest.remembered import believe
from geodata.ingest.report import TableAnswer
from geodata.ingest.settings import settings
from geodata.ingest.weighing import Evidence, Verdict, choose, places, without_rare

_SIZES = ("°", "m")


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
    named = {name: taken_as(read_crs(crs)) for name, crs in answer.parts.items()}
    told = taken_as(read_crs(answer.crs)) if answer.crs else ""
    parts = [
        part
        for group in groups
        for piece in _by_size(positions, group)
        for part in _settle(positions, piece, labels, {told, *named.values()} - {""}, place)
    ]
    take = believe if answer.remembered else _answered
    if told and len(parts) == 1:
        parts = [take(parts[0], told, place)]
    elif told or named:
        parts = [_answer_part(part, positions, told, named, take, place) for part in parts]
    return put_together(positions, as_one(parts), place)


def _by_size(positions: Positions, group: Group) -> Iterator[Group]:
    """Part rows in degrees from rows in metres."""
    sizes = size_classes(positions.x[group.rows], positions.y[group.rows])
    present = [size for size in (0, 1) if (sizes == size).any()]
    for size in present:
        label = _join(group.label, _SIZES[size]) if len(present) > 1 else group.label
        yield replace(group, label=label, rows=group.rows[sizes == size])


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
                crs = part_of(group, Verdict(), (), str(said.params["claim"]))
                why = Fault(said.code, place, said.params)
                return [Part(group.label, group.rows, "refused", crs, (why,))]
            faults.append(Fault(said.code, place, said.params, "warning"))
    rows = _sample(group.rows)
    here = positions.take(rows)
    if claimed == GCJ02 and not _in_degrees(here):
        # Who says GCJ-02 of metres means those of the map's tiles.
        claimed = GCJ02_MERCATOR
    asked = asked | {taken_as(claimed)} - {""}
    bounds = positions.bounds or china_bounds()
    possible = try_all(here, bounds, asked)
    far = positions.bounds is not None and not possible
    if far or positions.strange:
        # That numbers would fit here tells nothing of rows that are not from here.
        bounds, here_too = china_bounds(), {one.name for one in possible}
        possible = try_all(here, bounds, asked)
        possible.sort(key=lambda one: one.name not in here_too)
    whole = max((one.near.mean() for one in possible), default=0.0)
    zones = zone_prefixes(positions.x[group.rows], positions.y[group.rows])
    if whole < settings()["crs"]["rule"]["whole_share"] and len(np.unique(zones)) > 1:
        return [
            part
            for zone in np.unique(zones)
            for part in _settle(
                positions,
                replace(
                    group,
                    label=_join(group.label, f"{zone} m"),
                    rows=group.rows[zones == zone],
                ),
                labels,
                asked,
                place,
            )
        ]
    evidence = Evidence(
        here,
        tuple(possible),
        places(here.x, here.y),
        taken_as(claimed),
        claimed in settings()["crs"]["rule"]["unchosen"] and not group.spoken,
        paired_system(here, possible, bounds),
        by_size=not (positions.bounds is None or far or positions.strange or faults),
    )
    evidence = without_rare(evidence, asked)
    return _weigh(evidence, group, rows, labels, claimed, faults, place, far=far)


def _in_degrees(positions: Positions) -> bool:
    return bool((size_classes(positions.x, positions.y) == 0).any())


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
        part = make_part(evidence, group, verdict, claimed, faults, place)
        return [replace(part, far=far, sampled=len(rows) if len(rows) < len(group.rows) else 0)]
    parts = []
    for value, (name, said) in enumerate(zip(split.label.values, split.verdicts, strict=True)):
        mine = group.rows[split.label.codes[group.rows] == value]
        if len(mine):
            label = _join(group.label, f"{split.label.header} = {name}")
            seen = evidence.take(np.flatnonzero(split.label.codes[rows] == value))
            own = replace(group, label=label, rows=mine)
            part = make_part(seen, own, said, claimed, faults, place)
            parts.append(replace(part, by_column=True))
    return parts


def _answer_part(
    part: Part,
    positions: Positions,
    told: str,
    named: dict[str, str],
    take: Callable[[Part, str, Place], Part],
    place: Place,
) -> Part:
    """Take an answer for one part of several: its own, or the table's where it is open or fits."""
    if part.label in named:
        return take(part, named[part.label], place)
    if not told or (part.by_column and part.state == "settled"):
        return part
    x, y = positions.x[part.rows], positions.y[part.rows]
    fits = 2 * (can_be(told, x, y) | can_be(told, y, x)).sum() > len(part.rows)
    return take(part, told, place) if fits else part


def _answered(part: Part, crs: str, place: Place) -> Part:
    """Take a person's answer; which way round the axes stand is still seen from the rows."""
    fitting = [one for one in part.crs.scores if one.crs == crs]
    swapped = bool(fitting) and max(fitting, key=lambda one: one.inside).swapped
    taken = replace(part.crs, chosen=crs, decided_by="answer", swapped=swapped, ground="")
    faults = (axes_fault(crs, place),) if swapped else ()
    return replace(part, state="settled", crs=taken, faults=faults, options=())
