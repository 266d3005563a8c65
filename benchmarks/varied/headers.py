"""Which headers mean which field, by the kinds' alias data, as the makers of files know them."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from geodata.records import Kind

# What a header says about the system of its coordinates.
_SPOKEN = {
    "BD-09": ("百度", "baidu", "bd09"),
    "GCJ-02": ("高德", "腾讯", "火星", "gcj", "amap"),
    "EPSG:4490": ("2000",),
    "EPSG:4326": ("gps", "wgs84"),
}


@lru_cache(maxsize=65536)
def header_key(header: str) -> str:
    """Return what two spellings of a header have in common."""
    plain = unicodedata.normalize("NFKC", header).lower().replace("_", "").replace("-", "")
    return "".join(plain.split())


def all_aliases(kind: Kind, name: str) -> tuple[str, ...]:
    """Return a field's headers; a kind's own come before those of the place field it redefines."""
    listed: dict[str, None] = {}
    for fields in (kind.fields, kind.place_fields):
        if name in fields:
            listed |= dict.fromkeys(fields[name].aliases)
    return tuple(listed)


def known_headers(kind: Kind) -> Mapping[str, str]:
    """Return the field each header means; "" where a kind's data gives it to two fields."""
    known: dict[str, str] = {}
    for name in kind.all_fields:
        for alias in all_aliases(kind, name):
            key = header_key(alias)
            known[key] = name if known.get(key, name) == name else ""
    return known


def clear_aliases(kind: Kind, name: str) -> list[str]:
    """Return the headers that mean a field of a kind and nothing else there."""
    known = known_headers(kind)
    return [alias for alias in all_aliases(kind, name) if known[header_key(alias)] == name]


def spoken_system(*headers: str) -> str:
    """Return the coordinate system that headers speak of, nothing for none or several."""
    found = {
        crs
        for crs, words in _SPOKEN.items()
        if any(word in header_key(header) for word in words for header in headers)
    }
    return next(iter(found)) if len(found) == 1 else ""
