import pytest

from geodata.errors import StoreError
from geodata.store import ledger, uploads
from geodata.store.engine import read, write
from geodata.store.opening import Store


def test_an_upload_goes_through_its_states(store: Store, upload) -> None:
    key = upload("cmcc")
    upload("unicom")
    with write(store.ledger) as connection:
        uploads.set_upload_state(connection, key, "checked", "report")
        uploads.set_upload_state(connection, key, "accepted")
    with read(store.ledger) as connection:
        found = uploads.get_upload(connection, key)
        assert (found["state"], found["report_hash"], found["filename"]) == (
            "accepted",
            "report",
            "铁塔.csv",
        )
        assert [row["owner"] for row in uploads.list_uploads(connection)] == ["unicom", "cmcc"]
        assert [row["id"] for row in uploads.list_uploads(connection, ["cmcc"])] == [key]
        assert uploads.list_uploads(connection, []) == []


def test_an_unknown_upload_is_refused(store: Store) -> None:
    with write(store.ledger) as connection:
        with pytest.raises(StoreError, match="upload_unknown"):
            uploads.set_upload_state(connection, "none", "checked")
        with pytest.raises(StoreError, match="upload_unknown"):
            uploads.get_upload(connection, "none")


def test_the_register_loaded_last_counts(store: Store) -> None:
    with write(store.ledger) as connection:
        assert ledger.newest_register(connection) is None
        for version, objects in (("a", {"units": "1"}), ("b", {"units": "2"}), ("a", {})):
            ledger.add_register(connection, version, objects)
        ledger.add_register(connection, "a", {})
        newest = ledger.newest_register(connection)
    assert newest is not None
    assert (newest["id"], newest["version"], newest["objects"]) == (3, "a", {})


def test_the_newest_evaluation_of_each_scope(store: Store) -> None:
    with write(store.ledger) as connection:
        assert ledger.newest_evaluation(connection, "city") is None
        for scope, inputs in (("city", "1"), ("cmcc", "2"), ("city", "3")):
            ledger.add_evaluation(
                connection,
                scope=scope,
                inputs_hash=inputs,
                rules_hash="r",
                register_version="v",
                quarter="2015Q2",
                objects={"verdicts": inputs * 64},
            )
        found = {s: ledger.newest_evaluation(connection, s) for s in ("city", "cmcc", "unicom")}
    assert found["city"]["objects"] == {"verdicts": "3" * 64}
    assert found["cmcc"]["inputs_hash"] == "2"
    assert found["unicom"] is None


def test_layers_by_kind_and_scope(store: Store) -> None:
    with write(store.ledger) as connection:
        for key, kind, scope in (("1", "units", "public"), ("2", "units", "public"),
                                 ("3", "raster", "terrain"), ("1", "units", "public")):  # fmt: skip
            ledger.add_layer(connection, key, kind, scope, {"zoom": 11})
        found = ledger.list_layers(connection, "units", "public")
        assert [row["hash"] for row in found] == ["1", "2"]
        assert found[0]["meta"] == {"zoom": 11}
        assert len(ledger.list_layers(connection)) == 3


def test_times_sort_as_they_run() -> None:
    times = [ledger.stamp() for _ in range(200)]
    assert times == sorted(times)
    assert {len(time) for time in times} == {27}
