import itertools

import coordTransform
import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj.database import query_crs_info
from shapely import points

from geodata import crs

SYSTEMS = (
    *("EPSG:4490", "EPSG:4326", "EPSG:4547", "EPSG:4526", "EPSG:4508", "EPSG:4497"),
    *("EPSG:3857", "EPSG:32649", "GCJ-02", "BD-09"),
)
E2 = 0.006694380022900788
china_lon = st.floats(75.0, 134.0)
china_lat = st.floats(18.0, 53.0)


def away_m(lon1, lat1, lon2, lat2):
    return float(crs.geodesic_m(lon1, lat1, lon2, lat2))


@settings(deadline=None)
@given(china_lon, china_lat)
def test_shifts_agree_with_an_independent_formula(lon, lat):
    assert away_m(*crs.wgs84_to_gcj02(lon, lat), *coordTransform.wgs84_to_gcj02(lon, lat)) < 1e-4
    assert away_m(*crs.gcj02_to_bd09(lon, lat), *coordTransform.gcj02_to_bd09(lon, lat)) < 1e-4
    # The closed inverse of others is only near: within 2 m.
    assert away_m(*crs.bd09_to_gcj02(lon, lat), *coordTransform.bd09_to_gcj02(lon, lat)) < 2


@settings(deadline=None)
@given(china_lon, china_lat)
def test_shifts_are_undone_to_a_centimetre(lon, lat):
    gcj = crs.wgs84_to_gcj02(lon, lat)
    assert away_m(*crs.gcj02_to_wgs84(*gcj), lon, lat) < 0.01
    baidu = crs.gcj02_to_bd09(*gcj)
    assert away_m(*crs.bd09_to_gcj02(*baidu), *gcj) < 0.01
    assert away_m(*crs.to_cgcs2000(*baidu, "BD-09"), lon, lat) < 0.01


def test_the_shift_in_xuchang_is_what_is_known_of_it():
    lon, lat = np.meshgrid(np.linspace(113.05, 114.3, 30), np.linspace(33.7, 34.4, 30))
    east, north = crs.wgs84_to_gcj02(lon, lat)
    assert 525 < crs.geodesic_m(lon, lat, east, lat).min() < 540
    assert 590 < crs.geodesic_m(lon, lat, east, lat).max() < 600
    assert (north < lat).all()


@settings(deadline=None)
@given(
    st.floats(111.0, 117.0),
    st.floats(31.0, 36.0),
    st.sampled_from(SYSTEMS),
)
def test_every_system_round_trips(lon, lat, name):
    x, y = crs.from_cgcs2000(lon, lat, name)
    assert away_m(*crs.to_cgcs2000(x, y, name), lon, lat) < 0.01


def test_gauss_kruger_of_a_point_on_the_central_meridian():
    # The meridian's length from the equator, integrated: a(1-e²)/(1-e²sin²φ)^1.5; the zone's
    # prefix is part of the easting.
    latitude = np.linspace(0, np.radians(34.0), 100_001)
    curve = 6378137.0 * (1 - E2) / (1 - E2 * np.sin(latitude) ** 2) ** 1.5
    arc = float(np.sum((curve[1:] + curve[:-1]) / 2 * np.diff(latitude)))
    x, y = crs.from_cgcs2000(114.0, 34.0, "EPSG:4526")
    assert x == pytest.approx(38_500_000.0)
    assert y == pytest.approx(arc, abs=0.01)
    assert crs.from_cgcs2000(114.0, 34.0, "EPSG:4547")[0] == pytest.approx(500_000.0)


@pytest.mark.parametrize("given_name", ["EPSG:4526", "GCJ-02", "BD-09", "EPSG:4490"])
def test_what_is_no_position_becomes_nan(given_name):
    lon, _ = crs.to_cgcs2000([np.nan, np.inf], [34.0, 34.0], given_name)
    assert not np.isfinite(lon).any() or given_name == "EPSG:4490"
    assert np.isfinite(crs.to_cgcs2000([38_500_000.0], [3_763_661.4], "EPSG:4526")[0]).all()


def test_secret_datums_are_refused_by_every_code_and_by_their_prj():
    names = ("Beijing 1954", "New Beijing", "Xian 1980")
    found = [
        int(info.code)
        for info in query_crs_info(auth_name="EPSG", allow_deprecated=True)
        if info.name.startswith(names) and "height" not in info.name
    ]
    assert len(found) > 150
    for code in found:
        with pytest.raises(crs.CrsRefusedError) as refusal:
            crs.read_crs(f"EPSG:{code}")
        assert refusal.value.fault.code == "crs_refused"
    prj = (
        'GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    with pytest.raises(crs.CrsRefusedError) as refusal:
        crs.read_crs(prj)
    assert refusal.value.fault.params["why"] == "xian80"


def test_every_cgcs2000_gauss_kruger_code_is_taken():
    for info in query_crs_info(auth_name="EPSG"):
        if info.name.startswith("CGCS2000"):
            assert crs.read_crs(f"EPSG:{info.code}") == f"EPSG:{info.code}"


@pytest.mark.parametrize("name", ["EPSG:27700", "EPSG:99999", "", "许昌坐标"])
def test_other_systems_are_unknown(name):
    with pytest.raises(crs.CrsRefusedError) as refusal:
        crs.to_cgcs2000(1.0, 2.0, name)
    assert refusal.value.fault.code == "crs_unknown"


@pytest.mark.parametrize(
    ("lon", "name"),
    [
        (113.8, "EPSG:4547"),
        (112.51, "EPSG:4547"),
        (112.49, "EPSG:4546"),
        (75.0, "EPSG:4534"),
        (135.0, "EPSG:4554"),
        (119.9, "EPSG:4549"),
    ],
)
def test_metric_crs_by_place(lon, name):
    assert crs.metric_crs(lon) == name
    assert crs.metric_crs((lon - 0.1, 33.0, lon + 0.1, 34.0)) == name


def test_metric_crs_outside_the_zones():
    for lon in (2.0, float("nan")):
        with pytest.raises(crs.CrsRefusedError):
            crs.metric_crs(lon)


@settings(deadline=None)
@given(st.integers(1, 25), st.integers(0, 25), st.integers(0, 2**32 - 1))
def test_nearest_and_pairs_against_every_distance(n, m, seed):
    random = np.random.default_rng(seed)
    one = np.column_stack([random.uniform(113, 114, n), random.uniform(33.7, 34.4, n)])
    other = np.column_stack([random.uniform(113, 114, m), random.uniform(33.7, 34.4, m)])
    table = np.array([[round(away_m(*a, *b)) for b in other] for a in one], dtype=np.int64).reshape(
        n, m
    )
    index, metres = crs.nearest(one, other)
    if m:
        assert metres.tolist() == table.min(axis=1).tolist()
        assert index.tolist() == table.argmin(axis=1).tolist()
    else:
        assert (index == -1).all()
        assert (metres == -1).all()
    for limit in (0, 5_000, 30_000):
        pairs = list(
            zip(*(array.tolist() for array in crs.pairs_within(one, other, limit)), strict=True)
        )
        assert pairs == [
            (i, j, int(table[i, j]))
            for i, j in itertools.product(range(n), range(m))
            if table[i, j] <= limit
        ]
        index, metres = crs.nearest(one, other, within_m=limit)
        assert ((index >= 0) == np.array([(row <= limit).any() for row in table])).all()
        assert ((metres >= 0) == (index >= 0)).all()


def test_nearest_takes_series_and_skips_empty_points():
    series = gpd.GeoSeries(points([[113.8, 34.0], [113.9, 34.0]]), crs=crs.CGCS2000)
    index, metres = crs.nearest(np.array([[113.9001, 34.0], [np.nan, 34.0]]), series)
    assert index.tolist() == [1, -1]
    assert metres.tolist() == [9, -1]
