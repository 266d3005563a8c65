"""What stands in the margin of everything that leaves the house: title, area, source, class."""

from dataclasses import dataclass
from typing import Literal

from coverage_map.text import Text

Classification = Literal["公开", "内部", "敏感"]
CLASSIFICATIONS: tuple[Classification, ...] = ("公开", "内部", "敏感")


@dataclass(frozen=True)
class SheetInfo:
    """The margin of a map, workbook or file; the same in every format.

    area_code: city, reporting area, township or unit of the register. indicator, operator: "" for
    all. date: ISO. classification: 公开 (public), 内部 (internal) or 敏感 (sensitive).
    review_number: 审图号, "" until there is one.
    """

    title: str
    area_code: str
    area_name: str
    indicator: str
    operator: str
    quarter: str
    language: str
    source: str
    made_by: str
    date: str
    modelled: bool
    review_number: str = ""
    classification: Classification = "内部"


def margin(sheet: SheetInfo) -> dict[str, str]:
    """Return the margin's entries, code → text in the reader's language, in reading order.

    The codes are stable: they name the metadata items of GeoPackage and GeoJSON and, as
    ``export.margin.<code>``, the labels people read.
    """
    text = Text(sheet.language)
    return {
        "title": sheet.title,
        "area": f"{sheet.area_name} ({sheet.area_code})",
        "quarter": sheet.quarter,
        "data": text("export.modelled" if sheet.modelled else "export.real"),
        "source": sheet.source,
        "classification": classification_word(sheet),
        "review_number": sheet.review_number or text("export.no_review_number"),
        "made_by": sheet.made_by,
        "date": sheet.date,
        "crs": text("export.crs_note"),
    }


def classification_word(sheet: SheetInfo) -> str:
    """Return the class in the reader's language."""
    order = CLASSIFICATIONS.index(sheet.classification)
    return Text(sheet.language)(f"export.class.{('public', 'internal', 'sensitive')[order]}")
