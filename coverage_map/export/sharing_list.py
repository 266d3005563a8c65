"""What could be shared near gaps, and possible duplicate builds, as an Excel workbook."""

from pathlib import Path

import pandas as pd
import xlsxwriter

from coverage_map.export.columns import (
    blank_residents,
    indicator_name,
    owner_name,
    reason_sentence,
)
from coverage_map.export.sheet_info import SheetInfo, margin
from coverage_map.export.workbook import add_page, make_styles, write_table
from coverage_map.text import Text
from geodata.errors import ExportError, Place

ENDING = ".xlsx"


def write_sharing(
    gaps: pd.DataFrame,
    opportunities: pd.DataFrame,
    duplicates: pd.DataFrame,
    out: Path,
    *,
    sheet: SheetInfo,
) -> Path:
    """Write GAP rows' OPPORTUNITY rows and DUPLICATE rows on two sheets; return ``out``.

    Raises:
        ExportError: another ending than ``.xlsx``, or the place cannot be written.
    """
    if out.suffix.lower() != ENDING:
        raise ExportError("export_format", Place(file=out.name), offered=ENDING)
    text = Text(sheet.language)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(out, options) as book:
            book.set_properties(
                {
                    "title": sheet.title,
                    "author": sheet.made_by,
                    "comments": margin(sheet)["data"],
                }
            )
            styles = make_styles(book)
            for name, table in (
                ("opportunities", _word_opportunities(gaps, opportunities, text)),
                ("duplicates", _word_duplicates(duplicates, text)),
            ):
                page = add_page(sheet, book, styles, name)
                headings = [text(f"export.sharing.{column}") for column in table.columns]
                kinds = [_kind(table[column]) for column in table.columns]
                write_table(page, styles, table, headings, kinds)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise ExportError(
            "export_folder", Place(file=out.name), folder=str(out.parent), what=str(error)
        ) from error
    return out


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_string_dtype(values):
        return "text"
    return "degree" if pd.api.types.is_float_dtype(values) else "count"


def _word_opportunities(gaps: pd.DataFrame, rows: pd.DataFrame, text: Text) -> pd.DataFrame:
    """Put opportunities into words, one row a gap and asset, best first within its gap."""
    place = ["gap_id", "area_name", "township_name", "unit_name", "subject_name", "indicator"]
    told = blank_residents(gaps)[[*place, "people"]]
    table = rows.merge(told, on="gap_id").sort_values(["gap_id", "rank"])
    reasons = zip(table["reason"], table["reason_params"], strict=True)
    return pd.DataFrame(
        {
            "indicator": [indicator_name(code, text) for code in table["indicator"]],
            **{name: table[name] for name in place[1:5]},
            "people": table["people"],
            "rank": table["rank"],
            "asset_class": [text(f"asset.{name}") for name in table["asset_class"]],
            "asset_name": table["asset_name"],
            "owner": [owner_name(code, text) for code in table["owner"]],
            "distance_m": table["distance_m"],
            "free": table["free"],
            "reason": [reason_sentence(*pair, text) for pair in reasons],
            "lon": table["lon"],
            "lat": table["lat"],
        }
    ).astype(dict.fromkeys(["indicator", "asset_class", "owner", "reason"], "str"))


def _word_duplicates(rows: pd.DataFrame, text: Text) -> pd.DataFrame:
    """Put possible duplicate builds into words, nearest first."""
    table = rows.sort_values("distance_m")
    return pd.DataFrame(
        {
            "new_name": table["new_name"],
            "new_owner": [owner_name(code, text) for code in table["new_owner"]],
            "new_date": table["new_date"],
            "old_name": table["old_name"],
            "old_owner": [owner_name(code, text) for code in table["old_owner"]],
            "old_date": table["old_date"],
            "distance_m": table["distance_m"],
            "limit_m": table["limit_m"],
            "setting": [text(f"setting.{name}") for name in table["setting"]],
            "lon": table["lon"],
            "lat": table["lat"],
        }
    ).astype(dict.fromkeys(["new_owner", "old_owner", "setting"], "str"))
