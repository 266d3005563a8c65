"""Say what kind of record a table holds and which column is which field, by headers and answers."""

from dataclasses import dataclass, field

import numpy as np

from geodata.errors import Fault, Place, UsageError
from geodata.ingest.aliases import Hit, find_hit, header_keys
from geodata.ingest.guess import by_content, guess_kinds
from geodata.ingest.raw import RawTable
from geodata.ingest.report import ColumnMatch, Question, TableAnswer
from geodata.ingest.settings import settings
from geodata.records import Kind, read_kinds


@dataclass(frozen=True)
class Columns:
    """A table's kind and the columns of its fields; without a kind, the reason."""

    kind: str = ""
    reason: str = ""
    matches: tuple[ColumnMatch, ...] = ()
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = field(default_factory=tuple)

    def column_of(self, name: str) -> int:
        """Return the column of a field, -1 where it has none."""
        return next((match.column for match in self.matches if match.field == name), -1)


def map_columns(table: RawTable, answer: TableAnswer, file: str) -> Columns:
    """Recognise the kind of a table and map its columns; what is unclear becomes a question.

    Raises:
        UsageError: ``kind_unknown``, the answer names no kind.
    """
    if answer.kind:
        if answer.kind not in read_kinds():
            kinds = " ".join(read_kinds())
            raise UsageError("kind_unknown", kind=answer.kind, kinds=kinds)
        return _map(table, answer.kind, answer, file)
    guesses = guess_kinds(table, table.sheet, file, *table.titles)
    rules = settings()["kind"]
    named = [header for header in table.headers if header]
    likely = tuple(guess.kind for guess in guesses if guess.required)[: rules["offered"]]
    none = Columns(reason="none_of_ours", questions=(Question("kind", likely),) if likely else ())
    if not guesses or guesses[0].hits < rules["least_share"] * len(named):
        return none
    told = by_content(table, guesses)
    best = told or guesses[0]
    if told is None and best.missing and best.score < rules["least_score"]:
        return none
    rivals = [
        guess.kind
        for guess in guesses
        if told is None and guess is not best and best.rank - guess.rank < rules["margin"]
    ]
    if rivals:
        options = (best.kind, *rivals)
        return Columns(reason="kind_unclear", questions=(Question("kind", options),))
    return _map(table, best.kind, answer, file)


def _map(table: RawTable, kind_name: str, answer: TableAnswer, file: str) -> Columns:
    kind = read_kinds()[kind_name]
    place = Place(file=file, sheet=table.sheet, row=table.header_row)
    matches: dict[str, ColumnMatch] = {}
    faults: list[Fault] = []
    taken: set[int] = set()
    for name, header in answer.columns.items():
        if header in table.headers and name in kind.all_fields:
            column = table.headers.index(header)
            matches[name] = ColumnMatch(name, header, column, "answer")
            taken.add(column)
    candidates: dict[str, list[tuple[Hit, int]]] = {}
    for j, header in enumerate(table.headers):
        hit = find_hit(kind_name, header, cut=j in table.cut)
        if hit and j not in taken and hit.field not in answer.columns:
            candidates.setdefault(hit.field, []).append((hit, j))
    _choose_pair(table, candidates)
    for name, hits in candidates.items():
        column, doubt = _choose(table, hits)
        matches[name] = ColumnMatch(name, table.headers[column], column, "alias")
        if doubt:
            where = Place(file, table.sheet, table.header_row, table.headers[column])
            faults.append(Fault("column_twice", where, {"field": name}, "note"))
    missing, more = _missing(table, kind, set(matches), answer, place)
    ordered = tuple(sorted(matches.values(), key=lambda match: match.column))
    return Columns(kind_name, "", ordered, (*faults, *missing), more)


def _missing(
    table: RawTable, kind: Kind, found: set[str], answer: TableAnswer, place: Place
) -> tuple[list[Fault], tuple[Question, ...]]:
    """Ask for required fields without a column; say which are taken from another column.

    Half a pair of coordinates is asked about too: a table without any says nothing of them.
    """
    spare = tuple(
        header
        for header in table.headers
        if not (hit := find_hit(kind.name, header)) or hit.field not in found
    )
    faults: list[Fault] = []
    questions: list[Question] = []
    for name, entry in kind.fields.items():
        if name in found or not (entry.required or entry.fallback):
            continue
        params: dict[str, str | int | float] = {"field": name, "kind": kind.name}
        if entry.fallback in found:
            params["other"] = entry.fallback
            faults.append(Fault("column_from_other", place, params, "note"))
        elif name in answer.columns:
            faults.append(Fault("column_missing", place, params))
        else:
            questions.append(Question("column", spare, params))
    axes = {"x", "y"}
    if kind.geometry != "none" and not _has_shapes(table) and len(axes & found) == 1:
        name = next(iter(axes - found))
        if name not in answer.columns:
            questions.append(Question("column", spare, {"field": name, "kind": kind.name}))
    return faults, tuple(questions)


def _has_shapes(table: RawTable) -> bool:
    return table.geometry is not None and any(shape is not None for shape in table.geometry)


def _filled(table: RawTable, column: int) -> int:
    cells = table.columns[column]
    return int(np.count_nonzero((cells != "") & (cells != "-")))


def _choose(table: RawTable, hits: list[tuple[Hit, int]]) -> tuple[int, bool]:
    """Choose among columns that name the same field: the preferred alias, unless it is empty.

    Of equal aliases the fuller column counts, the left one of equals; the second value says
    whether equal aliases hold different cells.
    """
    filled = [(hit, column) for hit, column in hits if _filled(table, column)] or hits
    best = min(hit.rank for hit, _ in filled)
    equal = [column for hit, column in filled if hit.rank == best]
    chosen = max(equal, key=lambda column: (_filled(table, column), -column))
    first = table.columns[chosen]
    return chosen, any(bool((table.columns[other] != first).any()) for other in equal)


def _choose_pair(table: RawTable, candidates: dict[str, list[tuple[Hit, int]]]) -> None:
    """Keep one pair of coordinate columns: the same words before longitude and latitude.

    Of several pairs the one with the preferred aliases stays. The others are kept as they are.
    """
    eastings, northings = candidates.get("x", []), candidates.get("y", [])
    if len(eastings) < 2 and len(northings) < 2:
        return
    pairs = [
        (easting, northing)
        for easting in eastings
        for northing in northings
        if pair_stem(table.headers[easting[1]]) == pair_stem(table.headers[northing[1]])
    ]
    if pairs:
        full = [pair for pair in pairs if _filled(table, pair[0][1])] or pairs
        easting, northing = min(full, key=lambda pair: (pair[0][0].rank, pair[0][1], pair[1][1]))
        candidates["x"], candidates["y"] = [easting], [northing]


def pair_stem(header: str) -> str:
    """Return what the two headers of a coordinate pair have in common: all but the axis."""
    stem = header_keys(header)[-1]
    for axis in settings()["header"]["axes"]:
        stem = stem.replace(axis, "")
    return stem
