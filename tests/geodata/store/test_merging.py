import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import totals, towers
from shapely import Point

from geodata.errors import UsageError
from geodata.records import PROVENANCE, read_kinds, record_columns
from geodata.store.merging import check_records, empty_records, merge_records

TOWER = read_kinds()["tower"]
KEYS = st.sampled_from(["", "a", "b", "c"])
ROW = st.tuples(KEYS, KEYS, st.integers(0, 99))


def table(rows) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "record_id": pd.Series([""] * len(rows), dtype="str"),
            "name": pd.Series([row[0] or None for row in rows], dtype="str"),
            "town": pd.Series([row[1] for row in rows], dtype="str"),
            "value": pd.Series([row[2] for row in rows], dtype="int64"),
        },
        geometry=gpd.GeoSeries([None] * len(rows), crs="EPSG:4490"),
    )


def slow_merge(old: list[dict], rows, replace: bool) -> list[dict]:
    """One row after the other, the obvious way."""
    stays = [] if replace else [dict(row) for row in old]
    identifiers = {(row["name"], row["town"]): row["record_id"] for row in old}
    nameless = [row for row in old if (row["name"], row["town"]) == ("", "")]
    for name, town, value in rows:
        key = (name, town)
        if key == ("", ""):
            # Says the same as one that is there already: that one, each for one row only.
            twin = next((row for row in nameless if row["value"] == value), None)
            if twin is not None:
                nameless.remove(twin)
                stays = [row for row in stays if row["record_id"] != twin["record_id"]]
            identifier = twin["record_id"] if twin else None
            stays.append({"record_id": identifier, "name": "", "town": "", "value": value})
            continue
        same = [row for row in stays if (row["name"], row["town"]) == key]
        for row in same:
            stays.remove(row)
        identifier = identifiers.get(key)
        stays.append({"record_id": identifier, "name": name, "town": town, "value": value})
    return stays


@given(st.lists(st.tuples(st.lists(ROW, max_size=6), st.booleans()), min_size=1, max_size=4))
def test_merging_is_what_the_slow_way_gives(uploads) -> None:
    frame = table([])
    for rows, replace in uploads:
        old = frame.drop(columns="geometry").fillna({"name": ""}).to_dict("records")
        expected = slow_merge(old, rows, replace)
        merged = merge_records(frame, table(rows), ("name", "town"), replace=replace)
        frame = merged.frame
        got = frame.drop(columns="geometry").fillna({"name": ""}).to_dict("records")

        def content(row):
            return row["name"], row["town"], row["value"]

        assert sorted(map(content, got)) == sorted(map(content, expected))
        by_content = {content(row): row["record_id"] for row in got if content(row)[:2] != ("", "")}
        known = [row for row in expected if row["record_id"] and content(row)[:2] != ("", "")]
        assert all(by_content[content(row)] == row["record_id"] for row in known)
        assert frame["record_id"].is_unique
        assert (frame["record_id"].str.len() == 32).all()
        assert merged.added + merged.superseded + merged.kept == len(frame)
        before = {row["record_id"] for row in old}
        assert merged.added == len(set(frame["record_id"]) - before)


def test_counts_by_hand() -> None:
    old = merge_records(table([]), table([("a", "", 1), ("b", "", 1)]), ("name", "town")).frame
    merged = merge_records(
        old, table([("b", "", 2), ("c", "", 2), ("c", "", 3), ("", "", 9)]), ("name", "town")
    )
    assert (merged.added, merged.superseded, merged.kept) == (2, 1, 1)
    values = merged.frame.fillna({"name": ""}).set_index("name")["value"].to_dict()
    assert values == {"a": 1, "b": 2, "c": 3, "": 9}


def test_a_file_without_keys_twice_gives_no_second_copy() -> None:
    rows = [("", "", 1), ("", "", 1), ("", "", 2)]
    old = merge_records(table([]), table(rows), ("name", "town")).frame
    assert len(old) == 3
    again = merge_records(old, table([*rows, ("", "", 3)]), ("name", "town"))
    assert (again.added, again.superseded, again.kept) == (1, 3, 0)
    assert set(old["record_id"]) < set(again.frame["record_id"])


def test_a_given_id_is_kept_but_never_twice() -> None:
    rows = table([("a", "", 1), ("b", "", 1)]).assign(record_id=["x", ""])
    merged = merge_records(table([]), rows, ("name", "town")).frame
    assert merged.set_index("name")["record_id"]["a"] == "x"
    with pytest.raises(UsageError, match="record_id_twice"):
        merge_records(merged, table([("c", "", 1)]).assign(record_id="x"), ("name", "town"))


def _stored(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    checked = check_records(frame, TOWER)
    return merge_records(empty_records(TOWER), checked, TOWER.key).frame


def test_what_a_later_file_does_not_say_stays() -> None:
    old = _stored(towers(["t1", "t2"]))
    sparse = towers(["t1"], name="新名").drop(columns=["height_m", "tenants"])
    sparse["geometry"] = gpd.GeoSeries([None], crs="EPSG:4490")
    sparse["unit_code"], sparse["county_code"], sparse["match_method"] = "", "", "none"
    merged = merge_records(old, check_records(sparse, TOWER), TOWER.key).frame
    now = merged.set_index("source_id").loc["t1"]
    assert now["name"] == "新名t1"
    assert now["height_m"] == 35.0
    assert now["tenants"] == ("cmcc", "unicom")
    before = old.set_index("source_id").loc["t1"]
    assert now["geometry"].equals(before["geometry"])
    for name in ("record_id", "unit_code", "county_code", "match_method"):
        assert now[name] == before[name]


def test_a_whole_list_says_all_there_is() -> None:
    old = _stored(towers(["t1", "t2"]))
    sparse = check_records(towers(["t1"]).drop(columns="height_m"), TOWER)
    merged = merge_records(old, sparse, TOWER.key, replace=True).frame
    assert merged["source_id"].tolist() == ["t1"]
    assert merged["height_m"].isna().all()


def test_a_merge_changes_neither_input() -> None:
    old = merge_records(table([]), table([("a", "", 1)]), ("name", "town")).frame
    new = table([("a", "", 2)])
    copies = old.copy(), new.copy()
    merge_records(old, new, ("name", "town"))
    pd.testing.assert_frame_equal(old, copies[0])
    pd.testing.assert_frame_equal(new, copies[1])


@pytest.mark.parametrize("name", sorted(read_kinds()))
def test_every_kind_has_an_empty_table(name: str) -> None:
    frame = empty_records(read_kinds()[name])
    assert frame.crs == "EPSG:4490"
    assert {column: str(frame[column].dtype) for column in frame.columns} == {
        **record_columns(read_kinds()[name]),
        "geometry": "geometry",
    }
    assert set(PROVENANCE) <= set(frame.columns)


def test_records_are_brought_to_their_kind() -> None:
    checked = check_records(towers(["t1"]).drop(columns="height_m"), TOWER)
    assert {name: str(checked[name].dtype) for name in record_columns(TOWER)} == record_columns(
        TOWER
    )
    assert checked["tenants"].tolist() == [("cmcc", "unicom")]
    assert checked["height_m"].isna().all()


def test_a_kind_without_geometry_gets_an_empty_one() -> None:
    checked = check_records(totals({"sites": 3}), read_kinds()["reported_total"])
    assert checked.geometry.isna().all()
    assert checked.crs == "EPSG:4490"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda frame: frame.drop(columns="county_code"), "records_columns"),
        (lambda frame: frame.assign(colour="red"), "records_columns"),
        (lambda frame: frame.assign(height_m="tall"), "records_type"),
        (lambda frame: frame.assign(tenants="cmcc"), "records_type"),
        (lambda frame: frame.set_crs("EPSG:4326", allow_override=True), "records_crs"),
        (lambda frame: pd.DataFrame(frame).assign(geometry=[Point(1, 2)]), "records_crs"),
    ],
)
def test_records_that_do_not_fit_are_refused(change, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        check_records(change(towers(["t1"])), TOWER)
