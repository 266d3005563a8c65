"""Heights of the ground on a metric grid, from whatever elevation rasters there are.

Each file's heights are taken in metres, priorities decide where files overlap, small voids are
filled, and what is doubtful or missing is said with file and remedy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label

from geodata.crs import to_cgcs2000
from geodata.errors import Fault, FileRefusedError, Place
from geodata.terrain.heights import Cleaner, judge_heights
from geodata.terrain.native import OpenFiles
from geodata.terrain.raster import Bounds, Grid, Raster, lonlat_bounds, metric_grid
from geodata.terrain.resampling import Resampled, resample_heights
from geodata.terrain.settings import settings
from geodata.terrain.sources import RasterSource
from geodata.terrain.voids import fill_voids, find_small_voids


@dataclass(frozen=True)
class Elevation:
    """Heights in metres above sea level (float32, NaN for voids) and what is to be said of them.

    ``shares``: part of the grid's cells each file gave; ``filled`` and ``missing``: parts filled
    and left without a height; ``cell_m``: the coarsest cell among the files that gave heights.
    """

    raster: Raster
    faults: tuple[Fault, ...]
    shares: dict[str, float]
    filled: float
    missing: float
    cell_m: float


def read_window(
    sources: Sequence[RasterSource],
    bounds: Bounds,
    crs: str,
    step_m: float,
    reference: Raster | None = None,
) -> Elevation:
    """Read heights over bounds on a grid of ``step_m`` in the metric CRS of the place.

    See ``read_elevation`` and ``raster.metric_grid``, whose errors it raises.
    """
    return read_elevation(sources, metric_grid(bounds, crs, step_m), reference)


def read_elevation(
    sources: Sequence[RasterSource], grid: Grid, reference: Raster | None = None
) -> Elevation:
    """Read heights on a grid; only the cells around it are loaded.

    Args:
        sources: in order of priority: where two have a height, the first one's counts.
        grid: where heights are wanted; metres.
        reference: heights known for the place, such as a coarse model, which show feet or a
            wrong sign. Metres.

    Returns:
        Heights, with faults for files that were left out (errors) and for what may be noted.

    Raises:
        FileRefusedError: ``raster_no_overlap``, or no file's heights can be used.
    """
    near = [source for source in sources if _overlap(source.bounds, _lonlat(grid))]
    if not near:
        raise _no_overlap(sources, grid)
    longest = settings()["voids"]["longest_m"] / grid.step
    padded = _pad(grid, ceil(longest) + 1)
    used, cleaner = list(near), Cleaner()
    refused: list[Fault] = []
    with OpenFiles() as files:
        while True:
            found = _resample(used, padded, cleaner, files, refused)
            wrong = judge_heights(used, found, padded, reference)
            if not wrong:
                break
            refused += wrong.values()
            used = [source for number, source in enumerate(used) if number not in wrong]
            if not used:
                raise FileRefusedError.of(refused[0])
    if np.isnan(found.values).all():
        raise FileRefusedError.of(
            refused[0] if refused else Fault("elevation_empty", Place(file=near[0].file))
        )
    return _finish(used, found, grid, padded, longest, [*refused, *cleaner.faults()])


def _resample(
    used: list[RasterSource],
    grid: Grid,
    cleaner: Cleaner,
    files: OpenFiles,
    refused: list[Fault],
) -> Resampled:
    """Resample; a file whose blocks cannot be read is left out and said."""
    while True:
        try:
            return resample_heights(used, grid, cleaner, files)
        except FileRefusedError as error:
            left = [each for each in used if each.file != error.fault.place.file]
            if not left or len(left) == len(used):
                raise
            refused.append(error.fault)
            used[:] = left


def _finish(
    used: list[RasterSource],
    found: Resampled,
    grid: Grid,
    padded: Grid,
    longest: float,
    faults: list[Fault],
) -> Elevation:
    """Fill small voids, cut the margin off and say what was found."""
    missing = np.isnan(found.values)
    small = find_small_voids(missing, longest)
    heights = fill_voids(found.values.astype(np.float32), small)
    edge = (padded.height - grid.height) // 2
    inner = (slice(edge, edge + grid.height), slice(edge, edge + grid.width))
    raster = Raster(heights[inner], grid, "m", float("nan"))
    origin, cells = found.origin[inner], grid.width * grid.height
    counts = np.bincount(origin[origin >= 0], minlength=len(used))
    left = raster.missing
    shares = {
        source.file: float(count) / cells
        for source, count in zip(used, counts, strict=True)
        if count
    }
    if left.all():
        raise FileRefusedError("elevation_empty", Place(file=used[0].file))
    # A small window may lie in a void that is filled from beyond it.
    gave = [source for source in used if source.file in shares] or used[:1]
    faults += _note_voids(left, int(small[inner].sum()), grid, gave[0])
    faults += _note_kinds(gave, grid)
    return Elevation(
        raster=raster,
        faults=tuple(faults),
        shares=shares,
        filled=float(small[inner].sum()) / cells,
        missing=float(left.sum()) / cells,
        cell_m=max(source.cell_m for source in gave),
    )


def _note_voids(
    left: NDArray[np.bool_], filled: int, grid: Grid, source: RasterSource
) -> list[Fault]:
    """Say how much was filled and, place by place, what is left."""
    cells, rules = left.size, settings()["voids"]
    faults = []
    if filled:
        faults.append(
            Fault(
                "elevation_filled",
                Place(file=source.file),
                {
                    "share": f"{100 * filled / cells:.2g}",
                    "cells": filled,
                    "longest": rules["longest_m"],
                },
                severity="note",
            )
        )
    if left.any():
        numbers, _ = label(left)
        sizes = np.bincount(numbers.ravel())[1:]
        boxes = find_objects(numbers)
        biggest = np.argsort(-sizes, kind="stable")[: rules["named"]]
        places = [_middle_of(boxes[number], grid) for number in biggest]
        faults.append(
            Fault(
                "elevation_missing",
                Place(file=source.file, value="; ".join(places)[:80]),
                {
                    "share": f"{100 * left.sum() / cells:.3g}",
                    "voids": len(sizes),
                    "places": "; ".join(places),
                },
                severity="warning",
            )
        )
    return faults


def _middle_of(box: tuple[slice, slice], grid: Grid) -> str:
    rows, columns = box
    x, y = grid.transform * (
        (columns.start + columns.stop) / 2,
        (rows.start + rows.stop) / 2,
    )
    lon, lat = to_cgcs2000([x], [y], grid.crs)
    return f"{lon[0]:.4f}, {lat[0]:.4f}"


def _note_kinds(gave: list[RasterSource], grid: Grid) -> list[Fault]:
    """Say which files are coarse, hold canopy and roofs, or rest on different datums."""
    faults = []
    for source in gave:
        if source.cell_m > settings()["reading"]["coarser"] * grid.step:
            params = {"cell": round(source.cell_m), "step": round(grid.step)}
            faults.append(Fault("elevation_coarse", Place(file=source.file), params, "note"))
    products = [source.product for source in gave if source.product]
    surfaces = sorted({product.name for product in products if product.surface})
    if surfaces:
        named = {"products": ", ".join(surfaces)}
        faults.append(Fault("elevation_surface", Place(file=gave[0].file), named, "note"))
    datums = sorted({product.datum for product in products})
    if len(datums) > 1:
        named = {"datums": ", ".join(datums)}
        faults.append(Fault("elevation_datums", Place(file=gave[0].file), named, "note"))
    return faults


def _pad(grid: Grid, cells: int) -> Grid:
    corner = grid.transform @ Affine.translation(-cells, -cells)
    return replace(
        grid, transform=corner, width=grid.width + 2 * cells, height=grid.height + 2 * cells
    )


def _lonlat(grid: Grid) -> Bounds:
    return lonlat_bounds(grid.bounds, grid.crs)


def _overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _no_overlap(sources: Sequence[RasterSource], grid: Grid) -> FileRefusedError:
    return FileRefusedError(
        "raster_no_overlap",
        Place(file=sources[0].file if len(sources) == 1 else ""),
        found="; ".join(_said(source.bounds) for source in sources[:3]),
        asked=_said(_lonlat(grid)),
    )


def _said(bounds: Bounds) -> str:
    west, south, east, north = bounds
    return f"{west:.3f}–{east:.3f}° E, {south:.3f}–{north:.3f}° N"
