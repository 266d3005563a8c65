"""What carriers' lists say beside the sample: engineering parameters, ducts, villages' coverage.

Made up beside the city's true records by a stream of its own, so that nothing else changes.
"""

import numpy as np
import pandas as pd
import shapely

from geodata.sample.city import City

SEED = 2024
# Megahertz a carrier has by generation, powers of radio units in W, gains of panels in dBi.
BANDWIDTH_MHZ = {"2G": 0.2, "3G": 5.0, "4G": 20.0, "5G": 100.0}
POWER_W = (20, 40, 60, 80)
GAIN_DBI = (15.5, 17.0, 17.5, 18.0)
VENDORS = ("huawei", "zte", "ericsson")
# Points along a route: one in so many metres, at most so many.
POINT_EVERY_M, MOST_POINTS = 250.0, 12


def add_parameters(cells: pd.DataFrame) -> pd.DataFrame:
    """Return cells with what radio planners list; indoor cells have no panel and so no gain."""
    rng, count = np.random.default_rng([SEED, 1]), len(cells)
    mechanical = np.minimum(rng.integers(0, 4, count), cells["tilt_deg"].to_numpy(dtype=float))
    gain = rng.choice(GAIN_DBI, count)
    return cells.assign(
        pci=rng.integers(0, 504, count),
        tac=(22_000 + cells["node"] // 97).astype("str"),
        vendor=_by_node(cells["node"]),
        gain_dbi=np.where(cells["indoor"], np.nan, gain),
        tilt_mechanical_deg=mechanical,
        tilt_electrical_deg=cells["tilt_deg"] - mechanical,
        bandwidth_mhz=cells["technology"].map(BANDWIDTH_MHZ).fillna(20.0),
        power_dbm=10 * np.log10(rng.choice(POWER_W, count) * 1000.0),
    )


def _by_node(nodes: pd.Series) -> list[str]:
    """Return vendors: neighbours in number are of one, as areas are."""
    return [VENDORS[number // 211 % len(VENDORS)] for number in nodes.tolist()]


def add_sectors(sites: pd.DataFrame) -> pd.DataFrame:
    """Return sites with their sectors in one cell each, as site lists have them."""
    rng = np.random.default_rng([SEED, 2])
    first = rng.integers(0, 12, len(sites)) * 10
    tilts = rng.integers(2, 9, (len(sites), 3))
    return sites.assign(
        azimuths_deg=[[float(a), float(a + 120), float(a + 240)] for a in first.tolist()],
        tilts_deg=[[float(t) for t in row] for row in tilts.tolist()],
        configuration=rng.choice(["S111", "S222", "S1/1/1", "O1"], len(sites)),
    )


def model_duct_points(city: City, routes: pd.DataFrame) -> pd.DataFrame:
    """Return manholes and poles along cable routes, with the unit each stands in."""
    rng = np.random.default_rng([SEED, 3])
    frames = []
    for number, (owner, name, line, length) in enumerate(
        zip(routes["owner"], routes["name"], routes["geometry"], routes["length_m"], strict=True)
    ):
        count = int(np.clip(length // POINT_EVERY_M, 2, MOST_POINTS))
        at = shapely.line_interpolate_point(line, np.linspace(0.05, 0.95, count), normalized=True)
        lon, lat = shapely.get_coordinates(at).T
        buried = bool(rng.random() < 0.5)
        word = "井" if buried else "杆"
        frames.append(
            pd.DataFrame(
                {
                    "owner": owner,
                    "source_id": [f"GJ{number:04d}{n:02d}" for n in range(count)],
                    "name": [f"{name}{n + 1:02d}号{word}" for n in range(count)],
                    "point_class": "manhole" if buried else "pole",
                    "route": name,
                    "state": "in_service",
                    "lon": lon,
                    "lat": lat,
                }
            )
        )
    points = pd.concat(frames, ignore_index=True)
    units = shapely.STRtree(city.register.units.geometry.to_numpy())
    within = units.query(shapely.points(points["lon"], points["lat"]), predicate="intersects")
    of_point = pd.Series(within[1], index=within[0]).groupby(level=0).first()
    return points.assign(unit=of_point).dropna(subset=["unit"]).astype({"unit": "int64"})


def model_village_coverage(city: City) -> pd.DataFrame:
    """Return the sheet on administrative villages: what each has, and rates by operator."""
    rng = np.random.default_rng([SEED, 4])
    units = city.register.units.reset_index(drop=True)
    rows = np.flatnonzero((units["kind"] == "village").to_numpy())
    count = len(rows)
    rates = {
        f"rate_{owner}_{network}": np.round(rng.beta(9, 1, count) * 100, 1)
        for owner in ("cmcc", "unicom", "telecom")
        for network in ("2g", "3g", "4g")
    }
    return pd.DataFrame(
        {
            "unit": rows,
            "fibre": rng.random(count) < 0.9,
            "coverage_4g": rng.random(count) < 0.95,
            "coverage_5g": rng.random(count) < 0.4,
            "households": units["households"].to_numpy()[rows],
            **rates,
        }
    )


def list_settlements(city: City) -> pd.DataFrame:
    """Return the office's list of natural villages."""
    register = city.register
    number = pd.Series(np.arange(len(register.units)), index=register.units["code"].to_numpy())
    found = register.settlements
    return pd.DataFrame(
        {
            "source_id": found["settlement_id"].to_numpy(),
            "subject_id": found["settlement_id"].to_numpy(),
            "settlement_name": found["name"].to_numpy(),
            "unit": number[found["unit_code"]].to_numpy(),
            "households": found["households"].to_numpy(),
            "people": found["people"].to_numpy(),
        }
    )
