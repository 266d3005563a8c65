"""Cut a register into vector tiles and a terrain into hill-shading, for the map on the screen.

One file holds six layers: ``area``, ``township`` and ``unit`` are polygons with the properties
``i`` (the feature's place in ascending order of codes), ``code`` and ``name``; ``area_name``,
``township_name`` and ``unit_name`` are points for lettering. Polygons of units begin at the zoom
where they can be told apart, so that an overview of a province carries townships alone.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyogrio
import rasterio
from matplotlib.image import imsave
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from coverage_map.pmtiles import Bounds, Tile, read_metadata, write_pmtiles
from geodata.register import Register

Grid = npt.NDArray[np.float64]

LEVELS = ("area", "township", "unit")

MIN_ZOOM, MAX_ZOOM = 4, 11
# A tile is drawn 512 screen pixels wide; a unit is worth sending from this side length on.
TILE_PX = 512
MIN_UNIT_PX = 2.5
NAME_ZOOM = {"area": MIN_ZOOM, "township": 8, "unit": 10}
# 某某村村民委员会, 某某村委会 → 某某村; 某某社区居民委员会 → 某某社区.
VILLAGE_COMMITTEE = "村?(?:村民委员会|村委会)$"
COMMITTEE = "(?:居民委员会|居委会)$"
SHADE = (52, 60, 70)  # the colour of shadows
EQUATOR_M = 40_075_016.686  # WGS 84, web mercator's circle


def _levels(register: Register) -> dict[str, gpd.GeoDataFrame]:
    """Return code, name, geometry of each level in ascending order of codes, ``i`` counting."""
    areas = register.areas
    frames = {
        "area": areas[areas["level"] == "area"],
        "township": register.townships,
        "unit": register.units,
    }
    out = {}
    for level, frame in frames.items():
        ordered = frame[["code", "name", "geometry"]].sort_values("code", ignore_index=True)
        out[level] = ordered.assign(i=np.arange(len(ordered), dtype=np.int32))
    return out


def _unit_zoom(register: Register) -> int:
    """Return the first tile zoom at which the median unit is wide enough to be seen."""
    latitude = math.radians(float(np.mean(register.units.total_bounds[[1, 3]])))
    side_m = math.sqrt(float(register.units["area_km2"].median())) * 1000
    metres_per_px = side_m / MIN_UNIT_PX
    zoom = math.log2(EQUATOR_M * math.cos(latitude) / TILE_PX / metres_per_px)
    return int(np.clip(math.ceil(zoom), MIN_ZOOM, MAX_ZOOM))


def _cut(frame: gpd.GeoDataFrame, layer: str, first: int, folder: Path) -> dict[Tile, bytes]:
    """Return one layer's tiles as bytes of the Mapbox vector tile format, from zoom ``first``."""
    target = folder / layer
    pyogrio.write_dataframe(
        frame,
        target,
        driver="MVT",
        layer=layer,
        FORMAT="DIRECTORY",
        COMPRESS="NO",
        MINZOOM=first,
        MAXZOOM=MAX_ZOOM,
        MAX_SIZE=4_000_000,
        MAX_FEATURES=500_000,
    )
    tiles = {}
    for path in target.glob("*/*/*.pbf"):
        zoom, x, y = int(path.parts[-3]), int(path.parts[-2]), int(path.stem)
        tiles[zoom, x, y] = path.read_bytes()
    return tiles


def _names(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return points for lettering; a committee's name is shortened to its village's."""
    name = frame["name"].str.replace(VILLAGE_COMMITTEE, "村", regex=True)
    points = frame.geometry.representative_point()
    return frame.assign(name=name.str.replace(COMMITTEE, "", regex=True)).set_geometry(points)


def write_layer(register: Register, path: Path) -> dict[str, list[str]]:
    """Write a register's boundaries as PMTiles; return the codes of each level in index order."""
    levels = _levels(register)
    tiles: dict[Tile, bytes] = {}
    first = {"area": MIN_ZOOM, "township": MIN_ZOOM, "unit": _unit_zoom(register)}
    with TemporaryDirectory() as name:
        for level, frame in levels.items():
            parts = [
                (level, frame, first[level]),
                (f"{level}_name", _names(frame), NAME_ZOOM[level]),
            ]
            for layer, features, zoom in parts:
                # Tiles are protocol buffers whose only repeated field is the layer: joining the
                # bytes of two tiles joins their layers.
                for tile, data in _cut(features, layer, zoom, Path(name)).items():
                    tiles[tile] = tiles.get(tile, b"") + data
    west, south, east, north = map(float, register.units.total_bounds)
    write_pmtiles(path, tiles, (west, south, east, north), _metadata(first))
    return {level: frame["code"].tolist() for level, frame in levels.items()}


@lru_cache(maxsize=8)
def first_zooms(path: Path) -> Mapping[str, int]:
    """Return the tile zoom at which each layer of a written file begins."""
    layers = read_metadata(path)["vector_layers"]
    return {entry["id"]: entry["minzoom"] for entry in layers}


def _metadata(first: Mapping[str, int]) -> dict[str, object]:
    fields = {"i": "Number", "code": "String", "name": "String"}
    zooms = {**first, **{f"{level}_name": NAME_ZOOM[level] for level in LEVELS}}
    return {
        "vector_layers": [
            {"id": layer, "fields": fields, "minzoom": zoom, "maxzoom": MAX_ZOOM}
            for layer, zoom in zooms.items()
        ]
    }


def shade_hills(height_m: Grid, cell_m: float, exaggeration: float) -> Grid:
    """Return illumination from the north-west at 45°, 0 to 1, of a grid of heights.

    Lambert's cosine between the surface's normal and the light; rows run south.
    """
    south, east = np.gradient(height_m * exaggeration, cell_m)
    azimuth, altitude = math.radians(315.0), math.radians(45.0)
    to_light = (
        math.sin(azimuth) * math.cos(altitude),
        math.cos(azimuth) * math.cos(altitude),
        math.sin(altitude),
    )
    cosine = (-east * to_light[0] + south * to_light[1] + to_light[2]) / np.sqrt(
        east**2 + south**2 + 1
    )
    light: Grid = np.clip(cosine, 0.0, 1.0)
    return light


def write_hillshade(terrain: Path, path: Path, width_px: int = 1024) -> Bounds:
    """Write a terrain raster's hill-shading as a transparent PNG in web mercator.

    Dark means shade; alpha carries it, so that it lies over any colour. Returns west, south,
    east, north in degrees.
    """
    with (
        rasterio.open(terrain) as source,
        WarpedVRT(source, crs="EPSG:3857", resampling=Resampling.bilinear) as mercator,
    ):
        height_px = max(1, round(width_px * mercator.height / mercator.width))
        shape = (height_px, width_px)
        heights = mercator.read(1, out_shape=shape, masked=True, out_dtype="float64")
        bounds = transform_bounds(mercator.crs, "EPSG:4326", *mercator.bounds)
        cell_m = (mercator.bounds.right - mercator.bounds.left) / width_px
    known = ~np.ma.getmaskarray(heights)
    grid = np.where(known, heights.filled(0.0), 0.0)
    relief = float(np.ptp(grid[known])) if known.any() else 0.0
    # Plains need more lift than mountains for their shape to be seen at all.
    exaggeration = float(np.clip(2500.0 / max(relief, 1.0), 1.0, 8.0))
    light = shade_hills(grid, cell_m, exaggeration)
    alpha = np.where(known, np.clip((math.sin(math.pi / 4) - light) * 1.6, 0.0, 0.55), 0.0)
    image = np.zeros((height_px, width_px, 4), dtype=np.uint8)
    image[:, :, :3] = SHADE
    image[:, :, 3] = np.round(alpha * 255)
    imsave(path, image, format="png", metadata={"Software": "coverage-map"})
    west, south, east, north = map(float, bounds)
    return west, south, east, north
