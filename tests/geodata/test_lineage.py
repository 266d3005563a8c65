import json
import re

import geopandas as gpd
import pandas as pd
import pytest
from small_city import build_small_city

from geodata.lineage import COLUMNS, read_lineage, trace_lineage
from geodata.lineage_pairs import pair_townships, pair_units
from geodata.match_words import unit_index
from geodata.matching import match_records
from geodata.sample.source_tables import read_source
from geodata.unit_index import read_code

LENGTH = {"county": 6, "township": 9, "unit": 12}


def test_the_table_is_well_formed():
    table = read_lineage()
    assert tuple(table.columns) == COLUMNS
    for level, length in LENGTH.items():
        mine = table[table["level"] == level]
        assert len(mine)
        assert mine["former"].str.fullmatch(rf"\d{{{length}}}").all()
        assert mine["code"].str.fullmatch(rf"\d{{{length}}}").all()
    assert table["until"].map(lambda day: bool(re.fullmatch(r"\d{4}-\d\d-\d\d", day))).all()
    assert (table["source"] != "").all()
    assert not table.duplicated(["level", "former", "code", "name"]).any()
    changed = table[table["former"] != table["code"]]
    assert set(changed["level"]) == set(LENGTH)


def test_its_codes_are_those_of_the_register():
    source = read_source()
    known = {"township": set(source.townships["code"]), "unit": set(source.units["code"])}
    table = read_lineage()
    for level, codes in known.items():
        assert set(table.loc[table["level"] == level, "code"]) <= codes


def test_a_registers_own_aliases_are_lineage_too():
    aliases = pd.DataFrame(
        [("county", "411003", "411023"), ("county", "411003", "许昌县"), ("unit", "x", "1")],
        columns=["level", "code", "alias"],
    )
    traced = trace_lineage(aliases, {"county": {"411003"}, "township": set(), "unit": set()})
    assert traced.former["county"] == {"411023": frozenset({"411003"})}
    assert traced.names["county"] == (("许昌县", "411003"),)
    assert traced.names["unit"] == ()


OLD = {
    "100001200201": "王庄村委会",
    "100001200202": "李庄村委会",
    "100001200203": "代岗村委会",
    "100001200204": "赵楼村委会",
    "100001300201": "王庄村委会",
    "100001300202": "河湾村委会",
}
NEW = {
    "100002100001": "李庄社区居委会",
    "100002100201": "王庄村委会",
    "100002100203": "戴岗村委会",
    "100002100204": "赵楼村委会",
    "100002300201": "王庄村委会",
    "100002100209": "河湾村委会",
}


def test_registers_are_paired_one_to_one():
    then = {"100001200": "东乡", "100001300": "西乡"}
    now = {"100002100": "东阳镇", "100002300": "西镇"}
    townships = pair_townships(OLD, NEW, then, now)
    # 东乡 by where its villages are, 西乡 by name.
    assert townships == {"100001200": "100002100", "100001300": "100002300"}
    assert pair_units(OLD, NEW, townships) == {
        "100001200201": "100002100201",
        "100001200202": "100002100001",
        "100001200203": "100002100203",  # the same number, a name that sounds the same
        "100001200204": "100002100204",
        "100001300201": "100002300201",
        "100001300202": "100002100209",  # once then and now: it moved
    }


@pytest.fixture(scope="module")
def sample_like():
    """The made-up city under codes that ``lineage.csv`` knows would be no test: its own aliases."""
    return build_small_city()


def test_a_code_with_two_meanings_needs_the_name(sample_like):
    aliases = pd.concat(
        [
            sample_like.aliases,
            pd.DataFrame(
                [("unit", "419901100204", "419901100203")], columns=["level", "code", "alias"]
            ),
        ]
    )
    register = type(sample_like)(**{**vars(sample_like), "aliases": aliases})
    index = unit_index(register)
    digits, now, before = read_code(index, "419901100203")
    assert (digits, now, before) == (
        "419901100203",
        frozenset({"419901100203"}),
        frozenset({"419901100204"}),
    )
    names = ["颍河村", "大李庄村", ""]
    frame = gpd.GeoDataFrame(
        {"given_code": ["419901100203"] * 3, "village_name": names},
        geometry=[None] * 3,
        crs="EPSG:4490",
    )
    found = match_records(frame, register)
    assert found["unit_code"].tolist() == ["419901100203", "419901100204", ""]
    assert json.loads(found["match_note"].iloc[1])["how"] == "former_code"
    assert len(json.loads(found["match_note"].iloc[2])["candidates"]) == 2
