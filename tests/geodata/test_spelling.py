import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.place_names import fold, matching_settings, plain_code, unit_keys
from geodata.spelling import likeness

NEVER = matching_settings()["spelling"]["never"]


@pytest.mark.parametrize(
    ("said", "unit", "how"),
    [
        ("王庄", "王庄", "same"),
        # As the registers of 2016 to 2023 write the same villages.
        ("代岗", "戴岗", "sound"),
        ("大辛", "大新", "sound"),
        ("兴元铺", "兴源铺", "sound"),
        ("店后李", "殿后李", "sound"),
        ("姬营", "姬家营", "misprint"),
        ("东大王", "东大王庄", "misprint"),
        ("大己庄", "大已庄", "misprint"),
        ("小未庄", "小末庄", "misprint"),
        ("李大庄", "大李庄", "misprint"),
        ("罗庄", "大罗庄", "near"),
        ("大李庄", "大王庄", "near"),
        ("士庄", "土庄", "near"),
        ("李庄", "王庄", ""),
        ("东庄", "西庄", ""),
        ("冬庄", "东庄", ""),
        ("前王", "钱王", ""),
        ("三里庙", "五里庙", ""),
        ("里庙", "三里庙", ""),
        ("汪", "王", ""),
        ("大王庄", "小李庄", ""),
    ],
)
def test_likeness(said, unit, how):
    assert likeness(said, unit) == how


@given(st.text("东西南北一二三庄王李张岗大小家", min_size=2, max_size=5), st.data())
def test_nothing_becomes_another_direction_or_numeral(name, data):
    spot = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(st.sampled_from(NEVER))
    changed = name[:spot] + other + name[spot + 1 :]
    if changed != name:
        assert likeness(changed, name) == ""
        assert likeness(name, changed) == ""


@given(st.text("庄王李张岗大小家营寨", max_size=5), st.text("庄王李张岗大小家营寨", max_size=5))
def test_likeness_is_mutual(first, second):
    assert likeness(first, second) == likeness(second, first)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("張莊", "张庄"),
        ("王冈", "王岗"),
        ("第三社区", "三社区"),
        ("3社区", "三社区"),
        ("第12社区", "十二社区"),
        ("20里铺", "二十里铺"),
        ("第一", "一"),
    ],
)
def test_names_are_folded(name, folded):
    assert fold(name) == folded
    assert fold(folded) == folded
    assert folded in unit_keys(name)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("411081103201", "411081103201"),
        ("411081103201.0", "411081103201"),
        ("'411081 103 201", "411081103201"),
        ("４１１０８１", "411081"),
        ("4.11081E+11", ""),  # its last digits are lost
        ("禹州", ""),
        ("", ""),
    ],
)
def test_codes_are_digits(text, digits):
    assert plain_code(text) == digits
