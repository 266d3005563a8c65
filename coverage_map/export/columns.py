"""The columns of an exported gap list: stable names, Shapefile names, and the words in them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from coverage_map.text import Text, say_distance
from geodata.owners import read_owners


@dataclass(frozen=True)
class Column:
    """One exported column; ``short`` fits a Shapefile's ten bytes.

    people: stands in tables people read. asset: tells about a single asset or an exact point, and
    stays out of public files. The heading is ``export.column.<name>`` of the catalogue.
    """

    name: str
    short: str
    people: bool = False
    asset: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("gap_id", "gap_id", people=True),
    Column("indicator", "indicator"),
    Column("indicator_name", "ind_name", people=True),
    Column("test", "test"),
    Column("operator", "operator"),
    Column("operator_name", "op_name", people=True),
    Column("area_code", "area_code"),
    Column("area_name", "area_name", people=True),
    Column("township_code", "town_code"),
    Column("township_name", "town_name", people=True),
    Column("unit_code", "unit_code", people=True),
    Column("unit_name", "unit_name", people=True),
    Column("unit_kind", "unit_kind"),
    Column("unit_kind_name", "ukind_name", people=True),
    Column("subject_kind", "subj_kind"),
    Column("subject_code", "subj_code"),
    Column("subject_name", "subj_name", people=True),
    Column("households", "households", people=True),
    Column("people", "people", people=True),
    Column("reason", "reason"),
    Column("reason_params", "rsn_params"),
    Column("reason_text", "rsn_text", people=True),
    Column("grade", "grade"),
    Column("grade_name", "grade_name", people=True),
    Column("node_id", "node_id", asset=True),
    Column("node_name", "node_name", people=True, asset=True),
    Column("node_owner", "node_owner", asset=True),
    Column("node_owner_name", "node_oname", people=True, asset=True),
    Column("node_distance_m", "node_d_m", people=True, asset=True),
    Column("tower_id", "tower_id", asset=True),
    Column("tower_name", "tower_name", people=True, asset=True),
    Column("tower_owner", "tower_own", asset=True),
    Column("tower_owner_name", "tower_onam", people=True, asset=True),
    Column("tower_distance_m", "tower_d_m", people=True, asset=True),
    Column("lon", "lon", people=True, asset=True),
    Column("lat", "lat", people=True, asset=True),
    Column("modelled", "modelled"),
    Column("quarter", "quarter", people=True),
    Column("data_label", "data_label", people=True),
    Column("source", "source", people=True),
    Column("classification", "class", people=True),
)


def exported(gaps: pd.DataFrame) -> list[Column]:
    """Return the columns that a frame of prepared gaps holds, in order."""
    return [column for column in COLUMNS if column.name in gaps.columns]


def heading(column: Column, text: Text) -> str:
    """Return a column's heading in the reader's language."""
    return text(f"export.column.{column.name}")


def _words(values: pd.Series, word: Callable[[str], str]) -> pd.Series:
    """Map codes to words, each distinct code once."""
    return values.map({code: word(code) for code in values.unique()}).astype("str")


def owner_name(code: str, text: Text) -> str:
    """Return an owner's name; "" is nobody."""
    owner = read_owners().get(code)
    return owner.name[text.language] if owner else code


def operator_name(code: str, text: Text) -> str:
    """Return an operator's name; "any" is any one of them, "" that operators play no part."""
    return text(f"operator.{code or 'none'}") if code in {"", "any"} else owner_name(code, text)


def indicator_name(code: str, text: Text) -> str:
    """Return an indicator's name; "" is all of them."""
    return text(f"indicator.{code}") if code else text("export.all_indicators")


def _spoken(name: str, value: Any, text: Text) -> object:
    """Put a reason's parameter into words: owners by name, distances with their unit."""
    if isinstance(value, list):
        return text("words.comma").join(owner_name(str(item), text) for item in value)
    if name in {"owner", "operator"}:
        return operator_name(str(value), text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if name.endswith("_m"):
        return say_distance(value)
    return f"{value:,}"


def reason_sentence(reason: str, params: str, text: Text) -> str:
    """Return a verdict's reason as a sentence; parameters are a JSON object."""
    identifier = f"reason.{reason}"
    if not reason or not text.has(identifier):
        return reason
    given = json.loads(params or "{}")
    return text(identifier, **{name: _spoken(name, value, text) for name, value in given.items()})


def blank_residents(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return gaps with households and people <NA> where the subject is a place: nobody lives there.

    The two columns become Int64.
    """
    places = gaps["subject_kind"] == "place"
    return gaps.assign(
        **{name: gaps[name].astype("Int64").mask(places) for name in ("households", "people")}
    )


def word_gaps(gaps: gpd.GeoDataFrame, text: Text) -> gpd.GeoDataFrame:
    """Add to GAP rows the columns that people read: names of codes, sentences of reasons."""
    reasons = {
        pair: reason_sentence(*pair, text)
        for pair in set(zip(gaps["reason"], gaps["reason_params"], strict=True))
    }
    pairs = zip(gaps["reason"], gaps["reason_params"], strict=True)

    def owner(code: str) -> str:
        return owner_name(code, text)

    def coded(prefix: str) -> Callable[[str], str]:
        return lambda code: text(f"{prefix}.{code}") if code else ""

    return gaps.assign(
        indicator_name=_words(gaps["indicator"], lambda code: indicator_name(code, text)),
        operator_name=_words(gaps["operator"], lambda code: operator_name(code, text)),
        unit_kind_name=_words(gaps["unit_kind"], coded("unit_kind")),
        # Where nothing is reported, that is the evidence.
        grade_name=_words(gaps["grade"], lambda code: text(f"grade.{code or 'none'}")),
        reason_text=pd.Series([reasons[pair] for pair in pairs], index=gaps.index, dtype="str"),
        node_owner_name=_words(gaps["node_owner"], owner),
        tower_owner_name=_words(gaps["tower_owner"], owner),
        data_label=_words(
            gaps["modelled"].map({True: "modelled", False: "real"}).astype("str"),
            lambda code: text(f"export.{code}"),
        ),
    )
