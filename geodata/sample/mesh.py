"""A fine mesh of cells that tiles the city and keeps to the counties' outlines exactly.

Cells are Voronoi cells of scattered points, cut along the outlines. All lines are noded together on
one grid of coordinates, so neighbours share their vertices and whatever is merged from cells tiles.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class Mesh:
    """Cells with their neighbours: ``edges`` are index pairs, ``lengths_m`` their shared sides.

    ``centres`` are plane metres, ``areas_m2`` and ``county`` (index of the outline) go by cell.
    """

    cells: NDArray[np.object_]
    centres: NDArray[np.float64]
    areas_m2: NDArray[np.float64]
    county: NDArray[np.int64]
    edges: NDArray[np.int64]
    lengths_m: NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A local plane in metres around one point; good to a per mille, for layout only."""

    lon0: float
    lat0: float
    kx: float
    ky: float

    def to_metres(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn degrees (n × 2) into metres."""
        return (points - (self.lon0, self.lat0)) * (self.kx, self.ky)

    def to_degrees(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn metres (n × 2) into degrees."""
        return points / (self.kx, self.ky) + (self.lon0, self.lat0)


_DEGREE_M = 111_320.0


def local_plane(bounds: NDArray[np.float64]) -> Plane:
    """Return a plane around the middle of the bounds (west, south, east, north)."""
    west, south, east, north = bounds
    lat0 = round((south + north) / 2, 3)
    kx = _DEGREE_M * float(np.cos(np.radians(lat0)))
    return Plane(round((west + east) / 2, 3), lat0, kx, 110_930.0)


def scatter(
    outline: shapely.Geometry,
    count: int,
    density: NDArray[np.float64],
    grid: NDArray[np.float64],
    step: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return ``count`` points inside an outline, spread like ``density`` over its grid points."""
    chance = density / density.sum()
    places = np.sort(rng.choice(len(grid), size=count * 2, p=chance))
    points = grid[places] + rng.uniform(-0.5, 0.5, size=(count * 2, 2)) * step
    inside: NDArray[np.float64] = points[shapely.contains_xy(outline, points)]
    pick = rng.permutation(len(inside))[:count]
    return inside[np.sort(pick)]


def relax(points: NDArray[np.float64], rounds: int = 2, share: float = 0.3) -> NDArray[np.float64]:
    """Push points away from their nearest neighbours, so that cells get less uneven."""
    for _ in range(rounds):
        _, near = cKDTree(points).query(points, k=4)
        middle = points[near[:, 1:]].mean(axis=1)
        points = points + share * (points - middle)
    return points


def build_mesh(
    counties: gpd.GeoDataFrame, points_deg: NDArray[np.float64], plane: Plane, decimals: int
) -> Mesh:
    """Cut the counties into one cell per point (and slivers along the outlines)."""
    outlines = counties.geometry.to_numpy()
    city = shapely.union_all(outlines)
    frame = shapely.box(*shapely.bounds(shapely.buffer(city, 0.05)))
    ridges = shapely.voronoi_polygons(
        shapely.multipoints(points_deg), extend_to=frame, only_edges=True
    )
    lines = np.concatenate(
        [shapely.get_parts(ridges), shapely.get_parts(shapely.boundary(outlines))]
    )
    noded = shapely.union_all(lines, grid_size=10.0**-decimals)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inner = shapely.point_on_surface(faces)
    tree = shapely.STRtree(outlines)
    face_index, county_index = tree.query(inner, predicate="within")
    county = np.full(len(faces), -1, dtype=np.int64)
    county[face_index] = county_index
    keep = county >= 0
    faces, county = faces[keep], county[keep]
    centre = shapely.get_coordinates(shapely.centroid(faces))
    order = np.lexsort((centre[:, 1], centre[:, 0]))
    faces, county, centre = faces[order], county[order], centre[order]
    edges, lengths = _neighbours(faces, plane)
    areas = shapely.area(faces) * plane.kx * plane.ky
    return Mesh(faces, plane.to_metres(centre), areas, county, edges, lengths)


def _neighbours(
    faces: NDArray[np.object_], plane: Plane
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the faces that share sides, by the sides' end points."""
    rings, owner = shapely.get_rings(faces, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    first, second = points[:-1][same], points[1:][same]
    owners = owner[ring[:-1][same]]
    swap = (first[:, 0] > second[:, 0]) | (
        (first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1])
    )
    first[swap], second[swap] = second[swap], first[swap].copy()
    sides = np.hstack([first, second])
    order = np.lexsort(sides.T[::-1])
    sides, owners = sides[order], owners[order]
    twin = np.flatnonzero((sides[1:] == sides[:-1]).all(axis=1))
    pairs = np.sort(np.column_stack([owners[twin], owners[twin + 1]]), axis=1)
    lengths = np.hypot(*((sides[twin, 2:] - sides[twin, :2]) * (plane.kx, plane.ky)).T)
    unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
    shared = np.bincount(inverse.ravel(), weights=lengths).astype(np.float64)
    return unique.astype(np.int64), shared
