"""The fast engine is the reference: the same losses on the same profiles; grids cost little."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from coverage_map.propagation import (
    Environment,
    Link,
    OutOfRangeError,
    Path,
    PathRefusedError,
    predict_p1812,
)
from coverage_map.propagation.area import (
    Ground,
    Mast,
    Pattern,
    kernel_folder,
    make_pattern,
    predict_area,
)
from coverage_map.propagation.area.edges import (
    clearest_point,
    nearest_clearance,
    smooth_edge_shape,
)
from coverage_map.propagation.area.hull import farthest_above, push_point, touch_from_right
from coverage_map.propagation.area.loss_map import _rasters
from coverage_map.propagation.area.pattern import last_point
from coverage_map.propagation.area.radial import make_radial
from coverage_map.propagation.area.sweep import height_between, sample_radial
from coverage_map.propagation.bullington import WAVELENGTH_M_GHZ, bullington_edge
from coverage_map.text import LANGUAGES, Text

SIZE, CELL_M, RADIUS_KM = 201, 30.0, 2.9
MAST = Mast(row=100.3, column=99.6, latitude_deg=34.0)
WORLDS = ["hills", "mountains", "flat", "villages", "coast"]


def _world(kind: str, seed: int = 3) -> Ground:
    rng = np.random.default_rng(seed)

    def soft(width: float) -> NDArray[np.float64]:
        noise = gaussian_filter(rng.normal(0, 1, (SIZE, SIZE)), width)
        return np.asarray(noise / noise.std())

    rough_m = {"flat": 0.0, "mountains": 150.0}.get(kind, 30.0)
    terrain_m = (200 + rough_m * soft(6)).astype(np.float32)
    clutter_m = np.zeros((SIZE, SIZE), np.float32)
    zone = None
    if kind in ("villages", "coast"):
        clutter_m = rng.choice([0, 0, 0, 10, 15, 20], (SIZE, SIZE)).astype(np.float32)
    if kind == "coast":
        sea = soft(20)
        zone = np.select([sea > 0.3, sea > 0], [1, 3], 4).astype(np.uint8)
    return Ground(terrain_m, clutter_m, CELL_M, zone)


def _links(time_percent: float) -> list[Link]:
    return [
        Link(0.1, 35, 1.5, "horizontal", time_percent),
        Link(5.0, 8, 10, "horizontal", time_percent),
        Link(0.9, 35, 1.5, "vertical", time_percent),
        Link(2.6, 60, 1.5, "vertical", time_percent),
    ]


def _same_path(ground: Ground, pattern: Pattern, k: int) -> Path:
    """Return the profile that the engine uses for the k-th pixel of a pattern."""
    a = int(np.searchsorted(pattern.start, k, side="right")) - 1
    azimuth, length_km = pattern.azimuth_rad[a], float(pattern.distance_km[k])
    radial = make_radial(int(RADIUS_KM * 1e3 / CELL_M) + 2, 1)
    sample_radial(_rasters(ground), MAST.row, MAST.column, azimuth, radial)
    cells = length_km * 1e3 / CELL_M
    at = MAST.row - cells * np.cos(azimuth), MAST.column + cells * np.sin(azimuth)
    row, column = (int(np.floor(each + 0.5)) for each in at)
    part = slice(0, last_point(cells) + 1)
    return Path(
        np.append(radial.distance_km[part], length_km),
        np.append(radial.ground_m[part], height_between(ground.terrain_m, *at)),
        np.append((radial.surface_m - radial.ground_m)[part], 0.0),
        np.append(radial.zone[part], 4 if ground.zone is None else ground.zone[row, column]).astype(
            np.int64
        ),
        MAST.latitude_deg,
        float(np.degrees(azimuth)),
    )


@pytest.mark.parametrize("time_percent", [50.0, 10.0, 1.0])
@pytest.mark.parametrize("kind", WORLDS)
def test_the_same_as_the_reference_on_the_same_profile(kind: str, time_percent: float) -> None:
    ground, links = _world(kind), _links(time_percent)
    losses = predict_area(ground, MAST, links, Environment(), RADIUS_KM)
    pattern = make_pattern((SIZE, SIZE), MAST.row, MAST.column, CELL_M, RADIUS_KM)
    chosen = np.random.default_rng(1).choice(len(pattern.pixel), 40, replace=False)
    nearest = np.argsort(pattern.distance_km)[:12]  # the near field, and paths of two points
    still = Environment(location_deviation_db=0.0)
    for k in np.concatenate([chosen, nearest]):
        path = _same_path(ground, pattern, int(k))
        row, column = divmod(int(pattern.pixel[k]), SIZE)
        for number, link in enumerate(links):
            reference = predict_p1812(path, link, still).loss_db
            assert losses[number, row, column] == pytest.approx(reference, abs=0.01)


def test_links_do_not_disturb_each_other() -> None:
    ground, links = _world("villages"), _links(50.0)
    together = predict_area(ground, MAST, links, Environment(), 1.5)
    for number, link in enumerate(links):
        alone = predict_area(ground, MAST, [link], Environment(), 1.5)[0]
        np.testing.assert_allclose(together[number], alone, atol=0.005)


def test_every_pixel_within_the_radius_is_predicted_and_no_other() -> None:
    loss_db = predict_area(_world("hills"), MAST, _links(50.0)[:1], Environment(), 2.0)[0]
    rows, columns = np.mgrid[:SIZE, :SIZE]
    distance_km = np.hypot(rows - MAST.row, columns - MAST.column) * CELL_M / 1e3
    assert np.array_equal(np.isfinite(loss_db), distance_km <= 2.0)


def test_a_pattern_goes_outward_and_passes_near() -> None:
    pattern = make_pattern((SIZE, SIZE), MAST.row, MAST.column, CELL_M, RADIUS_KM)
    assert len(np.unique(pattern.pixel)) == len(pattern.pixel) == pattern.start[-1]
    rows, columns = np.divmod(pattern.pixel, SIZE)
    azimuth = np.repeat(pattern.azimuth_rad, np.diff(pattern.start))
    east, north = columns - MAST.column, MAST.row - rows
    aside = np.abs(east * np.cos(azimuth) - north * np.sin(azimuth))
    assert aside.max() <= 0.25 + 1e-6
    for start, end in zip(pattern.start[:-1], pattern.start[1:], strict=True):
        steps = [last_point(d * 1e3 / CELL_M) for d in pattern.distance_km[start:end]]
        assert steps == sorted(steps)


def _exact(ground: Ground, pattern: Pattern, count: int) -> tuple[Pattern, NDArray[np.int64]]:
    """Return a pattern whose every pixel has a radial of its own, right through it."""
    k = np.sort(np.random.default_rng(2).choice(len(pattern.pixel), count, replace=False))
    pixel = pattern.pixel[k]
    rows, columns = np.divmod(pixel, SIZE)
    azimuth = np.arctan2(columns - MAST.column, MAST.row - rows)
    own = Pattern(SIZE, SIZE, np.arange(count + 1), pixel, pattern.distance_km[k], azimuth)
    return own, pixel


def test_the_grid_costs_little_on_hills() -> None:
    """At most 0.5 dB rms, and at most 0.5 % of the pixels change sides of a threshold."""
    ground, links = _world("hills"), [Link(1.8, 35, 1.5)]
    pattern = make_pattern((SIZE, SIZE), MAST.row, MAST.column, CELL_M, RADIUS_KM)
    exact, pixel = _exact(ground, pattern, 8000)
    swept, right = (
        predict_area(ground, MAST, links, Environment(), RADIUS_KM, each)[0].ravel()[pixel]
        for each in (pattern, exact)
    )
    assert np.sqrt(np.mean((swept - right) ** 2)) < 0.5
    threshold_db = np.median(right)
    assert np.mean((swept <= threshold_db) != (right <= threshold_db)) < 0.005


def test_pixels_may_be_coarser_than_the_profiles() -> None:
    """A pixel of 90 m with the mast at its centre is the middle one of nine of 30 m."""
    ground, link = _world("villages"), Link(1.8, 35, 1.5)
    mast = Mast(100.0, 100.0, 34.0)
    fine = predict_area(ground, mast, [link], Environment(), 2.5)[0]
    coarse_pattern = make_pattern((67, 67), 33.0, 33.0, 90.0, 2.5, step_m=CELL_M)
    coarse = predict_area(ground, mast, [link], Environment(), 2.5, coarse_pattern)[0]
    assert coarse.shape == (67, 67)
    middle = fine[1::3, 1::3]
    both = np.isfinite(coarse) & np.isfinite(middle)
    assert both.sum() > 2000
    assert np.median(np.abs(coarse - middle)[both]) < 2  # other radials, a few metres aside
    assert coarse[20, 33] == pytest.approx(middle[20, 33], abs=0.01)  # due north: one radial


def test_behind_unknown_ground_nothing_is_said() -> None:
    ground = _world("hills")
    ground.terrain_m[60, 100] = np.nan
    loss_db = predict_area(ground, MAST, [Link(1.8, 35, 1.5)], Environment(), RADIUS_KM)[0]
    assert np.isnan(loss_db[40, 101])  # behind it
    assert np.isfinite(loss_db[80, 100])  # before it
    assert np.isfinite(loss_db[140, 100])  # the other way


@pytest.mark.parametrize(
    ("mast", "links", "code"),
    [
        (replace(MAST, row=-1.0), [Link(1.8, 35, 1.5)], "area_mast_outside"),
        (replace(MAST, column=float(SIZE)), [Link(1.8, 35, 1.5)], "area_mast_outside"),
        (Mast(10.0, 10.0, 34.0), [Link(1.8, 35, 1.5)], "area_mast_outside"),
        (Mast(9.2, 10.0, 34.0), [Link(1.8, 35, 1.5)], "area_mast_outside"),  # a void beside it
        (MAST, [], "area_uneven"),
        (MAST, [Link(7.0, 35, 1.5)], "range_frequency_ghz"),
        (MAST, [Link(1.8, 0, 1.5)], "range_tx_height_m"),
    ],
)
def test_what_the_engine_refuses(mast: Mast, links: list[Link], code: str) -> None:
    ground = _world("hills")
    ground.terrain_m[10, 10] = np.nan
    with pytest.raises((OutOfRangeError, PathRefusedError)) as refused:
        predict_area(ground, mast, links, Environment(), 1.0)
    assert refused.value.fault.code == code
    for language in LANGUAGES:
        assert all(Text(language).fault(refused.value.fault))


def test_rasters_of_different_sizes() -> None:
    ground = replace(_world("hills"), clutter_m=np.zeros((3, 3), np.float32))
    with pytest.raises(PathRefusedError):
        predict_area(ground, MAST, _links(50.0), Environment(), 1.0)


def test_compiled_kernels_are_kept() -> None:
    assert kernel_folder().exists()


profiles = st.lists(st.floats(-50, 50), min_size=2, max_size=60).map(
    lambda heights: np.array([0.0, *heights])
)


@given(profiles, st.floats(-80, 80), st.floats(-5, 5))
@settings(max_examples=200)
def test_the_hull_knows_what_the_profile_knows(
    heights: NDArray[np.float64], eye_m: float, slope: float
) -> None:
    x = np.arange(len(heights), dtype=np.float64)
    stack, size = np.zeros(len(heights), np.int64), 0
    for point in range(1, len(heights)):
        size = push_point(stack, size, x, heights, point)
    inner = slice(1, None)
    eye = float(len(heights)) + 0.3
    steepest = ((heights - eye_m) / (eye - x))[inner].max()
    touched = touch_from_right(stack, size, x, heights, eye, eye_m)
    assert (heights[touched] - eye_m) / (eye - x[touched]) == pytest.approx(steepest, abs=1e-9)
    top = farthest_above(stack, size, x, heights, slope)
    assert heights[top] - slope * x[top] == pytest.approx((heights - slope * x)[inner].max())
    mast_m = float((heights - slope * x)[inner].max()) + 0.5
    clear = mast_m + slope * x - heights
    shapes = (clear**2)[inner] / (x * (eye - x))[inner]
    least = nearest_clearance(x, heights, stack, size, mast_m, slope, eye)
    assert least == pytest.approx(shapes.min())
    point = clearest_point(x, heights, stack, size, mast_m, slope, eye)
    assert shapes[point - 1] == pytest.approx(shapes.min())


@given(
    st.floats(1, 300),
    st.floats(1, 300),
    st.integers(1, 400),
    st.floats(0.5, 1.5),
    st.floats(6e3, 2e4),
)
@settings(max_examples=200)
def test_the_smooth_edge_is_found_without_looking_at_all_points(
    tx_m: float, rx_m: float, last: int, beyond: float, radius_km: float
) -> None:
    x = np.arange(last + 1) * 0.03
    length_km = (last + beyond) * 0.03
    edge = bullington_edge(
        np.append(x, length_km), np.zeros(last + 2), tx_m, rx_m, radius_km, WAVELENGTH_M_GHZ
    )
    scale = np.sqrt(0.002 * length_km)  # at a wavelength of one metre
    shape = smooth_edge_shape(x, last, radius_km, length_km, tx_m, rx_m)
    assert shape * scale == pytest.approx(edge.parameter, rel=1e-9, abs=1e-9)
