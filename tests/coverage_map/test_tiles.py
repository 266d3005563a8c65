"""Layers are read back by GDAL's own PMTiles reader; hill-shading by hand-made slopes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from matplotlib.image import imread
from rasterio.transform import from_origin
from shapely.geometry import Point, box

from coverage_map.pmtiles import tile_id, write_pmtiles
from coverage_map.tiles import first_zooms, shade_hills, write_hillshade, write_layer
from geodata.register import Register

STEP = 0.02  # degrees: about 2 km


def make_grid(columns: int, rows: int) -> Register:
    """Make a register of square units: two townships, two areas (left and right half)."""
    cells = [(column, row) for row in range(rows) for column in range(columns)]
    half = [0 if column < columns // 2 else 1 for column, _ in cells]
    units = gpd.GeoDataFrame(
        {
            # Codes descend along the grid, so that index order is not file order.
            "code": [f"4110{99_000_000 - n:08d}" for n in range(len(cells))],
            "name": [f"村{n}" for n in range(len(cells))],
            "kind": "village",
            "township_code": [f"41100000{side}" for side in half],
            "county_code": "411000",
            "area_code": [f"41100{side}" for side in half],
            "households": 100,
            "people": 400,
            "area_km2": (111.2 * STEP) ** 2 * np.cos(np.radians(34)),
            "urban": False,
            "modelled": True,
        },
        geometry=[
            box(113 + x * STEP, 34 + y * STEP, 113 + (x + 1) * STEP, 34 + (y + 1) * STEP)
            for x, y in cells
        ],
        crs="EPSG:4490",
    )
    townships = units.dissolve("township_code").reset_index()
    townships = townships[["township_code", "county_code", "area_code", "geometry", "modelled"]]
    townships = townships.rename(columns={"township_code": "code"})
    townships["name"] = townships["code"]
    areas = units.dissolve("area_code").reset_index()[["area_code", "geometry"]]
    areas = areas.rename(columns={"area_code": "code"})
    areas = areas.assign(name=areas["code"], level="area", parent_code="411000")
    city = gpd.GeoDataFrame(
        {"code": ["411000"], "name": ["市"], "level": ["city"], "parent_code": [""]},
        geometry=[units.union_all()],
        crs="EPSG:4490",
    )
    points = gpd.GeoDataFrame(geometry=[Point(113, 34)], crs="EPSG:4490")
    return Register(
        version="made",
        areas=gpd.GeoDataFrame(pd.concat([city, areas], ignore_index=True), crs="EPSG:4490"),
        counties=city,
        townships=townships,
        units=units,
        settlements=points,
        places=points,
        aliases=pd.DataFrame({"level": [], "code": [], "alias": []}),
    )


@pytest.fixture(scope="module")
def grid() -> Register:
    return make_grid(12, 6)


@pytest.fixture(scope="module")
def layer(grid, tmp_path_factory):
    path = tmp_path_factory.mktemp("layer") / "grid.pmtiles"
    return path, write_layer(grid, path)


def test_index_is_the_order_of_codes(grid, layer):
    _, index = layer
    assert index["unit"] == sorted(grid.units["code"])
    assert index["township"] == sorted(grid.townships["code"])
    assert index["area"] == ["411000", "411001"]


def test_an_independent_reader_finds_every_feature_with_its_index(layer):
    path, index = layer
    for level, codes in index.items():
        read = pyogrio.read_dataframe(path, layer=level)
        # A polygon cut by tiles comes once a tile.
        pairs = read[["i", "code"]].drop_duplicates().sort_values("i")
        assert pairs["code"].tolist() == codes
        assert pairs["i"].tolist() == list(range(len(codes)))
        names = pyogrio.read_dataframe(path, layer=f"{level}_name")
        assert set(names["code"]) == set(codes)


def test_geometry_stays_within_a_tile_step(grid, layer):
    path, _ = layer
    read = pyogrio.read_dataframe(path, layer="unit").to_crs("EPSG:4547")
    merged = read.dissolve("code").geometry
    truth = grid.units.set_index("code").to_crs("EPSG:4547").geometry.reindex(merged.index)
    # One step of a zoom-11 tile is about 4 m here; buffers around tiles add nothing outside.
    assert (merged.symmetric_difference(truth).area / truth.area).max() < 0.02


def test_equal_registers_make_equal_files(grid, layer, tmp_path):
    path, _ = layer
    again = tmp_path / "again.pmtiles"
    write_layer(grid, again)
    assert again.read_bytes() == path.read_bytes()


def test_tile_ids_follow_the_specification():
    # The specification's own table of examples.
    assert tile_id((0, 0, 0)) == 0
    assert [tile_id((1, *xy)) for xy in ((0, 0), (0, 1), (1, 1), (1, 0))] == [1, 2, 3, 4]
    assert tile_id((2, 0, 0)) == 5
    assert tile_id((12, 3423, 1763)) == 19078479


def test_many_tiles_need_leaf_directories_and_are_all_found(grid, layer, tmp_path):
    _, _ = layer
    rng = np.random.default_rng(1)
    tiles = {
        (13, int(x), int(y)): f"{x}/{y}".encode() * int(n)
        for x, y, n in zip(
            *rng.integers(1, 8000, (2, 9000)), rng.integers(1, 60, 9000), strict=True
        )
    }
    path = tmp_path / "many.pmtiles"
    write_pmtiles(path, tiles, (110.0, 31.0, 116.0, 36.0), {"vector_layers": []})
    header = path.read_bytes()[:127]
    leaf_length = int.from_bytes(header[48:56], "little")
    assert leaf_length > 0
    assert int.from_bytes(header[16:24], "little") < 16384 - 127
    assert int.from_bytes(header[72:80], "little") == len(tiles)


def test_slopes_to_the_north_west_are_bright_and_to_the_south_east_dark():
    rows, columns = np.mgrid[0:20, 0:20].astype(float)
    rising_to_south_east = (rows + columns) * 10.0  # faces the north-west, towards the light
    light = shade_hills(rising_to_south_east, 30.0, 1.0)[5:-5, 5:-5]
    dark = shade_hills(-rising_to_south_east, 30.0, 1.0)[5:-5, 5:-5]
    flat = shade_hills(np.zeros((20, 20)), 30.0, 1.0)
    assert flat == pytest.approx(np.sin(np.pi / 4))
    assert light.min() > flat[0, 0] > dark.max()


def test_hillshade_png_lies_where_the_terrain_lies(tmp_path):
    terrain = tmp_path / "terrain.tif"
    rows, columns = np.mgrid[0:200, 0:300]
    heights = (300 * np.exp(-(((columns - 60) ** 2 + (rows - 100) ** 2) / 800))).astype("float32")
    with rasterio.open(
        terrain,
        "w",
        driver="GTiff",
        width=300,
        height=200,
        count=1,
        dtype="float32",
        crs="EPSG:4490",
        transform=from_origin(113.0, 34.4, 0.004, 0.002),
    ) as target:
        target.write(heights, 1)
    path = tmp_path / "hills.png"
    west, south, east, north = write_hillshade(terrain, path, width_px=300)
    assert (west, south, east, north) == pytest.approx((113.0, 34.0, 114.2, 34.4), abs=0.005)
    alpha = imread(path)[:, :, 3] * 255
    # The hill stands in the left third; the plain on the right stays clear.
    assert alpha[:, :120].max() > 60
    assert alpha[:, 200:].max() == 0


def test_metadata_names_the_layers(layer):
    path, _ = layer
    # Units of 2 km are 2.5 pixels wide at tile zoom 7, where a pixel is about 500 m.
    assert first_zooms(path) == {
        "area": 4,
        "township": 4,
        "unit": 7,
        "area_name": 4,
        "township_name": 8,
        "unit_name": 10,
    }
    info = pyogrio.read_info(path, layer="unit")
    assert {"i", "code", "name"} <= set(info["fields"])
    assert {name for name, _ in pyogrio.list_layers(path)} == {
        f"{level}{suffix}" for level in ("area", "township", "unit") for suffix in ("", "_name")
    }
