"""Of reported totals the largest difference stands first, and a large one is marked."""

import pandas as pd

from app_pages.totals import by_size


def test_the_largest_difference_is_first_and_marked() -> None:
    found = pd.DataFrame(
        {
            "area_name": ["甲", "乙", "丙", "丁"],
            "reported": [1000, 40, 9, 0],
            "difference": pd.array([50, -20, None, 0], dtype="Int64"),
        }
    )
    ordered = by_size(found)
    assert ordered["area_name"].tolist() == ["甲", "乙", "丁", "丙"]
    assert ordered["large"].tolist() == [False, True, False, False]
