"""How well reports of one structure are told from reports of its neighbours.

Towers stand at random; the tower company and its tenants report each under names, numbers and
positions of their own, in forms seen in public tables (屋基村西基站, 金哥集团二基站, 蒋沟村铁塔).
Structures close by that are others are mixed in: a carrier's own mast in the same village under the
same plain name, as before towers were shared; a tower built twice; a second site with a number or a
side of the village.
``--fit`` prints the weights of ``assets.toml`` as these reports suggest them.
"""

import argparse
import math
from dataclasses import dataclass, replace
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.table import print_table
from coverage_map.asset_pairs import weigh_pairs
from coverage_map.asset_reports import read_reports
from coverage_map.assets import resolve_assets
from coverage_map.rules.assets import read_asset_settings
from geodata.records import read_kinds, record_columns
from geodata.register import Register, empty_register
from geodata.store.merging import check_records

OPERATORS = ("cmcc", "unicom", "telecom")
SIDES = "东西南北"
BEHIND = ("", "-FDD1800", "_800M", "-HLH", "(NR2.6G)")
SAID = {"cmcc": "移动", "unicom": "联通", "telecom": "电信"}
FIRST, SECOND = "张王李赵刘陈杨黄周吴徐孙胡朱高林何郭马罗", "庄湾寨岗坡沟营楼桥店铺集坑洼垌"
TOWNS = ("方山", "神垕", "鸠山", "苌庄", "浅井", "花石", "文殊", "鸿畅", "范坡", "古城")
COUNTY = "411081"
_DEGREE_M = 111_320.0


@dataclass(frozen=True)
class Reported:
    """What was reported, by kind, and which structure each report is truly about."""

    records: dict[str, gpd.GeoDataFrame]
    truth: pd.Series
    register: Register


def report_towers(seed: int, towers: int = 700) -> Reported:
    """Make structures and the reports that owners give of them."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    where = np.column_stack([rng.uniform(113.2, 113.9, towers), rng.uniform(33.9, 34.3, towers)])
    for number in range(towers):
        lon, lat = where[number]
        place = _place(rng)
        tenants = [name for name in OPERATORS if rng.random() < 0.55] or ["cmcc"]
        truth, start = f"T{number}", len(rows)
        rows.append(_tower(rng, place, (lon, lat), tenants, truth, number))
        for owner in tenants:
            rows += _site(rng, place, (lon, lat), owner, tenants, truth, number)
        rows += _neighbours(rng, place, (lon, lat), number)
        rows[start:] = [{**row, "town": place[0]} for row in rows[start:]]
    frame = pd.DataFrame(rows)
    frame["unit_code"] = frame["town"].map(
        {town: f"{COUNTY}{100 + number}201" for number, town in enumerate(TOWNS)}
    )
    records = {str(kind): _records(group, str(kind)) for kind, group in frame.groupby("kind")}
    truth = frame.set_index("record_id")["truth"]
    return Reported(records, truth, _register())


def _register() -> Register:
    """Return a register that knows the names of the county and its townships."""
    nowhere = [None] * len(TOWNS)
    codes = [f"{COUNTY}{100 + number}" for number in range(len(TOWNS))]
    counties = gpd.GeoDataFrame(
        {"code": [COUNTY], "name": ["禹州市"], "modelled": [True]}, geometry=[None], crs="EPSG:4490"
    )
    townships = gpd.GeoDataFrame(
        {"code": codes, "name": [f"{town}镇" for town in TOWNS]}, geometry=nowhere, crs="EPSG:4490"
    )
    return replace(empty_register(), counties=counties, townships=townships)


def _place(rng: np.random.Generator) -> tuple[str, str]:
    return str(rng.choice(TOWNS)), rng.choice(list(FIRST)) + rng.choice(list(SECOND))


def _move(
    rng: np.random.Generator, point: tuple[float, float], low: float, high: float
) -> tuple[float, float]:
    metres, angle = rng.uniform(low, high), rng.uniform(0, 2 * math.pi)
    east = metres * math.cos(angle) / (_DEGREE_M * math.cos(math.radians(point[1])))
    return point[0] + east, point[1] + metres * math.sin(angle) / _DEGREE_M


def _measured(rng: np.random.Generator, point: tuple[float, float]) -> tuple[float, float]:
    """Return a position as an owner has it: mostly within 30 m, sometimes far off."""
    far = rng.random()
    if far < 0.03:
        return _move(rng, point, 120, 280)
    return _move(rng, point, 30, 80) if far < 0.12 else _move(rng, point, 0, 30)


def _base(kind: str, owner: str, truth: str, point: tuple[float, float]) -> dict[str, object]:
    return {"kind": kind, "owner": owner, "truth": truth, "lon": point[0], "lat": point[1]}


def _tower(
    rng: np.random.Generator,
    place: tuple[str, str],
    point: tuple[float, float],
    tenants: list[str],
    truth: str,
    number: int,
) -> dict[str, object]:
    town, village = place
    name = rng.choice([f"{town}{village}", f"禹州{town}{village}铁塔", f"{town}镇{village}村"])
    return {
        **_base("tower", "tower", truth, _measured(rng, point)),
        "record_id": f"t{number}",
        "source_id": f"41108190{number:010d}",
        "name": name,
        "tenants": tenants if rng.random() < 0.7 else [],
    }


def _village(rng: np.random.Generator, village: str) -> str:
    """Return a village's name as an owner writes it: sometimes otherwise, sometimes misspelt."""
    if rng.random() < 0.06:
        return str(rng.choice(list(FIRST))) + village[1:]
    if rng.random() < 0.04:
        return village + "村" + str(rng.choice(list(SIDES)))
    return village + "村" if rng.random() < 0.3 else village


def _site(
    rng: np.random.Generator,
    place: tuple[str, str],
    point: tuple[float, float],
    owner: str,
    tenants: list[str],
    truth: str,
    number: int,
) -> list[dict[str, object]]:
    """Return an operator's site on a tower, now and then two, and the cells that name it."""
    town, village = place[0], _village(rng, place[1])
    if rng.random() < 0.08:
        village = f"{town}{rng.choice(['卫生院', '中学', '政府', '加油站'])}"
    name = rng.choice(
        [f"{town}{village}", f"禹州{town}{village}基站", f"{SAID[owner]}{village}", f"{village}FDD"]
    )
    tail = str(rng.choice(BEHIND))
    others = [tenant for tenant in tenants if tenant != owner]
    spot = _measured(rng, point)
    rows = []
    for again in range(2 if rng.random() < 0.07 else 1):
        identifier = f"{OPERATORS.index(owner) + 1}{again}{number:05d}"
        site = {
            **_base("site", owner, truth, spot if again == 0 else _move(rng, spot, 0, 10)),
            "record_id": f"s{identifier}",
            "source_id": identifier,
            "name": name if again == 0 else f"{name}-NR",
            "tower_owner": "tower" if rng.random() < 0.4 else "",
            "shared_with": others if rng.random() < 0.3 else [],
        }
        rows.append(site)
        there = _move(rng, spot, 150, 250) if rng.random() < 0.05 else spot
        rows += [
            {
                **_base("cell", owner, truth, there),
                "record_id": f"c{identifier}{sector}",
                "source_id": f"{identifier}-{sector}",
                "name": f"{name}{tail}-{sector}",
                "site_id": identifier,
                "technology": "4G",
            }
            for sector in range(1, 4)
        ]
    return rows


def _neighbours(
    rng: np.random.Generator, place: tuple[str, str], point: tuple[float, float], number: int
) -> list[dict[str, object]]:
    """Return structures close by that are others: own masts, a second site, a tower built twice."""
    rows: list[dict[str, object]] = []
    town, village = place
    if rng.random() < 0.3:
        owner = str(rng.choice(OPERATORS))
        second = [f"{town}{village}{end}" for end in ("2", "二基站", "2号", "东", "村西")]
        other = [f"{_place(rng)[1]}基站", f"{rng.choice(list(SIDES))}{village}"]
        # Own masts of the same plain name: from before towers were shared, a field or two away.
        same = [f"{town}{village}", f"{SAID[owner]}{village}村"]
        name = rng.choice([*second, *other, *same])
        spot = _move(rng, point, 60, 400)
        rows.append(
            {
                **_base("site", owner, f"N{number}", spot),
                "record_id": f"n{number}",
                "source_id": f"9{number:06d}",
                "name": name,
                "tower_owner": owner if rng.random() < 0.5 else "",
                "shared_with": [],
            }
        )
    if rng.random() < 0.05:
        rows.append(
            {
                **_tower(rng, place, _move(rng, point, 80, 280), [], f"D{number}", number),
                "record_id": f"d{number}",
                "source_id": f"41108191{number:010d}",
                "name": f"{town}{village}新建",
            }
        )
    return rows


def _records(rows: pd.DataFrame, name: str) -> gpd.GeoDataFrame:
    """Return rows as accepted records of their kind."""
    kind = read_kinds()[name]
    columns = record_columns(kind)
    given = {
        column: rows[column].to_numpy(dtype=object)
        for column in columns
        if column in rows and column not in {"x", "y"}
    }
    texts = {
        column: [""] * len(rows)
        for column, dtype in columns.items()
        if dtype == "str" and column not in given
    }
    whole = {"row": range(len(rows)), "match_confidence": 1.0}
    frame = pd.DataFrame({**texts, **given, **whole}, index=range(len(rows)))
    points = gpd.points_from_xy(rows["lon"], rows["lat"], crs="EPSG:4490")
    return check_records(gpd.GeoDataFrame(frame, geometry=points), kind)


def score(reported: Reported) -> dict[str, float]:
    """Return precision, recall and F1 over pairs of reports, and the share of assets to review."""
    assets, reports = resolve_assets(reported.records, reported.register)
    truth = reported.truth.loc[reports["record_id"]].to_numpy()
    right = _pairs(truth)
    found = _pairs(reports["asset_id"].to_numpy())
    both = len(right & found)
    precision, recall = both / len(found), both / len(right)
    unsure = assets["probability"] < read_asset_settings().sure
    return {
        "reports": len(reports),
        "structures": len(set(truth)),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "to_review": float(unsure.mean()),
    }


def _pairs(labels: np.ndarray) -> set[tuple[int, int]]:
    groups = pd.Series(np.arange(len(labels))).groupby(labels)
    return {pair for _, rows in groups for pair in combinations(rows.tolist(), 2)}


def weigh(seed: int, towers: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the pairs of generated reports that ids do not settle, and which are one structure."""
    reported = report_towers(seed, towers)
    reports = read_reports(reported.records, reported.register)
    pairs = weigh_pairs(reports)
    pairs = pairs[pairs["by"] == "evidence"].reset_index(drop=True)
    truth = reported.truth.loc[reports["record_id"]].to_numpy()
    bands = read_asset_settings().distance_to_m
    band = bands[np.searchsorted(bands, pairs["distance_m"])].astype(int)
    return pairs.assign(to=band), truth[pairs["one"]] == truth[pairs["other"]]


def fit(seed: int) -> str:
    """Return the weights that generated reports suggest, as lines of ``assets.toml``.

    A logistic regression on the evidence of a pair, drawn to zero a little (ridge 0.5); the first
    of tenancy and of age, and the names that say nothing, are zero.
    """
    pairs, same = weigh(seed, towers=3000)
    lines = []
    for kind, chosen in (("across", ~pairs["within"]), ("within", pairs["within"])):
        part, yes = pairs[chosen], same[chosen.to_numpy(bool)]
        table = pd.get_dummies(part[["to", "names", "tenancy", "age"]].astype("str"), dtype=float)
        table = table.drop(
            columns=["names_silent", "tenancy_silent", "age_silent"], errors="ignore"
        )
        found = _regress(table.to_numpy(), yes.astype(float))
        seen = table.sum().astype(int)
        lines += [
            f"{kind} {name}: {weight:.1f}  ({seen[name]} pairs)"
            for name, weight in zip(table.columns, found, strict=True)
        ]
    return "\n".join(lines)


def _regress(evidence: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Return the weights of a logistic regression (Newton's method)."""
    weights = np.zeros(evidence.shape[1])
    ridge = 0.5 * np.eye(len(weights))
    for _ in range(25):
        chance = 1.0 / (1.0 + np.exp(-evidence @ weights))
        slope = evidence.T @ (truth - chance) - ridge @ weights
        bend = (evidence * (chance * (1.0 - chance))[:, None]).T @ evidence + ridge
        weights = weights + np.linalg.solve(bend, slope)
    return weights


def by_distance(seeds: tuple[int, ...]) -> list[tuple[str, ...]]:
    """Return what is said of pairs of different owners at each distance, beside the truth."""
    settings = read_asset_settings()
    found = [weigh(seed, towers=700) for seed in seeds]
    pairs = pd.concat([pairs for pairs, _ in found], ignore_index=True)
    pairs["same"] = np.concatenate([same for _, same in found])
    rows = []
    start = 0
    for end in settings.distance_to_m.astype(int).tolist():
        here = pairs[~pairs["within"] & (pairs["to"] == end)]
        joined = here[here["probability"] >= settings.join]
        sure = joined[joined["probability"] >= settings.sure]
        shares = [_share(part["same"]) for part in (sure, joined)]
        said = f"{joined['probability'].mean():.3f}" if len(joined) else ""
        rows.append((f"{start}–{end} m", str(len(here)), str(len(joined)), shares[1], said,
                     str(len(sure)), shares[0]))  # fmt: skip
        start = end
    return rows


def _share(values: pd.Series) -> str:
    return f"{values.mean():.3f}" if len(values) else ""


def measure() -> None:
    """Print how well reports of one structure are told, beside the goal."""
    rows = []
    for seed in (2, 3, 4):
        found = score(report_towers(seed))
        shares = (f"{found[name]:.4f}" for name in ("precision", "recall", "f1", "to_review"))
        rows.append((seed, int(found["reports"]), int(found["structures"]), *shares))
    header = ("seed", "reports", "structures", "precision", "recall", "F1 (≥ 0.98)", "to review")
    print_table("The same tower reported by several", header, rows)
    header = ("apart", "pairs", "joined", "precision", "said", "sure", "precision of sure")
    print_table("Pairs of different owners' reports", header, by_distance((2, 3, 4)))


def main() -> None:
    """Print the scores of a few seeds, or the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="print the weights instead")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.fit:
        print(fit(given.seed))
        return
    measure()


if __name__ == "__main__":
    main()
