"""A header that no alias names: its column is found by what it is put together from or holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from usual_tables import usual_columns, usual_header

from geodata.ingest import aliases, header_forms, judge_values, strangers
from geodata.ingest.columns import Columns, map_columns
from geodata.ingest.raw import RawTable
from geodata.ingest.report import TableAnswer
from geodata.records import read_kinds

KINDS = read_kinds()
CASES = [
    (kind.name, name)
    for kind in KINDS.values()
    for name in usual_columns(kind.name)
    if kind.all_fields[name].required or name in {"x", "y"}
]
ALIASES = [
    (kind, name, alias) for kind, name in CASES for alias in KINDS[kind].all_fields[name].aliases
]
UNKNOWN = "字段甲"


def understood(kind: str, field: str, header: str) -> Columns:
    """Return what is understood of a usual table in which a field has another header."""
    columns = usual_columns(kind)
    headers = tuple(header if name == field else usual_header(kind, name) for name in columns)
    cells = tuple(np.array(values, dtype=object) for values in columns.values())
    table = RawTable("Sheet1", 1, headers, cells, np.arange(2, 2 + len(cells[0])))
    return map_columns(table, TableAnswer(), "导出.xlsx")


def is_found(kind: str, field: str, header: str) -> bool:
    """Say whether a field is taken from its column, or asked about with its header first."""
    found = understood(kind, field, header)
    if found.kind != kind:
        return False
    used = {match.field: match.header for match in (*found.matches, *found.suggested)}
    asked = {question.params.get("field"): question.options for question in found.questions}
    return header in {used.get(field), *asked.get(field, ("",))[:1]}


def forget() -> None:
    """Forget what was made of the alias data."""
    for module in (aliases, header_forms, judge_values, strangers):
        for thing in vars(module).values():
            if hasattr(thing, "cache_clear"):
                thing.cache_clear()


@contextmanager
def withheld(alias: str) -> Iterator[None]:
    """Take an alias out of the data of every kind, and put it back."""
    gone = aliases.header_keys(alias)[0]
    kept = []
    for entry in KINDS.values():
        for fields in (entry.fields, entry.place_fields):
            for name, field in list(fields.items()):
                left = tuple(a for a in field.aliases if aliases.header_keys(a)[0] != gone)
                if left and left != field.aliases:
                    kept.append((fields, name, field))
                    fields[name] = replace(field, aliases=left)
    forget()
    yield
    for fields, name, field in kept:
        fields[name] = field
    forget()


@pytest.mark.parametrize(("kind", "field"), CASES)
def test_a_field_under_an_unknown_header_is_found_by_its_values(kind: str, field: str) -> None:
    assert is_found(kind, field, UNKNOWN)


def test_every_alias_withheld_in_turn_is_made_up_for() -> None:
    """Of the required fields' aliases, each as if it were not in the data; the rate is printed.

    One of eight is tried: all of them take a minute or two.
    """
    tried = ALIASES[::8]
    missed = []
    for kind, field, alias in tried:
        with withheld(alias):
            if not is_found(kind, field, alias):
                missed.append((kind, field, alias))
    print(f"{len(tried) - len(missed)} of {len(tried)}; missed {missed}")
    assert len(missed) <= len(tried) * 0.01
