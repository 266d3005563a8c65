"""Owners, and the words that stand for several of them."""

import pytest

from geodata.ingest.values.choices import parse_choice, parse_list
from geodata.owners import read_joint, read_owners
from geodata.records import read_kinds

NETWORKS = read_kinds()["cell"].fields["networks"]
TOWER_OWNER = read_kinds()["site"].fields["tower_owner"]


@pytest.mark.parametrize(
    ("said", "owners"),
    [
        ("电联共享", ["telecom", "unicom"]),
        ("电信联通共建", ["telecom", "unicom"]),
        ("共享（电信联通）", ["telecom", "unicom"]),
        ("电联5G共建共享", ["telecom", "unicom"]),
        ("移动/电联", ["cmcc", "telecom", "unicom"]),
        ("中国移动、中国广电共建共享", ["cmcc", "cbn"]),
        ("联通共享", ["unicom"]),
    ],
)
def test_joint_owners_are_read_as_all_of_them(said: str, owners: list[str]) -> None:
    parsed = parse_list(said, said, NETWORKS)
    assert (parsed.value, parsed.code) == (owners, "")


def test_a_word_for_nobody_known_stays_a_fault() -> None:
    assert parse_list("甲公司共享", "甲公司共享", NETWORKS).code == "value_unknown"
    assert parse_list("共享", "共享", NETWORKS).code == "value_unknown"


@pytest.mark.parametrize("said", ["电联共享", "电信联通共建", "移动/联通"])
def test_where_one_owner_is_asked_several_are_refused_as_such(said: str) -> None:
    assert parse_choice(said, said, TOWER_OWNER).code == "owner_joint"
    assert parse_choice("联通", "联通", TOWER_OWNER).value == "unicom"
    assert parse_choice("甲公司", "甲公司", TOWER_OWNER).code == "value_unknown"


def test_joint_words_name_owners() -> None:
    for word, codes in read_joint().words.items():
        assert set(codes) <= set(read_owners()), word
        assert len(codes) > 1, word
