"""Colours and signs: complete, apart from each other, and classed without a gap."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from coverage_map import palette
from coverage_map.verdicts import STATES


def _lightness(colour: str) -> float:
    """Return CIE L* of an sRGB colour (IEC 61966-2-1, CIE 15)."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(116 * (linear @ [0.2126, 0.7152, 0.0722]) ** (1 / 3) - 16)


def test_states_are_told_apart_without_colour() -> None:
    styles = [palette.state_style(state) for state in STATES]
    assert [bool(style.hatch) for style in styles] == [False, False, True]
    fills = sorted(_lightness(style.fill) for style in styles)
    assert min(np.diff(fills)) > 10
    assert _lightness(palette.state_style("gap").outline) < 30
    assert palette.state_style("never heard of") == palette.state_style("none")


def test_scale_has_five_classes_from_light_to_dark() -> None:
    scale = palette.share_scale()
    assert len(scale.colours) == len(scale.breaks) + 1 == 5
    lightness = [_lightness(colour) for colour in scale.colours]
    assert lightness == sorted(lightness, reverse=True)
    assert [palette.class_label(n) for n in (0, 4)] == ["< 50 %", "≥ 98 %"]


@pytest.mark.parametrize(
    ("share", "number"), [(0, 0), (0.4999, 0), (0.5, 1), (0.9, 3), (0.98, 4), (49 / 50, 4), (1, 4)]
)
def test_share_class(share: float, number: int) -> None:
    assert palette.share_class(share) == number


def test_share_of_nothing_known_has_no_class() -> None:
    assert palette.share_class(math.nan) == -1


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_larger_share_is_never_in_a_lower_class(one: int, other: int) -> None:
    low, high = sorted((one / 1000, other / 1000))
    assert palette.share_class(low) <= palette.share_class(high)


@pytest.mark.parametrize(
    ("share", "unknown", "letter"),
    [(1.0, 0.0, "4"), (1.0, 0.0999, "4"), (1.0, 0.1, "9"), (0.3, 0.5, "5"), (math.nan, 1.0, "u")],
)
def test_a_class_beside_much_that_is_unknown_has_a_letter_of_its_own(share, unknown, letter):
    assert palette.share_letter(share, unknown) == letter
