"""Codes become words: reasons with distances and owners, operators, missing names."""

import json

import pandas as pd
import pytest

from coverage_map.export.columns import operator_name, owner_name, reason_sentence
from coverage_map.export.legible import encodable, harmless, printable, shortened
from coverage_map.text import Text

ZH = Text("zh_CN")


def series(*values: str) -> pd.Series:
    return pd.Series(list(values), dtype="str")


@pytest.mark.parametrize(
    ("reason", "params", "sentence"),
    [
        (
            "station_beyond",
            {"distance_m": 5041, "limit_m": 5000},
            "最近基站 5,041 m，超过限值 5,000 m",
        ),
        (
            "station_beyond",
            {"distance_m": 12340, "limit_m": 5000},
            "最近基站 12.3 km，超过限值 5,000 m",
        ),
        ("station_none_near", {"search_m": 900}, "900 m 以内没有在用基站"),
        ("never_heard_of", {}, "never_heard_of"),
        ("", {}, ""),
    ],
)
def test_reason(reason: str, params: dict[str, int], sentence: str) -> None:
    assert reason_sentence(reason, json.dumps(params), ZH) == sentence


def test_names_of_operators_and_owners() -> None:
    assert owner_name("telecom", ZH) == "中国电信"
    assert owner_name("", ZH) == ""
    assert operator_name("telecom", Text("en")) == "China Telecom"
    assert operator_name("any", ZH) != operator_name("", ZH) != ""


def test_legible() -> None:
    assert harmless(series("=1+1", "-x", "村-1", "＝1", "")).tolist() == [
        "'=1+1",
        "'-x",
        "村-1",
        "'＝1",
        "",
    ]
    spelt, missed = encodable(series("㙍村", "村"), "GBK")
    assert spelt.tolist() == ["〓村", "村"]
    assert missed.tolist() == [True, False]
    cut, changed = shortened(series("村村", "村"), "UTF-8", 5)
    assert cut.tolist() == ["村", "村"]
    assert changed.tolist() == [True, False]
    assert printable("a\x00b\x1fc\nd") == "abc\nd"
