"""Read what a carrier hands in: bytes become tables, tables become checked and placed records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.crs import CGCS2000
from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest.check import check_table
from geodata.ingest.columns import Columns, is_headless, map_columns
from geodata.ingest.detect import split_upload
from geodata.ingest.header import find_tables
from geodata.ingest.header_forms import header_keys
from geodata.ingest.known import key_texts, placed_records
from geodata.ingest.marks import is_linked
from geodata.ingest.profile_values import make_of
from geodata.ingest.raw import Grid, Part, RawTable
from geodata.ingest.read_dxf import read_dxf
from geodata.ingest.read_kml import read_kml
from geodata.ingest.read_markup import read_html, read_spreadsheetml
from geodata.ingest.read_tables import read_workbook
from geodata.ingest.read_text import read_text
from geodata.ingest.read_vectors import read_vectors
from geodata.ingest.report import (
    Answers,
    CheckedTable,
    ColumnMatch,
    CrsChoice,
    CrsPart,
    CrsScore,
    Profile,
    Question,
    TableAnswer,
)
from geodata.match_words import unit_index
from geodata.records import read_kinds
from geodata.register import Register

__all__ = [
    "Answers",
    "CheckedTable",
    "ColumnMatch",
    "CrsChoice",
    "CrsPart",
    "CrsScore",
    "Profile",
    "Question",
    "TableAnswer",
    "check_file",
    "key_texts",
    "read_file",
    "read_part",
    "table_shape",
]

# Format → what reads it: sheets, whose tables are then looked for, or layers of features.
_GRIDS: Mapping[str, Callable[[Part, str], list[Grid]]] = {
    "spreadsheet": read_workbook,
    "text": read_text,
    "html": read_html,
    "mhtml": read_html,
    "spreadsheetml": read_spreadsheetml,
}
_LAYERS: Mapping[str, Callable[[Part, str], Iterator[RawTable]]] = {
    "kml": read_kml,
    "dxf": read_dxf,
}


def check_file(
    content: bytes,
    name: str,
    register: Register,
    owner: str,
    answers: Answers | None = None,
    profiles: Sequence[Profile] = (),
    decisions: Mapping[str, str] | None = None,
    known: pd.DataFrame | None = None,
) -> list[CheckedTable]:
    """Read, recognise, place, match and check every table of an uploaded file.

    Args:
        content: the file's bytes.
        name: its name, whose ending helps to tell what it is.
        register: the reference frames of the city; ``empty_register()`` where there are none: then
            kinds and columns are recognised, and the coordinate system is asked.
        owner: the enterprise that hands it in; its code in ``owners.toml``, "" for nobody's.
        answers: what a person said about its tables.
        profiles: what was said of tables of the same shape before; an answer goes before it.
        decisions: what a person said of rows' units before; see ``match_records``.
        known: where the owner's earlier records stand, and towers open to it: kind, key
            (``key_texts``), lon, lat in EPSG:4490. Evidence for the coordinate system of the same
            records here, and of those that come to stand there.

    Returns:
        One report a table, those that are none of ours included. Nothing is stored.

    Raises:
        FileRefusedError: empty, protected, damaged, of a format that is not read, or not in any
            encoding; its fault says which and leads to the remedy.
        UsageError: ``kind_unknown``, an answer names no kind.
    """
    said = answers or Answers()
    index = unit_index(register)
    reports: list[CheckedTable] = []
    again: list[Callable[[pd.DataFrame], CheckedTable] | None] = []
    for table in read_file(content, name):
        shape = table_shape(table)
        answer, profile = _answer(said, profiles, table.sheet, shape)
        columns = (
            Columns(reason=table.reason)
            if table.reason
            else map_columns(table, answer, name, owner, remembered=bool(profile))
        )
        check: Callable[[pd.DataFrame | None], CheckedTable] | None = None
        if columns.kind:
            check = partial(
                check_table, table, columns, register, index, owner, answer, name, decisions or {}
            )
        report = check(known) if check else _unread(table, columns, name)
        reports.append(replace(report, shape=shape, profile=profile, header_rows=table.header_rows))
        again.append(check)
    if all(report.reason == "empty" for report in reports):
        raise FileRefusedError("file_empty", Place(file=name))
    return _ask_of_strangers(_locate_by_sisters(reports, again, known))


def _locate_by_sisters(
    reports: list[CheckedTable],
    checks: Sequence[Callable[[pd.DataFrame], CheckedTable] | None],
    known: pd.DataFrame | None,
) -> list[CheckedTable]:
    """Check tables again whose system is open, with where their records stand in decided ones."""
    placed = placed_records(report for report in reports if not _is_open(report))
    if placed.empty:
        return reports
    whole = placed if known is None else pd.concat([placed, known], ignore_index=True)
    done = []
    for report, check in zip(reports, checks, strict=True):
        kind = read_kinds().get(report.kind)
        linked = kind and _is_open(report) and is_linked(report.records, kind, placed)
        if linked and check:
            done.append(
                replace(
                    check(whole),
                    shape=report.shape,
                    profile=report.profile,
                    header_rows=report.header_rows,
                )
            )
        else:
            done.append(report)
    return done


def _is_open(report: CheckedTable) -> bool:
    return any(question.code == "crs" for question in report.questions)


def table_shape(table: RawTable) -> tuple[str, ...]:
    """Return what tables of the same making have in common: their normalised headers, sorted.

    Of a table without a header: the letter of each column and what make its cells are of.
    """
    if is_headless(table):
        pairs = zip(table.headers, table.columns, strict=True)
        return tuple(sorted(f"{header}:{make_of(cells)}" for header, cells in pairs))
    return tuple(sorted(header_keys(header)[0] for header in table.headers if header))


def _answer(
    known: Answers, profiles: Sequence[Profile], sheet: str, shape: tuple[str, ...]
) -> tuple[TableAnswer, str]:
    """Return what was said of a table, now and before, and the profile what was before is from."""
    said = known.for_sheet(sheet)
    fitting = next((profile for profile in profiles if profile.shape == shape), None)
    if fitting is None:
        return said, ""
    answer = said.over(fitting.answer)
    return replace(answer, remembered=not (said.crs or said.parts)), fitting.name


def _ask_of_strangers(reports: list[CheckedTable]) -> list[CheckedTable]:
    """Ask what a sheet that fits no kind may be only where the file has no sheet of ours.

    A summary or a legend beside the records needs no answer; a sheet that may be of several kinds
    does.
    """
    if not any(report.kind for report in reports):
        return reports
    return [
        replace(report, questions=())
        if not report.kind and report.reason != "kind_unclear"
        else report
        for report in reports
    ]


def read_file(content: bytes, name: str) -> list[RawTable]:
    """Read every table of a file as it stands.

    Raises:
        FileRefusedError: see ``check_file``.
    """
    parts = split_upload(content, name)
    tables: list[RawTable] = []
    refusals: list[FileRefusedError] = []
    for part in parts:
        try:
            read = [
                replace(table, faults=(*part.notes, *table.faults)) if i == 0 else table
                for i, table in enumerate(read_part(part, name))
            ]
        except FileRefusedError as refusal:
            refusals.append(refusal)
            read = [_lost(part, refusal.fault)]
        if len(parts) > 1:
            read = [replace(table, sheet=_inner_sheet(part, table)) for table in read]
        tables += read
    if len(refusals) == len(parts):
        raise refusals[0]
    if not tables:
        raise FileRefusedError("file_empty", Place(file=name))
    return _tell_apart(tables)


def _lost(part: Part, fault: Fault) -> RawTable:
    """Return what stands for a file of an archive that cannot be read, though others can."""
    said = replace(fault, place=replace(fault.place, sheet=part.name))
    return RawTable("", None, (), (), np.empty(0, dtype=np.int64), faults=(said,), reason="unread")


def _tell_apart(tables: list[RawTable]) -> list[RawTable]:
    """Return the tables with a name of its own each: answers are given by name."""
    taken: set[str] = set()
    named = []
    for table in tables:
        sheet, number = table.sheet, 1
        while sheet in taken:
            number += 1
            sheet = f"{table.sheet} ({number})"
        taken.add(sheet)
        named.append(table if sheet == table.sheet else replace(table, sheet=sheet))
    return named


def _inner_sheet(part: Part, table: RawTable) -> str:
    stem = PurePosixPath(part.name).stem
    return part.name if table.sheet in {"", stem} else f"{part.name}/{table.sheet}"


def read_part(part: Part, name: str) -> Iterator[RawTable]:
    """Read the tables of one file of an upload; FileRefusedError as ``read_file``."""
    if part.format == "refused":
        fault = part.notes[0]
        raise FileRefusedError(fault.code, fault.place, **fault.params)
    if part.format in _GRIDS:
        grids = _GRIDS[part.format](part, name)
        return (table for grid in grids for table in find_tables(grid, name))
    return _LAYERS.get(part.format, read_vectors)(part, name)


def _unread(table: RawTable, columns: Columns, name: str) -> CheckedTable:
    """Report a table that holds no record of ours, or of which it is not clear."""
    return CheckedTable(
        file=name,
        sheet=table.sheet,
        kind="",
        reason=columns.reason,
        header_row=table.header_row,
        rows=len(table.rows),
        columns=(),
        unmapped=table.headers,
        crs=CrsChoice(),
        records=gpd.GeoDataFrame(geometry=[], crs=CGCS2000),
        faults=(*table.faults, *columns.faults),
        questions=columns.questions,
    )
