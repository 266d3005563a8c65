"""An empty list of a kind of record, for whoever would rather fill one in."""

import io
import re

import xlsxwriter

from coverage_map.palette import mark_colour
from coverage_map.text import Text
from geodata.ingest.aliases import field_aliases
from geodata.owners import read_owners
from geodata.records import Field, Kind, read_kinds, read_values

WIDTH, TOLD_WIDTHS = 16, (20, 10, 10, 20, 60)  # characters
SHEET_NAME = 31  # characters
_UNIT = ("county_name", "township_name", "village_name", "given_code")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_COLUMNS = ("header", "required", "unit", "range", "values")


def write_template(kind_name: str, text: Text) -> bytes:
    """Return a workbook with the usual headers of a kind, and a sheet that says what belongs there.

    Headers are Chinese, as in carriers' files; the second sheet is in the reader's language.
    """
    kind = read_kinds()[kind_name]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        plain = book.add_format({"bold": True, "border": 1})
        needed = book.add_format({"bold": True, "border": 1, "bg_color": mark_colour("warning")})
        sheet = book.add_worksheet(plain_title(text(f"kind.{kind_name}"))[:SHEET_NAME])
        told = book.add_worksheet(text("template.told"))
        for column, field in enumerate(_fields(kind)):
            look = needed if field.required else plain
            sheet.write_string(0, column, field_aliases(kind, field.name)[0], look)
        sheet.set_column(0, len(_fields(kind)), WIDTH)
        sheet.freeze_panes(1, 0)
        told.write_row(0, 0, [text(f"template.{name}") for name in _COLUMNS], plain)
        for row, field in enumerate(_fields(kind), start=1):
            told.write_row(row, 0, _told(kind, field, text))
        for column, width in enumerate(TOLD_WIDTHS):
            told.set_column(column, column, width)
    return out.getvalue()


def plain_title(title: str) -> str:
    """Return a title without what names of sheets and files may not hold."""
    return _FORBIDDEN.sub("", title)


def _fields(kind: Kind) -> list[Field]:
    """Return a kind's own fields, required ones first, and what says where a record lies."""
    where = [*_UNIT, *(("x", "y") if kind.geometry == "point" else ())]
    own = sorted(kind.fields.values(), key=lambda field: not field.required)
    return [*own, *(kind.place_fields[name] for name in where if name not in kind.fields)]


def _told(kind: Kind, field: Field, text: Text) -> list[str]:
    """Say what belongs under a header."""
    ends = ["" if end is None else f"{end:g}" for end in (field.minimum, field.maximum)]
    return [
        field_aliases(kind, field.name)[0],
        text("template.yes") if field.required else "",
        field.unit,
        " – ".join(ends) if any(ends) else "",
        text("words.comma").join(_values(field)),
    ]


def _values(field: Field) -> list[str]:
    if field.values == "owner":
        return [owner.aliases[0] for owner in read_owners().values()]
    spellings = read_values().get(field.values, {})
    return [words[0] for words in spellings.values() if words]
