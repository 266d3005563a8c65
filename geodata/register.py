"""The register of a city: areas, townships, units, settlements and places, with their geometry."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd


@dataclass(frozen=True)
class Register:
    """Reference frames of one city at one date; all geometry EPSG:4490.

    areas: code, name, level ("city" or "area"), parent_code, geometry. The city is one row. An
        area is a reporting area (a county, or a zone that is scored by itself).
    counties: code (6 digits), name, geometry, modelled. Real outlines; what CRS evidence rests on.
    townships: code (9), name, county_code, area_code, geometry, modelled.
    units: code (12), name, kind ("village", "community", "other"), township_code, county_code,
        area_code, households, people, area_km2, urban, geometry, modelled.
    settlements: settlement_id, name, unit_code, households, people, geometry (point), modelled.
    places: place_id, name, kind ("office", "school", "clinic", "public"), unit_code, geometry
        (point), modelled. Every unit has exactly one office.
    aliases: level ("county", "township", "unit", "settlement"), code (of a settlement its id),
        alias. Other names and former codes.
    """

    version: str
    areas: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    townships: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    aliases: pd.DataFrame

    @property
    def city_code(self) -> str:
        """Return the city's code."""
        return str(self.areas.loc[self.areas["level"] == "city", "code"].iloc[0])


def empty_register() -> Register:
    """Return the register of nowhere: for files of a place that no register describes."""
    columns = {
        "areas": ["code", "name", "level", "parent_code"],
        "counties": ["code", "name", "modelled"],
        "townships": ["code", "name", "county_code", "area_code", "modelled"],
        "units": [
            *("code", "name", "kind", "township_code", "county_code", "area_code"),
            *("households", "people", "area_km2", "urban", "modelled"),
        ],
        "settlements": ["settlement_id", "name", "unit_code", "households", "people", "modelled"],
        "places": ["place_id", "name", "kind", "unit_code"],
    }
    numbers = {"households": "int64", "people": "int64", "area_km2": "float64"}
    flags = dict.fromkeys(("modelled", "urban"), "bool")
    frames = {
        table: gpd.GeoDataFrame(
            {name: pd.Series(dtype=({**numbers, **flags}).get(name, "str")) for name in names},
            geometry=gpd.GeoSeries([], crs="EPSG:4490"),
        )
        for table, names in columns.items()
    }
    aliases = pd.DataFrame({name: pd.Series(dtype="str") for name in ("level", "code", "alias")})
    return Register(version="", aliases=aliases, **frames)


REGISTER_TABLES = ("areas", "counties", "townships", "units", "settlements", "places")


def read_register(folder: Path) -> Register:
    """Read a register from a folder of GeoParquet tables, ``aliases.parquet`` and ``version``."""
    tables = {name: gpd.read_parquet(folder / f"{name}.parquet") for name in REGISTER_TABLES}
    return Register(
        version=(folder / "version").read_text(encoding="utf-8").strip(),
        aliases=pd.read_parquet(folder / "aliases.parquet"),
        **tables,
    )


def write_register(register: Register, folder: Path) -> None:
    """Write a register as a folder of GeoParquet tables that ``read_register`` reads back."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in REGISTER_TABLES:
        getattr(register, name).to_parquet(folder / f"{name}.parquet")
    register.aliases.to_parquet(folder / "aliases.parquet")
    (folder / "version").write_text(register.version, encoding="utf-8")
