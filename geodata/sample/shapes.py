"""The modelled shapes of townships and units: real names and counts, made-up boundaries.

Townships start from roughly known seats (``source/township_layout.csv``) and get areas by the
number and class of their units; units are laid out inside them. Everything is put together from
the cells of one mesh, so units tile townships and counties exactly.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.sample.mesh import Mesh, Plane, build_mesh, local_plane, relax, scatter
from geodata.sample.partition import balance, connect, divide, fill_empty, nearest
from geodata.sample.source_tables import Source, weights

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shapes:
    """The mesh and who got its cells: ``unit`` is each cell's row in the table of units."""

    mesh: Mesh
    plane: Plane
    unit: Ints
    polygons: NDArray[np.object_]


def shape_units(source: Source, rng: np.random.Generator) -> Shapes:
    """Divide the city into units (polygons EPSG:4490, in the order of the table of units)."""
    model = source.model
    plane = local_plane(source.counties.total_bounds)
    spread = rng.lognormal(0.0, model["area_spread"]["sigma"], len(source.units))
    area_weight = weights(model["area_weight"], source.units) * spread
    layouts = [
        _lay_out(county, source, area_weight, plane, rng) for county in source.counties.itertuples()
    ]
    points = np.vstack([layout.points for layout in layouts])
    mesh = build_mesh(
        source.counties, plane.to_degrees(points), plane, int(model["mesh"]["decimals"])
    )
    township = np.full(len(mesh.cells), -1, dtype=np.int64)
    wobble = _wobble(mesh, float(model["mesh"]["ragged"]), rng)
    for index, layout in enumerate(layouts):
        cells = np.flatnonzero(mesh.county == index)
        township[cells] = _share_townships(mesh, cells, layout, source, wobble)
    unit = _share_units(mesh, township, source, area_weight, wobble, rng)
    return Shapes(mesh, plane, unit, merge_cells(mesh, unit, len(source.units)))


def merge_cells(mesh: Mesh, share: Ints, count: int) -> NDArray[np.object_]:
    """Merge the cells of each share; vertices stay shared with the neighbours."""
    order = np.argsort(share, kind="stable")
    bounds = np.searchsorted(share[order], np.arange(count + 1))
    merged = [
        shapely.coverage_union_all(mesh.cells[order[start:end]]) for start, end in pairwise(bounds)
    ]
    return np.array(merged, dtype=object)


@dataclass(frozen=True)
class _Layout:
    townships: Ints  # rows of the table of townships
    seeds: Floats
    bonus: Floats
    points: Floats


def _lay_out(
    county: Any, source: Source, area_weight: Floats, plane: Plane, rng: np.random.Generator
) -> _Layout:
    """Place a county's townships and scatter mesh points, finer where units are smaller."""
    settings = source.model["mesh"]
    codes = [county.code]
    if county.code == source.model["carved"]["out_of"]:
        codes.append(source.model["carved"]["code"])
    rows = np.flatnonzero(source.townships["county_code"].isin(codes))
    townships = source.townships.iloc[rows]
    outline = shapely.transform(county.geometry, plane.to_metres)
    grid = _grid(outline, float(settings["layout_step_m"]))
    frame = pd.DataFrame({"code": source.units["township_code"], "weight": area_weight})
    sums = frame.groupby("code")["weight"].agg(["sum", "size"]).loc[townships["code"]]
    seeds, bonus = balance(
        grid,
        np.full(len(grid), float(settings["layout_step_m"]) ** 2),
        plane.to_metres(townships[["lon", "lat"]].to_numpy()),
        sums["sum"].to_numpy(dtype=np.float64),
        int(settings["layout_rounds"]),
        0.25,
    )
    share = nearest(grid, seeds, bonus)
    held = np.maximum(np.bincount(share, minlength=len(rows)), 1)
    density = (sums["size"].to_numpy() / held)[share]
    count = int(settings["cells_per_unit"] * sums["size"].sum())
    points = scatter(outline, count, density, grid, float(settings["layout_step_m"]), rng)
    return _Layout(rows, seeds, bonus, relax(points))


def _grid(outline: shapely.Geometry, step: float) -> Floats:
    west, south, east, north = shapely.bounds(outline)
    x, y = np.meshgrid(np.arange(west, east, step), np.arange(south, north, step))
    points = np.column_stack([x.ravel(), y.ravel()])
    inside: Floats = points[shapely.contains_xy(outline, points)]
    return inside


def _wobble(mesh: Mesh, ragged: float, rng: np.random.Generator) -> Floats:
    size = np.sqrt(mesh.areas_m2)[:, None]
    return np.asarray(rng.normal(0.0, 1.0, (len(size), 2)) * size * ragged)


@dataclass(frozen=True)
class _Part:
    """A part of the mesh with cells counted anew."""

    cells: Ints
    edges: Ints
    lengths: Floats


def _part(mesh: Mesh, cells: Ints) -> _Part:
    local = np.full(len(mesh.cells), -1, dtype=np.int64)
    local[cells] = np.arange(len(cells))
    edges = local[mesh.edges]
    inside = (edges >= 0).all(axis=1)
    return _Part(cells, edges[inside], mesh.lengths_m[inside])


def _share_townships(
    mesh: Mesh, cells: Ints, layout: _Layout, source: Source, wobble: Floats
) -> Ints:
    """Give each cell of a county to a township (row of the table), all townships connected.

    A carved zone is settled first as a whole, so that it and the county without it are connected.
    """
    centres = mesh.centres[cells] + wobble[cells]
    share = nearest(centres, layout.seeds, layout.bonus)
    codes = source.townships["county_code"].to_numpy()[layout.townships]
    zone = (codes == source.model["carved"]["code"]).astype(np.int64)
    part = _part(mesh, cells)
    areas = mesh.areas_m2[cells]
    side = connect(zone[share], part.edges, areas, part.lengths, 2)
    result = np.empty(len(cells), dtype=np.int64)
    for value in np.unique(side):
        members, mine = np.flatnonzero(side == value), np.flatnonzero(zone == value)
        seeds = layout.seeds[mine]
        inner = nearest(centres[members], seeds, layout.bonus[mine])
        inner = fill_empty(inner, centres[members], seeds)
        piece = _part(mesh, cells[members])
        inner = connect(inner, piece.edges, areas[members], piece.lengths, len(mine))
        result[members] = layout.townships[mine[inner]]
    return result


def _share_units(
    mesh: Mesh,
    township: Ints,
    source: Source,
    area_weight: Floats,
    wobble: Floats,
    rng: np.random.Generator,
) -> Ints:
    """Give each cell to a unit of its township."""
    unit = np.full(len(township), -1, dtype=np.int64)
    of_township = source.units["township_code"].to_numpy()
    rounds = int(source.model["mesh"]["unit_rounds"])
    for row, code in enumerate(source.townships["code"]):
        cells = np.flatnonzero(township == row)
        units = np.flatnonzero(of_township == code)
        part = _part(mesh, cells)
        points, areas = mesh.centres[cells], mesh.areas_m2[cells]
        seeds = points[np.sort(rng.permutation(len(cells))[: len(units)])]
        share = divide(
            points,
            areas,
            part.edges,
            part.lengths,
            seeds + rng.normal(0.0, 1.0, seeds.shape),
            area_weight[units],
            rounds=rounds,
            pull=0.8,
            wobble=wobble[cells],
        )
        unit[cells] = units[share]
    return unit
