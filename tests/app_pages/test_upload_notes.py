"""The list of uploads says in a few words why a file is not read and what a draft waits for."""

from typing import Any

import pandas as pd
import pytest

from app_pages.upload import _notes
from coverage_map.pipeline import Job
from coverage_map.text import Text
from geodata.errors import Fault, Place


def _job(upload_id: str, **more: Any) -> Job:
    given: dict[str, Any] = {
        "id": f"j{upload_id}", "verb": "check", "args": {"upload_id": upload_id}, "account": "a",
        "state": "done", "done": 1, "total": 1, "message": "", "cancelling": False, "result": None,
        "fault": None, "created_at": "", "started_at": None, "ended_at": "",
    }  # fmt: skip
    return Job(**{**given, **more})


FOUND = pd.DataFrame(
    {
        "id": ["r", "q", "d", "n", "b", "s", "o"],
        "state": [
            "refused", "checked", "checked", "checked", "sent_back", "superseded", "accepted",
        ],
        "note": ["", "", "", "", "坐标不对", "2f41", ""],
    }
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_each_upload_says_what_it_waits_for(language: str) -> None:
    text = Text(language)
    fault = Fault("file_empty", Place(file="坏.xlsx"))
    jobs = [
        _job("r", state="failed", fault=fault),
        _job("q", result={"asked": 2, "good": 0, "doubtful": 0}),
        _job("q", result={"asked": 9, "good": 0, "doubtful": 0}),  # an earlier reading
        _job("d", result={"asked": 0, "good": 0, "doubtful": 3}),
        _job("n", result={"asked": 0, "good": 5, "doubtful": 1}),
        _job("o", result={"asked": 0, "good": 0, "doubtful": 0}),
    ]
    assert _notes(FOUND, jobs, text) == [
        text.fault(fault)[0],
        text("upload.note.asked", n="2"),
        text("upload.note.doubtful", n="3"),
        "",
        "坐标不对",
        text("upload.replaced"),
        "",
    ]
