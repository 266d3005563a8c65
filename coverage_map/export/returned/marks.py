"""What is to be shown in a returned file: which cells are faulty, and what is said of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from coverage_map.text import Text
from geodata.errors import Fault, Severity
from geodata.ingest.read_package import column_letters

# So many cells at most get a comment, the worst first: a sheet with more of them opens slowly.
COMMENTS = 1000
WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")
SHOWN: tuple[Severity, ...] = ("error", "warning")
NAMED = 8  # so many rows with the same identifier are named, more are dots


@dataclass(frozen=True)
class Mark:
    """A cell to be coloured; ``column`` counts from 1, 0 says that the whole row is meant.

    ``comment`` is empty until the cell is among those that get one (``worst_comments``).
    """

    row: int
    column: int
    severity: Severity
    comment: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Cause:
    """Faults of one cause in one sheet: how many, what is wrong, how to mend it, the first cell."""

    sheet: str
    severity: Severity
    count: int
    column: str
    sentence: str
    remedy: str
    first: str


def with_first_rows(faults: Iterable[Fault]) -> list[Fault]:
    """Add to rows that repeat an earlier one's identifier that earlier row, which names them.

    The earlier row is taken, so its fault (``key_again``) is a warning and no cause of its own.
    """
    told = list(faults)
    later: dict[tuple[str, int, int | None], list[Fault]] = {}
    for fault in told:
        if fault.code == "key_twice" and fault.place.row is not None:
            first = int(fault.params["first"])
            later.setdefault((fault.place.sheet, first, fault.place.number), []).append(fault)
    for (_, first, _), group in later.items():
        rows = [str(fault.place.row) for fault in group]
        named = [*rows[:NAMED], *(["…"] if len(rows) > NAMED else [])]
        place = replace(group[0].place, row=first)
        told.append(Fault("key_again", place, {"rows": ", ".join(named)}, "warning"))
    return told


def find_marks(faults: Iterable[Fault]) -> dict[str, list[Mark]]:
    """Return the cells to be coloured, by sheet; a cell with several faults is one mark.

    Faults without a row and mere notes colour nothing.
    """
    cells: dict[tuple[str, int, int], list[Fault]] = {}
    for fault in faults:
        place = fault.place
        if place.row is not None and fault.severity in SHOWN:
            cells.setdefault((place.sheet, place.row, place.number or 0), []).append(fault)
    marks: dict[str, list[Mark]] = {}
    for (sheet, row, column), here in cells.items():
        worst = min((fault.severity for fault in here), key=WORST_FIRST.index)
        marks.setdefault(sheet, []).append(Mark(row, column, worst, "", tuple(here)))
    return {sheet: sorted(found, key=_position) for sheet, found in marks.items()}


def _position(mark: Mark) -> tuple[int, int]:
    return mark.row, mark.column


def _comment(faults: Iterable[Fault], text: Text) -> str:
    lines = dict.fromkeys("\n".join(part for part in text.fault(fault) if part) for fault in faults)
    return "\n".join(lines)


def worst_comments(marks: dict[str, list[Mark]], text: Text) -> dict[str, list[Mark]]:
    """Return the marks that get a comment, with it: errors before warnings, from the top down."""
    ranked = sorted(
        ((sheet, mark) for sheet, found in marks.items() for mark in found),
        key=lambda item: WORST_FIRST.index(item[1].severity),
    )
    chosen: dict[str, list[Mark]] = {}
    for sheet, mark in ranked[:COMMENTS]:
        said = replace(mark, comment=_comment(mark.faults, text))
        chosen.setdefault(sheet, []).append(said)
    return {sheet: sorted(found, key=_position) for sheet, found in chosen.items()}


def find_causes(faults: Iterable[Fault], text: Text) -> list[Cause]:
    """Group faults by sheet and cause, the worst and most frequent first."""
    groups: dict[tuple[str, Severity, str, str], list[Fault]] = {}
    for fault in faults:
        key = (fault.place.sheet, fault.severity, fault.code, fault.place.column)
        groups.setdefault(key, []).append(fault)
    causes = []
    for (sheet, severity, _, column), group in groups.items():
        sentence, remedy = text.fault(group[0])
        count = sum(_places(fault) for fault in group)
        causes.append(Cause(sheet, severity, count, column, sentence, remedy, cell_name(group[0])))
    return sorted(causes, key=lambda cause: (WORST_FIRST.index(cause.severity), -cause.count))


def _places(fault: Fault) -> int:
    """Return how many places a fault speaks of: one, where it does not say."""
    return int(fault.params.get("rows", fault.params.get("count", 1)))


def cell_name(fault: Fault) -> str:
    """Return a fault's cell as a spreadsheet names it, a row's number, or nothing."""
    place = fault.place
    if place.row is None:
        return ""
    return f"{column_letters(place.number - 1)}{place.row}" if place.number else str(place.row)
