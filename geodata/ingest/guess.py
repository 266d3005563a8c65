"""Guess what kind of record a table holds: by its headers, its titles and what its keys tell."""

from dataclasses import dataclass

from geodata.ingest.aliases import find_hit, header_keys, header_kinds
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import settings, word
from geodata.records import Kind, read_kinds


@dataclass(frozen=True)
class Guess:
    """How well a kind fits a table: its score and the required fields that no header names.

    ``hits`` counts its own fields and those of the place that headers name; ``required`` says
    whether a required one is among its own; ``key`` is the column that tells its records apart.
    """

    kind: str
    score: float
    hits: int
    missing: tuple[str, ...]
    required: bool = False
    key: int = -1

    @property
    def rank(self) -> float:
        """Return the score less one for each required field that is missing."""
        return self.score - len(self.missing)


def guess_kinds(table: RawTable, *titles: str) -> list[Guess]:
    """Score every kind by the headers that name its own fields, the best first.

    A header that n kinds know counts 1/n; a title that speaks of a kind a little. Kinds of another
    geometry than the features are out.
    """
    guesses = []
    for kind in read_kinds().values():
        if not _geometry_fits(table, kind):
            continue
        found: dict[str, float] = {}
        for j, header in enumerate(table.headers):
            hit = find_hit(kind.name, header, cut=j in table.cut)
            if hit is not None and hit.own:
                found[hit.field] = max(found.get(hit.field, 0.0), _weight(header))
        if not found:
            continue
        placing = sum(
            (hit := find_hit(kind.name, header)) is not None and not hit.own
            for header in table.headers
        )
        missing = tuple(
            name
            for name, entry in kind.fields.items()
            if entry.required and name not in found and entry.fallback not in found
        )
        score = sum(found.values()) + _bonus(kind.name, titles)
        required = any(entry.required for name, entry in kind.fields.items() if name in found)
        key = _key_column(table, kind)
        guesses.append(Guess(kind.name, score, len(found) + placing, missing, required, key))
    return sorted(guesses, key=lambda guess: (-guess.rank, guess.kind))


def _key_column(table: RawTable, kind: Kind) -> int:
    """Return the column of a kind's only key field, or of what stands for it; -1 for none."""
    entry = kind.all_fields[kind.key[0]]
    for name in (entry.name, entry.fallback):
        for j, header in enumerate(table.headers):
            hit = find_hit(kind.name, header, cut=j in table.cut)
            if len(kind.key) == 1 and hit is not None and hit.field == name:
                return j
    return -1


def by_content(table: RawTable, guesses: list[Guess]) -> Guess | None:
    """Return the kind whose key tells the rows apart where that of the likeliest does not.

    Sites repeat in a list of cells: what the rows are is what there is one of in each.
    """
    best, reach = guesses[0], settings()["kind"]["content_reach"]
    if best.key < 0 or _tells_apart(table, best.key):
        return None
    for guess in guesses[1:]:
        near = guess.required and best.rank - guess.rank < reach
        if near and guess.key not in {-1, best.key} and _tells_apart(table, guess.key):
            return guess
    return None


def _tells_apart(table: RawTable, column: int) -> bool:
    """Say whether the filled cells of a column differ, nearly all of them."""
    cells = [str(cell) for cell in table.columns[column] if cell not in {"", "-"}]
    return bool(cells) and len(set(cells)) >= settings()["kind"]["key_share"] * len(cells)


def _bonus(kind: str, titles: tuple[str, ...]) -> float:
    """Return what titles add to a kind: those that speak of it and of no other."""
    spoken = {
        name
        for name, spellings in settings()["kind"]["words"].items()
        for title in titles
        if any(word(item) in word(title) for item in spellings)
    }
    return float(settings()["kind"]["title_bonus"]) if spoken == {kind} else 0.0


def _weight(header: str) -> float:
    for key in header_keys(header):
        if kinds := header_kinds().get(key):
            return 1.0 / len(kinds)
    return 0.5


def _geometry_fits(table: RawTable, kind: Kind) -> bool:
    """Say whether features of the table can be records of a kind; a sheet can be any."""
    if table.geometry is None:
        return True
    lines = {"LineString", "MultiLineString", "LinearRing"}
    types = {shape.geom_type for shape in table.geometry if shape is not None}
    return not types or (kind.geometry == "line") == bool(types & lines)
