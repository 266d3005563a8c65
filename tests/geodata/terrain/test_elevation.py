"""Heights come to a metric grid as they are, from whatever files there are."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from made_rasters import ARCSEC, METRIC, NORTH, WEST, degrees_grid, tilted, write_degrees
from made_rasters import write_raster as write

from geodata.crs import from_cgcs2000
from geodata.errors import FileRefusedError, UsageError
from geodata.terrain.elevation import read_elevation, read_window
from geodata.terrain.raster import Grid, Raster, hash_raster, metric_grid
from geodata.terrain.sources import open_sources

AREA = (WEST + 0.02, NORTH - 0.09, WEST + 0.09, NORTH - 0.02)


def codes(faults) -> set[str]:
    return {fault.code for fault in faults}


def plane_of(grid: Grid) -> np.ndarray:
    return tilted(*np.meshgrid(*grid.centres()))


def test_a_plane_in_degrees_is_the_same_plane_in_metres(tmp_path: Path) -> None:
    sources, faults = open_sources([write_degrees(tmp_path / "dem.tif")])
    found = read_window(sources, AREA, "EPSG:4490", 30.0)
    assert faults == ()
    assert found.raster.grid.crs == METRIC
    assert found.raster.unit == "m"
    assert np.abs(found.raster.values - plane_of(found.raster.grid)).max() < 0.005
    assert (found.filled, found.missing, found.shares) == (0.0, 0.0, {"dem.tif": 1.0})


def test_any_system_gives_the_same_heights(tmp_path: Path) -> None:
    grid = metric_grid(AREA, "EPSG:4490", 30.0)
    for number, crs in enumerate(["EPSG:32649", "EPSG:4548", "EPSG:3857", "ESRI:54009"]):
        with rasterio.Env():
            edges = rasterio.warp.transform_bounds(METRIC, crs, *grid.bounds)
        step = 20.0
        west, north = edges[0] - 500.0, edges[3] + 500.0
        columns, rows = (int((edges[2] - west + 500) / step), int((north - edges[1] + 500) / step))
        x = west + (np.arange(columns) + 0.5) * step
        y = north - (np.arange(rows) + 0.5) * step
        from pyproj import Transformer

        there = Transformer.from_crs(crs, METRIC, always_xy=True).transform(*np.meshgrid(x, y))
        path = tmp_path / f"{number}.tif"
        write(path, tilted(*there).astype("float32"), Affine(step, 0, west, 0, -step, north), crs)
        found = read_elevation(open_sources([path])[0], grid)
        assert np.abs(found.raster.values - plane_of(grid)).max() < 0.02, crs


def test_tiles_of_one_product_have_no_seam(tmp_path: Path) -> None:
    transform, x, y = degrees_grid(400, 400)
    whole = tilted(x, y).astype("float32")
    tiles = []
    for row in (0, 200):
        for column in (0, 200):
            name = tmp_path / f"tile_{row}_{column}.tif"
            corner = transform @ Affine.translation(column, row)
            tiles.append(
                write(name, whole[row : row + 200, column : column + 200], corner, "EPSG:4326")
            )
    found = read_window(open_sources(tiles)[0], AREA, "EPSG:4490", 30.0)
    assert not found.raster.missing.any()
    assert np.abs(found.raster.values - plane_of(found.raster.grid)).max() < 0.005
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert len(found.shares) == 4


def test_the_first_of_overlapping_files_counts_and_the_next_fills_its_voids(tmp_path: Path) -> None:
    transform, x, _ = degrees_grid(400, 400)
    best = np.full(x.shape, 100.0, dtype="float32")
    best[150:250] = -9999.0  # a gap of three kilometres
    write(tmp_path / "best.tif", best, transform, "EPSG:4326", nodata=-9999.0)
    write_degrees(tmp_path / "coarse.tif", lambda x, _: 0 * x + 500.0, 200, 200, step=3 * ARCSEC)
    sources, _ = open_sources([tmp_path / "best.tif", tmp_path / "coarse.tif"])
    found = read_window(sources, AREA, "EPSG:4490", 30.0)
    assert set(np.unique(found.raster.values)) == {100.0, 500.0}
    assert found.filled == 0.0
    assert found.cell_m == pytest.approx(92.8, abs=0.2)
    assert "elevation_coarse" in codes(found.faults)
    again = read_window(sources[::-1], AREA, "EPSG:4490", 30.0)
    assert np.unique(again.raster.values).tolist() == [500.0]


def test_priority_is_kept_between_lattices_that_alternate(tmp_path: Path) -> None:
    for name, height, step in (("a", 100.0, 1), ("b", 200.0, 3), ("c", 300.0, 1)):
        side = 400 // step
        write_degrees(
            tmp_path / f"{name}.tif",
            lambda x, _, height=height: 0 * x + height,
            side,
            side // (2 if name == "a" else 1),
            step=step * ARCSEC,
        )
    sources, _ = open_sources([tmp_path])
    found = read_window(sources, AREA, "EPSG:4490", 30.0)
    assert set(np.unique(found.raster.values)) == {100.0, 200.0}
    assert set(found.shares) == {"a.tif", "b.tif"}


def test_files_in_different_systems_meet_without_a_gap(tmp_path: Path) -> None:
    write_degrees(tmp_path / "1.tif", columns=200)
    transform = Affine(30.0, 0, 420_000.0, 0, -30.0, 3_795_000.0)
    x = 420_000.0 + 30 * (np.arange(600) + 0.5)
    y = 3_795_000.0 - 30 * (np.arange(800) + 0.5)
    heights = tilted(*np.meshgrid(x, y)).astype("float32")
    write(tmp_path / "2.tif", heights, transform, METRIC)
    found = read_window(open_sources([tmp_path])[0], AREA, "EPSG:4490", 30.0)
    assert (found.missing, found.filled, len(found.shares)) == (0.0, 0.0, 2)
    # In the last half cell of the first file its outermost middle counts.
    assert np.abs(found.raster.values - plane_of(found.raster.grid)).max() < 0.16


def test_no_data_that_the_type_cannot_hold_is_no_height(tmp_path: Path) -> None:
    path = write_degrees(tmp_path / "byte.tif", lambda x, _: 0 * x + 90, dtype="uint8")
    found = read_window(open_sources([path], nodata=-9999.0)[0], AREA, "EPSG:4490", 30.0)
    assert (found.raster.values == 90).all()
    void = open_sources([path], nodata=90.0)[0]
    with pytest.raises(FileRefusedError, match="elevation_empty"):
        read_window(void, AREA, "EPSG:4490", 30.0)


def test_a_raster_is_told_by_values_place_and_unit() -> None:
    grid = metric_grid(AREA, "EPSG:4490", 300.0)
    values = plane_of(grid).astype("float32")
    first = hash_raster(Raster(values, grid, "m", float("nan")))
    assert first == hash_raster(Raster(values.astype(">f4"), grid, "m", float("nan")))
    moved = Grid(grid.crs, grid.transform @ Affine.translation(1, 0), grid.width, grid.height)
    others = [
        Raster(values + np.float32(1e-3), grid, "m", float("nan")),
        Raster(values, moved, "m", float("nan")),
        Raster(values, grid, "ft", float("nan")),
    ]
    assert len({first, *(hash_raster(raster) for raster in others)}) == 4


def test_names_in_a_zip_of_windows_are_readable(tmp_path: Path) -> None:
    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
            return self.filename.encode("gbk"), self.flag_bits

    content = write_degrees(tmp_path / "dem.tif").read_bytes()
    with zipfile.ZipFile(tmp_path / "数据.zip", "w") as archive:
        archive.writestr(Gbk("禹州/高程.tif"), content)
    sources, _ = open_sources([tmp_path / "数据.zip"])
    assert sources[0].file == "高程.tif"
    assert not read_window(sources, AREA, "EPSG:4490", 30.0).raster.missing.any()


def test_scaled_integers_are_their_values(tmp_path: Path) -> None:
    path = write_degrees(tmp_path / "dm.tif", lambda x, y: 10 * (tilted(x, y) - 100), dtype="int16")
    with rasterio.open(path, "r+") as data:
        data.scales, data.offsets = (0.1,), (100.0,)
    found = read_window(open_sources([path])[0], AREA, "EPSG:4490", 30.0)
    assert np.abs(found.raster.values - plane_of(found.raster.grid)).max() < 0.12


def test_small_voids_are_filled_as_a_membrane_and_large_ones_are_left_and_named(
    tmp_path: Path,
) -> None:
    transform, x, y = degrees_grid(400, 400)
    heights = tilted(x, y).astype("float32")
    heights[150:155, 150:156] = np.nan
    heights[220:260, 220:260] = np.nan
    write(tmp_path / "voids.tif", heights, transform, "EPSG:4326")
    found = read_window(open_sources([tmp_path / "voids.tif"])[0], AREA, "EPSG:4490", 30.0)
    left = found.raster.missing
    grid = found.raster.grid
    assert 1300 < left.sum() < 1700
    assert found.missing == pytest.approx(left.mean())
    # A plane is harmonic: the filled cells lie in it.
    assert found.filled > 0
    assert np.nanmax(np.abs(found.raster.values - plane_of(grid))) < 0.02
    said = next(fault for fault in found.faults if fault.code == "elevation_missing")
    lon, lat = (float(part) for part in str(said.params["places"]).split(", "))
    assert lon == pytest.approx(WEST + 240 * ARCSEC, abs=2 * ARCSEC)
    assert lat == pytest.approx(NORTH - 240 * ARCSEC, abs=2 * ARCSEC)
    assert {"elevation_filled", "elevation_nan"} <= codes(found.faults)


@given(
    shift=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    size=st.tuples(st.integers(5, 90), st.integers(5, 90)),
)
@settings(max_examples=15)
def test_a_window_is_a_part_of_any_larger_window(
    tmp_path_factory, shift: tuple[int, int], size: tuple[int, int]
) -> None:
    """Voids, seams and blocks included: what is read does not depend on what is asked."""
    folder = tmp_path_factory.getbasetemp() / "window"
    path = folder / "rough.tif"
    if not path.exists():
        folder.mkdir()
        rng = np.random.default_rng(3)
        values = rng.normal(300, 50, (400, 400)).astype("float32")
        values[rng.random(values.shape) < 0.02] = np.nan
        values[100:104, 60:300] = np.nan
        write(path, values, degrees_grid(400, 400)[0], "EPSG:4326")
    sources, _ = open_sources([path])
    whole = metric_grid(AREA, "EPSG:4490", 30.0)
    row, column = shift
    part = Grid(whole.crs, whole.transform @ Affine.translation(column, row), *size)
    large = read_elevation(sources, whole).raster.values
    expected = large[row : row + size[1], column : column + size[0]]
    if np.isnan(expected).all():
        with pytest.raises(FileRefusedError, match="elevation_empty"):
            read_elevation(sources, part)
        return
    small = read_elevation(sources, part).raster.values
    np.testing.assert_allclose(small, expected, rtol=2e-6)


def test_finer_heights_are_averaged_not_picked(tmp_path: Path) -> None:
    transform = Affine(5.0, 0, 430_000.0, 0, -5.0, 3_785_000.0)
    board = np.indices((900, 900)).sum(axis=0) % 2
    write(tmp_path / "fine.tif", (100.0 + 2.0 * board).astype("float32"), transform, METRIC)
    grid = Grid(METRIC, Affine(30.0, 0, 430_600.0, 0, -30.0, 3_784_500.0), 80, 80)
    found = read_elevation(open_sources([tmp_path / "fine.tif"])[0], grid)
    assert np.abs(found.raster.values - 101.0).max() < 1e-4


def test_hgt_files_zipped_or_not(tmp_path: Path) -> None:
    lon = 113 + np.arange(1201) / 1200
    lat = 35 - np.arange(1201) / 1200
    heights = (500 + 100 * (lon[None, :] - 113) + 200 * (lat[:, None] - 34)).astype(">i2")
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "N34E113.hgt").write_bytes(heights.tobytes())
    zipped = tmp_path / "zipped"
    zipped.mkdir()
    with zipfile.ZipFile(zipped / "N34E113.SRTMGL3.zip", "w") as archive:
        archive.write(plain / "N34E113.hgt", "SRTM/N34E113.hgt")
        archive.writestr("SRTM/N34E113.num", b"quality")
    results = []
    for folder in (plain, zipped):
        sources, faults = open_sources([folder])
        assert (len(sources), faults) == (1, ())
        assert sources[0].product is not None
        assert sources[0].product.name == "SRTM"
        results.append(read_window(sources, (113.4, 34.4, 113.5, 34.5), "EPSG:4490", 30.0))
    x, y = from_cgcs2000([113.45], [34.45], METRIC)
    row, column = (int(np.round(part[0])) for part in results[0].raster.grid.cells_of(x, y))
    assert results[0].raster.values[row, column] == pytest.approx(635, abs=1.5)
    np.testing.assert_array_equal(results[0].raster.values, results[1].raster.values)
    assert "elevation_surface" in codes(results[0].faults)


def test_feet_are_read_where_the_file_says_so(tmp_path: Path) -> None:
    path = write_degrees(tmp_path / "ft.tif", lambda x, y: tilted(x, y) / 0.3048, units="ft")
    found = read_window(open_sources([path])[0], AREA, "EPSG:4490", 30.0)
    assert np.abs(found.raster.values - plane_of(found.raster.grid)).max() < 0.01
    assert "elevation_feet_read" in codes(found.faults)
    silent = write_degrees(tmp_path / "silent.tif", lambda x, y: tilted(x, y) / 0.3048)
    told = read_window(open_sources([silent], unit="ft")[0], AREA, "EPSG:4490", 30.0)
    np.testing.assert_allclose(told.raster.values, found.raster.values, rtol=1e-6)


@pytest.mark.parametrize(
    ("scale", "code"), [(1 / 0.3048, "elevation_feet"), (-1.0, "elevation_negative")]
)
def test_feet_and_wrong_signs_show_against_a_reference(
    tmp_path: Path, scale: float, code: str
) -> None:
    coarse = metric_grid(AREA, "EPSG:4490", 2000.0)
    reference = Raster(plane_of(coarse) * 1.1, coarse, "m", float("nan"))
    wrong = write_degrees(tmp_path / "wrong.tif", lambda x, y: scale * tilted(x, y))
    right = write_degrees(tmp_path / "right.tif")
    with pytest.raises(FileRefusedError) as refused:
        read_window(open_sources([wrong])[0], AREA, "EPSG:4490", 30.0, reference)
    assert (refused.value.fault.code, refused.value.fault.place.file) == (code, "wrong.tif")
    both = read_window(open_sources([wrong, right])[0], AREA, "EPSG:4490", 30.0, reference)
    assert code in codes(both.faults)
    assert both.shares == {"right.tif": 1.0}


def test_what_cannot_be_heights_is_refused(tmp_path: Path) -> None:
    for name, height, code in (
        ("zero.tif", lambda x, _: 0 * x, "elevation_all_zero"),
        ("below.tif", lambda x, y: -tilted(x, y) / 4, "elevation_negative"),
        ("nan.tif", lambda x, _: np.nan * x, "elevation_empty"),
        ("high.tif", lambda x, _: 0 * x + 29_029.0, "elevation_empty"),
    ):
        with pytest.raises(FileRefusedError) as refused:
            read_window(
                open_sources([write_degrees(tmp_path / name, height)])[0], AREA, "EPSG:4490", 30.0
            )
        assert (refused.value.fault.code, refused.value.fault.place.file) == (code, name)


def test_an_undeclared_value_for_no_data_is_taken_for_none_and_said(tmp_path: Path) -> None:
    transform, x, y = degrees_grid(400, 400)
    heights = tilted(x, y).astype("int16")
    heights[200:203, 200:203] = -9999
    write(tmp_path / "sentinel.tif", heights, transform, "EPSG:4326")
    found = read_window(open_sources([tmp_path / "sentinel.tif"])[0], AREA, "EPSG:4490", 30.0)
    assert np.nanmin(found.raster.values) > 100
    said = next(fault for fault in found.faults if fault.code == "elevation_undeclared")
    assert said.params["value"] == "-9999"


def test_files_that_are_no_rasters_do_not_stop_the_others(tmp_path: Path) -> None:
    good = write_degrees(tmp_path / "good.tif")
    (tmp_path / "text.tif").write_text("not a raster")
    (tmp_path / "N35E113.hgt").write_bytes(b"\0" * 1_000_000)
    (tmp_path / "dem.hgt").write_bytes(b"\0" * 2 * 1201 * 1201)
    (tmp_path / "broken.zip").write_bytes(b"PK")
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        write_raster_without_place(tmp_path / "nowhere.tif")
    cut = tmp_path / "cut.tif"
    cut.write_bytes(good.read_bytes()[:-2000])
    write_degrees(tmp_path / "xian.tif")
    with rasterio.open(tmp_path / "xian.tif", "r+") as data:
        data.crs = "EPSG:4610"
    paths = [tmp_path / "missing.tif", *sorted(tmp_path.iterdir())]
    sources, faults = open_sources(paths)
    assert [source.file for source in sources] == ["good.tif"]
    assert {fault.place.file: fault.code for fault in faults} == {
        "missing.tif": "raster_missing",
        "text.tif": "raster_unreadable",
        "N35E113.hgt": "hgt_size",
        "dem.hgt": "hgt_name",
        "broken.zip": "raster_unreadable",
        "nowhere.tif": "raster_no_place",
        "cut.tif": "raster_truncated",
        "xian.tif": "crs_refused",
    }


def write_raster_without_place(path: Path) -> None:
    values = np.ones((10, 10), dtype="float32")
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=10, width=10
    ) as d:
        d.write(values, 1)


def test_a_damaged_block_is_said_and_the_next_file_takes_over(tmp_path: Path) -> None:
    good = write_degrees(tmp_path / "good.tif")
    path = write_degrees(
        tmp_path / "bad.tif", compress="deflate", tiled=True, blockxsize=128, blockysize=128
    )
    with rasterio.open(path) as data:
        start = int(data.get_tag_item("BLOCK_OFFSET_1_1", "TIFF", 1))
    content = bytearray(path.read_bytes())
    content[start : start + 400] = b"\xff" * 400
    path.write_bytes(bytes(content))
    with pytest.raises(FileRefusedError) as refused:
        read_window(open_sources([path])[0], AREA, "EPSG:4490", 30.0)
    assert refused.value.fault.code == "raster_damaged"
    found = read_window(open_sources([path, good])[0], AREA, "EPSG:4490", 30.0)
    assert "raster_damaged" in codes(found.faults)
    assert found.shares == {"good.tif": 1.0}


def test_no_overlap_says_where_the_file_lies_and_what_was_asked(tmp_path: Path) -> None:
    sources, _ = open_sources([write_degrees(tmp_path / "dem.tif")])
    with pytest.raises(FileRefusedError) as refused:
        read_window(sources, (115.0, 34.0, 115.1, 34.1), "EPSG:4490", 30.0)
    fault = refused.value.fault
    assert fault.code == "raster_no_overlap"
    assert "113.200" in str(fault.params["found"])
    assert "115.10" in str(fault.params["asked"])


def test_an_area_partly_outside_is_said(tmp_path: Path) -> None:
    sources, _ = open_sources([write_degrees(tmp_path / "dem.tif")])
    found = read_window(sources, (WEST - 0.05, NORTH - 0.1, WEST + 0.05, NORTH), "EPSG:4490", 30.0)
    assert found.missing == pytest.approx(0.5, abs=0.05)
    assert "elevation_missing" in codes(found.faults)


def test_fifty_gigabytes_are_read_by_window(tmp_path: Path) -> None:
    """Sparse on the disk; 160,000 x 160,000 cells of int16 are 51 GB."""
    import tracemalloc

    path = tmp_path / "huge.tif"
    side = 160_000
    step = 1.0
    transform = Affine(step, 0, 350_000.0, 0, -step, 3_900_000.0)
    window = rasterio.windows.Window(80_000, 80_000, 4096, 4096)
    profile = {"driver": "GTiff", "dtype": "int16", "count": 1, "height": side, "width": side}
    profile |= {"crs": METRIC, "transform": transform, "nodata": -32768, "tiled": True}
    profile |= {"blockxsize": 512, "blockysize": 512, "BIGTIFF": "YES", "SPARSE_OK": "TRUE"}
    with rasterio.open(path, "w", **profile) as data:
        data.write(np.full((4096, 4096), 321, dtype="int16"), 1, window=window)
    assert path.stat().st_size < 100e6
    sources, _ = open_sources([path])
    grid = Grid(METRIC, Affine(30.0, 0, 430_300.0, 0, -30.0, 3_819_700.0), 100, 100)
    tracemalloc.start()
    found = read_elevation(sources, grid)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.raster.values == 321).all()
    assert most < 300e6  # the window is 120 x 120 cells of 30 m: 13 million cells of 1 m


def test_an_empty_area_is_refused() -> None:
    with pytest.raises(UsageError):
        metric_grid((113.0, 34.0, 113.0, 34.1), "EPSG:4490", 30.0)
