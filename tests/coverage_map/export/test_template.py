"""An empty list of every kind, filled in, is read as what it is."""

import io

import openpyxl
import pytest

from coverage_map.export.template import write_template
from coverage_map.pipeline.templates import make_template
from coverage_map.text import Text
from geodata.errors import UsageError
from geodata.ingest import read_file
from geodata.ingest.aliases import find_hit
from geodata.ingest.columns import map_columns
from geodata.ingest.report import TableAnswer
from geodata.records import Field, read_kinds, read_values

ROWS = 5


def _value(field: Field, row: int) -> object:
    """Return something a person would write under a field."""
    if field.name in {"x", "y"}:
        return (113.5 if field.name == "x" else 34.1) + row / 100
    if field.values in read_values():
        return next(words[0] for words in read_values()[field.values].values() if words)
    made = {
        "integer": 10 + row,
        "number": 10 + row,
        "numbers": "10/11/12",
        "boolean": "是",
        "date": "2020-05-01",
        "code": f"BM{row:04d}",
        "list": "移动",
    }
    return made.get(field.type, f"庙沟{row}")


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("name", sorted(read_kinds()))
def test_a_filled_in_template_is_its_kind_with_every_column(name: str, language: str) -> None:
    kind = read_kinds()[name]
    book = openpyxl.load_workbook(io.BytesIO(write_template(name, Text(language))))
    sheet, told = book.worksheets
    headers = [cell.value for cell in sheet[1]]
    assert len(headers) == len(set(headers))
    assert [row[0].value for row in told.iter_rows(min_row=2)] == headers
    fields = [find_hit(name, header) for header in headers]
    for row in range(ROWS):
        cells = [_value(kind.all_fields[hit.field], row) for hit in fields if hit]
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    table = read_file(out.getvalue(), "填好的.xlsx")[0]
    found = map_columns(table, TableAnswer(), "填好的.xlsx", "office" if kind.owners else "")
    assert found.kind == name
    required = {field.name for field in kind.fields.values() if field.required}
    assert required <= {match.field for match in found.matches}


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="kind_unknown"):
        make_template("towers")
