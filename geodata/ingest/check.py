"""Turn a mapped table into records: values by field, positions, units, keys, provenance."""

import json
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.crs import CGCS2000
from geodata.errors import Severity
from geodata.ingest.columns import Columns
from geodata.ingest.derive import derive_fields
from geodata.ingest.fields import check_required, parse_fields
from geodata.ingest.finish import finish_records
from geodata.ingest.judge_values import Judge
from geodata.ingest.placing import check_placeless, check_positions, place_rows, waiting_rows
from geodata.ingest.raw import RawTable
from geodata.ingest.repair import repair_positions
from geodata.ingest.report import CheckedTable, Question, TableAnswer
from geodata.ingest.route_ends import check_straight_lines
from geodata.ingest.work import Work
from geodata.match_findings import match_finding, unit_titles
from geodata.match_queue import review_queue
from geodata.match_words import UnitIndex
from geodata.matching import match_records, middle_points
from geodata.records import Kind, read_kinds
from geodata.register import Register


def check_table(
    table: RawTable,
    columns: Columns,
    register: Register,
    index: UnitIndex,
    owner: str,
    answer: TableAnswer,
    file: str,
    decisions: Mapping[str, str],
    known: pd.DataFrame | None = None,
) -> CheckedTable:
    """Check a mapped table against its kind; return it with its good rows, placed and matched."""
    kind = read_kinds()[columns.kind]
    count = len(table.rows)
    faults = [*table.faults, *columns.faults]
    work = Work(table, file, columns, pd.DataFrame(), faults, np.zeros(count, dtype=bool))
    told = parse_fields(work, kind, answer)
    repair_positions(work)
    derive_fields(work, kind)
    if any(fault.code == "column_missing" for fault in work.faults):
        work.bad[:] = True
    check_required(work, kind, told)
    used = {match.column for match in columns.matches}
    spare = [j for j in range(len(table.headers)) if j not in used]
    choice, asked, geometry = place_rows(work, kind, register, index, answer, known)
    frame = gpd.GeoDataFrame(work.frame, geometry=gpd.GeoSeries(geometry, crs=CGCS2000))
    check_straight_lines(work, kind, frame)
    check_positions(work, kind, frame, register)
    waiting = waiting_rows(work, kind, frame)
    matched = match_records(frame, register, kind.subject, index, decisions, kind.key)
    doubtful = review_queue(
        frame,
        matched,
        middle_points(frame.geometry),
        register,
        index,
        kind.key,
        table.rows.tolist(),
        work.bad | waiting,
    )
    if len(register.units):
        # Where no register says what there is, no row can be said to be of nowhere.
        _check_matches(work, kind, matched, waiting, unit_titles(register))
    check_placeless(work, kind, waiting)
    _check_keys(work, kind, answer)
    records = finish_records(work, frame, matched, owner, spare)
    return CheckedTable(
        file=file,
        sheet=table.sheet,
        kind=kind.name,
        reason="",
        header_row=table.header_row,
        rows=count,
        columns=columns.matches,
        unmapped=tuple(table.headers[j] for j in spare),
        suggested=work.columns.suggested,
        crs=choice,
        records=records,
        faults=tuple(work.faults),
        questions=(*work.columns.questions, *asked),
        queue=doubtful,
    )


def _check_keys(work: Work, kind: Kind, answer: TableAnswer) -> None:
    """Find rows whose key an earlier good row has; an empty key is nobody's.

    Where a column may be the part of the key that is missing, a person is asked instead.
    """
    parts = [work.frame[name].fillna("").astype("str") for name in kind.key]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + "\x1f" + part
    codes, _ = pd.factorize(whole.mask(parts[0].eq("") | pd.Series(work.bad)))
    again = pd.Series(codes).duplicated().to_numpy() & (codes >= 0)
    if not again.any() or _ask_key(work, kind, answer, codes, again):
        return
    first = np.full(codes.max() + 1, len(codes), dtype=np.int64)
    np.minimum.at(first, codes[codes >= 0], np.flatnonzero(codes >= 0))
    names = (*kind.key, *kind.stand_ins(kind.key[0]))
    column = next((c for name in names if (c := work.columns.column_of(name)) >= 0), -1)
    for row in np.flatnonzero(again).tolist():
        number = int(work.table.rows[first[codes[row]]])
        work.blame(row, "key_twice", column, {"first": number, "field": kind.key[0]})


def _ask_key(
    work: Work, kind: Kind, answer: TableAnswer, codes: np.ndarray, again: np.ndarray
) -> bool:
    """Ask for a part of the key without a column that a spare one may be; say whether so.

    Such a column tells apart the rows that are the same without it (``again``).
    """
    judge = Judge(work.table)
    found = {match.field: match.column for match in work.columns.matches}
    twice = np.isin(codes, codes[again]) & (codes >= 0)
    for name in kind.key:
        if name in found or name in answer.columns:
            continue
        options = judge.candidates(kind, name, set(found.values()), found, borrowed=True)
        headers = []
        for column in (option.column for option in options):
            cells = work.table.columns[column][twice].astype(str)
            pairs = pd.DataFrame({"key": codes[twice], "cell": cells})
            if not pairs.duplicated().any():
                headers.append(work.table.headers[column])
        if headers:
            params: dict[str, str | int | float] = {"field": name, "kind": kind.name}
            asked = Question("column", tuple(dict.fromkeys(headers)), params)
            questions = (*work.columns.questions, asked)
            work.columns = replace(work.columns, questions=questions)
            return True
    return False


def _check_matches(
    work: Work,
    kind: Kind,
    matched: pd.DataFrame,
    waiting: np.ndarray,
    titles: Mapping[str, str],
) -> None:
    """Find rows without a unit, rows that lie elsewhere than they say, and what likeness took.

    A row with neither unit nor position belongs nowhere and is kept out. Of rows whose position
    waits for an answer nothing is said yet.
    """
    if kind.subject == "area":
        for row in np.flatnonzero((matched["subject_id"] == "") & ~work.bad).tolist():
            work.blame(row, "area_not_found", work.columns.column_of("county_name"))
        return
    notes = matched["match_note"].to_numpy(dtype=object)
    placed = work.placed
    units = matched["unit_code"].to_numpy(dtype=object)
    sure = matched["match_confidence"].to_numpy(dtype=float)
    # That a placed record belongs to no unit may be what a person decided.
    none = (units == "") & ~(placed & (matched["match_method"] == "decision").to_numpy(dtype=bool))
    named_by = _named_by(work)
    for row in np.flatnonzero(((notes != "") | none) & ~work.bad & ~waiting).tolist():
        note = json.loads(notes[row]) if notes[row] else {}
        unit = units[row]
        finding = match_finding(note, unit, sure[row], titles)
        if finding is not None:
            code = finding.code
            named = "county_name" if code == "county_disagrees" else named_by[row]
            severity: Severity = "warning" if unit or placed[row] else "error"
            if not named and code == "unit_unknown":
                code, named = ("unit_unnamed", "x") if placed[row] else ("no_place", "x")
            column = work.columns.column_of(named)
            work.blame(row, code, column, finding.params, finding.severity or severity)
        if "unknown_settlement" in note or "settlements" in note:
            column = work.columns.column_of("settlement_name")
            work.blame(row, "settlement_unknown", column, {}, "warning")


def _named_by(work: Work) -> np.ndarray:
    """Return for each row the field by which it names its unit, nothing where it names none."""
    names = np.full(len(work.frame), "", dtype=object)
    for name in ("given_code", "settlement_name", "village_name"):
        names[work.frame[name].to_numpy(dtype=object) != ""] = name
    return names
