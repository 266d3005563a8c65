"""Which headers are known, of which kinds and fields: the alias data of all kinds, turned round."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from geodata.ingest.header_forms import (
    all_subjects,
    compounds,
    endings,
    generic_headers,
    header_keys,
    header_parts,
    misprint_of,
    own_subjects,
    phrases,
    two_scripts,
    used_up,
)
from geodata.records import Field, Kind, read_kinds

__all__ = [
    "Hit",
    "field_aliases",
    "find_hit",
    "header_keys",
    "header_kinds",
    "is_generic",
    "is_known",
    "is_same_elsewhere",
    "kind_headers",
]

_MARKS = re.compile(r"\W")
# Headers that are put together rank behind all aliases, misprints behind those.
_COMPOSED, _MISPRINTED = 1000, 2000


@dataclass(frozen=True)
class Hit:
    """A field that a header names; of two headers for a field the lower rank is preferred.

    ``own`` says whether it is one of the kind's own fields; ``exact`` whether an alias is the
    header itself and not what it is put together from, or nearly.
    """

    field: str
    rank: int
    own: bool
    exact: bool = True


def field_aliases(kind: Kind, name: str) -> tuple[str, ...]:
    """Return a field's aliases; a kind's own come before those of the place field it redefines."""
    aliases: dict[str, None] = {name: None}
    for fields in (kind.fields, kind.place_fields):
        entry: Field | None = fields.get(name)
        aliases |= dict.fromkeys(entry.aliases if entry else ())
    # The field's own name counts last: it is what our exports write.
    del aliases[name]
    return (*aliases, name)


@cache
def kind_headers(kind_name: str) -> Mapping[str, Hit]:
    """Return the known headers of a kind; where two fields claim one, its own field wins."""
    kind = read_kinds()[kind_name]
    known: dict[str, Hit] = {}
    for name in kind.all_fields:
        for rank, alias in enumerate(field_aliases(kind, name)):
            hit = Hit(name, rank, own=name in kind.fields)
            key = header_keys(alias)[0]
            if key not in known or (hit.own and not known[key].own):
                known[key] = hit
    # Databases write 村_社区 for 村(社区): a header's marks may be lost.
    for key, hit in list(known.items()):
        known.setdefault(_MARKS.sub("", key), hit)
    return known


@cache
def _composed_headers(kind_name: str) -> Mapping[str, Hit]:
    """Return the headers of a kind that are put together: subject and name, word and thing."""
    kind = read_kinds()[kind_name]
    return {
        key: Hit(name, _COMPOSED, own=name in kind.fields, exact=False)
        for key, name in {**phrases(kind_name), **compounds(kind_name)}.items()
        if name in kind.all_fields
    }


def find_hit(kind_name: str, header: str, *, cut: bool = False, group: str = "") -> Hit | None:
    """Return the field of a kind that a header names, if any.

    ``cut``: the format may have cut the header short; then it may be the beginning of a known
    header, if all that begin so name one field. ``group``: what stands above it.
    """
    hit = _find(kind_name, group + header) if group else None
    hit = hit or _find(kind_name, header)
    return hit or (_cut_hit(kind_name, header) if cut else None)


@lru_cache(maxsize=65536)
def _find(kind_name: str, header: str) -> Hit | None:
    """Look a header up: as it is, put together, in two languages, misprinted."""
    known = kind_headers(kind_name)
    for key in header_keys(header):
        if key in known:
            return known[key]
    if any(key in kind_headers(kind) for kind in read_kinds() for key in header_keys(header)[:1]):
        # Another kind has it as it is: taking it apart would say less.
        return _take_apart(kind_name, header)
    return (
        _take_apart(kind_name, header)
        or _in_parts(kind_name, header)
        or _misprint(kind_name, header)
    )


@lru_cache(maxsize=65536)
def _take_apart(kind_name: str, header: str) -> Hit | None:
    """Find a known header behind words that say whose or which."""
    composed = _composed_headers(kind_name)
    for key in header_keys(header):
        for short in endings(key):
            hit = composed.get(short) or _behind_words(kind_name, short)
            if hit is not None:
                return hit
        for short in endings(key, "behind_place"):
            hit = kind_headers(kind_name).get(short) or _behind_words(kind_name, short)
            if hit is not None and hit.field in read_kinds()[kind_name].place_fields:
                return Hit(hit.field, _COMPOSED + hit.rank, hit.own, exact=False)
    return None


def _behind_words(kind_name: str, key: str) -> Hit | None:
    """Return the longest known header that a normalised one ends with, if only words go before."""
    entries = read_kinds()[kind_name].all_fields
    for headers in (kind_headers(kind_name), _composed_headers(kind_name)):
        for start in range(len(key)):
            hit = headers.get(key[start:])
            # 集团名称 is the name of anything, 管道段长度 the length of a record of ours.
            if hit is None or (is_generic(key[start:]) and used_up(key[:start], ())):
                continue
            if used_up(key[:start], _leading_subjects(kind_name, entries[hit.field])):
                return Hit(hit.field, _COMPOSED + hit.rank, hit.own, exact=False)
    return None


def _leading_subjects(kind_name: str, entry: Field) -> tuple[str, ...]:
    """Return what a field's header may be about: of a place anything, of a name the kind."""
    places = read_kinds()[kind_name].place_fields
    anything = entry.type == "coordinate" or places.get(entry.name) is entry
    return all_subjects() if anything else own_subjects(kind_name)


def _in_parts(kind_name: str, header: str) -> Hit | None:
    """Return the field that the parts of a header agree on: 经度/Longitude, 经度Longitude.

    Of two scripts without anything between them both must be known.
    """
    known = kind_headers(kind_name)
    sets = [
        [known.get(part) or _take_apart(kind_name, part) for part in parts]
        for parts in (header_parts(header), two_scripts(header))
    ]
    if None in sets[1]:
        sets[1] = []
    hits = [hit for part in sets for hit in part if hit is not None]
    if len({hit.field for hit in hits}) != 1:
        return None
    best = min(hits, key=lambda hit: hit.rank)
    return Hit(best.field, _COMPOSED + best.rank, best.own, exact=False)


def _misprint(kind_name: str, header: str) -> Hit | None:
    """Return the only field whose header a header of no kind is one slip away from."""
    key = header_keys(header)[:2][-1]
    if any(_take_apart(kind, header) for kind in read_kinds()):
        return None
    known = kind_headers(kind_name)
    index = _nearly(kind_name)
    close = set().union(*(index.get(part, ()) for part in (key, *_shortened(key))))
    near = [known[other] for other in close if misprint_of(key, other)]
    if len({hit.field for hit in near}) != 1:
        return None
    rank = min(hit.rank for hit in near)
    return Hit(near[0].field, _MISPRINTED + rank, near[0].own, exact=False)


def _shortened(key: str) -> set[str]:
    return {key[:i] + key[i + 1 :] for i in range(len(key))}


@cache
def _nearly(kind_name: str) -> Mapping[str, frozenset[str]]:
    """Return the known headers of a kind by themselves and by each with a character left out.

    Two texts one slip apart share one of these.
    """
    index: dict[str, set[str]] = {}
    for known in kind_headers(kind_name):
        for part in (known, *_shortened(known)):
            index.setdefault(part, set()).add(known)
    return {part: frozenset(all_known) for part, all_known in index.items()}


def _cut_hit(kind_name: str, header: str) -> Hit | None:
    start = header_keys(header)[0]
    if len(start) < 2:
        return None
    longer = [hit for key, hit in kind_headers(kind_name).items() if key.startswith(start)]
    return longer[0] if len({hit.field for hit in longer}) == 1 else None


@lru_cache(maxsize=65536)
def header_kinds(header: str) -> frozenset[str]:
    """Return the kinds that have what a header names as one of their own fields."""
    hits = {kind: find_hit(kind, header) for kind in read_kinds()}
    return frozenset(kind for kind, hit in hits.items() if hit is not None and hit.own)


@lru_cache(maxsize=65536)
def is_same_elsewhere(kind_name: str, name: str, header: str) -> bool:
    """Say whether a header names a record or its code in other kinds, and nothing in this one."""
    if name not in {"name", "source_id"} or find_hit(kind_name, header) is not None:
        return False
    hits = [find_hit(kind, header) for kind in read_kinds()]
    fields = {hit.field for hit in hits if hit is not None and hit.own}
    return name in fields


def is_generic(header: str) -> bool:
    """Say whether a header is one that any table may have: 名称, 状态, 数量."""
    return header_keys(header)[0] in generic_headers()


@lru_cache(maxsize=65536)
def is_known(header: str) -> bool:
    """Say whether any kind knows a header, misprinted ones left out."""
    return any(
        (hit := find_hit(kind, header)) is not None and hit.rank < _MISPRINTED
        for kind in read_kinds()
    )
