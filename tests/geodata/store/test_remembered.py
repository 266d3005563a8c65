import pytest
import sqlalchemy as sa

from geodata.errors import StoreError
from geodata.store import schema
from geodata.store.engine import read, write
from geodata.store.opening import Store
from geodata.store.remembered import (
    add_decisions,
    current_decisions,
    drop_profile,
    get_profile,
    keep_profile,
    list_profiles,
    name_profile,
)

SHAPE = ("经度", "纬度", "站名")


def test_a_shape_has_one_profile_an_owner(store: Store) -> None:
    with write(store.ledger) as connection:
        first = keep_profile(connection, "cmcc", "站址", SHAPE, {"crs": "GCJ-02"}, "a")
        again = keep_profile(connection, "cmcc", "别名", SHAPE, {"crs": "BD-09"}, "b")
        keep_profile(connection, "cmcc", "小区", ("ECI",), {"kind": "cell"}, "a")
        keep_profile(connection, "unicom", "站址", SHAPE, {"crs": "EPSG:4490"}, "u")
    assert again == first
    with read(store.ledger) as connection:
        found = get_profile(connection, first)
        assert (found["name"], found["answer"], found["account"]) == ("站址", {"crs": "BD-09"}, "b")
        assert tuple(found["shape"]) == SHAPE
        assert len(list_profiles(connection, ["cmcc"])) == 2
        assert len(list_profiles(connection)) == 3
        assert list_profiles(connection, []) == []


def test_a_profile_is_renamed_and_forgotten(store: Store) -> None:
    with write(store.ledger) as connection:
        key = keep_profile(connection, "cmcc", "站址", SHAPE, {"crs": "GCJ-02"}, "a")
        name_profile(connection, key, "网管导出")
    with write(store.ledger) as connection:
        assert get_profile(connection, key)["name"] == "网管导出"
        drop_profile(connection, key)
        with pytest.raises(StoreError, match="profile_unknown"):
            get_profile(connection, key)


def test_the_newest_decision_counts_and_all_are_kept(store: Store, upload) -> None:
    key = upload("cmcc")
    with write(store.ledger) as connection:
        add_decisions(connection, "cmcc", key, {"k1": "411081001001", "k2": ""}, "a")
        add_decisions(connection, "cmcc", key, {"k1": "411081001002", "k3": "x"}, "b")
        add_decisions(connection, "cmcc", key, {"k3": None}, "b")
        add_decisions(connection, "unicom", key, {"k1": "other"}, "u")
        add_decisions(connection, "cmcc", key, {}, "b")
    with read(store.ledger) as connection:
        assert current_decisions(connection, "cmcc") == {"k1": "411081001002", "k2": ""}
        assert current_decisions(connection, "unicom") == {"k1": "other"}
        assert current_decisions(connection, "telecom") == {}
        table = schema.decision
        query = sa.select(table.c.key, table.c.unit_code, table.c.account)
        kept = connection.execute(query.where(table.c.owner == "cmcc").order_by(table.c.id))
        said = [tuple(row) for row in kept]
    assert said == [
        ("k1", "411081001001", "a"),
        ("k2", "", "a"),
        ("k1", "411081001002", "b"),
        ("k3", "x", "b"),
        ("k3", None, "b"),
    ]
