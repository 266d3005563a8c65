"""Profiles over ground whose shape is known."""

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from made_rasters import METRIC, tilted
from pyproj import Geod

from coverage_map.propagation import Path, Zone
from geodata.crs import from_cgcs2000, geodesic_m, to_cgcs2000
from geodata.errors import UsageError
from geodata.terrain.profiles import grid_convergence_deg, sample_profiles, true_azimuth_deg
from geodata.terrain.raster import Grid, Raster

GRID = Grid(METRIC, Affine(30.0, 0, 420_000.0, 0, -30.0, 3_800_010.0), 700, 700)
X, Y = np.meshgrid(*GRID.centres())
NAN = float("nan")
MAST = (X[350, 350], Y[350, 350])


def place(x, y) -> tuple[float, float]:
    lon, lat = to_cgcs2000(x, y, METRIC)
    return float(lon), float(lat)


def around(count: int, radius_m: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = MAST[0] + radius_m * np.cos(angle), MAST[1] + radius_m * np.sin(angle)
    return np.column_stack(to_cgcs2000(x, y, METRIC))


def test_profiles_over_a_plane_are_straight() -> None:
    raster = Raster(tilted(X, Y), GRID, "m", NAN)
    ends = around(12, 8_000.0)
    found = sample_profiles(raster, place(*MAST), ends, 30.0)
    assert found.whole.all()
    x, y = from_cgcs2000(found.lon, found.lat, METRIC)
    assert np.abs(found.terrain_m - tilted(x, y)).max() < 1e-6
    np.testing.assert_allclose(
        found.length_km * 1e3, geodesic_m(*place(*MAST), ends[:, 0], ends[:, 1]), rtol=1e-12
    )
    for number in range(len(found)):
        part = found.part(number)
        steps = np.diff(found.distance_km[part])
        assert found.distance_km[part][0] == 0
        assert found.distance_km[part][-1] == pytest.approx(found.length_km[number])
        assert steps.max() <= 0.030
        assert steps.max() - steps.min() < 1e-9
        assert (found.lon[part][-1], found.lat[part][-1]) == tuple(ends[number])
        # Between two points of a geodesic of 8 km a plane bends by millimetres only.
        straight = np.linspace(*found.terrain_m[part][[0, -1]], len(steps) + 1)
        assert np.abs(found.terrain_m[part] - straight).max() < 0.01


def test_a_cone_looks_the_same_from_its_top_in_all_directions() -> None:
    cone = 600.0 - 0.05 * np.hypot(X - MAST[0], Y - MAST[1])
    found = sample_profiles(Raster(cone, GRID, "m", NAN), place(*MAST), around(16, 6_000.0), 30.0)
    expected = 600.0 - 0.05 * 1e3 * found.distance_km
    away = found.distance_km > 0.1  # the tip is blunt: four cells are its top
    assert np.abs(found.terrain_m - expected)[away].max() < 0.15


def test_a_wall_stands_where_it_stands() -> None:
    wall = np.where(np.abs(X - (MAST[0] + 3_000.0)) < 15.0, 80.0, 50.0)
    east = place(MAST[0] + 6_000.0, MAST[1])
    found = sample_profiles(Raster(wall, GRID, "m", NAN), place(*MAST), np.array([east]), 10.0)
    x, _ = from_cgcs2000(found.lon, found.lat, METRIC)
    high = found.terrain_m > 50.001  # 50 is a sum of four parts
    assert found.terrain_m.max() == pytest.approx(80.0, abs=0.5)
    assert np.abs(x[high] - (MAST[0] + 3_000.0)).max() <= 30.0
    assert 5 <= high.sum() <= 7


def test_clutter_is_the_cells_own_and_classes_are_not_mixed() -> None:
    east = MAST[0] + 3_000.0 < X
    clutter = Raster(np.where(east, 15.0, 0.0), GRID, "m", NAN)
    classes = Raster(np.where(east, 10, 40).astype("int16"), GRID, "class", 0)
    found = sample_profiles(
        Raster(tilted(X, Y), GRID, "m", NAN),
        place(*MAST),
        np.array([place(MAST[0] + 6_000.0, MAST[1])]),
        30.0,
        clutter,
        classes,
    )
    x, _ = from_cgcs2000(found.lon, found.lat, METRIC)
    beyond = x > MAST[0] + 3_015.0
    np.testing.assert_array_equal(found.clutter_m == 15.0, beyond)
    np.testing.assert_array_equal(found.category, np.where(beyond, 10, 40))


def test_points_without_heights_are_missing_and_named() -> None:
    heights = tilted(X, Y)
    heights[:, 450:460] = np.nan
    ends = np.array(
        [
            place(MAST[0] - 5_000, MAST[1]),
            place(MAST[0] + 5_000, MAST[1]),
            place(MAST[0] - 50_000, MAST[1]),
            (np.nan, 34.0),
        ]
    )
    found = sample_profiles(Raster(heights, GRID, "m", NAN), place(*MAST), ends, 30.0)
    assert found.whole.tolist() == [True, False, False, False]
    assert np.isfinite(found.terrain_m[found.part(0)]).all()
    assert 5 < np.isnan(found.terrain_m[found.part(1)]).sum() < 15


def test_a_profile_is_what_the_models_take() -> None:
    found = sample_profiles(
        Raster(tilted(X, Y), GRID, "m", NAN), place(*MAST), around(3, 20.0), 30.0
    )
    for number in range(len(found)):
        part = found.part(number)
        path = Path(
            distance_km=found.distance_km[part],
            terrain_m=found.terrain_m[part],
            clutter_m=found.clutter_m[part],
            zone=np.full(part.stop - part.start, int(Zone.INLAND)),
            tx_latitude_deg=place(*MAST)[1],
            azimuth_deg=float(found.azimuth_deg[number]),
        )
        assert len(path.distance_km) == 3


def test_no_ends_are_no_profiles() -> None:
    found = sample_profiles(
        Raster(tilted(X, Y), GRID, "m", NAN), place(*MAST), np.empty((0, 2)), 30.0
    )
    assert (len(found), len(found.distance_km)) == (0, 0)
    with pytest.raises(UsageError, match="profile_step"):
        sample_profiles(Raster(X, GRID, "m", NAN), place(*MAST), np.empty((0, 2)), 0.0)


@given(lon=st.floats(112.6, 115.4), lat=st.floats(33.0, 35.0), bearing=st.floats(0, 359.9))
def test_grid_bearings_become_true_azimuths(lon: float, lat: float, bearing: float) -> None:
    convergence = grid_convergence_deg(lon, lat, GRID)
    # Gauss-Krüger on the sphere: tan c = tan(lon - lon0) sin(lat).
    expected = np.degrees(np.arctan(np.tan(np.radians(lon - 114.0)) * np.sin(np.radians(lat))))
    assert convergence == pytest.approx(expected, abs=0.01)
    x, y = from_cgcs2000(lon, lat, METRIC)
    there = to_cgcs2000(
        x + 3_000 * np.sin(np.radians(bearing)), y + 3_000 * np.cos(np.radians(bearing)), METRIC
    )
    azimuth = true_azimuth_deg(lon, lat, np.array([there]))[0]
    apart = (azimuth - bearing - convergence + 180.0) % 360.0 - 180.0
    assert abs(apart) < 0.01
    geod, _, _ = Geod(ellps="GRS80").inv(lon, lat, float(there[0]), float(there[1]))
    assert azimuth == pytest.approx(geod % 360.0)
