"""What a file was understood to be: the shapes that ``check_file`` returns and takes."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

import geopandas as gpd
import pandas as pd

from geodata.errors import Fault

DecidedBy = Literal["evidence", "file", "answer", "profile", "range", "none"]
# What evidence a system was chosen by: rows in the areas they name, a second pair of columns,
# records whose places are known, or things known to stand where rows come to.
Ground = Literal["", "areas", "pair", "known", "marks"]


@dataclass(frozen=True)
class TableAnswer:
    """What a person says about one table; an empty part leaves the question to the evidence.

    ``columns`` maps a field to the header it stands under; an empty header says it has none.
    ``units`` maps a field to the unit its bare numbers are in, as ``settings.toml`` spells it.
    ``crs`` is ``EPSG:<code>``, ``GCJ-02`` or ``BD-09``; in a table of several parts it holds for
    those that are open, and ``parts`` maps a part's label to its own. The kind ``none`` says that
    the table holds no record of ours. ``remembered``: the system was said of an earlier table of
    the same shape, not of this one.
    """

    kind: str = ""
    crs: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    remembered: bool = False

    def over(self, earlier: Self) -> Self:
        """Return this answer with what an earlier one says beside it; another kind ends that."""
        if self.kind and earlier.kind and self.kind != earlier.kind:
            return self
        return replace(
            self,
            kind=self.kind or earlier.kind,
            crs=self.crs or earlier.crs,
            columns={**earlier.columns, **self.columns},
            units={**earlier.units, **self.units},
            parts={**earlier.parts, **self.parts},
        )


@dataclass(frozen=True)
class Answers:
    """Answers by sheet; those under the sheet ``*`` hold for every sheet without its own."""

    tables: Mapping[str, TableAnswer] = field(default_factory=dict)

    def for_sheet(self, sheet: str) -> TableAnswer:
        """Return what was answered for a sheet."""
        return self.tables.get(sheet) or self.tables.get("*") or TableAnswer()

    def to_json(self) -> str:
        """Write the answers as JSON."""
        tables = {sheet: asdict(answer) for sheet, answer in sorted(self.tables.items())}
        return json.dumps(tables, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        return cls({sheet: TableAnswer(**answer) for sheet, answer in json.loads(text).items()})


@dataclass(frozen=True)
class Profile:
    """What a person once said of a table, to be applied to tables of the same shape.

    ``shape`` is ``CheckedTable.shape``: the table's normalised headers, sorted.
    """

    name: str
    shape: tuple[str, ...]
    answer: TableAnswer


@dataclass(frozen=True)
class ColumnMatch:
    """A field and the column it was found in; ``column`` counts from 0 within the table.

    ``how``: a header's alias, a person's answer, a remembered profile, or the column's values and
    neighbours, which is a suggestion that a person is to confirm.
    """

    field: str
    header: str
    column: int
    how: Literal["alias", "answer", "profile", "values"]


@dataclass(frozen=True)
class CrsScore:
    """How many rows fall into the area they name under one hypothesis.

    ``rows`` is the number of rows that name an area with a real outline; ``share`` is the share of
    all positions that lie near the area of interest at all when no row names one.
    """

    crs: str
    inside: int
    rows: int
    share: float
    swapped: bool = False


@dataclass(frozen=True)
class CrsPart:
    """The system of some rows of a table; ``label`` says which, as ``数据来源 = 百度`` or ``m``."""

    label: str
    rows: int
    chosen: str
    decided_by: DecidedBy
    scores: tuple[CrsScore, ...] = ()
    claimed: str = ""
    swapped: bool = False
    ground: Ground = ""


@dataclass(frozen=True)
class CrsChoice:
    """The system chosen, on what ground, with the scores of all that were possible.

    ``claimed`` is what the file or its headers say; ``swapped`` that x and y stand the other way
    round than their columns say. Where rows of a table differ, ``parts`` say what each was taken
    for, and the rest speaks of the largest; ``chosen`` is empty while a part is open. ``sampled``
    is how many rows were looked at, where not all were.
    """

    chosen: str = ""
    decided_by: DecidedBy = "none"
    scores: tuple[CrsScore, ...] = ()
    claimed: str = ""
    swapped: bool = False
    ground: Ground = ""
    parts: tuple[CrsPart, ...] = ()
    sampled: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return what ``dataclasses.asdict`` made of a choice."""
        scores = tuple(CrsScore(**score) for score in data["scores"])
        parts = tuple(
            CrsPart(**{**part, "scores": tuple(CrsScore(**score) for score in part["scores"])})
            for part in data.get("parts", ())
        )
        return cls(**{**data, "scores": scores, "parts": parts})


@dataclass(frozen=True)
class Question:
    """Something only a person can say; ``options`` are possible answers, likeliest first."""

    code: Literal["crs", "kind", "column"]
    options: tuple[str, ...]
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckedTable:
    """One table of a file: what it is, how it was read, its good rows and its faults.

    ``kind`` is empty, with a ``reason`` (``reason.<code>`` in the catalogues), when the table is
    none of ours. ``rows`` counts data rows read. ``records``: the good rows in EPSG:4490, with the
    kind's and the place fields and ``records.PROVENANCE``.

    ``suggested`` are columns judged by their values that are not used until a person confirms
    them; ``shape`` the table's normalised headers, sorted; ``profile`` the name of the profile
    that was applied. ``queue`` holds the rows whose unit a person should look at, worst first; its
    columns are those of ``geodata.matching.QUEUE``.
    """

    file: str
    sheet: str
    kind: str
    reason: str
    header_row: int | None
    rows: int
    columns: tuple[ColumnMatch, ...]
    unmapped: tuple[str, ...]
    crs: CrsChoice
    records: gpd.GeoDataFrame
    faults: tuple[Fault, ...]
    questions: tuple[Question, ...]
    header_rows: tuple[int, ...] = ()
    suggested: tuple[ColumnMatch, ...] = ()
    shape: tuple[str, ...] = ()
    profile: str = ""
    queue: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def ready(self) -> bool:
        """Say whether the table can be taken: its kind is known and nothing is asked."""
        return bool(self.kind) and not self.questions

    @property
    def bad_rows(self) -> int:
        """Return how many rows were kept out."""
        return self.rows - len(self.records)

    @property
    def matched(self) -> int:
        """Return how many records were matched to what they are about."""
        if self.records.empty:
            return 0
        return int(((self.records["unit_code"] != "") | (self.records["subject_id"] != "")).sum())

    @property
    def matched_by(self) -> dict[str, int]:
        """Return how many records were matched to a unit in which way (``how.<way>``), most first.

        A way other than the method itself stands in the note: a name that only sounds the same.
        """
        found = self.records[self.records["unit_code"] != ""] if len(self.records) else self.records
        if found.empty:
            return {}
        told = found["match_note"].str.extract(r'"how": ?"(\w+)"', expand=False)
        ways = told.fillna(found["match_method"])
        return {str(way): int(rows) for way, rows in ways.value_counts().items()}
