"""A made-up city of two areas, four townships and sixteen units, with gaps of every kind."""

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from export_names import FORMULA, NASTY, RARE

from coverage_map.export import SheetInfo
from coverage_map.verdicts import FIGURE, GAP
from geodata.register import Register

WEST, SOUTH, SIDE = 113.8, 34.0, 0.02


def _units() -> gpd.GeoDataFrame:
    rows = []
    for index in range(16):
        column, line = index % 4, index // 4
        area = "411002" if column < 2 else "411081"
        town = f"{area}{100 + line // 2:03d}"
        west, south = WEST + column * SIDE, SOUTH + line * SIDE
        rows.append(
            {
                "code": f"{town}{200 + index:03d}",
                "name": {0: NASTY, 1: FORMULA, 2: RARE}.get(index, f"第{index}村"),
                "kind": "community" if index == 15 else "village",
                "township_code": town,
                "county_code": area,
                "area_code": area,
                "households": 100 + index,
                "people": 400 + index,
                "area_km2": 4.0,
                "urban": False,
                "modelled": True,
                "geometry": shapely.box(west, south, west + SIDE, south + SIDE),
            }
        )
    return gpd.GeoDataFrame(rows, crs="EPSG:4490")


@pytest.fixture(scope="session")
def register() -> Register:
    units = _units()
    towns = units.dissolve("township_code").reset_index()
    towns = gpd.GeoDataFrame(
        {
            "code": towns["township_code"],
            "name": [f"镇{code[-3:]}" for code in towns["township_code"]],
            "county_code": towns["county_code"],
            "area_code": towns["area_code"],
            "geometry": towns.geometry,
            "modelled": True,
        },
        crs="EPSG:4490",
    )
    counties = units.dissolve("area_code").reset_index()
    areas = gpd.GeoDataFrame(
        {
            "code": ["411000", *counties["area_code"]],
            "name": ["许昌市", "魏都区", "禹州市"],
            "level": ["city", "area", "area"],
            "parent_code": ["", "411000", "411000"],
        },
        geometry=[units.union_all(), *counties.geometry],
        crs="EPSG:4490",
    )
    nothing = gpd.GeoDataFrame({"geometry": []}, crs="EPSG:4490")
    return Register(
        version="made-up",
        areas=areas,
        counties=areas.loc[areas["level"] == "area", ["code", "name", "geometry"]],
        townships=towns,
        units=units,
        settlements=nothing,
        places=nothing,
        aliases=pd.DataFrame(),
    )


def _gap(register: Register, unit: pd.Series, **more: object) -> dict[str, object]:
    town = register.townships.set_index("code").loc[unit["township_code"]]
    area = register.areas.set_index("code").loc[unit["area_code"]]
    centre = unit["geometry"].centroid
    row: dict[str, object] = {
        "subject_kind": "unit",
        "subject_code": unit["code"],
        "subject_name": unit["name"],
        "unit_code": unit["code"],
        "unit_name": unit["name"],
        "unit_kind": unit["kind"],
        "township_code": unit["township_code"],
        "township_name": town["name"],
        "area_code": unit["area_code"],
        "area_name": area["name"],
        "indicator": "village_fibre",
        "test": "reach",
        "operator": "any",
        "households": unit["households"],
        "people": unit["people"],
        "reason": "made_up_reason",
        "reason_params": json.dumps({"n": 3}),
        "grade": "claimed",
        "node_id": "n1",
        "node_name": "@分纤箱",
        "node_owner": "telecom",
        "node_distance_m": 1234,
        "tower_id": "",
        "tower_name": "",
        "tower_owner": "",
        "tower_distance_m": pd.NA,
        "lon": centre.x,
        "lat": centre.y,
        "modelled": True,
        "quarter": "2015Q2",
        "geometry": unit["geometry"],
        **more,
    }
    keys = ("indicator", "test", "operator", "subject_code")
    return {"gap_id": "/".join(str(row[key]) for key in keys), **row}


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4490")
    return frame.astype(GAP)


@pytest.fixture(scope="session")
def unit_gaps(register: Register) -> gpd.GeoDataFrame:
    """Gaps of units 0 to 4: polygons only; the names of the first three are nasty."""
    return _frame([_gap(register, register.units.iloc[index]) for index in range(5)])


@pytest.fixture(scope="session")
def gaps(register: Register, unit_gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Gaps of units and of two settlements, one in a unit that lacks fibre and one elsewhere."""
    points = []
    for number, index in enumerate((4, 9)):
        unit = register.units.iloc[index]
        point = shapely.Point(
            unit["geometry"].centroid.x + 0.002, unit["geometry"].centroid.y - 0.001
        )
        points.append(
            _gap(
                register,
                unit,
                subject_kind="settlement",
                subject_code=f"s{number}",
                subject_name=f"小庄{number}",
                indicator="settlement_broadband",
                test="reported",
                people=30,
                households=10,
                lon=point.x,
                lat=point.y,
                geometry=point,
            )
        )
    both = pd.concat([unit_gaps, _frame(points)], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs="EPSG:4490")


@pytest.fixture(scope="session")
def figures(register: Register) -> pd.DataFrame:
    """Village fibre: units 0-4 gap, 5-7 unknown, 15 not asked, the others covered."""
    states = ["gap"] * 5 + ["unknown"] * 3 + ["covered"] * 7
    rows = [
        {"level": "unit", "code": code, "state": state}
        for code, state in zip(register.units["code"], states, strict=False)
    ]
    rows.append({"level": "city", "code": "411000", "state": "gap"})
    frame = pd.DataFrame(rows)
    filled = {name: 0 for name, kind in FIGURE.items() if kind == "int64"}
    frame = frame.assign(
        indicator="village_fibre",
        test="reach",
        operator="any",
        condition="",
        target=np.where(frame["level"] == "city", 100.0, np.nan),
        rule_hash="r",
        quarter="2015Q2",
        **filled,
    )
    city = frame["level"] == "city"
    frame.loc[city, ["numerator", "denominator", "unknown"]] = [7, 15, 3]
    frame.loc[city, ["units_covered", "units_gap", "units_unknown"]] = [7, 5, 3]
    return frame[list(FIGURE)].astype(FIGURE)


@pytest.fixture(scope="session")
def sheet() -> SheetInfo:
    return SheetInfo(
        title="许昌市行政村光纤缺口图",
        area_code="411000",
        area_name="许昌市",
        indicator="",
        operator="",
        quarter="2015Q2",
        language="zh_CN",
        source="各运营商2015年二季度报送",
        made_by="市信息化办公室",
        date="2015-07-10",
        modelled=True,
    )


@pytest.fixture(scope="session")
def public(sheet: SheetInfo) -> SheetInfo:
    return dataclasses.replace(sheet, classification="公开")
