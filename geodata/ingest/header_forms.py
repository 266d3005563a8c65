"""How headers are written: the forms that one is looked up by, and what it is put together from.

The words are data, ``header_words.toml``.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from rapidfuzz.distance import OSA

from geodata.ingest.settings import settings, word

_BRACKETS = re.compile(r"[(\[【<〔{](.*?)[)\]】>〕}]")
_NUMBERING = re.compile(r"(?:[(\[]?\d{1,2}[.、)\]](?!\d)|[一二三四五六七八九十]{1,3}[、.])")
_JOINTS = re.compile(r"[/|\\\n]")
_UNIT = re.compile(r"(?<=[\u3400-\u9fff])(?:km|m|mhz|ghz|dbm|dbi|mbps|deg)$")
_LATIN = re.compile(r"[a-z0-9 ]+")
_TWO_SCRIPTS = re.compile(r"([^\x00-\x7f]+)([a-z][a-z0-9. ]+)|([a-z][a-z0-9. ]+)([^\x00-\x7f]+)")


@cache
def header_words() -> Mapping[str, Any]:
    """Read the words of headers."""
    text = (files("geodata.ingest") / "header_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _variants() -> dict[int, str]:
    """Return what characters of the traditional script stand for."""
    pairs = header_words()["marks"]["variants"]
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}


def _normal(text: str) -> str:
    """Return a header without what people put around it, and without misspellings."""
    marks = header_words()["marks"]
    half = word(text)
    for extra in marks["words"]:
        half = half.replace(word(extra), "") if len(half) > len(word(extra)) else half
    half = half.strip('"').lstrip(marks["before"]).rstrip(marks["after"])
    rest = _NUMBERING.sub("", half, count=1) if _NUMBERING.match(half) else half
    half = (rest or half).replace("_", "").replace("-", "").translate(_variants())
    for written, meant in settings()["header"]["misspelt"].items():
        half = half.replace(written, meant)
    return half


@lru_cache(maxsize=65536)
def header_keys(header: str) -> tuple[str, ...]:
    """Return the forms a header is looked up by: as it is, then without what is in brackets.

    Usual misspellings (维度 for 纬度) count as what they stand for. Where brackets qualify a bare
    word, both are also read as one: 坐标(经度), (GPS)经度. A unit in Latin letters behind Chinese
    ones counts as if it stood in brackets: 皮长km.
    """
    whole = _normal(header)
    bare = _BRACKETS.sub("", whole)
    inside = "".join(_BRACKETS.findall(whole))
    forms = (
        (whole, bare, bare + inside, inside + bare)
        if bare and inside
        else (whole, _UNIT.sub("", whole))
    )
    return tuple(dict.fromkeys(form for form in forms if form)) or (word(header),)


@lru_cache(maxsize=65536)
def header_parts(header: str) -> tuple[str, ...]:
    """Return the headers that stand in one beside a stroke or on lines: 经度/Longitude."""
    parts = [part for part in _JOINTS.split(header) if word(part)]
    return tuple(_normal(part) for part in parts) if len(parts) > 1 else ()


@lru_cache(maxsize=65536)
def two_scripts(header: str) -> tuple[str, ...]:
    """Return the Chinese and the Latin half of a header that says the same in both."""
    found = _TWO_SCRIPTS.fullmatch(_BRACKETS.sub(r"\1", _normal(header)))
    return tuple(part for part in found.groups() if part) if found else ()


def is_latin(key: str) -> bool:
    """Say whether a normalised header is in Latin letters."""
    return bool(_LATIN.fullmatch(key))


@cache
def _words(*path: str) -> tuple[str, ...]:
    entry: Any = header_words()
    for part in path:
        entry = entry[part]
    return tuple(sorted({_normal(item) for item in entry}, key=len, reverse=True))


@cache
def generic_headers() -> frozenset[str]:
    """Return the headers that any table may have, normalised."""
    return frozenset(_words("words", "generic"))


@cache
def _leading(subjects: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that may stand before a header that is about one of the subjects."""
    found = {*_words("words", "which"), *_words("words", "parts")}
    for subject in subjects:
        found |= set(_words("subjects", subject))
    return tuple(sorted(found, key=len, reverse=True))


@lru_cache(maxsize=65536)
def used_up(text: str, subjects: tuple[str, ...]) -> bool:
    """Say whether a text is nothing but words that may stand before a header."""
    return not text or any(
        text.startswith(item) and used_up(text[len(item) :], subjects)
        for item in _leading(subjects)
    )


def all_subjects() -> tuple[str, ...]:
    """Return every subject that headers are about."""
    return tuple(header_words()["subjects"])


def endings(key: str, what: str = "behind") -> Iterator[str]:
    """Return a normalised header, and without a word behind it that changes nothing."""
    yield key
    for item in _words("words", what):
        if key.endswith(item) and len(key) > len(item):
            yield key[: -len(item)]


@cache
def compounds(kind: str) -> Mapping[str, str]:
    """Return the headers of a kind that are put together: a subject and its name or code.

    A name or a code of nothing in particular is the record's own.
    """
    known: dict[str, str] = {}
    for entry in header_words()["compounds"]:
        if entry["kind"] != kind:
            continue
        for attribute in ("name", "code"):
            if not entry[attribute]:
                continue
            for subject in _words("subjects", entry["subject"]):
                for said in _words("attributes", attribute):
                    known.setdefault(subject + said, entry[attribute])
            if entry["own"]:
                for said in _words("attributes", f"bare_{attribute}"):
                    known.setdefault(said, entry[attribute])
    return known


@cache
def phrases(kind: str) -> Mapping[str, str]:
    """Return the headers of a kind that are a word and a thing, 已占用 + 纤芯 + 数, by field."""
    known: dict[str, str] = {}
    for entry in header_words()["phrases"]:
        if entry["kind"] != kind:
            continue
        for first, thing in product(entry["words"], entry["things"]):
            pairs = (first + thing, thing + first) if entry.get("turned") else (first + thing,)
            for pair, last in product(pairs, entry["behind"]):
                known.setdefault(_normal(pair + last), entry["field"])
    return known


def own_subjects(kind: str) -> tuple[str, ...]:
    """Return the subjects that records of a kind are."""
    entries = header_words()["compounds"]
    return tuple(entry["subject"] for entry in entries if entry["kind"] == kind and entry["own"])


def misprint_of(key: str, known: str) -> bool:
    """Say whether a normalised header is one slip away from a known one.

    A character left out, put in, exchanged with its neighbour or, in Latin letters, mistaken. None
    that tells two things apart (上 and 下, 经 and 纬).
    """
    rules = header_words()["misprints"]
    if min(len(key), len(known)) < rules["least_length"] or OSA.distance(key, known) != 1:
        return False
    if sorted(key) == sorted(known):
        return True
    if is_latin(key) != is_latin(known) or _latin_of(key) != _latin_of(known):
        return False
    return (is_latin(key) or len(key) != len(known)) and _differ(key, known, rules["telling"])


def _latin_of(key: str) -> str:
    """Return the Latin letters of a mixed header: one letter more is another acronym there."""
    return "" if is_latin(key) else "".join(char for char in key if char.isascii())


def _differ(one: str, other: str, telling: str) -> bool:
    """Say whether two texts differ in characters that tell nothing apart."""
    first, second = Counter(one), Counter(other)
    return not set(telling) & {*(first - second), *(second - first)}
