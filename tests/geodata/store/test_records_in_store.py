import threading

import geopandas as gpd
import pytest
from made_records import accept_records, routes, totals, towers

from geodata.errors import StoreError, UsageError
from geodata.records import read_kinds
from geodata.store import frames, tables
from geodata.store.engine import read, write
from geodata.store.ledger import stamp
from geodata.store.opening import Store
from geodata.store.tables import accept_tables, current_tables, read_records
from geodata.store.uploads import get_upload, set_upload_state


def parts(store: Store) -> dict[str, str]:
    with read(store.ledger) as connection:
        return {
            county: row["object_hash"]
            for county, row in tables._current(connection, "tower", "tower").parts.items()
        }


def names(frame: gpd.GeoDataFrame) -> dict[str, str]:
    return dict(zip(frame["source_id"], frame["name"], strict=True))


def test_accepted_records_come_back(store: Store, upload) -> None:
    key = upload()
    at = stamp()
    accepted = accept_records(store, key, "tower", "tower", towers(["a", "b"]), at)
    assert (accepted.rows, accepted.added, accepted.counties) == (2, 2, ("411081",))
    back = read_records(store, "tower")
    assert names(back) == {"a": "塔a", "b": "塔b"}
    assert set(back["owner"]) == {"tower"}
    assert set(back["upload_id"]) == {key}
    assert set(back["accepted_at"]) == {at}
    assert back["tenants"].tolist() == [("cmcc", "unicom")] * 2
    assert back.crs == "EPSG:4490"
    with read(store.ledger) as connection:
        assert get_upload(connection, key)["state"] == "accepted"


def test_a_row_with_the_same_key_keeps_its_id(store: Store, upload) -> None:
    accept_records(store, upload(), "tower", "tower", towers(["a", "b"]), stamp())
    before = read_records(store, "tower").set_index("source_id")["record_id"]
    accepted = accept_records(
        store, upload(), "tower", "tower", towers(["b", "c"], name="新"), stamp()
    )
    after = read_records(store, "tower")
    assert names(after) == {"a": "塔a", "b": "新b", "c": "新c"}
    assert after.set_index("source_id")["record_id"][["a", "b"]].equals(before[["a", "b"]])
    assert (accepted.added, accepted.superseded, accepted.kept) == (1, 1, 1)


def test_replacing_leaves_only_what_came(store: Store, upload) -> None:
    accept_records(store, upload(), "tower", "tower", towers(["a", "b"]), stamp())
    accept_records(store, upload(), "tower", "tower", towers(["b"]), stamp(), replace=True)
    assert names(read_records(store, "tower")) == {"b": "塔b"}
    nothing = towers([])
    accept_records(store, upload(), "tower", "tower", nothing, stamp(), replace=True)
    assert len(read_records(store, "tower")) == 0
    assert current_tables(store)["rows"].tolist() == [0]


def test_only_changed_counties_get_new_parts(store: Store, upload) -> None:
    first = towers(["a", "b", "c"], counties=["411081", "411002", ""])
    accept_records(store, upload(), "tower", "tower", first, stamp())
    before = parts(store)
    assert set(before) == {"", "411002", "411081"}
    moved = towers(["a"], name="新", counties="411002")  # from 411081 to 411002
    accepted = accept_records(store, upload(), "tower", "tower", moved, stamp())
    after = parts(store)
    assert accepted.counties == ("411002", "411081")
    assert set(after) == {"", "411002"}
    assert after[""] == before[""]
    assert after["411002"] != before["411002"]
    assert names(read_records(store, "tower", counties=["411002"])) == {"a": "新a", "b": "塔b"}


def test_the_same_values_have_the_same_identity(store: Store, upload) -> None:
    key, at = upload(), stamp()
    one = accept_records(store, key, "tower", "tower", towers(["a", "b"]), at)
    same = read_records(store, "tower").iloc[::-1]
    again = accept_records(store, key, "tower", "tower", same, at)
    assert again.values_hash == one.values_hash
    assert again.counties == ()


def test_owners_and_counties_cut_what_is_opened(store: Store, upload, monkeypatch) -> None:
    for owner in ("tower", "cmcc", "unicom"):
        frame = towers([f"{owner}1", f"{owner}2"], counties=["411081", "411002"])
        accept_records(store, upload(owner), "tower", owner, frame, stamp())
    opened: list[str] = []
    real = frames.get_frame
    monkeypatch.setattr(
        tables, "get_frame", lambda store, key: (opened.append(key), real(store, key))[1]
    )
    got = read_records(store, "tower", owners=["cmcc"], counties=["411081"])
    assert got["source_id"].tolist() == ["cmcc1"]
    assert len(opened) == 1
    assert read_records(store, "tower", owners=[]).empty
    assert set(read_records(store, "tower")["owner"]) == {"tower", "cmcc", "unicom"}


@pytest.mark.parametrize("kind", sorted(read_kinds()))
def test_without_records_every_kind_is_an_empty_frame(store: Store, kind: str) -> None:
    frame = read_records(store, kind)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert len(frame) == 0
    assert set(read_kinds()[kind].fields) <= set(frame.columns)


def test_kinds_of_any_geometry_go_in_and_out(store: Store, upload) -> None:
    key = upload("cmcc")
    accept_tables(
        store, key, "cmcc", {"reported_total": totals({"sites": 3}), "fibre_route": routes(["r"])},
        stamp(),
    )  # fmt: skip
    assert read_records(store, "reported_total").geometry.isna().all()
    assert read_records(store, "reported_total")["value"].tolist() == [3]
    assert read_records(store, "fibre_route").geom_type.tolist() == ["LineString"]
    assert current_tables(store)["kind"].tolist() == ["fibre_route", "reported_total"]


def test_current_tables_of_an_empty_store(store: Store) -> None:
    found = current_tables(store)
    assert list(found.columns)[:5] == ["kind", "owner", "values_hash", "rows", "accepted_at"]
    assert len(found) == 0


def test_a_second_table_that_does_not_fit_leaves_the_first_out(store: Store, upload) -> None:
    key = upload("cmcc")
    wrong = routes(["r"]).assign(colour="red")
    with pytest.raises(UsageError, match="records_columns"):
        accept_tables(store, key, "cmcc", {"tower": towers(["a"]), "fibre_route": wrong}, stamp())
    assert current_tables(store).empty


@pytest.mark.parametrize("step", ["_plan", "_record", "set_upload_state"])
def test_breaking_off_anywhere_leaves_the_old_state(
    store: Store, upload, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    accept_records(store, upload("cmcc"), "tower", "cmcc", towers(["a"]), stamp())
    before = current_tables(store), read_records(store, "tower")
    key = upload("cmcc")
    calls = []
    real = getattr(tables, step)

    def break_off(*args, **kwargs):
        calls.append(step)
        if step == "set_upload_state" or len(calls) == 2:  # the first of two tables went well
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(tables, step, break_off)
    both = {"tower": towers(["a", "b"], name="新"), "fibre_route": routes(["r"])}
    with pytest.raises(KeyboardInterrupt):
        accept_tables(store, key, "cmcc", both, stamp())
    monkeypatch.undo()
    assert current_tables(store).equals(before[0])
    assert read_records(store, "tower").equals(before[1])
    assert read_records(store, "fibre_route").empty
    with read(store.ledger) as connection:
        assert get_upload(connection, key)["state"] == "received"
    accept_tables(store, key, "cmcc", both, stamp())
    assert names(read_records(store, "tower")) == {"a": "新a", "b": "新b"}


def test_uploads_accepted_at_once_are_all_in(store: Store, upload) -> None:
    keys = [upload() for _ in range(6)]
    faults = []

    def accept(number: int) -> None:
        frame = towers([f"{number}-{i}" for i in range(3)] + ["shared"], name=str(number))
        try:
            accept_records(store, keys[number], "tower", "tower", frame, stamp())
        except StoreError as error:
            faults.append(error)

    threads = [threading.Thread(target=accept, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(names(read_records(store, "tower"))) == sorted(
        [f"{n}-{i}" for n in range(6) for i in range(3)] + ["shared"]
    )


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_an_upload_that_is_out_stays_out(store: Store, upload, state: str) -> None:
    key = upload()
    with write(store.ledger) as connection:
        set_upload_state(connection, key, state)
    with pytest.raises(StoreError, match="upload_not_open"):
        accept_records(store, key, "tower", "tower", towers(["a"]), stamp())


def test_an_upload_goes_into_its_own_owners_tables(store: Store, upload) -> None:
    with pytest.raises(StoreError, match="upload_not_open"):
        accept_records(store, upload("cmcc"), "tower", "unicom", towers(["a"]), stamp())
    assert current_tables(store).empty


def test_an_unknown_kind_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="kind_unknown"):
        read_records(store, "satellite")
