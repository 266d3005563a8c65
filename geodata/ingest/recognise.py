"""Say what kind of record a table holds, or why none: what speaks for it against what does not."""

from dataclasses import dataclass, replace
from pathlib import PurePath

from geodata.ingest.guess import (
    Guess,
    by_content,
    distinct_share,
    guess_kinds,
    table_hits,
    tells_apart,
    without_words,
)
from geodata.ingest.header_says import are_mute
from geodata.ingest.judge_kind import leading, tell_kinds
from geodata.ingest.judge_values import Judge, coordinate_pairs, leads
from geodata.ingest.profile_values import value_shapes
from geodata.ingest.raw import RawTable
from geodata.ingest.read_dxf import LAYER
from geodata.ingest.settings import settings
from geodata.ingest.strangers import Against, speak_against, stranger_of, strangers
from geodata.records import read_kinds


@dataclass(frozen=True)
class Recognised:
    """A table's kind, or the reason for none; kinds to choose among where a person is to say.

    ``headers`` are those that speak of another table. Where ``by_values``, the kind is told by what
    stands in the columns alone, and ``options`` are what else it may be. ``nearest``: the kind that
    a table refused without a question is likest to.
    """

    kind: str = ""
    reason: str = ""
    options: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    by_values: bool = False
    nearest: str = ""


def recognise(table: RawTable, file: str, owner: str, judge: Judge) -> Recognised:
    """Recognise the kind of a table.

    ``file``: the file's name; ``owner``: the code of who hands it in, "" for nobody's.
    """
    rule = strangers()["rule"]
    guesses = guess_kinds(table, *_names_of(table, file), owner=owner, judge=judge)
    best = guesses[0] if guesses else None
    against = _against(table, best, guesses, file)
    support = best.support if best else 0.0
    share = against.weight / max(against.weight + support, 1e-9)
    if best is not None and _measures(table, best):
        options = _offer(guesses) if _is_planned(table, best) else ()
        nearest = "" if options else _nearest(best)
        return Recognised("", against.reason, options, against.headers, nearest=nearest)
    if against.weight >= rule["least"]:
        doubtful = rule["doubt"] <= share < rule["sure"]
        if best is not None and share >= rule["sure"]:
            doubtful = _is_planned(table, best)
        if doubtful and best is not None and _may_be_ours(best):
            return Recognised("", against.reason, _offer(guesses), against.headers)
        if share >= rule["share"]:
            return Recognised("", against.reason, (), against.headers, nearest=_nearest(best))
    found = _among_ours(table, guesses, judge) if guesses else Recognised("", "none_of_ours")
    if not found.kind and are_mute(table.headers):
        return _by_values(table, file, owner, judge) or found
    return found


def _by_values(table: RawTable, file: str, owner: str, judge: Judge) -> Recognised | None:
    """Judge by values what a table holds whose headers say nothing; None where they neither do."""
    told = tell_kinds(table, _names_of(table, file), owner, judge)
    kind = leading(told)
    asked = value_shapes()["told"]["asked"]
    others = [one.kind for one in told if one.kind != kind and one.weight >= asked]
    options = (*filter(None, [kind]), *others[: settings()["kind"]["offered"]])
    if not options:
        return None
    return Recognised(kind, "" if kind else "kind_unclear", (*options, "none"), by_values=True)


def _names_of(table: RawTable, file: str) -> tuple[str, ...]:
    """Return what a table is called, the closest first: its layer or folder, its sheet, its file.

    Layers of a drawing that are no ducts have the name of the drawing too: only their own counts.
    """
    if table.geometry is None:
        return (table.sheet, *table.titles, file)
    return table.titles if LAYER in table.headers else (*table.titles, table.sheet, file)


def _among_ours(table: RawTable, guesses: list[Guess], judge: Judge) -> Recognised:
    """Choose among the kinds of a table that is not known to be another's."""
    rules = settings()["kind"]
    told = by_content(table, guesses)
    ranked = sorted(
        (_with_judged(table, guess, judge) for guess in guesses[: rules["offered"]]),
        key=lambda guess: (-guess.rank, guess.kind),
    )
    ranked = [guess for guess in ranked if not _is_part(guess, ranked)]
    best = told or ranked[0]
    if not _is_enough(table, best):
        return Recognised("", "none_of_ours")
    lacks_one = best.named and len(best.missing) == 1 and _may_be_ours(best)
    weak = best.missing and best.score < rules["least_score"] and not lacks_one
    nameless = not best.named and bool({"name", "source_id"} & set(best.missing))
    if (told is None and weak) or nameless:
        return Recognised("", "none_of_ours", _offer(guesses) if _may_be_ours(best) else ())
    rivals = [
        guess.kind
        for guess in ranked
        if told is None and guess is not best and best.rank - guess.rank < rules["margin"]
    ]
    if rivals:
        return Recognised("", "kind_unclear", (best.kind, *rivals, "none"))
    return Recognised(best.kind)


def _is_part(guess: Guess, ranked: list[Guess]) -> bool:
    """Say whether another kind that lacks nothing has all that a village list has, and more."""
    return bool(read_kinds()[guess.kind].telling) and any(
        guess.hits < other.hits and not other.missing for other in ranked
    )


def _is_enough(table: RawTable, best: Guess) -> bool:
    """Say whether there is enough of a kind in a table against which nothing speaks.

    Names and codes alone are, where hardly anything else is there.
    """
    rule = strangers()["rule"]
    bare = best.support >= rule["bare"] and not best.missing
    headers = sum(bool(header) for header in table.headers)
    return best.support >= rule["support"] or (bare and len(best.hits) >= rule["cover"] * headers)


def _with_judged(table: RawTable, guess: Guess, judge: Judge) -> Guess:
    """Return a guess with what values tell: required fields, half missing now, and positions."""
    kind, rule = read_kinds()[guess.kind], strangers()["rule"]
    found = {hit.field: j for j, hit in table_hits(table, guess.kind).items()}
    taken = set(found.values())
    missing, support = [], guess.support
    for name in guess.missing:
        options = judge.candidates(kind, name, taken, found)
        if leads(options):
            taken.add(options[0].column)
        else:
            missing.append(name)
    judged = len(guess.missing) - len(missing)
    placeless = kind.geometry == "point" and table.geometry is None and not {"x", "y"} & set(found)
    if placeless and coordinate_pairs(judge, kind, taken):
        support += rule["pair"]
    return replace(
        guess,
        missing=tuple(missing),
        score=guess.score - judged * settings()["kind"]["judged"],
        support=support + judged * rule["identity"],
    )


def _against(table: RawTable, best: Guess | None, guesses: list[Guess], file: str) -> Against:
    """Weigh what speaks against the likeliest kind: headers it does not have, rows that repeat."""
    spoken = best.hits if best else frozenset()
    headers = [
        _with_heading(table, j)
        for j, header in enumerate(table.headers)
        if j not in spoken and header
    ]
    titles = [
        without_words(best.kind, title) if best else title
        for title in (*_own_titles(table, file), file)
    ]
    return speak_against(
        headers,
        titles[:-1],
        titles[-1],
        repeats=_repeats(table, best, guesses),
        placed=best is not None and _is_placed(table, best),
    )


def _measures(table: RawTable, best: Guess) -> bool:
    """Say whether a table measures what it lists: that many headers do."""
    rule = strangers()["decisive"]
    if best.kind not in rule["kinds"]:
        return False
    told = [stranger_of(h) for j, h in enumerate(table.headers) if h and j not in best.hits]
    count = sum(reason in rule["reasons"] and w >= rule["weight"] for reason, w in told)
    return bool(count >= rule["headers"])


def _is_planned(table: RawTable, best: Guess) -> bool:
    """Say whether a table is a full list with figures added: key, positions, what planners write.

    Not one in which the same things come again and again.
    """
    rule = strangers()["decisive"]
    fields = {hit.field for hit in table_hits(table, best.kind).values()}
    keyed = best.key >= 0 and tells_apart(table, best.key)
    planned = len(fields & set(rule["plan"])) >= rule["planned"]
    return bool(keyed and planned and _is_placed(table, best))


def _is_placed(table: RawTable, best: Guess) -> bool:
    """Say whether a table has shapes or both coordinates."""
    fields = {hit.field for hit in table_hits(table, best.kind).values()}
    return table.geometry is not None or {"x", "y"} <= fields


def _own_titles(table: RawTable, file: str) -> tuple[str, ...]:
    """Return what a table itself is called: a layer named after its file is not called so twice."""
    stem = PurePath(file).stem
    sheet = "" if f"{table.sheet}/".startswith(f"{stem}/") else table.sheet
    return tuple(title for title in (sheet, *table.titles) if title and title != stem)


def _with_heading(table: RawTable, column: int) -> str:
    """Return a header, with what stands above it where that speaks of another table."""
    heading = table.groups[column] if table.groups else ""
    telling = stranger_of(heading)[0] in strangers()["groups"]["against"] if heading else False
    return (heading if telling else "") + table.headers[column]


def _repeats(table: RawTable, best: Guess | None, guesses: list[Guess]) -> bool:
    """Say whether the same things come again and again, and no key tells the rows apart."""
    rule = strangers()["rule"]
    if best is None or best.key < 0 or len(table.rows) < rule["log_rows"]:
        return False
    keys = {guess.key for guess in guesses if guess.key >= 0}
    return all(0 < distinct_share(table, key) <= rule["repeats"] for key in keys)


def _may_be_ours(guess: Guess) -> bool:
    """Say whether there is enough of a kind in a table to ask a person."""
    return guess.required and guess.support >= settings()["kind"]["asked_support"]


def _nearest(best: Guess | None) -> str:
    """Return the kind that a refused table may be after all, "" for none."""
    return best.kind if best is not None and _may_be_ours(best) else ""


def _offer(guesses: list[Guess]) -> tuple[str, ...]:
    likely = tuple(guess.kind for guess in guesses if guess.required)
    return (*likely[: settings()["kind"]["offered"]], "none")
