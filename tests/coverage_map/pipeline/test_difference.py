"""The difference tells by key what is added, removed, moved how far, changed from what to what."""

import numpy as np
import pytest
from made_sites import PLACED, site_file, site_rows

from coverage_map import pipeline


@pytest.fixture
def accepted(own_workspace):  # type: ignore[no-untyped-def]
    """Return the rows of a site list that was accepted; the third has no position."""
    rows = site_rows(own_workspace, 6)
    rows[2][5:7] = ["", ""]
    city = pipeline.local_actor(own_workspace)
    check = pipeline.check_upload(own_workspace, city, "cmcc", "一.csv", site_file(rows), PLACED)
    pipeline.accept_upload(own_workspace, city, check.upload_id, partial=True)
    return rows


def _compare(workspace, rows, **how):  # type: ignore[no-untyped-def]
    carrier = pipeline.local_actor(workspace, "cmcc")
    content = site_file(rows)
    check = pipeline.check_upload(workspace, carrier, "cmcc", "二.csv", content, PLACED)
    return pipeline.read_difference(workspace, carrier, check.upload_id, **how)


def test_each_kind_of_change_is_told(own_workspace, accepted) -> None:
    rows = [list(row) for row in accepted[:5]]
    rows[0][6] = f"{float(rows[0][6]) + 0.0001:.6f}"  # a ten-thousandth of a degree north: 11 m
    rows[1][7] = "4G"
    rows[3][1] = "改名站"
    rows.append(["N900", "又一站", *rows[4][2:]])
    found = _compare(own_workspace, rows)
    assert (found.added, found.removed, found.moved) == (1, 0, 1)
    by_key = found.records.groupby("key")
    assert set(by_key.groups) == {"N000", "N001", "N003", "N900"}
    moved = by_key.get_group("N000").iloc[0]
    assert (moved["change"], moved["moved_m"]) == ("moved", 11)
    assert moved["lat_after"] - moved["lat"] == pytest.approx(0.0001, abs=1e-7)
    new = by_key.get_group("N900").iloc[0]
    assert (new["change"], new["name"]) == ("added", "又一站")
    assert np.isnan(new["lon"])
    assert new["lon_after"] == pytest.approx(float(rows[4][5]))
    assert new["unit"].startswith(rows[4][4].removesuffix("村民委员会")[:2])
    name = by_key.get_group("N003").set_index("field").loc["name"]
    assert (name["before"], name["after"]) == (accepted[3][1], "改名站")
    band = by_key.get_group("N001").set_index("field")
    assert (band["before"].str.contains("5G") & band["after"].str.contains("4G")).any()
    assert found.unchanged == 2  # N002 without a position, N004


def test_a_whole_list_tells_what_goes(own_workspace, accepted) -> None:
    found = _compare(own_workspace, accepted[:2], full=True)
    gone = found.records[found.records["change"] == "removed"]
    assert found.removed == len(gone) > 4
    assert {"N002", "N003", "N004", "N005"} <= set(gone["key"])
    assert gone["lon_after"].isna().all()
    assert found.unchanged == 2
    assert _compare(own_workspace, accepted[:2]).removed == 0


def test_a_position_that_comes_is_told_as_a_field(own_workspace, accepted) -> None:
    rows = [list(row) for row in accepted]
    rows[2][5:7] = rows[1][5:7]
    found = _compare(own_workspace, rows)
    change = found.records[found.records["field"] == "geometry"].iloc[0]
    assert (change["key"], change["before"]) == ("N002", "")
    assert change["after"].startswith(rows[1][5][:6])
    assert found.moved == 0
