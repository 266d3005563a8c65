"""Exports say the same as the lists they come from, whoever asks."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from coverage_map import pipeline
from geodata.errors import ExportError


def _rows(sheet) -> list[tuple]:  # type: ignore[no-untyped-def]
    return list(sheet.iter_rows(min_row=4, values_only=True))


def test_sharing_workbook_holds_what_the_page_shows(own_workspace, tmp_path) -> None:
    actor = pipeline.local_actor(own_workspace)
    out = pipeline.export_sharing(own_workspace, actor, tmp_path / "x" / "共享.xlsx", "411081")
    found = pipeline.read_sharing(own_workspace, actor, "411081")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["共享机会", "疑似重复建设"]
    assert len(_rows(book["共享机会"])) == len(found.opportunities) > 0
    assert len(_rows(book["疑似重复建设"])) == len(found.duplicates) > 0
    assert "模拟" in str(book["共享机会"]["A2"].value)


def test_carriers_sharing_workbook_names_no_rival(own_workspace, tmp_path) -> None:
    actor = pipeline.local_actor(own_workspace, "cmcc")
    out = pipeline.export_sharing(own_workspace, actor, tmp_path / "共享.xlsx")
    sheet = openpyxl.load_workbook(out)["共享机会"]
    owners = [cell.value for cell in sheet[3]].index("产权单位")
    assert {row[owners] for row in _rows(sheet)} <= {"中国移动", "中国铁塔"}


@pytest.mark.parametrize("account", ["local", "yuzhou", "telecom", "tower"])
def test_gap_files_hold_the_gaps_of_the_asker(own_workspace, tmp_path, account) -> None:
    actor = pipeline.local_actor(own_workspace, account)
    gaps = pipeline.read_gaps(own_workspace, actor)
    out = pipeline.export_gaps(own_workspace, actor, tmp_path / "gaps.csv", language="en")
    table = pd.read_csv(out, comment="#")
    assert len(table) == len(gaps)


def test_unknown_ending_is_refused(own_workspace, tmp_path) -> None:
    actor = pipeline.local_actor(own_workspace)
    with pytest.raises(ExportError, match="export_format"):
        pipeline.export_gaps(own_workspace, actor, tmp_path / "gaps.doc")
    with pytest.raises(ExportError, match="export_format"):
        pipeline.export_sharing(own_workspace, actor, tmp_path / "x.csv")
    assert list(Path(tmp_path).glob("*.doc")) == []
