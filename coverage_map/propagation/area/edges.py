"""Bullington's knife edge of a radial and of its smooth surface, without the frequency.

The diffraction parameter of P.1812 eq. (15), (19) is ν = shape · √(0.002·d/λ); what is found
here is the shape, which is the same for all bands of a mast.
"""

from math import sqrt

from coverage_map.propagation.area.compiled import compiled, compiled_reordered
from coverage_map.propagation.area.hull import Stack, touch_from_right
from coverage_map.propagation.path import Floats


@compiled_reordered
def _nearest_of(
    x: Floats,
    curved_m: Floats,
    first: int,
    end: int,
    mast_m: float,
    slope: float,
    length_km: float,
) -> float:
    least = 1e30
    for i in range(first, end):
        clear = mast_m + slope * x[i] - curved_m[i]
        least = min(least, clear * clear / (x[i] * (length_km - x[i])))
    return least


@compiled
def nearest_clearance(
    x: Floats,
    curved_m: Floats,
    hull: Stack,
    size: int,
    mast_m: float,
    slope: float,
    length_km: float,
) -> float:
    """Return the least clearance² / (d·(D - d)) below a ray that touches nothing, eq. (15).

    Points under an edge of the hull are at least as far from the ray as the nearer of its ends;
    they are looked at only where that leaves room for a new least.
    """
    right = hull[size - 1]
    if size * 4 > right:
        return _nearest_of(x, curved_m, 1, right + 1, mast_m, slope, length_km)
    right_m = mast_m + slope * x[right] - curved_m[right]
    right_span = x[right] * (length_km - x[right])
    least = right_m * right_m / right_span
    for k in range(size - 2, -1, -1):
        left = hull[k]
        left_m = mast_m + slope * x[left] - curved_m[left]
        left_span = x[left] * (length_km - x[left])
        least = min(least, left_m * left_m / left_span)
        nearer_m = min(left_m, right_m)
        widest = max(left_span, right_span)
        if x[left] < length_km / 2 < x[right]:
            widest = length_km * length_km / 4
        if right - left > 1 and nearer_m * nearer_m < least * widest:
            inside = _nearest_of(x, curved_m, left + 1, right, mast_m, slope, length_km)
            least = min(least, inside)
        right, right_m, right_span = left, left_m, left_span
    return float(least)


@compiled
def clearest_point(
    x: Floats,
    curved_m: Floats,
    hull: Stack,
    size: int,
    mast_m: float,
    slope: float,
    length_km: float,
) -> int:
    """Return the point to which ``nearest_clearance`` belongs, of equal ones the last."""
    least = nearest_clearance(x, curved_m, hull, size, mast_m, slope, length_km)
    least *= 1 + 1e-12
    point = hull[size - 1]
    for i in range(point, 0, -1):
        clear = mast_m + slope * x[i] - curved_m[i]
        if clear * clear <= least * (x[i] * (length_km - x[i])):
            return i
    return int(point)


@compiled
def edge_shape(
    x: Floats,
    curved_m: Floats,
    hull: Stack,
    size: int,
    steepest: float,
    radius_km: float,
    length_km: float,
    mast_m: float,
    receiver_m: float,
) -> float:
    """Return the shape of a radial's knife edge, P.1812 eq. (13)-(19).

    ``steepest`` is the greatest slope from the mast with the bulge taken off.
    """
    lift = 500.0 / radius_km * length_km
    direct = (receiver_m - mast_m) / length_km  # (14)
    from_mast = steepest + lift  # (13)
    if from_mast < direct:
        slope = direct - lift
        return -sqrt(nearest_clearance(x, curved_m, hull, size, mast_m, slope, length_km))
    at_m = receiver_m - lift * length_km
    touched = touch_from_right(hull, size, x, curved_m, length_km, at_m)
    from_receiver = (curved_m[touched] - at_m) / (length_km - x[touched]) - lift  # (17)
    return blocked_shape(from_mast, from_receiver, length_km, mast_m, receiver_m)


@compiled
def blocked_shape(
    from_mast: float, from_receiver: float, length_km: float, mast_m: float, receiver_m: float
) -> float:
    """Return the shape at the Bullington point of two slopes, P.1812 eq. (18), (19)."""
    point_km = (receiver_m - mast_m + from_receiver * length_km) / (from_mast + from_receiver)
    line_m = mast_m + (receiver_m - mast_m) * point_km / length_km
    above_m = mast_m + from_mast * point_km - line_m
    return above_m / sqrt(point_km * (length_km - point_km))


@compiled
def _smooth_slope(d: float, height_m: float, bulge: float) -> float:
    return -bulge * d - height_m / d


@compiled
def _smooth_shape_at(d: float, length_km: float, tx_m: float, rx_m: float, bulge: float) -> float:
    beside = length_km - d
    line_m = (tx_m * beside + rx_m * d) / length_km
    return (bulge * d * beside - line_m) / sqrt(d * beside)


@compiled
def smooth_edge_shape(
    x: Floats, last: int, radius_km: float, length_km: float, tx_m: float, rx_m: float
) -> float:
    """Return the shape for the smooth surface: all heights zero under effective antennas.

    The points are those of the radial, evenly spaced but for the receiver. Slopes and ν have one
    maximum along a smooth path (ν: the derivative is a cubic with one positive root), so the best
    point is beside the best place.
    """
    bulge = 500.0 / radius_km
    step_km = x[1]
    lift = bulge * length_km
    best = sqrt(tx_m / bulge)
    low = min(max(int(best / step_km), 1), last)
    high = min(low + 1, last)
    from_mast = lift + max(_smooth_slope(x[low], tx_m, bulge), _smooth_slope(x[high], tx_m, bulge))
    if from_mast < (rx_m - tx_m) / length_km:
        return _smooth_sight_shape(x, last, length_km, tx_m, rx_m, bulge)
    best = length_km - sqrt(rx_m / bulge)
    low = min(max(int(best / step_km), 1), last)
    high = min(low + 1, last)
    from_receiver = lift + max(
        _smooth_slope(length_km - x[low], rx_m, bulge),
        _smooth_slope(length_km - x[high], rx_m, bulge),
    )
    return blocked_shape(from_mast, from_receiver, length_km, tx_m, rx_m)


@compiled
def _smooth_sight_shape(
    x: Floats, last: int, length_km: float, tx_m: float, rx_m: float, bulge: float
) -> float:
    low, high = 1, last
    while low < high:
        middle = (low + high) // 2
        here = _smooth_shape_at(x[middle], length_km, tx_m, rx_m, bulge)
        if here < _smooth_shape_at(x[middle + 1], length_km, tx_m, rx_m, bulge):
            low = middle + 1
        else:
            high = middle
    return _smooth_shape_at(x[low], length_km, tx_m, rx_m, bulge)
