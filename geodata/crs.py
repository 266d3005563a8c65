"""The only place that picks or changes a coordinate reference system.

A CRS is named by ``EPSG:<code>``, ``GCJ-02``, ``BD-09`` or ``GCJ-02-MERCATOR``. Stored geometry is
CGCS2000 geographic, EPSG:4490, longitude before latitude, in degrees; WGS 84 is within a metre of
it and is taken as the same. Which systems are taken and which refused is data: ``crs.toml``.
"""

from collections.abc import Callable
from functools import cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from scipy.spatial import cKDTree

from geodata.crs_zones import BD09, CGCS2000, GCJ02, GCJ02_MERCATOR, WGS84, Floats, crs_rules
from geodata.errors import CoverageMapError

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "GCJ02_MERCATOR",
    "WGS84",
    "CrsRefusedError",
    "bd09_to_gcj02",
    "from_cgcs2000",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "geodesic_m",
    "lonlat",
    "metric_crs",
    "nearest",
    "pairs_within",
    "read_crs",
    "to_cgcs2000",
    "wgs84_to_gcj02",
]

WEB_MERCATOR = "EPSG:3857"

Ints = npt.NDArray[np.int64]
Pair = tuple[Floats, Floats]

# The shift of GCJ-02 is a published formula on the Krasovsky 1940 ellipsoid (as in eviltransform
# and coordtransform); so is that of BD-09.
_AXIS_M = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BAIDU = np.pi * 3000.0 / 180.0
# Below a tenth of a millimetre on the ground.
_RESIDUAL_DEG = 1e-9
_ROUNDS = 20


class CrsRefusedError(CoverageMapError):
    """A coordinate system is unknown or may not be used."""


def _offset(lon: Floats, lat: Floats) -> Pair:
    """Return what GCJ-02 adds to a WGS 84 position, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    latitude = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    meridian = _AXIS_M * (1.0 - _ECCENTRICITY2) / (magic * np.sqrt(magic)) * np.pi / 180.0
    parallel = _AXIS_M / np.sqrt(magic) * np.cos(latitude) * np.pi / 180.0
    return east / parallel, north / meridian


def _floats(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _invert(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Undo a small shift by iteration, to less than a millimetre."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        step_lon, step_lat = lon - there_lon, lat - there_lat
        guess_lon, guess_lat = guess_lon + step_lon, guess_lat + step_lat
        steps = np.abs(np.concatenate([np.ravel(step_lon), np.ravel(step_lat)]))
        if not np.any(steps > _RESIDUAL_DEG):
            break
    return guess_lon, guess_lat


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Shift WGS 84 degrees within China to GCJ-02 (Amap, Tencent); not a number stays so."""
    lon, lat = _floats(lon, lat)
    with np.errstate(invalid="ignore", over="ignore"):
        east, north = _offset(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Undo the shift of GCJ-02 by iteration, to less than a millimetre."""
    return _invert(wgs84_to_gcj02, *_floats(lon, lat))


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Shift GCJ-02 degrees to BD-09 (Baidu)."""
    lon, lat = _floats(lon, lat)
    with np.errstate(invalid="ignore", over="ignore"):
        radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU)
        angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU)
        return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Undo the shift of BD-09 by iteration; the usual closed formula is off by up to a metre."""
    return _invert(gcj02_to_bd09, *_floats(lon, lat))


def _plain_datum(name: str) -> str:
    return name.removeprefix("D_").replace("_", " ").strip()


def _is_taken_datum(name: str) -> bool:
    return _plain_datum(name) in crs_rules().taken_datums


def _refusal(crs: CRS, datum: str, code: int | None) -> str:
    """Return which refused datum a system is on: by its code, its name or else its ellipsoid."""
    rules = crs_rules()
    for why, codes in rules.refused.items():
        if code in codes:
            return why
    if why := rules.refused_datums.get(_plain_datum(datum), ""):
        return why
    if crs.ellipsoid is None or _is_taken_datum(datum):
        return ""
    axis, flattening = crs.ellipsoid.semi_major_metre, crs.ellipsoid.inverse_flattening
    axis_m, within = rules.ellipsoid_within
    return next(
        (
            why
            for why, (own_axis, own_flattening) in rules.refused_ellipsoids.items()
            if abs(axis - own_axis) <= axis_m and abs(flattening - own_flattening) <= within
        ),
        "",
    )


def _called(crs: CRS, datum: str) -> str:
    """Return what a refused system is called, with its ellipsoid where the name tells nothing."""
    if _plain_datum(datum) in crs_rules().refused_datums or crs.ellipsoid is None:
        return crs.name
    return f"{crs.name}, {crs.ellipsoid.name} a={crs.ellipsoid.semi_major_metre:.0f}"


def _by_parameters(crs: CRS) -> int | None:
    """Return the Gauss–Krüger code of a system given by its numbers alone, as MapInfo does."""
    wanted = _transverse_mercator(crs)
    codes = sorted(crs_rules().gauss_kruger)
    return next((code for code in codes if wanted and _gauss_kruger(code) == wanted), None)


@cache
def _gauss_kruger(code: int) -> tuple[float, ...]:
    return _transverse_mercator(CRS.from_epsg(code))


def _transverse_mercator(crs: CRS) -> tuple[float, ...]:
    """Return the numbers of a transverse Mercator projection, none of any other."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return ()
    return tuple(float(parameter.value) for parameter in operation.params)


@cache
def read_crs(claim: str) -> str:
    """Return the name of the CRS that a code, WKT or ``.prj`` text claims.

    Raises:
        CrsRefusedError: ``crs_refused`` for Beijing 54 and Xian 80, ``crs_unknown`` otherwise.
    """
    plain = claim.strip()
    own = {name.replace("-", ""): name for name in (GCJ02, BD09, GCJ02_MERCATOR)}
    if name := own.get(plain.upper().replace("-", "")):
        return name
    try:
        crs = CRS.from_user_input(plain)
    except CRSError as error:
        raise CrsRefusedError("crs_unknown", claim=plain[:80]) from error
    datum = crs.geodetic_crs.datum.name if crs.geodetic_crs and crs.geodetic_crs.datum else ""
    code = crs.to_epsg(min_confidence=60)
    if code is None and _is_taken_datum(datum):
        code = _by_parameters(crs)
    if why := _refusal(crs, datum, code):
        raise CrsRefusedError("crs_refused", claim=_called(crs, datum), why=why)
    if code is None or (code not in crs_rules().taken and not _is_taken_datum(datum)):
        raise CrsRefusedError("crs_unknown", claim=crs.name)
    return f"EPSG:{code}"


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_cgcs2000(x: npt.ArrayLike, y: npt.ArrayLike, crs: str) -> Pair:
    """Bring positions to CGCS2000 degrees: x east (or longitude), y north (or latitude).

    What cannot be brought there (not a number, outside a projection's domain) becomes NaN.

    Raises:
        CrsRefusedError: the system is unknown, or Beijing 54 or Xian 80.
    """
    x, y = _floats(x, y)
    name = read_crs(crs)
    if name == GCJ02:
        return gcj02_to_wgs84(x, y)
    if name == BD09:
        return gcj02_to_wgs84(*bd09_to_gcj02(x, y))
    if name == GCJ02_MERCATOR:
        return gcj02_to_wgs84(*to_cgcs2000(x, y, WEB_MERCATOR))
    if name in {CGCS2000, WGS84}:
        return x.copy(), y.copy()
    lon, lat = _transformer(name, CGCS2000).transform(x, y)
    lon, lat = _floats(lon, lat)
    fine = np.isfinite(lon) & np.isfinite(lat)
    return np.where(fine, lon, np.nan), np.where(fine, lat, np.nan)


def from_cgcs2000(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: str) -> Pair:
    """Bring CGCS2000 degrees to another system; the inverse of ``to_cgcs2000``."""
    lon, lat = _floats(lon, lat)
    name = read_crs(crs)
    if name == GCJ02:
        return wgs84_to_gcj02(lon, lat)
    if name == BD09:
        return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    if name == GCJ02_MERCATOR:
        return from_cgcs2000(*wgs84_to_gcj02(lon, lat), WEB_MERCATOR)
    if name in {CGCS2000, WGS84}:
        return lon.copy(), lat.copy()
    x, y = _transformer(CGCS2000, name).transform(lon, lat)
    return _floats(x, y)


def metric_crs(place: float | tuple[float, float, float, float]) -> str:
    """Choose the CGCS2000 3-degree Gauss–Krüger system, in metres, for a longitude or bounds.

    ``place`` is a longitude in degrees or (west, south, east, north), whose middle counts.

    Raises:
        CrsRefusedError: ``crs_no_zone``, the place lies outside the zones of China.
    """
    lon = (place[0] + place[2]) / 2 if isinstance(place, tuple) else float(place)
    rules = crs_rules()
    if not np.isfinite(lon):
        raise CrsRefusedError("crs_no_zone", longitude=str(lon))
    meridian = int(np.floor(lon / rules.width + 0.5)) * rules.width
    if not rules.first_meridian <= meridian <= rules.last_meridian:
        raise CrsRefusedError("crs_no_zone", longitude=round(lon, 4))
    return f"EPSG:{rules.first_code + (meridian - rules.first_meridian) // rules.width}"


# CGCS2000 is defined on the ellipsoid of GRS 80 (GB/T 33182); the difference is in the tenth digit.
_GEOD = Geod(ellps="GRS80")
_GRS80_AXIS_M = 6378137.0
_GRS80_ECCENTRICITY2 = 0.006694380022900788


def geodesic_m(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> Floats:
    """Return geodesic distances in metres between CGCS2000 positions; arrays broadcast."""
    arrays = np.broadcast_arrays(*_floats(lon1, lat1), *_floats(lon2, lat2))
    # Copied: pyproj works in place, and on buffers of their own.
    west, south, east, north = (np.array(array, order="C") for array in arrays)
    _, _, distance = _GEOD.inv(west, south, east, north)
    return np.asarray(distance, dtype=np.float64)


def lonlat(points: gpd.GeoSeries | Floats) -> Floats:
    """Return points of EPSG:4490 (or what already is one) as an (n, 2) array of degrees."""
    if isinstance(points, gpd.GeoSeries):
        return np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _geocentric(points: Floats) -> Floats:
    """Return Earth-centred metres: a chord of these orders as the geodesic does, at any place.

    A chord is shorter than its geodesic by s³/24R², 0.1 mm at 5 km.
    """
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    radius = _GRS80_AXIS_M / np.sqrt(1.0 - _GRS80_ECCENTRICITY2 * np.sin(lat) ** 2)
    return np.column_stack(
        [
            radius * np.cos(lat) * np.cos(lon),
            radius * np.cos(lat) * np.sin(lon),
            radius * (1.0 - _GRS80_ECCENTRICITY2) * np.sin(lat),
        ]
    )


def _whole_metres(one: Floats, other: Floats) -> Ints:
    distance = geodesic_m(one[..., 0], one[..., 1], other[..., 0], other[..., 1])
    return np.rint(distance).astype(np.int64)


def nearest(
    points_from: gpd.GeoSeries | Floats,
    points_to: gpd.GeoSeries | Floats,
    within_m: int | None = None,
) -> tuple[Ints, Ints]:
    """Find for each point the nearest of others: its index and the geodesic in whole metres.

    Of points within the same metre the first counts. Where there is none (within ``within_m``)
    index and distance are -1. Points: EPSG:4490, a GeoSeries or an (n, 2) array.
    """
    start, goal = lonlat(points_from), lonlat(points_to)
    index = np.full(len(start), -1, dtype=np.int64)
    metres = np.full(len(start), -1, dtype=np.int64)
    known = np.flatnonzero(np.isfinite(start).all(axis=1))
    targets = np.flatnonzero(np.isfinite(goal).all(axis=1))
    if not len(known) or not len(targets):
        return index, metres
    start, goal = start[known], goal[targets]
    few = min(4, len(goal))
    _, near = cKDTree(_geocentric(goal)).query(_geocentric(start), k=few)
    near = np.sort(np.asarray(near).reshape(len(start), few), axis=1)
    distance = _whole_metres(np.repeat(start[:, None, :], few, axis=1), goal[near])
    rows, best = np.arange(len(start)), distance.argmin(axis=1)
    index[known], metres[known] = targets[near[rows, best]], distance[rows, best]
    if within_m is not None:
        far = metres > within_m
        index[far], metres[far] = -1, -1
    return index, metres


def pairs_within(
    points_from: gpd.GeoSeries | Floats, points_to: gpd.GeoSeries | Floats, distance_m: int
) -> tuple[Ints, Ints, Ints]:
    """List all pairs no farther apart than a distance: index from, index to, whole metres.

    Ordered by the first index, then the second. Points: EPSG:4490, a GeoSeries or (n, 2).
    """
    start, goal = lonlat(points_from), lonlat(points_to)
    known = np.flatnonzero(np.isfinite(start).all(axis=1))
    targets = np.flatnonzero(np.isfinite(goal).all(axis=1))
    empty = np.empty(0, dtype=np.int64)
    if not len(known) or not len(targets):
        return empty, empty, empty
    tree = cKDTree(_geocentric(goal[targets]))
    # A metre more than asked: what counts is the geodesic, rounded.
    found = tree.query_ball_point(_geocentric(start[known]), distance_m + 1, return_sorted=True)
    counts = np.fromiter((len(near) for near in found), dtype=np.int64, count=len(known))
    if not counts.sum():
        return empty, empty, empty
    first = np.repeat(known, counts)
    second = targets[np.concatenate([np.asarray(near, dtype=np.int64) for near in found])]
    metres = _whole_metres(start[first], goal[second])
    keep = metres <= distance_m
    return first[keep], second[keep], metres[keep]
