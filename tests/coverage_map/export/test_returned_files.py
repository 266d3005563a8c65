"""What is no .xlsx comes back as what its people can open, with its faults beside it."""

import csv
import io
import zipfile

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import xlwt
from shapely import Point

from coverage_map.export.returned import return_file
from coverage_map.text import Text
from geodata.errors import Fault, Place

TEXT = Text("zh_CN")
HEADERS = ("站址编码", "站名", "挂高")


def _fault(sheet: str, row: int, number: int | None = 3) -> Fault:
    place = Place("f", sheet, row, "挂高", "三十", number)
    return Fault("not_a_number", place, {"field": "height_m"})


def _book(*sheets: str) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        page = book.create_sheet(name)
        page.append(HEADERS)
        page.append(("A1", "庙沟", "三十"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_text_keeps_its_encoding_and_gets_two_columns(encoding: str) -> None:
    sent = "站址编码;站名;挂高\r\nA1;庙沟;三十\r\nA2;李岗;30\r\n".encode(encoding)
    name, marked = return_file(sent, "站址.csv", [_fault("", 2)], [], 1, TEXT)
    assert name == "站址.csv"
    rows = list(csv.reader(io.StringIO(marked.decode(encoding)), delimiter=";"))
    assert rows[0] == [*HEADERS, TEXT("returned.fault"), TEXT("returned.remedy")]
    assert "不是数" in rows[1][3]
    assert rows[2] == ["A2", "李岗", "30"]


def test_an_old_workbook_comes_back_new_and_says_so() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("站址")
    for row, cells in enumerate((HEADERS, ("A1", "庙沟", "三十"))):
        for column, value in enumerate(cells):
            page.write(row, column, value)
    out = io.BytesIO()
    book.save(out)
    name, marked = return_file(out.getvalue(), "站址.xls", [_fault("站址", 2)], ["核对"], 1, TEXT)
    assert name == "站址.xlsx"
    again = openpyxl.load_workbook(io.BytesIO(marked))
    assert again["站址"]["C2"].comment is not None
    assert "XLS" in again.worksheets[0]["A2"].value


def test_layers_come_back_as_a_geopackage(tmp_path) -> None:
    frame = gpd.GeoDataFrame(
        {"站名": ["庙沟", "李岗"]}, geometry=[Point(113.5, 34), Point(113.6, 34)], crs="EPSG:4490"
    )
    path = tmp_path / "站.geojson"
    pyogrio.write_dataframe(frame, path)
    name, marked = return_file(path.read_bytes(), "站.geojson", [_fault("站", 2)], [], 1, TEXT)
    assert name == "站.gpkg"
    (tmp_path / name).write_bytes(marked)
    read = gpd.read_file(tmp_path / name)
    assert read["站名"].tolist() == ["庙沟", "李岗"]
    assert [bool(word) for word in read[TEXT("returned.fault")]] == [False, True]
    assert read.geometry.geom_equals(frame.geometry).all()


def test_an_archive_comes_back_file_by_file() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("甲.xlsx", _book("站"))
        archive.writestr("乙.csv", "站址编码,站名,挂高\nA1,庙沟,三十\n")
    faults = [_fault("甲.xlsx/站", 2), _fault("乙.csv", 2)]
    name, marked = return_file(out.getvalue(), "全部.zip", faults, [], 1, TEXT)
    assert name == "全部.zip"
    with zipfile.ZipFile(io.BytesIO(marked)) as archive:
        assert sorted(archive.namelist()) == ["乙.csv", "甲.xlsx"]
        book = openpyxl.load_workbook(io.BytesIO(archive.read("甲.xlsx")))
        assert "不是数" in archive.read("乙.csv").decode()
    assert book["站"]["C2"].comment is not None


def test_the_second_table_of_a_sheet_is_marked_in_that_sheet() -> None:
    _, marked = return_file(_book("站"), "站.xlsx", [_fault("站 #2", 2)], [], 1, TEXT)
    assert openpyxl.load_workbook(io.BytesIO(marked))["站"]["C2"].comment is not None
