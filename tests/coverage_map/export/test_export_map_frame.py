"""What the printed map is built of: round scales, and paths that keep their holes."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage_map.export.map_frame import ROUND_SCALES, compound, round_scale


@given(st.floats(1000, 1e8))
def test_round_scale_fits_and_is_the_smallest(wanted: float) -> None:
    scale = round_scale(wanted)
    assert scale >= wanted - 0.5
    digits = scale / 10 ** np.floor(np.log10(scale))
    assert any(np.isclose(digits, step) for step in ROUND_SCALES)
    assert scale / wanted <= 4 / 3 + 0.05


@pytest.mark.parametrize(("wanted", "scale"), [(100_001, 125_000), (449_999, 450_000)])
def test_round_scale_by_hand(wanted: float, scale: int) -> None:
    assert round_scale(wanted) == scale


def test_compound_path_keeps_holes_and_parts() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    both = shapely.MultiPolygon([shapely.box(20, 0, 30, 10), shapely.box(40, 0, 50, 10)])
    path = compound(np.array([ring, both], dtype=object))
    assert path is not None
    points = [(1, 1), (5, 5), (25, 5), (35, 5), (45, 5)]
    # Winding number by hand: the hole turns against its ring.
    inside = [_winding(path.to_polygons(closed_only=True), x, y) != 0 for x, y in points]
    assert inside == [True, False, True, False, True]


def _winding(polygons: list[np.ndarray], x: float, y: float) -> int:
    total = 0.0
    for polygon in polygons:
        angles = np.unwrap(np.arctan2(polygon[:, 1] - y, polygon[:, 0] - x))
        total += angles[-1] - angles[0]
    return round(total / (2 * np.pi))


def test_no_polygons_no_path() -> None:
    assert compound(np.array([], dtype=object)) is None
    assert compound(np.array([shapely.Point(0, 0)], dtype=object)) is None
