"""Guess what kind of record a table holds: by headers, titles, owner, values and what repeats."""

from collections.abc import Mapping
from dataclasses import dataclass

from geodata.ingest.aliases import Hit, find_hit, header_kinds, is_generic
from geodata.ingest.judge_values import Judge
from geodata.ingest.profile_values import value_shapes
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import settings, word
from geodata.ingest.strangers import belongs_to_another, strangers
from geodata.owners import read_owners
from geodata.records import LINE_ENDS, Field, Kind, read_kinds

_AXES = ("x", "y")


@dataclass(frozen=True)
class Guess:
    """How well a kind fits a table.

    ``score`` tells kinds apart: a header that n kinds know counts 1/n. ``support`` tells records
    of ours from other tables: what there is of the kind's fields, whoever else has them. ``hits``
    are the columns of its own and of place fields, ``missing`` the required fields without any;
    ``required`` says whether a required one is among its own; ``key`` is the column that tells its
    records apart, -1 for none. ``named``: a header that not any table has names a record or what
    it belongs to.
    """

    kind: str
    score: float
    support: float
    hits: frozenset[int]
    missing: tuple[str, ...]
    required: bool = False
    key: int = -1
    named: bool = False

    @property
    def rank(self) -> float:
        """Return the score less one for each required field that is missing."""
        return self.score - len(self.missing)


def guess_kinds(
    table: RawTable, *titles: str, owner: str = "", judge: Judge | None = None
) -> list[Guess]:
    """Score every kind by what speaks for it, the best first.

    ``titles``: the names of the sheet and the file, the lines above the header. Kinds of another
    geometry than the features are out, those that another hands in, and those of which no own
    field is there.
    """
    judge = judge or Judge(table)
    guesses = []
    for kind in read_kinds().values():
        if geometry_fits(table, kind) and kind.comes_from(owner):
            guess = _guess(table, kind, titles, owner, judge)
            if guess is not None:
                guesses.append(guess)
    return sorted(guesses, key=lambda guess: (-guess.rank, guess.kind))


def table_hits(table: RawTable, kind: str) -> dict[int, Hit]:
    """Return the columns of a table whose header names a field of a kind.

    What stands under a heading of another thing's (邻区) is none of the record's.
    """
    groups = table.groups or ("",) * len(table.headers)
    hits = {
        j: find_hit(kind, header, cut=j in table.cut, group=groups[j])
        for j, header in enumerate(table.headers)
        if not belongs_to_another(groups[j])
    }
    return {j: hit for j, hit in hits.items() if hit is not None}


def _guess(
    table: RawTable, kind: Kind, titles: tuple[str, ...], owner: str, judge: Judge
) -> Guess | None:
    hits = table_hits(table, kind.name)
    weights: dict[str, tuple[float, float]] = {}
    for j, hit in hits.items():
        score, support = _weights(table.headers[j], hit, kind.all_fields[hit.field], j, judge)
        old = weights.get(hit.field, (0.0, 0.0))
        weights[hit.field] = (max(old[0], score if hit.own else 0.0), max(old[1], support))
    own = {hit.field for hit in hits.values() if hit.own}
    if not own:
        return None
    if not _may_hold(table, kind, own) or (kind.telling and not _key_differs(table, kind, hits)):
        return None
    missing = tuple(
        name
        for name, entry in kind.fields.items()
        if entry.required and own.isdisjoint((name, *kind.stand_ins(name)))
    )
    bonus = title_bonus(kind.name, titles)
    leaning = owner_bonus(kind.name, owner) + _leaning(table, kind.name, hits)
    counted = {name: weight for name, (_, weight) in weights.items()}
    support = bonus + _listed(kind.name, titles) + _support(table, kind, counted)
    return Guess(
        kind=kind.name,
        score=sum(score for score, _ in weights.values()) + bonus + leaning,
        support=support,
        hits=frozenset(hits),
        missing=missing,
        required=any(kind.fields[name].required for name in own),
        key=_key_column(kind, hits),
        named=any(_names(table.headers[j], hit, kind) for j, hit in hits.items()),
    )


def _may_hold(table: RawTable, kind: Kind, own: set[str]) -> bool:
    """Say whether a table has a field that tells of a kind, and none that its tables never have."""
    if kind.telling and own.isdisjoint(kind.telling):
        return False
    for path in kind.without:
        other, _, field = path.partition(".")
        for header in table.headers:
            hit = find_hit(other, header)
            if hit is not None and hit.field == field and not is_generic(header):
                return False
    return True


def _key_differs(table: RawTable, kind: Kind, hits: dict[int, Hit]) -> bool:
    """Say whether the columns of a kind's key together tell nearly all rows apart.

    Headers that any table may have (名称) make no key by themselves.
    """
    keys = [j for j, hit in hits.items() if hit.field in kind.key]
    if all(is_generic(table.headers[j]) for j in keys):
        return False
    rows = list(zip(*(table.columns[j].tolist() for j in keys), strict=True))
    return len(set(rows)) >= float(settings()["kind"]["key_share"]) * len(rows)


def _names(header: str, hit: Hit, kind: Kind) -> bool:
    """Say whether a header is that of a name or a code of a kind, and not of just anything.

    A key of a value set is one under any header: its cells tell.
    """
    entry = kind.all_fields[hit.field]
    if hit.field in kind.key and entry.values:
        return hit.own
    naming = entry.type in {"text", "code"} and not entry.values
    return hit.own and (naming or hit.field in kind.key) and not is_generic(header)


def _weights(header: str, hit: Hit, entry: Field, column: int, judge: Judge) -> tuple[float, float]:
    """Return what a header adds to the score and to the support of a kind.

    Nothing where the cells below are none of the field's; a header that any table may have adds
    little, unless its cells are of the field's value set.
    """
    rule = settings()["kind"]
    holds = judge.holds(column, entry)
    if holds < value_shapes()["rule"]["held"]:
        return 0.0, 0.0
    shared = 1.0 / max(len(header_kinds(header)), 1)
    sure = 1.0 if hit.exact else float(rule["composed"])
    told = entry.values and entry.type in {"text", "list"} and judge.sample(column).texts
    if is_generic(header) and not told:
        return rule["generic"] * shared * sure, strangers()["rule"]["generic"]
    return shared * sure, 1.0


def _support(table: RawTable, kind: Kind, weights: Mapping[str, float]) -> float:
    """Add up what there is of a kind: what names its records, where they lie, what they are."""
    rule = strangers()["rule"]
    naming = {*kind.key, *kind.stand_ins(kind.key[0]), "name", "site_id", "site_name"}
    total = 0.0
    for name, weight in weights.items():
        if kind.all_fields[name].type == "coordinate":
            continue
        if name in kind.fields:
            # A key of a value set says more than a name: few tables hold such words.
            named = name in naming and not kind.fields[name].values
            total += weight * rule["identity" if named else "own"]
        else:
            total += weight * rule["place"]
    required = [name for name, entry in kind.fields.items() if entry.required]
    if len(required) >= rule["complete_fields"] and all(weights.get(name) for name in required):
        total += rule["complete"]
    pair = table.geometry is not None or any(
        all(name in weights for name in axes) for axes in (_AXES, *LINE_ENDS)
    )
    return total + (rule["pair"] if pair and kind.geometry != "none" else 0.0)


def _key_column(kind: Kind, hits: Mapping[int, Hit]) -> int:
    """Return the column of a kind's only key field, or of what stands for it; -1 for none."""
    if len(kind.key) != 1:
        return -1
    for name in (kind.key[0], *kind.stand_ins(kind.key[0])):
        for j, hit in hits.items():
            if hit.field == name:
                return j
    return -1


def by_content(table: RawTable, guesses: list[Guess]) -> Guess | None:
    """Return the kind whose key tells the rows apart where that of the likeliest does not.

    Sites repeat in a list of cells: what the rows are is what there is one of in each.
    """
    best, reach = guesses[0], settings()["kind"]["content_reach"]
    if best.key < 0 or tells_apart(table, best.key):
        return None
    for guess in guesses[1:]:
        near = guess.required and best.rank - guess.rank < reach
        if near and guess.key not in {-1, best.key} and tells_apart(table, guess.key):
            return guess
    return None


def tells_apart(table: RawTable, column: int) -> bool:
    """Say whether the filled cells of a column differ, nearly all of them."""
    return distinct_share(table, column) >= float(settings()["kind"]["key_share"])


def distinct_share(table: RawTable, column: int) -> float:
    """Return which share of the filled cells of a column differ; 0 where none is filled."""
    cells = table.columns[column]
    filled = cells[(cells != "") & (cells != "-")].tolist()
    return len(set(filled)) / len(filled) if filled else 0.0


def spoken_of(titles: tuple[str, ...]) -> frozenset[str]:
    """Return the kinds that a title speaks of: the first that speaks of any, in their order."""
    for title in titles:
        spoken = frozenset(
            name
            for name, spellings in settings()["kind"]["words"].items()
            if any(word(item) in word(title) for item in spellings)
        )
        if spoken:
            return spoken
    return frozenset()


def without_words(kind: str, title: str) -> str:
    """Return a title without the words in it that speak of a kind: 统计指标 is no 指标."""
    text = word(title)
    for item in settings()["kind"]["words"].get(kind, ()):
        text = text.replace(word(item), "")
    return text


def title_bonus(kind: str, titles: tuple[str, ...]) -> float:
    """Return what titles add to a kind: those that speak of it and of no other."""
    return float(settings()["kind"]["title_bonus"]) if spoken_of(titles) == {kind} else 0.0


def _listed(kind: str, titles: tuple[str, ...]) -> float:
    """Return what a title that calls a table the list of a kind's records adds to the support."""
    rule = settings()["kind"]
    said = any(
        spoken_of((title,)) == {kind} and any(word(item) in word(title) for item in rule["lists"])
        for title in titles
    )
    return float(rule["list_bonus"]) if said else 0.0


def owner_bonus(kind: str, owner: str) -> float:
    """Return what is to be said for a kind because of who hands it in."""
    known = read_owners().get(owner)
    if known is None:
        return 0.0
    leaning = settings()["kind"]["owner"]
    row = leaning.get(owner) or (leaning["operator"] if known.operator else {})
    return float(row.get(kind, 0.0))


def _leaning(table: RawTable, kind: str, hits: Mapping[int, Hit]) -> float:
    """Return what headers add to a kind that are none of its fields but stand in its lists."""
    rule = strangers()["leaning"]
    parts = [word(part) for part in rule["parts"].get(kind, ())]
    groups = table.groups or ("",) * len(table.headers)
    told = sum(
        any(part in word(groups[j] + header) for part in parts)
        for j, header in enumerate(table.headers)
        if j not in hits
    )
    return min(told * float(rule["weight"]), float(rule["most"]))


def geometry_fits(table: RawTable, kind: Kind) -> bool:
    """Say whether most features of the table can be records of a kind; a sheet can be any."""
    if table.geometry is None:
        return True
    lines = {"LineString", "MultiLineString", "LinearRing"}
    drawn = [shape.geom_type in lines for shape in table.geometry if shape is not None]
    if not drawn:
        return True
    # A stray line among points, or a point among lines, is a fault of its own.
    return 2 * sum(drawn) >= len(drawn) if kind.geometry == "line" else 2 * sum(drawn) < len(drawn)
