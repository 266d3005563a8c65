"""The same seed gives the same city; another seed another one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geodata.sample.carriers import write_uploads
from geodata.sample.city import build_city
from geodata.sample.mesh import build_mesh, local_plane
from geodata.sample.partition import connect, divide
from geodata.sample.people import apportion
from geodata.sample.shapes import shape_units
from geodata.sample.source_tables import Source, read_source
from geodata.sample.terrain import fractal


@pytest.fixture(scope="module")
def small() -> Source:
    """Return the source cut down to one county."""
    source = read_source()
    mine = "411002"
    return Source(
        units=source.units[source.units["county_code"] == mine].reset_index(drop=True),
        townships=source.townships[source.townships["county_code"] == mine].reset_index(drop=True),
        counties=source.counties[source.counties["code"] == mine].reset_index(drop=True),
        relief=source.relief,
        census=source.census,
        areas=source.areas,
        model=source.model,
    )


def test_shapes_depend_on_the_seed_alone(small: Source) -> None:
    first, again, other = (
        shapely.to_wkb(shape_units(small, np.random.default_rng(seed)).polygons)
        for seed in (5, 5, 6)
    )
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_seed_gives_connected_units_that_tile(small: Source, seed: int) -> None:
    polygons = shape_units(small, np.random.default_rng(seed)).polygons
    assert len(polygons) == len(small.units)
    assert set(shapely.get_type_id(polygons)) == {3}
    assert shapely.coverage_is_valid(polygons)
    outline = small.counties.geometry.iloc[0]
    assert shapely.area(polygons).sum() == pytest.approx(outline.area, rel=1e-6)


def test_uploads_are_the_same_bytes_for_the_same_seed(sample_folder: Path, tmp_path: Path) -> None:
    streams = np.random.default_rng(2023).spawn(3)
    write_uploads(build_city(read_source(), streams[0]), tmp_path, streams[2])
    first = {path.relative_to(sample_folder): path for path in sample_folder.glob("uploads/*/*")}
    again = {path.relative_to(tmp_path): path for path in tmp_path.glob("uploads/*/*")}
    assert first.keys() == again.keys()
    different = [
        name.name for name, path in first.items() if path.read_bytes() != again[name].read_bytes()
    ]
    assert different == []
    for name in ("records", "files", "faults"):
        one, two = (
            pd.read_parquet(folder / "truth" / f"{name}.parquet")
            for folder in (sample_folder, tmp_path)
        )
        pd.testing.assert_frame_equal(one, two)


def test_mesh_neighbours_share_their_sides() -> None:
    import geopandas as gpd

    square = gpd.GeoDataFrame(
        {"code": ["1"]}, geometry=[shapely.box(113.0, 34.0, 113.1, 34.1)], crs="EPSG:4490"
    )
    points = np.array([[113.025, 34.025], [113.075, 34.025], [113.025, 34.075], [113.075, 34.075]])
    plane = local_plane(square.total_bounds)
    mesh = build_mesh(square, points, plane, 6)
    assert len(mesh.cells) == 4
    # Cells sorted from west to east, south first: 0-1 and 2-3 one above the other.
    assert {tuple(edge) for edge in mesh.edges.tolist()} == {(0, 1), (2, 3), (0, 2), (1, 3)}
    tall = 0.05 * plane.ky
    beside = mesh.edges.tolist().index([0, 2])
    assert mesh.lengths_m[beside] == pytest.approx(tall, rel=1e-6)


def test_cut_off_cells_go_to_a_neighbour() -> None:
    edges = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    share = np.array([0, 0, 1, 1, 0])
    ones = np.ones(5)
    assert connect(share, edges, ones, np.ones(4), 2).tolist() == [0, 0, 1, 1, 1]


def test_divided_cells_meet_their_targets() -> None:
    x, y = np.meshgrid(np.arange(20.0), np.arange(20.0))
    points = np.column_stack([x.ravel(), y.ravel()])
    index = np.arange(400).reshape(20, 20)
    edges = np.vstack(
        [
            np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()]),
            np.column_stack([index[:-1].ravel(), index[1:].ravel()]),
        ]
    )
    share = divide(
        points,
        np.ones(400),
        edges,
        np.ones(len(edges)),
        np.array([[3.0, 3.0], [16.0, 4.0], [10.0, 15.0]]),
        np.array([1.0, 1.0, 2.0]),
        rounds=60,
        pull=0.5,
        wobble=np.zeros((400, 2)),
    )
    got = np.bincount(share) / 400
    assert got == pytest.approx([0.25, 0.25, 0.5], abs=0.03)


def test_apportioned_wholes_add_up() -> None:
    assert apportion(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    rng = np.random.default_rng(0)
    for _ in range(50):
        total = int(rng.integers(1, 10_000))
        parts = apportion(total, rng.random(37))
        assert parts.sum() == total
        assert parts.min() >= 0


def test_noise_is_bounded_and_repeats() -> None:
    settings = {"first_wave_deg": 0.1, "octaves": 5, "persistence": 0.5}
    lon, lat = np.linspace(113.0, 113.4, 300), np.linspace(34.2, 34.0, 200)
    first, again = (fractal(lon, lat, settings, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.abs(first).max() <= 1.0
    assert first.std() > 0.1
