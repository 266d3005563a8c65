"""What is remembered of a file is told as what it is: its kind, its columns, its system."""

from types import SimpleNamespace
from typing import Any

import pytest

from app_pages.upload import _profile_label
from coverage_map.pipeline import kind_of_headers
from coverage_map.text import Text

CELLS = ("cgi", "小区名称", "方位角", "下倾角", "经度", "纬度", "频段")


def _profile(**more: Any) -> SimpleNamespace:
    given: dict[str, Any] = {
        "kind": "", "crs": "", "columns": {}, "units": {}, "headers": CELLS, "owner": "cmcc",
    }  # fmt: skip
    return SimpleNamespace(**{**given, **more})


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh_CN", ["小区", "2 列", "GCJ-02"]), ("en", ["cells", "2 columns", "GCJ-02"])],
)
def test_corrected_columns_and_system_are_named(language: str, said: list[str]) -> None:
    profile = _profile(crs="GCJ-02", columns={"azimuth_deg": "方位角", "name": "小区名称"})
    label = _profile_label(profile, Text(language), owned=False)
    assert all(part.lower() in label.lower() for part in said), label
    assert Text(language)("kind.none") not in label


def test_a_table_that_was_said_to_be_none_says_so() -> None:
    assert _profile_label(_profile(kind="none"), Text("zh_CN"), owned=False).startswith("都不是")


def test_headers_of_no_kind_name_none() -> None:
    assert kind_of_headers(("甲", "乙"), {}) == ""
