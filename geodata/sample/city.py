"""The sample city as a register: real codes and names, real counties, modelled everything else."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geodata.register import Register
from geodata.sample.people import model_people, model_settlements
from geodata.sample.places import model_places
from geodata.sample.placing import UnitCells, index_cells
from geodata.sample.shapes import shape_units
from geodata.sample.source_tables import Source, read_aliases, reporting_area
from geodata.sample.terrain import relief_surface

CRS = "EPSG:4490"
SQUARE_KM_M2 = 1e6


@dataclass(frozen=True)
class City:
    """The register, and what the makers of carriers' files need besides it.

    ``height_m`` and ``class`` go by unit, in the order of ``register.units``.
    """

    register: Register
    cells: UnitCells
    unit_class: NDArray[np.object_]
    height_m: NDArray[np.float64]


def build_city(source: Source, rng: np.random.Generator) -> City:
    """Model the city: shapes, people, settlements and places."""
    shapes = shape_units(source, rng)
    cells = index_cells(shapes)
    people = model_people(source, rng)
    settlements, settled = model_settlements(source, people, cells, rng)
    places, placed = model_places(source, people, cells, rng)
    units = gpd.GeoDataFrame(
        source.units.drop(columns="class")
        .assign(area_code=reporting_area(source, source.units["code"]))
        .join(people),
        geometry=shapes.polygons,
        crs=CRS,
    )
    units["area_km2"] = np.round(units.to_crs("EPSG:4547").area / SQUARE_KM_M2, 4)
    units["modelled"] = True
    columns = [
        "code",
        "name",
        "kind",
        "township_code",
        "county_code",
        "area_code",
        "households",
        "people",
        "area_km2",
        "urban",
        "geometry",
        "modelled",
    ]
    register = Register(
        version=f"NBS-{source.model['register']['year']}",
        areas=_areas(source, units),
        counties=_counties(source, units),
        townships=_townships(source, units),
        units=units[columns],
        settlements=_points(settlements, settled),
        places=_points(places, placed),
        aliases=read_aliases(source),
    )
    centre = shapely.get_coordinates(shapely.centroid(shapes.polygons))
    height = relief_surface(source.relief).ev(centre[:, 1], centre[:, 0])
    return City(register, cells, source.units["class"].to_numpy(dtype=object), height)


def _points(frame: pd.DataFrame, points: NDArray[np.float64]) -> gpd.GeoDataFrame:
    geometry = shapely.points(points)
    return gpd.GeoDataFrame(frame.assign(modelled=True), geometry=geometry, crs=CRS)


def _merged(units: gpd.GeoDataFrame, codes: pd.Series, wanted: pd.Series) -> NDArray[np.object_]:
    """Merge units by code, in the order of the wanted codes."""
    place = pd.Index(wanted).get_indexer(codes)
    shapes = units.geometry.to_numpy()
    return np.array(
        [shapely.coverage_union_all(shapes[place == index]) for index in range(len(wanted))],
        dtype=object,
    )


def _townships(source: Source, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = source.townships[["code", "name", "county_code"]].assign(
        area_code=reporting_area(source, source.townships["code"]), modelled=True
    )
    shapes = _merged(units, units["township_code"], frame["code"])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def _counties(source: Source, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Real outlines as their units draw them; the carved zone's outline is modelled."""
    carved = source.model["carved"]["code"]
    frame = (
        source.areas.loc[source.areas["code_prefix"].str.len() == len(carved)]
        .rename(columns={"area_code": "code"})[["code", "name"]]
        .sort_values("code", ignore_index=True)
    )
    frame = frame.assign(modelled=frame["code"] == carved)
    shapes = _merged(units, units["county_code"], frame["code"])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS)


def _areas(source: Source, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    city = source.model["register"]
    areas = source.areas.rename(columns={"area_code": "code"})[["code", "name"]].assign(
        level="area", parent_code=city["code"]
    )
    shapes = _merged(units, units["area_code"], areas["code"])
    whole = pd.DataFrame(
        {"code": [city["code"]], "name": [city["name"]], "level": "city", "parent_code": ""}
    )
    geometry = np.append([shapely.coverage_union_all(shapes)], shapes)
    frame = pd.concat([whole, areas], ignore_index=True)
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=CRS)
