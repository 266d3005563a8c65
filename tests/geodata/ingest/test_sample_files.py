"""The sample's files, as carriers send them, against the truth kept about them."""

import json

import pandas as pd
import pytest

from geodata.ingest import Answers, TableAnswer, check_file
from geodata.register import read_register


@pytest.fixture(scope="module")
def register(sample_folder):
    return read_register(sample_folder / "register")


@pytest.fixture(scope="module")
def checked(sample_folder, register):
    """Return every report of the sample's uploads, by owner, file and sheet."""
    reports = {}
    for upload in json.loads((sample_folder / "uploads.json").read_text(encoding="utf-8")):
        owner, name = upload["owner"], upload["file"]
        answers = {sheet: TableAnswer(**answer) for sheet, answer in upload["answers"].items()}
        content = (sample_folder / "uploads" / owner / name).read_bytes()
        for report in check_file(content, name, register, owner, Answers(answers)):
            reports[owner, name, report.sheet] = report
    return reports


@pytest.fixture(scope="module")
def truth(sample_folder):
    return {
        name: pd.read_parquet(sample_folder / "truth" / f"{name}.parquet")
        for name in ("files", "records", "faults")
    }


def report_of(checked, entry):
    """Return the report of a table; a KMZ's is named after the file, whatever is in it."""
    sheets = [key for key in checked if key[:2] == (entry.owner, entry.file)]
    exact = (entry.owner, entry.file, entry.sheet)
    return checked[exact] if exact in checked else checked[sheets[0]]


def test_every_table_is_recognised_with_its_system_and_all_rows(checked, truth):
    assert len(truth["files"]) >= 14
    for entry in truth["files"].itertuples():
        report = report_of(checked, entry)
        got = (report.kind, report.crs.chosen, report.rows)
        assert got == (entry.kind, entry.crs, entry.rows), (entry.file, entry.sheet)
        assert report.ready


def test_units_and_subjects_are_matched_right(checked, truth):
    rows = {"unit": [], "subject": []}
    for entry in truth["files"].itertuples():
        known = truth["records"]
        known = known[(known["file"] == entry.file) & (known["sheet"] == entry.sheet)]
        known = known[known["owner"] == entry.owner].set_index("row")
        records = report_of(checked, entry).records.set_index("row")
        both = known.loc[records.index]
        rows["unit"].append(pd.DataFrame({"got": records["unit_code"], "true": both["unit_code"]}))
        if entry.kind in {"settlement_broadband", "wlan_hotspot"}:
            subject = {"got": records["subject_id"], "true": both["subject_id"]}
            rows["subject"].append(pd.DataFrame(subject))
    for name, parts in rows.items():
        told = pd.concat(parts)
        told = told[told["true"].fillna("") != ""]
        found = told[told["got"] != ""]
        assert len(told) > 5000, name
        assert (found["got"] == found["true"]).mean() >= 0.995, name
        assert len(found) / len(told) >= 0.97, name


def test_every_spoiled_cell_is_found(checked, truth):
    assert len(truth["faults"]) >= 10
    for entry in truth["faults"].itertuples():
        found = [f for f in report_of(checked, entry).faults if f.place.row == entry.row]
        assert found, (entry.file, entry.row, entry.what)


def test_hardly_any_other_row_is_blamed(checked, truth):
    spoiled = set(truth["faults"][["file", "row"]].itertuples(index=False, name=None))
    errors = [
        (fault.place.file, fault.place.row)
        for report in checked.values()
        for fault in report.faults
        if fault.severity == "error"
    ]
    assert set(errors) <= spoiled


def test_small_files_without_an_answer_are_asked_about_not_guessed(sample_folder, register, truth):
    """Without the answers that a person would give, a wrong system is never taken silently."""
    for upload in json.loads((sample_folder / "uploads.json").read_text(encoding="utf-8")):
        if not upload["answers"]:
            continue
        owner, name = upload["owner"], upload["file"]
        content = (sample_folder / "uploads" / owner / name).read_bytes()
        for report in check_file(content, name, register, owner):
            entry = truth["files"]
            entry = entry[(entry["file"] == name) & (entry["sheet"] == report.sheet)]
            asked = [question.code for question in report.questions]
            assert asked == ["crs"] or report.crs.chosen == entry["crs"].iloc[0]
