"""What heights can be: units made metres, values that are none, and feet or signs gone wrong."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from geodata.crs import to_cgcs2000
from geodata.errors import Fault, FileRefusedError, Place
from geodata.terrain.raster import Grid, Raster, sample_bilinear
from geodata.terrain.resampling import Resampled
from geodata.terrain.settings import settings
from geodata.terrain.sources import RasterSource

_FEW = 250_000  # cells that are judged, evenly spread over the grid


def metres_per_unit(unit: str, place: Place) -> float:
    """Return the metres of one unit of height; a raster that says none is in metres.

    Raises:
        FileRefusedError: ``elevation_unit``, a unit we do not know.
    """
    known: Mapping[str, float] = settings()["units"]["metres"]
    word = unit.strip().lower()
    if not word:
        return 1.0
    if word not in known:
        raise FileRefusedError("elevation_unit", place, unit=unit)
    return known[word]


def as_float32(value: float) -> np.float32:
    """Return a stated value in the type that heights are compared in, infinite where beyond it."""
    with np.errstate(over="ignore"):
        return np.float32(value)


class Cleaner:
    """Brings raw blocks to metres and marks what is no height; remembers what it marked."""

    def __init__(self) -> None:
        self._undeclared: dict[tuple[str, str], None] = {}
        self._nan: set[str] = set()
        self._feet: dict[str, str] = {}

    def __call__(
        self, raw: NDArray[np.generic], source: RasterSource
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return metres (float32) and which cells have none."""
        factor = metres_per_unit(source.unit, Place(file=source.file))
        if source.unit.strip().lower() in settings()["units"]["feet"]:
            self._feet[source.file] = source.unit
        values = raw.astype(np.float32)
        missing = ~np.isfinite(values)
        if missing.any() and not (source.nodata is not None and np.isnan(source.nodata)):
            self._nan.add(source.file)
        if source.nodata is not None and not np.isnan(source.nodata):
            missing |= values == as_float32(source.nodata)
        if (source.scale, source.offset) != (1.0, 0.0):
            values = values * np.float32(source.scale) + np.float32(source.offset)
        metres = values * np.float32(factor)
        rules = settings()["heights"]
        with np.errstate(invalid="ignore"):
            beyond = ~missing & ((metres < rules["lowest_m"]) | (metres > rules["highest_m"]))
        if beyond.any():
            for value in np.unique(values[beyond])[:3]:
                self._undeclared[source.file, f"{value:g}"] = None
        return metres, missing | beyond

    def faults(self) -> list[Fault]:
        """Return what there is to say of the blocks seen so far."""
        found = [
            Fault("elevation_feet_read", Place(file=file, value=unit), severity="note")
            for file, unit in self._feet.items()
        ]
        found += [
            Fault("elevation_nan", Place(file=file), severity="note") for file in sorted(self._nan)
        ]
        sentinels = {f"{value:g}" for value in settings()["sentinels"]["values"]}
        for file, value in self._undeclared:
            code = "elevation_undeclared" if value in sentinels else "elevation_beyond"
            found.append(
                Fault(code, Place(file=file, value=value), {"value": value}, severity="warning")
            )
        return found


def judge_heights(
    sources: Sequence[RasterSource], found: Resampled, grid: Grid, reference: Raster | None
) -> dict[int, Fault]:
    """Return the sources whose heights cannot be what they claim, each with its fault.

    All zero; more than half below sea level (a wrong sign); and, against a reference, heights
    that are feet or have the wrong sign.
    """
    every = max(int(sqrt(found.origin.size / _FEW)), 1)
    few = (slice(None, None, every), slice(None, None, every))
    origin, heights = found.origin[few], found.values[few].astype(np.float64)
    across, down = grid.centres()
    wrong: dict[int, Fault] = {}
    for number, source in enumerate(sources):
        rows, columns = np.nonzero(origin == number)
        if not len(rows):
            continue
        mine = heights[rows, columns]
        fault = _judge_alone(mine, source)
        if fault is None and reference is not None:
            place = to_cgcs2000(across[every * columns], down[every * rows], grid.crs)
            fault = _judge_against(mine, sample_bilinear(reference, *place), source)
        if fault is not None:
            wrong[number] = fault
    return wrong


def _judge_alone(heights: NDArray[np.float64], source: RasterSource) -> Fault | None:
    rules, place = settings()["heights"], Place(file=source.file)
    if np.mean(heights == 0) >= rules["zero_share"]:
        return Fault("elevation_all_zero", place)
    below = float(np.mean(heights < 0))
    if below > rules["negative_share"]:
        params = {"share": round(100 * below), "lowest": round(float(heights.min()))}
        return Fault("elevation_negative", place, params)
    return None


def _judge_against(
    heights: NDArray[np.float64], known: NDArray[np.float64], source: RasterSource
) -> Fault | None:
    rules = settings()["reference"]
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(known) & (known >= rules["least_reference_m"])
    if usable.sum() < rules["least_points"]:
        return None
    quotient = float(np.median(heights[usable] / known[usable]))
    place = Place(file=source.file)
    params = {
        "found": round(float(np.median(heights[usable]))),
        "expected": round(float(np.median(known[usable]))),
    }
    if rules["feet"][0] <= quotient <= rules["feet"][1]:
        return Fault("elevation_feet", place, params)
    if rules["negative"][0] <= quotient <= rules["negative"][1]:
        return Fault("elevation_negative", place, {"share": 100, "lowest": params["found"]})
    return None
