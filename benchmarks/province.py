"""A register of a province's size: the sample city laid out many times beside itself."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage_map import pipeline
from coverage_map.pipeline.evaluate import CITY, evaluate
from coverage_map.pipeline.layers import make_layers
from coverage_map.pipeline.workspace import create_workspace, load_register, save_register
from geodata.register import REGISTER_TABLES, Register

COLUMNS, ROWS = 5, 5
SAMPLE_CITY, FIRST_CITY = "4110", 20  # the first keeps its codes, the others are cities 4121…
CODES = ("code", "parent_code", "township_code", "county_code", "area_code", "unit_code")
KEYS = ("settlement_id", "place_id")


def _moved(
    frame: gpd.GeoDataFrame, prefix: str, number: int, by: tuple[float, float]
) -> gpd.GeoDataFrame:
    moved = frame.copy()
    for column in set(CODES) & set(frame.columns):
        moved[column] = frame[column].str.replace(rf"^{SAMPLE_CITY}", prefix, regex=True)
    for column in set(KEYS) & set(frame.columns):
        moved[column] = frame[column] + f"-{number}"
    moved["geometry"] = frame.geometry.translate(*by)
    return moved


def make_province(city: Register, units: int) -> Register:
    """Lay copies of a city beside each other until there are at least so many units."""
    copies = -(-units // len(city.units))
    west, south, east, north = city.units.total_bounds
    step_x, step_y = (east - west) * 0.82, (north - south) * 1.02
    tables: dict[str, list[gpd.GeoDataFrame]] = {name: [] for name in REGISTER_TABLES}
    for number in range(copies):
        by = ((number % COLUMNS - 2) * step_x, (number // COLUMNS - 2) * step_y)
        for name, parts in tables.items():
            frame = getattr(city, name)
            if name == "areas":
                frame = frame[frame["level"] == "area"]
            prefix = f"41{FIRST_CITY + number}" if number else SAMPLE_CITY
            parts.append(_moved(frame, prefix, number, by))
    whole = {
        name: gpd.GeoDataFrame(pd.concat(parts, ignore_index=True))
        for name, parts in tables.items()
    }
    top = city.areas[city.areas["level"] == "city"].assign(name="样例省")
    areas = whole["areas"].assign(parent_code=city.city_code)
    whole["areas"] = gpd.GeoDataFrame(pd.concat([top, areas], ignore_index=True), crs=areas.crs)
    return Register(version="province", aliases=city.aliases.iloc[:0], **whole)


def build_province(
    sample: pipeline.Workspace, folder: Path, units: int, write_sites: Callable[..., None]
) -> pipeline.Workspace:
    """Make a workspace of so many units with one operator's sites, ready to be looked at."""
    register = make_province(load_register(sample), units)
    workspace = create_workspace(folder, demo=True, quarter=sample.settings.quarter)
    save_register(workspace, register)
    make_layers(workspace)
    sites = folder.parent / "sites.xlsx"
    write_sites(workspace, sites)
    actor = pipeline.local_actor(workspace)
    content = sites.read_bytes()
    answers = pipeline.Answers({"*": pipeline.TableAnswer(crs="EPSG:4490")})
    check = pipeline.check_upload(workspace, actor, "cmcc", sites.name, content, answers)
    from coverage_map.pipeline.submissions import store_upload

    store_upload(workspace, actor, check, partial=True)
    evaluate(workspace, CITY)
    return workspace
