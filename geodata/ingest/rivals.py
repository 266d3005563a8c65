"""Decide by its cells which field a column is whose header may mean several.

站型 is S111 in one list and 宏站 in another, 小区标识 the whole identity or the number within the
site. Which headers these are is data: ``header_words.toml``, ``[[rivals]]``.
"""

from collections.abc import Mapping
from functools import cache

from geodata.ingest.aliases import Hit
from geodata.ingest.guess import tells_apart
from geodata.ingest.header_forms import header_keys, header_words
from geodata.ingest.judge_values import Judge
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import word
from geodata.records import Kind

# What cells say of a header ranks behind headers that say it themselves.
_BEHIND = 1000
# Stands for every kind: fields of a place, which each of them has.
ANY = "*"


def settle_rivals(
    table: RawTable, kind: Kind, hits: Mapping[int, Hit], judge: Judge
) -> dict[int, Hit]:
    """Return the hits of a table's columns with the ones that are open decided.

    ``hits``: column → the field its header names. A field whose cells these can be goes before
    one that takes anything, a field that no other column has before one that has.
    """
    settled = dict(hits)
    for j, hit in hits.items():
        others = _others(kind.name if hit.own else ANY, table.headers[j])
        if not others or not judge.sample(j).texts:
            continue
        fields = sorted({hit.field, *others}, key=lambda name: _order(kind, name, hit))
        fits = [name for name in fields if _suits(table, kind, name, j, judge)]
        held = {other.field for i, other in settled.items() if i != j and other.rank < _BEHIND}
        chosen = next((name for name in fits if name not in held), (fits or [hit.field])[0])
        if chosen != hit.field:
            settled[j] = Hit(chosen, _BEHIND + hit.rank, own=True, exact=hit.exact)
    return settled


@cache
def _rivals(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Return the other fields of a kind that its headers may mean, by header."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in header_words()["rivals"]:
        if entry["kind"] == kind:
            for header in entry["headers"]:
                key = header_keys(header)[0]
                found[key] = (*found.get(key, ()), entry["field"])
    return found


def _others(kind: str, header: str) -> tuple[str, ...]:
    known = _rivals(kind)
    return next((known[key] for key in header_keys(header) if key in known), ())


def _order(kind: Kind, name: str, hit: Hit) -> tuple[bool, bool, bool]:
    """Put the key first, then fields of a value set, then what the header says."""
    among = header_words()["rival"]["among"]
    bound = bool(kind.all_fields[name].values) or name in among
    return name not in kind.key, not bound, name != hit.field


def _suits(table: RawTable, kind: Kind, name: str, column: int, judge: Judge) -> bool:
    """Say whether a column's cells can be a field's; one without a value set takes anything.

    A key tells rows apart, a whole identity is no mere number within a site.
    """
    entry, rule = kind.all_fields[name], header_words()["rival"]
    if name in rule["among"]:
        cells, known = judge.sample(column).texts, {word(item) for item in rule["among"][name]}
        return bool(sum(word(cell) in known for cell in cells) >= len(cells) * rule["holds"])
    if name in kind.key and not tells_apart(table, column):
        return False
    if name in {*rule["long"], *rule["short"]}:
        texts = judge.sample(column).texts
        long = sum(len(text) >= rule["least_length"] for text in texts)
        return bool((long >= len(texts) * rule["holds"]) == (name in rule["long"]))
    return not entry.values or bool(judge.holds(column, entry) >= rule["holds"])
