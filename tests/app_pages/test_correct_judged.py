"""The questions of an upload: a column that the table does not have can be answered so."""

import pytest
from streamlit.testing.v1 import AppTest

from coverage_map.text import Text
from geodata.ingest import Profile, TableAnswer, check_file
from geodata.register import empty_register

ROWS = [
    "小区名称,CGI,双工模式,方位角,经度,纬度",
    *(
        f"双桥小区{i},460-00-{570000 + i}-1,{('TDD', 'FDD')[i % 2]},{120 * (i % 3)},104.{i},30.{i}"
        for i in range(10, 22)
    ),
]
CONTENT = "\n".join(ROWS).encode()


def ask(language: str) -> None:
    """Run the questions of the file as the page does; what is answered is written out."""
    import streamlit as st

    from app_pages.correct import ask_open
    from app_pages.scene import Scene
    from coverage_map.pipeline import Answers, UploadCheck
    from coverage_map.text import Text
    from geodata.ingest import check_file
    from geodata.register import empty_register
    from tests.app_pages.test_correct_judged import CONTENT

    tables = tuple(check_file(CONTENT, "小区.csv", empty_register(), "cmcc"))
    scene = Scene(None, None, Text(language), None, None)
    check = UploadCheck("u1", "小区.csv", "cmcc", tables, answers=Answers())
    answers = ask_open(scene, check)
    if answers is not None:
        st.text(answers.to_json())


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_none_of_these_columns_can_be_answered(language):
    page = AppTest.from_function(ask, kwargs={"language": language}, default_timeout=30).run()
    assert not page.exception
    column, system = page.selectbox
    none = Text(language)("upload.none_of_these")
    assert column.options == ["双工模式", none]
    # Nothing speaks for the only column left: it is not proposed.
    assert column.value is None
    column.select("")
    system.select("EPSG:4490")
    page.button[0].click().run()
    assert not page.exception
    assert '"technology": ""' in page.text[0].value


def test_that_a_table_has_no_such_column_is_remembered():
    first = check_file(CONTENT, "小区.csv", empty_register(), "cmcc")[0]
    assert [question.params.get("field") for question in first.questions] == ["technology", None]
    said = TableAnswer(crs="EPSG:4490", columns={"technology": ""})
    kept = Profile("小区表", first.shape, said)
    again = check_file(CONTENT, "小区.csv", empty_register(), "cmcc", profiles=[kept])[0]
    assert (again.profile, again.questions) == ("小区表", ())
    missing = [fault for fault in again.faults if fault.code == "column_missing"]
    assert [fault.params["field"] for fault in missing] == ["technology"]
