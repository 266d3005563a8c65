"""How likely two reports speak of the same structure.

Owners name and number the same tower each in its own way. Reports near each other are weighed in
pairs by distance, name, tenancy and age; the weights are data (``rules/assets.toml``).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.asset_names import compare_names
from coverage_map.indicators.claims import spread
from coverage_map.rules.assets import AssetSettings, read_asset_settings
from geodata.crs import geodesic_m, pairs_within
from geodata.place_names import plain_name

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]


def weigh_pairs(reports: pd.DataFrame, settings: AssetSettings | None = None) -> pd.DataFrame:
    """Weigh every pair of reports within reach; the first report of a pair is the more trusted.

    Returns:
        one, other (rows of ``reports``), distance_m, by (id, name, evidence), names, tenancy, age,
        within (one owner), probability. Pairs of towers of one owner are left out: it knows its
        own ids.
    """
    settings = settings or read_asset_settings()
    lonlat = reports[["lon", "lat"]].to_numpy(float)
    one, other, metres = pairs_within(lonlat, lonlat, settings.reach_m)
    near = pd.DataFrame({"one": one, "other": other, "distance_m": metres})[one < other]
    pairs = pd.concat([_settled(reports, settings), near.assign(by="evidence")], ignore_index=True)
    pairs = pairs.drop_duplicates(["one", "other"]).reset_index(drop=True)
    left, right = (
        reports.iloc[pairs[side].to_numpy(np.int64)].reset_index(drop=True)
        for side in ("one", "other")
    )
    within = (left["owner"] == right["owner"]).to_numpy(bool)
    towers = (left["kind"] == "tower").to_numpy(bool) & (right["kind"] == "tower").to_numpy(bool)
    pairs = pairs.assign(
        distance_m=pairs["distance_m"].round().astype("int64"),
        within=within,
        names=_names(left, right, settings),
        tenancy=_tenancy(left, right),
        age=_age(left, right, settings),
    )
    settled = (pairs["by"] != "evidence").to_numpy(bool)
    pairs["probability"] = np.where(settled, 1.0, _probability(pairs, settings))
    return pairs[~(within & towers)].reset_index(drop=True)


def _settled(reports: pd.DataFrame, settings: AssetSettings) -> pd.DataFrame:
    """Pair reports that need no weighing: one, other, distance_m, by.

    By id an owner's site and the station its cells name, a tower and a site that names it; by name
    an owner's site and its only station of that very name.
    """
    rows = reports.assign(row=np.arange(len(reports)), called=reports["name"].map(plain_name))
    towers, sites, cells = (rows[rows["kind"] == kind] for kind in ("tower", "site", "cell"))
    found = []
    for first, second, keys, by, most in (
        (sites, cells, ["owner", "station"], "id", settings.same_id_m),
        (_alone(towers, ["tower_id"]), sites, ["tower_id"], "id", settings.same_id_m),
        (sites, cells, ["owner", "called"], "name", settings.same_name_m),
    ):
        left, right = (side[side[keys[-1]] != ""] for side in (first, second))
        if by == "name":
            left, right = _alone(left, keys), _alone(right, keys)
        columns = [*keys, "row", "lon", "lat"]
        both = left[columns].merge(right[columns], on=keys, suffixes=("", "_2"))
        ends = both[["lon", "lat", "lon_2", "lat_2"]].to_numpy(float).T
        both = both.assign(distance_m=geodesic_m(*ends), by=by)
        found.append(both[both["distance_m"] <= most])
    pairs = pd.concat(found, ignore_index=True).rename(columns={"row": "one", "row_2": "other"})
    return pairs[["one", "other", "distance_m", "by"]].astype({"one": "int64", "other": "int64"})


def _alone(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the rows whose key no other row has: a key of two names neither."""
    return rows.drop_duplicates(keys, keep=False)


def _names(left: pd.DataFrame, right: pd.DataFrame, settings: AssetSettings) -> Objects:
    """Compare names; of a tower with a site also the name that the site gives its tower."""
    names = compare_names(left, right, settings)
    tower = (left["kind"] == "tower").to_numpy(bool) & right["tower_core"].ne("").to_numpy(bool)
    given = right.assign(core=right["tower_core"], number=right["tower_number"])
    return np.where(tower, compare_names(left, given, settings), names).astype(object)


def _tenancy(left: pd.DataFrame, right: pd.DataFrame) -> Objects:
    """Say whether one report names the other's owner on the structure, or leaves it out.

    That an owner is tenant of a tower says nothing of whether the tower is its own: of two towers
    only whose they are counts.
    """
    first, second = ((side["kind"] == "tower").to_numpy(bool) for side in (left, right))
    told = _mentions(left, right["owner"]) | _mentions(right, left["owner"])
    told = told & ~(first & second)
    stated = left["holder"].ne("") & right["holder"].ne("")
    denied = (stated & left["holder"].ne(right["holder"])).to_numpy(bool)
    listed = left["mentions"].map(_some).to_numpy(bool)
    apart = (left["owner"] != right["owner"]).to_numpy(bool)
    denied = denied | (first & ~second & listed & ~told & apart)
    return np.select([told, denied], np.array(["told", "denied"], dtype=object), "silent")


def _age(left: pd.DataFrame, right: pd.DataFrame, settings: AssetSettings) -> Objects:
    """Say whether two towers were built years apart."""
    years = (left["built"] - right["built"]).abs().to_numpy(float)
    return np.where(years > settings.years, "apart", "silent").astype(object)


def _some(value: object) -> bool:
    return isinstance(value, list | tuple | np.ndarray) and len(value) > 0


def _mentions(frame: pd.DataFrame, owners: pd.Series) -> npt.NDArray[np.bool_]:
    row, member = spread(frame["mentions"])
    same = member == owners.to_numpy(dtype=object)[row]
    return np.bincount(row[same.astype(bool)], minlength=len(frame)) > 0


def _probability(pairs: pd.DataFrame, settings: AssetSettings) -> Floats:
    """Add up the log-odds of a pair's evidence."""
    band = np.searchsorted(settings.distance_to_m, pairs["distance_m"].to_numpy())
    band = np.minimum(band, len(settings.distance_to_m) - 1)
    within = pairs["within"].to_numpy(bool)
    odds = np.where(within, settings.prior_within, settings.prior_across)
    odds = odds + np.where(within, settings.distance_within[band], settings.distance_across[band])
    names = pairs["names"]
    odds = odds + np.where(within, names.map(settings.name_within), names.map(settings.name_across))
    for evidence, weights in (("tenancy", settings.tenancy), ("age", settings.age)):
        odds = odds + pairs[evidence].map(weights).to_numpy(float)
    return np.round(1.0 / (1.0 + np.exp(-odds)), 4)
