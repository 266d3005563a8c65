"""The committed inputs of the sample: the register, outlines, relief, census and model settings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

SOURCE = Path(__file__).parent / "source"

# The tenth digit of a register code says what the unit is (statistics bureau's coding rules).
_KIND_BY_DIGIT = {"0": "community", "2": "village", "4": "other"}


@dataclass(frozen=True)
class Source:
    """Everything the model starts from.

    units: code, name, kind, township_code, county_code, class; townships: code, name, county_code,
    lon, lat, class; counties: code, name, geometry (EPSG:4490, a valid coverage, before carving);
    relief: lon, lat, height_m; census: code, name, population; areas: the reporting areas.
    """

    units: pd.DataFrame
    townships: pd.DataFrame
    counties: gpd.GeoDataFrame
    relief: pd.DataFrame
    census: pd.DataFrame
    areas: pd.DataFrame
    model: Mapping[str, Any]


def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(SOURCE / name, dtype=str, keep_default_na=False)


@cache
def read_model() -> Mapping[str, Any]:
    """Read the settings of the model."""
    return tomllib.loads((SOURCE / "model.toml").read_text(encoding="utf-8"))


@cache
def read_names() -> Mapping[str, Any]:
    """Read the words that made-up names are put together from."""
    return tomllib.loads((SOURCE / "names.toml").read_text(encoding="utf-8"))


def read_source() -> Source:
    """Read every committed input, with codes split into what they say."""
    layout = _table("township_layout.csv")
    townships = _table("townships.csv").merge(layout.drop(columns="name"), on="code")
    townships = townships.assign(
        county_code=townships["code"].str[:6],
        lon=townships["lon"].astype(float),
        lat=townships["lat"].astype(float),
    )
    units = _table("units.csv")
    units = units.assign(
        kind=units["code"].str[9].map(_KIND_BY_DIGIT),
        township_code=units["code"].str[:9],
        county_code=units["code"].str[:6],
    )
    units["class"] = units["township_code"].map(townships.set_index("code")["class"])
    census = _table("census.csv")
    counties = gpd.read_file(SOURCE / "counties.geojson")
    return Source(
        units=units.sort_values("code", ignore_index=True),
        townships=townships.sort_values("code", ignore_index=True),
        counties=counties.sort_values("code", ignore_index=True),
        relief=_table("relief.csv").astype(np.float64),
        census=census.assign(population=census["population"].astype(np.int64)),
        areas=_table("reporting_areas.csv"),
        model=read_model(),
    )


def weights(table: Mapping[str, Mapping[str, float]], units: pd.DataFrame) -> np.ndarray:
    """Return a model weight for each unit, by the class of its township and its own kind."""
    pairs = zip(units["class"], units["kind"], strict=True)
    return np.array([table[cls][kind] for cls, kind in pairs], dtype=np.float64)


def reporting_area(source: Source, codes: pd.Series) -> pd.Series:
    """Return the reporting area of units or townships: the longest prefix in the table wins."""
    result = pd.Series("", index=codes.index)
    areas = source.areas.assign(length=source.areas["code_prefix"].str.len())
    areas = areas.sort_values("length")
    for prefix, area in zip(areas["code_prefix"], areas["area_code"], strict=True):
        result[codes.str.startswith(str(prefix))] = str(area)
    return result


def read_aliases(source: Source) -> pd.DataFrame:
    """Return other names and former codes (level, code, alias), also those by rule.

    A former county code also stands in front of its townships' and units' codes; a township is
    also known by its name without 镇, 乡 and the like.
    """
    fixed = _table("aliases.csv")[["level", "code", "alias"]]
    former = fixed[(fixed["level"] == "county") & fixed["alias"].str.fullmatch(r"\d{6}")]
    rows = [fixed]
    for county, alias in zip(former["code"], former["alias"], strict=True):
        for level, table in (("township", source.townships), ("unit", source.units)):
            codes = table.loc[table["county_code"] == county, "code"]
            rows.append(
                pd.DataFrame({"level": level, "code": codes, "alias": str(alias) + codes.str[6:]})
            )
    endings = "|".join(source.model["register"]["township_endings"])
    short = source.townships["name"].str.replace(f"(?:{endings})$", "", regex=True)
    plain = pd.DataFrame({"level": "township", "code": source.townships["code"], "alias": short})
    rows.append(plain[short.str.len() > 1])
    aliases = pd.concat(rows, ignore_index=True)
    return aliases.drop_duplicates(ignore_index=True)
