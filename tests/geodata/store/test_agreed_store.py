"""What people agreed on is only added to, and the newest line counts."""

import pytest
import sqlalchemy as sa

from geodata.store import agreed
from geodata.store.engine import read, write
from geodata.store.opening import Store

QUARTER = "2023Q4"


def test_of_a_difference_the_newest_word_of_its_quarter_counts(store: Store) -> None:
    with write(store.ledger) as connection:
        say = agreed.add_settlement_decisions
        say(connection, QUARTER, {"new|u|甲": ("add", ""), "gone|u|乙": ("drop", "")}, "a")
        say(connection, QUARTER, {"new|u|甲": ("same", "S1"), "gone|u|乙": (None, "")}, "b")
        say(connection, "2024Q1", {"new|u|甲": ("ignore", "")}, "c")
        say(connection, QUARTER, {}, "d")
    with read(store.ledger) as connection:
        found = agreed.settlement_decisions(connection, QUARTER)
        later = agreed.settlement_decisions(connection, "2024Q1")
    assert [(row["key"], row["action"], row["same_as"], row["account"]) for row in found] == [
        ("new|u|甲", "same", "S1", "b")
    ]
    assert [row["action"] for row in later] == ["ignore"]


def test_a_township_is_confirmed_until_that_is_taken_back(store: Store) -> None:
    with write(store.ledger) as connection:
        for township, confirmed in (("1", True), ("2", True), ("1", False)):
            agreed.add_confirmation(connection, QUARTER, township, "a", confirmed=confirmed)
    with read(store.ledger) as connection:
        found = agreed.confirmations(connection, QUARTER)
        assert agreed.confirmations(connection, "2024Q1") == []
    assert [row["township_code"] for row in found] == ["2"]


def test_of_a_pair_of_reports_the_newest_word_counts_whichever_comes_first(store: Store) -> None:
    with write(store.ledger) as connection:
        agreed.add_asset_decisions(connection, [("b", "a", True), ("c", "d", True)], "x")
        agreed.add_asset_decisions(connection, [("a", "b", False), ("d", "c", None)], "y")
    with read(store.ledger) as connection:
        found = agreed.asset_decisions(connection)
    assert [(row["one"], row["other"], row["together"]) for row in found] == [("a", "b", False)]


@pytest.mark.parametrize("table", ["settlement_decision", "township_confirmation"])
def test_what_was_agreed_is_never_rewritten(store: Store, table: str) -> None:
    with write(store.ledger) as connection:
        agreed.add_settlement_decisions(connection, QUARTER, {"k": ("add", "")}, "a")
        agreed.add_confirmation(connection, QUARTER, "1", "a", confirmed=True)
    for act in (f"UPDATE {table} SET account = 'b'", f"DELETE FROM {table}"):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            write(store.ledger) as connection,
        ):
            connection.exec_driver_sql(act)
