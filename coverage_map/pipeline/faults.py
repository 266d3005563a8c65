"""All faults of a checked upload, one a row, for whoever mends the file."""

import csv
from io import StringIO

from coverage_map.pipeline.actors import Actor, allow_owner
from coverage_map.pipeline.reports import load_check
from coverage_map.pipeline.workspace import Workspace
from coverage_map.text import DEFAULT_LANGUAGE, Text
from geodata.errors import UsageError
from geodata.store.engine import read
from geodata.store.uploads import get_upload

COLUMNS = ("file", "sheet", "row", "column", "value", "rule", "fault", "remedy", "severity")
# A cell that begins like a formula is run by spreadsheets; a quote before it keeps it text.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_faults(
    workspace: Workspace, actor: Actor, upload_id: str, *, language: str = DEFAULT_LANGUAGE
) -> str:
    """Return the faults of an upload's newest check as CSV with a heading, without a BOM.

    Raises:
        UsageError: there is no such upload or it was never read.
        NotAllowedError: the upload is not the actor's.
    """
    text = Text(language)
    with read(workspace.store.ledger) as connection:
        upload = get_upload(connection, upload_id)
    allow_owner(actor, "check", upload["owner"])
    check = load_check(workspace, upload["report_hash"]) if upload["report_hash"] else None
    if check is None:
        raise UsageError("upload_unknown", upload=upload_id[:80])
    out = StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow([text(f"faults.{name}") for name in COLUMNS])
    for fault in check.faults:
        sentence, remedy = text.fault(fault)
        place = fault.place
        cells = [place.file, place.sheet, place.row or "", place.column, place.value, fault.code]
        rows.writerow(
            [_plain(cell) for cell in [*cells, sentence, remedy]]
            + [text(f"severity.{fault.severity}")]
        )
    return out.getvalue()


def _plain(cell: object) -> str:
    written = str(cell)
    return f"'{written}" if written.startswith(FORMULA) else written
