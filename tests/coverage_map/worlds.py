"""Made-up worlds: registers on a grid and records around them, small or as large as a province."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box

from geodata.records import PROVENANCE, read_kinds
from geodata.register import Register

# About one metre in degrees at latitude 34; rough, for laying things out only.
M = 1.0 / 100_000
WEST, SOUTH = 113.5, 34.0
OWNERS = ("cmcc", "unicom", "telecom", "cbn")


def at(east_m: float, north_m: float) -> Point:
    """Place a point so many rough metres from the corner of the made-up city."""
    return Point(WEST + east_m * M, SOUTH + north_m * M)


def frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(list(rows), columns=list(columns))
    for name in columns:
        if len(table) == 0 and name in {"households", "people"}:
            table[name] = table[name].astype("int64")
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4490")


def record(kind: str, owner: str, geometry: Any = None, **values: Any) -> dict[str, Any]:
    """Make one record of a kind with provenance; a record id is made of kind and source id."""
    blank: dict[str, Any] = dict.fromkeys(read_kinds()[kind].all_fields)
    blank |= dict.fromkeys(PROVENANCE, "")
    blank |= {"row": 1, "match_confidence": 1.0, "owner": owner, "geometry": geometry}
    given = blank | values
    if not given["record_id"]:
        given["record_id"] = f"{kind}-{owner}-{given.get('source_id') or given.get('name') or ''}"
    if given["unit_code"] and not given["county_code"]:
        given["county_code"] = given["unit_code"][:6]
    return given


def records(**kinds: Sequence[Mapping[str, Any]]) -> dict[str, gpd.GeoDataFrame]:
    """Make frames of records by kind."""
    made = {}
    for kind, rows in kinds.items():
        columns = [*read_kinds()[kind].all_fields, *PROVENANCE, "geometry"]
        made[kind] = gpd.GeoDataFrame(
            pd.DataFrame(list(rows), columns=columns), geometry="geometry", crs="EPSG:4490"
        )
    return made


def register_of(
    units: Sequence[Mapping[str, Any]],
    settlements: Sequence[Mapping[str, Any]] = (),
    places: Sequence[Mapping[str, Any]] = (),
) -> Register:
    """Make a register; a unit gives code, kind, geometry, households, people; an office is added
    at ``office`` or the middle.
    """
    rows, offices = [], []
    for unit in units:
        code = unit["code"]
        rows.append(
            {
                "name": f"村{code[-3:]}",
                "township_code": code[:9],
                "county_code": code[:6],
                "area_code": code[:6],
                "area_km2": 1.0,
                "urban": unit["kind"] == "community",
                "modelled": True,
                "households": 100,
                "people": 300,
                **{name: value for name, value in unit.items() if name != "office"},
            }
        )
        offices.append(
            {
                "place_id": f"office-{code}",
                "name": f"村委会{code}",
                "kind": "office",
                "unit_code": code,
                "geometry": unit.get("office", unit["geometry"].centroid),
                "modelled": True,
            }
        )
    unit_frame = frame(
        rows,
        [
            "code", "name", "kind", "township_code", "county_code", "area_code", "households",
            "people", "area_km2", "urban", "geometry", "modelled",
        ],
    )  # fmt: skip
    counties = sorted(set(unit_frame["county_code"]))
    townships = sorted(set(unit_frame["township_code"]))
    hull = {c: unit_frame[unit_frame["county_code"] == c].union_all() for c in counties}
    areas = [
        {"code": c, "name": f"县{c}", "level": "area", "parent_code": "990000", "geometry": hull[c]}
        for c in counties
    ]
    city = {"code": "990000", "name": "城", "level": "city", "parent_code": ""}
    return Register(
        version="made-up",
        areas=frame(
            [{**city, "geometry": unit_frame.union_all()}, *areas],
            ["code", "name", "level", "parent_code", "geometry"],
        ),
        counties=frame(
            [
                {"code": c, "name": f"县{c}", "geometry": hull[c], "modelled": True}
                for c in counties
            ],
            ["code", "name", "geometry", "modelled"],
        ),
        townships=frame(
            [
                {
                    "code": t, "name": f"镇{t}", "county_code": t[:6], "area_code": t[:6],
                    "geometry": unit_frame[unit_frame["township_code"] == t].union_all(),
                    "modelled": True,
                }
                for t in townships
            ],
            ["code", "name", "county_code", "area_code", "geometry", "modelled"],
        ),
        units=unit_frame,
        settlements=frame(
            [{"households": 50, "people": 150, "modelled": True, **row} for row in settlements],
            ["settlement_id", "name", "unit_code", "households", "people", "geometry", "modelled"],
        ),
        places=frame(
            [*offices, *({"modelled": True, **place} for place in places)],
            ["place_id", "name", "kind", "unit_code", "geometry", "modelled"],
        ),
        aliases=pd.DataFrame({"level": [], "code": [], "alias": []}, dtype="str"),
    )  # fmt: skip


def square(column: int, row: int, side_m: float = 1500) -> Any:
    """Return one cell of the made-up city's grid."""
    low, high = at(column * side_m, row * side_m), at((column + 1) * side_m, (row + 1) * side_m)
    return box(low.x, low.y, high.x, high.y)


def random_register(rng: np.random.Generator, count: int, *, counties: int = 2) -> Register:
    """Make a register of ``count`` units on a grid, cut into counties by column."""
    wide = int(np.ceil(np.sqrt(count)))
    units, settlements, places = [], [], []
    for number in range(count):
        column, row = number % wide, number // wide
        county = 990001 + column * counties // wide
        code = f"{county}{100 + number // 1000:03d}{number % 1000:03d}"
        kind = str(rng.choice(["village", "community", "other"], p=[0.65, 0.33, 0.02]))
        low = np.array([column, row]) * 1500
        households = int(rng.integers(50, 900))
        units.append(
            {
                "code": code,
                "kind": kind,
                "geometry": square(column, row),
                "households": households,
                "people": households * 3,
                "office": at(*(low + rng.uniform(100, 1400, 2))),
            }
        )
        for part in range(int(rng.integers(0, 7)) if kind == "village" else 0):
            size = int(rng.integers(5, 120))
            settlements.append(
                {
                    "settlement_id": f"S{code}{part}",
                    "name": f"自然村{part}",
                    "unit_code": code,
                    "households": size,
                    "people": size * 3,
                    "geometry": at(*(low + rng.uniform(50, 1450, 2))),
                }
            )
        kinds = [k for k, chance in (("school", 0.6), ("clinic", 0.9)) if rng.random() < chance]
        if kind == "community" and rng.random() < 0.5:
            kinds.append("public")
        places += [
            {
                "place_id": f"P{code}{k}",
                "name": f"{k}{code}",
                "kind": k,
                "unit_code": code,
                "geometry": at(*(low + rng.uniform(50, 1450, 2))),
            }
            for k in kinds
        ]
    return register_of(units, settlements, places)


def random_records(  # noqa: PLR0912
    rng: np.random.Generator, register: Register, *, sites: int, nodes: int, silent: float = 0.2
) -> dict[str, gpd.GeoDataFrame]:
    """Scatter records over a register; a share of owners keeps silent in a share of counties."""
    units = register.units
    codes = units["code"].to_numpy(dtype=object)
    corners = units.geometry.bounds.to_numpy()
    counties = sorted(set(units["county_code"]))
    hushed = {(o, c) for o in OWNERS for c in counties if rng.random() < silent}

    def somewhere(index: int) -> Point:
        west, south, east, north = corners[index]
        return Point(rng.uniform(west, east), rng.uniform(south, north))

    def speaks(owner: str, index: int) -> bool:
        return (owner, codes[index][:6]) not in hushed

    def state() -> str | None:
        return [None, "in_service", "out_of_service"][rng.choice(3, p=[0.3, 0.6, 0.1])]

    made: dict[str, list[dict[str, Any]]] = {kind: [] for kind in read_kinds()}
    for number in range(sites):
        owner, index = str(rng.choice(OWNERS[:3])), int(rng.integers(len(codes)))
        if not speaks(owner, index):
            continue
        point, unit = somewhere(index), codes[index]
        technologies = [t for t in ("3G", "4G", "5G") if rng.random() < 0.5]
        opened = f"20{rng.integers(10, 25):02d}-0{rng.integers(1, 10)}-15"
        made["site"].append(
            record(
                "site", owner, point, source_id=f"{number}", name=f"站{number}", unit_code=unit,
                technologies=technologies or None, state=state(), opened=opened,
                tower_owner=str(rng.choice(["tower", owner])),
            )
        )  # fmt: skip
        for part in range(int(rng.integers(0, 7))):
            networks = [o for o in OWNERS if rng.random() < 0.25]
            made["cell"].append(
                record(
                    "cell", owner, point if rng.random() < 0.9 else None,
                    source_id=f"{number}-{part}", name=f"小区{part}", unit_code=unit,
                    site_id=f"{number}", technology=str(rng.choice(["2G", "3G", "4G", "5G"])),
                    networks=networks or None, state=state(),
                )
            )  # fmt: skip
        made["tower"].append(
            record(
                "tower", "tower", somewhere(index), source_id=f"{number}", name=f"塔{number}",
                unit_code=unit, state=state(), built=opened,
                structure=[None, "tower", "pole", "rooftop", "room"][rng.integers(5)],
                platforms_free=[None, 0, 2][rng.integers(3)],
                tenants=[o for o in OWNERS if rng.random() < 0.3] or None,
            )
        )  # fmt: skip
    for number in range(nodes):
        owner, index = str(rng.choice(OWNERS)), int(rng.integers(len(codes)))
        if not speaks(owner, index):
            continue
        free = [None, 0, 3][rng.integers(3)]
        start, end = somewhere(index), somewhere(int(rng.integers(len(codes))))
        made["fibre_node"].append(
            record(
                "fibre_node", owner, start, source_id=f"{number}", name=f"箱{number}",
                unit_code=codes[index], ports_free=free, state=state(),
                ports_installed=[None, 8][rng.integers(2)], ports_used=[None, 8][rng.integers(2)],
            )
        )  # fmt: skip
        if number % 3 == 0 and start.distance(end) < 0.2:
            made["fibre_route"].append(
                record(
                    "fibre_route", owner, LineString([start, end]), source_id=f"{number}",
                    name=f"缆{number}", unit_code=codes[index],
                    laying=[None, "duct", "pole"][rng.integers(3)],
                )
            )  # fmt: skip
    for _, item in register.settlements.iterrows():
        for owner in OWNERS:
            for again in range(int(rng.choice([0, 1, 2], p=[0.6, 0.38, 0.02]))):
                made["settlement_broadband"].append(
                    record(
                        "settlement_broadband", owner, unit_code=item["unit_code"],
                        record_id=f"b{owner}{item['settlement_id']}{again}",
                        subject_id=item["settlement_id"], available=bool(rng.random() < 0.7),
                        speed_mbps=[None, 2.0, 4.0, 100.0][rng.integers(4)],
                        access=[None, "fibre", "copper"][rng.integers(3)],
                    )
                )  # fmt: skip
    public = register.places[register.places["kind"] == "public"]
    for _, item in public.iterrows():
        owner = str(rng.choice(OWNERS[:3]))
        if rng.random() < 0.6:
            made["wlan_hotspot"].append(
                record(
                    "wlan_hotspot", owner, item.geometry, source_id=item["place_id"],
                    subject_id=item["place_id"], unit_code=item["unit_code"], state=state(),
                )
            )  # fmt: skip
    for index, unit in enumerate(codes):
        size = int(units["households"].iloc[index])
        if rng.random() < 0.8:
            made["cable_tv"].append(
                record(
                    "cable_tv", "cbn", unit_code=unit, record_id=f"tv{unit}", households=size,
                    households_digital=size - int(rng.integers(0, 3)),
                    households_two_way=int(rng.integers(0, size)),
                )
            )  # fmt: skip
        if units["kind"].iloc[index] == "community" and rng.random() < 0.8:
            for owner in OWNERS:
                if rng.random() < 0.5:
                    made["ftth_community"].append(
                        record(
                            "ftth_community", owner, unit_code=unit, name="花园",
                            record_id=f"f{owner}{unit}", households=size,
                            households_fibre=size - int(rng.integers(0, 2)),
                        )
                    )  # fmt: skip
    for county in counties:
        for method in ("survey", "subscribers"):
            if rng.random() < 0.5:
                made["internet_penetration"].append(
                    record(
                        "internet_penetration", "cmcc", county_name=f"县{county}",
                        county_code=county, population=1000, users=int(rng.integers(300, 600)),
                        method=method, record_id=f"i{county}{method}",
                    )
                )  # fmt: skip
    return records(**made)
