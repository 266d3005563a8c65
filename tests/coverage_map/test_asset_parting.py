"""Taking a report out of an asset cuts the doubtful link; what surely hangs on it goes along."""

import pandas as pd
import pytest

from coverage_map.asset_parting import part_off
from coverage_map.assets import Decision, resolve_assets
from geodata.register import empty_register
from tests.coverage_map.test_assets import _frame, _groups, _site

COLUMNS = ["record_id", "owner", "linked_to", "by", "probability"]


def _asset(*rows: tuple[str, str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


# A carrier's site; another's cell doubtfully on it, and that carrier's station surely on its cell.
DOUBTFUL = _asset(
    ("m", "cmcc", "", "", 1.0),
    ("c", "telecom", "m", "evidence", 0.55),
    ("s", "telecom", "c", "name", 1.0),
)


@pytest.mark.parametrize(("pressed", "going"), [("s", {"s", "c"}), ("c", {"s", "c"}), ("m", {"m"})])
def test_the_doubtful_link_is_cut_wherever_one_presses(pressed: str, going: set[str]) -> None:
    gone, left = part_off(DOUBTFUL, pressed)
    assert set(gone) == going
    assert set(left) == {"m", "c", "s"} - going


def test_of_two_doubtful_links_the_weaker_is_cut() -> None:
    asset = _asset(
        ("a", "tower", "", "", 1.0),
        ("b", "cmcc", "a", "evidence", 0.8),
        ("c", "unicom", "b", "evidence", 0.6),
    )
    assert part_off(asset, "b") == (("a", "b"), ("c",))
    assert part_off(asset, "a") == (("a",), ("b", "c"))
    assert part_off(asset, "c") == (("c",), ("a", "b"))


def test_where_all_is_sure_a_report_goes_with_its_owners() -> None:
    asset = _asset(
        ("t", "tower", "", "", 1.0),
        ("s", "cmcc", "t", "id", 1.0),
        ("c", "cmcc", "s", "id", 1.0),
    )
    assert part_off(asset, "s") == (("s", "c"), ("t",))
    assert part_off(asset, "t") == (("t",), ("s", "c"))
    own = asset.assign(owner="cmcc")
    assert part_off(own, "s") == (("s",), ("t", "c"))


def test_a_station_taken_out_keeps_its_cell() -> None:
    cell = {"record_id": "c1", "owner": "telecom", "source_id": "7-1", "site_id": "7"}
    records = {
        "site": _frame(
            "site",
            _site("cmcc", 0, "苌庄石板河基站"),
            _site("telecom", 260, "苌庄石板河", source_id="7"),
        ),
        "cell": _frame("cell", {**cell, "name": "苌庄石板河-800M", "north_m": 260}),
    }
    joined = Decision("s_cmcc", "c1", together=True)
    _, reports = resolve_assets(records, empty_register(), [joined])
    assert _groups(reports) == {frozenset({"s_cmcc", "s_telecom", "c1"})}
    gone, left = part_off(reports, "s_telecom")
    apart = [Decision(one, other, together=False) for one in gone for other in left]
    _, reports = resolve_assets(records, empty_register(), [joined, *apart])
    assert _groups(reports) == {frozenset({"s_cmcc"}), frozenset({"s_telecom", "c1"})}
