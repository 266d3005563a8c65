"""Lists of sites in the made-up city, written in any coordinate system."""

import numpy as np
from made_files import workbook
from small_city import COUNTIES, SIDE, SOUTH, WEST

from geodata.crs import from_cgcs2000

GEOGRAPHIC = ["EPSG:4490", "GCJ-02", "BD-09"]
HEADERS = ["站址编码", "基站名称", "制式", "区县", "行政村", "经度", "纬度"]


def ground(count, seed=1):
    """Return random places in the city with the county that each lies in."""
    random = np.random.default_rng(seed)
    lon = random.uniform(WEST, WEST + 2 * SIDE, count)
    lat = random.uniform(SOUTH, SOUTH + SIDE, count)
    county = np.where(lon < WEST + SIDE, *COUNTIES.values())
    return lon, lat, county


def border(count, seed=1):
    """Return places along the border of the two counties, closer to it than systems differ."""
    random = np.random.default_rng(seed)
    lon = WEST + SIDE + random.uniform(-0.004, 0.004, count)
    lat = random.uniform(SOUTH + 0.02, SOUTH + SIDE - 0.02, count)
    return lon, lat, np.where(lon < WEST + SIDE, *COUNTIES.values())


def given(lon, lat, systems):
    """Return positions as given, each row in a system of its own."""
    x, y = np.empty(len(lon)), np.empty(len(lat))
    for system in np.unique(systems):
        here = systems == system
        x[here], y[here] = from_cgcs2000(lon[here], lat[here], str(system))
    return x, y


def site_rows(x, y, county, *more):
    """Return rows of sites under ``HEADERS``, with more columns behind."""
    return [
        [f"Z{i}", f"站{i}", "4G", county[i], "", float(x[i]), float(y[i]), *(m[i] for m in more)]
        for i in range(len(x))
    ]


def site_book(rows, *more, headers=HEADERS, sheet="站点"):
    """Return a workbook of one sheet of sites."""
    return workbook((sheet, [[*headers, *more], *rows]))
