"""A few files with carriers' quirks, by seed: what ``make bench`` measures on many, in small."""

from collections import Counter

import pytest

from benchmarks.accuracy import calibration_error
from benchmarks.judging import judge_seed, judge_situations
from benchmarks.varied.earlier import situations

SEEDS = range(1000, 1025)
# A list of 20 cells in CGCS2000 of which neither counties nor a word say so.
OPEN_SEED = 2007


@pytest.fixture(scope="module")
def verdicts():
    return [judge_seed(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def total(verdicts):
    return sum((verdict.counts for verdict in verdicts), Counter())


def told(verdicts, area):
    return [(v.seed, what) for v in verdicts for where, what in v.wrong if where == area]


def test_no_good_file_is_refused_and_none_ends_in_a_traceback(total, verdicts):
    assert total["refused"] + total["crashed"] == 0, told(verdicts, "reading")


def test_kinds_are_recognised(total, verdicts):
    right = total["kind right"]
    assert right >= 0.9 * total["tables"], told(verdicts, "kind")
    # Lists of forty columns, most of them none of ours, may be asked about.
    assert right + total["kind asked first"] >= 0.98 * total["tables"], told(verdicts, "kind")


def test_required_columns_are_found_or_asked_with_the_right_one_first(total, verdicts):
    found = total["required right"] + total["required asked first"]
    assert found >= 0.98 * total["required"], told(verdicts, "columns")


def test_no_coordinate_system_is_wrong_and_silent(total, verdicts):
    assert total["placed"] > 10
    assert total["crs wrong silent"] == 0, told(verdicts, "crs")


def test_what_a_city_knows_settles_what_a_file_alone_does_not():
    """Only more knowledge than a short list itself holds tells its system."""
    verdict = judge_situations(OPEN_SEED)
    assert verdict.counts["files asked"] == 1
    asked = {name: verdict.counts[f"files asked {name}"] for name in situations("unicom")}
    assert asked["where the owner handed in before"] == 0
    assert not any(name.startswith("crs wrong silent") for name in +verdict.counts), verdict.wrong


def test_rows_find_their_units(total, verdicts):
    assert total["rows"] > 2000
    assert total["matched right"] >= 0.995 * total["matched"], told(verdicts, "matching")
    assert total["matched right"] >= 0.95 * total["rows"], told(verdicts, "matching")
    assert total["queued"] <= 0.03 * total["rows"]
    assert calibration_error(verdicts) <= 0.03


def test_values_and_wrong_cells_are_read_as_they_are(total, verdicts):
    assert total["values right"] >= 0.995 * total["values"], told(verdicts, "values")
    assert total["spoilt said"] >= 0.95 * total["spoilt"], told(verdicts, "values")
    assert total["clean blamed"] <= 0.01 * total["clean"], told(verdicts, "values")
