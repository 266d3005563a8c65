"""Everything a format has to lay out, decided and worded once, so that all formats say the same."""

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from coverage_map.export.columns import (
    COLUMNS,
    blank_residents,
    indicator_name,
    operator_name,
    word_gaps,
)
from coverage_map.export.sheet_info import CLASSIFICATIONS, SheetInfo, classification_word
from coverage_map.text import Text
from coverage_map.verdicts import GAP, STATES
from geodata.errors import ExportError
from geodata.register import Register


@dataclass(frozen=True)
class Content:
    """What a writer gets; all geometry EPSG:4490.

    gaps: the columns of ``columns.COLUMNS`` that the class allows, and geometry. units: the area's
    units with code, name, kind, township_name, state ("" where the indicator asks nothing) and
    geometry. townships, areas: code, name, geometry. figures: rows above the level of units, with
    name, indicator_name and operator_name. encoding: of Shapefile and CSV.
    """

    gaps: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    townships: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    figures: pd.DataFrame
    sheet: SheetInfo
    text: Text
    encoding: str


def _area_units(register: Register, code: str) -> gpd.GeoDataFrame:
    """Return the units of a city, reporting area, township or of one unit itself."""
    units = register.units
    if code == register.city_code:
        return units
    for column in ("area_code", "township_code", "code"):
        inside = units.loc[units[column] == code]
        if len(inside):
            return inside
    raise ExportError("export_area_unknown", area=code)


def _in_area(
    gaps: pd.DataFrame, units: pd.DataFrame, register: Register, sheet: SheetInfo
) -> pd.Series:
    """Say which gaps lie in the area; those of whole areas belong to no unit."""
    whole = gaps["unit_code"] == ""
    if sheet.area_code != register.city_code:
        whole &= gaps["area_code"] == sheet.area_code
    return gaps["unit_code"].isin(units["code"]) | whole


def unit_states(units: pd.DataFrame, figures: pd.DataFrame, gaps: pd.DataFrame) -> pd.Series:
    """Return each unit's state: gap where the list names it, else what its figures say.

    Where several indicators or operators are asked about at once a gap outweighs unknown and
    unknown outweighs covered. "" where there is neither figure nor gap.
    """
    rows = figures.loc[figures["level"] == "unit", ["code", "state"]]
    states = pd.Series("", index=units.index, dtype="str")
    for state in ("covered", "unknown", "gap"):
        states = states.mask(units["code"].isin(rows.loc[rows["state"] == state, "code"]), state)
    return states.mask(units["code"].isin(gaps["unit_code"]), "gap")


def _coarsen(gaps: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make gaps fit for the public: the unit's polygon instead of a place, nothing of assets."""
    geometry = units.set_index("code").geometry.reindex(gaps["unit_code"])
    polygons = gpd.GeoSeries(geometry.to_numpy(), gaps.index, crs=gaps.crs)
    coarse = gaps.drop(columns=[column.name for column in COLUMNS if column.asset])
    return coarse.set_geometry(polygons.where(gaps["unit_code"] != "", gaps.geometry))


def _without_residents(figures: pd.DataFrame) -> pd.DataFrame:
    """Blank households and people of the indicators under whose subjects nobody lives."""
    columns = [f"{who}_{state}" for who in ("households", "people") for state in STATES]
    total = figures[columns].sum(axis=1).groupby(figures["indicator"]).transform("sum")
    return figures.assign(
        **{name: figures[name].astype("Int64").mask(total == 0) for name in columns}
    )


def _summary(
    figures: pd.DataFrame, units: pd.DataFrame, register: Register, text: Text
) -> pd.DataFrame:
    """Return the figures of the city, areas and townships at hand, named.

    Households and people are <NA> of indicators that count none of them: those of places.
    """
    figures = _without_residents(figures)
    names = {
        **dict(zip(register.townships["code"], register.townships["name"], strict=True)),
        **dict(zip(register.areas["code"], register.areas["name"], strict=True)),
    }
    codes = {register.city_code, *units["area_code"], *units["township_code"]}
    rows = figures.loc[(figures["level"] != "unit") & figures["code"].isin(codes)]
    return rows.assign(
        name=rows["code"].map(names).fillna(rows["code"]),
        indicator_name=[indicator_name(code, text) for code in rows["indicator"]],
        operator_name=[operator_name(code, text) for code in rows["operator"]],
    ).reset_index(drop=True)


def prepare(
    gaps: gpd.GeoDataFrame,
    figures: pd.DataFrame,
    register: Register,
    sheet: SheetInfo,
    encoding: str,
) -> Content:
    """Cut everything to the sheet's area and class and put it into words.

    Raises ExportError where the register does not know the area, or the class is none.
    """
    if sheet.classification not in CLASSIFICATIONS:
        raise ExportError("export_class", classification=str(sheet.classification))
    text = Text(sheet.language)
    units = _area_units(register, sheet.area_code)
    kept = gaps.loc[_in_area(gaps, units, register, sheet), [*GAP, "geometry"]]
    kept = kept.reset_index(drop=True)
    worded = gpd.GeoDataFrame(blank_residents(word_gaps(kept, text))).assign(
        source=sheet.source, classification=classification_word(sheet)
    )
    if sheet.classification == "公开":
        worded = _coarsen(worded, units)
    names = [column.name for column in COLUMNS if column.name in worded.columns]
    chosen = figures
    if sheet.indicator:
        chosen = figures.loc[figures["indicator"] == sheet.indicator]
    townships = register.townships
    areas = register.areas.loc[register.areas["level"] == "area"]
    towns = townships.set_index("code")["name"]
    return Content(
        gaps=worded[[*names, "geometry"]],
        units=units[["code", "name", "kind", "geometry"]].assign(
            township_name=units["township_code"].map(towns).fillna(""),
            state=unit_states(units, chosen, kept),
        ),
        townships=townships.loc[
            townships["code"].isin(units["township_code"]), ["code", "name", "geometry"]
        ],
        areas=areas.loc[areas["code"].isin(units["area_code"]), ["code", "name", "geometry"]],
        figures=_summary(chosen, units, register, text),
        sheet=sheet,
        text=text,
        encoding=encoding,
    )
