"""The sharing workbook: words, blanks and coordinates as people read them."""

import dataclasses
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from coverage_map.export import SheetInfo
from coverage_map.export.sharing_list import write_sharing
from coverage_map.verdicts import DUPLICATE, OPPORTUNITY

HEADER_ROW = 3


@pytest.fixture(scope="module")
def opportunities(gaps: gpd.GeoDataFrame) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "gap_id": gaps["gap_id"].iloc[-2:],
            "unit_code": gaps["unit_code"].iloc[-2:],
            "asset_class": "tower",
            "record_id": "t1",
            "asset_name": "塔一",
            "owner": "tower",
            "distance_m": 1640,
            "free": pd.NA,
            "rank": 1,
            "reason": "room_not_reported",
            "reason_params": "{}",
            "lon": 113.80000000000001,
            "lat": 34.123456789,
        }
    )
    return rows.astype(OPPORTUNITY)


@pytest.fixture(scope="module")
def duplicates() -> pd.DataFrame:
    names = {f"{age}_{name}": name for age in ("new", "old") for name in ("id", "name", "date")}
    row = {
        **names,
        "new_owner": "cmcc",
        "old_owner": "unicom",
        "distance_m": 40,
        "limit_m": 500,
        "setting": "outside",
        "unit_code": "",
        "lon": 113.98765432101,
        "lat": 34.000000000001,
    }
    return pd.DataFrame([row]).astype(DUPLICATE)


def _table(path: Path, sheet: str) -> pd.DataFrame:
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))
    return pd.DataFrame(rows[HEADER_ROW:], columns=rows[HEADER_ROW - 1])


def test_a_places_people_are_blank_and_degrees_are_rounded(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    opportunities: pd.DataFrame,
    duplicates: pd.DataFrame,
    sheet: SheetInfo,
) -> None:
    last = gaps.index == gaps.index[-1]
    places = gaps.assign(
        subject_kind=gaps["subject_kind"].mask(last, "place"), people=gaps["people"].mask(last, 0)
    )
    out = write_sharing(places, opportunities, duplicates, tmp_path / "a.xlsx", sheet=sheet)
    found = _table(out, "共享机会").set_index("对象")["人口（人）"]
    assert found["小庄0"] == 30
    assert pd.isna(found["小庄1"])
    degrees = ["经度（CGCS2000）", "纬度（CGCS2000）"]
    assert _table(out, "共享机会")[degrees].to_numpy().tolist() == [[113.8, 34.123457]] * 2
    assert _table(out, "疑似重复建设")[degrees].to_numpy().tolist() == [[113.987654, 34]]


def test_english_headings_are_capitalised(
    tmp_path: Path,
    gaps: gpd.GeoDataFrame,
    opportunities: pd.DataFrame,
    duplicates: pd.DataFrame,
    sheet: SheetInfo,
) -> None:
    english = dataclasses.replace(sheet, language="en")
    out = write_sharing(gaps, opportunities, duplicates, tmp_path / "a.xlsx", sheet=english)
    names = openpyxl.load_workbook(out).sheetnames
    assert names == ["Co-siting opportunities", "Possible duplicate builds"]
    headings = [heading for name in names for heading in _table(out, name).columns]
    assert len(headings) == 26
    assert all(heading[0].isupper() for heading in headings)
