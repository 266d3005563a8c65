"""Reported totals beside records: does what an owner sums up agree with what it hands in?

A total is about a reporting area or a county; a zone of which an owner reports no total is in that
of its county. Which records it is compared with is data (``rules/totals.toml``).
"""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from coverage_map.indicators.claims import in_service, records_of, text
from coverage_map.rules.totals import Summed, read_totals_rules
from geodata.register import Register

TOTAL: dict[str, str] = {
    "owner": "str",
    "area_code": "str",  # of the reporting area or the county the total is about
    "area_name": "str",
    "measure": "str",
    "reported": "int64",
    "counted": "Int64",  # <NA> where no kind of record holds the measure
    "difference": "Int64",  # reported less counted
    "lacking": "int64",  # records without the number that is summed
}
REPORTED = "reported_total"


def compare_totals(
    records: Mapping[str, gpd.GeoDataFrame], register: Register, quarter: str
) -> pd.DataFrame:
    """Compare each reported total with its owner's own records; a frame of ``TOTAL``.

    records: kind → accepted records of any owners, ``reported_total`` among them. Records out of
    service are not counted; a total without an area is left out.
    """
    told = records_of(records, REPORTED)
    told = told[(text(told["subject_id"]) != "") & told["value"].notna()]
    rules = read_totals_rules()
    names = pd.concat([register.counties, register.areas], ignore_index=True)
    name_of = dict(zip(names["code"], names["name"], strict=True))
    frame = pd.DataFrame(
        {
            "owner": text(told["owner"]),
            "area_code": text(told["subject_id"]),
            "area_name": text(told["subject_id"]).map(name_of).fillna(""),
            "measure": text(told["measure"]),
            "reported": told["value"],
        }
    )
    sums = []
    for measure, summed in rules.items():
        mine = frame[frame["measure"] == measure]
        areas = set(zip(mine["owner"], mine["area_code"], strict=True))
        sums.append(_sum(records, register, summed, areas, quarter).assign(measure=measure))
    keys = ["owner", "area_code", "measure"]
    frame = frame.merge(pd.concat(sums, ignore_index=True), on=keys, how="left")
    known = frame["measure"].isin(list(rules))
    counted = frame["counted"].astype("Int64").fillna(0).where(known)
    frame = frame.assign(counted=counted, lacking=frame["lacking"].fillna(0))
    frame["difference"] = frame["reported"].astype("Int64") - frame["counted"]
    return frame[list(TOTAL)].astype(TOTAL).sort_values(keys, ignore_index=True)


def _sum(
    records: Mapping[str, gpd.GeoDataFrame],
    register: Register,
    summed: Summed,
    areas: set[tuple[str, str]],
    quarter: str,
) -> pd.DataFrame:
    """Return counted and lacking by owner and area: the reporting area, else the county.

    areas: the owners and areas of which there is a total.
    """
    frame = records_of(records, summed.kind)
    since = next((name for name in ("opened", "built") if name in frame), "")
    frame = frame[in_service(frame, quarter, since=since)]
    units = register.units.set_index("code")["area_code"]
    area = text(frame["unit_code"].map(units))
    alone = [pair in areas for pair in zip(text(frame["owner"]), area, strict=True)]
    area = area.where(pd.Series(alone, index=frame.index, dtype="bool"), text(frame["county_code"]))
    value = frame[summed.field] if summed.field else pd.Series(1, index=frame.index, dtype="Int64")
    summing = pd.DataFrame(
        {
            "owner": text(frame["owner"]),
            "area_code": area,
            "counted": value.astype("Int64").fillna(0),
            "lacking": value.isna().astype("int64"),
        }
    )
    return summing.groupby(["owner", "area_code"], as_index=False).sum()
