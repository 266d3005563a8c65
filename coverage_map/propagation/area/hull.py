"""The upper hull of a profile, grown point by point, and what is asked of it.

A ray that touches a profile touches its hull, so horizons and obstructions are looked for among
a few points instead of all. Points come from left to right; ``stack`` holds the numbers of those
on the hull, ``size`` how many.
"""

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.area.compiled import compiled
from coverage_map.propagation.path import Floats

Stack = NDArray[np.int64]


@compiled
def push_point(stack: Stack, size: int, x: Floats, y: Floats, point: int) -> int:
    """Add the next point, drop those that it hides from above, and return the new size."""
    while size >= 2:
        before, last = stack[size - 2], stack[size - 1]
        rise = (y[last] - y[before]) * (x[point] - x[before])
        if rise > (y[point] - y[before]) * (x[last] - x[before]):
            break
        size -= 1
    stack[size] = point
    return size + 1


@compiled
def touch_from_right(
    stack: Stack, size: int, x: Floats, y: Floats, at_x: float, at_y: float
) -> int:
    """Return the point that a ray from the right touches: the steepest one seen from there."""
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        left, right = stack[middle], stack[middle + 1]
        steeper_left = (y[left] - at_y) * (at_x - x[right]) > (y[right] - at_y) * (at_x - x[left])
        if steeper_left:
            high = middle
        else:
            low = middle + 1
    return int(stack[low])


@compiled
def farthest_above(stack: Stack, size: int, x: Floats, y: Floats, slope: float) -> int:
    """Return the point that stands highest above a line of that slope."""
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        left, right = stack[middle], stack[middle + 1]
        if y[right] - y[left] <= slope * (x[right] - x[left]):
            high = middle
        else:
            low = middle + 1
    return int(stack[low])
