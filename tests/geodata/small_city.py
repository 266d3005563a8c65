"""A made-up city: two real-looking counties side by side, four townships, sixteen units.

Each county is a square of 0.2 degrees (its outline counts as real); townships are its western and
eastern half, units a quarter of those, from south to north.
"""

import geopandas as gpd
import pandas as pd
from shapely import box
from shapely.geometry import Point

from geodata.register import Register

CRS = "EPSG:4490"
SIDE = 0.2
WEST, SOUTH = 113.6, 34.0
COUNTIES = {"419901": "东山县", "419902": "西河市"}
TOWNSHIPS = {
    "419901100": "赵镇",
    "419901200": "钱庄乡",
    "419902001": "孙桥街道",
    "419902100": "赵镇",
}
# South to north. 王庄 stands in three townships; in one of them twice, as village and community.
UNITS = {
    "419901100": ["王庄社区居委会", "王庄村委会", "颍河村村委会", "大李庄村民委员会"],
    "419901200": ["王庄村委会", "孙村村委会", "周庄村委会", "吴楼村社区居民委员会"],
    "419902001": ["东街社区居委会", "西街社区居委会", "北关社区居委会", "郑岗村委会"],
    "419902100": ["王庄村委会", "冯桥村委会", "陈寨村委会", "楚营村委会"],
}
KINDS = {"社区居委会": "community", "居民委员会": "community"}


def _kind(name: str) -> str:
    return next((kind for end, kind in KINDS.items() if name.endswith(end)), "village")


def unit_box(code: str):
    """Return a unit's polygon by its code."""
    township, number = code[:9], int(code[9:]) % 100 - 1
    county, half = list(COUNTIES).index(code[:6]), 0
    mine = [name for name in TOWNSHIPS if name[:6] == code[:6]]
    half = mine.index(township)
    west = WEST + county * SIDE + half * SIDE / 2
    south = SOUTH + number * SIDE / 4
    return box(west, south, west + SIDE / 2, south + SIDE / 4)


def unit_codes() -> dict[str, str]:
    """Return unit codes by township and name."""
    codes = {}
    for township, names in UNITS.items():
        for number, name in enumerate(names, start=1):
            digit = "0" if _kind(name) == "community" else "2"
            codes[f"{township}{digit}{number:02d}"] = name
    return codes


def build_small_city() -> Register:
    names = unit_codes()
    units = gpd.GeoDataFrame(
        {
            "code": list(names),
            "name": list(names.values()),
            "kind": [_kind(name) for name in names.values()],
            "township_code": [code[:9] for code in names],
            "county_code": [code[:6] for code in names],
            "area_code": [code[:6] for code in names],
            "households": 300,
            "people": 1000,
            "area_km2": 25.0,
            "urban": [code[9] == "0" for code in names],
            "modelled": True,
        },
        geometry=[unit_box(code) for code in names],
        crs=CRS,
    )
    townships = units.dissolve("township_code").reset_index()
    townships = gpd.GeoDataFrame(
        {
            "code": townships["township_code"],
            "name": townships["township_code"].map(TOWNSHIPS),
            "county_code": townships["county_code"],
            "area_code": townships["area_code"],
            "modelled": True,
        },
        geometry=townships.geometry,
        crs=CRS,
    )
    outlines = [
        box(WEST + i * SIDE, SOUTH, WEST + (i + 1) * SIDE, SOUTH + SIDE)
        for i in range(len(COUNTIES))
    ]
    counties = gpd.GeoDataFrame(
        {"code": list(COUNTIES), "name": list(COUNTIES.values()), "modelled": False},
        geometry=outlines,
        crs=CRS,
    )
    areas = gpd.GeoDataFrame(
        {
            "code": ["419900", *COUNTIES],
            "name": ["中原市", *COUNTIES.values()],
            "level": ["city", "area", "area"],
            "parent_code": ["", "419900", "419900"],
        },
        geometry=[box(WEST, SOUTH, WEST + 2 * SIDE, SOUTH + SIDE), *outlines],
        crs=CRS,
    )
    return Register(
        version="made-up",
        areas=areas,
        counties=counties,
        townships=townships,
        units=units,
        settlements=_settlements(),
        places=_places(names),
        aliases=pd.DataFrame(
            [
                ("county", "419901", "419921"),
                ("county", "419901", "旧东县"),
                ("township", "419902001", "孙桥镇"),
                ("unit", "419901200203", "419921200203"),
                ("unit", "419902100204", "楚家营"),
            ],
            columns=["level", "code", "alias"],
        ),
    )


def _settlements() -> gpd.GeoDataFrame:
    rows = [
        ("S1", "前王", "419901100202"),
        ("S2", "后王", "419901100202"),
        ("S3", "前王", "419901200201"),
        ("S4", "柳林", "419902100202"),
        ("S5", "柳林", "419902100203"),
    ]
    return gpd.GeoDataFrame(
        {
            "settlement_id": [row[0] for row in rows],
            "name": [row[1] for row in rows],
            "unit_code": [row[2] for row in rows],
            "households": 40,
            "people": 150,
            "modelled": True,
        },
        geometry=[unit_box(row[2]).centroid for row in rows],
        crs=CRS,
    )


def _places(names: dict[str, str]) -> gpd.GeoDataFrame:
    rows = [(f"O{code}", f"{name}办公室", "office", code) for code, name in names.items()]
    rows += [
        ("P1", "人民广场", "public", "419902001001"),
        ("P2", "人民广场", "public", "419901100001"),
        ("P3", "汽车站", "public", "419902001002"),
    ]
    centres = [unit_box(row[3]).centroid for row in rows]
    return gpd.GeoDataFrame(
        {
            "place_id": [row[0] for row in rows],
            "name": [row[1] for row in rows],
            "kind": [row[2] for row in rows],
            "unit_code": [row[3] for row in rows],
            "modelled": True,
        },
        geometry=[Point(point.x, point.y) for point in centres],
        crs=CRS,
    )
