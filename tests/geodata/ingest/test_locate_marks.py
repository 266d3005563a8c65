"""Things that are known to stand where rows come to tell the system, whatever they are called."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from listings import GEOGRAPHIC, ground, site_book, site_rows
from made_files import archive, layer_files, workbook
from shapely import linestrings
from small_city import build_small_city

from geodata.crs import from_cgcs2000
from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import empty_register

CITY = build_small_city()
METRE_DEG = 1 / 111_000


def things(kind, lon, lat):
    return pd.DataFrame(
        {"kind": kind, "key": [f"T{i}" for i in range(len(lon))], "lon": lon, "lat": lat}
    )


def check(content, known=None, register=CITY, kind="site", name="站点.xlsx"):
    answers = Answers({"*": TableAnswer(kind=kind)})
    return check_file(content, name, register, "cmcc", answers, known=known)[0]


def listed(lon, lat, crs):
    return site_book(site_rows(*from_cgcs2000(lon, lat, crs), np.full(len(lon), "")))


@pytest.mark.parametrize("crs", GEOGRAPHIC)
@pytest.mark.parametrize("register", [CITY, empty_register()], ids=["city", "nowhere"])
def test_sites_stand_at_the_towers_they_hang_on(crs, register):
    lon, lat, _ = ground(20)
    # Of twenty sites twelve are on towers, measured again some 20 m away; towers elsewhere too.
    others, there, _ = ground(60, seed=9)
    towers = things(
        "tower",
        np.concatenate([lon[:12] + 20 * METRE_DEG, others]),
        np.concatenate([lat[:12], there]),
    )
    assert check(listed(lon, lat, crs), register=register).crs.chosen == ""
    report = check(listed(lon, lat, crs), towers, register)
    assert (report.crs.chosen, report.crs.decided_by, report.crs.ground) == (
        crs,
        "evidence",
        "marks",
    )


@pytest.mark.parametrize(("at_towers", "rows"), [(5, 8), (8, 40), (0, 40)])
def test_too_few_at_towers_or_too_small_a_share_leave_it_open(at_towers, rows):
    lon, lat, _ = ground(rows)
    others, there, _ = ground(60, seed=9)
    towers = things(
        "tower", np.concatenate([lon[:at_towers], others]), np.concatenate([lat[:at_towers], there])
    )
    assert check(listed(lon, lat, "GCJ-02"), towers).crs.chosen == ""


def test_towers_known_in_two_systems_leave_it_open():
    """Somebody handed in the same towers once as they are and once taken for another system."""
    lon, lat, _ = ground(30)
    wrong = from_cgcs2000(lon, lat, "GCJ-02")
    both = pd.concat([things("tower", lon, lat), things("tower", *wrong)], ignore_index=True)
    assert check(listed(lon, lat, "GCJ-02"), both).crs.chosen == ""


def test_marks_against_the_named_counties_are_asked_about():
    lon, lat, county = ground(60)
    x, y = from_cgcs2000(lon, lat, "GCJ-02")
    content = site_book(site_rows(x, y, county))
    assert check(content).crs.chosen == ""
    # Towers where the sites would be if these numbers were CGCS2000: rows fall out of the county.
    assert [q.code for q in check(content, things("tower", x, y)).questions] == ["crs"]


def routes(lon, lat, crs):
    x, y = from_cgcs2000(lon, lat, crs)
    ends = np.stack([np.column_stack([x[:-1], y[:-1]]), np.column_stack([x[1:], y[1:]])], axis=1)
    frame = gpd.GeoDataFrame(
        {"route_id": [f"L{i}" for i in range(len(ends))], "route_name": "某段"},
        geometry=linestrings(ends),
        crs="EPSG:4326",
    )
    return archive(layer_files(frame, "光缆.shp"))


@pytest.mark.parametrize("crs", GEOGRAPHIC)
def test_cables_end_at_boxes(crs):
    lon, lat, _ = ground(25)
    content = routes(lon, lat, crs)
    assert check(content, kind="fibre_route", name="光缆.zip").crs.chosen == ""
    boxes = things("fibre_node", lon, lat)
    found = check(content, boxes, kind="fibre_route", name="光缆.zip")
    assert (found.crs.chosen, found.crs.ground) == (crs, "marks")
    # Both ends must meet one: a single box at each line's first end is no such evidence.
    every_other = things("fibre_node", lon[::2], lat[::2])
    assert check(content, every_other, kind="fibre_route", name="光缆.zip").crs.chosen == ""


def test_a_decided_sheet_of_towers_decides_the_sites_beside_it():
    lon, lat, _ = ground(20)
    x, y = from_cgcs2000(lon, lat, "EPSG:4547")
    towers = [["铁塔编码", "铁塔名称", "塔型", "X坐标", "Y坐标"]]
    towers += [[f"T{i}", f"塔{i}", "单管塔", x[i], y[i]] for i in range(20)]
    sites = [["站址编码", "基站名称", "制式", "经度", "纬度"]]
    lon_given, lat_given = from_cgcs2000(lon, lat, "BD-09")
    sites += [[f"Z{i}", f"站{i}", "4G", lon_given[i], lat_given[i]] for i in range(20)]
    book = workbook(("铁塔", towers), ("基站", sites))
    found = {report.sheet: report.crs for report in check_file(book, "资源.xlsx", CITY, "cmcc")}
    assert found["铁塔"].chosen == "EPSG:4547"
    assert (found["基站"].chosen, found["基站"].ground) == ("BD-09", "marks")
