from collections import Counter

import pytest

from geodata.ingest.aliases import header_keys
from geodata.records import PROVENANCE, read_kinds, read_values

KINDS = read_kinds()


def test_every_kind_has_a_key_among_its_fields_and_something_required():
    assert len(KINDS) == 14
    for kind in KINDS.values():
        assert set(kind.key) <= set(kind.all_fields)
        assert any(entry.required for entry in kind.fields.values())
        assert not set(kind.all_fields) & set(PROVENANCE)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_header_names_one_field_of_a_kind(name):
    kind = KINDS[name]
    counted = Counter(
        key
        for entry in kind.fields.values()
        for key in {header_keys(alias)[0] for alias in entry.aliases}
    )
    assert [key for key, count in counted.items() if count > 1] == []


def test_value_sets_fallbacks_and_limits_are_there():
    for kind in KINDS.values():
        for entry in kind.all_fields.values():
            assert not entry.values or entry.values in {"owner", "band", *read_values()}
            assert not entry.fallback or entry.fallback in kind.fields
            if entry.minimum is not None and entry.maximum is not None:
                assert entry.minimum < entry.maximum
            assert entry.aliases


def test_a_spelling_means_one_value():
    for spellings in read_values().values():
        counted = Counter(word.lower() for words in spellings.values() for word in words)
        assert [word for word, count in counted.items() if count > 1] == []


def test_what_records_are_about():
    subjects = {kind.name: kind.subject for kind in KINDS.values() if kind.subject != "unit"}
    assert subjects == {
        "settlement_broadband": "settlement",
        "settlement_list": "settlement",
        "wlan_hotspot": "place",
        "internet_penetration": "area",
        "reported_total": "area",
    }
