"""An upload as it came, with what was found wrong marked in it, for whoever mends it."""

from coverage_map.export.returned import return_file
from coverage_map.pipeline.actors import Actor
from coverage_map.pipeline.imports import kept_check, open_upload
from coverage_map.pipeline.views import UploadCheck
from coverage_map.pipeline.workspace import Workspace
from coverage_map.text import DEFAULT_LANGUAGE, Text
from geodata.errors import UsageError


def return_upload(
    workspace: Workspace, actor: Actor, upload_id: str, *, language: str = DEFAULT_LANGUAGE
) -> tuple[str, bytes]:
    """Return the name and bytes of an upload with its faults marked.

    Raises:
        UsageError: ``upload_unread``: it was never read.
        NotAllowedError: the upload is not the actor's.
        ExportError: it cannot be marked.
    """
    text = Text(language)
    upload = open_upload(workspace, actor, "submissions", upload_id)
    check = kept_check(workspace, upload)
    if check is None:
        raise UsageError("upload_unread", file=upload["filename"])
    # Without a header no row is given up for the names of the new columns.
    header_row = next((t.header_row for t in check.tables if t.header_row is not None), 0)
    content = workspace.store.vault.get(upload["object_hash"])
    lead = _lead(check, upload["received_at"], text)
    return return_file(content, check.filename, check.faults, lead, header_row, text)


def _lead(check: UploadCheck, received_at: str, text: Text) -> list[str]:
    """Say what was understood of each sheet."""
    lines = [text("returned.lead", file=check.filename, when=received_at[:10])]
    for table in check.tables:
        sheet = table.sheet or table.file
        if table.kind:
            kind = text(f"kind.{table.kind}")
            good = len(table.records)
            lines.append(text("returned.table", sheet=sheet, kind=kind, rows=table.rows, good=good))
        else:
            lines.append(f"{sheet}{text('words.colon')}{text(f'reason.{table.reason}')}")
    return lines
