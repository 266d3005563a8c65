"""Where the gaps are: how many people, on what evidence, and what stands near."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.indicators.subjects import find_subjects
from coverage_map.rules import RulePack
from coverage_map.standing import read_assets
from coverage_map.verdicts import GAP, empty, shape
from geodata.crs import nearest
from geodata.register import Register

# The better comes first; a verdict's grade is the best of its evidence.
GRADES = ("inspected", "measured", "predicted", "claimed")
_KEYS = ["subject_kind", "subject_code", "indicator", "test", "operator"]
_NEAR = {"node": ("fibre_node",), "tower": ("tower", "pole")}


def _headline_gaps(verdicts: pd.DataFrame, rules: RulePack) -> pd.DataFrame:
    headline = verdicts["indicator"].map(
        {name: indicator.headline for name, indicator in rules.indicators.items()}
    )
    rows = (verdicts["state"] == "gap") & (verdicts["test"] == headline)
    return verdicts[rows].reset_index(drop=True)


def _grades(gaps: pd.DataFrame, evidence: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the best grade of each gap's evidence, "" where absence is the evidence."""
    found = np.full(len(gaps), "", dtype=object)
    keys = pd.MultiIndex.from_frame(gaps[_KEYS])
    for grade in reversed(GRADES):
        cited = evidence.loc[evidence["grade"] == grade, _KEYS].drop_duplicates()
        if len(cited):
            found[keys.isin(pd.MultiIndex.from_frame(cited))] = grade
    return found


def _subjects(register: Register, rules: RulePack) -> gpd.GeoDataFrame:
    """Return all subjects once: kind, code, name, households, people, point, geometry."""
    tables = {
        "unit": (register.units, "code"),
        "settlement": (register.settlements, "settlement_id"),
        "place": (register.places, "place_id"),
        "area": (register.areas, "code"),
    }
    parts = []
    for indicator in rules.indicators.values():
        subjects = find_subjects(register, indicator)
        table, key = tables[subjects.kind]
        rows = pd.Index(table[key].to_numpy(dtype=object)).get_indexer(pd.Index(subjects.code))
        chosen = table.iloc[rows]
        modelled = chosen["modelled"].to_numpy(dtype=bool) if "modelled" in chosen else False
        parts.append(
            gpd.GeoDataFrame(
                {
                    "subject_kind": subjects.kind,
                    "subject_code": subjects.code,
                    "subject_name": chosen["name"].to_numpy(dtype=object),
                    "households": subjects.households,
                    "people": subjects.people,
                    "lon": subjects.lonlat[:, 0],
                    "lat": subjects.lonlat[:, 1],
                    "modelled": modelled,
                },
                geometry=chosen.geometry.to_numpy(),
                crs=register.units.crs,
            )
        )
    table = pd.concat(parts, ignore_index=True)
    table = table.drop_duplicates(["subject_kind", "subject_code"]).reset_index(drop=True)
    areas = (table["subject_kind"] == "area").to_numpy(dtype=bool)
    if areas.any():
        inside = table.geometry[areas].representative_point()
        table.loc[areas, "lon"], table.loc[areas, "lat"] = inside.x, inside.y
    return table


def _near(
    gaps: pd.DataFrame, records: Mapping[str, gpd.GeoDataFrame], quarter: str
) -> pd.DataFrame:
    """Return, for every gap, the nearest fibre node and the nearest standing tower or pole."""
    points, of_gap = np.unique(gaps[["lon", "lat"]].to_numpy(float), axis=0, return_inverse=True)
    of_gap = of_gap.ravel()
    assets = read_assets(records, quarter)
    columns: dict[str, pd.Series] = {}
    for prefix, classes in _NEAR.items():
        standing = assets[assets["asset_class"].isin(classes)].sort_values("record_id")
        standing = standing.drop_duplicates(["lon", "lat"])
        index, metres = nearest(points, standing[["lon", "lat"]].to_numpy(float))
        index, metres = index[of_gap], metres[of_gap]
        found = index >= 0
        for column, source in (("id", "record_id"), ("name", "name"), ("owner", "owner")):
            values = np.full(len(gaps), "", dtype=object)
            values[found] = standing[source].to_numpy(dtype=object)[index[found]]
            columns[f"{prefix}_{column}"] = pd.Series(values)
        distance = pd.Series(metres, dtype="Int64")
        columns[f"{prefix}_distance_m"] = distance.mask(~pd.Series(found))
    return pd.DataFrame(columns)


def _where(gaps: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return unit, township and area of every gap, by code and name."""
    units = register.units.set_index("code")
    unit = units.reindex(gaps["unit_code"].to_numpy())
    own = (gaps["subject_kind"] == "area").to_numpy(dtype=bool)
    area = np.where(own, gaps["subject_code"], unit["area_code"].fillna("").to_numpy())
    township = unit["township_code"].fillna("")
    names = {
        "township": register.townships.set_index("code")["name"],
        "area": register.areas.set_index("code")["name"],
    }
    return pd.DataFrame(
        {
            "unit_name": unit["name"].fillna("").to_numpy(dtype=object),
            "unit_kind": unit["kind"].fillna("").to_numpy(dtype=object),
            "township_code": township.to_numpy(dtype=object),
            "township_name": names["township"].reindex(township).fillna("").to_numpy(dtype=object),
            "area_code": area,
            "area_name": names["area"].reindex(area).fillna("").to_numpy(dtype=object),
        }
    )


def find_gaps(
    verdicts: pd.DataFrame,
    evidence: pd.DataFrame,
    register: Register,
    records: Mapping[str, gpd.GeoDataFrame],
    rules: RulePack,
    *,
    quarter: str,
) -> gpd.GeoDataFrame:
    """List the gaps of the headline tests, with what is near; a frame of ``GAP``, EPSG:4490.

    Nearest is over the records given: hand in only what the asker may see. Distances are
    geodesic, whole metres, from the subject's point (an area's: some point inside). Households
    and people are 0 for places, which have none; people read a blank (``export.columns``).
    """
    gaps = _headline_gaps(verdicts, rules)
    if gaps.empty:
        return gpd.GeoDataFrame(empty(GAP), geometry=[], crs=register.units.crs)
    subjects = _subjects(register, rules)
    known = pd.MultiIndex.from_frame(subjects[["subject_kind", "subject_code"]])
    rows = known.get_indexer(pd.MultiIndex.from_frame(gaps[["subject_kind", "subject_code"]]))
    about = subjects.iloc[rows].reset_index(drop=True)
    gaps = gaps.assign(
        gap_id=gaps["indicator"]
        + "/"
        + gaps["test"]
        + "/"
        + gaps["operator"]
        + "/"
        + gaps["subject_code"],
        grade=_grades(gaps, evidence),
        **{
            name: about[name]
            for name in ("subject_name", "households", "people", "lon", "lat", "modelled")
        },
    )
    gaps = pd.concat([gaps, _where(gaps, register), _near(gaps, records, quarter)], axis=1)
    gaps["quarter"] = quarter
    return gpd.GeoDataFrame(
        shape(gaps, GAP), geometry=about.geometry.to_numpy(), crs=register.units.crs
    )
