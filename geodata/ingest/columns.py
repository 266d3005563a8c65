"""Say which column is which field: by headers, answers and, where no header tells, by values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from geodata.crs import CGCS2000
from geodata.errors import Fault, Place, UsageError
from geodata.ingest.compete import Candidates, Choice, choose_columns, pair_stem
from geodata.ingest.guess import distinct_share, table_hits
from geodata.ingest.header_forms import header_keys
from geodata.ingest.header_says import speaks_against
from geodata.ingest.judge_values import (
    Candidate,
    Judge,
    can_suggest,
    coordinate_pairs,
    is_sure,
    judged_fields,
    leads,
)
from geodata.ingest.pair_offsets import pair_systems
from geodata.ingest.profile_values import value_shapes
from geodata.ingest.raw import RawTable
from geodata.ingest.recognise import recognise
from geodata.ingest.report import ColumnMatch, Question, TableAnswer
from geodata.ingest.rivals import settle_rivals
from geodata.ingest.strangers import is_bystander, strangers
from geodata.records import Kind, read_kinds

__all__ = ["Columns", "map_columns", "pair_stem"]

# The answer that a table holds no record of ours.
NONE = "none"


@dataclass(frozen=True)
class Columns:
    """A table's kind and the columns of its fields; without a kind, the reason.

    ``suggested`` are columns judged by their values that are not used until a person says so;
    ``paired`` those of a second pair of coordinates, which the first becomes by a shift.
    """

    kind: str = ""
    reason: str = ""
    matches: tuple[ColumnMatch, ...] = ()
    faults: tuple[Fault, ...] = ()
    questions: tuple[Question, ...] = ()
    suggested: tuple[ColumnMatch, ...] = ()
    paired: tuple[int, int] | None = None

    def column_of(self, name: str) -> int:
        """Return the column of a field, -1 where it has none."""
        return next((match.column for match in self.matches if match.field == name), -1)


def map_columns(
    table: RawTable, answer: TableAnswer, file: str, owner: str = "", *, remembered: bool = False
) -> Columns:
    """Recognise the kind of a table and map its columns; what is unclear becomes a question.

    Args:
        table: as it stands in the file.
        answer: what a person said about it.
        file: the file's name.
        owner: the code of who hands it in, "" for nobody's.
        remembered: the answer is a profile's.

    Raises:
        UsageError: ``kind_unknown``, the answer names no kind; ``kind_of_another``, one that this
            owner does not hand in.
    """
    judge = Judge(table)
    if remembered and not _is_of(answer, table):
        return _misfit(table, file, owner)
    if answer.kind == NONE:
        return Columns(reason="said_none")
    if answer.kind:
        if answer.kind not in read_kinds():
            kinds = " ".join((*read_kinds(), NONE))
            raise UsageError("kind_unknown", kind=answer.kind, kinds=kinds)
        if not read_kinds()[answer.kind].comes_from(owner):
            raise UsageError("kind_of_another", kind=answer.kind, owner=owner)
        return _map(table, answer.kind, answer, file, judge, remembered=remembered)
    found = recognise(table, file, owner, judge)
    if found.kind:
        columns = _map(table, found.kind, answer, file, judge, remembered=remembered)
        return _confirm_kind(columns, found.options) if found.by_values else columns
    faults: tuple[Fault, ...] = ()
    if found.headers:
        most = strangers()["rule"]["named"]
        params: dict[str, str | int | float] = {
            "headers": "、".join(found.headers[:most]),
            "count": len(found.headers),
        }
        place = Place(file=file, sheet=table.sheet, row=table.header_row)
        faults = (Fault("headers_of_others", place, params, "note"),)
    if found.nearest:
        place = Place(file=file, sheet=table.sheet, row=table.header_row)
        faults = (*faults, Fault("kind_nearest", place, {"kind": found.nearest}, "note"))
    questions = (Question("kind", found.options),) if found.options else ()
    if found.reason == "none_of_ours" and is_headless(table):
        return Columns(reason="no_header", faults=faults, questions=questions)
    return Columns(reason=found.reason, faults=faults, questions=questions)


def _confirm_kind(columns: Columns, options: tuple[str, ...]) -> Columns:
    """Ask about a kind that only values tell, the likeliest first."""
    return replace(columns, questions=(Question("kind", options), *columns.questions))


def is_headless(table: RawTable) -> bool:
    """Say whether a table of a sheet has no header; its columns are called ``$A``, ``$B``."""
    return table.header_row is None and table.geometry is None


def _is_of(answer: TableAnswer, table: RawTable) -> bool:
    """Say whether a table has every column that an answer speaks of."""
    return all(_column_headed(table, header) >= 0 for header in answer.columns.values() if header)


def _misfit(table: RawTable, file: str, owner: str) -> Columns:
    """Map a table as if nothing were remembered of it, and say that what is does not fit."""
    columns = map_columns(table, TableAnswer(), file, owner)
    at = Place(file=file, sheet=table.sheet, row=table.header_row)
    return replace(columns, faults=(Fault("profile_misfit", at, {}, "note"), *columns.faults))


@dataclass
class _Found:
    """What is known of a table's columns so far."""

    table: RawTable
    kind: Kind
    place: Place
    matches: dict[str, ColumnMatch] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    suggested: list[ColumnMatch] = field(default_factory=list)
    paired: tuple[int, int] | None = None

    @property
    def taken(self) -> set[int]:
        return {match.column for match in self.matches.values()}

    @property
    def columns(self) -> dict[str, int]:
        return {name: match.column for name, match in self.matches.items()}

    def note(self, code: str, params: Mapping[str, str | int | float], column: int = -1) -> None:
        """Write down a note about a column, or about the header as a whole."""
        header = self.table.headers[column] if column >= 0 else ""
        number = self.table.numbers[column] if column >= 0 and self.table.numbers else None
        at = Place(self.place.file, self.place.sheet, self.place.row, header, "", number)
        self.faults.append(Fault(code, at, params, "note"))


def _map(
    table: RawTable,
    kind_name: str,
    answer: TableAnswer,
    file: str,
    judge: Judge,
    *,
    remembered: bool,
) -> Columns:
    kind = read_kinds()[kind_name]
    found = _Found(table, kind, Place(file=file, sheet=table.sheet, row=table.header_row))
    for name, header in answer.columns.items():
        column = _column_headed(table, header)
        if column >= 0 and name in kind.all_fields:
            found.matches[name] = ColumnMatch(
                name, table.headers[column], column, "profile" if remembered else "answer"
            )
    taken = found.taken
    hits: Candidates = {}
    named = settle_rivals(table, kind, table_hits(table, kind_name), judge)
    for j, hit in named.items():
        open_field = j not in taken and hit.field not in answer.columns
        if open_field and not _names_nobody(kind, hit.field, j, judge):
            hits.setdefault(hit.field, []).append((hit, j))
    for name, choice in choose_columns(table, kind, hits, judge).items():
        header = table.headers[choice.column]
        found.matches[name] = ColumnMatch(name, header, choice.column, "alias")
        _say_choice(found, name, choice)
    _judge_missing(found, answer, judge)
    _suggest(found, answer, judge)
    ordered = tuple(sorted(found.matches.values(), key=lambda match: match.column))
    return Columns(
        kind=kind_name,
        matches=ordered,
        faults=tuple(found.faults),
        questions=tuple(found.questions),
        suggested=tuple(found.suggested),
        paired=found.paired,
    )


def _names_nobody(kind: Kind, name: str, column: int, judge: Judge) -> bool:
    """Say whether a header of an owner is one of a way to own (产权性质), and its cells too."""
    entry = kind.all_fields[name]
    ends = tuple(value_shapes()["rule"]["nature"])
    told = any(key.endswith(ends) for key in header_keys(judge.table.headers[column]))
    if entry.required or entry.values != "owner" or not told or not judge.sample(column).texts:
        return False
    return bool(judge.holds(column, entry) < value_shapes()["rule"]["held"])


def _column_headed(table: RawTable, header: str) -> int:
    """Return the column with a header, as it is or as headers are compared; -1 for none."""
    if header in table.headers:
        return table.headers.index(header)
    keys = [header_keys(other)[:1] for other in table.headers]
    wanted = header_keys(header)[:1]
    return keys.index(wanted) if wanted and wanted in keys else -1


def _say_choice(found: _Found, name: str, choice: Choice) -> None:
    """Say which of several columns is taken, and why; what the others hold is kept."""
    headers = found.table.headers
    chosen = headers[choice.column]
    equal = all(headers[j] == chosen for j in choice.others)
    if not choice.others or (equal and choice.same):
        return
    if equal:
        found.note("column_twice", {"field": name}, choice.column)
        return
    others = "、".join(dict.fromkeys(headers[j] for j in choice.others))
    params = {"field": name, "others": others, "because": choice.because}
    found.note("column_chosen", params, choice.column)
    _say_offset(found, choice.column, choice.systems)


def _say_offset(found: _Found, column: int, systems: Mapping[tuple[int, int], str]) -> None:
    """Say which pairs of coordinates are the one taken after a shift, and keep one to prove it."""
    own = next((pair for pair in systems if pair[0] == column), None)
    if own is None:
        return
    for pair, system in systems.items():
        if system != systems[own]:
            others = "、".join(found.table.headers[j] for j in pair)
            params = {"others": others, "chosen": systems[own], "crs": system}
            found.note("pair_offset", params, column)
            found.paired = found.paired or pair


def _judge_missing(found: _Found, answer: TableAnswer, judge: Judge) -> None:
    """Find required fields and positions without a header by their values; ask what is not sure.

    What another field stands for is taken from there unless a column is plainly it.
    """
    _judge_pair(found, answer, judge)
    for name in _judge_order(found, answer, judge):
        entry = found.kind.all_fields[name]
        options = judge.candidates(found.kind, name, found.taken, found.columns, borrowed=True)
        params: dict[str, str | int | float] = {"field": name, "kind": found.kind.name}
        sure = leads(options) and is_sure(found.kind.name, name, options)
        other = _stand_in(found, name)
        if other:
            coded = entry.type == "code" and leads(options) and _is_key(found, options)
            if sure or coded:
                _take(found, name, options[0], sure=True)
                continue
            found.suggested.extend(_matches(found, name, options[:1]))
            found.note("column_from_other", {**params, "other": other})
            continue
        if leads(options):
            _take(found, name, options[0], sure=sure)
        if not sure:
            found.questions.append(Question("column", _ranked(found, name, options), params))
    for name, entry in found.kind.fields.items():
        if answer.columns.get(name, "-") == "" and entry.required and name not in found.matches:
            params = {"field": name, "kind": found.kind.name}
            if other := _stand_in(found, name):
                found.note("column_from_other", {**params, "other": other})
                continue
            found.faults.append(Fault("column_missing", found.place, params))


def _stand_in(found: _Found, name: str) -> str:
    """Return the field there is that serves for one without a column, "" for none."""
    return next((other for other in found.kind.stand_ins(name) if other in found.matches), "")


def _judge_pair(found: _Found, answer: TableAnswer, judge: Judge) -> None:
    """Find both coordinates of a table by two columns side by side that look like them."""
    said = {"x", "y"} & (set(found.matches) | set(answer.columns))
    if found.kind.geometry != "point" or _has_shapes(found.table) or said:
        return
    pairs = coordinate_pairs(judge, found.kind, found.taken)
    if not pairs:
        return
    of_columns = {(pair["x"].column, pair["y"].column): pair for pair in pairs}
    systems = pair_systems(found.table, found.kind, list(of_columns)) if len(pairs) > 1 else {}
    plain = [of_columns[pair] for pair, system in systems.items() if system == CGCS2000]
    best = plain[0] if len(plain) == 1 else pairs[0]
    least = value_shapes()["rule"]["sure"]
    sure = len(pairs) == 1 or len(plain) == len(systems) - 1 == 1
    sure = sure and all(option.fit >= least for option in best.values())
    _say_offset(found, best["x"].column, systems)
    for name, option in best.items():
        _take(found, name, option, sure=sure)
        if not sure:
            params = {"field": name, "kind": found.kind.name}
            options = list(dict.fromkeys(pair[name] for pair in (best, *pairs)))
            found.questions.append(Question("column", _ranked(found, name, options), params))


def _judge_order(found: _Found, answer: TableAnswer, judge: Judge) -> list[str]:
    """Return the fields to be judged, that with the best candidate first."""
    kind = found.kind
    names = [
        name
        for name, entry in kind.fields.items()
        if (entry.required or entry.fallback)
        and name not in found.matches
        and name not in answer.columns
    ]
    # A table without any position says nothing of one; half a pair is asked about.
    axes = {"x", "y"} - set(found.matches) - set(answer.columns)
    if kind.geometry == "point" and not _has_shapes(found.table) and len(axes) == 1:
        names = [*axes, *names]
    marks = {
        name: max(
            (c.mark for c in judge.candidates(kind, name, found.taken, found.columns)), default=0.0
        )
        for name in names
    }
    return sorted(names, key=lambda name: (name not in {"x", "y"}, -marks[name]))


def _is_key(found: _Found, options: Sequence[Candidate]) -> bool:
    """Say whether the only candidate for a key tells every row apart."""
    return len(options) == 1 and distinct_share(found.table, options[0].column) == 1.0


def _matches(found: _Found, name: str, options: Sequence[Candidate]) -> list[ColumnMatch]:
    headers = found.table.headers
    return [ColumnMatch(name, headers[c.column], c.column, "values") for c in options]


def _take(found: _Found, name: str, option: Candidate, *, sure: bool) -> None:
    """Use a column that its values tell; where nothing is asked about it, say so."""
    found.matches[name] = _matches(found, name, [option])[0]
    if sure:
        found.note("column_by_values", {"field": name}, option.column)


def _ranked(found: _Found, name: str, options: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the headers a field may stand under: likely ones, unknown ones, the rest.

    Those that say they are of something else come last: a person may know better.
    """
    entry = found.kind.all_fields[name]
    headers, taken = found.table.headers, found.taken
    first = [headers[option.column] for option in options]
    spare = [header for j, header in enumerate(headers) if j not in taken]
    spare.sort(key=lambda header: (speaks_against(header, entry), is_bystander(header)))
    return tuple(dict.fromkeys([*first, *spare]))


def _suggest(found: _Found, answer: TableAnswer, judge: Judge) -> None:
    """Suggest columns for optional fields that have none, where values and neighbours agree."""
    rule = value_shapes()["rule"]
    taken = found.taken | {match.column for match in found.suggested}
    for name in judged_fields(found.kind.name):
        if name in found.matches or name in answer.columns or name in {"x", "y"}:
            continue
        options = judge.candidates(found.kind, name, taken, found.columns)
        if not leads(options) or options[0].fit < rule["suggested"]:
            continue
        if can_suggest(found.kind, name, options[0], judge):
            found.suggested.extend(_matches(found, name, options[:1]))
            taken.add(options[0].column)


def _has_shapes(table: RawTable) -> bool:
    return table.geometry is not None and any(shape is not None for shape in table.geometry)
