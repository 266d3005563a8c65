"""Fields that follow from others, through whole files of cells and sites."""

import json

import geopandas as gpd
import numpy as np
import pytest
from made_files import table

from geodata.ingest import Answers, TableAnswer, check_file
from geodata.records import read_kinds
from geodata.register import empty_register
from geodata.store.frames import values_hash
from geodata.store.merging import check_records, shape_records

CGCS = Answers({"*": TableAnswer(kind="cell", crs="EPSG:4490")})
SITES = Answers({"*": TableAnswer(kind="site", crs="EPSG:4490")})
CELL = ["CGI", "小区名称", "经度", "纬度"]


def cells(headers, *rows, name="小区.csv", answers=CGCS):
    """Check a table of cells: each row gives what stands under the headers."""
    lines = [
        [f"460-00-{1000 + i}-{i % 3}", f"小区{i}", 113.6 + i / 1000, 34.1, *row]
        for i, row in enumerate(rows)
    ]
    return check_file(table([[*CELL, *headers], *lines]), name, empty_register(), "cmcc", answers)[
        0
    ]


def sites(headers, *rows):
    lines = [[f"Z{i}", f"站{i}", 113.6 + i / 1000, 34.1, *row] for i, row in enumerate(rows)]
    content = table([["站址编码", "基站名称", "经度", "纬度", *headers], *lines])
    return check_file(content, "站.csv", empty_register(), "cmcc", SITES)[0]


def codes(report):
    return {fault.code for fault in report.faults}


def test_band_words_tell_band_and_technology_and_are_kept():
    report = cells(
        ["网络制式", "频段"], ["", "FDD1800"], ["", "n78"], ["4G", "D频段"], ["4G", "2.1G"]
    )
    records = report.records
    assert records["band"].tolist() == ["1.8G", "3.5G", "2.6G", "2.1G"]
    assert records["technology"].tolist() == ["4G", "5G", "4G", "4G"]
    assert [json.loads(text)["频段"] if text else "" for text in records["extra"]] == [
        "FDD1800", "n78", "D频段", "",
    ]  # fmt: skip
    told = next(fault for fault in report.faults if fault.code == "technology_inferred")
    assert (told.place.row, told.params["rows"]) == (None, 2)


def test_a_band_without_a_technology_is_an_error_where_there_is_a_column_for_it():
    report = cells(["网络制式", "频段"], ["", "1.8G"], ["4G", "1.8G"])
    assert [(f.code, f.place.row) for f in report.faults if f.severity == "error"] == [
        ("value_missing", 2)
    ]


@pytest.mark.parametrize(
    ("name", "technology"), [("LTE工参.csv", "4G"), ("5G小区.csv", "5G"), ("4G5G小区.csv", "")]
)
def test_titles_tell_the_technology_of_a_table_without_a_column(name, technology):
    report = cells(["方位角"], [0], [120], name=name)
    assert set(report.records["technology"]) == {technology}
    assert ("technology_by_title" in codes(report)) == bool(technology)
    asked = [question.params.get("field") for question in report.questions]
    assert ("technology" in asked) == (not technology)


def test_channel_numbers_give_frequency_and_band():
    report = cells(["制式", "频点"], ["LTE", 1825], ["NR", 504990], ["LTE", 38400], ["LTE", 9999])
    assert report.records["frequency_mhz"].tolist()[:3] == [1867.5, 2524.95, 1895.0]
    assert np.isnan(report.records["frequency_mhz"].iloc[3])
    assert report.records["band"].tolist() == ["1.8G", "2.6G", "1.9G", ""]


def test_bands_and_channels_that_disagree_are_said_once():
    report = cells(["制式", "频段", "频点"], *[["LTE", "1.8G", 38400]] * 3, ["LTE", "F", 38400])
    found = [fault for fault in report.faults if fault.code == "band_disagrees"]
    assert [fault.params["rows"] for fault in found] == [3]


def test_identities_are_read_from_the_cgi():
    report = cells(["制式"], ["LTE"], ["LTE"])
    assert report.records["enodeb_id"].tolist() == ["1000", "1001"]
    assert report.records["local_id"].tolist() == ["0", "1"]
    assert report.records["eci"].tolist() == [str(1000 * 256), str(1001 * 256 + 1)]
    assert report.records["source_id"].tolist() == ["460-00-1000-0", "460-00-1001-1"]


def test_identities_that_contradict_the_base_station_are_said():
    report = cells(["制式", "eNodeB ID"], ["LTE", 1000], ["LTE", 77])
    told = [f.params["rows"] for f in report.faults if f.code == "eci_disagrees"]
    assert told == [1]
    assert report.records["enodeb_id"].tolist() == ["1000", "77"]
    assert report.records["site_id"].tolist() == ["1000", "77"]


def test_powers_by_header_cell_evidence_and_answer():
    watts = cells(["制式", "发射功率(W)"], ["LTE", 20], ["LTE", "43dBm"])
    # 10 log10(20000 mW) = 43.01 dBm
    assert watts.records["power_dbm"].tolist() == [43.01, 43]
    judged = cells(["制式", "发射功率"], *[["LTE", power] for power in (20, 40, 60, 80)])
    assert judged.records["power_dbm"].tolist() == [43.01, 46.02, 47.78, 49.03]
    assert "unit_judged" in codes(judged)
    open_unit = cells(["制式", "发射功率"], ["LTE", 40], ["LTE", 40])
    assert open_unit.records["power_dbm"].isna().all()
    assert json.loads(open_unit.records["extra"].iloc[0])["发射功率"] == "40"
    assert [f.severity for f in open_unit.faults if f.code == "unit_unclear"] == ["warning"]
    said = Answers({"*": TableAnswer(kind="cell", crs="EPSG:4490", units={"power_dbm": "W"})})
    told = cells(["制式", "发射功率"], ["LTE", 40], ["LTE", 40], answers=said)
    assert told.records["power_dbm"].tolist() == [46.02, 46.02]
    assert "unit_unclear" not in codes(told)
    wrong = Answers({"*": TableAnswer(kind="cell", crs="EPSG:4490", units={"power_dbm": "km"})})
    assert "unit_unusable" in codes(cells(["制式", "发射功率"], ["LTE", 40], answers=wrong))


def test_powers_of_the_reference_signal():
    report = cells(["制式", "发射功率"], ["LTE", 15.2], ["LTE", 18.2], ["LTE", 9.2])
    assert report.records["rs_power_dbm"].tolist() == [15.2, 18.2, 9.2]
    assert report.records["power_dbm"].isna().all()
    assert "power_per_element" in codes(report)
    tenths = cells(["制式", "RS功率"], ["LTE", 152], ["LTE", 92])
    assert tenths.records["rs_power_dbm"].tolist() == [15.2, 9.2]


def test_tilts_are_kept_apart_and_added():
    report = cells(["制式", "机械下倾角", "电子下倾角"], ["LTE", 4, 6], ["LTE", 3, "-"])
    assert report.records["tilt_mechanical_deg"].tolist() == [4, 3]
    assert report.records["tilt_deg"].iloc[0] == 10
    assert np.isnan(report.records["tilt_deg"].iloc[1])


def test_gains_of_indoor_cells_are_nothing():
    report = cells(["制式", "天线增益"], ["LTE", "15.5dBi"], ["LTE", "室分"], ["LTE", "-"])
    assert report.records["gain_dbi"].iloc[0] == 15.5
    assert report.records["gain_dbi"].isna().sum() == 2
    assert not [f for f in report.faults if f.place.column == "天线增益"]


def test_one_row_for_a_site_keeps_its_sectors():
    report = sites(
        ["挂高", "方位角", "总下倾角", "配置"],
        ["35/35/32", "0/120/240", "6/6/8", "S111"],
        ["30", "0、120", "6；6；8", "S1/1/1"],
        [28, "", "", "O1"],
        ["30 32 31", "0|90|180", "", ""],
    )
    records = report.records
    assert records["height_m"].tolist() == [35, 30, 28, 32]
    assert records["heights_m"].tolist() == [[35, 35, 32], [30], [28], [30, 32, 31]]
    assert records["azimuths_deg"].tolist() == [[0, 120, 240], [0, 120], [], [0, 90, 180]]
    assert records["tilts_deg"].tolist() == [[6, 6, 8], [6, 6, 8], [], []]
    assert records["sectors"].tolist() == [3, 3, 1, 3]
    unequal = [fault for fault in report.faults if fault.code == "sectors_unequal"]
    assert [(f.place.row, f.params["counts"], f.severity) for f in unequal] == [
        (3, "1/2/3", "warning")
    ]


def test_lists_of_numbers_pass_through_the_store(tmp_path):
    report = sites(["挂高", "方位角"], ["35/35/32", "0/120/240"], [30, ""])
    kind = read_kinds()["site"]
    kept = check_records(report.records, kind)
    assert kept["heights_m"].tolist() == [(35.0, 35.0, 32.0), (30.0,)]
    assert kept["azimuths_deg"].tolist() == [(0.0, 120.0, 240.0), ()]
    read = gpd.read_parquet(_written(kept, tmp_path / "sites.parquet"))
    for name in ("heights_m", "azimuths_deg", "technologies"):
        read[name] = [tuple(value) for value in read[name]]
    assert values_hash(shape_records(read, kind)) == values_hash(kept)
    older = kept.drop(columns=["heights_m", "configuration", "sectors"])
    grown = shape_records(older, kind)
    assert grown["heights_m"].tolist() == [(), ()]
    assert grown["sectors"].isna().all()


def _written(frame, path):
    frame.to_parquet(path)
    return path
