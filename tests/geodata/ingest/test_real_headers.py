"""Tables under real headers are recognised, or said to be none of ours; columns become fields."""

from collections import defaultdict

import pytest
from real_tables import RealTable, checked_table, real_tables

from geodata.ingest import CheckedTable
from geodata.records import read_kinds

TABLES = real_tables()
OURS = [table for table in TABLES if table.kind]


def _id(table: RealTable) -> str:
    return f"{table.family}-{table.name}"


def _taken(checked: CheckedTable) -> dict[str, str]:
    return {match.field: match.header for match in checked.columns}


def _offered(checked: CheckedTable) -> dict[str, str]:
    """Return field → header, what is only suggested included."""
    return {match.field: match.header for match in checked.suggested} | _taken(checked)


def test_there_are_enough_tables_of_both_sorts() -> None:
    assert len(OURS) >= 60
    assert len(TABLES) - len(OURS) >= 60
    assert len({_id(table) for table in TABLES}) == len(TABLES)


@pytest.mark.parametrize("table", OURS, ids=_id)
def test_what_is_expected_can_be(table: RealTable) -> None:
    assert set(table.wanted()) <= set(read_kinds()[table.kind].all_fields)
    named = {header for headers in table.wanted().values() for header in headers if header}
    assert named <= set(table.headers)


@pytest.mark.parametrize("table", TABLES, ids=_id)
def test_the_kind_is_recognised(table: RealTable) -> None:
    checked = checked_table(table.family, table.name)
    asked = [question.options for question in checked.questions if question.code == "kind"]
    assert checked.kind == table.kind, (checked.reason, asked)


@pytest.mark.parametrize("table", OURS, ids=_id)
def test_columns_become_fields(table: RealTable) -> None:
    """What is taken is right, and what should be found is taken or at least suggested."""
    checked = checked_table(table.family, table.name)
    taken, offered, wanted = _taken(checked), _offered(checked), table.wanted()
    wrong = {name: header for name, header in taken.items() if header not in wanted.get(name, ())}
    missed = {
        name: headers for name, headers in wanted.items() if offered.get(name, "") not in headers
    }
    assert (wrong, missed) == ({}, {})


def test_hit_rates() -> None:
    """Say by family how many kinds and columns are right; ``pytest -rP -k hit_rates`` shows it."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    right: dict[str, int] = defaultdict(int)
    wanted: dict[str, int] = defaultdict(int)
    taken: dict[str, int] = defaultdict(int)
    for table in TABLES:
        checked = checked_table(table.family, table.name)
        kinds[table.family].append(checked.kind == table.kind)
        if table.kind and checked.kind == table.kind:
            offered = _offered(checked)
            must = {name: h for name, h in table.wanted().items() if "" not in h}
            right[table.family] += sum(offered.get(name) in h for name, h in must.items())
            wanted[table.family] += len(must)
            taken[table.family] += len(_taken(checked))
    for family, hits in kinds.items():
        line = f"{family:14} kinds {sum(hits)}/{len(hits)}"
        if wanted[family]:
            line += f"  columns {right[family]}/{wanted[family]} of {taken[family]} taken"
        print(line)
    all_right = sum(map(sum, kinds.values()))
    print(f"all kinds {all_right}/{len(TABLES)}")
    assert sum(map(len, kinds.values())) == len(TABLES)
