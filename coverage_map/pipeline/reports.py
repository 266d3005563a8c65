"""What was understood of an upload, kept in the vault so that any process can go on from it."""

import json
from dataclasses import asdict
from typing import Any

import geopandas as gpd

from coverage_map.pipeline.views import UploadCheck
from coverage_map.pipeline.workspace import Workspace
from geodata.errors import Fault, Place
from geodata.ingest.report import (
    Answers,
    CheckedTable,
    ColumnMatch,
    CrsChoice,
    Question,
)
from geodata.store.frames import get_frame, put_frame

_FRAMES = ("records", "queue")


def save_check(workspace: Workspace, check: UploadCheck, mark: str) -> str:
    """Keep a check under the mark of what it was made with; return the report's hash."""
    report = {
        "mark": mark,
        "answers": check.answers.to_json(),
        "upload_id": check.upload_id,
        "filename": check.filename,
        "owner": check.owner,
        "tables": [_written(workspace, table) for table in check.tables],
    }
    text = json.dumps(report, ensure_ascii=False, sort_keys=True)
    return workspace.store.vault.put(text.encode("utf-8"))


def load_check(
    workspace: Workspace, report_hash: str, mark: str | None = None
) -> UploadCheck | None:
    """Return a kept check, None when it has another mark than the one asked for."""
    report = json.loads(workspace.store.vault.get(report_hash))
    if mark is not None and report.get("mark") != mark:
        return None
    return UploadCheck(
        report["upload_id"],
        report["filename"],
        report["owner"],
        tuple(_read(workspace, table) for table in report["tables"]),
        answers=Answers.from_json(report["answers"]),
    )


def _written(workspace: Workspace, table: CheckedTable) -> dict[str, Any]:
    parts = {name: value for name, value in vars(table).items() if name not in _FRAMES}
    plain = {
        **parts,
        "columns": [asdict(match) for match in table.columns],
        "suggested": [asdict(match) for match in table.suggested],
        "crs": asdict(table.crs),
        "faults": [
            {**vars(f), "place": asdict(f.place), "params": dict(f.params)} for f in table.faults
        ],
        "questions": [{**vars(q), "params": dict(q.params)} for q in table.questions],
    }
    frames = {name: put_frame(workspace.store, getattr(table, name)) for name in _FRAMES}
    return {**plain, **frames}


def _read(workspace: Workspace, data: dict[str, Any]) -> CheckedTable:
    return CheckedTable(
        **{
            **data,
            "columns": tuple(ColumnMatch(**match) for match in data["columns"]),
            "suggested": tuple(ColumnMatch(**match) for match in data["suggested"]),
            **{name: tuple(data[name]) for name in ("unmapped", "header_rows", "shape")},
            "crs": CrsChoice.from_json(data["crs"]),
            "faults": tuple(
                Fault(**{**fault, "place": Place(**fault["place"])}) for fault in data["faults"]
            ),
            "questions": tuple(
                Question(**{**question, "options": tuple(question["options"])})
                for question in data["questions"]
            ),
            "records": gpd.GeoDataFrame(get_frame(workspace.store, data["records"])),
            "queue": get_frame(workspace.store, data["queue"]),
        }
    )
