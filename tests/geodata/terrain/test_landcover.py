"""Classes keep their codes, people keep their sum."""

from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from made_rasters import ARCSEC, METRIC, NORTH, WEST, write_raster

from coverage_map.propagation.clutter import read_clutter_heights
from geodata.crs import to_cgcs2000
from geodata.errors import DataFileError, FileRefusedError
from geodata.terrain.landcover import (
    CATEGORIES,
    list_class_maps,
    read_class_map,
    read_landcover,
)
from geodata.terrain.population import rasterise_people, read_population
from geodata.terrain.raster import Grid, metric_grid
from geodata.terrain.sources import open_sources

AREA = (WEST + 0.01, NORTH - 0.04, WEST + 0.04, NORTH - 0.01)
COVER = read_class_map("worldcover")


def write_classes(path: Path, values: np.ndarray, step: float = ARCSEC, **more) -> Path:
    transform = Affine(step, 0, WEST, 0, -step, NORTH)
    return write_raster(path, values, transform, "EPSG:4326", **more)


@pytest.mark.parametrize("name", list_class_maps())
def test_class_maps_name_categories_and_heights_of_the_recommendation(name: str) -> None:
    found = read_class_map(name)
    assert found.source
    heights = read_clutter_heights()
    assert set(heights) == set(CATEGORIES)
    for code, category in found.categories.items():
        assert found.heights_m[code] == heights[category], (name, code)


def test_classes_of_the_same_size_are_the_nearest(tmp_path: Path) -> None:
    values = np.where(np.arange(150)[None, :] < 75, 10, 40) * np.ones((150, 1))
    path = write_classes(tmp_path / "cover.tif", values.astype("uint8"))
    found = read_landcover(open_sources([path])[0], metric_grid(AREA, "EPSG:4490", 30.0), COVER)
    assert (found.method, found.missing, found.faults) == ("nearest", 0.0, ())
    assert set(np.unique(found.raster.values)) == {10, 40}
    x, y = found.raster.grid.centres()
    lon, _ = to_cgcs2000(*np.meshgrid(x, y), METRIC)
    np.testing.assert_array_equal(found.raster.values == 10, lon < WEST + 75 * ARCSEC)
    np.testing.assert_array_equal(found.clutter_m().values == 15, found.raster.values == 10)
    assert set(np.unique(found.categories())) == {
        CATEGORIES.index("open_rural"),
        CATEGORIES.index("urban_trees_forest"),
    }


def test_finer_classes_are_voted_on(tmp_path: Path) -> None:
    """Of every three columns of 10 m two are cropland: so is every cell of 30 m."""
    transform = Affine(10.0, 0, 430_000.0, 0, -10.0, 3_785_000.0)
    values = np.tile(np.array([40, 10, 40], dtype="uint8"), (300, 100))
    path = write_raster(tmp_path / "fine.tif", values, transform, METRIC)
    grid = Grid(METRIC, Affine(30.0, 0, 430_010.0, 0, -30.0, 3_784_990.0), 90, 90)
    found = read_landcover(open_sources([path])[0], grid, COVER)
    assert found.method == "majority"
    assert np.unique(found.raster.values).tolist() == [40]


def test_a_class_the_map_does_not_know_is_refused_with_its_place(tmp_path: Path) -> None:
    values = np.full((150, 150), 40, dtype="uint8")
    values[60:70, 60:70] = 42
    path = write_classes(tmp_path / "strange.tif", values)
    with pytest.raises(FileRefusedError) as refused:
        read_landcover(open_sources([path])[0], metric_grid(AREA, "EPSG:4490", 30.0), COVER)
    fault = refused.value.fault
    assert (fault.code, fault.place.file, fault.params["codes"]) == (
        "landcover_class",
        "strange.tif",
        "42",
    )
    lon, lat = (float(part) for part in str(fault.params["where"]).split(", "))
    assert WEST + 59 * ARCSEC < lon < WEST + 71 * ARCSEC
    assert NORTH - 71 * ARCSEC < lat < NORTH - 59 * ARCSEC


def test_cells_without_a_class_are_unknown_not_open(tmp_path: Path) -> None:
    values = np.full((150, 150), 40, dtype="uint8")
    values[:, 70:] = 0
    path = write_classes(tmp_path / "half.tif", values, nodata=0)
    found = read_landcover(open_sources([path])[0], metric_grid(AREA, "EPSG:4490", 30.0), COVER)
    assert 0.3 < found.missing < 0.7
    assert found.faults[0].code == "landcover_missing"
    assert np.isnan(found.clutter_m().values).mean() == pytest.approx(found.missing)
    assert (found.categories() == -1).mean() == pytest.approx(found.missing)


def test_measured_values_are_no_classes(tmp_path: Path) -> None:
    path = write_classes(tmp_path / "share.tif", np.full((150, 150), 0.4, dtype="float32"))
    with pytest.raises(FileRefusedError, match="landcover_values"):
        read_landcover(open_sources([path])[0], metric_grid(AREA, "EPSG:4490", 30.0), COVER)


def test_class_maps_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="class_map_unknown"):
        read_class_map("moon")
    broken = tmp_path / "broken.toml"
    broken.write_text('name = "x"\n[class.1]\ncategory = "sea"\n', encoding="utf-8")
    with pytest.raises(DataFileError, match="class_map_broken"):
        read_class_map(broken)


@given(
    step_m=st.sampled_from([20.0, 30.0, 100.0, 730.0]),
    source_step=st.sampled_from([ARCSEC, 3 * ARCSEC, 30 * ARCSEC]),
    seed=st.integers(0, 99),
)
def test_people_are_neither_lost_nor_made(
    tmp_path_factory, step_m: float, source_step: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.3, 20.0, (12, 12))
    values[0, :4] = -99999.0
    path = tmp_path_factory.mktemp("people") / "people.tif"
    write_classes(path, values, source_step, nodata=-99999.0)
    edge = 12 * source_step
    area = (WEST - 0.01, NORTH - edge - 0.01, WEST + edge + 0.01, NORTH + 0.01)
    found = read_population(open_sources([path])[0], metric_grid(area, "EPSG:4490", step_m))
    expected = values[values > 0].sum()
    assert found.total == pytest.approx(expected, rel=1e-9)
    assert found.raster.values.sum() == pytest.approx(expected, rel=1e-9)


def test_people_lie_where_they_lived(tmp_path: Path) -> None:
    values = np.zeros((20, 20))
    values[7, 11] = 800.0
    path = write_classes(tmp_path / "one.tif", values, 3 * ARCSEC)
    found = read_population(
        open_sources([path])[0],
        metric_grid((WEST, NORTH - 0.016, WEST + 0.016, NORTH), "EPSG:4490", 30.0),
    )
    x, y = np.meshgrid(*found.raster.grid.centres())
    people = found.raster.values.astype(float)
    lon, lat = to_cgcs2000((x * people).sum() / 800, (y * people).sum() / 800, METRIC)
    assert float(lon) == pytest.approx(WEST + 11.5 * 3 * ARCSEC, abs=0.1 * ARCSEC)
    assert float(lat) == pytest.approx(NORTH - 7.5 * 3 * ARCSEC, abs=0.1 * ARCSEC)
    assert 8 <= (people > 0).sum() <= 20


def test_negative_people_are_refused(tmp_path: Path) -> None:
    path = write_classes(tmp_path / "negative.tif", np.full((20, 20), -200.0), 3 * ARCSEC)
    with pytest.raises(FileRefusedError, match="population_negative"):
        read_population(open_sources([path])[0], metric_grid(AREA, "EPSG:4490", 30.0))


@given(seed=st.integers(0, 999))
def test_settlements_are_counted_once_or_said_to_be_outside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = WEST + rng.uniform(-0.02, 0.07, 60), NORTH - rng.uniform(-0.02, 0.07, 60)
    lon[0] = np.nan
    people = rng.integers(0, 500, 60).astype(float)
    found = rasterise_people(lon, lat, people, metric_grid(AREA, "EPSG:4490", 100.0))
    assert found.outside >= people[0]
    assert found.total + found.outside == people.sum()
    assert found.raster.values.sum() == found.total
