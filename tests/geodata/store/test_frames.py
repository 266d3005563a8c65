import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from geodata.errors import StoreError
from geodata.store.frames import get_frame, put_frame, values_hash
from geodata.store.opening import Store

TEXTS = st.one_of(st.none(), st.text(max_size=5))
ROWS = st.tuples(
    TEXTS,
    st.one_of(st.none(), st.integers(-(2**62), 2**62)),
    st.one_of(st.none(), st.floats(allow_nan=False)),
    st.one_of(st.none(), st.booleans()),
    st.lists(st.text(max_size=3), max_size=3).map(tuple),
    st.one_of(st.none(), st.tuples(st.floats(113, 115), st.floats(33, 35))),
)
NAMES = ["text", "integer", "number", "boolean", "list", "point"]


def frame_of(rows) -> gpd.GeoDataFrame:
    columns = dict(zip(NAMES, zip(*rows, strict=True) if rows else [()] * 6, strict=True))
    points = [None if point is None else Point(point) for point in columns["point"]]
    return gpd.GeoDataFrame(
        {
            "record_id": pd.Series([f"r{i:03}" for i in range(len(rows))], dtype="str"),
            "text": pd.Series(columns["text"], dtype="str"),
            "integer": pd.Series(columns["integer"], dtype="Int64"),
            "number": pd.Series(columns["number"], dtype="float64"),
            "boolean": pd.Series(columns["boolean"], dtype="boolean"),
            "list": pd.Series(columns["list"], dtype="object"),
        },
        geometry=gpd.GeoSeries(points, crs="EPSG:4490"),
    )


@given(st.lists(ROWS, max_size=6), st.randoms())
def test_order_of_rows_and_columns_does_not_count(rows, random) -> None:
    frame = frame_of(rows)
    order, columns = list(range(len(frame))), list(frame.columns)
    random.shuffle(order)
    random.shuffle(columns)
    assert values_hash(frame.iloc[order][columns]) == values_hash(frame)


@given(st.lists(ROWS, min_size=1, max_size=6), ROWS, st.data())
def test_any_changed_value_counts(rows, other, data) -> None:
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(NAMES) - 1))
    changed = list(rows)
    changed[row] = (*rows[row][:column], other[column], *rows[row][column + 1 :])
    same = values_hash(frame_of(changed)) == values_hash(frame_of(rows))
    assert same == (changed[row] == rows[row])


@given(st.lists(ROWS, max_size=6))
def test_a_round_trip_keeps_the_hash(store_once: Store, rows) -> None:
    frame = frame_of(rows)
    key = put_frame(store_once, frame)
    _drop_cache()
    back = get_frame(store_once, key)
    assert values_hash(back) == values_hash(frame)
    assert list(back.dtypes.astype(str)) == list(frame.dtypes.astype(str))
    assert isinstance(back, gpd.GeoDataFrame)
    assert back.crs == "EPSG:4490"


@pytest.fixture(scope="module")
def store_once(tmp_path_factory: pytest.TempPathFactory):
    from geodata.store.opening import close_store, create_store

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COVERAGE_MAP_DATABASE", raising=False)
        store = create_store(tmp_path_factory.mktemp("frames"), "w")
    yield store
    close_store(store)


def _drop_cache() -> None:
    from geodata.store import frames

    frames._CACHE = frames._FrameCache(frames.CACHE_BYTES)


def test_the_hash_is_this_one_for_ever() -> None:
    """A hash written down once: another version of a library must not change it."""
    frame = frame_of(
        [("许昌", 7, 0.1, True, ("cmcc", "联通"), (113.5, 34.25)), (None,) * 4 + ((), None)]
    )
    assert values_hash(frame) == "2a696022958753b1d2ea7ad184ffd478acf2cf46019adbc4c9fca8aa76b06126"


def test_how_a_value_is_held_does_not_count() -> None:
    plain = pd.DataFrame(
        {"record_id": ["a", "b"], "n": [1, 2], "flag": [True, False], "x": [0.0, 1]}
    )
    other = pd.DataFrame(
        {
            "record_id": pd.Series(["a", "b"], dtype="object"),
            "n": pd.Series([1, 2], dtype="Int32"),
            "flag": pd.Series([True, False], dtype="boolean"),
            "x": np.array([-0.0, 1], dtype="float32"),
        }
    )
    assert values_hash(plain) == values_hash(other)


def test_schema_counts() -> None:
    frame = pd.DataFrame({"record_id": ["a"], "n": [1]})
    others = [
        frame.rename(columns={"n": "m"}),
        frame.astype({"n": "float64"}),
        frame.astype({"n": "str"}),
        frame.assign(more=1),
        frame.iloc[:0],
    ]
    assert len({values_hash(other) for other in [frame, *others]}) == 6


def test_missing_is_neither_empty_nor_zero() -> None:
    frames = [
        pd.DataFrame({"record_id": ["a"], "x": pd.Series([value], dtype=dtype)})
        for value, dtype in [
            (None, "str"),
            ("", "str"),
            (None, "Int64"),
            (0, "Int64"),
            (None, "float64"),
            (0.0, "float64"),
        ]
    ]
    assert len({values_hash(frame) for frame in frames}) == 6


def test_values_do_not_run_into_each_other() -> None:
    one = pd.DataFrame({"record_id": ["a", "b"], "x": ["ab", "c"]})
    two = pd.DataFrame({"record_id": ["a", "b"], "x": ["a", "bc"]})
    assert values_hash(one) != values_hash(two)


def test_crs_and_shape_count() -> None:
    shapes = [Point(1, 2), LineString([(1, 2), (1, 3)]), Polygon([(1, 2), (1, 3), (2, 3)])]
    frames = [
        gpd.GeoDataFrame({"record_id": ["a"]}, geometry=[shape], crs=crs)
        for shape in shapes
        for crs in ("EPSG:4490", "EPSG:4326")
    ]
    assert len({values_hash(frame) for frame in frames}) == 6


def test_results_without_geometry_come_back_plain(store_once: Store) -> None:
    frame = pd.DataFrame({"state": ["gap"], "distance_m": pd.Series([None], dtype="Int64")})
    key = put_frame(store_once, frame)
    _drop_cache()
    back = get_frame(store_once, key)
    assert type(back) is pd.DataFrame
    pd.testing.assert_frame_equal(back, frame)


def test_a_caller_cannot_change_the_cache(store_once: Store) -> None:
    key = put_frame(store_once, frame_of([("a", 1, 1.0, True, ("x",), (113, 34))]))
    first = get_frame(store_once, key)
    first.loc[0, "text"] = "changed"
    first["more"] = 1
    first.geometry = [Point(0, 0)]
    again = get_frame(store_once, key)
    assert again["text"].tolist() == ["a"]
    assert "more" not in again
    assert again.geometry.iloc[0] == Point(113, 34)


def test_the_cache_drops_the_least_used() -> None:
    from geodata.store.frames import _FrameCache, _size

    frame = pd.DataFrame({"x": np.zeros(1000)})
    cache = _FrameCache(3 * _size(frame))
    for key in "abc":
        cache.put("vault", key, frame)
    cache.get("vault", "a")
    cache.put("vault", "d", frame)
    assert [cache.get("vault", key) is not None for key in "abcd"] == [True, False, True, True]
    assert cache.get("other vault", "a") is None


def test_what_is_no_table_is_refused(store_once: Store) -> None:
    with pytest.raises(StoreError, match="object_not_a_table"):
        get_frame(store_once, store_once.vault.put(b"not parquet at all"))
