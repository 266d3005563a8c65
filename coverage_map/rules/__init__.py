"""Rule packs: what is asked of whom, and every number with its source.

A pack is a TOML file beside this one (``policy-2013``, ``today``) or anywhere else; its form is
explained in ``policy-2013.toml``. ``read_rules`` joins packs into one ``RulePack`` whose hash is
that of their content. Unknown keys, missing sources and wrong types are refused.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from coverage_map.rules.form import (
    ACCOUNTS,
    GAP_NEEDS,
    METHODS,
    SUBJECTS,
    Number,
    Source,
    Table,
    read_number,
    read_source,
)
from geodata.records import read_kinds

__all__ = [
    "DEFAULT_PACKS",
    "Indicator",
    "Number",
    "Pending",
    "RulePack",
    "Source",
    "Test",
    "halo_m",
    "read_rules",
]

DEFAULT_PACKS = ("policy-2013", "today")


@dataclass(frozen=True)
class Test:
    """One way to judge a subject: a method and its settings (names as in the pack)."""

    name: str
    method: str
    numbers: Mapping[str, Number]
    words: Mapping[str, tuple[str, ...]]

    __test__ = False

    def whole(self, name: str) -> int:
        """Return a setting that is a whole number."""
        return int(self.numbers[name].value)

    def word(self, name: str) -> str:
        """Return a setting that is one word."""
        return self.words[name][0]


@dataclass(frozen=True)
class Indicator:
    """One question: about which subjects, from which records, with which tests and target.

    ``account`` is what numerator and denominator count: subjects, households or people. An
    indicator without operators is judged once, with operator "".
    """

    name: str
    pack: str
    subject: str
    unit_kinds: tuple[str, ...]
    place_kinds: tuple[str, ...]
    least_households: Number | None
    records: tuple[str, ...]
    operators: tuple[str, ...]
    hosts: Mapping[str, tuple[str, ...]]
    gap_needs: str
    headline: str
    account: str
    target: Number | None
    tests: Mapping[str, Test]

    @property
    def target_fraction(self) -> Fraction | None:
        """Return the target as an exact share, None where the policy names none."""
        return None if self.target is None else self.target.fraction / 100


@dataclass(frozen=True)
class Pending:
    """A question nobody can answer yet, and the records it needs."""

    name: str
    target: Number
    needs: str


@dataclass(frozen=True)
class RulePack:
    """All indicators of one or more packs; ``hash`` is the sha256 of their canonical content."""

    packs: tuple[str, ...]
    valid_from: Mapping[str, str]
    indicators: Mapping[str, Indicator]
    pending: Mapping[str, Pending]
    sources: Mapping[str, Source]
    hash: str


def _read_test(table: Table) -> Test:
    method = table.word("method", of=METHODS)
    form = METHODS[method]
    numbers: dict[str, Number] = {}
    words: dict[str, tuple[str, ...]] = {}
    for key in form.numbers:
        if key in form.required or table.has(key):
            numbers[key] = read_number(table.table(key))
    for key in form.words:
        if key in form.required or table.has(key):
            words[key] = table.cited_words(key)
    table.done()
    return Test(table.name, method, numbers, words)


def _read_indicator(table: Table, pack: str) -> Indicator:
    subject = table.word("subject", of=SUBJECTS)
    hosts = table.table("hosts", absent={})
    tests = table.table("tests")
    found = {name: _read_test(tests.table(name)) for name in tests.keys}
    operators = table.words("operators", absent=())
    indicator = Indicator(
        name=table.name,
        pack=pack,
        subject=subject,
        unit_kinds=table.words("unit_kinds", absent=()),
        place_kinds=table.words("place_kinds", absent=()),
        least_households=_optional(table, "least_households"),
        records=table.words("records", of=read_kinds()),
        operators=operators,
        hosts={name: hosts.words(name, of=operators) for name in hosts.keys},
        gap_needs=table.word("gap_needs", of=GAP_NEEDS) if operators else "",
        headline=table.word("headline", of=found),
        account=table.word("account", of=ACCOUNTS),
        target=_optional(table, "target"),
        tests=found,
    )
    for test in found.values():
        for other in test.words.get("of", ()):
            if other not in found:
                table.refuse("of", f"no test {other}")
    table.done()
    return indicator


def _optional(table: Table, key: str) -> Number | None:
    return read_number(table.table(key)) if table.has(key) else None


def _load(pack: str | Path) -> tuple[str, dict[str, Any]]:
    """Return the file's name and its content; a name without a path is one of ours."""
    if isinstance(pack, Path):
        return str(pack), tomllib.loads(pack.read_text(encoding="utf-8"))
    entry = files("coverage_map") / "rules" / f"{pack}.toml"
    return f"{pack}.toml", tomllib.loads(entry.read_text(encoding="utf-8"))


def _join(into: dict[str, Any], new: Mapping[str, Any], table: Table) -> None:
    for name in new:
        if name in into:
            table.refuse(name, "defined in two packs")
    into.update(new)


@cache
def _read_rules(packs: tuple[str | Path, ...]) -> RulePack:
    contents: dict[str, Any] = {}
    valid_from: dict[str, str] = {}
    indicators: dict[str, Indicator] = {}
    pending: dict[str, Pending] = {}
    sources: dict[str, Source] = {}
    for given in packs:
        file, data = _load(given)
        table = Table(file, "", data)
        pack = table.text("pack")
        contents[pack] = data
        valid_from[pack] = table.text("valid_from")
        cited = table.table("sources")
        _join(sources, {name: read_source(cited.table(name)) for name in cited.keys}, cited)
        wanted = table.table("indicators")
        found = {name: _read_indicator(wanted.table(name), pack) for name in wanted.keys}
        _join(indicators, found, wanted)
        later = table.table("pending", absent={})
        for name in later.keys:
            entry = later.table(name)
            pending[name] = Pending(name, read_number(entry.table("target")), entry.text("needs"))
            entry.done()
        table.done()
        table.check_sources(sources)
    canonical = json.dumps(contents, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    return RulePack(tuple(contents), valid_from, indicators, pending, sources, digest)


def read_rules(packs: Sequence[str | Path] = DEFAULT_PACKS) -> RulePack:
    """Read and join rule packs, by name (ours) or by path (a city's own).

    Raises:
        DataFileError: ``rule_file`` with the key and what is wrong about it.
    """
    return _read_rules(tuple(packs))


def halo_m(rules: RulePack) -> int:
    """Return how far outside a county part records may still matter, in metres."""
    reaches = ("search_m", "limit_m", "reach_m", "reach_in_unit_m")
    numbers = [
        test.whole(name)
        for indicator in rules.indicators.values()
        for test in indicator.tests.values()
        for name in reaches
        if name in test.numbers
    ]
    return max(numbers, default=0)
