"""The modelled land cover, the ridge of 禹州, and the same bytes whatever the memory held."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely

from geodata.crs import geodesic_m
from geodata.register import Register
from geodata.sample.source_tables import read_source
from geodata.terrain.elevation import read_window
from geodata.terrain.landcover import read_class_map, read_landcover
from geodata.terrain.profiles import sample_profiles
from geodata.terrain.raster import metric_grid
from geodata.terrain.sources import open_sources

RIDGE = np.array(read_source().model["terrain"]["ridge"][0]["line"])
AREA = (RIDGE[:, 0].min() - 0.05, RIDGE[:, 1].min() - 0.01, RIDGE[:, 0].max() + 0.05, 34.30)


def test_landcover_lies_on_the_terrains_grid_and_says_it_is_modelled(sample_folder: Path) -> None:
    with (
        rasterio.open(sample_folder / "terrain.tif") as terrain,
        rasterio.open(sample_folder / "landcover.tif") as cover,
    ):
        assert (cover.transform, cover.shape, cover.crs) == (
            terrain.transform,
            terrain.shape,
            terrain.crs,
        )
        assert cover.tags()["TITLE"] == "样例数据·模拟"
        assert "modelled" in cover.tags()["NOTE"]
        codes, counts = np.unique(cover.read(1), return_counts=True)
    share = dict(zip(codes.tolist(), (counts / counts.sum()).tolist(), strict=True))
    assert set(share) == {10, 20, 30, 40, 50, 80}
    assert share[40] > 0.5
    assert 0.03 < share[50] < 0.2
    assert sum((sample_folder / f).stat().st_size for f in ("terrain.tif", "landcover.tif")) < 15e6


def test_villages_are_built_and_hills_wooded(sample_folder: Path, register: Register) -> None:
    points = shapely.get_coordinates(register.settlements.geometry.to_numpy())[::7]
    with (
        rasterio.open(sample_folder / "terrain.tif") as terrain,
        rasterio.open(sample_folder / "landcover.tif") as cover,
    ):
        assert {int(value[0]) for value in cover.sample(points)} == {50}
        heights, codes = terrain.read(1), cover.read(1)
    assert np.mean(codes[heights > 450] == 10) > 0.7
    assert np.mean(codes[heights < 80] == 10) < 0.02


def test_a_ridge_in_yuzhou_stands_between_villages_and_sites(
    sample_folder: Path, register: Register
) -> None:
    yuzhou = register.counties.set_index("code").geometry["411081"]
    assert yuzhou.contains(shapely.LineString(RIDGE))
    sources, faults = open_sources([sample_folder / "terrain.tif"])
    assert faults == ()
    found = read_window(sources, AREA, "EPSG:4490", 30.0)
    assert found.missing == 0
    middle = RIDGE[1:3].mean(axis=0)
    mast, behind = (middle[0] + 0.03, middle[1]), (middle[0] - 0.03, middle[1])
    assert 2_500 < geodesic_m(*mast, *middle) < 3_000
    profile = sample_profiles(found.raster, mast, np.array([behind]), 30.0)
    assert profile.whole.all()
    ends = profile.terrain_m[[0, -1]]
    crest = int(np.argmax(profile.terrain_m))
    assert profile.terrain_m[crest] - ends.max() > 120.0
    assert profile.distance_km[crest] == pytest.approx(profile.length_km[0] / 2, rel=0.1)
    lon, lat = register.settlements.geometry.x, register.settlements.geometry.y
    beside = (lat > RIDGE[-1, 1]) & (lat < RIDGE[0, 1])
    assert (beside & (lon > middle[0] - 0.05) & (lon < middle[0] - 0.015)).sum() > 10
    assert (beside & (lon < middle[0] + 0.05) & (lon > middle[0] + 0.015)).sum() > 10


def test_the_samples_land_cover_is_read_as_clutter(sample_folder: Path) -> None:
    sources, _ = open_sources([sample_folder / "landcover.tif"])
    grid = metric_grid(AREA, "EPSG:4490", 30.0)
    found = read_landcover(sources, grid, read_class_map("worldcover"))
    assert found.missing == 0
    assert set(np.unique(found.clutter_m().values)) == {0.0, 10.0, 15.0}


_BUILD = """
import sys
from pathlib import Path
import numpy as np
from geodata.register import read_register
from geodata.sample.landcover import write_landcover
from geodata.sample.source_tables import read_source
from geodata.sample.terrain import write_terrain
source, folder = read_source(), Path(sys.argv[2])
register = read_register(Path(sys.argv[1]) / "register")
streams = np.random.default_rng(2023).spawn(4)
bounds = tuple(register.counties.total_bounds)
write_terrain(folder / "terrain.tif", source.relief, bounds, source.model["terrain"], streams[1])
write_landcover(
    folder / "landcover.tif", folder / "terrain.tif", register,
    source.model["landcover"], streams[3],
)
"""


def test_rasters_are_the_same_bytes_whatever_memory_held(
    sample_folder: Path, tmp_path: Path
) -> None:
    """glibc fills what is allocated with a pattern: bytes that nobody wrote would show."""
    command = [sys.executable, "-c", _BUILD, str(sample_folder), str(tmp_path)]
    environment = {**os.environ, "MALLOC_PERTURB_": "171"}
    subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[3])
    for name in ("terrain.tif", "landcover.tif"):
        assert (tmp_path / name).read_bytes() == (sample_folder / name).read_bytes(), name
