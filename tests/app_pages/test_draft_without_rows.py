"""A draft of which no row can be taken says what to do next: answer, confirm, or name the kind."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from coverage_map.text import Text


def draft(language: str, what: str) -> None:
    """Say of a draft what stands where its button would be."""
    from dataclasses import replace

    import pandas as pd
    import streamlit as st

    from app_pages.acts import _why_nothing
    from app_pages.scene import Scene
    from coverage_map.pipeline import Question, UploadCheck
    from coverage_map.text import Text
    from geodata.ingest import check_file
    from geodata.match_queue import QUEUE
    from geodata.register import empty_register

    content = "甲,乙\n1,2\n3,4\n".encode()
    tables = check_file(content, "表.csv", empty_register(), "cmcc")
    if what == "doubtful":
        row: dict[str, object] = dict.fromkeys(QUEUE, "") | {"key": "k1", "confidence": 0.1}
        tables = [replace(tables[0], kind="site", queue=pd.DataFrame([row]))]
    if what == "asked":
        tables = [replace(tables[0], kind="site", questions=(Question("crs", ("GCJ-02",)),))]
    check = UploadCheck("u1", "表.csv", "cmcc", tuple(tables))
    st.text(_why_nothing(Scene(None, None, Text(language), None, None), check))


def _said(language: str, what: str) -> str:
    app: Any = AppTest.from_function(draft, args=(language, what), default_timeout=60).run()
    assert not app.exception
    return str(app.text[0].value)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_table_of_no_kind_points_to_the_correction(language: str) -> None:
    assert _said(language, "unknown") == Text(language)("upload.nothing.unknown")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_doubtful_rows_point_to_the_queue_and_open_questions_to_themselves(language: str) -> None:
    text = Text(language)
    assert text("upload.view.review", n=1) in _said(language, "doubtful")
    assert _said(language, "asked") == text("upload.nothing.asked", n=1)
