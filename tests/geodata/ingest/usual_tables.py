"""A usual table of every kind: its usual headers, and cells as carriers write them."""

from geodata.records import read_kinds

ROWS = 12
_PLACES = {
    "x": lambda i: round(103.8 + i * 0.0137, 6),
    "y": lambda i: round(30.0 + i * 0.0091, 6),
    "county_name": lambda i: ["仁寿县", "彭山区", "东坡区"][i % 3],
    "township_name": lambda i: ["文林镇", "凤鸣街道", "崇礼镇", "禾加镇"][i % 4],
    "village_name": lambda i: f"{'李王张赵钱孙'[i % 6]}家{'桥坝沟'[i % 3]}村",
}
_NAMES = {
    "site": lambda i: f"仁寿{'文林凤鸣禾加'[i % 6]}{i}号基站",
    "cell": lambda i: f"仁寿文林{i // 3}基站-{i % 3 + 1}",
    "tower": lambda i: f"仁寿县文林镇{i}组站址",
    "fibre_node": lambda i: f"仁寿文林{i}号分纤箱GF{i:03d}",
    "fibre_route": lambda i: f"文林-凤鸣{i}号光缆{i}段",
    "ftth_community": lambda i: f"{'锦绣天府阳光'[i % 6]}{i}期花园",
    "wlan_hotspot": lambda i: f"仁寿{i}中学教学楼热点",
    "duct_point": lambda i: f"文林人民路{i}号井",
}
_CODES = {
    "site": lambda i: 612300 + i * 7,
    "cell": lambda i: f"460-11-{612300 + i // 3}-{i % 3 + 49}",
    "tower": lambda i: f"51142150{i:010d}",
    "fibre_node": lambda i: f"GF-RS-{i:04d}",
    "fibre_route": lambda i: f"GL{i:06d}",
    "wlan_hotspot": lambda i: f"HS{i:05d}",
    "duct_point": lambda i: f"RJ{i:05d}",
    "settlement_list": lambda i: f"ZRC{i:05d}",
}
_VALUES = {
    "settlement_name": lambda i: f"{'大小上下'[i % 4]}{'湾坪岭'[i % 3]}{'甲乙丙丁'[i // 3]}",
    "technology": lambda i: ["4G", "5G", "4G"][i % 3],
    "technologies": lambda i: ["4G/5G", "4G"][i % 2],
    "band": lambda i: ["1.8G", "2.1G", "800M"][i % 3],
    "height_m": lambda i: 20 + i * 3,
    "azimuth_deg": lambda i: i % 3 * 120,
    "tilt_deg": lambda i: 3 + i % 5,
    "structure": lambda i: ["单管塔", "角钢塔", "抱杆"][i % 3],
    "node_class": lambda i: ["分纤箱", "光交箱"][i % 2],
    "ports_installed": lambda i: [12, 24, 48][i % 3],
    "point_class": lambda i: ["人井", "手孔"][i % 2],
    "laying": lambda i: ["架空", "管道"][i % 2],
    "cores": lambda i: [12, 24, 48][i % 3],
    "length_m": lambda i: 320.5 + i * 71,
    "households": lambda i: 80 + i * 13,
    "households_fibre": lambda i: 60 + i * 11,
    "households_digital": lambda i: 70 + i * 11,
    "households_two_way": lambda i: 30 + i * 9,
    "available": lambda i: ["是", "否", "是"][i % 3],
    "access": lambda i: ["FTTH", "ADSL"][i % 2],
    "fibre": lambda i: ["是", "否", "是"][i % 3],
    "coverage_4g": lambda i: ["是", "是", "否"][i % 3],
    "population": lambda i: 312000 + i * 15321,
    "users": lambda i: 201000 + i * 10321,
    "measure": lambda i: ["基站数", "宽带用户数", "宽带端口数"][i % 3],
    "value": lambda i: 1021 + i * 91,
    "access_points": lambda i: 3 + i,
    "place_name": lambda i: f"仁寿第{i}中学",
}


def usual_columns(kind: str) -> dict[str, list[object]]:
    """Return field → cells of a usual table of a kind, required fields first."""
    entry = read_kinds()[kind]
    cells = {**_PLACES, **_VALUES}
    if kind in _NAMES:
        cells["name"] = _NAMES[kind]
    if kind in _CODES:
        cells["source_id"] = _CODES[kind]
    places = {name: None for name in _PLACES if entry.geometry == "point" or name not in "xy"}
    names = dict.fromkeys([*(n for n in entry.fields if n in cells), *places])
    return {name: [cells[name](i) for i in range(ROWS)] for name in names}


def usual_header(kind: str, field: str) -> str:
    """Return the header that a field of a kind usually has."""
    return read_kinds()[kind].all_fields[field].aliases[0]
