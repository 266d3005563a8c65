"""Which headers are known, of which kinds and fields: the alias data of all kinds, turned round."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from geodata.ingest.settings import settings, word
from geodata.records import Field, Kind, read_kinds

_BRACKETS = re.compile(r"[(\[【<].*?[)\]】>]")


@dataclass(frozen=True)
class Hit:
    """A field that a header names; of two headers for a field the lower rank is preferred."""

    field: str
    rank: int
    own: bool


@lru_cache(maxsize=65536)
def header_keys(header: str) -> tuple[str, ...]:
    """Return the forms a header is looked up by: as it is, then without what is in brackets.

    Usual misspellings (维度 for 纬度) count as what they stand for.
    """
    whole = word(header.replace("_", ""))
    for written, meant in settings()["header"]["misspelt"].items():
        whole = whole.replace(written, meant)
    bare = word(_BRACKETS.sub("", whole))
    return (whole, bare) if bare and bare != whole else (whole,)


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
    return known


@cache
def header_kinds() -> Mapping[str, frozenset[str]]:
    """Return for each known header the kinds that have it as one of their own fields."""
    owners: dict[str, set[str]] = {}
    for kind in read_kinds():
        for key, hit in kind_headers(kind).items():
            owners.setdefault(key, set())
            if hit.own:
                owners[key].add(kind)
    return {key: frozenset(kinds) for key, kinds in owners.items()}


def find_hit(kind_name: str, header: str, *, cut: bool = False) -> Hit | None:
    """Return the field of a kind that a header names, if any.

    ``cut``: the format may have cut the header short; then it may be the beginning of a known
    header, if all that begin so name one field.
    """
    known = kind_headers(kind_name)
    for key in header_keys(header):
        if key in known:
            return known[key]
    start = header_keys(header)[0]
    if not cut or len(start) < 2:
        return None
    longer = [hit for key, hit in known.items() if key.startswith(start)]
    if len({hit.field for hit in longer}) == 1:
        return longer[0]
    return None


def is_known(header: str) -> bool:
    """Say whether any kind knows a header."""
    return any(key in header_kinds() for key in header_keys(header))
