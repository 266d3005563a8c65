"""Manholes, coverage of villages and routes by their ends go through the whole house."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from coverage_map import pipeline
from geodata.store.tables import read_records

CRS = "EPSG:4490"
WELLS = ["井号,井型,经度,纬度,区县,所属管道段,产权"]
WELLS += ["R1,小号直通,113.46,34.15,禹州市,一段,移动", "R2,手孔,113.47,34.16,禹州市,一段,电信"]
ROUTES = ["光缆编号,光缆名称,区县,起点经度,起点纬度,终点经度,终点纬度,长度(米),芯数"]
ROUTES += ["L1,甲线,禹州市,113.46,34.15,113.47,34.16,1600,24"]
ROUTES += ["L2,乙线,禹州市,113.46,34.15,113.48,34.15,900,24"]


@pytest.fixture(scope="module")
def villages(sample_workspace: Path) -> list[str]:
    workspace = pipeline.open_workspace(sample_workspace)
    units = pipeline.workspace.load_register(workspace).units
    chosen = units[(units["kind"] == "village") & (units["county_code"] == "411081")].head(2)
    rows = ["行政村代码,行政村,移动4G覆盖率,移动5G覆盖率,是否通光缆"]
    return rows + [f"{u.code},{u.name},95%,40%,是" for u in chosen.itertuples(index=False)]


def bring(
    workspace: pipeline.Workspace, folder: Path, lines: Sequence[str]
) -> pipeline.ImportOutcome:
    file = folder / "资源.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    city = pipeline.local_actor(workspace)
    return pipeline.import_file(workspace, city, "cmcc", file, crs=CRS)


def test_what_is_accepted_is_kept_and_counted(own_workspace, tmp_path, villages) -> None:
    city, rival = (pipeline.local_actor(own_workspace, name) for name in (None, "unicom"))
    for lines in (WELLS, villages):
        assert bring(own_workspace, tmp_path, lines).state == "accepted"
    counts = pipeline.read_status(own_workspace, city).records
    assert (counts["duct_point"], counts["village_coverage"]) == (2, 2)
    assert pipeline.read_status(own_workspace, rival).records["duct_point"] == 0
    wells = read_records(own_workspace.store, "duct_point").set_index("source_id")
    assert wells["owned_by"].to_dict() == {"R1": "cmcc", "R2": "telecom"}
    assert wells["point_class"].to_dict() == {"R1": "manhole", "R2": "handhole"}
    rates = read_records(own_workspace.store, "village_coverage")
    assert rates["rate_cmcc_4g"].tolist() == [95, 95]
    assert (rates["unit_code"] == rates["given_code"]).all()


def test_routes_between_ends_are_kept_with_what_they_are_from(own_workspace, tmp_path) -> None:
    outcome = bring(own_workspace, tmp_path, ROUTES)
    assert outcome.state == "accepted"
    codes = [fault.code for fault in outcome.check.faults]
    assert codes.count("length_short") == 1
    routes = read_records(own_workspace.store, "fibre_route", ["cmcc"])
    ours = routes[routes["source_id"].isin(["L1", "L2"])]
    assert ours["geometry_from"].tolist() == ["ends", "ends"]
    assert ours.geom_type.tolist() == ["LineString", "LineString"]
    drawn = read_records(own_workspace.store, "fibre_route", ["telecom"])
    assert len(drawn) > 0
    assert set(drawn["geometry_from"]) == {""}
