from pathlib import Path

import numpy as np
import rasterio

from geodata.register import Register


def test_terrain_is_a_cloud_optimized_geotiff(sample_folder: Path) -> None:
    with rasterio.open(sample_folder / "terrain.tif") as terrain:
        assert terrain.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert terrain.block_shapes == [(512, 512)]
        assert terrain.overviews(1)
        assert terrain.crs.to_epsg() == 4490
        assert terrain.dtypes == ("int16",)
        assert terrain.nodata == -32768
        assert terrain.tags()["TITLE"] == "样例数据·模拟"
        assert np.isclose(terrain.res[0] * 3600, 1.0)


def test_terrain_covers_the_city_plain_in_the_east_and_hilly_in_the_west(
    sample_folder: Path, register: Register
) -> None:
    offices = register.places[register.places["kind"] == "office"]
    with rasterio.open(sample_folder / "terrain.tif") as terrain:
        points = zip(offices.geometry.x, offices.geometry.y, strict=True)
        heights = np.array([value[0] for value in terrain.sample(points)])
        west, south, east, north = register.counties.total_bounds
        bounds = terrain.bounds
    assert bounds.left < west
    assert bounds.right > east
    assert bounds.bottom < south
    assert bounds.top > north
    assert heights.min() >= 45
    assert heights.max() <= 1150
    lon = offices.geometry.x.to_numpy()
    assert np.median(heights[lon > 114.1]) < 70
    assert np.percentile(heights[lon < 113.25], 90) > 250
