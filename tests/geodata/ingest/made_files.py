"""Small files as carriers send them, made by other libraries than the ones that read them."""

import csv
import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import xlwt

SITE = ["站址编码", "基站名称", "制式", "挂高", "区县", "乡镇", "行政村", "经度", "纬度"]


def site_rows(count=3, start=0):
    """Return rows of sites in the middle of made-up units."""
    return [
        [
            f"Z{number:05d}",
            f"站{number}",
            "4G/5G",
            35,
            "东山县",
            "赵镇",
            "颍河村",
            round(113.65 + (number % 50) * 1e-4, 6),
            round(34.12 + (number // 50) * 1e-5, 6),
        ]
        for number in range(start, start + count)
    ]


def workbook(*sheets):
    """Return the bytes of an .xlsx of (name, rows)."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def old_workbook(name, rows):
    """Return the bytes of an .xls."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(name)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def table(rows, encoding="utf-8", delimiter=","):
    """Return the bytes of a text table."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def archive(members):
    """Return the bytes of a .zip of name → bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def layer_files(frame, name, **options):
    """Write a GeoDataFrame through pyogrio and return the files by name."""
    with TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / name, engine="pyogrio", **options)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
