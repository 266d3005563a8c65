import pytest
import sqlalchemy as sa
from made_records import accept_records, towers

from geodata.errors import StoreError
from geodata.store import schema, uploads
from geodata.store.engine import read, write
from geodata.store.ledger import stamp
from geodata.store.opening import Store
from geodata.store.tables import accept_tables, plan_records, read_records


def _states(store: Store, upload_id: str) -> list[tuple[str, str, str]]:
    with read(store.ledger) as connection:
        events = uploads.list_events(connection, upload_id)
    return [(event["state"], event["account"], event["note"]) for event in events]


def _state(store: Store, upload_id: str) -> str:
    with read(store.ledger) as connection:
        return str(uploads.get_upload(connection, upload_id)["state"])


def test_every_step_is_kept_with_who_took_it_and_why(store: Store, upload) -> None:
    key = upload("cmcc")
    with write(store.ledger) as connection:
        uploads.set_upload_state(connection, key, "checked", "report")
        uploads.set_upload_state(connection, key, "checked", "report of other answers")
        uploads.set_upload_state(connection, key, "submitted", partial=True, full_list=False)
        uploads.set_upload_state(connection, key, "sent_back", account="city", note="坐标系不对")
    assert _states(store, key) == [
        ("received", "cmcc", ""),
        ("checked", "cmcc", ""),
        ("submitted", "cmcc", ""),
        ("sent_back", "city", "坐标系不对"),
    ]
    with read(store.ledger) as connection:
        found = uploads.get_upload(connection, key)
        (last,) = uploads.last_events(connection).values()
    assert (found["partial"], found["full_list"]) == (True, False)
    assert found["report_hash"] == "report of other answers"
    assert (last["state"], last["note"]) == ("sent_back", "坐标系不对")


@pytest.mark.parametrize(
    ("steps", "next_state"),
    [
        (["withdrawn"], "submitted"),
        (["withdrawn"], "accepted"),
        (["refused"], "accepted"),
        (["accepted"], "withdrawn"),
        (["accepted"], "submitted"),
        (["accepted"], "sent_back"),
        (["checked"], "sent_back"),
        (["submitted"], "checked"),
        (["accepted", "superseded"], "accepted"),
    ],
)
def test_a_state_leads_only_where_it_may(store: Store, upload, steps, next_state) -> None:
    key = upload()
    with write(store.ledger) as connection:
        for step in steps:
            uploads.set_upload_state(connection, key, step)
    before = _states(store, key)
    with (
        pytest.raises(StoreError, match="upload_not_open"),
        write(store.ledger) as connection,
    ):
        uploads.set_upload_state(connection, key, next_state)
    assert _states(store, key) == before


@pytest.mark.parametrize("table", ["upload_event", "decision"])
@pytest.mark.parametrize("act", ["UPDATE {} SET account = 'b'", "DELETE FROM {}"])
def test_what_was_said_is_never_changed(store: Store, upload, table: str, act: str) -> None:
    key = upload()
    with write(store.ledger) as connection:
        row = {"owner": "o", "key": "k", "unit_code": "", "upload_id": key, "account": "a",
               "at": stamp()}  # fmt: skip
        connection.execute(sa.insert(schema.decision), row)
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        write(store.ledger) as connection,
    ):
        connection.exec_driver_sql(act.format(table))


def test_the_same_bytes_are_found_per_owner(store: Store, upload) -> None:
    one, other = upload("cmcc"), upload("cmcc")
    upload("unicom")
    with read(store.ledger) as connection:
        object_hash = uploads.get_upload(connection, one)["object_hash"]
        found = uploads.same_bytes(connection, "cmcc", object_hash)
        assert uploads.same_bytes(connection, "cmcc", "other bytes") == []
    assert [row["id"] for row in found] == [other, one]


def test_an_upload_is_superseded_when_nothing_of_it_stands(store: Store, upload) -> None:
    first, second, third = upload(), upload(), upload()
    accept_records(store, first, "tower", "tower", towers(["a", "b"]), stamp())
    accept_records(store, second, "tower", "tower", towers(["b", "c"], "新"), stamp())
    assert [_state(store, key) for key in (first, second)] == ["accepted", "accepted"]
    tables = {"tower": towers(["a"], "新")}
    accept_tables(store, third, "tower", tables, stamp(), account="city")
    assert _states(store, first)[-1] == ("superseded", "city", third)
    assert [_state(store, key) for key in (second, third)] == ["accepted", "accepted"]


def test_a_whole_list_supersedes_what_it_replaces(store: Store, upload) -> None:
    first, other, whole = upload(), upload("cmcc"), upload()
    accept_records(store, first, "tower", "tower", towers(["a", "b"]), stamp())
    accept_records(store, other, "tower", "cmcc", towers(["a"]), stamp())
    accept_tables(store, whole, "tower", {"tower": towers(["c"])}, stamp(), replace=True)
    assert [_state(store, key) for key in (first, other)] == ["superseded", "accepted"]


def test_tables_of_an_older_ledger_are_looked_into(store: Store, upload) -> None:
    first, second = upload(), upload()
    accept_records(store, first, "tower", "tower", towers(["a"]), stamp())
    with write(store.ledger) as connection:
        connection.execute(sa.update(schema.table_version).values(uploads=None))
    accept_records(store, second, "site", "tower", _sites(), stamp())
    assert _state(store, first) == "accepted"


def _sites():  # type: ignore[no-untyped-def]
    return towers(["s"]).drop(columns=["height_m", "tenants"])


def test_what_else_is_written_belongs_to_the_same_transaction(store: Store, upload) -> None:
    key = upload()

    def break_off(connection: sa.Connection) -> None:
        uploads.set_upload_state(connection, key, "submitted")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        accept_tables(store, key, "tower", {"tower": towers(["a"])}, stamp(), also=break_off)
    assert _state(store, key) == "received"
    assert len(read_records(store, "tower")) == 0


def test_a_plan_says_what_accepting_would_leave(store: Store, upload) -> None:
    accept_records(store, upload(), "tower", "tower", towers(["a", "b"]), stamp())
    old, merged = plan_records(store, "tower", "tower", towers(["b", "c"], "新"), replace=True)
    assert (merged.added, merged.superseded, merged.kept) == (1, 1, 0)
    assert set(old["source_id"]) == {"a", "b"}
    accept_records(
        store, upload(), "tower", "tower", towers(["b", "c"], "新"), stamp(), replace=True
    )
    assert sorted(read_records(store, "tower")["name"]) == sorted(merged.frame["name"])
