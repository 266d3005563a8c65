"""Small drives whose outcome is worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_map.text import Text
from geodata.crs import to_cgcs2000, wgs84_to_gcj02
from geodata.errors import FileRefusedError
from geodata.measurements import (
    bin_measurements,
    clean_measurements,
    match_cells,
    read_measurements,
)

EAST_M = 1 / 92_340  # degrees of longitude a metre at 34.1° N
CRS = "EPSG:4547"


def drive(levels: list[float], step_m: float = 20.0, seconds: float = 2.0) -> str:
    """Return a drive eastwards as software exports it."""
    lines = ["采样时间,经度,纬度,服务小区RSRP(dBm),PCI,EARFCN,运营商"]
    start = pd.Timestamp("2026-03-01 09:00:00")
    for i, level in enumerate(levels):
        time = start + pd.Timedelta(seconds=i * seconds)
        lines.append(f"{time},{113.8 + i * step_m * EAST_M:.7f},34.1,{level},12,1300,中国移动")
    return "\n".join(lines)


def read(text: str, crs: str = "EPSG:4490", **more: str) -> tuple[pd.DataFrame, list]:
    return read_measurements(text.encode(), "路测.csv", crs, "drive_test", **more)


def codes(faults: list) -> dict[str, int]:
    return {fault.code: fault.params["count"] for fault in faults}


def test_a_drive_is_read_and_every_fault_can_be_said() -> None:
    frame, faults = read(drive([-90, -91.5, -200, -140, -95]))
    assert frame["signal_dbm"].tolist() == [-90, -91.5, -200, -140, -95]
    assert set(frame["operator"]) == {"cmcc"}
    assert set(frame["technology"]) == {"4G"}
    assert frame["time"].iloc[1] == pd.Timestamp("2026-03-01 09:00:02")
    assert frame["row"].tolist() == [2, 3, 4, 5, 6]
    kept, said = clean_measurements(frame)
    assert kept["signal_dbm"].tolist() == [-90, -91.5, -95]
    assert codes(faults + said) == {"measurement_range": 1, "measurement_floor": 1}
    for fault in said:
        message, remedy = Text("zh_CN").fault(fault)
        assert str(fault.place.row) in message
        assert remedy


def test_flight_mode_is_refused_with_file_row_and_remedy() -> None:
    frame, _ = read(drive([-140] * 30))
    with pytest.raises(FileRefusedError) as refusal:
        clean_measurements(frame)
    fault = refusal.value.fault
    assert fault.code == "measurement_flight_mode"
    assert (fault.place.file, fault.place.row, fault.place.value) == ("路测.csv", 2, "-140")
    assert "飞行模式" in Text("zh_CN").fault(fault)[1]


def test_a_phone_without_5g_is_no_flight_mode() -> None:
    text = "Time,Longitude,Latitude,RSRP,SS-RSRP,PCI,NR PCI\n" + "\n".join(
        f"2026-03-01 09:00:{i:02d},{113.8 + i / 1000},34.1,-90,-140,5,600" for i in range(20)
    )
    frame, _ = read(text, operator="unicom")
    assert frame.groupby("quantity")["pci"].first().to_dict() == {"rsrp": 5, "ss_rsrp": 600}
    kept, said = clean_measurements(frame)
    assert kept["quantity"].tolist() == ["rsrp"] * 20
    assert codes(said) == {"measurement_floor": 20}
    assert set(kept["operator"]) == {"unicom"}


def test_a_file_without_positions_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="measurement_no_table"):
        read("小区,指标\nA,1\nB,2")


def test_waiting_at_a_light_is_one_measurement() -> None:
    text = drive([-90, -80, -82, -84, -95], step_m=0.1)
    far = f"2026-03-01 09:00:20,{113.8 + 50 * EAST_M:.7f},34.1,-100,12,1300,中国移动"
    kept, said = clean_measurements(read(text + "\n" + far)[0])
    assert kept["signal_dbm"].tolist() == [-84, -100]  # the median of the five
    assert kept["samples"].tolist() == [5, 1]
    assert codes(said) == {"measurement_stationary": 4}


def test_a_glitch_of_the_receiver_is_left_out_but_not_the_place_it_returns_to() -> None:
    lines = drive([-90] * 6).splitlines()
    cells = lines[3].split(",")
    cells[2] = "34.3"
    lines[3] = ",".join(cells)
    kept, said = clean_measurements(read("\n".join(lines))[0])
    assert kept["row"].tolist() == [2, 3, 5, 6, 7]
    assert codes(said) == {"measurement_jump": 1}


def test_rows_merged_twice_count_once() -> None:
    lines = drive([-90, -92, -94]).splitlines()
    kept, said = clean_measurements(read("\n".join(lines + lines[1:]))[0])
    assert kept["signal_dbm"].tolist() == [-90, -92, -94]
    assert codes(said) == {"measurement_repeated": 3}


def test_indoor_rows_stay_and_do_not_reach_the_bins() -> None:
    lines = ["时间,经度,纬度,RSRP,是否室内", "2026-03-01,113.8,34.1,-110,室内"]
    text = "\n".join([*lines, "2026-03-01,113.9,34.1,-90,室外"])
    kept, said = clean_measurements(read(text)[0])
    assert kept["indoor"].tolist() == [True, False]
    assert codes(said) == {"measurement_indoor": 1}
    assert bin_measurements(kept)["signal_dbm"].tolist() == [-90]


def test_positions_come_from_the_system_that_is_said() -> None:
    lon, lat = wgs84_to_gcj02(113.8, 34.1)
    frame, _ = read(f"时间,经度,纬度,RSRP\n2026-03-01,{lon:.8f},{lat:.8f},-90\n", crs="GCJ-02")
    assert frame["lon"].iloc[0] == pytest.approx(113.8, abs=1e-7)
    frame, faults = read("时间,经度,纬度,RSRP\n2026-03-01,34.1,113.8,-90\n2026-03-01,0,0,-9")
    assert frame.empty
    assert codes(faults) == {"measurement_position": 2}


def test_a_complaint_needs_no_level() -> None:
    text = "投诉时间,投诉点经度,投诉点纬度,内容\n2026-03-01,113.8,34.1,没信号\n"
    frame, _ = read_measurements(text.encode(), "投诉.csv", "EPSG:4490", "complaint")
    kept, said = clean_measurements(frame)
    assert len(kept) == 1
    assert said == []
    assert bin_measurements(kept).empty


def grid(x_m: list[float], levels: list[float]) -> pd.DataFrame:
    lon, lat = to_cgcs2000(500_000 + np.array(x_m), np.full(len(x_m), 3_775_010.0), CRS)
    text = "经度,纬度,RSRP,采样点数\n" + "\n".join(
        f"{a:.9f},{b:.9f},{level},{7}" for a, b, level in zip(lon, lat, levels, strict=True)
    )
    return read_measurements(text.encode(), "MR.csv", "EPSG:4490", "mr_grid", "cmcc")[0]


def test_a_bin_holds_the_median_the_spread_and_the_count() -> None:
    bins = bin_measurements(grid([5, 15, 45, 60], [-90, -96, -92, -100]), 50, CRS)
    assert bins["x_m"].tolist() == [500_025, 500_075]
    assert bins["signal_dbm"].tolist() == [-92, -100]
    # Deviations 2, 4 and 0 dB of the first bin: median 2.
    assert bins["spread_db"].tolist() == pytest.approx([1.4826 * 2, 3.0])
    assert bins["count"].tolist() == [21, 7]
    assert bins.attrs["crs"] == CRS


def register() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cell_id": ["a", "b", "c"],
            "eci": ["25700353", "25700354", ""],
            "pci": pd.array([12, 12, 77], "Int64"),
            "earfcn": pd.array([1300, 1300, 1300], "Int64"),
            "lon": [113.80, 113.90, 113.80],
            "lat": [34.10, 34.10, 34.20],
        }
    )


def test_cells_are_found_by_identity_then_by_channel_of_the_nearest() -> None:
    rows = pd.DataFrame(
        {
            "eci": ["25700354", "", "", "", "999"],
            "pci": pd.array([12, 12, 12, 300, None], "Int64"),
            "earfcn": pd.array([1300, 1300, 1300, 1300, None], "Int64"),
            "lon": [113.80, 113.81, 113.85, 113.80, 113.80],
            "lat": [34.10] * 5,
        }
    )
    found = match_cells(rows, register())
    assert found["cell_id"].tolist() == ["b", "a", "", "", ""]
    assert found["cell_by"].tolist() == ["eci", "pci", "ambiguous", "none", "none"]


@given(st.permutations(list(range(12))))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    lines = drive([-90, -91, -200, -90, -90, -140, -99, -98, -97, -80, -81, -82], 3.0).splitlines()
    straight, _ = clean_measurements(read("\n".join(lines))[0])
    mixed, _ = clean_measurements(read("\n".join([lines[0], *(lines[1 + i] for i in order)]))[0])
    pd.testing.assert_frame_equal(
        bin_measurements(straight, 50, CRS), bin_measurements(mixed, 50, CRS)
    )


def test_times_are_beijing_times_however_they_are_written() -> None:
    lines = [
        "时间,经度,纬度,RSRP",
        "2026-03-01T08:00:00+08:00,113.8,34.1,-90",
        "2026-03-01T00:00:00Z,113.8,34.1,-90dBm",
        "2026年3月1日 08:00:00,113.8,34.1,-90",
        "2026/3/1 8:00,113.8,34.1,-90",
        "上午,113.8,34.1,-90",
    ]
    frame, faults = read("\n".join(lines))
    assert frame["signal_dbm"].tolist() == [-90] * 5
    assert frame["time"].iloc[:4].tolist() == [pd.Timestamp("2026-03-01 08:00")] * 4
    assert [(f.code, f.place.row, f.place.value) for f in faults] == [
        ("measurement_time", 6, "上午")
    ]
