"""Compare names of places as people write them: suffixes, variants, old names and codes."""

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]?(?![0-9])")
_ORDINAL = re.compile(r"第(?=[一二三四五六七八九十])")
_FLOAT = re.compile(r"^(\d+)\.0*$")
_NOT_DIGIT = re.compile(r"[\s'\-_.·]")


@cache
def matching_settings() -> Mapping[str, Any]:
    """Read ``matching.toml``."""
    return tomllib.loads((files("geodata") / "matching.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=65536)
def plain_name(text: str) -> str:
    """Return a name in half-width characters without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=65536)
def plain_code(text: str) -> str:
    """Return a code as digits alone: no spaces, marks or the ``.0`` of a number; else nothing."""
    code = _NOT_DIGIT.sub("", _FLOAT.sub(r"\1", plain_name(text)))
    return code if code.isdecimal() else ""


@cache
def _variants() -> dict[int, str]:
    """Return the table that writes variant characters as the register does."""
    pairs = matching_settings()["spelling"]["variants"]
    return str.maketrans({pair[0]: pair[1] for pair in pairs})


def _numeral(match: re.Match[str]) -> str:
    """Write a number below a hundred in Chinese."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(int(match.group()), 10)
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + (digits[ones] if ones else "")


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Return a name with traditional and variant characters and numerals written one way."""
    folded = _NUMBER.sub(_numeral, name.translate(_variants()))
    return _ORDINAL.sub("", folded)


def _with_folded(*forms: str) -> tuple[str, ...]:
    """Return forms as written, then written one way; each once."""
    return tuple(dict.fromkeys((*forms, *map(fold, forms))))


@lru_cache(maxsize=65536)
def without(text: str, *lists: str) -> str:
    """Return a name without a suffix of each list in turn; never less than one character."""
    for name in lists:
        for suffix in matching_settings()["suffixes"][name]:
            if text.endswith(suffix) and len(text) > len(suffix):
                text = text[: -len(suffix)]
                break
    return text


@lru_cache(maxsize=65536)
def unit_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a village's or community's name, strictest first."""
    whole = plain_name(name)
    bare = without(whole, "committee")
    short = without(bare, "unit")
    return _with_folded(whole, bare, short, without(short, "unit"))


@lru_cache(maxsize=65536)
def township_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a township's name, strictest first."""
    whole = without(plain_name(name), "office")
    bare = without(whole, "township")
    return _with_folded(whole, bare, without(bare, "street"))


@lru_cache(maxsize=65536)
def county_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a county's or area's name, strictest first."""
    whole = plain_name(name)
    return _with_folded(whole, without(whole, "county"))


@lru_cache(maxsize=65536)
def settlement_keys(name: str) -> tuple[str, ...]:
    """Return the forms of a natural village's name, strictest first."""
    whole = plain_name(name)
    return _with_folded(whole, without(whole, "settlement"))


@lru_cache(maxsize=65536)
def written_kind(name: str) -> str:
    """Return what kind of unit a name says it is: community, village or nothing."""
    whole = plain_name(name)
    for kind in ("community", "village"):
        if whole.endswith(tuple(matching_settings()["suffixes"][kind])):
            return kind
    return ""


# Codes by the forms of their names: the first dictionary holds the strictest form of each.
Index = tuple[dict[str, set[str]], ...]
_LEVELS = 8


def name_index(pairs: Iterable[tuple[str, str]], keys: Callable[[str], tuple[str, ...]]) -> Index:
    """Index (name, code) pairs by the forms of the names, one dictionary a level of strictness."""
    index: Index = tuple(defaultdict(set) for _ in range(_LEVELS))
    for name, code in pairs:
        for level, form in enumerate(keys(name)):
            index[level][form].add(code)
    return index


def look_up(index: Index, forms: tuple[str, ...]) -> Iterator[set[str]]:
    """Yield the codes that a name's forms fit, the strictest pairs of forms first."""
    for looseness in range(len(forms) + _LEVELS - 1):
        found: set[str] = set()
        for level, form in enumerate(forms):
            if 0 <= looseness - level < _LEVELS:
                found |= index[looseness - level].get(form, set())
        if found:
            yield found


def first_fit(index: Index, forms: tuple[str, ...]) -> set[str]:
    """Return the codes that fit a name best."""
    return next(look_up(index, forms), set())
